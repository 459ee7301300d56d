//! The imports of the contract, one file a capability. All are always linked; what was not granted
//! answers `denied`. Sizes of all arguments are bounded here, before anything else is done.

use serde_json::Value;

use crate::engine::bindings::oxpi::plugin::types;
use crate::engine::state::State;
use crate::problem::Problem;

mod approvals;
mod crypto;
mod documents;
mod env;
mod events;
pub(crate) mod http;
mod i18n;
mod jobs;
mod kv;
pub(crate) mod log;
mod records;

pub use documents::file_kind;

/// Bytes of a JSON document that a guest hands over.
const JSON_BYTES_MAX: usize = 1 << 20;
/// Bytes of a key that makes twice once.
const KEY_BYTES_MAX: usize = 200;

impl types::Host for State {
    fn convert_problem(&mut self, problem: Problem) -> wasmtime::Result<types::Problem> {
        match problem.code.as_str() {
            "denied" => self.denials += 1,
            "too-large" => self.refuse("too-large"),
            "limited" => self.refuse("limited"),
            _ => {}
        }
        Ok(problem.into())
    }
}

impl State {
    /// Tells once a call and kind that it wished for more than it may have.
    fn refuse(&mut self, kind: &'static str) {
        if self.has_tenant && !self.refused.contains(&Some(kind)) {
            if let Some(free) = self.refused.iter_mut().find(|told| told.is_none()) {
                *free = Some(kind);
            }
            self.world.services.refused(&self.ctx, kind);
        }
    }
}

/// A JSON document of bounded size.
fn json(what: &str, text: &str) -> Result<Value, Problem> {
    if text.len() > JSON_BYTES_MAX {
        return Err(Problem::too_large(format!("{what} is larger than {JSON_BYTES_MAX} bytes")));
    }
    serde_json::from_str(text)
        .map_err(|error| Problem::invalid(format!("{what} isn't JSON: {error}")))
}

/// A short text without control characters.
fn short(what: &str, text: &str, bytes_max: usize) -> Result<(), Problem> {
    if text.is_empty() || text.len() > bytes_max || text.chars().any(char::is_control) {
        return Err(Problem::invalid(format!(
            "{what} must have 1 to {bytes_max} bytes and no control characters"
        )));
    }
    Ok(())
}

/// A key that makes doing it twice doing it once.
fn once_key(text: &str) -> Result<(), Problem> {
    short("the key against doubling", text, KEY_BYTES_MAX)
}

/// A cursor handed back.
fn cursor(after: Option<&String>) -> Result<(), Problem> {
    after.map_or(Ok(()), |after| short("the cursor", after, 1_024))
}

/// How many a page may hold.
fn page_limit(limit: u32) -> u32 {
    limit.clamp(1, 500)
}
