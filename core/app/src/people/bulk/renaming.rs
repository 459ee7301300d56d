//! Another name for a source, over everybody who is of it: where they came from, and where they came from first.
//! Who was removed has it too, and views of the list follow.

use domain::{PersonId, TenantId};
use store::Conn;
use store::people::{Person, PersonChange};

use super::{BulkInput, Was};
use crate::App;
use crate::attributions::{self, FIRST_SOURCE};
use crate::audit::Who;
use crate::error::{Error, Result};
use crate::people::input::Draft;
use crate::people::{SOURCE_CHARS_MAX, change, changed, changes, fields_of};
use crate::saved_views::Followed;
use crate::{fields, saved_views};

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

/// Gives somebody back the source that they had, where it still is what the act made of it.
pub(super) fn take_back(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    id: &PersonId,
    back: &Renaming,
    which: (bool, bool),
) -> Result<bool> {
    let Some(person) = store::people::find_even_deleted(c, tenant, id)? else { return Ok(false) };
    Ok(rename_of(app, c, who, &person, back, which)?.is_some())
}

/// Has the views of the list follow, once nobody is of the source any more. Any other act leaves them alone.
pub(crate) fn follow(
    app: &App,
    c: &mut Conn,
    of: (&TenantId, &Who),
    input: &BulkInput,
) -> Result<Vec<Followed>> {
    if input.act != ACT {
        return Ok(Vec::new());
    }
    let Renaming { from, to } = Renaming::read(&input.to)?;
    saved_views::follow(app, c, of, (&from, &to))
}

/// The same where they came from now, where they came from first, or both.
fn rename_of(
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
    let first_source = first.then(|| to.clone());
    if person.deleted_at.is_some() {
        rename_removed(app, c, who, (person, &now), first_source.as_deref())?;
    } else {
        let contacts = store::contacts::list(c, tenant, id)?;
        let draft = Draft { contacts, first_source, ..Draft::of(now) };
        change(app, c, who, person, draft, person.rev)?;
    }
    Ok(Some(Was::Source { was: from.clone(), now: to.clone(), own, first }))
}

/// The same of somebody who was removed, of whom nothing else changes.
fn rename_removed(
    app: &App,
    c: &mut Conn,
    who: &Who,
    (person, now): (&Person, &PersonChange),
    first: Option<&str>,
) -> Result<()> {
    let (tenant, id) = (&person.tenant_id, &person.id);
    let first = attributions::corrected(c, person, &now.source, first)?;
    let (source, at) = (now.source.as_str(), app.clock.now());
    store::people::update_source_of_removed(c, tenant, id, source, person.rev, at)?;
    let mut fields = changed(&fields_of(person), now);
    if let Some(first) = &first {
        attributions::put(c, first)?;
        fields.push(FIRST_SOURCE);
    }
    let told = changes::Told { fields: &fields, own: &[], first: first.as_ref() };
    changes::tell(app, c, who, (person, now), &told)
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
