plugin-name = דוגמה
plugin-description = משתמשת בכל דבר פעם אחת.
why-kv = כדי לספור.
why-jobs = כדי לספור מאוחר יותר.
why-events = כדי לשמוע ולספר.
why-records = כדי לשמור פתקים.
greeting = שלום { $name }
greeting-missing = צריך לומר משהו.
