//! Signing out, and what a session opens. The browser holds a random token; the database
//! holds its keyed hash. Who a session belongs to, and what they may do, is read on every request.

use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, Locale, TenantId, Timestamp};
use serde_json::json;
use store::Conn;
use store::audit::AuditFilter;
use store::sessions::Session as Row;

use crate::audit::{self, Act, Actor, Who};
use crate::context::{Context, Origin};
use crate::error::{Error, Result};
use crate::incidents::Incident;
use crate::{App, factors};

/// How long a session lasts at most, in seconds.
pub const LASTS_SECS_MAX: i64 = 30 * 24 * 3_600;
/// How long a session lasts without being used, in seconds.
pub const IDLE_SECS_MAX: i64 = 7 * 24 * 3_600;
/// How long after a sign-in or another proof a session may do what a borrowed one must not, in
/// seconds.
pub const PROVED_SECS: i64 = 10 * 60;
/// How exactly the last use is kept, in seconds: a write per click would buy nothing.
const SEEN_EVERY_SECS: i64 = 60;

/// How far back a device is looked for, in entries of the activity log.
const LATEST_ACTS: i64 = 200;

/// What a successful sign-in gives. The token goes into the browser's cookie and nowhere else.
pub struct SignedIn {
    /// The session's token, shown this once.
    pub token: String,
    /// Who signed in.
    pub account: AccountId,
    /// The business they are in, if they are a member of any.
    pub tenant: Option<TenantId>,
}

/// A signed-in account, whichever business it is in: on its behalf run the use cases that concern
/// the account itself.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who.
    pub account: AccountId,
    /// Names the session without opening it.
    pub session: String,
    /// The language they read.
    pub locale: Locale,
    /// Where the request came from.
    pub origin: Origin,
    /// Whether they proved who they are within the last [`PROVED_SECS`].
    pub is_recent: bool,
}

impl Login {
    /// Asks for a recent proof of who acts; see [`Context::require_recent`].
    pub fn require_recent(&self) -> Result<()> {
        if self.is_recent { Ok(()) } else { Err(Error::Unproven) }
    }
}

/// What a session's token opens right now.
#[derive(Debug, Clone)]
pub struct Current {
    /// The account.
    pub login: Login,
    /// Its place in a business; None when it is a member of none, or no longer of this one, or when
    /// the business asks for a second step that the account doesn't have.
    pub context: Option<Context>,
    /// In that last case the place that it will have: good for the account's own pages alone.
    pub held: Option<Context>,
    /// Where the business's activity log ended then: what is read afterwards is at least that new.
    pub head: i64,
}

/// One of an account's sessions, as its page shows it.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// Names the session; see [`end_session`].
    pub id: String,
    /// The browser it lives in.
    pub device: String,
    /// Where it was opened from.
    pub address: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// The business they were in last, or else the first by name.
pub(crate) fn last_tenant(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
) -> Result<Option<TenantId>> {
    let mine: Vec<TenantId> = store::members::list_of_account(c, account)?
        .into_iter()
        .map(|(tenant, _)| tenant.id)
        .collect();
    let sessions = store::sessions::list(c, account, app.clock.now())?;
    let last = sessions.into_iter().find_map(|row| row.tenant_id.filter(|id| mine.contains(id)));
    Ok(last.or_else(|| mine.into_iter().next()))
}

/// Opens a session inside the caller's transaction.
pub(crate) fn open(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    tenant: Option<TenantId>,
    origin: &Origin,
) -> Result<SignedIn> {
    let (now, token) = (app.clock.now(), vault::token::generate(&*app.rng));
    let row = Row {
        token_hash: hash(app, &token),
        account_id: account.clone(),
        tenant_id: tenant.clone(),
        created_at: now,
        seen_at: now,
        expires_at: expiry(now, now),
        address: origin.address.clone(),
        device: device_of(origin),
        proved_until: now.plus_secs(PROVED_SECS),
        second_step_elsewhere: false,
    };
    store::sessions::insert(c, &row)?;
    Ok(SignedIn { token, account: account.clone(), tenant })
}

