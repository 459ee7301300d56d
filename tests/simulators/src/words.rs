//! The few words of the simulator's own pages, in English and Hebrew.

use crate::http::Request;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Left to right.
    English,
    /// Right to left.
    Hebrew,
}

impl Language {
    /// By `hl`, then by Accept-Language, then English.
    pub fn of(request: &Request) -> Self {
        let accepted = request.header("accept-language").unwrap_or_default();
        let asked = request.query.filled("hl").unwrap_or(accepted).to_lowercase();
        let first = asked.split([',', ';']).next().unwrap_or_default().trim();
        match first.split(['-', '_']).next() {
            Some("he" | "iw") => Self::Hebrew,
            _ => Self::English,
        }
    }

    /// `en` or `he`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Hebrew => "he",
        }
    }

    /// `ltr` or `rtl`.
    pub fn direction(self) -> &'static str {
        match self {
            Self::English => "ltr",
            Self::Hebrew => "rtl",
        }
    }

    /// The one that is meant.
    pub fn pick<'a>(self, english: &'a str, hebrew: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Hebrew => hebrew,
        }
    }

    /// A word of the API, such as `owner` or `confirmed`, for people.
    pub fn term(self, word: &str) -> &str {
        if self == Self::English {
            return word;
        }
        match word {
            "owner" => "בעלים",
            "writer" => "עריכה",
            "reader" => "צפייה",
            "freeBusyReader" => "פנוי או עסוק",
            "confirmed" => "מאושר",
            "tentative" => "לא סופי",
            "cancelled" => "מבוטל",
            other => other,
        }
    }

    /// The words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Hebrew => &HEBREW,
        }
    }
}

/// Every sentence of the pages.
#[derive(Debug)]
pub struct Words {
    /// On every page.
    pub simulator: &'static str,
    /// On every page, after it.
    pub not_google: &'static str,
    /// Title of the consent page.
    pub sign_in: &'static str,
    /// Before the app's name.
    pub wants: &'static str,
    /// Legend of the accounts.
    pub choose: &'static str,
    /// Legend of the scopes.
    pub allow: &'static str,
    /// Under the scopes.
    pub untick: &'static str,
    /// Where the app is.
    pub returns_to: &'static str,
    /// Button.
    pub go_on: &'static str,
    /// Button.
    pub cancel: &'static str,
    /// Error page.
    pub blocked: &'static str,
    /// Error page.
    pub error: &'static str,
    /// State page.
    pub state: &'static str,
    /// State page.
    pub connected: &'static str,
    /// State page.
    pub nothing_connected: &'static str,
    /// State page.
    pub no_events: &'static str,
    /// State page.
    pub when: &'static str,
    /// State page.
    pub what: &'static str,
    /// State page.
    pub guests: &'static str,
    /// State page.
    pub meeting: &'static str,
    /// State page.
    pub status: &'static str,
    /// State page.
    pub change: &'static str,
    /// State page button.
    pub later: &'static str,
    /// State page button.
    pub delete: &'static str,
    /// State page button.
    pub disconnect: &'static str,
    /// State page.
    pub waiting: &'static str,
    /// State page.
    pub all_day: &'static str,
    /// State page.
    pub repeats: &'static str,
    /// Link to the other language.
    pub other: &'static str,
}

const ENGLISH: Words = Words {
    simulator: "Simulator",
    not_google: "A stand-in for Google on this machine. Nothing here reaches Google, and no password is asked.",
    sign_in: "Sign in with Google",
    wants: "wants access to your account",
    choose: "Choose an account",
    allow: "It may",
    untick: "Untick what you don't want to allow.",
    returns_to: "You will go back to",
    go_on: "Continue",
    cancel: "Cancel",
    blocked: "Access blocked: this request is not valid",
    error: "Error",
    state: "What this Google holds",
    connected: "Connected apps",
    nothing_connected: "No app is connected.",
    no_events: "No events.",
    when: "When",
    what: "What",
    guests: "Guests",
    meeting: "Meeting",
    status: "Status",
    change: "Change it here",
    later: "An hour later",
    delete: "Delete",
    disconnect: "Remove access",
    waiting: "being prepared",
    all_day: "all day",
    repeats: "repeats",
    other: "עברית",
};

const HEBREW: Words = Words {
    simulator: "סימולטור",
    not_google: "תחליף ל-Google במחשב הזה. שום דבר כאן לא מגיע ל-Google, ולא מתבקשת סיסמה.",
    sign_in: "כניסה באמצעות Google",
    wants: "מבקשת גישה לחשבון שלכם",
    choose: "בחירת חשבון",
    allow: "היא תוכל",
    untick: "אפשר לבטל את הסימון של מה שלא רוצים לאשר.",
    returns_to: "מכאן תחזרו אל",
    go_on: "המשך",
    cancel: "ביטול",
    blocked: "הגישה נחסמה: הבקשה אינה תקינה",
    error: "שגיאה",
    state: "מה שיש ב-Google הזה",
    connected: "אפליקציות מחוברות",
    nothing_connected: "אין אפליקציה מחוברת.",
    no_events: "אין אירועים.",
    when: "מתי",
    what: "מה",
    guests: "מוזמנים",
    meeting: "פגישה מקוונת",
    status: "מצב",
    change: "לשנות כאן",
    later: "שעה מאוחר יותר",
    delete: "מחיקה",
    disconnect: "הסרת הגישה",
    waiting: "בהכנה",
    all_day: "כל היום",
    repeats: "חוזר",
    other: "English",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hl_wins_over_accept_language() {
        let ask = |query: &str, accepts: &str| {
            let headers = vec![("accept-language".to_owned(), accepts.to_owned())];
            Language::of(&Request::new("GET", "/", query, headers, vec![]))
        };
        assert_eq!(ask("", "he-IL,he;q=0.9,en;q=0.8"), Language::Hebrew);
        assert_eq!(ask("hl=en", "he"), Language::English);
        assert_eq!(ask("hl=iw", "en"), Language::Hebrew);
        assert_eq!(ask("", ""), Language::English);
    }
}
