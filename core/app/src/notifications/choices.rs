//! How members want to hear of each kind: each one's own affair.

use domain::{MemberId, Permission, TenantId};
use serde_json::json;
use store::Conn;

use super::{Kind, Way, needs, usual};
use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::reminders::{self, HabitsChange};

/// What somebody chooses anew of how they hear and are reminded; what isn't said stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ChoicesInput {
    /// How to hear of kinds, by their words.
    pub ways: Vec<(String, String)>,
    /// How to be reminded.
    pub reminders: Option<HabitsChange>,
}

/// Whoever chose how to hear of a task, a person or a lead chose it for many.
const fn chosen_as(kind: Kind) -> Kind {
    match kind {
        Kind::TasksAssigned => Kind::TaskAssigned,
        Kind::PeopleAssigned => Kind::PersonAssigned,
        Kind::LeadsNew => Kind::LeadNew,
        other => other,
    }
}

/// Whether a kind has a choice of its own.
pub fn can_choose(kind: Kind) -> bool {
    chosen_as(kind) == kind
}

fn choice_name(kind: Kind) -> String {
    format!("notify.{}", chosen_as(kind))
}

pub(super) fn way_of(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    kind: Kind,
) -> Result<Way> {
    let chosen = store::member_choices::find(c, tenant, member, &choice_name(kind))?;
    Ok(chosen.and_then(|word| Way::of(&word)).unwrap_or(usual(kind)))
}

/// How a member hears of each kind that their role is told of.
pub async fn list_ways(app: &App, ctx: &Context) -> Result<Vec<(Kind, Way)>> {
    let ctx = ctx.clone();
    app.db
        .inspect(move |c| {
            // How somebody hears is theirs, whatever else a token of theirs is good for.
            let chosen = |kind: &Kind| can_choose(*kind) && ctx.role.may(needs(*kind));
            let told = Kind::ALL.iter().copied().filter(chosen);
            told.map(|kind| Ok((kind, way_of(c, &ctx.tenant, &ctx.member, kind)?))).collect()
        })
        .await
}

/// Chooses how to hear of kinds; those that aren't named stay as they are.
pub async fn choose_ways(app: &App, ctx: &Context, ways: Vec<(String, String)>) -> Result<()> {
    let chosen = read(ways)?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db.transact(move |c| keep(&app2, c, &ctx, &chosen)).await
}

/// Chooses some of both, or nothing of either where something can't be.
pub async fn choose(app: &App, ctx: &Context, input: ChoicesInput) -> Result<()> {
    let ChoicesInput { ways, reminders } = input;
    let chosen = read(ways)?;
    if reminders.is_some() && !ctx.role.may(Permission::ReadTasks) {
        return Err(Error::NotFound);
    }
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            if !chosen.is_empty() {
                keep(&app2, c, &ctx, &chosen)?;
            }
            reminders.as_ref().map_or(Ok(()), |it| reminders::change_habits(&app2, c, &ctx, it))
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

fn read(ways: Vec<(String, String)>) -> Result<Vec<(Kind, Way)>> {
    let invalid = |field: &str| Error::invalid(field, "error-invalid");
    let mut chosen = Vec::new();
    for (kind, way) in ways {
        let known = kind.parse::<Kind>().map_err(|_| invalid(&kind))?;
        chosen.push((known, Way::of(&way).ok_or_else(|| invalid(&kind))?));
    }
    Ok(chosen)
}

fn keep(app: &App, c: &mut Conn, ctx: &Context, chosen: &[(Kind, Way)]) -> Result<()> {
    for (kind, way) in chosen {
        let name = choice_name(*kind);
        store::member_choices::put(c, &ctx.tenant, &ctx.member, &name, way.as_str())?;
    }
    let act = Act {
        action: "member.notices-chosen",
        entity: "member",
        entity_id: ctx.member.as_str(),
        detail: json!({}),
    };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
