//! People: leads and customers.

mod list;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calendar::AppointmentRow;
use super::documents::PersonFiles;
use super::own_fields::{OwnAsked, OwnShown};
use super::plugin_views::Slot;
use super::tasks::TaskPanel;
use super::{Avatar, Choice, Errors, Tab, pages};

pub use list::*;

pages! {
    People => "pages/people/list.html",
    PeopleChoices => "pages/people/choices.html",
    Board => "pages/people/board.html",
    PersonPage => "pages/people/person.html",
    PersonEdit => "pages/people/edit.html",
}

/// A line of the list, or a card of the board.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PersonRow {
    /// Their id.
    pub id: String,
    /// Where the page of the person is.
    pub href: String,
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// Their picture.
    pub avatar: Avatar,
    /// The name of their stage.
    pub stage: String,
    /// Which it is.
    pub stage_id: String,
    /// The colour of its badge.
    pub tone: &'static str,
    /// Their number, as people write it.
    pub phone: String,
    /// Their address.
    pub email: String,
    /// Their tags.
    pub tags: Vec<String>,
    /// What they have of the own fields that are shown.
    pub own: Vec<OwnShown>,
    /// Who looks after them.
    pub owner: String,
    /// Which member that is; empty for nobody.
    pub owner_id: String,
    /// Where they came from.
    pub source: String,
    /// The day to get back to them.
    pub follow_up: String,
    /// Whether that day has come.
    pub is_due: bool,
    /// Whether it is over.
    pub is_late: bool,
    /// What they may be worth.
    pub value: String,
    /// When they were added.
    pub added: String,
}

/// People by their stages.
#[derive(Debug, Clone, Serialize)]
pub struct Board {
    /// The pipelines to choose from.
    pub pipelines: Vec<BoardTab>,
    /// The stages with who is in them.
    pub columns: Vec<Column>,
    /// What was searched for.
    pub query: String,
    /// What the board is narrowed by.
    pub asked: Asked,
    /// What is asked of own fields, kept as it is: names and values of the address.
    pub kept: Vec<(String, String)>,
    /// The views that somebody saved.
    pub views: Vec<SavedRow>,
    /// The list of the same people.
    pub list: String,
    /// The pipeline shown.
    pub pipeline: String,
    /// Whether the role may move people.
    pub can_write: bool,
    /// Whether it may change the stages.
    pub can_manage: bool,
    /// All stages, for moving without dragging.
    pub stages: Vec<Choice>,
    /// Where moving leads back to.
    pub address: String,
}

/// A pipeline to choose.
#[derive(Debug, Clone, Serialize)]
pub struct BoardTab {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Whether it is the one shown.
    pub current: bool,
}

/// A stage of the board.
#[derive(Debug, Clone, Serialize)]
pub struct Column {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `open`, `won` or `lost`.
    pub outcome: String,
    /// Whether it goes once its people have moved: nobody can be put there.
    pub goes: bool,
    /// How many are in it.
    pub count: i64,
    /// What they may be worth together.
    pub values: Vec<String>,
    /// Those who came last.
    pub people: Vec<PersonRow>,
    /// The list of all of them, where the column shows a part.
    pub more: Option<String>,
}

