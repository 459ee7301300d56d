//! The calendar, and appointments.

use serde::{Deserialize, Serialize};

use super::plugin_views::Slot;
use super::tasks::TaskPanel;
use super::{Choice, Errors, Tab, pages};

pages! {
    CalendarPage => "pages/calendar/calendar.html",
    AppointmentPage => "pages/calendar/appointment.html",
    AppointmentEdit => "pages/calendar/edit.html",
    RepeatsEdit => "pages/calendar/repeats.html",
}

/// The calendar: a day, a week, a month, or a list of what comes.
#[derive(Debug, Clone, Serialize)]
pub struct CalendarPage {
    /// `day`, `week`, `month` or `agenda`.
    pub view: &'static str,
    /// The way to each of them.
    pub tabs: Vec<Tab>,
    /// Such as "22–28 November 2026".
    pub title: String,
    /// The address of what is before.
    pub previous: String,
    /// The address of what is after.
    pub next: String,
    /// The address of the present one; None where it is shown.
    pub now: Option<String>,
    /// What the script that draws the grid has to know.
    pub grid: GridFacts,
    /// The days of a day's or a week's grid; empty for the others.
    pub days: Vec<Day>,
    /// The hours at the side of the grid.
    pub hours: Vec<String>,
    /// The days of a month's grid, whole weeks; empty for the others.
    pub month: Vec<MonthDay>,
    /// The days of the list; empty for the others.
    pub agenda: Vec<Day>,
    /// The address of these appointments as a file.
    pub file: String,
    /// The first day that is shown, ISO 8601.
    pub first_day: String,
    /// The last.
    pub last_day: String,
    /// What can be shown and hidden: calendars.
    pub calendars: Vec<Layer>,
    /// The same: people whose appointments these are, where there are several.
    pub makers: Vec<Layer>,
    /// Whether colours tell them apart, and not the calendars.
    pub by_maker: bool,
    /// The business's zone.
    pub zone: String,
    /// Whether a calendar is connected.
    pub has_calendar: bool,
    /// Whether the role may book.
    pub can_book: bool,
    /// Whether the role may connect a calendar.
    pub can_connect: bool,
}

/// What the script that draws the grid has to know.
#[derive(Debug, Clone, Serialize)]
pub struct GridFacts {
    /// The day it is about, ISO 8601.
    pub date: String,
    /// On which day weeks begin, from Sunday as 0.
    pub first_day: i8,
    /// The names of the days from Sunday on, with bars between them.
    pub weekdays: String,
    /// How far the business's clock is from UTC now, such as "+02:00".
    pub offset: String,
    /// The business's zone by its IANA name.
    pub zone: String,
    /// The first hour that is shown without scrolling.
    pub hour: u16,
}

/// Something that can be shown and hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// What its entries are marked with.
    pub id: String,
    /// Its name; empty for what is kept here only.
    pub name: String,
    /// One of the theme's colours; empty for the business's own.
    pub colour: &'static str,
}

/// A day of a month.
#[derive(Debug, Clone, Serialize)]
pub struct MonthDay {
    /// The address of the day.
    pub href: String,
    /// Such as "23".
    pub number: String,
    /// Such as "Monday, 23 November".
    pub full: String,
    /// Such as "Mon".
    pub weekday: String,
    /// Whether it is today.
    pub is_today: bool,
    /// Whether it is of the month before or after.
    pub is_other: bool,
    /// What is on: the first few.
    pub entries: Vec<Entry>,
    /// How many there are.
    pub count: usize,
    /// How many of them don't stand there.
    pub rest: usize,
}

/// A day.
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
    /// Whether it comes again.
    pub recurring: bool,
    /// Whether it is an online meeting.
    pub online: bool,
    /// Whether it is over.
    pub past: bool,
    /// Whether its event couldn't be written.
    pub problem: bool,
    /// Where: shown in the list.
    pub place: String,
    /// The calendar's id, or `here`.
    pub layer: String,
    /// Whose it is: the account's id; empty for nobody's of the team.
    pub maker: String,
    /// The calendar's colour, as [`Layer::colour`].
    pub colour: &'static str,
}

