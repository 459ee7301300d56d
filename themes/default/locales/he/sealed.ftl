# A server that waits for its passphrase.
unseal-title = פתיחת OXPI
unseal-text = השרת הופעל מחדש. הזינו את הסיסמה שלו, וכולם יוכלו להמשיך לעבוד.
unseal-passphrase = סיסמת השרת
unseal-submit = פתיחה
unseal-note = הסיסמה נמצאת רק אצל מי שמטפל בשרת. זו לא הסיסמה האישית שלכם.
sealed-title = ‏OXPI נעולה
sealed-text = השרת הופעל מחדש וממתין לסיסמה שלו. שום דבר לא אבד; העבודה תימשך ברגע שמי שמטפל בשרת יפתח אותו.
sealed-unseal = יש לי את הסיסמה
sealed-opening-title = כבר נפתח
sealed-opening-text = הסיסמה נכונה. סביבת העבודה תהיה כאן עוד רגע.
sealed-open = לסביבת העבודה
