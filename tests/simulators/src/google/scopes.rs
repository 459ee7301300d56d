//! Scopes: which exist, what they mean to people, and which call needs which.

/// The common beginning of Google's scopes.
pub const PREFIX: &str = "https://www.googleapis.com/auth/";

/// What a call does, for the choice of scopes that allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Reads the list of calendars.
    ReadList,
    /// Reads one calendar's own data.
    ReadCalendar,
    /// Makes a calendar.
    MakeCalendar,
    /// Reads events.
    ReadEvents,
    /// Writes events.
    WriteEvents,
    /// Asks for busy times.
    FreeBusy,
    /// Reads colours or stops a channel.
    Anything,
}

/// The calendar a call is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject {
    /// The account owns it.
    pub owned: bool,
    /// The app made it.
    pub made_by_app: bool,
}

/// The scopes, without the prefix, that allow a call by the API's own description.
pub fn wanted(need: Need, subject: Subject) -> Vec<&'static str> {
    let mut scopes = match need {
        Need::ReadList => vec![
            "calendar",
            "calendar.readonly",
            "calendar.calendarlist",
            "calendar.calendarlist.readonly",
        ],
        Need::ReadCalendar => {
            vec![
                "calendar",
                "calendar.readonly",
                "calendar.calendars",
                "calendar.calendars.readonly",
            ]
        }
        Need::MakeCalendar => vec!["calendar", "calendar.calendars", "calendar.app.created"],
        Need::ReadEvents => {
            vec!["calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly"]
        }
        Need::WriteEvents => vec!["calendar", "calendar.events"],
        Need::FreeBusy => {
            vec!["calendar", "calendar.readonly", "calendar.freebusy", "calendar.events.freebusy"]
        }
        Need::Anything => vec![
            "calendar",
            "calendar.readonly",
            "calendar.app.created",
            "calendar.calendarlist",
            "calendar.calendarlist.readonly",
            "calendar.events",
            "calendar.events.readonly",
            "calendar.events.freebusy",
            "calendar.events.owned",
            "calendar.events.owned.readonly",
        ],
    };
    if subject.owned && matches!(need, Need::ReadEvents | Need::WriteEvents) {
        scopes.push("calendar.events.owned");
    }
    if subject.owned && need == Need::ReadEvents {
        scopes.push("calendar.events.owned.readonly");
    }
    if subject.made_by_app {
        scopes.push("calendar.app.created");
    }
    scopes
}

/// Whether granted scopes allow a call.
pub fn allows(granted: &[String], need: Need, subject: Subject) -> bool {
    let wanted = wanted(need, subject);
    granted
        .iter()
        .filter_map(|scope| scope.strip_prefix(PREFIX))
        .any(|scope| wanted.contains(&scope))
}

/// A scope as Google gives it back: short names of old are written out.
pub fn canonical(scope: &str) -> String {
    match scope {
        "email" => format!("{PREFIX}userinfo.email"),
        "profile" => format!("{PREFIX}userinfo.profile"),
        other => other.to_owned(),
    }
}

/// Identity scopes can't be unticked on the consent page.
pub fn is_identity(scope: &str) -> bool {
    scope == "openid"
        || scope.strip_prefix(PREFIX).is_some_and(|name| name.starts_with("userinfo."))
}

/// What a scope means, in English and Hebrew; `None` for a scope that doesn't exist.
pub fn meaning(scope: &str) -> Option<(&'static str, &'static str)> {
    if scope == "openid" {
        return Some(("Know who you are", "לדעת מי אתם"));
    }
    let name = scope.strip_prefix(PREFIX)?;
    MEANINGS.iter().find(|(known, _, _)| *known == name).map(|(_, en, he)| (*en, *he))
}

const MEANINGS: [(&str, &str, &str); 22] = [
    ("userinfo.email", "See your email address", "לראות את כתובת הדוא״ל שלכם"),
    ("userinfo.profile", "See your name and picture", "לראות את השם והתמונה שלכם"),
    (
        "calendar",
        "See, change, share and delete all calendars you can open",
        "לראות, לשנות, לשתף ולמחוק את כל היומנים שפתוחים לפניכם",
    ),
    (
        "calendar.readonly",
        "See and download any calendar you can open",
        "לראות ולהוריד כל יומן שפתוח לפניכם",
    ),
    (
        "calendar.events",
        "See and change events on all your calendars",
        "לראות ולשנות אירועים בכל היומנים שלכם",
    ),
    (
        "calendar.events.readonly",
        "See events on all your calendars",
        "לראות אירועים בכל היומנים שלכם",
    ),
    (
        "calendar.events.owned",
        "See, create, change and delete events on calendars you own",
        "לראות, ליצור, לשנות ולמחוק אירועים ביומנים שבבעלותכם",
    ),
    (
        "calendar.events.owned.readonly",
        "See events on calendars you own",
        "לראות אירועים ביומנים שבבעלותכם",
    ),
    ("calendar.events.freebusy", "See when you are free or busy", "לראות מתי אתם פנויים או עסוקים"),
    ("calendar.freebusy", "See your availability", "לראות את הזמינות שלכם"),
    (
        "calendar.calendarlist",
        "See and change the list of calendars you subscribe to",
        "לראות ולשנות את רשימת היומנים שלכם",
    ),
    (
        "calendar.calendarlist.readonly",
        "See the list of calendars you subscribe to",
        "לראות את רשימת היומנים שלכם",
    ),
    (
        "calendar.calendars",
        "See and change the settings of calendars",
        "לראות ולשנות את הגדרות היומנים",
    ),
    ("calendar.calendars.readonly", "See the settings of calendars", "לראות את הגדרות היומנים"),
    (
        "calendar.app.created",
        "Make calendars and manage the events on them",
        "ליצור יומנים ולנהל את האירועים שבהם",
    ),
    ("calendar.settings.readonly", "See your calendar settings", "לראות את ההגדרות של היומן"),
    (
        "calendar.acls",
        "See and change who your calendars are shared with",
        "לראות ולשנות עם מי היומנים משותפים",
    ),
    (
        "calendar.acls.readonly",
        "See who your calendars are shared with",
        "לראות עם מי היומנים משותפים",
    ),
    ("gmail.readonly", "Read your email", "לקרוא את הדוא״ל שלכם"),
    (
        "gmail.metadata",
        "See the headers of your email, not the text",
        "לראות את כותרות הדוא״ל, לא את התוכן",
    ),
    ("gmail.send", "Send email for you", "לשלוח דוא״ל בשמכם"),
    ("gmail.modify", "Read, write and send your email", "לקרוא, לכתוב ולשלוח דוא״ל בשמכם"),
];
