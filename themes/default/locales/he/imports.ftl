# ייבוא רשימה של אנשים, ומה שיצא ממנה.
imports = ייבוא אנשים
imports-short = ייבוא
imports-text = מביאים את אנשי הקשר מגיליון, מהטלפון או מתוכנה אחרת. קודם רואים מה ייכנס; שום דבר לא משתנה לפני שמאשרים.
imports-choose = קובץ עם האנשים שלכם
imports-hint = חוברת אקסל (xlsx), רשימה שנשמרה כטקסט (csv) או אנשי קשר ששותפו מהטלפון (vcf), עד 200,000 שורות. חוברת אקסל עד ‎20 MB, קבצים אחרים עד ‎64 MB.
imports-look = להציג מה יש בו
imports-before = יובאו בעבר
imports-nameless = קובץ ללא שם
imports-made =
    { $count ->
        [one] אדם חדש אחד
        [two] שני אנשים חדשים
       *[other] { NUMBER($count) } אנשים חדשים
    }
imports-state-waiting = מחכה לכם
imports-state-running = בתהליך
imports-state-done = הושלם
imports-state-cancelled = נעצר
imports-state-failed = לא הושלם
imports-state-undoing = בביטול
imports-state-undone = בוטל
imports-look-title = מה יש בקובץ
imports-rows =
    { $count ->
        [one] שורה אחת
        [two] שתי שורות
       *[other] { NUMBER($count) } שורות
    }
imports-columns = מה יש בכל עמודה
imports-columns-text = ניחשנו לפי הכותרות ולפי מה שמתחתיהן. אפשר לשנות את מה שלא נכון. אם יש בעמודה שלבים, אנשי צוות או אפשרויות של תוכנה אחרת, בוחרים מה היא ולוחצים על ״להציג מחדש״: אז אפשר לבחור מה כל מילה אומרת כאן.
imports-words = מילים שלא מוכרות כאן
imports-words-text = מה הן אומרות כאן? הנפוצות ביותר מופיעות ראשונות.
imports-words-refused = שורות עם מילה שלא נבחרה לה משמעות לא ייכנסו.
imports-words-tags = כל אחת תהפוך לתגית חדשה, אלא אם בוחרים משהו אחר.
imports-words-more =
    { $count ->
        [one] עוד מילה אחת תופיע אחרי שבוחרים משמעות למילים האלה.
        [two] עוד שתי מילים יופיעו אחרי שבוחרים משמעות למילים האלה.
       *[other] עוד { NUMBER($count) } מילים יופיעו אחרי שבוחרים משמעות למילים האלה.
    }
