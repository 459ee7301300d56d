# Files that plugins keep.
nav-documents = מסמכים
documents-text = הקבצים שתוספים שומרים בשביל העסק, מוצפנים.
documents-plugin = נשמר על ידי
documents-any-plugin = כל התוספים
documents-any-media = כל הסוגים
documents-search = חיפוש לפי שם
documents-count = { $count ->
    [one] מסמך אחד
    [two] שני מסמכים
   *[other] { NUMBER($count) } מסמכים
}
documents-none-found = אין מסמך מתאים
documents-none-found-text = אפשר לנסות פחות מילים, תוסף אחר או סוג אחר.
documents-show-all = הצגת כל המסמכים
documents-save-view-hint = החיפוש, התוסף והסוג נשמרים תחת שם.
documents-empty = עדיין אין מסמכים
documents-empty-text = כשתוסף מביא קבצים לעסק, למשל חשבוניות מתיבת הדואר, הם נשמרים כאן. אפשר למצוא אותם לפי שם ולהוריד.
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
document-plugin-gone = { $plugin } (כבר לא מותקן)
document-connection = מקור
document-account = חשבון מחובר
document-source = שרת
document-from = מקור: { $from }
document-stays-plugin = המסמך נשמר כל עוד התוסף כאן.
document-stays-connection = המסמך נשמר כל עוד החיבור קיים, ונמחק כשמנתקים אותו.
document-download = הורדה
document-download-one = הורדה: { $name }
document-delete = מחיקה
document-delete-title = למחוק את { $name } לצמיתות?
document-delete-text = הקובץ נמחק מיד ואי אפשר לשחזר אותו. אם הוא עדיין קיים במקור, ייתכן שהתוסף יביא אותו שוב.
document-delete-do = מחיקה לצמיתות
document-keep = להשאיר
said-document-deleted = המסמך נמחק
export-documents-text = רשימה של כל המסמכים שמתאימים. הקבצים עצמם נמצאים ב״הורדה של הכול״.
ask-documents = לשמור קבצים מהסוגים האלה, מוצפנים
act-document-kept = שמירת קובץ
act-document-downloaded = הורדת קובץ שנשמר על ידי
act-document-deleted = מחיקת קובץ שנשמר על ידי
error-documents-unavailable = אי אפשר לשמור או לקרוא קבצים כרגע.
error-document-key = המפתח הזה כבר משמש קובץ אחר.
