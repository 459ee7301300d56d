//! What the form for an endpoint says, and what is kept of it.

use store::TextList;
use store::endpoints::EndpointChange;

use super::kinds;
use crate::error::{Error, Result};
use crate::fields;

/// The longest address, in bytes.
const URL_BYTES_MAX: usize = 2_000;
/// The longest description, in characters.
const DESCRIPTION_CHARS_MAX: usize = 120;

/// What the form asks.
#[derive(Debug, Clone, Default)]
pub struct EndpointInput {
    /// The address, with https.
    pub url: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whether it is told of everything, also of kinds that come later.
    pub all: bool,
    /// The kinds that it is told of, where that isn't all.
    pub kinds: Vec<String>,
}

impl EndpointInput {
    /// What is kept.
    pub(super) fn checked(self) -> Result<EndpointChange> {
        Ok(EndpointChange {
            url: address(&self.url)?,
            description: fields::line("description", &self.description, DESCRIPTION_CHARS_MAX)?,
            kinds: TextList(if self.all { Vec::new() } else { chosen(self.kinds)? }),
        })
    }
}

fn address(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid("url", "error-required"));
    }
    if text.len() > URL_BYTES_MAX {
        return Err(Error::invalid("url", "error-too-long"));
    }
    let url = runtime::egress::endpoint_address(text)
        .map_err(|_| Error::invalid("url", "error-endpoint-address"))?;
    Ok(url.into())
}

/// In the table's order, each once.
fn chosen(wanted: Vec<String>) -> Result<Vec<String>> {
    if wanted.iter().any(|name| kinds::find(name).is_none()) {
        return Err(Error::invalid("kinds", "error-invalid"));
    }
    let names = kinds::KINDS.iter().map(|kind| kind.name);
    let chosen: Vec<String> =
        names.filter(|name| wanted.iter().any(|one| one == name)).map(str::to_owned).collect();
    if chosen.is_empty() {
        return Err(Error::invalid("kinds", "error-endpoint-no-kinds"));
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    include!("../../../runtime/tests/plugins/spellings.rs");

    #[test]
    fn no_spelling_of_elsewhere_gets_through_the_form() {
        for text in SPELLINGS {
            // A form's own spaces are nobody's trick.
            if text.trim() != *text {
                continue;
            }
            assert!(address(text).is_err(), "{text:?} became {:?}", address(text).ok());
        }
        let good = "https://hooks.example.com/in?key=a%2Fb";
        assert_eq!(address(&format!(" {good} ")).ok().as_deref(), Some(good));
    }

    #[test]
    fn kinds_are_known_ones_in_one_order() {
        let wanted = |names: &[&str]| chosen(names.iter().map(|&name| name.to_owned()).collect());
        let all = wanted(&["task.done", "person.created", "task.done"]).unwrap();
        assert_eq!(all, ["person.created", "task.done"]);
        assert!(wanted(&[]).is_err() && wanted(&["nobody.eaten"]).is_err());
        assert!(wanted(&[kinds::TEST]).is_err());
    }
}
