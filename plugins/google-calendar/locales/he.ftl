plugin-name = יומן Google
plugin-description = מכניס את הפגישות שלכם ליומן Google, מוסיף קישורי Google Meet ומראה מתי אתם תפוסים.

provider-google = Google
provider-google-guide =
    יוצרים פרויקט לעסק, או בוחרים אחד קיים. השם שלו הוא רק בשבילכם. https://console.cloud.google.com/projectcreate
    מפעילים בו את Google Calendar API: לוחצים על ״Enable״. https://console.cloud.google.com/apis/library/calendar-json.googleapis.com
    ממלאים את ״Branding״: שם העסק וכתובת מייל לפניות. https://console.cloud.google.com/auth/branding
    תחת ״Audience״ בוחרים ״Internal״ אם לעסק יש Google Workspace. אחרת בוחרים ״External״ ולוחצים על ״Publish app״: כל עוד כתוב שם ״Testing״, גוגל מנתקת כל חיבור אחרי שבעה ימים. https://console.cloud.google.com/auth/audience
    תחת ״Clients״ יוצרים לקוח מסוג ״Web application״. https://console.cloud.google.com/auth/clients

scope-openid = כדי לדעת איזה חשבון Google חיברתם.
scope-email = כדי להציג את כתובת החשבון המחובר.
scope-profile = כדי להציג את שם החשבון המחובר.
scope-calendar-list = כדי להציג את היומנים שלכם ולאפשר לכם לבחור באילו להשתמש.
scope-events-owned = כדי ליצור, לשנות ולמחוק אירועים ביומנים שבבעלותכם, ולדעת מתי אתם תפוסים.

error-reconnect = ‏Google כבר לא מקבלת את החיבור הזה. צריך לחבר את החשבון מחדש.
error-limited = ‏Google מבקשת להאט. ננסה שוב בעצמנו.
error-scope = החשבון המחובר לא אישר גישה ליומנים שלו. חברו אותו מחדש והשאירו את כל ההרשאות מסומנות.
error-api-disabled = ‏Google Calendar API כבוי בפרויקט שלכם ב־Google Cloud. הפעילו אותו שם ונסו שוב.
error-forbidden = ‏Google לא מאפשרת את הפעולה הזאת ביומן שנבחר.
error-refused = ‏Google דחתה את הבקשה.
error-not-found = היומן או האירוע כבר לא קיימים.
error-conflict = האירוע ממשיך להשתנות ביומן Google. ננסה שוב בעצמנו.
error-foreign = אירוע שאינו שלנו כבר תופס את מקומה של הפגישה ביומן Google.
error-unavailable = יומן Google לא עונה כראוי. ננסה שוב בעצמנו.
error-resync = היומן נקרא עכשיו מחדש מההתחלה.

step-api = ‏Google Calendar API מופעל
step-calendars = יש יומן בבעלות החשבון הזה
step-events = אפשר לקרוא את האירועים שבו

failure-client = ‏Google לא מכירה את מזהה הלקוח ואת הסוד האלה
failure-client-help =
    פותחים את לקוח ה־OAuth ב־Google Auth Platform, תחת Clients, מעתיקים שוב את מזהה הלקוח ואת סוד הלקוח, בלי רווחים, ושומרים אותם כאן.
    אם הסוד הוחלף או שהלקוח נמחק שם, יוצרים חדש.
failure-redirect = אצל Google רשומה כתובת הפניה אחרת (Error 400: redirect_uri_mismatch)
failure-redirect-help = פותחים את לקוח ה־OAuth ב־Google Auth Platform, תחת Clients. תחת ״Authorized redirect URIs״ מדביקים בדיוק את כתובת ההפניה שבדף הזה ושומרים. ייתכן שיעברו כמה דקות עד ש־Google תכיר אותה.
failure-declined = ההרשאה לא ניתנה
failure-declined-help = מישהו לחץ על ״ביטול״ אצל Google. מתחילים שוב ומאשרים.
failure-testers = ‏Google מכניסה רק בודקים רשומים (Error 403: access_denied)
failure-testers-help = האפליקציה שלכם במצב בדיקה. תחת Audience לוחצים על ״Publish app״, או מוסיפים את החשבון לרשימת הבודקים. ב־Google Workspace משלכם בוחרים במקום זה ב־״Internal״.
failure-own-organization = רק חשבונות של ארגון אחד יכולים להתחבר (Error 403: org_internal)
failure-own-organization-help = קהל היעד של האפליקציה הוא ״Internal״. מחברים חשבון של אותו ארגון, או הופכים את האפליקציה לחיצונית תחת Audience.
failure-policy = מנהל מערכת חסם את האפליקציה הזאת (Error 400: admin_policy_enforced)
failure-policy-help = מבקשים ממנהל ה־Google Workspace לאפשר את מזהה הלקוח תחת Security, API controls, App access control.
failure-testing = האפליקציה עדיין בבדיקה, ו־Google מסיימת כל חיבור אחרי שבעה ימים
failure-testing-help = ב־Google Auth Platform, תחת Audience, לוחצים על ״Publish app״; ב־Google Workspace משלכם בוחרים ב־״Internal״. אחר כך מחברים פעם נוספת, ומכאן והלאה החיבור נשאר.
failure-scopes = החשבון לא אישר את כל מה שנחוץ
failure-scopes-help = מחברים אותו מחדש, ובדף של Google משאירים את כל התיבות מסומנות.
failure-api-off = ‏Google Calendar API כבוי בפרויקט שלכם ב־Google Cloud
failure-api-off-help = פותחים את הדף שלמטה, מוודאים שהפרויקט שלכם נבחר למעלה ולוחצים על ״Enable״. אחרי דקה בודקים שוב.
failure-no-calendar = לחשבון הזה אין יומן משלו
failure-no-calendar-help = פותחים פעם אחת את יומן Google עם החשבון הזה, כדי שהיומן ייווצר, ואז בודקים שוב.
failure-no-service = הארגון כיבה את יומן Google בחשבון הזה
failure-no-service-help = מבקשים ממנהל ה־Google Workspace להפעיל את היומן, תחת Apps, Google Workspace.

setting-show-shared = להציג גם יומנים שרק משותפים עם החשבון
setting-show-shared-text = אי אפשר לבחור בהם; בלעדיהם הרשימה קצרה יותר.
