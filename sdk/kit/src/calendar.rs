//! The calendar port: what a calendar provider implements and the documents that pass through it.
//! Their fields are described in `sdk/wit/schemas.md`; unknown fields are ignored on reading.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::problem::Result;

/// A calendar provider. Every call runs for one connected account.
pub trait CalendarProvider {
    /// The calendars the account can see.
    fn calendars() -> Result<Vec<Calendar>>;
    /// Creates or changes the event of an appointment. Doing it twice is doing it once. An event that
    /// is not at the revision `etag` any more, or is there although `etag` is none, is the problem
    /// `conflict`, unless nothing is to be written: the workspace reads it then and puts both sides
    /// together.
    fn put_event(appointment: Appointment) -> Result<Link>;
    /// Removes the event; one that is gone already is a success, one at another revision than `etag`
    /// the problem `conflict`.
    fn remove_event(appointment: Appointment) -> Result<()>;
    /// Reads the event and what it says; `not-found` where there is none.
    fn event(appointment: Appointment) -> Result<Link>;
    /// A page of what changed since the cursor; without one, of everything.
    fn changes(calendar: &str, since: Option<&str>) -> Result<Changes>;
    /// When these calendars are taken between two instants.
    fn busy(calendars: &[String], from: Timestamp, to: Timestamp) -> Result<Vec<Busy>>;
}

/// What an account may do with a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everything: it is the account's own.
    Owner,
    /// Change events of somebody else's calendar.
    Writer,
    /// Look only.
    Reader,
}

/// A calendar of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The provider's id of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the account may do with it.
    pub access: Access,
    /// Whether it is the account's main one.
    #[serde(default)]
    pub primary: bool,
    /// `#rrggbb`.
    #[serde(default)]
    pub color: Option<String>,
    /// An IANA name.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// The name, possibly empty.
    #[serde(default)]
    pub name: String,
    /// The address.
    pub email: String,
}

/// The workspace's side of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// The workspace's id of it.
    pub id: String,
    /// The provider's id of the calendar.
    pub calendar: String,
    /// The title.
    pub title: String,
    /// Plain text.
    #[serde(default)]
    pub notes: String,
    /// Where.
    #[serde(default)]
    pub location: String,
    /// From.
    pub starts_at: Timestamp,
    /// To, not included.
    pub ends_at: Timestamp,
    /// The days that it is about, where it is about days: its times are their beginnings in the business's
    /// zone then. A provider that knows days writes days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// The zone in which the appointment was made, an IANA name.
    pub time_zone: String,
    /// Whether it needs an online meeting.
    #[serde(default)]
    pub online: bool,
    /// Who is invited.
    #[serde(default)]
    pub guests: Vec<Guest>,
    /// The provider's id of its event, once it has one.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The event's revision when it was last seen.
    #[serde(default)]
    pub etag: Option<String>,
    /// What the event said then. A field in which the appointment doesn't differ from this was not
    /// changed in the workspace: it stays as it is at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}

/// Whole days, such as `2026-12-01`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// The first of them.
    pub first: String,
    /// The day after the last.
    pub after: String,
}

/// What an event said when it was last seen, cut to what an appointment can hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The title.
    pub title: String,
    /// The notes.
    pub notes: String,
    /// Where.
    pub location: String,
    /// From.
    pub starts_at: Timestamp,
    /// To, not included.
    pub ends_at: Timestamp,
}

/// How far the online meeting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnlineState {
    /// There is none.
    #[default]
    None,
    /// The provider is still making it.
    Pending,
    /// It has its address.
    Ready,
    /// The provider could not make it.
    Failed,
}

/// An event's online meeting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Online {
    /// How far it is.
    pub state: OnlineState,
    /// Its address, when ready.
    #[serde(default)]
    pub url: Option<String>,
}

/// The provider's side of an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The provider's id of the event.
    pub external_id: String,
    /// The event's revision.
    pub etag: String,
    /// Where a person can look at it.
    #[serde(default)]
    pub url: Option<String>,
    /// Its online meeting.
    #[serde(default)]
    pub online: Online,
    /// What the event says; the workspace needs it of `event`, to put both sides together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventContent>,
}

/// What an event says, as far as appointments have the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventContent {
    /// Whether it takes place.
    pub status: Status,
    /// The title.
    #[serde(default)]
    pub title: String,
    /// The notes.
    #[serde(default)]
    pub notes: String,
    /// Where.
    #[serde(default)]
    pub location: String,
    /// From.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// To, not included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// Whether an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It does.
    Confirmed,
    /// It may.
    Tentative,
    /// It was cancelled or deleted.
    Cancelled,
}

/// An event that changed. A cancelled one need have `external_id` and `status` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedEvent {
    /// The provider's id of it.
    pub external_id: String,
    /// What it is one of, where events come and go together: see [`Changes::replaced`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Whether it takes place.
    pub status: Status,
    /// The appointment it stands for, when the workspace made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment_id: Option<String>,
    /// Its revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// From.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// To, not included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Whether it is about days, not times.
    #[serde(default)]
    pub all_day: bool,
    /// Whether it takes time that can't be given away.
    #[serde(default)]
    pub busy: bool,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its online meeting.
    #[serde(default)]
    pub online: Online,
}

impl ChangedEvent {
    /// An event that is gone, as a provider may tell it: by its id alone.
    pub fn cancelled(external_id: impl Into<String>, appointment_id: Option<String>) -> Self {
        Self {
            external_id: external_id.into(),
            series: None,
            status: Status::Cancelled,
            appointment_id,
            etag: None,
            title: None,
            notes: None,
            location: None,
            starts_at: None,
            ends_at: None,
            all_day: false,
            busy: false,
            url: None,
            online: Online::default(),
        }
    }
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// What changed.
    pub events: Vec<ChangedEvent>,
    /// Series of which this page has every event: one that was told before and isn't here is gone, and
    /// so is a single event of that id. For providers that say that a series changed, not what in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
    /// Where to continue: now when there is `more`, else next time.
    pub cursor: String,
    /// Whether another page waits.
    pub more: bool,
}

/// Time that is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// The provider's id of the calendar.
    pub calendar: String,
    /// From.
    pub from: Timestamp,
    /// To, not included.
    pub to: Timestamp,
}

/// The document answered by `calendars`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarList {
    /// The calendars.
    pub calendars: Vec<Calendar>,
}

/// The document answered by `busy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusyList {
    /// The taken times.
    pub busy: Vec<Busy>,
}