/// Notes that the OpenID provider vouched for a second step of this session.
pub(crate) fn vouch(app: &App, c: &mut Conn, signed: &SignedIn) -> Result<()> {
    Ok(store::sessions::vouch(c, &hash(app, &signed.token))?)
}

/// Until when a session lasts: a while after it was last used, and never longer than its whole time.
fn expiry(created: Timestamp, seen: Timestamp) -> Timestamp {
    created.plus_secs(LASTS_SECS_MAX).min(seen.plus_secs(IDLE_SECS_MAX))
}

/// The session, unless it has ended.
pub(crate) fn get(app: &App, c: &mut Conn, hash: &str) -> Result<Row> {
    store::sessions::find(c, hash, app.clock.now())?.ok_or(Error::SignedOut)
}

/// Puts another token and perhaps another business in a session's place. Its whole time began when
/// it was opened: switching back and forth makes nothing last longer.
pub(crate) fn rotate(
    app: &App,
    c: &mut Conn,
    login: &Login,
    tenant: Option<TenantId>,
) -> Result<SignedIn> {
    get(app, c, &login.session)?;
    let token = vault::token::generate(&*app.rng);
    match store::sessions::rotate(c, &login.session, &hash(app, &token), tenant.as_ref()) {
        // Another request of the same browser was faster.
        Err(store::Error::NotFound) => return Err(Error::SignedOut),
        other => other?,
    }
    Ok(SignedIn { token, account: login.account.clone(), tenant })
}

/// [`rotate`] after another proof of who it is: the session may do everything for a while.
pub(crate) fn elevate(app: &App, c: &mut Conn, login: &Login) -> Result<SignedIn> {
    let row = get(app, c, &login.session)?;
    store::sessions::prove(c, &login.session, app.clock.now().plus_secs(PROVED_SECS))?;
    rotate(app, c, login, row.tenant_id)
}

/// What a token opens: [`Error::SignedOut`] when nothing, or no longer.
pub async fn context_of(app: &App, token: &str, origin: &Origin) -> Result<Current> {
    let (app2, hash, now) = (app.clone(), hash(app, token), app.clock.now());
    let origin = origin.clone();
    let (row, current) = app
        .db
        .inspect(move |c| -> Result<(Row, Current)> {
            let row = get(&app2, c, &hash)?;
            let trusts = app2.openid.trusts_second_step();
            let current = current(c, &row, origin, now, trusts)?;
            Ok((row, current))
        })
        .await?;
    if now.millis_since(row.seen_at) >= SEEN_EVERY_SECS * 1_000 {
        match touch(app, row, now).await {
            Err(Error::SignedOut) => return Err(Error::SignedOut),
            // Whoever only reads need not wait for a disk that takes nothing more.
            Err(error) => tracing::warn!(%error, "a session's last use was not noted"),
            Ok(()) => {}
        }
    }
    Ok(current)
}

/// As [`context_of`] for somebody who only listens: listening is no use of a session, and makes it
/// last no longer.
pub async fn still_opens(app: &App, token: &str, origin: &Origin) -> Result<Current> {
    let (app2, hash, now) = (app.clone(), hash(app, token), app.clock.now());
    let origin = origin.clone();
    app.db
        .inspect(move |c| {
            let row = get(&app2, c, &hash)?;
            current(c, &row, origin, now, app2.openid.trusts_second_step())
        })
        .await
}

/// Tells of a request that came from another site's page and was turned away, in the log of the business
/// at work in it; without a session, in the installation's own record.
pub async fn note_cross_site(app: &App, token: Option<&str>, origin: &Origin) {
    let current = match token {
        Some(token) => still_opens(app, token, origin).await.ok(),
        None => None,
    };
    let member = current.and_then(|current| current.context.or(current.held));
    let who = member
        .as_ref()
        .map_or_else(|| Who { actor: Actor::System, origin: origin.clone() }, Who::from);
    let incident = Incident {
        tenant: member.as_ref().map(|member| &member.tenant),
        action: "session.cross-site-refused",
        entity: "session",
        entity_id: "",
        kind: "cross-site",
        detail: json!({}),
        who,
    };
    app.incidents.tell(app, incident).await;
}

