//! What becomes of many people because something else changes: a stage goes or means something else, a
//! member leaves. Each has it on their page and a new revision; other programs are told once, of what
//! changed. So many at a time as one transaction can bear: of a few the caller does all, of many
//! `sweeps::closing` does some and goes on later.

use domain::{MemberId, PersonId, TenantId};
use serde_json::{Value, json};
use store::Conn;
use store::people::Losing;

use super::bulk::BULK_MAX;
use crate::App;
use crate::audit::Who;
use crate::error::{Error, Result};
use crate::pipelines::Stage;
use crate::timeline;

/// People of one statement.
const AT_A_TIME: i64 = 500;
/// They stand elsewhere, or are something else, because their stage changed; nobody turned to them.
const RESTAGED: &str = "restaged";

/// What some of many came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lot {
    /// How many were told: who is deleted loses what goes too, and has no page.
    pub told: usize,
    /// Whether it was anybody at all; then there may be more.
    pub was_any: bool,
    /// The last of those who are taken in the order of their ids.
    pub last: String,
}

/// How many are meant, and whether one transaction bears them beside those it has.
pub(crate) struct Many {
    /// How many, without those who are deleted.
    pub there: i64,
    /// Whether they are few.
    pub are_few: bool,
}

/// How many are meant; `beside` so many others.
pub(crate) fn how_many(
    c: &mut Conn,
    tenant: &TenantId,
    of: Losing<'_>,
    beside: usize,
) -> Result<Many> {
    let there = store::people::count_losing(c, tenant, of, false)?;
    let all = there + store::people::count_losing(c, tenant, of, true)?;
    let most = i64::try_from(BULK_MAX.saturating_sub(beside)).map_err(Error::internal)?;
    Ok(Many { there, are_few: all <= most })
}

/// Does all of them, lot by lot, in the caller's transaction. Answers how many were told.
pub(crate) fn all(mut lot: impl FnMut(i64) -> Result<Lot>) -> Result<usize> {
    let mut told = 0;
    loop {
        let done = lot(AT_A_TIME)?;
        told += done.told;
        if !done.was_any {
            return Ok(told);
        }
    }
}

/// Moves some of those who are in a stage that goes.
pub(crate) fn move_some(
    app: &App,
    c: &mut Conn,
    who: &Who,
    (gone, to): (&Stage, &Stage),
    limit: i64,
) -> Result<Lot> {
    let (tenant, detail) = (&gone.tenant_id, json!({"from": gone.name, "to": to.name}));
    let of = Losing::Stage(&gone.id);
    let (ids, lot) = next(app, c, (tenant, who), (RESTAGED, &detail), (of, ""), limit)?;
    store::people::move_on(c, tenant, &ids, (&gone.id, to))?;
    Ok(lot)
}

/// Makes of some of those who are in a stage what it means now.
pub(crate) fn mean_some(
    app: &App,
    c: &mut Conn,
    who: &Who,
    stage: &Stage,
    limit: i64,
) -> Result<Lot> {
    let tenant = &stage.tenant_id;
    let detail = json!({"stage": stage.name, "standing": stage.outcome.standing()});
    let of = Losing::Meaning(stage);
    let (ids, lot) = next(app, c, (tenant, who), (RESTAGED, &detail), (of, ""), limit)?;
    store::people::mean(c, tenant, &ids, stage)?;
    Ok(lot)
}

/// Leaves with nobody some of those whom a member looked after who has left: the next after one.
pub(crate) fn disown_some(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    owner: &MemberId,
    after: &str,
    limit: i64,
) -> Result<Lot> {
    let changes = json!({"owner": {"from": owner, "to": null}});
    let detail = json!({"fields": ["owner"], "changes": changes});
    let of = (Losing::Owner(owner), after);
    let (ids, lot) = next(app, c, (tenant, who), ("changed", &detail), of, limit)?;
    store::people::disown(c, tenant, &ids, owner)?;
    Ok(lot)
}

/// The next of them, who are told before they lose it. Deleted ones come last.
fn next(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    (kind, detail): (&str, &Value),
    (of, after): (Losing<'_>, &str),
    limit: i64,
) -> Result<(Vec<PersonId>, Lot)> {
    let mut ids = store::people::list_losing(c, tenant, of, false, after, limit)?;
    if ids.is_empty() && !after.is_empty() {
        // Somebody may have come to it since, before the place that was reached.
        ids = store::people::list_losing(c, tenant, of, false, "", limit)?;
    }
    if ids.is_empty() {
        let ids = store::people::list_losing(c, tenant, of, true, "", limit)?;
        store::people::lock_many(c, tenant, &ids)?;
        let lot = Lot { told: 0, was_any: !ids.is_empty(), last: after.to_owned() };
        return Ok((ids, lot));
    }
    let last = ids.last().map(ToString::to_string).unwrap_or_default();
    store::people::lock_many(c, tenant, &ids)?;
    let ids = store::people::list_still_losing(c, tenant, of, &ids)?;
    tell(app, c, (tenant, who), (kind, detail), &ids)?;
    let lot = Lot { told: ids.len(), was_any: true, last };
    Ok((ids, lot))
}

fn tell(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    (kind, detail): (&str, &Value),
    ids: &[PersonId],
) -> Result<()> {
    store::people::touch_many(c, tenant, ids, app.clock.now())?;
    let entry = |person| {
        let (kind, detail) = (kind.to_owned(), detail.clone());
        timeline::entry(app, tenant, who, timeline::New { person, kind, entity_id: "", detail })
    };
    Ok(store::timeline::insert_many(c, tenant, ids.iter().map(entry).collect())?)
}
