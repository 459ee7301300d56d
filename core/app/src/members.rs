//! Members: who works in a business, with which role. A business always keeps an owner, and only
//! owners decide about owners.

use domain::{AccountId, ApiScope, MemberId, Permission, Role, SweepId, Timestamp};
use serde_json::json;
use store::Conn;
use store::members::{Member, NamedMember};
use store::people::Losing;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::at_once;
use crate::sweeps::closing;
use crate::tasks::bulk::BULK_MAX;
use crate::{api_tokens, factors, fields, reminders};

/// Tasks of one statement.
const TASKS_AT_A_TIME: i64 = 200;

/// A member, as the team's page shows them.
#[derive(Debug, Clone)]
pub struct MemberView {
    /// Their place in the business.
    pub id: MemberId,
    /// Who they are.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// Whether it is who asks.
    pub is_you: bool,
    /// Whether they sign in with a second factor.
    pub has_second_factor: bool,
}

/// The team, owners first, then by name.
pub async fn list_members(app: &App, ctx: &Context) -> Result<Vec<MemberView>> {
    ctx.require_to_see(Permission::ReadTeam)?;
    let ctx = ctx.clone();
    app.db
        .inspect(move |c| -> Result<Vec<MemberView>> {
            let named = store::members::list(c, &ctx.tenant)?;
            let mut team = Vec::with_capacity(named.len());
            for one in named {
                let has_second_factor = factors::methods_of(c, &one.member.account_id)?.any();
                team.push(MemberView { has_second_factor, ..view(one, &ctx) });
            }
            // Stable: within a role they stay in the order of their names.
            team.sort_by_key(|member| rank(member.role));
            Ok(team)
        })
        .await
}

/// One of the team.
pub async fn get_member(app: &App, ctx: &Context, id: &MemberId) -> Result<MemberView> {
    let team = list_members(app, ctx).await?;
    team.into_iter().find(|one| one.id == *id).ok_or(Error::NotFound)
}

/// Keeps programs from those who could make tokens: one that made somebody such a one, or took such a one out,
/// would be more than whoever allowed it.
fn require_people_for(ctx: &Context, role: Role) -> Result<()> {
    let is_more = ctx.scopes.is_some() && role.may(Permission::ManageSettings);
    if is_more { Err(Error::Forbidden) } else { Ok(()) }
}

fn view(named: NamedMember, ctx: &Context) -> MemberView {
    let NamedMember { member, name, email } = named;
    MemberView {
        is_you: member.id == ctx.member,
        id: member.id,
        account: member.account_id,
        name,
        email,
        role: member.role,
        created_at: member.created_at,
        has_second_factor: false,
    }
}

fn rank(role: Role) -> usize {
    Role::ALL.iter().position(|one| *one == role).unwrap_or(Role::ALL.len())
}

/// Gives a member another role. Only owners give or take the owner's, and only people that of whoever could make
/// tokens.
pub async fn change_role(app: &App, ctx: &Context, id: &MemberId, role: &str) -> Result<()> {
    ctx.require_to_see(Permission::ReadTeam)?;
    ctx.require(Permission::ManageTeam)?;
    ctx.require_recent_or(ApiScope::TeamWrite)?;
    let role = fields::role("role", role)?;
    require_people_for(ctx, role)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let ctx = with_present_role(c, &ctx)?;
            ctx.require(Permission::ManageTeam)?;
            let member = store::members::get(c, &ctx.tenant, &id)?;
            require_people_for(&ctx, member.role)?;
            if member.role == role {
                return Ok(());
            }
            if member.role == Role::Owner || role == Role::Owner {
                ctx.require(Permission::ManageOwners)?;
            }
            or_last_owner(store::members::update_role(c, &ctx.tenant, &id, role))?;
            if rank(role) > rank(member.role) {
                // What their programs may do was ticked by somebody who might do more.
                api_tokens::end_of_member(c, &ctx.tenant, &id)?;
            }
            let detail = json!({"from": member.role, "to": role, "account": member.account_id});
            record(&app2, c, &ctx, "member.role-changed", &member, detail)
        })
        .await
}

