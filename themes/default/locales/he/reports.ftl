nav-reports = דוחות
report-period = תקופה
report-this-month = החודש
report-last-month = החודש הקודם
report-this-quarter = הרבעון
report-this-year = השנה
report-months-3 = 3 חודשים
report-months-6 = 6 חודשים
report-months-12 = 12 חודשים
report-from = מהתאריך
report-to = עד התאריך
report-usual-instead = מוצגים ששת החודשים האחרונים.
report-compared-with = לצד כל מספר מופיעה התקופה הקודמת: { $days }.
report-before = קודם
report-this-period = התקופה הזאת
report-what = נתון
report-compared = לעומת התקופה הקודמת
report-compared-text = אותם מספרים, באותו מספר ימים או חודשים לפני כן. למי שהגיעו מוקדם יותר היה יותר זמן להפוך ללקוחות.
report-added = אנשים חדשים
report-customers = כבר לקוחות
report-customers-of = { $share }% מהחדשים
report-share = שיעור
report-won = נסגר
report-won-people = { $count ->
    [one] מלקוח חדש אחד
   *[other] מ־{ NUMBER($count) } לקוחות חדשים
}
report-won-customers = לקוחות חדשים
report-step = הצעד הראשון, בדרך כלל תוך
report-step-waiting = { $count ->
    [0] אף אחד לא ממתין
    [one] אחד עדיין ממתין
   *[other] { NUMBER($count) } עדיין ממתינים
}
report-minutes = { $count ->
    [one] דקה
   *[other] { $count } דקות
}
report-hours = { $count ->
    [one] שעה
    [two] שעתיים
   *[other] { $count } שעות
}
report-days = { $count ->
    [one] יום
    [two] יומיים
   *[other] { $count } ימים
}
report-won-unsaid = לקוחות חדשים בלי שווי
report-pipeline = מסלול
report-all-pipelines = כל המסלולים
report-all-owners = האנשים של כולם
report-month = חודש
report-source = מקור
report-value = שווי
report-no-source = לא ידוע
report-other-sources = כל השאר
report-lists = המספרים, עם הרשימות שמאחוריהם
report-months = אנשים חדשים לפי חודש
report-months-text = מי הגיע בכל חודש, ומי מהם כבר לקוח.
report-sources = מאיפה הם מגיעים
report-sources-text = האנשים החדשים בתקופה לפי המקור שדרכו הגיעו לראשונה, ומי מהם כבר לקוח.
report-won-text = השווי של הלקוחות החדשים, לפי החודש שבו הפכו ללקוחות.
report-stages = באיזה שלב נמצאים כולם
report-stages-text = כל האנשים, לפי שלב, בלי קשר למועד שבו הגיעו.
report-steps = תוך כמה זמן פנו אליהם
report-steps-text = מרגע ההוספה ועד ההערה, הפגישה, המשימה או המעבר הראשון לשלב אחר. מי שהגיע ברשימה מיובאת לא נספר.
report-step-within = צעד ראשון
report-step-hour = תוך שעה
report-step-day = תוך יום
report-step-three-days = תוך שלושה ימים
report-step-later = מאוחר יותר
report-step-none = עדיין לא
reports-empty = עדיין אין על מה לדווח
reports-empty-text = ברגע שיהיו כאן אנשים, יופיע כאן מאיפה הם מגיעים ומי הופך ללקוח.
narrowed-added = נוספו { $days }
narrowed-first = הגיעו לראשונה דרך { $source }
narrowed-first-unknown = לא ידוע מאיפה הגיעו
narrowed-won = הפכו ללקוחות { $days }
narrowed-waiting = עדיין לא פנו אליהם
narrowed-step = הצעד הראשון: { $within }
narrowed-pipeline = מסלול: { $name }
narrowed-currency = שווי ב־{ $currency }
narrowed-no-value = בלי שווי
narrowed-others = כל שאר המקורות
narrowed-remove = חזרה לכולם:
