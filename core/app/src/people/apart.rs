//! Two who share a number, an address or a name and are two all the same, such as a couple with one
//! telephone: once somebody said so, they are no longer offered as one.

use std::collections::HashSet;

use domain::{PersonId, TenantId, UndoId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Conn;

use super::{record, require_to_write};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::undos::{self, Summary};

/// What the undo of keeping two apart is called.
pub(crate) const UNDO: &str = "apart";

/// What it can be taken back with.
#[derive(Debug, Serialize, Deserialize)]
struct Apart {
    one: PersonId,
    other: PersonId,
}

/// Keeps that two aren't one. Saying so again changes nothing; answers what takes it back.
pub async fn keep_apart(
    app: &App,
    ctx: &Context,
    one: &PersonId,
    other: &PersonId,
) -> Result<UndoId> {
    require_to_write(ctx)?;
    if one == other {
        return Err(Error::invalid("other", "error-merge-same"));
    }
    let (app2, ctx, one, other) = (app.clone(), ctx.clone(), one.clone(), other.clone());
    app.db
        .transact(move |c| -> Result<UndoId> {
            let tenant = &ctx.tenant;
            store::people::lock_many(c, tenant, &[one.clone(), other.clone()])?;
            store::people::get(c, tenant, &one)?;
            store::people::get(c, tenant, &other)?;
            if store::people::set_apart(c, tenant, &one, &other)? {
                let detail = json!({"other": other});
                record(&app2, c, tenant, &Who::from(&ctx), "person.kept-apart", &one, detail)?;
            }
            let apart = Apart { one: one.clone(), other: other.clone() };
            undos::keep(&app2, c, &ctx, UNDO, serde_json::to_value(apart)?)
        })
        .await
}

/// As many people of whom each became one with the next are followed.
const TAKERS_MAX: usize = 50;

/// Forgets it again: they may be one after all, and so may whoever took one of them in since.
pub(crate) fn take_back(c: &mut Conn, ctx: &Context, state: Value) -> Result<usize> {
    require_to_write(ctx)?;
    let apart: Apart = serde_json::from_value(state)?;
    let tenant = &ctx.tenant;
    let others = with_takers(c, tenant, apart.other)?;
    for one in with_takers(c, tenant, apart.one)? {
        for other in &others {
            store::people::unset_apart(c, tenant, &one, other)?;
        }
    }
    Ok(1)
}

/// Somebody, whom they became one with, and so on.
fn with_takers(c: &mut Conn, tenant: &TenantId, id: PersonId) -> Result<Vec<PersonId>> {
    let mut all: Vec<PersonId> = Vec::new();
    let mut last = Some(id);
    while let Some(id) = last.filter(|id| !all.contains(id) && all.len() < TAKERS_MAX) {
        last = store::people::find_merged_into(c, tenant, &id)?;
        all.push(id);
    }
    Ok(all)
}

/// What the act was, in a few words; nothing where one of the two was erased.
pub(crate) fn summary(c: &mut Conn, tenant: &TenantId, state: Value) -> Result<Option<Summary>> {
    let apart: Apart = serde_json::from_value(state)?;
    let one = store::people::find_even_deleted(c, tenant, &apart.one)?;
    let other = store::people::find_even_deleted(c, tenant, &apart.other)?;
    let (Some(one), Some(other)) = (one, other) else { return Ok(None) };
    Ok(Some(Summary { what: "apart", count: 1, names: vec![other.name], to: one.name }))
}

/// Of people who share something: the first who may still be one with others, and those.
pub(super) fn without_apart(
    ids: &[PersonId],
    apart: &HashSet<(PersonId, PersonId)>,
) -> Vec<PersonId> {
    let are_two = |one: &PersonId, other: &PersonId| {
        let said = |a: &PersonId, b: &PersonId| apart.contains(&(a.clone(), b.clone()));
        said(one, other) || said(other, one)
    };
    for (at, first) in ids.iter().enumerate() {
        let others = ids[at + 1..].iter().filter(|it| !are_two(first, it));
        let one: Vec<PersonId> = std::iter::once(first).chain(others).cloned().collect();
        if one.len() > 1 {
            return one;
        }
    }
    Vec::new()
}
