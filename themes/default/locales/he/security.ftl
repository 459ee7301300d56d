# אימות זהות: השלב השני, שכחת סיסמה, אמצעי אימות נוספים.
forgot-link = שכחת את הסיסמה?
forgot-title = שכחת את הסיסמה?
forgot-text = נשלח לכתובת האימייל שלך קישור לבחירת סיסמה חדשה.
forgot-submit = שליחת קישור
forgot-sent = אם לכתובת { $email } יש חשבון כאן, מייל כבר בדרך. הקישור שבו טוב לשעה.
forgot-sent-hint = לא הגיע אחרי כמה דקות? כדאי לבדוק בתיקיית הספאם, ואז לבקש שוב.
forgot-no-mail = השרת הזה לא שולח מיילים. אפשר לבקש קישור ממי שמנהל אותו; הקישור נוצר בפקודה ”oxpi admin reset-password“.
forgot-back = חזרה לכניסה
second-title = עוד צעד אחד
second-text-app = מזינים את שש הספרות שאפליקציית האימות מציגה עכשיו.
second-text-passkey = נכנסים עם מפתח הגישה, או עם אחד מקודי הגיבוי.
second-text-both = נכנסים עם מפתח הגישה, או מזינים את שש הספרות שאפליקציית האימות מציגה עכשיו.
second-text-codes = מזינים אחד מקודי הגיבוי.
second-code = קוד
second-hint = הטלפון לא בהישג יד? גם קוד גיבוי יעבוד כאן.
second-hint-passkey = קוד גיבוי נראה כך: abcde-fghij.
second-submit = המשך
confirm-title = רק לוודא
confirm-text = זו פעולה רגישה, אז צריך לאמת שוב את הזהות שלך. מה שמילאת נשמר.
confirm-submit = אימות והמשך
confirm-password-none = אין לך סיסמה? גם התנתקות וכניסה מחדש מספיקות.
factor-title = שלב שני בכניסה
factor-text = עם שלב שני, סיסמה גנובה לבדה לא מכניסה אף אחד.
factor-app = אפליקציית אימות
factor-app-none = שש ספרות מאפליקציה בטלפון
factor-app-since = פעילה מאז { $when }
factor-app-add = הגדרה
factor-app-remove = הסרה
factor-app-remove-title = להסיר את אפליקציית האימות?
factor-app-remove-text = מעכשיו הקוד שלה לא יידרש בכניסה. מכשירים אחרים ינותקו.
factor-keep = להשאיר
factor-on = פועל
factor-codes = קודי גיבוי
factor-codes-left = { $count ->
    [0] לא נשארו קודים
    [one] נשאר קוד אחד
    [two] נשארו שני קודים
   *[other] נשארו { $count } קודים
  }
factor-codes-renew = יצירת קודים חדשים
factor-codes-renew-title = ליצור קודי גיבוי חדשים?
factor-codes-renew-text = הקודים הישנים יפסיקו לעבוד מיד.
app-title = הגדרת אפליקציית אימות
app-scan-title = סורקים באפליקציה
app-scan-text = כל אפליקציית אימות מתאימה. המפתח נשמר בה ולא יוצג שוב.
app-scan-alt = קוד QR עם המפתח לאפליקציה
app-key = או מקלידים את המפתח
app-code-title = מזינים את מה שהאפליקציה מציגה
app-code = שש ספרות
app-submit = הפעלה
codes-title = קודי הגיבוי שלך
codes-text = כדאי להדפיס או לשמור במנהל סיסמאות. כל קוד טוב לפעם אחת, ליום שבו הטלפון לא יהיה זמין. הקודים מוצגים רק עכשיו.
codes-copy = כל הקודים
codes-done = שמרתי אותם
member-second-factor = שלב שני
said-app-added = בוצע. השלב השני פועל.
said-app-removed = אפליקציית האימות הוסרה
