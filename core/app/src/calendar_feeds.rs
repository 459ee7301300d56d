//! A member's calendar under a secret address, for calendar programs that can read but not sign in. It
//! shows what the member may see, and ends with their place in the business.

use domain::{ApiScope, Permission, Timestamp};
use jiff::ToSpan;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Conn;
use store::calendar_feeds::CalendarFeed;

use crate::attempts;
use crate::audit::{self, Act, Who};
use crate::context::{Context, Origin};
use crate::error::{Error, Result};
use crate::{App, api_tokens, appointments, once};

/// How far back a feed reaches, in days.
const DAYS_BACK: i64 = 90;
/// How far ahead, in days.
const DAYS_AHEAD: i64 = 400;
/// The longest secret that is looked up, in bytes.
const SECRET_BYTES_MAX: usize = 100;
/// What making an address is called where it happens once.
const RENEW: &str = "calendar-feed.make";
/// How exactly the last reading is kept, in seconds.
const READ_EVERY_SECS: i64 = 900;

/// A member's feed, as their page shows it.
#[derive(Debug, Clone)]
pub struct FeedView {
    /// Since when there is this address.
    pub created_at: Timestamp,
    /// When a program last read it, to a quarter of an hour.
    pub read_at: Option<Timestamp>,
}

/// What a feed says.
#[derive(Debug, Clone)]
pub struct FeedFile {
    /// The calendar file.
    pub body: String,
    /// What tells it from another.
    pub digest: String,
    /// Since when it says so.
    pub changed_at: Timestamp,
}

/// The member's own feed, if they have one.
pub async fn find_feed(app: &App, ctx: &Context) -> Result<Option<FeedView>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let (tenant, member) = (ctx.tenant.clone(), ctx.member.clone());
    let feed = app.db.inspect(move |c| store::calendar_feeds::find(c, &tenant, &member)).await?;
    Ok(feed.map(|feed| FeedView { created_at: feed.created_at, read_at: feed.read_at }))
}

/// Makes an address for the member's calendar; the one they had ends. Answers its secret, shown this
/// once.
pub async fn renew_feed(app: &App, ctx: &Context) -> Result<String> {
    let made = renew_feed_once(app, ctx, "").await?;
    made.ok_or_else(|| Error::internal("no address was made"))
}

/// The same, once for a `form_id`, however often it is sent; an empty one doesn't count. Sent again it answers
/// nothing: the secret is kept nowhere, and the address that was made goes on.
pub async fn renew_feed_once(app: &App, ctx: &Context, form_id: &str) -> Result<Option<String>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require_recent_or(ApiScope::CalendarsWrite)?;
    let (secret, now) = (vault::token::generate(&*app.rng), app.clock.now());
    let feed = CalendarFeed {
        tenant_id: ctx.tenant.clone(),
        member_id: ctx.member.clone(),
        secret_hash: hash(app, &secret),
        created_at: now,
        read_at: None,
        digest: String::new(),
        changed_at: now,
    };
    let (app2, ctx, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    app.db
        .transact(move |c| -> Result<Option<String>> {
            if once::find::<Timestamp>(c, &ctx.tenant, RENEW, &form_id)?.is_some() {
                return Ok(None);
            }
            store::calendar_feeds::replace(c, &feed)?;
            once::keep(&app2, c, &ctx.tenant, RENEW, &form_id, &now)?;
            record(&app2, c, &ctx, "calendar-feed.made")?;
            Ok(Some(secret))
        })
        .await
}

/// Withdraws the member's address; without one nothing happens.
pub async fn withdraw_feed(app: &App, ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            if store::calendar_feeds::delete(c, &ctx.tenant, &ctx.member)? {
                record(&app2, c, &ctx, "calendar-feed.withdrawn")?;
            }
            Ok(())
        })
        .await
}

/// What the feed of a secret says now; wrong secrets are counted as wrong links are.
pub async fn read_feed(app: &App, secret: &str, origin: &Origin) -> Result<FeedFile> {
    attempts::before_link(app, origin).await?;
    let found = read(app, secret, origin, false).await;
    attempts::after_link(app, origin, found).await
}

/// The same for whoever asks since when it says so, and reads none of it: nobody is told that they did.
pub async fn look_at_feed(app: &App, secret: &str, origin: &Origin) -> Result<FeedFile> {
    attempts::before_link(app, origin).await?;
    let found = read(app, secret, origin, true).await;
    attempts::after_link(app, origin, found).await
}

async fn read(app: &App, secret: &str, origin: &Origin, is_look: bool) -> Result<FeedFile> {
    if secret.len() > SECRET_BYTES_MAX {
        return Err(Error::NotFound);
    }
    let (app2, hash, origin) = (app.clone(), hash(app, secret), origin.clone());
    let (feed, ctx, name) = app.db.inspect(move |c| open(&app2, c, &hash, origin)).await?;
    let now = app.clock.now();
    let today = ctx.zone.local(now).date();
    let day = |days: i64| {
        let at = ctx.zone.start_of_day(today.saturating_add(days.days()));
        at.ok_or_else(|| Error::internal("no such day"))
    };
    let span = (day(-DAYS_BACK)?, day(DAYS_AHEAD)?);
    let body = appointments::export_feed(app, &ctx, &name, span).await?;
    let digest = vault::token::hex(&Sha256::digest(body.as_bytes())[..16]);
    let changed_at = if digest == feed.digest { feed.changed_at } else { now };
    let seen = feed.read_at.is_some_and(|at| now.millis_since(at) < READ_EVERY_SECS * 1_000);
    if digest != feed.digest || !(seen || is_look) {
        let read_at = if is_look { feed.read_at } else { Some(now) };
        let noted = CalendarFeed { digest: digest.clone(), changed_at, read_at, ..feed };
        let note = move |c: &mut Conn| store::calendar_feeds::touch(c, &noted);
        match app.db.transact(note).await {
            Err(store::Error::NotFound) => return Err(Error::NotFound),
            Err(error) => tracing::warn!(%error, "a feed's reading was not noted"),
            Ok(()) => {}
        }
    }
    Ok(FeedFile { body, digest, changed_at })
}

/// Whose the secret is, at work as they are now, and what their business is called.
fn open(
    app: &App,
    c: &mut Conn,
    hash: &str,
    origin: Origin,
) -> Result<(CalendarFeed, Context, String)> {
    let feed = store::calendar_feeds::find_by_hash(c, hash)?.ok_or(Error::NotFound)?;
    let member = store::members::get(c, &feed.tenant_id, &feed.member_id)?;
    let tenant = store::tenants::get(c, &feed.tenant_id)?;
    let account = store::accounts::get(c, &member.account_id)?;
    if tenant.second_step && api_tokens::owes_second_step(app, c, &account.id)? {
        return Err(Error::NotFound);
    }
    let context = Context {
        tenant: tenant.id,
        account: account.id,
        member: member.id,
        role: member.role,
        locale: account.locale.unwrap_or(tenant.locale),
        zone: tenant.zone,
        origin,
        is_recent: false,
        scopes: None,
    };
    Ok((feed, context, tenant.name))
}

fn hash(app: &App, secret: &str) -> String {
    app.vault.hash_token("calendar feed", secret)
}

fn record(app: &App, c: &mut Conn, ctx: &Context, action: &'static str) -> Result<()> {
    let entity_id = ctx.member.as_str();
    let act = Act { action, entity: "calendar-feed", entity_id, detail: json!({}) };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
