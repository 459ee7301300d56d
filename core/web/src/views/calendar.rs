//! The week, and appointments.

use serde::{Deserialize, Serialize};

use super::plugin_views::Slot;
use super::{Choice, Errors, pages};

pages! {
    Week => "pages/calendar/week.html",
    AppointmentPage => "pages/calendar/appointment.html",
    AppointmentEdit => "pages/calendar/edit.html",
}

/// A week.
#[derive(Debug, Clone, Serialize)]
pub struct Week {
    /// Such as "22–28 November 2026".
    pub title: String,
    /// The address of the week before.
    pub previous: String,
    /// The address of the week after.
    pub next: String,
    /// Whether it is the present one.
    pub is_this_week: bool,
    /// The hours at the side of the grid.
    pub hours: Vec<String>,
    /// Seven.
    pub days: Vec<Day>,
    /// How many quarter hours the grid has.
    pub rows: u16,
    /// The business's zone.
    pub zone: String,
    /// Whether a calendar is connected.
    pub has_calendar: bool,
    /// Whether the role may book.
    pub can_book: bool,
    /// Whether the role may connect a calendar.
    pub can_connect: bool,
}

/// A day of it.
#[derive(Debug, Clone, Serialize)]
pub struct Day {
    /// ISO 8601.
    pub date: String,
    /// Such as "Mon".
    pub weekday: String,
    /// Such as "Monday".
    pub weekday_long: String,
    /// Such as "23".
    pub number: String,
    /// Such as "Monday, 23 November".
    pub full: String,
    /// Whether it is today.
    pub is_today: bool,
    /// The row of the present moment.
    pub now_row: Option<u16>,
    /// What is on, by start.
    pub entries: Vec<Entry>,
}

/// Something on a day: an appointment, or a busy time that came from a connected calendar.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Names it in the page.
    pub id: String,
    /// The appointment's page; None for a busy time.
    pub href: Option<String>,
    /// What; empty for a busy time of which no more is shown.
    pub title: String,
    /// More about a busy time, where it is shown.
    pub more: Vec<String>,
    /// With whom.
    pub person: String,
    /// Such as "10:00–11:00".
    pub time: String,
    /// Whether it lasts all day.
    pub all_day: bool,
    /// The quarter hour it starts in, from 1.
    pub row: u16,
    /// How many quarter hours it covers.
    pub rows: u16,
    /// Its lane, from 1.
    pub lane: u16,
    /// How many lanes there are beside each other.
    pub lanes: u16,
    /// Whether it is too short for two lines.
    pub short: bool,
    /// Whether it is an online meeting.
    pub online: bool,
    /// Whether it is over.
    pub past: bool,
    /// Whether its event couldn't be written.
    pub problem: bool,
}

/// An appointment in a list.
#[derive(Debug, Clone, Serialize)]
pub struct AppointmentRow {
    /// Its page.
    pub href: String,
    /// What.
    pub title: String,
    /// With whom; empty for nobody.
    pub person: String,
    /// Where; empty for nowhere in particular.
    pub location: String,
    /// The day in words.
    pub day: String,
    /// Such as "10:00".
    pub start: String,
    /// Such as "10:00–11:00".
    pub time: String,
    /// Whether it is online.
    pub online: bool,
    /// The meeting's address, once there is one.
    pub online_url: Option<String>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Whether it is over.
    pub past: bool,
}

/// The page of an appointment.
#[derive(Debug, Clone, Serialize)]
pub struct AppointmentPage {
    /// What plugins show here.
    pub panels: Vec<Slot>,
    /// Its id.
    pub id: String,
    /// What, when, where.
    pub row: AppointmentRow,
    /// The page of the person.
    pub person_href: Option<String>,
    /// Notes, one paragraph an entry.
    pub notes: Vec<String>,
    /// The zone it was made in, where it isn't the business's.
    pub other_zone: Option<String>,
    /// The name of the calendar its event is in.
    pub calendar: Option<String>,
    /// The event at the provider.
    pub event_url: Option<String>,
    /// `none`, `pending`, `synced` or `failed`; the text is `sync-<state>`.
    pub sync: String,
    /// What stands in the way: a text.
    pub sync_problem: Option<String>,
    /// Since when it can't be written, in words.
    pub failing_since: Option<String>,
    /// When both sides were put together at last though both had changed the same.
    pub merged_at: Option<String>,
    /// What that was.
    pub merges: Vec<MergeRow>,
    /// `none`, `pending`, `ready` or `failed`; the text is `meeting-<state>`.
    pub meeting: String,
    /// Whether something is on its way, so that the page should look again.
    pub pending: bool,
    /// Whether the role may change it.
    pub can_write: bool,
}

/// A field that both sides had changed; ours was kept.
#[derive(Debug, Clone, Serialize)]
pub struct MergeRow {
    /// `title`, `notes`, `location`, `time` or `deleted`; the text is `merge-<field>`.
    pub field: String,
    /// What the other side said.
    pub other: String,
}

/// Something that takes a time already.
#[derive(Debug, Clone, Serialize)]
pub struct TakenRow {
    /// The appointment's page; None for a busy time.
    pub href: Option<String>,
    /// What it is; empty for a busy time of which no more is shown.
    pub title: String,
    /// With whom; empty for nobody.
    pub person: String,
    /// The calendar, of a busy time.
    pub calendar: String,
    /// When, in words.
    pub when: String,
}

/// What the form of an appointment holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AppointmentForm {
    /// Names this form, so that sending it twice books once.
    pub form_id: String,
    /// The person's id.
    pub person: String,
    /// What.
    pub title: String,
    /// ISO 8601.
    pub date: String,
    /// Such as "10:00".
    pub start: String,
    /// Such as "11:00".
    pub end: String,
    /// How many days later it ends than it starts.
    pub days: i64,
    /// Where.
    pub location: String,
    /// `on` when online.
    pub online: String,
    /// The calendar's id; empty for none.
    pub calendar: String,
    /// Notes.
    pub notes: String,
    /// The revision that was being changed.
    pub rev: i64,
    /// `on` when it is wanted though the time is taken.
    pub anyway: String,
}

/// Booking or changing an appointment.
#[derive(Debug, Clone, Serialize)]
pub struct AppointmentEdit {
    /// Where the form goes.
    pub action: String,
    /// Where "back" goes.
    pub back: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// What is entered.
    pub form: AppointmentForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// What takes the time already.
    pub taken: Vec<TakenRow>,
    /// The people to choose from.
    pub people: Vec<Choice>,
    /// The calendars to choose from.
    pub calendars: Vec<Choice>,
    /// Whether the calendar can't be changed any more.
    pub calendar_fixed: bool,
    /// The business's zone.
    pub zone: String,
}
