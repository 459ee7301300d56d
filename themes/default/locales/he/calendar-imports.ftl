# ייבוא קובץ יומן, ומה שיצא ממנו.
calendar-import = ייבוא קובץ יומן (‎.ics‎)
import = ייבוא קובץ יומן
import-text = מביאים פגישות מיומן אחר: מגוגל, מאאוטלוק, מאפל או מכל תוכנה ששומרת קובץ ics. קודם רואים מה ייכנס; שום דבר לא משתנה לפני שמאשרים.
import-choose = קובץ יומן
import-hint = קובץ עם סיומת ics, עד ‎1 MB ועד 900 אירועים.
import-look = להציג מה יש בו
import-other = קובץ אחר
import-before = יובאו בעבר
import-nameless = קובץ ללא שם
import-undone = בוטל
import-look-title = מה יש בקובץ
import-count =
    { $count ->
        [one] אירוע אחד
        [two] שני אירועים
       *[other] { $count } אירועים
    }
import-events = אירועים
import-calendar = לאן ייכנסו הפגישות החדשות
import-calendar-hint = אם בוחרים יומן מחובר, הן יירשמו גם בו.
import-nobody-hears = אף אחד לא יקבל הזמנה או הודעה. משתתפים שנמצאים באנשי הקשר שלכם רק יצוינו בפגישה.
import-bring = לייבא את מה שסומן
import-nothing = אין בקובץ הזה שום דבר חדש.
import-untitled = ללא נושא
import-exceptions =
    { $count ->
        [one] מועד אחד שונה
        [two] שני מועדים שונים
       *[other] { $count } מועדים שונים
    }
import-taken = באותו זמן כבר יש:
import-standing-new = חדש
import-standing-changed = השתנה: לעדכן
import-standing-gone = בוטל שם: לבטל גם כאן
import-standing-same = כבר נמצא כאן
import-standing-elsewhere = כבר נמצא ביומן מחובר
import-standing-nothing = בוטל, אין מה לייבא
import-standing-refused = אי אפשר לייבא
import-note-rule = הוא חוזר בדרך שאנחנו לא תומכים בה. רק המועד הראשון ייובא.
import-note-zone = אזור הזמן שלו לא מוכר לנו, ולכן קראנו את השעות לפי השעון שלכם. כדאי לבדוק את השעה.
import-note-no-end = לא רשום מתי הוא מסתיים; נקבע חצי שעה.
import-note-cut = הטקסט שלו ארוך ממה שאנחנו שומרים; הסוף יושמט.
import-note-strays = חלק מהמועדים שהשתנו לא שייכים אליו ויושמטו.
import-note-no-start = לא רשום מתי הוא מתקיים.
import-note-too-long = הוא נמשך יותר מ־31 יום.
import-note-overlaps = הוא היה מתחיל שוב לפני שהסתיים.
import-note-never = אף אחד מהמועדים שלו לא מתקיים.
import-done-title = הייבוא הושלם
import-made =
    { $count ->
        [one] נוספה פגישה אחת
        [two] נוספו שתי פגישות
       *[other] נוספו { $count } פגישות
    }
import-changed =
    { $count ->
        [one] עודכנה פגישה אחת
        [two] עודכנו שתי פגישות
       *[other] עודכנו { $count } פגישות
    }
import-cancelled =
    { $count ->
        [one] בוטלה פגישה אחת
        [two] בוטלו שתי פגישות
       *[other] בוטלו { $count } פגישות
    }
import-undo-text = אפשר לבטל את כל הייבוא במשך 30 יום. מה ששונה מאז יישאר.
import-undo = ביטול הייבוא
import-to-calendar = ליומן
import-undone-title = הייבוא בוטל
import-undone-text = מה שהקובץ הזה הביא בוטל. מה ששונה מאז נשאר כפי שהוא.
said-imported = הייבוא הושלם
said-import-undone = הייבוא בוטל
said-import-undone-some = הייבוא בוטל, חוץ ממה ששונה מאז
error-import-missing = קודם בוחרים קובץ יומן.
error-import-kind = זה לא קובץ יומן. מחפשים קובץ עם סיומת ics.
error-import-large = הקובץ גדול מ־‎1 MB. כדאי לשמור מהיומן האחר תקופה קצרה יותר, ולייבא בחלקים.
error-import-many = בקובץ יש יותר מ־900 אירועים. כדאי לשמור מהיומן האחר תקופה קצרה יותר, ולייבא בחלקים.
error-import-empty = אין אירועים בקובץ הזה.
error-import-answer = זו תשובה להזמנה, לא יומן.
error-import-none = צריך לסמן לפחות אירוע אחד.
error-import-too-much = ייווצרו כך יותר מ־3,000 פגישות בבת אחת. אפשר לסמן פחות, ולייבא את הקובץ שוב בשביל השאר.
error-import-undone = הייבוא הזה בוטל. כדי להביא אותו שוב בוחרים את הקובץ מחדש.

# כלל אחר לסדרה.
repeats-change = לשנות את החזרה
repeats-now = עכשיו:
repeats-not = הפגישה הזאת לא חוזרת.
repeats-from = למה הכוונה?
repeats-change-text = מה שכבר היה נשאר. גם מועדים שהוזזו או שונו בנפרד נשארים: אם בכלל החדש אין יום כזה, הם יעמדו בפני עצמם. שאר המועדים שהכלל לא כולל יבוטלו.
said-series-rule-changed = הפגישות חוזרות לפי הכלל החדש
said-series-rule-changed-some = הפגישות חוזרות לפי הכלל החדש. מועדים ששונו בנפרד עומדים בפני עצמם.
error-series-over = כל הסדרה כבר הסתיימה; אין מה לשנות.
calendar-move-reach = מה להזיז?
calendar-move-not = להשאיר במקום
calendar-moved-several = הועבר, יחד עם שאר הסדרה, ל: { $when }
