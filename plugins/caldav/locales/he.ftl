plugin-name = יומני CalDAV
plugin-description = מכניס את הפגישות שלכם ליומן ב־iCloud, ב־Fastmail, ב־Nextcloud או בכל שרת CalDAV אחר, ומראה מתי אתם תפוסים.

provider-server = שרת CalDAV
provider-server-guide = כך אפשר לחבר כמעט כל יומן שאינו של Google. צריך את כתובת השרת, את שם המשתמש שלכם שם, ורצוי סיסמה שנוצרה רק לשם כך.
server-icloud = ‏iCloud
server-icloud-guide = באתר account.apple.com, תחת ״כניסה ואבטחה״, בוחרים ב״סיסמאות ליישומים ספציפיים״. שם המשתמש הוא כתובת המייל של חשבון Apple.
server-fastmail = ‏Fastmail
server-fastmail-guide = בהגדרות, תחת Privacy & Security, יוצרים סיסמת אפליקציה ליומנים. שם המשתמש הוא כתובת Fastmail המלאה.
server-nextcloud = ‏Nextcloud
server-nextcloud-guide = הכתובת היא של הענן שלכם. בהגדרות האישיות, תחת ״אבטחה״, יוצרים סיסמת אפליקציה.
server-other = שרת אחר
server-other-guide = מי שמפעיל את השרת יודע מה כתובת ה־CalDAV. לעתים קרובות די בשם השרת.

error-reconnect = שרת היומנים כבר לא מקבל את הסיסמה. צריך לחבר את החשבון מחדש.
error-limited = שרת היומנים מבקש להאט. ננסה שוב בעצמנו.
error-forbidden = שרת היומנים לא מרשה את הפעולה הזאת ביומן שנבחר.
error-refused = שרת היומנים דחה את הבקשה.
error-not-found = היומן או האירוע כבר לא קיימים.
error-conflict = האירוע השתנה בינתיים בשרת היומנים.
error-foreign = אירוע שאינו שלנו כבר תופס את מקומה של הפגישה בשרת היומנים.
error-full = לא נשאר מקום בשרת היומנים.
error-moved = היומן עבר לשרת אחר. צריך לחבר את החשבון מחדש בכתובת החדשה.
error-not-expanded = שרת היומנים הזה לא יודע לומר מתי מתקיימים אירועים חוזרים, ולכן אי אפשר להשתמש ביומנים שלו.
error-unavailable = שרת היומנים לא עונה כראוי. ננסה שוב בעצמנו.
error-resync = היומן נקרא עכשיו מחדש מההתחלה.

step-password = השרת מקבל את שם המשתמש והסיסמה
step-kind = זה שרת יומנים
step-content = יש בו יומן

failure-kind = יש שם שרת, אבל אין יומנים בכתובת הזאת
failure-kind-help =
    מבררים אצל הספק מה כתובת ה־CalDAV. את הכתובות של הספקים הגדולים אפשר להעתיק מהרשימה שבדף הזה.
    בענן פרטי היא מסתיימת לעתים קרובות ב־/remote.php/dav או ב־/dav.
failure-content = עדיין אין יומן בחשבון הזה
failure-content-help = שם המשתמש והסיסמה נכונים. קודם יוצרים שם יומן, ואז מנסים שוב.
failure-moved = היומנים עברו לשרת אחר
failure-moved-help = מחברים את החשבון מחדש, והדף יראה איפה הם נמצאים עכשיו.

setting-show-shared = להציג גם יומנים שרק משותפים עם החשבון
setting-show-shared-text = אי אפשר לבחור בהם; בלעדיהם הרשימה קצרה יותר.
