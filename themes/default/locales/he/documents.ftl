# Files that plugins keep and members add to people.
nav-documents = מסמכים
documents-text = הקבצים שתוספים שומרים ושהצוות מוסיף לאנשי קשר, מוצפנים.
documents-plugin = נשמר על ידי
documents-any-plugin = כולם
documents-any-media = כל הסוגים
documents-search = חיפוש לפי שם
documents-count = { $count ->
    [one] מסמך אחד
    [two] שני מסמכים
   *[other] { NUMBER($count) } מסמכים
}
documents-none-found = אין מסמך מתאים
documents-none-found-text = אפשר לנסות פחות מילים, סוג אחר או קבצים ששומר מישהו אחר.
documents-show-all = הצגת כל המסמכים
documents-save-view-hint = החיפוש, מי ששומר, הסוג והמיון נשמרים תחת שם.
documents-empty = עדיין אין מסמכים
documents-empty-text = הצעות מחיר, חוזים ותמונות שמוסיפים בדף של מישהו מופיעים גם כאן. גם קבצים שתוסף מביא לעסק, למשל חשבוניות מתיבת הדואר, נשמרים כאן.
documents-about = רק של { $name }
documents-all = הצגת הכול
documents-add = הוספת קבצים
documents-add-hint = כל סוג, עד 25MB לקובץ. בבת אחת: עד 20 קבצים ועד 50MB.
documents-add-do = הוספה
documents-add-to = על מי הם
documents-add-choose = לבחור מישהו
documents-add-next = לבחירת הקבצים
documents-order-newest = החדשים קודם
documents-order-oldest = הישנים קודם
documents-order-name = לפי שם
documents-order-size = הגדולים קודם
person-documents-empty = כאן אפשר להוסיף הצעות מחיר, חוזים ותמונות של { $name }.
document-name = שם
document-media = סוג
document-media-pdf = PDF
document-media-picture = תמונה
document-media-table = טבלה
document-media-other = אחר
document-media-type = סוג מדיה
document-size = גודל
document-size-bytes = גודל בבתים
document-kept = מתי נשמר
document-plugin = נשמר על ידי
document-team = הצוות
document-added-by = נוסף על ידי
document-about = שייך אל
document-plugin-gone = { $plugin } (כבר לא מותקן)
document-connection = מקור
document-account = חשבון מחובר
document-source = שרת
document-from = מקור: { $from }
document-stays-plugin = המסמך נשמר כל עוד התוסף כאן.
document-stays-connection = המסמך נשמר כל עוד החיבור קיים, ונמחק כשמנתקים אותו.
document-stays-member = המסמך נשמר עד שמוחקים אותו, או עד שמי שהוא שייך אליו נמחק לצמיתות.
document-download = הורדה
document-download-one = הורדה: { $name }
document-delete = מחיקה
document-delete-one = מחיקה: { $name }
document-delete-title = למחוק את { $name } לצמיתות?
document-delete-text = הקובץ נמחק מיד ואי אפשר לשחזר אותו. אם הוא עדיין קיים במקור, ייתכן שהתוסף יביא אותו שוב.
document-delete-text-short = הקובץ נמחק מיד ואי אפשר לשחזר אותו.
document-delete-do = מחיקה לצמיתות
document-keep = להשאיר
said-document-deleted = המסמך נמחק
said-document-added = הקובץ נוסף
said-documents-added = הקבצים נוספו
timeline-document-added = הוספת הקובץ { $title }
timeline-document-kept = שמירת הקובץ { $title }
timeline-document-deleted = מחיקת הקובץ { $title }
timeline-document-brief = { $count ->
    [one] שמירת הקובץ { $title } לזמן קצר
    [two] שמירת שני קבצים לזמן קצר, האחרון { $title }
   *[other] שמירת { NUMBER($count) } קבצים לזמן קצר, האחרון { $title }
}
export-documents-text = רשימה של כל המסמכים שמתאימים. הקבצים עצמם נמצאים ב״הורדה של הכול״.
ask-documents = לשמור קבצים מהסוגים האלה, מוצפנים
act-document-kept = שמירת קובץ
act-document-downloaded = הורדת קובץ שנשמר על ידי
act-document-deleted = מחיקת קובץ שנשמר על ידי
act-document-added = הוספת קובץ לאיש קשר:
act-document-downloaded-added = הורדת קובץ של איש קשר:
act-document-deleted-added = מחיקת קובץ של איש קשר:
error-documents-unavailable = אי אפשר לשמור או לקרוא קבצים כרגע.
error-document-key = המפתח הזה כבר משמש קובץ אחר.
error-document-missing = קודם צריך לבחור קובץ.
error-document-empty = הקובץ ריק.
error-document-large = הקובץ גדול מדי: נשמרים קבצים עד 25MB.
error-document-name = לקובץ אין שם.
error-document-full = אין מקום לעוד קבצים. אפשר למחוק קבצים שאין בהם צורך ולנסות שוב.
error-documents-broken = לא הכול הגיע. את מה שחסר אפשר להוסיף שוב.
documents-sent-kept = אלה נוספו:
error-documents-many = אפשר עד 20 קבצים בבת אחת.
error-documents-together = הקבצים גדולים מדי יחד: אפשר עד 50MB בבת אחת.
error-document-about = אין איש קשר כזה.