/// Ids that are looked up of one request.
const FOREIGN_IDS_MAX: usize = 4;
/// How long nobody else's are looked up then: no index leads from an id alone to its row.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Tells of a member who asked with another business's ids, though they read as not there: the business
/// whose they are hears that somebody did, the installation's own record who.
///
/// The member's own business hears nothing: that would tell it that they are somebody's. Of many who ask
/// at once, some are not looked at.
pub async fn note_foreign_ids(app: &App, tenant: &TenantId, account: &AccountId, ids: Vec<String>) {
    let Ok(looking) = Arc::clone(&app.incidents.looking).try_acquire_owned() else { return };
    look_for_owners(app, tenant, account, ids).await;
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            tokio::time::sleep(LOOK_AGAIN).await;
            drop(looking);
        });
    }
}

async fn look_for_owners(app: &App, tenant: &TenantId, account: &AccountId, ids: Vec<String>) {
    for id in ids.into_iter().take(FOREIGN_IDS_MAX) {
        let owner = match app.db.read(move |c| store::owners::find(c, &id)).await {
            Ok(Some(owner)) if owner != *tenant => owner,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(%error, "ids that were asked for could not be looked up");
                return;
            }
        };
        let incident = |tenant, entity_id, detail| Incident {
            tenant,
            action: "session.foreign-id-refused",
            entity: "session",
            entity_id,
            kind: "foreign-id",
            detail,
            who: Who::system(),
        };
        app.incidents.tell(app, incident(Some(&owner), "", json!({}))).await;
        let detail = json!({"tenant": tenant, "account": account});
        app.incidents.tell(app, incident(None, account.as_str(), detail)).await;
    }
}

async fn touch(app: &App, row: Row, now: Timestamp) -> Result<()> {
    let expires = expiry(row.created_at, now);
    app.db
        .transact(move |c| match store::sessions::touch(c, &row.token_hash, now, expires) {
            // It ended, or got another token, since it was read.
            Err(store::Error::NotFound) => Err(Error::SignedOut),
            other => Ok(other?),
        })
        .await
}

fn current(
    c: &mut Conn,
    row: &Row,
    origin: Origin,
    now: Timestamp,
    trusts: bool,
) -> Result<Current> {
    let is_recent = now < row.proved_until;
    let account = store::accounts::find(c, &row.account_id)?.ok_or(Error::SignedOut)?;
    let mut login = Login {
        account: account.id.clone(),
        session: row.token_hash.clone(),
        locale: account.locale.unwrap_or(Locale::En),
        origin: origin.clone(),
        is_recent,
    };
    let nowhere = |login| Ok(Current { login, context: None, held: None, head: 0 });
    let Some(tenant_id) = &row.tenant_id else { return nowhere(login) };
    let Some(member) = store::members::find_by_account(c, tenant_id, &account.id)? else {
        return nowhere(login);
    };
    let head = store::audit::find_head(c, tenant_id)?.map_or(0, |(seq, _)| seq);
    let tenant = store::tenants::get(c, tenant_id)?;
    login.locale = account.locale.unwrap_or(tenant.locale);
    let elsewhere = trusts && row.second_step_elsewhere;
    let owes = tenant.second_step && !elsewhere && !factors::methods_of(c, &account.id)?.any();
    let context = Context {
        tenant: tenant.id,
        account: account.id,
        member: member.id,
        role: member.role,
        locale: login.locale,
        zone: tenant.zone,
        origin,
        is_recent,
        scopes: None,
    };
    let (context, held) = if owes { (None, Some(context)) } else { (Some(context), None) };
    Ok(Current { login, context, held, head })
}

/// Ends the session a token opens; a token that opens nothing is signed out already.
pub async fn sign_out(app: &App, token: &str, origin: &Origin) -> Result<()> {
    let (app2, hash, origin) = (app.clone(), hash(app, token), origin.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let now = app2.clock.now();
            let Some(row) = store::sessions::find(c, &hash, now)? else { return Ok(()) };
            store::sessions::delete(c, &hash)?;
            note_end(&app2, c, &row, &origin)
        })
        .await
}

