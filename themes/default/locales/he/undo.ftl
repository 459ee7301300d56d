undo = ביטול הפעולה
said-person-restored = חזר לרשימה
said-appointment-restored = הפגישה שוב ביומן
appointment-restore = קביעה מחדש
undos = מה אפשר לבטל
undos-text = שינויים מרוכזים, איחודים והסרות מ־{ $count } הימים האחרונים. ביטול לא נוגע במה ששונה מאז.
undos-shown = מה לבטל
undos-done = פעולות
undos-people = אנשי קשר שהוסרו
undos-tasks = משימות שהוסרו
undos-bring-back = החזרה
undos-more = ועוד { NUMBER($count) }
undos-none = אין מה לבטל
undos-none-text = כאן אפשר לבטל פעולות על כמה אנשי קשר או משימות יחד, איחוד של אנשי קשר וביטול של סדרת פגישות.
undos-none-removed = לא הוסר כלום
undos-none-removed-text = מה שהוסר אפשר להחזיר מכאן במשך { $count } יום.
undos-did-people-stage = { $count ->
    [one] העברה של איש קשר אחד לשלב ״{ $to }״
    [two] העברה של שני אנשי קשר לשלב ״{ $to }״
   *[other] העברה של { NUMBER($count) } אנשי קשר לשלב ״{ $to }״
}
undos-did-people-owner = { $count ->
    [one] העברה של איש קשר אחד לטיפול של { $to }
    [two] העברה של שני אנשי קשר לטיפול של { $to }
   *[other] העברה של { NUMBER($count) } אנשי קשר לטיפול של { $to }
}
undos-did-people-disowned = { $count ->
    [one] איש קשר אחד נשאר בלי אחראי
    [two] שני אנשי קשר נשארו בלי אחראי
   *[other] { NUMBER($count) } אנשי קשר נשארו בלי אחראי
}
undos-did-people-follow-up = { $count ->
    [one] קביעת { $to } כיום לחזור לאיש קשר אחד
    [two] קביעת { $to } כיום לחזור לשני אנשי קשר
   *[other] קביעת { $to } כיום לחזור ל־{ NUMBER($count) } אנשי קשר
}
undos-did-people-no-follow-up = { $count ->
    [one] מחיקת היום לחזור לאיש קשר אחד
    [two] מחיקת היום לחזור לשני אנשי קשר
   *[other] מחיקת היום לחזור ל־{ NUMBER($count) } אנשי קשר
}
undos-did-people-own = { $count ->
    [one] מילוי השדה ״{ $to }״ אצל איש קשר אחד
    [two] מילוי השדה ״{ $to }״ אצל שני אנשי קשר
   *[other] מילוי השדה ״{ $to }״ אצל { NUMBER($count) } אנשי קשר
}
undos-did-people-tagged = { $count ->
    [one] הוספת התגית ״{ $to }״ לאיש קשר אחד
    [two] הוספת התגית ״{ $to }״ לשני אנשי קשר
   *[other] הוספת התגית ״{ $to }״ ל־{ NUMBER($count) } אנשי קשר
}
undos-did-people-untagged = { $count ->
    [one] הסרת התגית ״{ $to }״ מאיש קשר אחד
    [two] הסרת התגית ״{ $to }״ משני אנשי קשר
   *[other] הסרת התגית ״{ $to }״ מ־{ NUMBER($count) } אנשי קשר
}
undos-did-people-source = { $count ->
    [one] שינוי שם המקור ל״{ $to }״ אצל איש קשר אחד
    [two] שינוי שם המקור ל״{ $to }״ אצל שני אנשי קשר
   *[other] שינוי שם המקור ל״{ $to }״ אצל { NUMBER($count) } אנשי קשר
}
undos-did-people-removed = { $count ->
    [one] הסרה של איש קשר אחד
    [two] הסרה של שני אנשי קשר
   *[other] הסרה של { NUMBER($count) } אנשי קשר
}
undos-did-merged = איחוד לתוך { $to }
undos-did-apart = סימון כפילות שגויה עם { $to }
undos-did-series-cancelled = { $count ->
    [one] ביטול של פגישה אחת מסדרה
    [two] ביטול של שתי פגישות מסדרה
   *[other] ביטול של { NUMBER($count) } פגישות מסדרה
}
undos-did-tasks-done = { $count ->
    [one] סימון של משימה אחת כבוצעה
    [two] סימון של שתי משימות כבוצעו
   *[other] סימון של { NUMBER($count) } משימות כבוצעו
}
undos-did-tasks-assigned = { $count ->
    [one] העברה של משימה אחת אל { $to }
    [two] העברה של שתי משימות אל { $to }
   *[other] העברה של { NUMBER($count) } משימות אל { $to }
}
undos-did-tasks-unassigned = { $count ->
    [one] משימה אחת נשארה בלי אחראי
    [two] שתי משימות נשארו בלי אחראי
   *[other] { NUMBER($count) } משימות נשארו בלי אחראי
}
undos-did-tasks-moved = { $count ->
    [one] העברה של משימה אחת ליום אחר
    [two] העברה של שתי משימות ליום אחר
   *[other] העברה של { NUMBER($count) } משימות ליום אחר
}
undos-did-tasks-removed = { $count ->
    [one] הסרה של משימה אחת
    [two] הסרה של שתי משימות
   *[other] הסרה של { NUMBER($count) } משימות
}
