//! Finding things by words: an index of our own, the same on both databases, written with the things in
//! the same transaction. `words` says what a word is, `index` writes, `things` says what each kind is found
//! by, `finding` looks, `number` knows whom a whole number is of, `near` forgives a typing error, `backlog`
//! goes through what was there before.

mod backlog;
mod finding;
mod index;
mod near;
mod number;
mod query;
mod things;
mod words;

pub(crate) use backlog::again;
pub use backlog::{Progress, catch_up, progress};
pub(crate) use finding::{Found, fits, having};
pub use finding::{Sought, best, seek};
pub(crate) use index::forget;
pub use query::TERMS_MAX;
pub(crate) use things::{
    about_people, of_appointments, of_documents, of_new_document, of_new_people, of_notes,
    of_people, of_tasks, with_people,
};

words! {
    /// What kind of thing is found.
    pub enum Kind {
        /// A lead or customer.
        Person = "person",
        /// An appointment.
        Appointment = "appointment",
        /// A task.
        Task = "task",
        /// A note about a person.
        Note = "note",
        /// A document that a plugin keeps or a member added.
        Document = "document",
    }
}

/// All kinds, as the tables name them.
const KINDS: [&str; 5] = ["person", "appointment", "task", "note", "document"];
