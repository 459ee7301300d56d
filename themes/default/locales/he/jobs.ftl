# מה שנוסה ולא הצליח.
jobs-text = המערכת מנסה כמה פעמים לפני שהיא מוותרת. שום דבר לא אבד: בודקים מה הסיבה, מתקנים ומנסים שוב.
jobs-empty = הכול הצליח
jobs-empty-text = אם משהו לא עובר, גם אחרי כמה ניסיונות, הוא יחכה לך כאן.
jobs-again = ניסיון נוסף
jobs-again-chosen = ניסיון נוסף למסומנים
jobs-dismiss = לוותר
jobs-dismiss-chosen = לוותר על המסומנים
jobs-choose = סימון: { $what }
jobs-all = ניסיון נוסף לכל הפעולות מאותו סוג
jobs-all-dismiss = לוותר על כל הפעולות מאותו סוג
jobs-tried = { $count ->
    [one] ניסיון אחד
    [two] שני ניסיונות
   *[other] { $count } ניסיונות
  }
jobs-details = מה כתוב ביומן המערכת
job-calendar-push = שליחת פגישה ליומן המחובר
job-calendar-withdraw = הסרת פגישה שנמחקה מהיומן המחובר
job-calendar-pull = קבלת שינויים מהיומן המחובר
job-calendar-watch = בקשה מהיומן להודיע מיד על שינויים
job-plugin-job = פעולה של התוסף
job-plugin-event = עדכון התוסף במה שקרה
job-plugin-webhook = מסירת מידע שהגיע לתוסף
job-outbox-spread = העברת עדכון הלאה
job-other = פעולה שלדף הזה אין מילים עבורה
said-jobs-again = מתבצע ניסיון נוסף
said-jobs-dismissed = הפעולה הוסרה מהרשימה
error-job-subject-gone = הדבר שהפעולה נגעה אליו כבר לא קיים.
error-job-not-allowed = אין הרשאה לפעולה הזאת.
error-job-broken = משהו נשבר אצלנו. הפרטים נמצאים ביומן המערכת.
error-job-cut-off = הפעולה נקטעה בכל ניסיון ולא הגיעה לסיום.
