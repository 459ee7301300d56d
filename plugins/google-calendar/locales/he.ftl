plugin-name = יומן Google
plugin-description = מכניס את הפגישות שלכם ליומן Google, מוסיף קישורי Google Meet ומראה מתי אתם תפוסים.

provider-google = Google
provider-google-guide = ב־Google Cloud Console יוצרים פרויקט, מפעילים את Google Calendar API, מגדירים את מסך ההסכמה ויוצרים לקוח OAuth מסוג ״Web application״. מוסיפים שם את כתובת ההפניה שמופיעה כאן, ואז מעתיקים לטופס הזה את מזהה הלקוח ואת סוד הלקוח. כל עוד מסך ההסכמה במצב בדיקה, Google מנתקת כל חיבור אחרי שבעה ימים.

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
