//! Invitations: a link that makes one person a member, once, within 72 hours. It is bound to an
//! address, a business and a role; the database holds its token's keyed hash.

use domain::{
    AccountId, ApiScope, InvitationId, MemberId, Permission, Role, Secret, TenantId, Timestamp,
};
use serde_json::json;
use store::Conn;
use store::invitations::Invitation as Row;
use store::members::Member;

use crate::App;
use crate::accounts::{self, NewAccount};
use crate::audit::{self, Act, Actor, Who};
use crate::context::{Context, Origin};
use crate::error::{Error, Result};
use crate::sessions::{self, Login, SignedIn};
use crate::tenants::Brand;
use crate::{attempts, endpoints, fields, mail, passwords};

/// How long an invitation works, in seconds.
pub const LASTS_SECS: i64 = 72 * 3_600;
/// How many a business may have open at a time.
pub const OPEN_MAX: usize = 200;

/// An invitation that was just made.
pub struct Invited {
    /// Which.
    pub id: InvitationId,
    /// The link to hand over, shown this once.
    pub link: String,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// The same as the team's page shows it.
    pub view: InvitationView,
}

/// An open invitation, as the team's page shows it.
#[derive(Debug, Clone)]
pub struct InvitationView {
    /// Which.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// What the page behind a link shows.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The business, as it shows itself.
    pub brand: Brand,
    /// Whom it is for.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// Who invites.
    pub invited_by: String,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// Whether the address has an account, so that they sign in instead of choosing a password.
    pub has_account: bool,
}

/// What somebody enters who has no account yet.
pub struct JoinInput {
    /// Their name.
    pub name: String,
    /// The password they choose.
    pub password: Secret,
}

/// Invites an address. An open invitation of the same address ends: the newest link counts.
pub async fn create_invitation(
    app: &App,
    ctx: &Context,
    email: &str,
    role: &str,
) -> Result<Invited> {
    ctx.require_to_see(Permission::ReadTeam)?;
    ctx.require(Permission::ManageTeam)?;
    let role = fields::role("role", role)?;
    if role == Role::Owner {
        ctx.require(Permission::ManageOwners)?;
    }
    if ctx.scopes.is_some() && role.may(Permission::ManageSettings) {
        // Who could make tokens would be more than the token that invited them.
        return Err(Error::Forbidden);
    }
    ctx.require_recent_or(ApiScope::TeamWrite)?;
    let email = fields::email("email", email)?;
    let row = new_row(app, ctx, email, role);
    let (id, expires_at, view) = (row.id.clone(), row.expires_at, view(row.clone()));
    let link = link(app, &ctx.tenant, &id);
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            make_room(c, &row)?;
            store::invitations::insert(c, &row)?;
            let detail = json!({"email": row.email, "role": row.role});
            record(&app2, c, &Who::from(&ctx), "invitation.created", &row, detail)?;
            mail::invite(&app2, c, &ctx.tenant, &row.id)
        })
        .await?;
    Ok(Invited { id, link, expires_at, view })
}

fn view(row: Row) -> InvitationView {
    let Row { id, email, role, created_at, expires_at, .. } = row;
    InvitationView { id, email, role, created_at, expires_at }
}

/// The link of an invitation. Its token is a code that only this installation can make, so that the
/// mail can be written later, and once more, without the token being kept anywhere.
pub(crate) fn link(app: &App, tenant: &TenantId, id: &InvitationId) -> String {
    format!("{}/join/{}", app.options.public_url, token_of(app, tenant, id))
}

fn token_of(app: &App, tenant: &TenantId, id: &InvitationId) -> String {
    app.vault.hash_token("invitation link", &format!("{tenant} {id}"))
}

