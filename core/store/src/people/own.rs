//! What lists of people ask of own fields, and being ordered by one.

use domain::OwnFieldId;

use super::PersonOrder;

/// Behind every key that lists are ordered by.
const LAST_KEY: &str = "\u{10ffff}";

/// What somebody must have of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnAsk {
    /// A value of which the key is from the one to the other, both included; None is no end.
    Within(Option<String>, Option<String>),
    /// Nothing.
    Nothing,
}

/// What somebody must have of which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFilter {
    /// The field.
    pub field: OwnFieldId,
    /// What of it.
    pub ask: OwnAsk,
}

impl OwnFilter {
    /// The statement up to the tenant, and the ends of the keys.
    pub(super) fn parts(&self) -> (&'static str, &str, &str) {
        match &self.ask {
            OwnAsk::Within(from, until) => (
                "people.id IN (SELECT own.person_id FROM person_field_values own \
                 WHERE own.tenant_id = ",
                from.as_deref().unwrap_or_default(),
                until.as_deref().unwrap_or(LAST_KEY),
            ),
            OwnAsk::Nothing => (
                "people.id NOT IN (SELECT own.person_id FROM person_field_values own \
                 WHERE own.tenant_id = ",
                "",
                LAST_KEY,
            ),
        }
    }
}

/// How a list is ordered, by what every business keeps or by a field of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sorting {
    /// By what every business keeps.
    By(PersonOrder),
    /// By an own field; who has nothing of it isn't in the list.
    Own {
        /// The field.
        field: OwnFieldId,
        /// Whether the last comes first.
        down: bool,
    },
}

impl From<PersonOrder> for Sorting {
    fn from(order: PersonOrder) -> Self {
        Self::By(order)
    }
}
