//! People: leads and customers.

use serde::{Deserialize, Serialize};

use super::calendar::AppointmentRow;
use super::plugin_views::Slot;
use super::{Avatar, Errors, Tab, pages};

pages! {
    People => "pages/people/list.html",
    PersonPage => "pages/people/person.html",
    PersonEdit => "pages/people/edit.html",
}

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct People {
    /// What was searched for.
    pub query: String,
    /// The stage shown; empty for all.
    pub stage: String,
    /// All, leads, customers.
    pub tabs: Vec<Tab>,
    /// Those of this page.
    pub people: Vec<PersonRow>,
    /// The address of the next page.
    pub next: Option<String>,
    /// Whether the business has anybody at all.
    pub any: bool,
    /// Whether the role may add people.
    pub can_write: bool,
}

/// A line of the list.
#[derive(Debug, Clone, Serialize)]
pub struct PersonRow {
    /// Where the page of the person is.
    pub href: String,
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// Their picture.
    pub avatar: Avatar,
    /// `lead` or `customer`.
    pub stage: String,
    /// Their number, as people write it.
    pub phone: String,
    /// Their address.
    pub email: String,
    /// When they were added.
    pub added: String,
}

/// The page of one person.
#[derive(Debug, Clone, Serialize)]
pub struct PersonPage {
    /// What plugins show here.
    pub panels: Vec<Slot>,
    /// Their id.
    pub id: String,
    /// Who.
    pub person: PersonRow,
    /// The number to dial.
    pub phone_href: String,
    /// Where they came from.
    pub source: String,
    /// Notes, one paragraph an entry.
    pub notes: Vec<String>,
    /// Appointments still to come.
    pub upcoming: Vec<AppointmentRow>,
    /// Appointments that were, newest first.
    pub past: Vec<AppointmentRow>,
    /// Whether the role sees appointments.
    pub sees_appointments: bool,
    /// Whether it may book them.
    pub can_book: bool,
    /// Whether it may change the person.
    pub can_write: bool,
}

/// What the form of a person holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonForm {
    /// Names this form, so that sending it twice adds once.
    pub form_id: String,
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// `lead` or `customer`.
    pub stage: String,
    /// Their number.
    pub phone: String,
    /// Their address.
    pub email: String,
    /// Where they came from.
    pub source: String,
    /// Notes.
    pub notes: String,
    /// The revision that was being changed.
    pub rev: i64,
}

/// Adding or changing a person.
#[derive(Debug, Clone, Serialize)]
pub struct PersonEdit {
    /// Where the form goes.
    pub action: String,
    /// Where "back" goes.
    pub back: String,
    /// The name before the change; empty for a new person.
    pub name: String,
    /// What is entered.
    pub form: PersonForm,
    /// What is wrong with it.
    pub errors: Errors,
}
