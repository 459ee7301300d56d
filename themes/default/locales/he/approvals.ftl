# What plugins propose to do, and the decision.
nav-approvals = אישורים
approvals-text = כאן תוספים מבקשים רשות לפני שהם מוציאים כסף או עושים משהו שאחרים רואים. שום דבר לא נשלח לפני שאישרתם.
approvals-waiting = ממתינים לכם
approvals-none = אין מה לאשר
approvals-none-text = כשתוסף ירצה לעשות משהו שדורש את האישור שלכם, זה יופיע כאן.
approvals-settled = הוחלט
approval-by = הוצע על ידי
approval-amount = סכום, לפי התוסף
approval-to = נשלח אל
approval-account = בשם החשבון
approval-expires = אפשר להחליט עד
approval-summary = מה אומר התוסף
approval-request = מה יישלח בדיוק
approval-request-text = זה ורק זה. אם ישתנה אפילו תו אחד, השליחה תיחסם.
approval-query = עם הפרמטרים האלה
approval-body = תוכן
approval-bytes = { $size ->
    [one] בית אחד
   *[other] { $size } בתים
  } שאי אפשר להציג כטקסט.
approval-headers = פרטים טכניים
approval-decide = ההחלטה שלכם
approval-once = אחרי אישור אפשר לשלוח פעם אחת, עד המועד שלמעלה. מי שאישר נרשם ביומן הפעילות.
approval-reason = סיבה
approval-what-became = מה קרה עם זה
approval-decided-by = מי החליט
approval-decided-at = מתי הוחלט
approval-sent-at = יצא לדרך
approval-answer = תשובת הספק
approval-somebody = מישהו שכבר לא כאן
approve = אישור
reject = דחייה
approval-waiting = ממתין
approval-approved = אושר
approval-rejected = נדחה
approval-expired = פג הזמן
approval-used = בדרך
approval-sent = נשלח
approval-unknown = לא ברור
approval-withdrawn = בוטל על ידי התוסף
approval-approved-text = התוסף יכול לשלוח את זה עכשיו, פעם אחת.
approval-rejected-text = שום דבר לא נשלח.
approval-expired-text = הזמן עבר. שום דבר לא נשלח, וכבר אי אפשר לשלוח.
approval-used-text = זה יצא לדרך והתשובה עוד לא הגיעה. אי אפשר לשלוח את זה שוב.
approval-sent-text = זה יצא פעם אחת, הספק השיב, ואי אפשר לשלוח את זה שוב.
approval-unknown-text = זה יצא פעם אחת ואי אפשר לשלוח את זה שוב.
approval-unknown-title = לא ידוע אם זה הגיע
approval-unknown-advice = הבקשה נשלחה, אבל לא חזרה תשובה. כדאי לבדוק אצל הספק לפני שמנסים שוב: ייתכן שהפעולה כבר בוצעה.
approval-unsure-title = הספק השיב בהודעת שגיאה
approval-unsure-advice = כנראה ששום דבר לא בוצע, אבל אין ודאות. כדאי לבדוק אצל הספק לפני שמנסים שוב.
approval-withdrawn-text = התוסף חזר בו. שום דבר לא נשלח.
effect-is-spend = הפעולה מוציאה כסף.
effect-is-publish = הפעולה מפרסמת משהו לעיני אחרים.
effect-is-reply = הפעולה עונה למישהו.
effect-is-refund = הפעולה מחזירה כסף.
said-approved = אושר
said-rejected = נדחה. שום דבר לא יישלח.
home-approvals = { $count ->
    [one] דבר אחד מחכה לאישור שלכם
    [two] שני דברים מחכים לאישור שלכם
   *[other] { $count } דברים מחכים לאישור שלכם
  }
home-approvals-text = תוספים מחכים להחלטה שלכם לפני שימשיכו.
error-approval-over = בינתיים זה כבר הוחלט, בוטל או שעבר הזמן.
error-approval-key = המפתח הזה כבר משמש הצעה אחרת.
act-approval-proposed = ביקש אישור
act-approval-approved = אישר את מה שהוצע על ידי
act-approval-rejected = דחה את מה שהוצע על ידי
act-approval-expired = סגר, כי הזמן עבר, הצעה של
act-approval-used = הוציא לדרך את מה שאושר
act-approval-sent = קיבל תשובה על מה שאושר
act-approval-unknown = לא קיבל תשובה על מה שאושר
act-approval-withdrawn = חזר בו מהצעה
act-approval-refused = ניסה לשלוח בלי אישור, ונעצר
