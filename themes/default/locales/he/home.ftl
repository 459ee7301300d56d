home-greeting-morning = בוקר טוב, { $name }
home-greeting-afternoon = צהריים טובים, { $name }
home-greeting-evening = ערב טוב, { $name }
home-greeting-night = לילה טוב, { $name }
home-today = היום
home-to-calendar = ליומן
home-today-empty = אין פגישות היום
home-today-empty-text = הפגישות של היום יופיעו כאן.
home-next = הפגישה הבאה
home-checklist = צעדים ראשונים
home-checklist-progress = { $done } מתוך { $all } הושלמו
home-connections = חיבורים
home-to-connections = לכל החיבורים
home-connections-empty = עוד אין חיבורים
home-connections-empty-text = כדאי לחבר את היומן הקיים, ושניהם יישארו מסונכרנים.
home-connections-action = חיבור חשבון
task-connection = חיבור יומן
task-connection-text = הפגישות יופיעו ביומן שכבר בשימוש.
task-people = ייבוא אנשי הקשר
task-people-text = מגיליון, מהטלפון או מתוכנה אחרת. אפשר גם להוסיף ידנית, בדף האנשים.
task-team = הזמנת עובד או שותפה
task-team-text = לכל אחד חשבון ותפקיד משלו.
home-given-up = { $count ->
    [one] דבר אחד לא הצליח, גם אחרי כמה ניסיונות.
    [two] שני דברים לא הצליחו, גם אחרי כמה ניסיונות.
   *[other] { $count } דברים לא הצליחו, גם אחרי כמה ניסיונות.
  }
home-to-given-up = לפרטים ולניסיון נוסף
home-checklist-away = הסתרה
home-needs-you = מחכה לך
home-connection-needs-you = צריך לחבר מחדש את { $provider }
home-to-people = לכל האנשים
home-people-empty = אין כאן עדיין אף אחד
home-people-empty-text = אפשר להביא את אנשי הקשר מגיליון, מהטלפון או מתוכנה אחרת.
task-look = המראה של העסק
task-look-text = הלוגו והצבע שלכם, בדפים ובמיילים.
home-fresh = חדשים שמחכים לתשובה
home-waiting = מחכים שנחזור אליהם
home-to-waiting = הכול
home-waiting-more = { $count ->
    [one] עוד אחד מחכה
    [two] עוד שניים מחכים
   *[other] עוד { $count } מחכים
}
