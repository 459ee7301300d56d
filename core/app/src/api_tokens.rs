//! Tokens with which programs work in a business: made by who manages its settings, good for what they
//! tick, and as the member who made them. What a token opens is asked on every request, so that one
//! whose maker was let go a second ago opens nothing.

use domain::{AccountId, ApiScope, ApiScopes, ApiTokenId, Locale, Permission, TenantId, Timestamp};
use serde_json::json;
use store::Conn;
use store::api_tokens::ApiToken;

use crate::attempts::Attempt;
use crate::audit::{self, Act, Who};
use crate::context::{Context, Origin, UsedToken};
use crate::error::{Error, Result};
use crate::{App, factors, fields, people};

/// What every token begins with, so that whoever finds one knows what it opens.
pub const PREFIX: &str = "oxpi_";
/// The longest name of a token, in characters.
pub const NAME_CHARS_MAX: usize = 60;
/// Most tokens of a business.
pub const TOKENS_MAX: usize = 50;
/// Characters of a token that are shown of it afterwards.
const ENDING_CHARS: usize = 4;
/// The longest text that is looked up as a token, in bytes.
const TOKEN_BYTES_MAX: usize = 200;
/// How exactly the last use is kept, in seconds: a write for each request would buy nothing.
const USED_EVERY_SECS: i64 = 300;

/// What the form for a token asks.
#[derive(Debug, Clone, Default)]
pub struct TokenInput {
    /// What it is for.
    pub name: String,
    /// What it may do, as words.
    pub scopes: Vec<String>,
    /// Its last day, ISO 8601; empty is none.
    pub last_day: String,
}

/// A token as its page shows it.
#[derive(Debug, Clone)]
pub struct TokenView {
    /// Which.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// Its last characters.
    pub ending: String,
    /// What it may do.
    pub scopes: ApiScopes,
    /// Who made it, by name.
    pub maker: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is good, if not for ever.
    pub expires_at: Option<Timestamp>,
    /// Whether that is over.
    pub is_over: bool,
    /// When it was last used, to five minutes.
    pub used_at: Option<Timestamp>,
}

/// A token that was just made.
pub struct NewToken {
    /// The token, shown this once.
    pub token: String,
    /// Which.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
}

/// What a token opens right now.
#[derive(Debug, Clone)]
pub struct Opened {
    /// On whose behalf use cases run, and no further than the token goes.
    pub context: Context,
    /// What it is good for.
    pub scopes: ApiScopes,
    /// Which it is.
    pub id: ApiTokenId,
}

/// The business's tokens, newest first.
pub async fn list_tokens(app: &App, ctx: &Context) -> Result<Vec<TokenView>> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (tenant, now) = (ctx.tenant.clone(), app.clock.now());
    app.db
        .inspect(move |c| -> Result<Vec<TokenView>> {
            let team = store::members::list(c, &tenant)?;
            let maker = |token: &ApiToken| {
                let by = team.iter().find(|one| one.member.id == token.member_id);
                by.map(|one| one.name.clone()).unwrap_or_default()
            };
            let view = |token: ApiToken| TokenView {
                maker: maker(&token),
                is_over: token.expires_at.is_some_and(|end| end <= now),
                id: token.id,
                name: token.name,
                ending: token.ending,
                scopes: token.scopes,
                created_at: token.created_at,
                expires_at: token.expires_at,
                used_at: token.used_at,
            };
            Ok(store::api_tokens::list(c, &tenant)?.into_iter().map(view).collect())
        })
        .await
}

