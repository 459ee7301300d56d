//! What a member was told of, and how they want to hear.

use serde::{Deserialize, Serialize};

use super::{Choice, Errors, pages};

pages! {
    Notifications => "pages/notifications.html",
}

/// The notifications.
#[derive(Debug, Clone, Serialize)]
pub struct Notifications {
    /// Newest first.
    pub rows: Vec<NoticeRow>,
    /// How many are unread.
    pub unread: usize,
    /// How each kind is heard of.
    pub ways: Vec<WayRow>,
    /// Whether mail leaves.
    pub can_mail: bool,
    /// Until when a reminder may rest.
    pub snoozes: Vec<Choice>,
    /// Whether the role is reminded of anything.
    pub reminds: bool,
    /// How long before somebody may be reminded.
    pub leads: HabitLeads,
    /// How the reader wants to be reminded.
    pub form: HabitsForm,
    /// What is wrong with that.
    pub errors: Errors,
}

/// How long before something somebody may be reminded of it.
#[derive(Debug, Clone, Serialize)]
pub struct HabitLeads {
    /// Before what they are to do.
    pub tasks: Vec<Choice>,
    /// Before their appointments.
    pub appointments: Vec<Choice>,
    /// Before getting back to somebody.
    pub follow_ups: Vec<Choice>,
}

/// How somebody wants to be reminded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HabitsForm {
    /// Before tasks, such as `30m`.
    pub tasks: String,
    /// Before appointments.
    pub appointments: String,
    /// Before getting back to somebody.
    pub follow_ups: String,
    /// When a day begins, such as "09:00".
    pub morning: String,
    /// When quiet begins; empty for no quiet.
    pub quiet_from: String,
    /// When it ends.
    pub quiet_until: String,
}

/// One of them.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeRow {
    /// Where it is opened.
    pub action: String,
    /// Its text is `notice-<kind>`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Its icon.
    pub icon: &'static str,
    /// When.
    pub at: String,
    /// Whether it was not read yet.
    pub unread: bool,
    /// Where it is put off, if it is a reminder.
    pub snooze: Option<String>,
}

/// How a kind is heard of.
#[derive(Debug, Clone, Serialize)]
pub struct WayRow {
    /// Its text is `notice-kind-<kind>`.
    pub kind: String,
    /// `both`, `app` or `none`.
    pub choices: Vec<Choice>,
}
