# פעולה אחת על כל מי שמתאים לרשימה.
sweeps-ask = לעשות את זה לכולם?
sweeps-ask-text = זה לוקח זמן ומתקדם לבד: אפשר לעזוב את הדף, לראות כמה נעשה ולעצור. מי שייכנס לרשימה בינתיים לא ישתנה.
sweeps-undo-text = אפשר לבטל את הכול במשך { NUMBER($count) } יום. מה ששונה מאז יישאר.
sweeps-go =
    { $count ->
        [one] כן, לאחד הזה
        [two] כן, לשניהם
       *[other] כן, לכל ה־{ NUMBER($count) }
    }
sweeps-ask-people-stage =
    { $count ->
        [one] העברה של איש קשר אחד לשלב ״{ $to }״
        [two] העברה של שני אנשי קשר לשלב ״{ $to }״
       *[other] העברה של { NUMBER($count) } אנשי קשר לשלב ״{ $to }״
    }
sweeps-ask-people-owner =
    { $count ->
        [one] העברה של איש קשר אחד לטיפול של { $to }
        [two] העברה של שני אנשי קשר לטיפול של { $to }
       *[other] העברה של { NUMBER($count) } אנשי קשר לטיפול של { $to }
    }
sweeps-ask-people-disowned =
    { $count ->
        [one] איש קשר אחד יישאר בלי אחראי
        [two] שני אנשי קשר יישארו בלי אחראי
       *[other] { NUMBER($count) } אנשי קשר יישארו בלי אחראי
    }
sweeps-ask-people-follow-up =
    { $count ->
        [one] קביעת { $to } כיום לחזור לאיש קשר אחד
        [two] קביעת { $to } כיום לחזור לשני אנשי קשר
       *[other] קביעת { $to } כיום לחזור ל־{ NUMBER($count) } אנשי קשר
    }
sweeps-ask-people-no-follow-up =
    { $count ->
        [one] מחיקת היום לחזור לאיש קשר אחד
        [two] מחיקת היום לחזור לשני אנשי קשר
       *[other] מחיקת היום לחזור ל־{ NUMBER($count) } אנשי קשר
    }
sweeps-ask-people-own =
    { $count ->
        [one] מילוי השדה ״{ $to }״ אצל איש קשר אחד
        [two] מילוי השדה ״{ $to }״ אצל שני אנשי קשר
       *[other] מילוי השדה ״{ $to }״ אצל { NUMBER($count) } אנשי קשר
    }
sweeps-ask-people-tagged =
    { $count ->
        [one] הוספת התגית ״{ $to }״ לאיש קשר אחד
        [two] הוספת התגית ״{ $to }״ לשני אנשי קשר
       *[other] הוספת התגית ״{ $to }״ ל־{ NUMBER($count) } אנשי קשר
    }
sweeps-ask-people-untagged =
    { $count ->
        [one] הסרת התגית ״{ $to }״ מאיש קשר אחד
        [two] הסרת התגית ״{ $to }״ משני אנשי קשר
       *[other] הסרת התגית ״{ $to }״ מ־{ NUMBER($count) } אנשי קשר
    }
sweeps-ask-people-source =
    { $count ->
        [one] שינוי שם המקור ל״{ $to }״ אצל איש קשר אחד
        [two] שינוי שם המקור ל״{ $to }״ אצל שני אנשי קשר
       *[other] שינוי שם המקור ל״{ $to }״ אצל { NUMBER($count) } אנשי קשר
    }
sweeps-ask-people-removed =
    { $count ->
        [one] הסרה של איש קשר אחד
        [two] הסרה של שני אנשי קשר
       *[other] הסרה של { NUMBER($count) } אנשי קשר
    }
sweeps-ask-tasks-done =
    { $count ->
        [one] סימון של משימה אחת כבוצעה
        [two] סימון של שתי משימות כבוצעו
       *[other] סימון של { NUMBER($count) } משימות כבוצעו
    }
sweeps-ask-tasks-assigned =
    { $count ->
        [one] העברה של משימה אחת אל { $to }
        [two] העברה של שתי משימות אל { $to }
       *[other] העברה של { NUMBER($count) } משימות אל { $to }
    }
sweeps-ask-tasks-unassigned =
    { $count ->
        [one] משימה אחת תישאר בלי אחראי
        [two] שתי משימות יישארו בלי אחראי
       *[other] { NUMBER($count) } משימות יישארו בלי אחראי
    }
sweeps-ask-tasks-moved =
    { $count ->
        [one] העברה של משימה אחת ליום אחר
        [two] העברה של שתי משימות ליום אחר
       *[other] העברה של { NUMBER($count) } משימות ליום אחר
    }
sweeps-ask-tasks-removed =
    { $count ->
        [one] הסרה של משימה אחת
        [two] הסרה של שתי משימות
       *[other] הסרה של { NUMBER($count) } משימות
    }
sweeps-ask-people-stage-goes =
    { $count ->
        [one] העברה של איש קשר אחד מתוך ״{ $to }״, בגלל הסרת השלב
        [two] העברה של שני אנשי קשר מתוך ״{ $to }״, בגלל הסרת השלב
       *[other] העברה של { NUMBER($count) } אנשי קשר מתוך ״{ $to }״, בגלל הסרת השלב
    }
