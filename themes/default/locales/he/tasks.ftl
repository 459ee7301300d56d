# משימות ותזכורות.
nav-tasks = משימות
task-new = משימה חדשה
task-add = הוספת משימה
task-add-first = הוספת המשימה הראשונה
task-change = עריכת משימה
task-title = מה צריך לעשות
task-title-example = למשל: לשלוח לנועה את ההצעה
task-day = יום
task-time = שעה
task-due = עד מתי
task-no-day = לא נקבע יום
task-late = באיחור
task-assignee = באחריות
task-lead = תזכורת
task-lead-hint = כשלא נקבעה שעה, התזכורת מגיעה בבוקר של אותו יום.
task-reminded = התזכורת הבאה
task-about = בקשר אל
task-about-add = להוסיף למה זה קשור
task-about-find = חיפוש אנשים, פגישות ומשימות
task-about-none = לא נמצא. אפשר לנסות מילה אחרת.
task-about-address = דף אינטרנט בנושא
task-about-task = משימה: { $title }
task-about-person-unseen = איש קשר
task-about-appointment-unseen = פגישה
task-about-task-unseen = משימה
task-about-approval-unseen = הצעה לאישור
task-about-connection-unseen = חיבור
task-about-import-unseen = ייבוא
task-about-address-unseen = קישור
task-do = בוצע
task-do-one = סימון כבוצע: { $title }
task-reopen = עדיין לא בוצע
task-reopen-one = סימון כלא בוצע: { $title }
task-is-done = בוצע: { $when }
task-remove = הסרה
task-quick = מה צריך לעשות?
task-quick-add = הוספה
task-made-in-zone = נקבע לפי השעון של { $zone }
tasks-none-about = אין כאן מה לעשות כרגע.
tasks-shown = אילו משימות
tasks-open = כל הפתוחות
tasks-today = היום
tasks-week = 7 הימים הקרובים
tasks-overdue = באיחור
tasks-done = בוצעו
tasks-who = של מי המשימות
tasks-mine = שלי
tasks-everybodys = של כולם
tasks-nobodys = עוד לא של אף אחד
tasks-search = חיפוש במשימות
tasks-count = { $count ->
    [one] משימה אחת
    [two] שתי משימות
   *[other] { NUMBER($count) } משימות
}
tasks-group-overdue = באיחור
tasks-group-today = היום
tasks-group-tomorrow = מחר
tasks-group-week = השבוע
tasks-group-later = בהמשך
tasks-group-someday = בלי תאריך
tasks-group-newest = החדשות קודם
tasks-group-nobody = עוד לא של אף אחד
tasks-group-somebody = של מי שכבר לא בצוות
tasks-order-due = לפי מועד
tasks-order-assignee = לפי מי שעושה
tasks-order-newest = החדשות קודם
tasks-about = בקשר אל { $name }
tasks-about-whom = בקשר אל
tasks-all-about = ברשימת המשימות
tasks-group-done = בוצעו
tasks-chosen-all = { $count ->
    [one] המשימה שנמצאה
   *[other] כל ה־{ NUMBER($count) } שנמצאו, לא רק העמוד הזה
}
tasks-do = סימון כבוצע
tasks-to-tomorrow = למחר
tasks-to-next-week = בעוד שבוע
tasks-delay = העברה
tasks-empty = עוד אין משימות
tasks-empty-text = כאן רושמים מה צריך לעשות: מי שבאחריותו יקבל תזכורת, והמשימה תופיע גם בדף של מי שהיא נוגעת לו.
tasks-all-done = הכול בוצע
tasks-all-done-text = אין משימות פתוחות באחריותך.
tasks-none-found = אין משימה מתאימה
tasks-none-found-text = אפשר לנסות ימים אחרים, אנשים אחרים או מילה אחרת.
tasks-show-all = הצגת המשימות של כולם
lead-usual = לפי ההגדרה האישית
lead-never = בלי תזכורת
lead-now = בדיוק בזמן
lead-minutes = { $n } דקות לפני
lead-hours = { $n ->
    [1] שעה לפני
    [2] שעתיים לפני
   *[other] { $n } שעות לפני
}
lead-days = { $n ->
    [1] יום לפני
    [2] יומיים לפני
    [7] שבוע לפני
   *[other] { $n } ימים לפני
}
snooze = אחר כך
snooze-again = להזכיר לי שוב
snooze-10m = בעוד 10 דקות
snooze-1h = בעוד שעה
snooze-3h = בעוד 3 שעות
snooze-tomorrow = מחר בבוקר
said-task-added = המשימה נוספה
said-task-done = בוצע
said-task-reopened = המשימה שוב פתוחה
said-task-removed = המשימה הוסרה
said-task-restored = המשימה חזרה
said-tasks-changed = השינוי נשמר
said-snoozed = התזכורת תגיע שוב
said-snooze-late = כבר אי אפשר להזכיר שוב לפני תחילת הפגישה.
said-reminder-over = זה הוזז או כבר בוצע, ולכן לא תגיע תזכורת נוספת.
reminders = תזכורות
reminders-tasks = לפני משימות
reminders-appointments = לפני פגישות
reminders-follow-ups = לפני יום שבו חוזרים למישהו
reminders-morning = היום שלי מתחיל ב־
reminders-morning-hint = אז מגיעות תזכורות על מה שיש לו יום בלי שעה.
reminders-quiet = שעות שקט
reminders-quiet-from = מ־
reminders-quiet-until = עד
reminders-quiet-hint = תזכורות מחכות לסוף השקט; תזכורת על פגישה שמתחילה קודם מגיעה לפניו. אם אין צורך, משאירים את שניהם ריקים.
notice-task-due = משימה לביצוע
notice-task-assigned = קיבלת משימה
notice-tasks-assigned = קיבלת כמה משימות
notice-appointment-soon = פגישה מתקרבת
notice-follow-up-due = הגיע הזמן לחזור למישהו
notice-kind-task-due = הגיע זמנה של משימה
notice-kind-task-assigned = משימה שהועברה אליך
notice-kind-appointment-soon = פגישה מתקרבת
notice-kind-follow-up-due = היום שבו חוזרים למישהו
mail-reminder-subject = תזכורת: { $subject }
mail-reminder-text = שלום { $name }, זו התזכורת שביקשת מ{ $business }.
mail-reminder-foot = אפשר לבחור מתי ואיך יגיעו תזכורות תחת ״התראות״.
home-tasks = משימות להיום
home-to-tasks = הכול
home-tasks-more = { $count ->
    [one] ועוד אחת להיום
   *[other] ועוד { $count } להיום
}
home-tasks-empty = לא נשאר מה לעשות היום
home-tasks-empty-text = המשימות שהגיע זמנן יופיעו כאן.
timeline-task-added = הוספת המשימה { $title }
timeline-task-done = ביצוע המשימה { $title }
timeline-task-reopened = פתיחה מחדש של המשימה { $title }
timeline-task-changed = עדכון המשימה { $title }
timeline-task-assigned = העברת המשימה { $title } אל { $to }
timeline-task-unassigned = המשימה { $title } נשארה בלי אחראי
timeline-task-removed = הסרת המשימה { $title }
timeline-task-restored = החזרת המשימה { $title }
found-tasks = משימות
act-task-created = הוספת משימה:
act-task-changed = עדכון משימה:
act-task-done = ביצוע משימה:
act-task-reopened = פתיחה מחדש של משימה:
act-task-deleted = הסרת משימה:
act-task-restored = החזרת משימה:
act-reminder-sent = שליחת תזכורת
act-reminder-snoozed = דחיית תזכורת
act-member-reminders-chosen = בחירת אופן התזכורות
error-task-none-chosen = צריך לסמן קודם לפחות משימה אחת.
error-task-too-many = אלה יותר מ־500 בבת אחת. כדאי לצמצם קודם את הרשימה.
error-task-time-needs-day = צריך לבחור את היום של השעה הזאת.
error-task-repeat-needs-day = למשימה שחוזרת צריך יום שממנו מתחילים.
error-task-too-many-links = אלה יותר מ־20. צריך להוריד קודם כמה.
error-task-link-unknown = זה כבר לא קיים, או שמשימה לא יכולה להיות קשורה אליו. אפשר לבחור שוב.
error-task-address = צריך כתובת שמתחילה ב־https://‎, בלי סיסמה בתוכה.
error-time-invalid = צריך להזין שעה, למשל 09:30.
error-quiet-all-day = השקט לא יכול להסתיים בשעה שבה הוא מתחיל.
error-appointment-unknown = הפגישה הזאת כבר לא קיימת.
error-snooze-late = כבר אי אפשר להזכיר שוב לפני תחילת הפגישה.
error-reminder-over = זה כבר בוצע או שאין לו יום, ולכן אין על מה להזכיר.
