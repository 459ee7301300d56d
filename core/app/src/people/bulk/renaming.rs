//! Another name for a source, over everybody who is of it: where they came from, and where they came from first.

use store::Conn;
use store::people::Person;

use super::Was;
use crate::App;
use crate::audit::Who;
use crate::error::{Error, Result};
use crate::fields;
use crate::people::input::Draft;
use crate::people::{SOURCE_CHARS_MAX, change, fields_of};

/// The act; [`Renaming`] is to what.
pub(crate) const ACT: &str = "rename-source";

/// Which source, and what it is called from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renaming {
    /// The source as people have it.
    pub from: String,
    /// Its new name.
    pub to: String,
}

impl Renaming {
    /// As an act over many says it.
    pub fn said(&self) -> String {
        serde_json::json!([self.from, self.to]).to_string()
    }

    /// What an act says.
    pub fn read(said: &str) -> Result<Self> {
        let wrong = |_| Error::invalid("to", "error-invalid");
        let (from, to): (String, String) = serde_json::from_str(said).map_err(wrong)?;
        if from.is_empty() {
            return Err(Error::invalid("to", "error-required"));
        }
        let to = fields::required_line("to", &to, SOURCE_CHARS_MAX)?;
        Ok(Self { from, to })
    }
}

/// Renames the source of somebody, wherever it stands; nothing where it doesn't.
pub(super) fn rename(
    app: &App,
    c: &mut Conn,
    who: &Who,
    person: &Person,
    renaming: &Renaming,
) -> Result<Option<Was>> {
    rename_of(app, c, who, person, renaming, (true, true))
}

/// The same where they came from now, where they came from first, or both.
pub(super) fn rename_of(
    app: &App,
    c: &mut Conn,
    who: &Who,
    person: &Person,
    renaming: &Renaming,
    (own, first): (bool, bool),
) -> Result<Option<Was>> {
    let (tenant, id) = (&person.tenant_id, &person.id);
    let Renaming { from, to } = renaming;
    let known = store::attributions::find(c, tenant, id)?;
    let own = own && person.source == *from;
    let first = first && known.is_some_and(|it| it.source == *from);
    if from == to || !own && !first {
        return Ok(None);
    }
    let mut now = fields_of(person);
    if own {
        now.source.clone_from(to);
    }
    let draft = Draft {
        contacts: store::contacts::list(c, tenant, id)?,
        first_source: first.then(|| to.clone()),
        ..Draft::of(now)
    };
    change(app, c, who, person, draft, person.rev)?;
    Ok(Some(Was::Source { was: from.clone(), now: to.clone(), own, first }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_an_act_is_read_again() {
        let renaming = Renaming { from: "Insta \"gram\"".into(), to: "Instagram".into() };
        assert_eq!(Renaming::read(&renaming.said()).unwrap(), renaming);
        for wrong in ["", "Instagram", "[]", "[\"\",\"a\"]", "[\"a\",\" \"]"] {
            assert!(Renaming::read(wrong).is_err(), "{wrong}");
        }
    }
}