imports-means-refuse = לא להכניס את השורות האלה
imports-means-new-tag = תגית חדשה
imports-means-tag = להפוך לתגית
imports-means-note = לכתוב בהערות
imports-means-leave = להתעלם מהמילה
imports-column = עמודה { $number }
imports-column-empty = ריקה
imports-reading = האותיות, העמודות, התאריכים או הסכומים לא נראים נכון?
imports-encoding = איך נשמרו האותיות
imports-encoding-hint = אם העברית נראית משובשת, כדאי לנסות אחרת.
imports-encoding-utf-8 = יוניקוד (UTF-8)
imports-encoding-windows-1255 = עברית (Windows-1255)
imports-encoding-windows-1252 = מערב אירופה (Windows-1252)
imports-encoding-windows-1256 = ערבית (Windows-1256)
imports-encoding-windows-1251 = קירילית (Windows-1251)
imports-encoding-iso-8859-2 = מרכז אירופה (ISO 8859-2)
imports-encoding-utf-16le = יוניקוד (UTF-16, little endian)
imports-encoding-utf-16be = יוניקוד (UTF-16, big endian)
imports-separator = מה מפריד בין עמודות
imports-separator-comma = פסיק
imports-separator-semicolon = נקודה־פסיק
imports-separator-tab = טאב
imports-separator-bar = קו אנכי
imports-sheet = גיליון
imports-dates = איך כתובים התאריכים
imports-dates-day-first = יום, חודש, שנה
imports-dates-month-first = חודש, יום, שנה
imports-decimals = איך כתובים סכומים ומספרים
imports-decimals-point = עם נקודה: 1,500.50
imports-decimals-comma = עם פסיק: 1.500,50
imports-head = בשורה הראשונה יש כותרות
imports-target-nothing = לא לייבא
imports-target-name = שם
imports-target-first-name = שם פרטי
imports-target-last-name = שם משפחה
imports-target-company = חברה
imports-target-kind = אדם או חברה
imports-target-phone = טלפון
imports-target-email = אימייל
imports-target-address = כתובת
imports-target-stage = שלב
imports-target-owner = בטיפול של
imports-target-source = מקור
imports-target-tags = תגיות
imports-target-value = שווי
imports-target-currency = מטבע
imports-target-follow-up = מתי לחזור
imports-target-consent = הסכמה לדיוור
imports-target-consent-on = תאריך ההסכמה לדיוור
imports-target-added-on = נוסף בתאריך
imports-target-customer-since = לקוח מאז
imports-target-medium = אמצעי הגעה
imports-target-campaign = קמפיין
imports-target-term = מילת חיפוש
imports-target-content = תוכן המודעה
imports-target-landing = דף נחיתה
imports-target-referrer = דף מפנה
imports-undated = לקוחות שנכנסים בלי ״לקוח מאז״ לא נספרים כלקוחות חדשים באף חודש בדוחות, כי לא ידוע ממתי הם לקוחות.
imports-target-notes = הערות
imports-how = איך הם ייכנסו
imports-doubles = מי שכבר נמצא אצלכם
imports-doubles-skip = להשאיר כמו שהוא
imports-doubles-update = לעדכן לפי הקובץ
imports-doubles-add = להוסיף פעם נוספת
imports-doubles-hint = מזהים לפי טלפון, לפי אימייל, או לפי שם שאין דבר שסותר אותו.
imports-tag = תגית לכולם
imports-tag-hint = כדי למצוא אותם ביחד.
imports-source = מאיפה הגיעו
imports-source-hint = לשורות שלא כתוב בהן.
imports-shown = השורות הראשונות, כפי שייכנסו
imports-again = להציג מחדש
imports-row = שורה { $number }
imports-new = חדש
imports-double-phone = עם אותו טלפון
imports-double-email = עם אותו אימייל
imports-double-name = עם אותו שם
imports-double-file = פעמיים בקובץ
imports-here =
    { $count ->
        [one] שורה אחת מתוך { NUMBER($all) } היא של מישהו שכבר נמצא אצלכם
        [two] שתי שורות מתוך { NUMBER($all) } הן של אנשים שכבר נמצאים אצלכם
       *[other] { NUMBER($count) } שורות מתוך { NUMBER($all) } הן של אנשים שכבר נמצאים אצלכם
    }
imports-here-text = מה יקרה איתן נקבע לפי הבחירה שלמעלה.
imports-looked = בדקנו את { NUMBER($count) } השורות הראשונות; השאר ייבדקו בזמן הייבוא.
imports-twice =
    { $count ->
        [one] שורה אחת חוזרת על מישהו שכבר מופיע בקובץ.
        [two] שתי שורות חוזרות על אנשים שכבר מופיעים בקובץ.
       *[other] { NUMBER($count) } שורות חוזרות על אנשים שכבר מופיעים בקובץ.
    }
imports-shown-none = אי אפשר לקרוא כך אף אחת מהשורות הראשונות. כדאי לבדוק מה יש בעמודות.
imports-wrong =
    { $count ->
        [one] שורה אחת לא יכולה להיכנס
        [two] שתי שורות לא יכולות להיכנס
       *[other] { NUMBER($count) } שורות לא יכולות להיכנס
    }
imports-wrong-text = כל השאר ייכנסו בלעדיהן. אחר כך אפשר להוריד אותן עם הסבר, לתקן ולייבא שוב.
imports-run =
    { $count ->
        [one] לייבא שורה אחת
        [two] לייבא שתי שורות
       *[other] לייבא { NUMBER($count) } שורות
    }
imports-discard = למחוק את הקובץ
imports-title-running = מייבאים
imports-title-done = הייבוא הסתיים
imports-title-cancelled = הייבוא נעצר
imports-title-failed = הייבוא לא הושלם
imports-title-undoing = מבטלים את הייבוא
imports-title-undone = הייבוא כולו בוטל
imports-progress = { NUMBER($done) } מתוך { NUMBER($count) } שורות
imports-progress-text = אפשר לעזוב את הדף ולהמשיך לעבוד. הייבוא ממשיך לבד, ואפשר לחזור אליו דרך אנשים, ייבוא.
imports-refresh = להציג כמה נעשה
imports-stop = לעצור
imports-fact-made = אנשים חדשים
imports-fact-changed = עודכנו
imports-fact-skipped = כבר היו כאן
imports-fact-refused = לא נכנסו
imports-undo-text = אפשר לבטל את כל הייבוא במשך 30 יום. מי ששונה מאז יישאר.
imports-undo = לבטל את הייבוא
imports-to-people = לאנשים שלכם
imports-undone-text = מי שהגיע עם הקובץ הזה כבר לא ברשימה, ומי שהקובץ שינה חזר להיות כמו קודם.
imports-kept =
    { $count ->
        [one] אדם אחד נשאר, כי שינו אותו מאז או שכבר טיפלו בו.
        [two] שני אנשים נשארו, כי שינו אותם מאז או שכבר טיפלו בהם.
       *[other] { NUMBER($count) } אנשים נשארו, כי שינו אותם מאז או שכבר טיפלו בהם.
    }
