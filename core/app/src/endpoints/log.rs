//! What became of messages to an endpoint, and sending them once more.

use domain::{DeliveryId, EndpointId, OutboxId, Permission, Timestamp};
use serde_json::json;
use store::{Conn, Cursor, Page};

use super::{kinds, record, sending};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::once;

pub use store::deliveries::{Delivery, DeliveryState, Try, TryEnd};

use super::Endpoint;

/// How long deliveries can be looked at, in days.
pub const KEPT_DAYS: i64 = 30;
/// The most that one click sends again.
pub const AGAIN_MAX: i64 = 500;

const TEST: &str = "endpoint.test";

/// A delivery in the log, with its last try.
#[derive(Debug, Clone)]
pub struct Line {
    /// The delivery.
    pub delivery: Delivery,
    /// Its last try, once there was one.
    pub last: Option<Try>,
}

/// A page of an endpoint's deliveries, newest first; only those in a state, if one is named.
pub async fn list_deliveries(
    app: &App,
    ctx: &Context,
    endpoint: &EndpointId,
    state: Option<DeliveryState>,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Line>> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (tenant, endpoint) = (ctx.tenant.clone(), endpoint.clone());
    app.db
        .inspect(move |c| -> Result<Page<Line>> {
            store::endpoints::get(c, &tenant, &endpoint)?;
            let page =
                store::deliveries::list(c, &tenant, &endpoint, state, after.as_ref(), limit)?;
            let tries = store::deliveries::list_last_tries(c, &tenant, &page.items)?;
            let line = |delivery: Delivery| Line {
                last: tries.iter().find(|one| one.delivery_id == delivery.id).cloned(),
                delivery,
            };
            Ok(Page { items: page.items.into_iter().map(line).collect(), next: page.next })
        })
        .await
}

/// How many deliveries an endpoint has in each state that it has any in.
pub async fn count_deliveries(
    app: &App,
    ctx: &Context,
    endpoint: &EndpointId,
) -> Result<Vec<(DeliveryState, i64)>> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (tenant, endpoint) = (ctx.tenant.clone(), endpoint.clone());
    app.db.inspect(move |c| Ok(store::deliveries::count_by_state(c, &tenant, &endpoint)?)).await
}

/// A delivery with its endpoint and every try, latest first.
pub async fn get_delivery(
    app: &App,
    ctx: &Context,
    endpoint: &EndpointId,
    id: &DeliveryId,
) -> Result<(Endpoint, Delivery, Vec<Try>)> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (tenant, endpoint, id) = (ctx.tenant.clone(), endpoint.clone(), id.clone());
    app.db
        .inspect(move |c| {
            let of = store::endpoints::get(c, &tenant, &endpoint)?;
            let delivery = delivery_of(c, &of, &id)?;
            let tries = store::deliveries::list_tries(c, &tenant, &id)?;
            Ok((of, delivery, tries))
        })
        .await
}

fn delivery_of(c: &mut Conn, endpoint: &Endpoint, id: &DeliveryId) -> Result<Delivery> {
    let found = store::deliveries::find(c, &endpoint.tenant_id, id)?;
    found.filter(|it| it.endpoint_id == endpoint.id).ok_or(Error::NotFound)
}

/// Sends a delivery again, also one that arrived, under the id it had. One that is about to be sent stays
/// as it is.
///
/// # Errors
/// [`Error::Conflict`] while the endpoint is off.
pub async fn send_again(
    app: &App,
    ctx: &Context,
    endpoint: &EndpointId,
    id: &DeliveryId,
) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx, endpoint, id) = (app.clone(), ctx.clone(), endpoint.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let of = working(c, &ctx, &endpoint)?;
            let delivery = delivery_of(c, &of, &id)?;
            if delivery.state == DeliveryState::Waiting && delivery.next_at.is_none() {
                return Ok(());
            }
            sending::begin_again(c, app2.means(), &delivery)?;
            record(&app2, c, &Who::from(&ctx), "endpoint.sent-again", &of, json!({"count": 1}))
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

/// Sends again what did not arrive and was made since then, the oldest [`AGAIN_MAX`] of them; answers how
/// many that are.
///
/// # Errors
/// [`Error::Conflict`] while the endpoint is off.
pub async fn send_failed_again(
    app: &App,
    ctx: &Context,
    endpoint: &EndpointId,
    since: Timestamp,
) -> Result<usize> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx, endpoint) = (app.clone(), ctx.clone(), endpoint.clone());
    let count = app
        .db
        .transact(move |c| -> Result<usize> {
            let of = working(c, &ctx, &endpoint)?;
            let tenant = &ctx.tenant;
            let failed =
                store::deliveries::list_failed_since(c, tenant, &endpoint, since, AGAIN_MAX)?;
            for delivery in &failed {
                sending::begin_again(c, app2.means(), delivery)?;
            }
            if !failed.is_empty() {
                let detail = json!({"count": failed.len()});
                record(&app2, c, &Who::from(&ctx), "endpoint.sent-again", &of, detail)?;
            }
            Ok(failed.len())
        })
        .await?;
    app.wake_jobs();
    Ok(count)
}

/// Sends a message that tells of nothing, to see whether it arrives; answers its delivery. The same
/// `form_id` sends once.
///
/// # Errors
/// [`Error::Conflict`] while the endpoint is off.
pub async fn send_test(
    app: &App,
    ctx: &Context,
    endpoint: &EndpointId,
    form_id: &str,
) -> Result<DeliveryId> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx, endpoint) = (app.clone(), ctx.clone(), endpoint.clone());
    let form_id = form_id.to_owned();
    let id = app
        .db
        .transact(move |c| -> Result<DeliveryId> {
            let of = working(c, &ctx, &endpoint)?;
            if let Some(done) = once::find::<DeliveryId>(c, &ctx.tenant, TEST, &form_id)? {
                return Ok(done);
            }
            let event = OutboxId::new(&*app2.clock, &*app2.rng);
            let body = json!({
                "type": kinds::TEST,
                "timestamp": app2.clock.now().to_rfc3339(),
                "version": 1,
                "data": {"object": "endpoint", "id": of.id},
            });
            let message = sending::Message { event, kind: kinds::TEST, body: body.to_string() };
            let id = sending::begin(c, app2.means(), &of, message)?;
            once::keep(&app2, c, &ctx.tenant, TEST, &form_id, &id)?;
            record(&app2, c, &Who::from(&ctx), "endpoint.tested", &of, json!({}))?;
            Ok(id)
        })
        .await?;
    app.wake_jobs();
    Ok(id)
}

fn working(c: &mut Conn, ctx: &Context, id: &EndpointId) -> Result<Endpoint> {
    let endpoint = store::endpoints::lock(c, &ctx.tenant, id)?.ok_or(Error::NotFound)?;
    if endpoint.enabled {
        return Ok(endpoint);
    }
    Err(Error::Conflict { key: "error-endpoint-off" })
}