/// Takes a member out of the business, at once: their sessions in it end, and so do the invitations
/// they made. Whom they looked after and what they were to do is nobody's then; of more than one transaction
/// bears that comes after, in lots, and the answer is where to follow it. Everybody may leave by themselves.
pub async fn remove_member(app: &App, ctx: &Context, id: &MemberId) -> Result<Vec<SweepId>> {
    if *id != ctx.member {
        ctx.require_to_see(Permission::ReadTeam)?;
        ctx.require(Permission::ManageTeam)?;
    }
    ctx.require_recent_or(ApiScope::TeamWrite)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Vec<SweepId>> {
            let ctx = with_present_role(c, &ctx)?;
            let member = store::members::get(c, &ctx.tenant, &id)?;
            require_people_for(&ctx, member.role)?;
            if member.id != ctx.member {
                ctx.require(Permission::ManageTeam)?;
                if member.role == Role::Owner {
                    ctx.require(Permission::ManageOwners)?;
                }
            }
            // What somebody is giving them just now is theirs before, and nobody's after.
            store::pipelines::lock(c, &ctx.tenant)?;
            or_last_owner(store::members::delete(c, &ctx.tenant, &id))?;
            end_what_opens(&app2, c, &member)?;
            let left = hand_back(&app2, c, &ctx, &member)?;
            let detail = json!({"role": member.role, "account": member.account_id,
                "people": left.people, "tasks": left.tasks});
            let is_own = member.id == ctx.member;
            let action = if is_own { "member.left" } else { "member.removed" };
            record(&app2, c, &ctx, action, &member, detail)?;
            Ok(left.later)
        })
        .await
        .inspect(|_| app.wake_jobs())
}

/// Makes changes of one team wait for each other, and looks again at who asks: between the request's
/// start and now they may have lost the role.
fn with_present_role(c: &mut Conn, ctx: &Context) -> Result<Context> {
    store::tenants::lock(c, &ctx.tenant)?;
    let me = store::members::find_by_account(c, &ctx.tenant, &ctx.account)?;
    let role = me.ok_or(Error::NotFound)?.role;
    Ok(Context { role, ..ctx.clone() })
}

/// The store refuses what would leave the business without an owner, also when two let each other
/// go at once.
fn or_last_owner(result: store::Result<()>) -> Result<()> {
    match result {
        Err(store::Error::Conflict) => Err(Error::Conflict { key: "error-last-owner" }),
        other => Ok(other?),
    }
}

/// Ends what a member could come in by, and what they had for themselves.
fn end_what_opens(app: &App, c: &mut Conn, member: &Member) -> Result<()> {
    let now = app.clock.now();
    for session in store::sessions::list(c, &member.account_id, now)? {
        if session.tenant_id.as_ref() == Some(&member.tenant_id) {
            store::sessions::delete(c, &session.token_hash)?;
        }
    }
    store::saved_views::delete_of(c, &member.tenant_id, &member.id)?;
    for invitation in store::invitations::list(c, &member.tenant_id)? {
        if invitation.invited_by == member.account_id {
            store::invitations::revoke(c, &member.tenant_id, &invitation.id, now)?;
        }
    }
    Ok(())
}

/// What a member leaves with nobody.
#[derive(Default)]
struct Left {
    /// How many people.
    people: i64,
    /// How many tasks.
    tasks: i64,
    /// Where that is followed which is more than one transaction bears.
    later: Vec<SweepId>,
}

/// Leaves with nobody whom a member looked after and what they were to do, or begins to.
fn hand_back(app: &App, c: &mut Conn, ctx: &Context, member: &Member) -> Result<Left> {
    let (tenant, id) = (&member.tenant_id, &member.id);
    let name = store::accounts::find(c, &member.account_id)?.map(|it| it.name).unwrap_or_default();
    let named = (id, name.as_str());
    let mut left = Left::default();
    let people = at_once::how_many(c, tenant, Losing::Owner(id), 0)?;
    left.people = people.there;
    if people.are_few {
        let who = Who::from(ctx);
        at_once::all(|limit| at_once::disown_some(app, c, (tenant, &who), id, "", limit))?;
    } else {
        left.later.push(closing::begin_owner(app, c, ctx, named, people.there)?);
    }
    left.tasks = store::tasks::count_of_assignee(c, tenant, id)?;
    let are_few = usize::try_from(left.tasks).is_ok_and(|tasks| tasks <= BULK_MAX);
    if are_few {
        let some = ("", TASKS_AT_A_TIME);
        while !store::tasks::disown_some(c, tenant, id, some, app.clock.now())?.is_empty() {}
    } else {
        left.later.push(closing::begin_assignee(app, c, ctx, named, left.tasks)?);
    }
    if left.people + left.tasks > 0 && are_few {
        // Whoever is left hears of what was theirs to be reminded of; of many tasks, once they are nobody's.
        reminders::enqueue(app, c, tenant)?;
    }
    Ok(left)
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    member: &Member,
    detail: serde_json::Value,
) -> Result<()> {
    let act = Act { action, entity: "member", entity_id: member.id.as_str(), detail };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
