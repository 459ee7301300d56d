//! Endpoints: where a business wants other programs to be told of what happens. Messages are signed and
//! sent by the Standard Webhooks specification. `kinds` is what can be told, `events` keeps an event with
//! the change it tells of, `told` is what it says, `sending` delivers it, `log` shows what became of it.

pub(crate) mod events;
mod input;
pub mod kinds;
mod log;
mod sending;
pub(crate) mod signing;
mod told;

use domain::{ApiScope, EndpointId, Permission, Secret, TenantId, Timestamp};
use serde_json::{Value, json};
use store::jobs::lane_of_endpoint;
use store::{Conn, TextList};

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{notifications, once};

pub use input::EndpointInput;
pub use log::*;
pub(crate) use sending::{DELIVER, give_up, queue, run};
pub use signing::OLD_SECRET_SECS;
pub use store::endpoints::{Endpoint, OffReason};

/// Most endpoints of a business.
pub const ENDPOINTS_MAX: usize = 20;
/// How long the same form shows the same secret again, as when it was sent twice, in seconds.
const SHOWN_AGAIN_SECS: i64 = 10 * 60;

const ADD: &str = "endpoint.add";
const ROTATE: &str = "endpoint.renew-secret";

/// An endpoint that was just added or given a new secret, with the secret: shown now and never again.
pub struct WithSecret {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its secret; none when the form is an old one.
    pub secret: Option<Secret>,
}

/// The business's endpoints, in the order in which they were added.
pub async fn list_endpoints(app: &App, ctx: &Context) -> Result<Vec<Endpoint>> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::endpoints::list(c, &tenant)?)).await
}

/// One endpoint.
pub async fn get_endpoint(app: &App, ctx: &Context, id: &EndpointId) -> Result<Endpoint> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db.inspect(move |c| Ok(store::endpoints::get(c, &tenant, &id)?)).await
}

