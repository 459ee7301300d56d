# הפעלה ראשונה, כניסה, הזמנות, מעבר בין עסקים.
door-foot = סביבת העבודה שלך, על המחשב שלך.
welcome-title = פותחים סביבת עבודה
welcome-text = שתי דקות ומתחילים. את כל מה שכאן אפשר לשנות אחר כך.
welcome-business = העסק
welcome-you = החשבון שלך
welcome-submit = מתחילים
sign-in = כניסה
sign-in-title = טוב לראות אותך שוב
sign-in-text = כניסה לסביבת העבודה.
sign-in-wait = יותר מדי ניסיונות. אפשר לנסות שוב בעוד { $minutes ->
    [one] דקה
    [two] שתי דקות
   *[other] { $minutes } דקות
  }.
invitation-title = הזמנה
invitation-heading = הצטרפות אל { $business }
invitation-text = קיבלת הזמנה מאת { $name }. התפקיד שלך: { $role }.
invitation-password-hint = כבר יש לך חשבון כאן. צריך רק להזין את הסיסמה שלו.
invitation-accept = הצטרפות
tenants-title = העסקים שלי
tenants-text = באיזה עסק עובדים עכשיו?
tenants-none = החשבון הזה לא משויך כרגע לאף עסק. אפשר לבקש הזמנה חדשה.
tenants-current = כאן עכשיו
reset-title = בחירת סיסמה חדשה
reset-text = לחשבון { $email }. כל המכשירים ינותקו.
reset-submit = שמירת הסיסמה
invitation-signed-in = הכניסה עם הכתובת הזאת כבר בוצעה.
