//! What an act over many people is taken back with.

use domain::PersonId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Was;
use crate::error::Result;
use crate::saved_views::Followed;

/// What was before it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Before {
    /// Whom it changed, and what they were.
    pub people: Vec<(PersonId, Was)>,
    /// Views that followed a source.
    pub views: Vec<Followed>,
}

impl Before {
    /// As it is kept: the people alone where no view followed, as it was before any did.
    pub fn kept(&self) -> Result<Value> {
        Ok(match self.views.is_empty() {
            true => serde_json::to_value(&self.people)?,
            false => serde_json::to_value(self)?,
        })
    }

    /// As it was kept.
    pub fn read(kept: Value) -> Result<Self> {
        Ok(match kept {
            Value::Array(_) => Self { people: serde_json::from_value(kept)?, views: Vec::new() },
            _ => serde_json::from_value(kept)?,
        })
    }
}