/// Makes a token. It is worth as much as its scopes in its maker's hands, so they prove first who they
/// are.
pub async fn create_token(app: &App, ctx: &Context, input: TokenInput) -> Result<NewToken> {
    ctx.require_to_see(Permission::ManageSettings)?;
    ctx.require_recent()?;
    let name = fields::required_line("name", &input.name, NAME_CHARS_MAX)?;
    let scopes = scopes_of(&input.scopes)?;
    let now = app.clock.now();
    let expires_at = end_of(ctx, &input.last_day, now)?;
    let token = format!("{PREFIX}{}", vault::token::generate(&*app.rng));
    let row = ApiToken {
        tenant_id: ctx.tenant.clone(),
        id: ApiTokenId::new(&*app.clock, &*app.rng),
        member_id: ctx.member.clone(),
        name,
        ending: token.chars().skip(token.chars().count() - ENDING_CHARS).collect(),
        token_hash: hash(app, &token),
        scopes,
        created_at: now,
        expires_at,
        used_at: None,
    };
    let (app2, ctx, kept) = (app.clone(), ctx.clone(), row.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            if store::api_tokens::list(c, &ctx.tenant)?.len() >= TOKENS_MAX {
                return Err(Error::invalid("name", "error-token-too-many"));
            }
            store::api_tokens::insert(c, &kept)?;
            let detail = json!({"name": kept.name, "scopes": kept.scopes.to_string()});
            record(&app2, c, &ctx, "api-token.made", &kept.id, detail)
        })
        .await?;
    Ok(NewToken { token, id: row.id, name: row.name })
}

/// Revokes a token: it opens nothing any more. It asks for no proof, since whoever finds one in the wrong
/// place must be quick.
pub async fn revoke_token(app: &App, ctx: &Context, id: &ApiTokenId) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let token = store::api_tokens::find(c, &ctx.tenant, &id)?.ok_or(Error::NotFound)?;
            store::api_tokens::delete(c, &ctx.tenant, &id)?;
            record(&app2, c, &ctx, "api-token.revoked", &id, json!({"name": token.name}))
        })
        .await
}

/// What a token opens.
///
/// # Errors
/// [`Error::SignedOut`] when nothing, and [`Error::Limited`] when its address has shown too many such.
pub async fn open_token(app: &App, token: &str, origin: &Origin) -> Result<Opened> {
    let found = match token.strip_prefix(PREFIX) {
        Some(_) if token.len() <= TOKEN_BYTES_MAX => find(app, token, origin).await?,
        _ => None,
    };
    let Some((opened, used_at)) = found else {
        // Right ones aren't counted: nobody guesses those, and programs ask often.
        Attempt::api(app, origin).count(app).await?;
        return Err(Error::SignedOut);
    };
    let now = app.clock.now();
    if used_at.is_none_or(|used| now.millis_since(used) >= USED_EVERY_SECS * 1_000) {
        touch(app, &opened, now).await?;
    }
    Ok(opened)
}

/// On whose behalf a token would be at work, if it opens anything; asked before [`open_token`], which counts those
/// that don't.
pub async fn find_sender(app: &App, token: &str, origin: &Origin) -> Result<Option<Context>> {
    if !token.starts_with(PREFIX) || token.len() > TOKEN_BYTES_MAX {
        return Ok(None);
    }
    Ok(find(app, token, origin).await?.map(|(opened, _)| opened.context))
}

