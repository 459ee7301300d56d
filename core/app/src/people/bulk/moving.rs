//! Moving somebody to another stage by an act over many, and back.

use domain::{EntryId, Timestamp};
use store::Conn;
use store::people::{Person, PersonChange, Standing};

use super::Was;
use crate::App;
use crate::audit::Who;
use crate::error::Result;
use crate::people::{fields_of, move_there, to_stage};
use crate::pipelines::Stage;

pub(super) fn moved(
    app: &App,
    c: &mut Conn,
    who: &Who,
    person: &Person,
    stage: &Stage,
) -> Result<Option<Was>> {
    if stage.id == person.stage_id {
        return Ok(None);
    }
    let entry = move_there(app, c, who, person, &to_stage(app, person, stage))?;
    Ok(Some(Was::Stage {
        was: person.stage_id.clone(),
        now: stage.id.clone(),
        since: Some(person.stage_since),
        won_at: person.won_at,
        entry: Some(entry),
    }))
}

/// Moves somebody back where they were. Neither that nor the move that is taken back is a step towards them:
/// who waited before waits again. What others did with them in between stays a step of theirs.
pub(super) fn move_back(
    app: &App,
    c: &mut Conn,
    who: &Who,
    person: &Person,
    back: &PersonChange,
    entry: Option<&EntryId>,
) -> Result<()> {
    let tenant = &person.tenant_id;
    match entry {
        Some(entry) => store::timeline::rename(c, tenant, entry, "stage", "stage-undone")?,
        None => store::timeline::rename_last(c, tenant, &person.id, "stage", "stage-undone")?,
    };
    let entry = move_there(app, c, who, person, back)?;
    store::timeline::rename(c, tenant, &entry, "stage", "stage-back")?;
    Ok(())
}

/// The same person in the stage they were in, since when they were in it.
pub(super) fn back_in(
    app: &App,
    person: &Person,
    stage: &Stage,
    since: Option<Timestamp>,
    won_at: Option<Timestamp>,
) -> PersonChange {
    let Some(stage_since) = since else { return to_stage(app, person, stage) };
    let standing = stage.outcome.standing();
    let won_at = won_at.filter(|_| standing == Standing::Customer);
    let stage_id = stage.id.clone();
    PersonChange { standing, stage_id, stage_since, won_at, ..fields_of(person) }
}