imports-kept-who = לראות מי
imports-skipped-who = לראות מי כבר היה כאן
imports-people-skipped = מי שכבר היה כאן
imports-people-skipped-text = השורות בקובץ, ולצד כל אחת האדם שזיהינו. שום דבר לא השתנה אצלם.
imports-people-kept = מי שנשאר
imports-people-kept-text = מישהו שינה אותם מאז או כבר טיפל בהם, ולכן הביטול השאיר אותם כמו שהם.
imports-people-gone = כבר לא נמצא כאן
imports-people-none = אין כאן אף אחד
imports-people-none-text = אין שורות כאלה.
imports-people-more = עוד
imports-refused = להוריד את השורות האלה
imports-refused-text = מתקנים אותן בקובץ שמורידים ומייבאים שוב: מי שכבר נכנס לא ישתנה.
imports-refused-row = שורה
imports-refused-column = איפה הטעות
imports-refused-why = מה לא בסדר
said-imports-stopped = הייבוא נעצר. מי שכבר נכנס נשאר.
said-imports-discarded = הקובץ נמחק
timeline-imported = הגיע עם הקובץ { $file }
timeline-import-undone = חזר למה שהיה לפני הייבוא של { $file }
error-imports-begun = הרשימה הזאת כבר נקלטה או נקלטת עכשיו. אפשר לבטל את הייבוא.
error-imports-missing = קודם בוחרים קובץ.
error-imports-large = הקובץ גדול ממה שאנחנו קוראים. כדאי לחלק אותו ולייבא בחלקים.
error-imports-kind = אי אפשר לקרוא את הקובץ הזה. כדאי לשמור אותו כחוברת אקסל (xlsx), כ־CSV או ככרטיסי אנשי קשר (vcf) ולנסות שוב.
error-imports-old-excel = זה קובץ אקסל ישן או קובץ עם סיסמה. כדאי לשמור אותו כ־xlsx בלי סיסמה ולנסות שוב.
error-imports-many = בקובץ יש יותר מ־200,000 שורות. כדאי לחלק אותו ולייבא בחלקים.
error-imports-wide = בקובץ יש יותר מ־200 עמודות. כדאי להסיר את אלה שלא צריך.
error-imports-empty = אין שורות בקובץ הזה.
error-imports-encoding = הדרך הזאת לשמור אותיות לא מוכרת לנו.
error-imports-sheet = הגיליון הזה לא נמצא בקובץ.
error-imports-twice = זה כבר נבחר לעמודה אחרת.
error-imports-no-name = צריך לבחור באיזו עמודה נמצאים השם, החברה, הטלפון או האימייל.
error-imports-nameless = אין בשורה הזאת שם, חברה, טלפון או אימייל.
error-imports-power = תוכנת גיליונות קיצרה את המספר הזה. כדאי לעצב את העמודה כטקסט ולשמור את הקובץ שוב.
error-imports-stage = אין אצלכם שלב בשם הזה. אפשר להוסיף אותו קודם, או להפוך את העמודה לתגיות.
error-imports-member = אין בצוות מישהו בשם הזה. אפשר להזמין אותו קודם, או לוותר על העמודה.
error-imports-meaning = מה שנבחר לאחת המילים כבר לא נמצא כאן. צריך לבחור שוב.
error-imports-meanings-many = נבחרה משמעות ליותר מ־1,000 מילים. עדיף לתקן את הקובץ.
error-imports-date = זה לא תאריך.
error-imports-currency = זה לא מטבע. צריך לכתוב את הקוד שלו, למשל ILS או USD.
error-imports-currencies = בסכום ובעמודת המטבע כתובים מטבעות שונים.
error-imports-kind-word = צריך לכתוב אדם או חברה.
error-imports-consent = צריך לכתוב כן או לא.
error-imports-gone = הקובץ כבר לא כאן. צריך לבחור אותו שוב.
error-imports-failed = משהו השתבש אצלנו. מי שכבר נכנס נשאר; אפשר לבטל ולנסות שוב.
error-imports-running = הייבוא עדיין רץ. קודם עוצרים אותו.