/// Something on, for the script that draws the grid. Times are the wall clock's in the business's zone.
#[derive(Debug, Clone, Serialize)]
pub struct GridEntry {
    /// Names it.
    pub id: String,
    /// What; in the reader's words where it isn't shown.
    pub title: String,
    /// ISO 8601 without an offset.
    pub start: String,
    /// The same.
    pub end: String,
    /// Whether it is about days.
    pub all_day: bool,
    /// Whether it can be moved.
    pub movable: bool,
    /// Where it is moved to, and its page.
    pub href: Option<String>,
    /// The revision that is moved.
    pub rev: i64,
    /// With whom.
    pub person: String,
    /// In words.
    pub time: String,
    /// What else is shown of a busy time.
    pub more: Vec<String>,
    /// Whether it comes again.
    pub recurring: bool,
    /// Whether it is an online meeting.
    pub online: bool,
    /// Whether it is over.
    pub past: bool,
    /// Whether its event couldn't be written.
    pub problem: bool,
    /// As [`Entry::layer`].
    pub layer: String,
    /// As [`Entry::maker`].
    pub maker: String,
    /// As [`Entry::colour`].
    pub colour: &'static str,
}

/// What a move came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Moved {
    /// What is said of it.
    pub said: String,
    /// The appointment's new revision.
    pub rev: i64,
    /// Whether the time is taken, so that it may be wanted anyway.
    pub taken: bool,
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
    /// What is to be done about it.
    pub tasks: TaskPanel,
    /// Its id.
    pub id: String,
    /// What, when, where.
    pub row: AppointmentRow,
    /// The page of the person.
    pub person_href: Option<String>,
    /// Notes, one paragraph an entry.
    pub notes: Vec<String>,
    /// How it comes again, in words, where it is of a series.
    pub rule: Option<String>,
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
    /// `on` when it is about days: from `date` to `last`.
    pub all_day: String,
    /// The last day, ISO 8601; empty for the first one.
    pub last: String,
    /// How often it comes again: `day`, `week`, `month`, `month-end`, `weekday` or `year`; empty for never.
    pub repeat: String,
    /// How many of these lie between.
    pub interval: String,
    /// `on` for the days of a weekly one: Monday.
    pub on_1: String,
    /// Tuesday.
    pub on_2: String,
    /// Wednesday.
    pub on_3: String,
    /// Thursday.
    pub on_4: String,
    /// Friday.
    pub on_5: String,
    /// Saturday.
    pub on_6: String,
    /// Sunday.
    pub on_7: String,
    /// The last day it may come; empty for no such day.
    pub until: String,
    /// How often it comes at most; empty for on and on.
    pub count: String,
    /// Of a series, what is changed: `one`, `following` or `all`.
    pub reach: String,
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
    /// How often it may come again; empty where that can't be chosen any more.
    pub repeats: Vec<Choice>,
    /// The days of the week to choose from.
    pub weekdays: Vec<Choice>,
    /// How it comes again, in words, where it is of a series.
    pub rule: Option<String>,
    /// Whether the calendar can't be changed any more.
    pub calendar_fixed: bool,
    /// The business's zone.
    pub zone: String,
}

/// Giving a series another rule.
#[derive(Debug, Clone, Serialize)]
pub struct RepeatsEdit {
    /// The appointment's page.
    pub href: String,
    /// What it is.
    pub title: String,
    /// How it comes again now, in words; None where it doesn't.
    pub rule: Option<String>,
    /// Whether nothing of it is to come.
    pub over: bool,
    /// What is entered.
    pub form: AppointmentForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// What takes a time that the rule would add.
    pub taken: Vec<TakenRow>,
    /// How often it may come again.
    pub repeats: Vec<Choice>,
    /// The days of the week to choose from.
    pub weekdays: Vec<Choice>,
}
