connections-text = חשבונות חיצוניים שעובדים יחד עם סביבת העבודה.
connections-first = מה מחברים?
connections-more = חיבור חשבון נוסף
connections-empty = עוד אין מה לחבר
connections-empty-text = קודם מפעילים תוסף, ואז מה שאפשר לחבר יופיע כאן.
connections-to-plugins = לרשימת התוספים
offer-off = קודם צריך להפעיל את { $plugin }
health-working = תקין
health-behind = לא מסונכרן
health-needs_you = דורש טיפול
health-paused = בהמתנה
health-disconnected = מנותק
connect-provider = חיבור { $provider }
connect-for = עבור { $plugin }
connect-failed = החיבור לא הצליח
connect-scopes = אלה האישורים ש־{ $provider } יבקש
connect-tokens = המפתחות שמתקבלים ננעלים בכספת. אף תוסף ואף דף לא רואים אותם, ואפשר להתנתק בכל רגע.
connect-go = המשך אל { $provider }
connect-client = קודם כול, היכרות עם { $provider }
connect-client-change = שינוי פרטי הרישום אצל הספק
connect-client-text = פעם אחת בלבד: { $provider } רוצה לדעת מי פונה. סביבת העבודה נרשמת שם בשמה, בלי חברה מתווכת באמצע.
connect-redirect = כש־{ $provider } יבקש כתובת להפניה (redirect), מדביקים בדיוק את זו:
connect-paste = בסוף מדביקים כאן את מה ש־{ $provider } מציג:
redirect-address = כתובת להפניה
client-id = מזהה לקוח (Client ID)
client-secret = סוד לקוח (Client secret)
client-secret-hint = נכנס ישר לכספת ולא יוצג שוב.
client-secret-kept = כבר שמור. שדה ריק משאיר את הקיים.
connection-needs-you = צריך לחבר את החשבון מחדש
connection-needs-you-text = הספק כבר לא מקבל את ההרשאה שלנו. שום דבר לא אבד: אחרי חיבור מחדש, מה שחיכה ימשיך.
connection-paused = בהמתנה
connection-paused-text = החיבור ממתין כי { $plugin } כבוי. הוא ימשיך כשהתוסף יופעל.
reconnect = חיבור מחדש
calendars-title = יומנים
calendars-text = באילו יומנים העסק משתמש? אפשר לבחור רק יומנים שבבעלות החשבון.
calendars-save = שימוש ביומנים שנבחרו
calendar-primary = ראשי
calendar-access-owner = בבעלות החשבון הזה
calendar-access-writer = משותף עם החשבון, ולכן אי אפשר לבחור בו
calendar-access-reader = לקריאה בלבד, ולכן אי אפשר לבחור בו
calendar-make-default = פגישות חדשות ייכנסו אל
connection-scopes = מה מותר לו
scope-declined = לא אושר
connection-account = חשבון
connection-plugin = בשימוש של
connection-since = מחובר מאז
disconnect = ניתוק
disconnect-text = נודיע ל־{ $provider } לסיים את ההרשאה ונשמיד את המפתחות שלנו. הפגישות נשארות כאן.
disconnect-title = לנתק את { $account }?
disconnect-ask = היומנים שלו יפסיקו להסתנכרן. הפגישות יישארו, כאן וגם אצל { $provider }.
stay-connected = להישאר מחוברים
disconnected-title = החשבון נותק
disconnected-confirmed = התקבל אישור מ־{ $provider } שההרשאה הסתיימה. המפתחות שלנו הושמדו.
disconnected-unconfirmed = המפתחות שלנו הושמדו, אבל לא התקבל אישור מ־{ $provider } שההרשאה הסתיימה. ליתר ביטחון, כדאי להסיר את סביבת העבודה בהגדרות האבטחה של החשבון ב־{ $provider }.
connect-untrusted = פרטי הרישום שנשמרו עבור { $provider } כבר לא כפי שנשמרו
connect-untrusted-text = הם שונו או נמחקו מחוץ ל־OXPI, ולכן לא נעשה בהם שימוש. אפשר להזין שוב למטה את מזהה הלקוח ואת סוד הלקוח, וכדאי לעדכן את מי שמטפל בשרת.
in-use-title = יומנים בשימוש
in-use-text = פגישות מסתנכרנות לשני הכיוונים. כל מה שעוד רשום ביומנים האלה נחשב לזמן תפוס.
calendar-is-working = מסונכרן
calendar-is-trying = מנסים שוב
calendar-is-behind = לא מסונכרן
calendar-is-emptied = חסרים אירועים
calendar-is-fresh = נקרא לראשונה
calendar-asked = סונכרן לאחרונה: { $when }
calendar-failing-since = אין גישה ליומן מאז { $since }.
calendar-failing-kept = הפגישות שמורות כאן. כשהיומן יענה, מה שממתין יישלח ומה שהשתנה שם ייקלט, בלי שצריך לעשות דבר.
calendars-ask-now = בדיקת שינויים עכשיו
calendar-emptied = { $count ->
    [one] אירוע של פגישה אחת חסר ביומן הזה
    [two] האירועים של שתי פגישות חסרים ביומן הזה
   *[other] האירועים של { $count } פגישות חסרים ביומן הזה
  }