/// Adds an endpoint. The same `form_id` adds once, however often it is sent; an empty one doesn't count.
///
/// # Errors
/// [`Error::Unproven`] without a recent proof of who asks, or a token that was made for it; [`Error::Forbidden`]
/// for a token that doesn't read what the address would be told.
pub async fn add_endpoint(
    app: &App,
    ctx: &Context,
    input: EndpointInput,
    form_id: &str,
) -> Result<WithSecret> {
    ctx.require_to_see(Permission::ManageSettings)?;
    ctx.require_recent_or(ApiScope::WebhooksWrite)?;
    let (app2, ctx, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    app.db
        .transact(move |c| -> Result<WithSecret> {
            if let Some(shown) = once::find::<Shown>(c, &ctx.tenant, ADD, &form_id)? {
                return shown_again(&app2, c, &ctx.tenant, shown);
            }
            let mut change = input.checked()?;
            require_to_hear(&ctx, &change.kinds.0)?;
            change.kinds = as_far_as_known(&ctx, change.kinds);
            if store::endpoints::list(c, &ctx.tenant)?.len() >= ENDPOINTS_MAX {
                return Err(Error::invalid("url", "error-endpoints-too-many"));
            }
            let now = app2.clock.now();
            let endpoint = Endpoint {
                tenant_id: ctx.tenant.clone(),
                id: EndpointId::new(&*app2.clock, &*app2.rng),
                url: change.url,
                description: change.description,
                kinds: change.kinds,
                enabled: true,
                off_reason: None,
                failing_since: None,
                old_secret_until: None,
                created_at: now,
                updated_at: now,
                rev: 1,
            };
            store::endpoints::insert(c, &endpoint)?;
            let secret = signing::begin(&app2, c, &ctx.tenant, &endpoint.id)?;
            once::keep(&app2, c, &ctx.tenant, ADD, &form_id, &(&endpoint.id, now))?;
            record(&app2, c, &Who::from(&ctx), "endpoint.added", &endpoint, json!({}))?;
            Ok(WithSecret { endpoint, secret: Some(secret) })
        })
        .await
}

/// Refuses a token that would let an address hear what it may not read itself; no kinds are all.
fn require_to_hear(ctx: &Context, names: &[String]) -> Result<()> {
    let may = match names {
        [] => kinds::KINDS.iter().all(|kind| kinds::may_hear(ctx, kind.name)),
        names => names.iter().all(|name| kinds::may_hear(ctx, name)),
    };
    if may { Ok(()) } else { Err(Error::Forbidden) }
}

/// What a token lets an address hear is all that its scopes were good for then, by name: of what is added later
/// nobody said that it may. A member who says everything means that too.
fn as_far_as_known(ctx: &Context, kinds: TextList) -> TextList {
    if ctx.scopes.is_none() || !kinds.0.is_empty() {
        return kinds;
    }
    TextList(kinds::KINDS.iter().map(|kind| kind.name.to_owned()).collect())
}

/// Whose secret a form made, and when.
type Shown = (EndpointId, Timestamp);

fn shown_again(app: &App, c: &mut Conn, tenant: &TenantId, shown: Shown) -> Result<WithSecret> {
    let (id, at) = shown;
    let endpoint = store::endpoints::get(c, tenant, &id)?;
    let is_new = app.clock.now() < at.plus_secs(SHOWN_AGAIN_SECS);
    let secret = if is_new { Some(signing::open(app, c, tenant, &id)?) } else { None };
    Ok(WithSecret { endpoint, secret })
}

/// Changes an endpoint that still is at `expected_rev`. What changes nothing leaves no trace.
///
/// # Errors
/// [`Error::Unproven`] without a recent proof of who asks, or a token that was made for it: it says where
/// data goes. [`Error::Forbidden`] for a token that doesn't read what the address would be told.
pub async fn change_endpoint(
    app: &App,
    ctx: &Context,
    id: &EndpointId,
    input: EndpointInput,
    expected_rev: i64,
) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let before = store::endpoints::get(c, &ctx.tenant, &id)?;
            let mut change = input.checked()?;
            // A member's word that it hears everything stays while it goes where they said.
            if change.kinds != before.kinds || change.url != before.url {
                change.kinds = as_far_as_known(&ctx, change.kinds);
            }
            let mut changed = Vec::new();
            for (name, differs) in [
                ("url", change.url != before.url),
                ("description", change.description != before.description),
                ("kinds", change.kinds != before.kinds),
            ] {
                if differs {
                    changed.push(name);
                }
            }
            if changed.is_empty() && before.rev == expected_rev {
                return Ok(());
            }
            ctx.require_recent_or(ApiScope::WebhooksWrite)?;
            // What goes elsewhere from now on may be anything that was told before.
            let all: &[String] = if changed.contains(&"url") { &[] } else { &change.kinds.0 };
            if changed.iter().any(|name| *name != "description") {
                require_to_hear(&ctx, all)?;
            }
            let now = app2.clock.now();
            store::endpoints::update(c, &ctx.tenant, &id, &change, expected_rev, now)?;
            let after = store::endpoints::get(c, &ctx.tenant, &id)?;
            let detail = json!({"fields": changed});
            record(&app2, c, &Who::from(&ctx), "endpoint.changed", &after, detail)
        })
        .await
}

/// Turns an endpoint on; what failed before counts no more. Twice is once.
pub async fn turn_on(app: &App, ctx: &Context, id: &EndpointId) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let endpoint = store::endpoints::get(c, &ctx.tenant, &id)?;
            let now = app2.clock.now();
            if !store::endpoints::set_enabled(c, &ctx.tenant, &id, true, None, now)? {
                return Ok(());
            }
            notifications::endpoint_settled(&app2, c, &endpoint)?;
            record(&app2, c, &Who::from(&ctx), "endpoint.turned-on", &endpoint, json!({}))
        })
        .await
}