sweeps-ask-people-stage-means =
    { $count ->
        [one] עדכון המצב של איש קשר אחד, כי המשמעות של ״{ $to }״ השתנתה
        [two] עדכון המצב של שני אנשי קשר, כי המשמעות של ״{ $to }״ השתנתה
       *[other] עדכון המצב של { NUMBER($count) } אנשי קשר, כי המשמעות של ״{ $to }״ השתנתה
    }
sweeps-ask-people-pipeline-goes =
    { $count ->
        [one] העברה של איש קשר אחד מתוך המסלול ״{ $to }״, שהוסר
        [two] העברה של שני אנשי קשר מתוך המסלול ״{ $to }״, שהוסר
       *[other] העברה של { NUMBER($count) } אנשי קשר מתוך המסלול ״{ $to }״, שהוסר
    }
sweeps-ask-people-member-left =
    { $count ->
        [one] איש קשר אחד שהיה בטיפול של { $to } יישאר בלי אחראי, בעקבות עזיבת הצוות
        [two] שני אנשי קשר שהיו בטיפול של { $to } יישארו בלי אחראי, בעקבות עזיבת הצוות
       *[other] { NUMBER($count) } אנשי קשר שהיו בטיפול של { $to } יישארו בלי אחראי, בעקבות עזיבת הצוות
    }
sweeps-ask-people-tag-goes =
    { $count ->
        [one] הסרת התגית ״{ $to }״, שנמחקה, מאיש קשר אחד
        [two] הסרת התגית ״{ $to }״, שנמחקה, משני אנשי קשר
       *[other] הסרת התגית ״{ $to }״, שנמחקה, מ־{ NUMBER($count) } אנשי קשר
    }
sweeps-ask-tasks-member-left =
    { $count ->
        [one] משימה אחת של { $to } תישאר בלי אחראי, בעקבות עזיבת הצוות
        [two] שתי משימות של { $to } יישארו בלי אחראי, בעקבות עזיבת הצוות
       *[other] { NUMBER($count) } משימות של { $to } יישארו בלי אחראי, בעקבות עזיבת הצוות
    }
sweeps-title-running = השינוי מתבצע
sweeps-title-done = השינוי הסתיים
sweeps-title-cancelled = השינוי נעצר
sweeps-title-failed = השינוי לא הושלם
sweeps-title-undoing = מבטלים את השינוי
sweeps-title-undone = השינוי בוטל
sweeps-progress = { NUMBER($done) } מתוך { NUMBER($count) }
sweeps-progress-text = אפשר לעזוב את הדף ולהמשיך לעבוד. השינוי ממשיך לבד, וכשיסתיים תגיע הודעה.
sweeps-refresh = להציג כמה נעשה
sweeps-stop = לעצור
sweeps-changed =
    { $count ->
        [0] לא השתנה כלום: הכול כבר היה כך, או שכבר לא נמצא כאן.
        [one] שינוי אחד בוצע. כל השאר כבר היה כך, או שכבר לא נמצא כאן.
        [two] שני שינויים בוצעו. כל השאר כבר היה כך, או שכבר לא נמצא כאן.
       *[other] { NUMBER($count) } שינויים בוצעו. אם היו עוד, הם כבר היו כך, או שכבר לא נמצאים כאן.
    }
sweeps-undone-text = הכול חזר להיות כמו קודם.
sweeps-kept =
    { $count ->
        [one] אחד נשאר כמו שהוא, כי מישהו שינה אותו מאז.
        [two] שניים נשארו כמו שהם, כי מישהו שינה אותם מאז.
       *[other] { NUMBER($count) } נשארו כמו שהם, כי מישהו שינה אותם מאז.
    }
sweeps-to-list = לרשימה
sweeps-under-way = שינוי מרוכז מתבצע עכשיו.
sweeps-under-way-see = לראות כמה נעשה
said-sweeps-stopped = השינוי נעצר. מה שכבר השתנה נשאר.
error-sweeps-none = כבר אין מי או מה שמתאים.
error-sweeps-too-many = זה יותר מ־500,000 בבת אחת. כדאי לצמצם את הרשימה.
error-sweeps-too-many-begun = כבר מתבצעים עשרה שינויים כאלה. אפשר לחכות עד שאחד יסתיים, או לעצור אחד.
error-sweeps-not-allowed = מי שביקש את זה כבר לא בצוות, או שכבר אין לו הרשאה. לכן השינוי נעצר. מה שכבר השתנה נשאר, ואפשר לבטל אותו.
error-sweeps-token-ended = האסימון שהתחיל את זה בוטל, פג תוקפו או שכבר אין לו הרשאה. לכן השינוי נעצר. מה שכבר השתנה נשאר, ואפשר לבטל אותו.
error-sweeps-stage-gone = השלב כבר לא קיים. לכן השינוי נעצר. מה שכבר השתנה נשאר, ואפשר לבטל אותו.
error-sweeps-member-gone = מי שאמור היה לקבל את זה כבר לא בצוות. לכן השינוי נעצר. מה שכבר השתנה נשאר, ואפשר לבטל אותו.
error-sweeps-failed = משהו השתבש אצלנו. מה שכבר השתנה נשאר; אפשר לבטל ולנסות שוב.
error-sweeps-decided = את זה אי אפשר לעצור: ההסרה כבר נקבעה. זה ממשיך לבד.