/// The account's own sessions, the last used first.
pub async fn list_sessions(app: &App, login: &Login) -> Result<Vec<SessionView>> {
    let (login, now) = (login.clone(), app.clock.now());
    app.db
        .inspect(move |c| -> Result<Vec<SessionView>> {
            let rows = store::sessions::list(c, &login.account, now)?;
            Ok(rows.into_iter().map(|row| view(row, &login)).collect())
        })
        .await
}

fn view(row: Row, login: &Login) -> SessionView {
    SessionView {
        id: public_id(&row).to_owned(),
        is_current: row.token_hash == login.session,
        device: row.device,
        address: row.address,
        created_at: row.created_at,
        seen_at: row.seen_at,
    }
}

/// Half of the hash: enough to name one of an account's few sessions, too little to be one.
fn public_id(row: &Row) -> &str {
    row.token_hash.get(..32).unwrap_or(&row.token_hash)
}

/// Ends one of the account's own sessions.
pub async fn end_session(app: &App, login: &Login, id: &str) -> Result<()> {
    let (app2, login, id) = (app.clone(), login.clone(), id.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            let rows = store::sessions::list(c, &login.account, app2.clock.now())?;
            let row = rows.into_iter().find(|row| public_id(row) == id).ok_or(Error::NotFound)?;
            store::sessions::delete(c, &row.token_hash)?;
            note_end(&app2, c, &row, &login.origin)
        })
        .await
}

/// Ends every session of the account but the one that asks. Answers how many that were.
pub async fn end_other_sessions(app: &App, login: &Login) -> Result<usize> {
    let (app2, login) = (app.clone(), login.clone());
    app.db.transact(move |c| end_others(&app2, c, &login)).await
}

/// [`end_other_sessions`] inside the caller's transaction.
pub(crate) fn end_others(app: &App, c: &mut Conn, login: &Login) -> Result<usize> {
    let mut others = store::sessions::list(c, &login.account, app.clock.now())?;
    others.retain(|row| row.token_hash != login.session);
    // Always in this order, so that two such transactions never wait for each other in a circle.
    others.sort_by(|a, b| a.tenant_id.cmp(&b.tenant_id));
    let ended = store::sessions::delete_others(c, &login.account, Some(&login.session))?;
    for row in &others {
        note_end(app, c, row, &login.origin)?;
    }
    Ok(ended)
}

fn hash(app: &App, token: &str) -> String {
    app.vault.hash_token("session", token)
}

fn device_of(origin: &Origin) -> String {
    origin.device.chars().take(300).collect()
}

/// Whether none of the latest acts of the account in this business came from a browser like this one.
/// Version numbers don't count, or every update of a browser would be a new device.
pub(crate) fn is_new_device(
    c: &mut Conn,
    tenant: &TenantId,
    account: &AccountId,
    origin: &Origin,
) -> Result<bool> {
    let kind = |device: &str| device.replace(|c: char| c.is_ascii_digit() || c == '.', "");
    let this = kind(&device_of(origin));
    let filter = AuditFilter { actor_id: Some(account.to_string()), ..AuditFilter::default() };
    let latest = store::audit::list(c, tenant, &filter, None, LATEST_ACTS)?;
    Ok(!latest.items.iter().any(|entry| kind(&entry.device) == this))
}

fn note_end(app: &App, c: &mut Conn, row: &Row, origin: &Origin) -> Result<()> {
    match &row.tenant_id {
        Some(tenant) => note(app, c, tenant, &row.account_id, origin, "session.ended"),
        None => Ok(()),
    }
}

/// Notes something about a session in the activity log of a business.
pub(crate) fn note(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    account: &AccountId,
    origin: &Origin,
    action: &'static str,
) -> Result<()> {
    let who = Who { actor: Actor::Account(account.clone()), origin: origin.clone() };
    let act = Act { action, entity: "account", entity_id: account.as_str(), detail: json!({}) };
    audit::append(app, c, tenant, &who, &act)
}
