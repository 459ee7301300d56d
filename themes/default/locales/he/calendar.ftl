error-series-taken = חלק מהשעות כבר תפוסות, ולכן אף פגישה לא שוחזרה. אפשר לשחזר כל פגישה מהעמוד שלה.
book-appointment = קביעת פגישה
week-free = אין פגישות
week-connect = כל היומן במקום אחד
week-connect-text = אחרי החיבור, הפגישות והשעות התפוסות יישארו מסונכרנות.
week-connect-action = חיבור יומן
appointment-new = פגישה חדשה
appointment-change = עדכון פגישה
appointment-title = נושא הפגישה
appointment-title-example = ייעוץ, מדידה, משלוח…
nobody = בלי איש קשר
calendar = יומן
calendar-here-only = רק כאן
calendar-hint = הפגישה תירשם גם ביומן הזה.
calendar-fixed-hint = הפגישה כבר רשומה ביומן הזה ונשארת בו.
online-meeting = פגישת וידאו
online-hint = קישור לשיחה ייווצר אוטומטית.
appointment-cancel = ביטול הפגישה
appointment-cancel-title = לבטל את הפגישה?
appointment-cancel-text = היא תישאר בהיסטוריה ותסומן כמבוטלת.
appointment-cancel-text-calendar = היא תימחק גם מהיומן { $calendar }. כאן היא תישאר בהיסטוריה ותסומן כמבוטלת.
appointment-keep = להשאיר
appointment-is-cancelled = הפגישה הזאת בוטלה.
appointment-made-in-zone = נקבעה לפי { $zone }
cancelled = בוטלה
meeting-none = הקישור ייווצר אחרי שהפגישה תירשם ביומן.
meeting-unmade = היומן הזה לא יוצר קישורי וידאו. אפשר להוסיף קישור משלכם בהערות.
meeting-pending = הקישור בהכנה ויופיע כאן מעצמו תוך כמה שניות.
meeting-ready = הקישור מוכן לשליחה.
meeting-failed = היומן לא הצליח ליצור קישור. שמירה חוזרת של הפגישה תנסה שוב.
meeting-join = כניסה לשיחה
meeting-link = קישור לשליחה
sync = סנכרון
sync-none = רק כאן
sync-none-text = הפגישה לא רשומה באף יומן מחובר.
sync-pending = בדרך ליומן
sync-pending-text = נרשמת עכשיו ביומן { $calendar }. בדרך כלל זה עניין של שניות.
sync-synced = מסונכרן
sync-synced-text = שינויים כאן וביומן { $calendar } מתעדכנים בשני הצדדים.
sync-gone-text = האירוע נמחק מהיומן { $calendar }.
sync-failed = עוד לא נרשמה
sync-failed-text = לא הצלחנו לעדכן את היומן { $calendar }. הפגישה עצמה שמורה כאן.
sync-open = פתיחה ביומן
problem-denied = לתוסף אין הרשאה לזה. כדאי לבדוק את ההרשאות שלו.
problem-invalid = היומן לא קיבל את הפרטים.
problem-not-found = היומן או האירוע כבר לא קיימים שם.
problem-conflict = האירוע השתנה בו בזמן גם בצד השני; הניסיון הבא יסדר את זה.
problem-limited = הספק ביקש להמתין. זה ימשיך מעצמו.
problem-unavailable = הספק לא עונה כרגע. זה ימשיך מעצמו.
problem-timeout = הספק לא ענה בזמן. זה ימשיך מעצמו.
problem-too-large = הפרטים ארוכים מדי ליומן הזה.
problem-reconnect = צריך לחבר את החשבון מחדש.
problem-resync = היומן נקרא מחדש.
problem-rejected = הספק סירב. ניסיון נוסף לא יעזור; כדאי לבדוק את הפרטים.
problem-internal = משהו השתבש אצלנו. הפרטים נמצאים ביומן המערכת.
problem-off = התוסף כבוי.
problem-failed = התוסף נכשל. הפרטים נמצאים ביומן המערכת.
sync-failing-since = נכשל לראשונה: { $since }
merged-title = שונה בשני הצדדים באותו זמן
merged-text = מה שהוזן כאן נשמר ({ $when }). ביומן המחובר היה רשום:
merge-title = נושא:
merge-notes = הערות:
merge-location = מקום:
merge-time = מועד:
merge-deleted = האירוע נמחק שם, אבל הפגישה עודכנה כאן ולכן הוחזרה ליומן.
taken-busy = משהו אחר ביומן { $calendar }
taken-hint = אפשר לבחור מועד אחר, או לקבוע בכל זאת באותו זמן.
taken-anyway = לקבוע בכל זאת
taken-anyway-save = לשמור בכל זאת
sync-again = לשלוח שוב עכשיו
busy-elsewhere = זה נוצר ביומן המחובר, ומשנים את זה שם.
merged-here = מכאן נשאר
merged-there = ושם היה רשום
calendar-views = תצוגות היומן
calendar-day = יום
calendar-week = שבוע
calendar-month = חודש
calendar-agenda = רשימה
calendar-previous = מוקדם יותר
calendar-next = מאוחר יותר
calendar-calendars = יומנים
calendar-makers = הפגישות של מי
calendar-count =
    { $count ->
        [one] רשומה אחת
       *[other] { $count } רשומות
    }