async fn touch(app: &App, opened: &Opened, now: Timestamp) -> Result<()> {
    let (tenant, id) = (opened.context.tenant.clone(), opened.id.clone());
    match app.db.transact(move |c| store::api_tokens::touch(c, &tenant, &id, now)).await {
        // It was revoked since it was read.
        Err(store::Error::NotFound) => Err(Error::SignedOut),
        Err(error) => {
            // Whoever only reads need not wait for a disk that takes nothing more.
            tracing::warn!(%error, "a token's last use was not noted");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

type Found = Option<(Opened, Option<Timestamp>)>;

async fn find(app: &App, token: &str, origin: &Origin) -> Result<Found> {
    let (app2, hash, origin) = (app.clone(), hash(app, token), origin.clone());
    app.db
        .inspect(move |c| -> Result<Found> {
            let now = app2.clock.now();
            let Some(token) = store::api_tokens::find_by_hash(c, &hash, now)? else {
                return Ok(None);
            };
            let used_at = token.used_at;
            Ok(opened(&app2, c, token, origin)?.map(|opened| (opened, used_at)))
        })
        .await
}

/// A token of the business by its id, for work that goes on after the request that it came with: which it
/// is and what it is good for; nothing where it opens nothing any more.
pub(crate) fn find_open(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    id: &ApiTokenId,
) -> Result<Option<(UsedToken, ApiScopes)>> {
    let now = app.clock.now();
    let token = store::api_tokens::find(c, tenant, id)?;
    let Some(token) = token.filter(|token| token.expires_at.is_none_or(|end| end > now)) else {
        return Ok(None);
    };
    let opened = opened(app, c, token, Origin::default())?;
    Ok(opened.and_then(|opened| Some((opened.context.origin.token?, opened.scopes))))
}

/// The token at work, unless who made it couldn't make it today.
fn opened(app: &App, c: &mut Conn, token: ApiToken, origin: Origin) -> Result<Option<Opened>> {
    let Some(member) = store::members::find(c, &token.tenant_id, &token.member_id)? else {
        return Ok(None);
    };
    if !member.role.may(Permission::ManageSettings) {
        return Ok(None);
    }
    let tenant = store::tenants::get(c, &token.tenant_id)?;
    let Some(account) = store::accounts::find(c, &member.account_id)? else { return Ok(None) };
    if tenant.second_step && owes_second_step(app, c, &account.id)? {
        return Ok(None);
    }
    let locale: Locale = account.locale.unwrap_or(tenant.locale);
    let used = UsedToken { id: token.id.clone(), name: token.name };
    let context = Context {
        tenant: tenant.id,
        account: account.id,
        member: member.id,
        role: member.role,
        locale,
        zone: tenant.zone,
        origin: Origin { token: Some(used), browser: None, ..origin },
        is_recent: false,
        scopes: Some(token.scopes),
    };
    Ok(Some(Opened { context, scopes: token.scopes, id: token.id }))
}

/// Whether an account has no second step: neither one of its own, nor an identity at a provider that
/// is trusted to ask for one.
pub(crate) fn owes_second_step(app: &App, c: &mut Conn, account: &AccountId) -> Result<bool> {
    let vouched =
        app.openid.trusts_second_step() && !store::openid_identities::list(c, account)?.is_empty();
    Ok(!vouched && !factors::methods_of(c, account)?.any())
}

/// Ends what a member's programs could do, when they may do less than before.
pub(crate) fn end_of_member(
    c: &mut Conn,
    tenant: &TenantId,
    member: &domain::MemberId,
) -> Result<usize> {
    Ok(store::api_tokens::delete_of(c, tenant, member)?)
}

fn hash(app: &App, token: &str) -> String {
    app.vault.hash_token("api token", token)
}

fn scopes_of(words: &[String]) -> Result<ApiScopes> {
    let scope = |word: &String| word.parse::<ApiScope>();
    let scopes: ApiScopes = words
        .iter()
        .map(scope)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::invalid("scopes", "error-invalid"))?;
    if scopes.is_empty() {
        return Err(Error::invalid("scopes", "error-token-no-scope"));
    }
    Ok(scopes)
}

/// The end of the last day, by the business's clock.
fn end_of(ctx: &Context, last_day: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    let wrong = || Error::invalid("last_day", "error-date-invalid");
    let Some(day) = people::input::day("last_day", last_day)? else { return Ok(None) };
    let day: jiff::civil::Date = day.parse().map_err(|_| wrong())?;
    let after = day.tomorrow().map_err(|_| wrong())?;
    let end = ctx.zone.start_of_day(after).ok_or_else(wrong)?;
    if end <= now { Err(Error::invalid("last_day", "error-token-past")) } else { Ok(Some(end)) }
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    id: &ApiTokenId,
    detail: serde_json::Value,
) -> Result<()> {
    let act = Act { action, entity: "api-token", entity_id: id.as_str(), detail };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
