plugin-usage = מה הוא עשה
plugin-usage-since = בעסק הזה, מאז ש־OXPI הופעל לאחרונה.
usage-calls = כמה פעמים פעל
usage-stopped = נעצר או קרס
usage-refused = בקשות שנדחו
usage-requests = פניות החוצה
usage-cpu = זמן חישוב, בשניות
usage-memory = שיא הזיכרון, במ״ב
plugin-usage-none = מאז הוא לא פעל.
plugin-limits = כמה מותר לכל הפעלה
plugin-limits-text = הפעלה שדורשת יותר נעצרת. מי שאחראי על התקנת OXPI יכול לשנות את זה.
limit-memory = זיכרון, במ״ב
limit-cpu = זמן חישוב, בשניות
limit-wall = זמן מההתחלה ועד הסוף, בשניות
limit-requests = מספר הפניות החוצה
limit-answer = גודל של תשובה, במ״ב
limit-effects = מספר הדברים לקריאה ולשינוי כאן
act-plugin-stopped = עצירה של פעולה שקרסה או חרגה מהמותר, בתוסף
act-plugin-refused = דחייה של בקשה שלא הותרה לתוסף
error-plugins-busy = יש עומס כרגע. כדאי לנסות שוב בעוד רגע; שום דבר לא אבד.
requests-title = פניות לאינטרנט
requests-text = הפניות של התוסף, ואלה ש־OXPI שלח עבור החשבונות המחוברים שלו. נשמרות 30 יום, בלי התוכן שלהן.
requests-empty = עדיין לא היו פניות
requests-empty-text = כל פנייה תופיע כאן: לאן נשלחה, איך נענתה וכמה מידע חזר.
requests-older = { $count ->
    [one] עוד פנייה אחת לפני כן
    [two] עוד שתי פניות לפני כן
   *[other] עוד { $count } פניות לפני כן
  }
request-by-host = נשלחה על ידי OXPI עבור חשבון מחובר
request-ms =
    { $count ->
        [one] אלפיית שנייה אחת
        [two] שתי אלפיות שנייה
       *[other] { NUMBER($count) } אלפיות שנייה
    }
request-bytes = { $count } בייט
request-kilobytes = { $count } ק״ב
request-refused = נדחתה
request-timeout = לא נענתה בזמן
request-unreachable = היעד לא זמין
request-too-large = תשובה גדולה מדי
request-limited = יותר מדי פניות
request-reconnect = החשבון לא מחובר
request-unfinished = נקטעה
request-failed = נכשלה