calendar-rest = ועוד { $count }
calendar-more = ועוד { "{n}" }
calendar-moved = הועבר ל: { $when }
calendar-move-undone = חזר למקומו
calendar-move-anyway = להעביר בכל זאת
calendar-move-failed = ההעברה לא הצליחה והפגישה נשארה במקומה. כדאי לנסות שוב.
calendar-taken-by = המועד תפוס: { $title }. שום דבר לא הועבר.
calendar-not-loaded = לא הצלחנו לקרוא את היומן כרגע. ייתכן שמה שמוצג אינו עדכני.
calendar-other-zone = המכשיר שלך מכוון לאזור הזמן
calendar-hint-drag = גוררים פגישה כדי להזיז אותה, ואת הקצה התחתון כדי להאריך; לחיצה על מקום פנוי פותחת פגישה חדשה. במקלדת: Shift ומקש חץ, ועם Alt משנים את שעת הסיום.
last-day = היום האחרון
repeats = חזרה
repeat-never = לא חוזרת
repeat-day = כל יום
repeat-week = כל שבוע
repeat-month = כל חודש, באותו תאריך
repeat-month-end = כל חודש, ביום האחרון
repeat-month-hint = חודש שאין בו התאריך הזה מדולג: מה שחל ב־31 מתקיים בשבעה חודשים בשנה. ״כל חודש, ביום האחרון״ מתקיים בכולם.
repeat-weekday = כל חודש, באותו יום בשבוע
repeat-year = כל שנה
repeat-on = בימים
repeat-interval = כל כמה
repeat-until = עד תאריך
repeat-count = מספר הפעמים
repeats-day =
    { $n ->
        [one] כל יום
        [two] כל יומיים
       *[other] כל { $n } ימים
    }
repeats-week =
    { $n ->
        [one] כל שבוע
        [two] כל שבועיים
       *[other] כל { $n } שבועות
    }
repeats-month =
    { $n ->
        [one] כל חודש
        [two] כל חודשיים
       *[other] כל { $n } חודשים
    }
repeats-month-end = ביום האחרון
repeats-year =
    { $n ->
        [one] כל שנה
        [two] כל שנתיים
       *[other] כל { $n } שנים
    }
repeats-until = עד { $date }
repeats-times =
    { $n ->
        [one] פעם אחת
        [two] פעמיים
       *[other] { $n } פעמים
    }
reach = הפגישה היא חלק מסדרה. למה הכוונה?
reach-one = רק לפגישה הזאת
reach-following = לפגישה הזאת ולבאות אחריה
reach-all = לכל הפגישות שעוד לא התקיימו
calendar-file = הורדת הפגישות האלה כקובץ יומן (‎.ics‎)
appointment-file = הורדה כקובץ יומן (‎.ics‎)
