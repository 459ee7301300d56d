plugins-text = כל תוסף מוסיף יכולת אחת, ויכול לעשות רק מה שאושר לו.
plugins-empty = עוד לא הותקנו תוספים
plugins-empty-text = תיקיית תוסף שתונח ליד התוכנה תופיע כאן.
plugin-by = { $publisher } · גרסה { $version }
plugin-on = פועל
plugin-off = כבוי
plugin-needs-consent = ממתין לאישור
plugin-needs-consent-text = הגרסה החדשה מבקשת יותר ממה שאושר. התוסף בהמתנה עד להחלטה.
plugin-turn-on = אישור והפעלה
plugin-allow = אישור והמשך
plugin-turn-off = כיבוי
plugin-turn-on-name = הפעלת { $name }
plugin-turn-off-name = כיבוי { $name }
plugin-may = מה מותר לו
plugin-asks = מה הוא מבקש
plugin-nothing-else = וזה הכול. התוסף רץ בסביבה סגורה ולא רואה סיסמאות או מפתחות.
plugin-stops = כשהוא כבוי, אלה נעצרים:
plugin-off-keeps = ההגדרות והנתונים נשמרים. בהפעלה מחדש הכול ימשיך מאותה נקודה.
plugin-settings = הגדרות
stops-connections = { $count ->
    [one] חשבון מחובר אחד בהמתנה
    [two] שני חשבונות מחוברים בהמתנה
   *[other] { $count } חשבונות מחוברים בהמתנה
  }
stops-calendars = { $count ->
    [one] יומן אחד לא יסונכרן
    [two] שני יומנים לא יסונכרנו
   *[other] { $count } יומנים לא יסונכרנו
  }
stops-schedules = { $count ->
    [one] פעולה קבועה אחת
    [two] שתי פעולות קבועות
   *[other] { $count } פעולות קבועות
  }
stops-jobs = { $count ->
    [one] פעולה אחת תמתין
    [two] שתי פעולות ימתינו
   *[other] { $count } פעולות ימתינו
  }
stops-views = { $count ->
    [one] דף או חלונית אחת ייעלמו
   *[other] { $count } דפים וחלוניות ייעלמו
  }
stops-webhooks = עדכונים מבחוץ לא יתקבלו
ask-kv = לזכור דברים קטנים משלו
ask-jobs = לעבוד ברקע
ask-approvals = לעשות את הדברים האלה, כל אחד רק אחרי אישור של מישהו מכאן
effect-spend = להוציא כסף
effect-publish = לפרסם לעיני אחרים
effect-reply = לענות לאנשים
effect-refund = להחזיר כסף
ask-subscribe = לקבל עדכון כשמשהו קורה כאן
ask-publish = לעדכן אחרים כשמשהו קורה
ask-read-records = לקרוא רשומות
ask-write-records = להוסיף ולשנות רשומות
ask-field = לראות את הפרטים האלה
ask-field-person-fields = השדות שהעסק הוסיף על אנשים
ask-collection = לשמור רשומות משלו
ask-server = לדבר רק עם השרת שמציינים בזמן החיבור, ולא עם אף שרת אחר
ask-slot = לפעול שם בשם החשבון המחובר, בלי לראות את המפתח שלו
ask-sign = לחתום על הודעות במפתח שמזינים כאן, בלי לראות אותו
ask-scope = לבקש את ההרשאות האלה בזמן החיבור
ask-network = לדבר רק עם השרתים האלה
topic-appointment-booked = נקבעה פגישה
topic-appointment-changed = פגישה עודכנה
topic-appointment-cancelled = פגישה בוטלה
topic-approval-change-asked = מישהו רוצה שיציע משהו אחרת
topic-approval-decided = מישהו החליט על מה שהציע
entity-person = אנשים
entity-appointment = פגישות
