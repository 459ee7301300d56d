# מה שכתוב במיילים.
mail-open-link = הקישור לפתיחה:
mail-invitation-subject = הזמנה מאת { $name } אל { $business }
mail-invitation-text = קיבלת הזמנה מאת { $name } לעבוד ב־{ $business }. התפקיד שלך: { $role }.
mail-invitation-until = הקישור טוב לפעם אחת, עד { $when }.
mail-invitation-foot = לא ידוע לך ממי זה? אפשר פשוט להתעלם מהמייל.
mail-reset-subject = בחירת סיסמה חדשה
mail-reset-text = שלום { $name }, התקבלה בקשה לסיסמה חדשה לחשבון שלך.
mail-reset-minutes = הקישור טוב לפעם אחת, למשך { $minutes ->
    [one] דקה
    [two] שתי דקות
   *[other] { $minutes } דקות
  }.
mail-reset-foot = אם הבקשה לא הגיעה ממך, אין צורך לעשות דבר: הסיסמה נשארת כפי שהיא.
mail-notice-text = שלום { $name }, זה קרה עכשיו בחשבון שלך:
mail-notice-advice = אם זה היה ביוזמתך, הכול בסדר. אם לא, כדאי להחליף סיסמה ולנתק מכשירים לא מוכרים.
mail-notice-open = לחשבון שלי
mail-notice-foot = המייל הזה נשלח כדי ששום דבר לא יקרה בחשבון שלך בלי ידיעתך.
mail-what-session-new-device = כניסה חדשה ממכשיר לא מוכר
mail-what-account-password-changed = הסיסמה שלך הוחלפה
mail-what-account-password-reset = נקבעה סיסמה חדשה דרך קישור
mail-what-account-email-changed = כתובת האימייל של החשבון הוחלפה
mail-what-account-app-added = נוספה אפליקציית אימות
mail-what-account-app-removed = אפליקציית האימות הוסרה
mail-what-account-passkey-added = נוסף מפתח גישה
mail-what-account-passkey-removed = מפתח גישה הוסר
mail-what-account-passkey-copied = מפתח גישה נדחה, כי ייתכן שיש למישהו עותק שלו. כדאי להסיר אותו ולהוסיף חדש.
mail-what-account-codes-renewed = נוצרו קודי גיבוי חדשים
mail-what-account-code-used = נעשה שימוש בקוד גיבוי
mail-what-account-factors-removed = מנהל השרת הסיר את אמצעי האימות הנוספים
