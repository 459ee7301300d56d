//! What is to be done: the list, a task, its form, and what other pages show of tasks.

use serde::Serialize;

use super::calendar::AppointmentForm;
use super::people::{Limit, SavedRow};
use super::{Avatar, Choice, Errors, Tab, pages};

pages! {
    Tasks => "pages/tasks/list.html",
    TaskPage => "pages/tasks/task.html",
    TaskEdit => "pages/tasks/edit.html",
}

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct Tasks {
    /// What is due when, and what is done.
    pub tabs: Vec<Tab>,
    /// What is asked for.
    pub asked: TasksAsked,
    /// The views that somebody saved.
    pub views: Vec<SavedRow>,
    /// The tasks, by when they are due.
    pub groups: Vec<TaskGroup>,
    /// How many match.
    pub count: i64,
    /// The next page.
    pub next: Option<String>,
    /// Whether there is any task at all.
    pub any: bool,
    /// An act over all that match which is under way: its page.
    pub under_way: Option<String>,
    /// Whether the role may add and do them.
    pub can_write: bool,
    /// Who may be given tasks.
    pub assignees: Vec<Choice>,
    /// Adding one in a line.
    pub quick: QuickForm,
    /// What is wrong with an act over several.
    pub errors: Errors,
}

/// What a list of tasks is asked for.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TasksAsked {
    /// `today`, `week`, `overdue` or `done`; empty is all that are open.
    pub show: String,
    /// The search.
    pub query: String,
    /// Whose: the reader's, everybody's, nobody's or somebody's.
    pub who: Vec<Choice>,
    /// The one of them that is asked for, as the address has it.
    pub whose: String,
    /// The orders to choose from.
    pub orders: Vec<Choice>,
    /// The one that is asked for, as the address has it.
    pub order: String,
    /// People to narrow it to.
    pub people: Vec<Choice>,
    /// The one that it is narrowed to.
    pub limits: Vec<Limit>,
    /// The list's own address.
    pub address: String,
    /// What narrows it, as an address has it.
    pub narrowing: String,
    /// Whether it is narrowed beyond its tab.
    pub narrowed: bool,
}

/// Adding a task in a line.
#[derive(Debug, Clone, Default, Serialize)]
pub struct QuickForm {
    /// Names this form, so that sending it twice adds once.
    pub form_id: String,
    /// What.
    pub title: String,
    /// The day, ISO 8601.
    pub day: String,
    /// Who is to do it.
    pub assignee: String,
    /// What is wrong with it.
    pub errors: Errors,
}

/// Tasks that are due about the same time.
#[derive(Debug, Clone, Serialize)]
pub struct TaskGroup {
    /// `overdue`, `today`, `tomorrow`, `week`, `later`, `someday`, `done`, `newest`, `nobody` or `somebody`;
    /// its text is `tasks-group-<key>`.
    pub key: &'static str,
    /// Who is to do them, where that is what they stand under.
    pub title: String,
    /// The tasks.
    pub rows: Vec<TaskRow>,
}

/// A task as lists show it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TaskRow {
    /// Its id.
    pub id: String,
    /// Its page.
    pub href: String,
    /// What is to be done.
    pub title: String,
    /// Whether it is done.
    pub done: bool,
    /// When it is due, or was done, in words.
    pub when: String,
    /// Whether it is too late for it.
    pub late: bool,
    /// Who is to do it; empty for nobody.
    pub assignee: String,
    /// Their picture.
    pub avatar: Avatar,
    /// Whether it comes again.
    pub repeats: bool,
    /// What it is about.
    pub links: Vec<TaskLink>,
}

/// What a task is about.
#[derive(Debug, Clone, Serialize)]
pub struct TaskLink {
    /// Such as `person` or `address`.
    pub kind: String,
    /// Its id, or an address in the web.
    pub id: String,
    /// Its name; a word for what the role doesn't see.
    pub name: String,
    /// Its page; empty for what the role doesn't see.
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// Whether it leads out of the workspace.
    pub is_out: bool,
}

impl TaskLink {
    /// Something that the role doesn't see.
    pub fn unseen(kind: String, word: String) -> Self {
        let (id, href) = (String::new(), String::new());
        Self { kind, id, name: word, href, icon: "lock", is_out: false }
    }
}

/// The tasks that another page shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TaskPanel {
    /// Open ones first.
    pub rows: Vec<TaskRow>,
    /// The list of all about a person.
    pub all: Option<String>,
    /// Where one is added.
    pub add: String,
    /// Where the page is, to come back to it.
    pub back: String,
    /// Whether the role sees tasks.
    pub sees: bool,
    /// Whether it may add and do them.
    pub can_write: bool,
}

/// The page of a task.
#[derive(Debug, Clone, Serialize)]
pub struct TaskPage {
    /// What, who, when.
    pub row: TaskRow,
    /// Notes, one paragraph an entry.
    pub notes: Vec<String>,
    /// How it comes again, in words.
    pub rule: Option<String>,
    /// How long before somebody is reminded, in words.
    pub lead: String,
    /// When the reader is reminded next, in words.
    pub reminded: Option<String>,
    /// Until when it may be snoozed.
    pub snoozes: Vec<Choice>,
    /// The zone it was made in, where it isn't the business's.
    pub other_zone: Option<String>,
    /// When it was made, in words.
    pub added: String,
    /// Whether the role may change it.
    pub can_write: bool,
    /// What went wrong.
    pub errors: Errors,
}

/// What the form of a task holds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TaskForm {
    /// Names this form, so that sending it twice adds once.
    pub form_id: String,
    /// What is to be done.
    pub title: String,
    /// Notes.
    pub notes: String,
    /// Who is to do it.
    pub assignee: String,
    /// The day, ISO 8601.
    pub day: String,
    /// The time, such as "10:00".
    pub time: String,
    /// How long before somebody is reminded; empty is as they chose.
    pub lead: String,
    /// The people it is about.
    pub people: Vec<String>,
    /// The appointments it is about.
    pub appointments: Vec<String>,
    /// What else it is about: kinds and ids, with colons between.
    pub links: Vec<String>,
    /// An address in the web that is being typed.
    pub address: String,
    /// How it comes again.
    pub again: AppointmentForm,
    /// The revision that was being changed.
    pub rev: i64,
    /// Where to go afterwards; empty is the task's page.
    pub back: String,
    /// `on` from the line above the list.
    pub quick: String,
}

/// Adding or changing a task.
#[derive(Debug, Clone, Serialize)]
pub struct TaskEdit {
    /// Where the form goes.
    pub action: String,
    /// Where "back" goes.
    pub back: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// What is entered.
    pub form: TaskForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Who may be given it.
    pub assignees: Vec<Choice>,
    /// How long before somebody may be reminded.
    pub leads: Vec<Choice>,
    /// How often it may come again.
    pub repeats: Vec<Choice>,
    /// The days of the week to choose from.
    pub weekdays: Vec<Choice>,
    /// What it is about already.
    pub about: Vec<TaskLink>,
    /// What it may be about.
    pub choices: Vec<Choice>,
    /// The business's zone.
    pub zone: String,
}
