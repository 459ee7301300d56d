//! The people and calendars a simulator starts with.

use jiff::tz::TimeZone;
use serde_json::json;

use super::state::{Access, Account, Calendar, State, stamp};
use super::{event_write, when};

/// The account most tests and the demo use.
pub const DANA: &str = "dana@example.com";
/// A colleague, who owns what Dana may only read.
pub const NOA: &str = "noa@example.com";
/// A second calendar that Dana owns.
pub const STUDIO: &str = "c_studio@group.calendar.google.com";
/// Noa's; Dana may change its events.
pub const FRONT_DESK: &str = "c_frontdesk@group.calendar.google.com";
/// Noa's; Dana may read it.
pub const TEAM: &str = "c_team@group.calendar.google.com";

/// Two accounts and their calendars.
pub fn people(state: &mut State) {
    account(state, DANA, "Dana", "Levi");
    account(state, NOA, "Noa", "Cohen");
    calendar(state, STUDIO, "Studio", "#0b8043", &[(DANA, Access::Owner)]);
    let desk = [(NOA, Access::Owner), (DANA, Access::Writer)];
    calendar(state, FRONT_DESK, "Front desk", "#f6bf26", &desk);
    let team = [(NOA, Access::Owner), (DANA, Access::Reader)];
    calendar(state, TEAM, "Team rota", "#8e24aa", &team);
}

/// An account and its primary calendar.
pub fn account(state: &mut State, email: &str, given_name: &str, family_name: &str) {
    let account = Account {
        subject: format!("1{:020}", state.accounts.len() + 4_711),
        email: email.to_owned(),
        given_name: given_name.to_owned(),
        family_name: family_name.to_owned(),
    };
    calendar(state, email, &account.name(), "#039be5", &[(email, Access::Owner)]);
    state.accounts.insert(email.to_owned(), account);
}

/// A calendar in the zone of Jerusalem.
pub fn calendar(
    state: &mut State,
    id: &str,
    summary: &str,
    color: &str,
    access: &[(&str, Access)],
) {
    let calendar = Calendar {
        id: id.to_owned(),
        summary: summary.to_owned(),
        description: String::new(),
        zone: TimeZone::get("Asia/Jerusalem").unwrap_or(TimeZone::UTC),
        color: color.to_owned(),
        access: access.iter().map(|(email, access)| ((*email).to_owned(), *access)).collect(),
        made_by: None,
        events: Default::default(),
        conference_requests: Vec::new(),
        revision: state.next_revision(),
    };
    state.calendars.insert(id.to_owned(), calendar);
}

/// A few events around now, so that a demo doesn't begin with an empty week.
pub fn events(state: &mut State) {
    let plan = [
        (DANA, DANA, "Dentist", 1, 9, 60),
        (DANA, DANA, "Lunch with Maya", 2, 12, 75),
        (STUDIO, DANA, "Photo session", 1, 14, 120),
        (TEAM, NOA, "Weekly planning", 3, 10, 45),
    ];
    let zone = TimeZone::get("Asia/Jerusalem").unwrap_or(TimeZone::UTC);
    let today = when::civil(state.now(), &zone).date();
    for (calendar, account, summary, days, hour, minutes) in plan {
        let day = (0..days).fold(today, |day, _| day.tomorrow().unwrap_or(day));
        let Some(start) = when::instant(day.at(hour, 0, 0, 0), &zone) else { continue };
        let body = json!({
            "summary": summary,
            "start": {"dateTime": stamp(start)},
            "end": {"dateTime": stamp(start.plus_secs(minutes * 60))},
        });
        // The plan above is valid; a demo without one of its events is still a demo.
        let _ = event_write::insert(state, calendar, account, &body, &Default::default());
    }
}