fn new_row(app: &App, ctx: &Context, email: String, role: Role) -> Row {
    let now = app.clock.now();
    let id = InvitationId::new(&*app.clock, &*app.rng);
    Row {
        tenant_id: ctx.tenant.clone(),
        token_hash: hash(app, &token_of(app, &ctx.tenant, &id)),
        id,
        email,
        role,
        invited_by: ctx.account.clone(),
        created_at: now,
        expires_at: now.plus_secs(LASTS_SECS),
        accepted_at: None,
        revoked_at: None,
    }
}

/// Refuses to invite a member, ends the address's earlier invitation, and bounds how many are open.
fn make_room(c: &mut Conn, row: &Row) -> Result<()> {
    if let Some(account) = store::accounts::find_by_email(c, &row.email)?
        && store::members::find_by_account(c, &row.tenant_id, &account.id)?.is_some()
    {
        return Err(Error::invalid("email", "error-already-member"));
    }
    let mut open = store::invitations::list(c, &row.tenant_id)?;
    for earlier in open.iter().filter(|one| one.email == row.email) {
        store::invitations::revoke(c, &row.tenant_id, &earlier.id, row.created_at)?;
    }
    open.retain(|one| one.is_open(row.created_at) && one.email != row.email);
    if open.len() >= OPEN_MAX {
        return Err(Error::Conflict { key: "error-too-many-invitations" });
    }
    Ok(())
}

/// The open invitations, newest first.
pub async fn list_invitations(app: &App, ctx: &Context) -> Result<Vec<InvitationView>> {
    ctx.require_to_see(Permission::ManageTeam)?;
    let (tenant, now) = (ctx.tenant.clone(), app.clock.now());
    let rows =
        app.db.inspect(move |c| Ok::<_, Error>(store::invitations::list(c, &tenant)?)).await?;
    Ok(rows.into_iter().filter(|row| row.is_open(now)).map(view).collect())
}

/// An open invitation.
pub async fn get_invitation(app: &App, ctx: &Context, id: &InvitationId) -> Result<InvitationView> {
    let open = list_invitations(app, ctx).await?;
    open.into_iter().find(|it| it.id == *id).ok_or(Error::NotFound)
}

/// Ends an invitation; one that is revoked already stays so.
pub async fn revoke_invitation(app: &App, ctx: &Context, id: &InvitationId) -> Result<()> {
    ctx.require_to_see(Permission::ManageTeam)?;
    ctx.require_recent_or(ApiScope::TeamWrite)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let found = store::invitations::find(c, &ctx.tenant, &id)?;
            let row = found.ok_or(Error::NotFound)?;
            if row.revoked_at.is_some() {
                return Ok(());
            }
            match store::invitations::revoke(c, &ctx.tenant, &id, app2.clock.now()) {
                Err(store::Error::Conflict) => {
                    return Err(Error::Conflict { key: "error-invitation-used" });
                }
                other => other?,
            }
            let detail = json!({"email": row.email});
            record(&app2, c, &Who::from(&ctx), "invitation.revoked", &row, detail)
        })
        .await
}

/// What a link offers; NotFound when it is used, revoked, too old, or none of ours.
pub async fn look_up_invitation(app: &App, origin: &Origin, token: &str) -> Result<Offer> {
    attempts::before_link(app, origin).await?;
    attempts::after_link(app, origin, find_offer(app, token).await).await
}

async fn find_offer(app: &App, token: &str) -> Result<Offer> {
    let (hash, now) = (hash(app, token), app.clock.now());
    app.db
        .inspect(move |c| -> Result<Offer> {
            let row = store::invitations::find_open(c, &hash, now)?.ok_or(Error::NotFound)?;
            let brand = Brand::of(&store::tenants::get(c, &row.tenant_id)?);
            let inviter = store::accounts::find(c, &row.invited_by)?;
            let has_account = store::accounts::find_by_email(c, &row.email)?.is_some();
            Ok(Offer {
                brand,
                email: row.email,
                role: row.role,
                invited_by: inviter.map(|account| account.name).unwrap_or_default(),
                expires_at: row.expires_at,
                has_account,
            })
        })
        .await
}

