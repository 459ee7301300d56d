# Files that plugins keep.
ask-documents = לשמור קבצים מהסוגים האלה, מוצפנים
act-document-kept = שמר קובץ
act-document-downloaded = הוריד קובץ ששמר
act-document-deleted = מחק קובץ ששמר
error-documents-unavailable = אי אפשר לשמור או לקרוא קבצים כרגע.
error-document-key = המפתח הזה כבר משמש קובץ אחר.
