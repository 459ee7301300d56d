//! The first page of a working day.

use serde::Serialize;

use super::calendar::AppointmentRow;
use super::connections::ConnectionRow;
use super::pages;
use super::people::PersonRow;
use super::plugin_views::Slot;
use super::tasks::TaskRow;

pages! {
    Home => "pages/home.html",
}

/// Today at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct Home {
    /// What plugins show here.
    pub panels: Vec<Slot>,
    /// `morning`, `afternoon`, `evening` or `night`.
    pub part_of_day: &'static str,
    /// The reader's first name.
    pub first_name: String,
    /// Today's date in words.
    pub date: String,
    /// Whether the role sees appointments.
    pub sees_appointments: bool,
    /// Whether it may book them.
    pub can_book: bool,
    /// Today's appointments.
    pub today: Vec<AppointmentRow>,
    /// The first one after today, where today has none left.
    pub next: Option<AppointmentRow>,
    /// What the reader has to do by the end of today; none where the role sees no tasks.
    pub tasks: Option<DueTasks>,
    /// Whom somebody is to get back to by the end of today; none where the role sees no people.
    pub waiting: Option<Waiting>,
    /// To whom nobody turned yet of those who came lately; none where the role sees no people.
    pub fresh: Option<Fresh>,
    /// Whether the role may add tasks.
    pub can_add_tasks: bool,
    /// Whether it may bring people.
    pub can_bring: bool,
    /// How many proposals of plugins wait for this reader's decision.
    pub approvals: i64,
    /// Whether the role sees connections.
    pub sees_connections: bool,
    /// The connections and how they are.
    pub connections: Vec<ConnectionRow>,
    /// How many things didn't work and wait for somebody; 0 for a role that doesn't see them.
    pub given_up: i64,
    /// How many people there are; none where the role doesn't see them.
    pub people: Option<PeopleCount>,
    /// What is left to set up; empty when all is done or not the role's to do.
    pub checklist: Vec<Task>,
    /// How many of it are done.
    pub done: usize,
    /// `offered`, or `there`, for who may bring and remove examples.
    pub examples: Option<&'static str>,
}

/// What is to be done by the end of a day.
#[derive(Debug, Clone, Serialize)]
pub struct DueTasks {
    /// The first of them.
    pub rows: Vec<TaskRow>,
    /// How many more there are.
    pub more: i64,
}

/// Those who wait for somebody to get back to them.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// The first of them.
    pub rows: Vec<PersonRow>,
    /// How many more there are.
    pub more: i64,
}

/// Those to whom nobody turned yet.
#[derive(Debug, Clone, Serialize)]
pub struct Fresh {
    /// The first of them.
    pub rows: Vec<PersonRow>,
    /// How many there are.
    pub count: i64,
    /// How many more there are than are shown.
    pub more: i64,
    /// The list of all of them.
    pub href: String,
}

/// How many people of each stage there are.
#[derive(Debug, Clone, Serialize)]
pub struct PeopleCount {
    /// Those who might become customers.
    pub leads: i64,
    /// Those who are.
    pub customers: i64,
}

/// One thing to set up.
#[derive(Debug, Clone, Serialize)]
pub struct Task {
    /// Its texts are `task-<key>` and `task-<key>-text`.
    pub key: &'static str,
    /// Where it is done.
    pub href: &'static str,
    /// Whether it is.
    pub done: bool,
}