/// Accepts as somebody new: makes their account, makes it a member, and signs it in. Who has an
/// account already signs in first and calls [`accept_invitation`].
pub async fn accept_as_new(
    app: &App,
    origin: &Origin,
    token: &str,
    input: JoinInput,
) -> Result<SignedIn> {
    let offer = look_up_invitation(app, origin, token).await?;
    if offer.has_account {
        return Err(Error::Conflict { key: "error-sign-in-to-join" });
    }
    let name = fields::required_line("name", &input.name, fields::NAME_CHARS_MAX)?;
    passwords::check("password", &input.password, &[&offer.email, &name, &offer.brand.name])?;
    let password_hash = passwords::hash(input.password).await?;
    let (app2, origin, hash) = (app.clone(), origin.clone(), hash(app, token));
    app.db
        .transact(move |c| -> Result<SignedIn> {
            let (account, tenant) = join_anew(&app2, c, &hash, name, password_hash, &origin)?;
            sessions::open(&app2, c, &account, Some(tenant), &origin)
        })
        .await
}

/// Makes the account that an invitation is for, and makes it a member.
pub(crate) fn join_anew(
    app: &App,
    c: &mut Conn,
    hash: &str,
    name: String,
    password_hash: String,
    origin: &Origin,
) -> Result<(AccountId, TenantId)> {
    // Of two who use one link at once the second finds nothing.
    let row = store::invitations::accept(c, hash, app.clock.now())?;
    let new = NewAccount { email: row.email.clone(), name, password_hash, locale: None };
    let account = accounts::insert(app, c, new)?;
    let who = Who { actor: Actor::Account(account.id.clone()), origin: origin.clone() };
    let tenant = join(app, c, &row, &who, account.id.clone())?;
    Ok((account.id, tenant))
}

/// Accepts as the signed-in account, whose address must be the invited one, and takes the session to
/// the business.
pub async fn accept_invitation(app: &App, login: &Login, token: &str) -> Result<SignedIn> {
    let (app2, login, hash) = (app.clone(), login.clone(), hash(app, token));
    app.db
        .transact(move |c| -> Result<SignedIn> {
            // Of two who use one link at once the second finds nothing.
            let row = store::invitations::accept(c, &hash, app2.clock.now())?;
            let account = store::accounts::get(c, &login.account)?;
            if account.email != row.email {
                return Err(Error::Conflict { key: "error-invitation-other-address" });
            }
            let who =
                Who { actor: Actor::Account(account.id.clone()), origin: login.origin.clone() };
            let tenant = join(&app2, c, &row, &who, account.id)?;
            sessions::rotate(&app2, c, &login, Some(tenant))
        })
        .await
}

fn join(app: &App, c: &mut Conn, row: &Row, who: &Who, account: AccountId) -> Result<TenantId> {
    let member = Member {
        tenant_id: row.tenant_id.clone(),
        id: MemberId::new(&*app.clock, &*app.rng),
        account_id: account,
        role: row.role,
        created_at: app.clock.now(),
    };
    match store::members::insert(c, &member) {
        Err(store::Error::Unique { .. }) => {
            return Err(Error::Conflict { key: "error-already-member" });
        }
        other => other?,
    }
    let detail = json!({"member": member.id, "role": row.role});
    record(app, c, who, "invitation.accepted", row, detail)?;
    let (tenant, id) = (&member.tenant_id, member.id.as_str());
    endpoints::events::publish(app, c, tenant, "member.joined", id, &json!({}))?;
    Ok(member.tenant_id)
}

pub(crate) fn hash(app: &App, token: &str) -> String {
    app.vault.hash_token("invitation", token)
}

pub(crate) fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    action: &'static str,
    row: &Row,
    detail: serde_json::Value,
) -> Result<()> {
    let act = Act { action, entity: "invitation", entity_id: row.id.as_str(), detail };
    audit::append(app, c, &row.tenant_id, who, &act)
}