/// The page of one person.
#[derive(Debug, Clone, Serialize)]
pub struct PersonPage {
    /// What plugins show here.
    pub panels: Vec<Slot>,
    /// What is to be done about them.
    pub tasks: TaskPanel,
    /// The documents about them; nothing for who sees none.
    pub files: Option<PersonFiles>,
    /// Their id.
    pub id: String,
    /// Who.
    pub person: PersonRow,
    /// The number to dial.
    pub phone_href: String,
    /// Further numbers and addresses.
    pub contacts: Vec<ContactRow>,
    /// What they have of the own fields.
    pub own: Vec<OwnShown>,
    /// Everybody of their company, or of the company that they are; empty for who has none.
    pub company_href: String,
    /// Whether they are a company.
    pub is_company: bool,
    /// Where they came from.
    pub source: String,
    /// Where they came from first, where that is something else.
    pub first_source: String,
    /// What else is known of that.
    pub firsts: Vec<FirstRow>,
    /// The day they became a customer; empty for who isn't one, and where nobody knows.
    pub customer_since: String,
    /// Whether they agreed to be written to: a sentence, empty where nobody asked.
    pub consent: String,
    /// Notes, one paragraph an entry.
    pub notes: Vec<String>,
    /// The stages to move them to.
    pub stages: Vec<Choice>,
    /// The day to get back to them, ISO 8601; empty where there is none.
    pub follow_up_on: String,
    /// Days that are chosen with one press.
    pub soon: Vec<Choice>,
    /// The revision that is shown.
    pub rev: i64,
    /// What happened with them, newest first.
    pub timeline: Vec<EntryRow>,
    /// All of that, and each group of it.
    pub timeline_tabs: Vec<Tab>,
    /// Whether a group of it is shown.
    pub timeline_narrowed: bool,
    /// The address of what happened earlier.
    pub older: Option<String>,
    /// The form for a note.
    pub note: NoteForm,
    /// Others who may be the same.
    pub alike: Vec<PersonRow>,
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

/// A part of where somebody came from first.
#[derive(Debug, Clone, Serialize)]
pub struct FirstRow {
    /// What its text's key ends in.
    pub name: &'static str,
    /// As it was said.
    pub value: String,
}

/// A number or address.
#[derive(Debug, Clone, Serialize)]
pub struct ContactRow {
    /// `phone`, `email` or `address`.
    pub kind: String,
    /// As people write it.
    pub value: String,
    /// What a tap on it opens; empty where there is nothing.
    pub href: String,
    /// What it is for.
    pub label: String,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
pub struct EntryRow {
    /// Its id.
    pub id: String,
    /// The icon beside it.
    pub icon: &'static str,
    /// What happened, in words.
    pub text: String,
    /// A note's paragraphs.
    pub note: Vec<String>,
    /// The note as it was typed, for changing it.
    pub typed: String,
    /// Who did it.
    pub actor: String,
    /// When.
    pub when: String,
    /// What it is about, where that has a page.
    pub href: String,
    /// Whether the reader may change or remove it.
    pub is_own_note: bool,
}

/// The form for a note.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    /// Names this form, so that sending it twice writes once.
    pub form_id: String,
    /// What is entered.
    pub text: String,
    /// What is wrong with it.
    #[serde(skip_deserializing)]
    pub errors: Errors,
}

/// What the form of a person holds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PersonForm {
    /// Names this form, so that sending it twice adds once.
    pub form_id: String,
    /// `person` or `company`.
    pub kind: String,
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// Their stage's id.
    pub stage: String,
    /// Their number.
    pub phone: String,
    /// Their address.
    pub email: String,
    /// Further numbers and addresses, one more than there are.
    pub contacts: Vec<ContactField>,
    /// Where they came from.
    pub source: String,
    /// Where they came from first; nothing where no source of that is known.
    pub first_source: Option<String>,
    /// Who looks after them.
    pub owner: String,
    /// What they may be worth.
    pub value: String,
    /// The currency of that; empty for the business's.
    pub value_currency: String,
    /// The day to get back to them.
    pub follow_up_on: String,
    /// `given`, `withdrawn` or nothing.
    pub consent: String,
    /// The day they said so.
    pub consent_on: String,
    /// What they had said before and on which day, a space between.
    pub consent_was: String,
    /// How they said so.
    pub consent_note: String,
    /// Tags that were ticked.
    pub tags: Vec<String>,
    /// Tags that were typed.
    pub new_tags: String,
    /// Own fields by their ids.
    pub own: BTreeMap<String, String>,
    /// Notes.
    pub notes: String,
    /// The revision that was being changed.
    pub rev: i64,
}

/// A further number or address in the form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ContactField {
    /// `phone`, `email` or `address`.
    pub kind: String,
    /// As it was typed.
    pub value: String,
    /// What it is for.
    pub label: String,
}

/// Adding or changing a person.
#[derive(Debug, Clone, Serialize)]
pub struct PersonEdit {
    /// Who it is; empty for a new person.
    pub id: String,
    /// Where the form goes.
    pub action: String,
    /// Where "back" goes.
    pub back: String,
    /// The name before the change; empty for a new person.
    pub name: String,
    /// What is entered.
    pub form: PersonForm,
    /// The stages to choose from.
    pub stages: Vec<Choice>,
    /// Who may look after them.
    pub owners: Vec<Choice>,
    /// The tags there are.
    pub tags: Vec<Choice>,
    /// The own fields.
    pub own: Vec<OwnAsked>,
    /// The sources there are, as suggestions.
    pub sources: Vec<String>,
    /// Whether and how they may be written to.
    pub consents: Vec<Choice>,
    /// The currency of the value.
    pub currency: String,
    /// Others to make one of with them; none for a new person.
    pub others: Vec<Choice>,
    /// What is wrong with it.
    pub errors: Errors,
}