calendar-emptied-text = אלה רוב האירועים בבת אחת, ולכן שום פגישה לא בוטלה. אם היומן התרוקן בטעות או הוקם מחדש, אפשר לכתוב את האירועים שוב. אם הם נמחקו בכוונה, אפשר לבטל את הפגישות.
calendar-emptied-restore = לכתוב את האירועים שוב
calendar-emptied-cancel = { $count ->
    [one] ביטול הפגישה
    [two] ביטול שתי הפגישות
   *[other] ביטול { $count } פגישות
  }
calendar-emptied-ask = { $count ->
    [one] לבטל את הפגישה?
    [two] לבטל את שתי הפגישות?
   *[other] לבטל { $count } פגישות?
  }
calendar-emptied-ask-text = לפני כן היומן נקרא פעם נוספת, ומה שחזר אליו נשאר.
calendar-emptied-keep = להשאיר אותן
calendar-emptied-answered = היומן נקרא פעם נוספת, ואחר כך זה יבוצע.
behind-error-provider-unavailable = הספק לא עונה. אין צורך לעשות דבר.
behind-error-provider-busy = הספק ביקש להמתין. אין צורך לעשות דבר.
behind-error-provider-rejected = הספק מסרב. ברוב המקרים שירות היומנים כובה שם, או שהחשבון כבר לא רשאי להשתמש ביומן הזה. אחרי התיקון אפשר לבדוק שוב.
behind-error-provider-not-found = היומן נמחק שם, או שהחשבון כבר לא רואה אותו. אפשר לשתף אותו מחדש, או להפסיק להשתמש בו כאן.
behind-error-plugin-failed = התוסף נכשל. ייתכן שעדכון יפתור את זה; הפרטים נמצאים ביומן המערכת.
details-shown-title = מה רואים מאירועים שנוצרו במקום אחר
details-shown-text = כך זה ייראה לכל מי שרואה את היומן כאן. אירועים שסומנו שם כפרטיים נשארים מוסתרים. מה שמפסיקים להציג נמחק מכאן מיד.
detail-busy = רק שהזמן תפוס
detail-title = הכותרת
detail-all = כותרת, מקום והערות
blocks-title = אילו יומנים תופסים זמן
blocks-text = היומנים האלה שייכים לאדם אחד: מה שרשום ביומן מסומן תופס את הזמן גם ביומנים האחרים בעת קביעת פגישה. כדאי להשאיר בחוץ יומנים כמו חגים או חדר משותף.
login-again = חיבור מחדש של { $provider }
login-server = כתובת השרת
login-server-hint = למשל cloud.example.com. עבור החשבון הזה נפנה רק לשרת הזה, ולא לאף שרת אחר.
login-user = שם משתמש
login-user-hint = בדרך כלל כתובת המייל המלאה.
login-password = סיסמה
login-password-hint = אם השרת מאפשר, כדאי ליצור בו סיסמה ייעודית לסביבת העבודה. הסיסמה הרגילה לרוב לא תתקבל.
login-go = בדיקה וחיבור
login-safe = הפרטים נבדקים מיד. אחר כך הסיסמה ננעלת בכספת ונשלחת רק לשרת הזה. אף תוסף ואף דף לא רואים אותה.
login-nothing-kept = שום דבר לא נשמר. כדאי לבדוק את מה שמסומן למטה ולהקליד שוב את הסיסמה.
login-elsewhere = היומנים נמצאים בשרת אחר
login-elsewhere-text = השרת שציינת מפנה אל:
login-elsewhere-ask = עדיין לא נשלח לשם דבר. אם זה השרת הנכון, צריך להקליד שוב את הסיסמה ולהתחבר.
login-servers = שרתים נפוצים
login-servers-text = מעתיקים את הכתובת, ויוצרים אצל הספק סיסמה ייעודית.
connection-needs-password = השרת כבר לא מקבל את הסיסמה. שום דבר לא אבד: אחרי הקלדת סיסמה חדשה, מה שחיכה ימשיך.
disconnect-password = נשמיד את העותק שלנו של הסיסמה. הפגישות נשארות כאן.
disconnected-password = העותק שלנו של הסיסמה הושמד. ייתכן שהיא עדיין תקפה בשרת, ולכן כדאי למחוק שם את הסיסמה הייעודית.
