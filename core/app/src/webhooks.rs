//! Webhooks: a delivery is verified on its raw bytes, kept durably under its id together with the
//! job that hands it over, and only then acknowledged. The plugin runs later.

use domain::{DeliveryId, PluginId, TenantId};
use runtime::manifest::{Scope, Signature, SlotSource, Webhook};
use store::inbox::Delivery;
use store::jobs::Job;

use crate::error::{Error, Result};
use crate::ground::take_in;
use crate::jobs::{self, Outcome};
use crate::{App, plugins, secrets, signature};

/// What arrived, byte for byte.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The plugin in the address.
    pub plugin: PluginId,
    /// The route in the address.
    pub route: String,
    /// The business in the address.
    pub tenant: TenantId,
    /// Names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
}

/// Takes a delivery in; twice is once. Whatever doesn't verify reads as not there.
///
/// While the plugin is off nothing is taken in, and a sender who proves to be the provider is told
/// to come back: what providers repeat for hours or days is not lost when it is on again in time.
pub async fn receive(app: &App, arrival: Arrival) -> Result<()> {
    let found = plugins::running_if_on(app, &arrival.tenant, &arrival.plugin).await;
    let (plugin, is_on) = found.map_err(|_| Error::NotFound)?;
    let webhook = plugin.manifest().webhook(&arrival.route).ok_or(Error::NotFound)?;
    if webhook.scope != Scope::Tenant {
        return Err(Error::NotFound);
    }
    verify(app, &plugin, webhook, &arrival).await?;
    if !is_on {
        return Err(Error::Unavailable { key: "error-plugin-off", detail: None });
    }
    let delivery = Delivery {
        id: DeliveryId::new(&*app.clock, &*app.rng),
        tenant_id: arrival.tenant.clone(),
        plugin_id: arrival.plugin.clone(),
        route: arrival.route.clone(),
        delivery_id: delivery_id(app, &arrival),
        headers_json: serde_json::to_value(kept_headers(arrival.headers))?.into(),
        body: arrival.body,
        received_at: app.clock.now(),
        handled_at: None,
    };
    let app2 = app.clone();
    app.db
        .transact(move |c| take_in(c, app2.means(), jobs::PLUGIN_WEBHOOK, &delivery).map(drop))
        .await?;
    app.wake_jobs();
    Ok(())
}

async fn verify(
    app: &App,
    plugin: &runtime::Plugin,
    webhook: &Webhook,
    arrival: &Arrival,
) -> Result<()> {
    let (header, slot) = match &webhook.signature {
        Signature::None => return Ok(()),
        Signature::HeaderToken { header, slot: Some(slot) } => (header, slot),
        Signature::HmacSha256 { header, slot, .. } => (header, slot),
        // A token of the host's own making belongs to a channel, and there are none yet.
        Signature::HeaderToken { slot: None, .. } => return Err(Error::NotFound),
    };
    let said =
        arrival.headers.iter().find(|(name, _)| name == header).map(|(_, value)| value.as_str());
    let said = said.ok_or(Error::NotFound)?;
    let slot = plugin.manifest().slot(slot).ok_or(Error::NotFound)?;
    let SlotSource::Secret(name) = &slot.source else { return Err(Error::NotFound) };
    let (app2, tenant) = (app.clone(), arrival.tenant.clone());
    let name = plugins::setting_secret(&arrival.plugin, name);
    let key = app.db.inspect(move |c| secrets::find(&app2, c, &tenant, &name)).await?;
    let key = key.ok_or(Error::NotFound)?.secret;
    let is_right = match &webhook.signature {
        Signature::HmacSha256 { prefix, .. } => {
            signature::is_hmac_sha256(&key, &arrival.body, said, prefix)
        }
        _ => signature::is_token(&key, said),
    };
    if is_right { Ok(()) } else { Err(Error::NotFound) }
}

/// A delivery's id: the provider's where it sends one, else the body's own fingerprint.
fn delivery_id(app: &App, arrival: &Arrival) -> String {
    const NAMES: [&str; 4] =
        ["webhook-id", "x-request-id", "x-delivery-id", "x-goog-message-number"];
    let named = arrival.headers.iter().find(|(name, _)| NAMES.contains(&name.as_str()));
    let mut bytes = arrival.route.as_bytes().to_vec();
    if let Some((name, value)) = named {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(value.as_bytes());
    }
    bytes.push(0);
    bytes.extend_from_slice(&arrival.body);
    let mac = app.vault.mac("delivery", Some(&arrival.tenant), &bytes);
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the plugin may see of the headers: nothing that carries a credential.
fn kept_headers(headers: Vec<(String, String)>) -> Vec<(String, String)> {
    const DROPPED: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "forwarded"];
    headers.into_iter().filter(|(name, _)| !DROPPED.contains(&name.as_str())).take(64).collect()
}

#[derive(serde::Deserialize)]
struct Payload {
    delivery: DeliveryId,
}

/// Hands a delivery to its plugin.
pub(crate) async fn deliver(app: &App, job: &Job) -> Result<Outcome> {
    let id = jobs::plugin_of(job)?;
    let payload: Payload = serde_json::from_value(job.payload_json.0.clone())?;
    let tenant = job.tenant_id.clone();
    let delivery =
        app.db.inspect(move |c| store::inbox::get(c, &tenant, &payload.delivery)).await?;
    if delivery.handled_at.is_some() {
        return Ok(Outcome::Done);
    }
    let (plugin, call) = plugins::call_context(app, &job.tenant_id, &id, None).await?;
    let headers = serde_json::from_value(delivery.headers_json.0)?;
    let (route, external) = (&delivery.route, &delivery.delivery_id);
    let handled =
        app.engine.webhook_handle(&plugin, call, route, external, headers, delivery.body).await;
    handled.map_err(plugins::call_error)?;
    let (tenant, id, now) = (job.tenant_id.clone(), delivery.id, app.clock.now());
    app.db.transact(move |c| store::inbox::mark_handled(c, &tenant, &id, now)).await?;
    Ok(Outcome::Done)
}