/// Turns an endpoint off: what is on its way is stopped, and nothing is kept for it. Twice is once.
pub async fn turn_off(app: &App, ctx: &Context, id: &EndpointId) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let endpoint = store::endpoints::get(c, &ctx.tenant, &id)?;
            switch_off(&app2, c, &Who::from(&ctx), &endpoint, None).map(drop)
        })
        .await
}

/// Turns an endpoint off inside the caller's transaction; answers whether it was on.
fn switch_off(
    app: &App,
    c: &mut Conn,
    who: &Who,
    endpoint: &Endpoint,
    reason: Option<OffReason>,
) -> Result<bool> {
    let (tenant, id, now) = (&endpoint.tenant_id, &endpoint.id, app.clock.now());
    if !store::endpoints::set_enabled(c, tenant, id, false, reason, now)? {
        return Ok(false);
    }
    store::deliveries::stop(c, tenant, id, now)?;
    store::jobs::cancel_in_lane(c, tenant, &lane_of_endpoint(tenant, id))?;
    let detail = json!({"reason": reason});
    record(app, c, who, "endpoint.turned-off", endpoint, detail)?;
    Ok(true)
}

/// Gives an endpoint a new secret. The one until now signs beside it for [`OLD_SECRET_SECS`]. The same
/// `form_id` does so once: a second click would end the one before too early.
///
/// # Errors
/// [`Error::Unproven`] without a recent proof of who asks, or a token that was made for it.
pub async fn rotate_secret(
    app: &App,
    ctx: &Context,
    id: &EndpointId,
    form_id: &str,
) -> Result<WithSecret> {
    ctx.require_to_see(Permission::ManageSettings)?;
    ctx.require_recent_or(ApiScope::WebhooksWrite)?;
    let (app2, ctx, id, form_id) = (app.clone(), ctx.clone(), id.clone(), form_id.to_owned());
    app.db
        .transact(move |c| -> Result<WithSecret> {
            let endpoint = store::endpoints::get(c, &ctx.tenant, &id)?;
            if let Some(shown) = once::find::<Shown>(c, &ctx.tenant, ROTATE, &form_id)? {
                return shown_again(&app2, c, &ctx.tenant, shown);
            }
            let secret = signing::rotate(&app2, c, &endpoint)?;
            let shown = (&endpoint.id, app2.clock.now());
            once::keep(&app2, c, &ctx.tenant, ROTATE, &form_id, &shown)?;
            record(&app2, c, &Who::from(&ctx), "endpoint.secret-renewed", &endpoint, json!({}))?;
            let endpoint = store::endpoints::get(c, &ctx.tenant, &id)?;
            Ok(WithSecret { endpoint, secret: Some(secret) })
        })
        .await
}

/// Removes an endpoint with its secrets, its log and all that is on its way. Again, it is not found.
pub async fn remove_endpoint(app: &App, ctx: &Context, id: &EndpointId) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &ctx.tenant;
            let endpoint = store::endpoints::get(c, tenant, &id)?;
            signing::forget(&app2, c, tenant, &id)?;
            store::jobs::cancel_in_lane(c, tenant, &lane_of_endpoint(tenant, &id))?;
            store::endpoints::delete(c, tenant, &id)?;
            notifications::endpoint_settled(&app2, c, &endpoint)?;
            record(&app2, c, &Who::from(&ctx), "endpoint.removed", &endpoint, json!({}))
        })
        .await
}

/// Where an endpoint is, without what may be a key of the receiver's.
pub fn host_of(endpoint: &Endpoint) -> String {
    let url = url::Url::parse(&endpoint.url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    action: &'static str,
    of: &Endpoint,
    mut detail: Value,
) -> Result<()> {
    detail["title"] = host_of(of).into();
    let act = Act { action, entity: "endpoint", entity_id: of.id.as_str(), detail };
    audit::append(app, c, &of.tenant_id, who, &act)
}
