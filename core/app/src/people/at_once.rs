//! What becomes of many people because something else changes: a stage goes or means something else, a
//! member leaves. Each has it on their page and a new revision; other programs are told once, of what
//! changed.

use domain::{MemberId, PersonId, TenantId};
use serde_json::{Value, json};
use store::Conn;

use crate::App;
use crate::audit::Who;
use crate::error::Result;
use crate::pipelines::Stage;
use crate::timeline;

/// People who are told of at a time.
const AT_A_TIME: i64 = 500;
/// They stand elsewhere, or are something else, because their stage changed; nobody turned to them.
const RESTAGED: &str = "restaged";

/// Before a stage goes: tells of it whoever is in it. Answers how many.
pub(crate) fn tell_moved(
    app: &App,
    c: &mut Conn,
    who: &Who,
    gone: &Stage,
    to: &Stage,
) -> Result<usize> {
    let detail = json!({"from": gone.name, "to": to.name});
    tell_in_stage(app, c, who, gone, &detail)
}

/// Before a stage means something else: tells of it whoever is in it. Answers how many.
pub(crate) fn tell_meant(app: &App, c: &mut Conn, who: &Who, stage: &Stage) -> Result<usize> {
    let detail = json!({"stage": stage.name, "standing": stage.outcome.standing()});
    tell_in_stage(app, c, who, stage, &detail)
}

fn tell_in_stage(
    app: &App,
    c: &mut Conn,
    who: &Who,
    stage: &Stage,
    detail: &Value,
) -> Result<usize> {
    let tenant = &stage.tenant_id;
    tell_each(app, c, (tenant, who), (RESTAGED, detail), |c, after| {
        store::people::list_ids_in_stage(c, tenant, &stage.id, after, AT_A_TIME)
    })
}

/// Leaves with nobody whom a member looked after who leaves. Answers how many.
pub(crate) fn disown(
    app: &App,
    c: &mut Conn,
    who: &Who,
    tenant: &TenantId,
    owner: &MemberId,
) -> Result<usize> {
    let changes = json!({"owner": {"from": owner, "to": null}});
    let detail = json!({"fields": ["owner"], "changes": changes});
    let count = tell_each(app, c, (tenant, who), ("changed", &detail), |c, after| {
        store::people::list_ids_of_owner(c, tenant, owner, after, AT_A_TIME)
    })?;
    store::people::disown(c, tenant, owner)?;
    Ok(count)
}

/// Goes through people, some at a time, as `next` names those after one.
fn tell_each(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    (kind, detail): (&str, &Value),
    next: impl Fn(&mut Conn, Option<&PersonId>) -> store::Result<Vec<PersonId>>,
) -> Result<usize> {
    let (now, mut after, mut count) = (app.clock.now(), None::<PersonId>, 0);
    loop {
        let ids = next(c, after.as_ref())?;
        if ids.is_empty() {
            return Ok(count);
        }
        store::people::touch_many(c, tenant, &ids, now)?;
        let entry = |person| {
            let (kind, detail) = (kind.to_owned(), detail.clone());
            timeline::entry(app, tenant, who, timeline::New { person, kind, entity_id: "", detail })
        };
        store::timeline::insert_many(c, tenant, ids.iter().map(entry).collect())?;
        count += ids.len();
        after = ids.last().cloned();
    }
}
