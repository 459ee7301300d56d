//! Webhooks: a delivery is verified on its raw bytes, kept durably under its id together with the
//! job that hands it over, and only then acknowledged. The plugin runs later.

use domain::{CalendarId, DeliveryId, PluginId, Secret, TenantId, Timestamp};
use runtime::manifest::{Scope, Signature, SlotSource, Webhook};
use serde_json::json;
use store::Conn;
use store::inbox::Delivery;
use store::jobs::Job;

use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::ground::take_in;
use crate::incidents::Incident;
use crate::jobs::{self, Outcome};
use crate::signature::Stamp;
use crate::{App, calendars, channels, plugins, secrets, signature};

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
    /// Where it came from.
    pub origin: Origin,
}

impl Arrival {
    fn header(&self, wanted: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    }
}

/// Takes a delivery in; twice is once. Whatever doesn't verify reads as not there.
///
/// While the plugin is off nothing is taken in, and a sender who proves to be the provider is told
/// to come back: what providers repeat for hours or days is not lost when it is on again in time.
pub async fn receive(app: &App, arrival: Arrival) -> Result<()> {
    let app2 = app.clone();
    let verified = move |c: &mut Conn| -> Result<_> {
        let expected = match expected(&app2, c, &arrival) {
            Err(Error::NotFound) => return Err(refuse(&app2, &arrival, "unknown")),
            other => other?,
        };
        let (tenant, plugin) = (arrival.tenant.clone(), arrival.plugin.clone());
        let delivery = verified(&app2, &expected, arrival)?;
        Ok(move |c: &mut Conn| -> Result<()> {
            if let Proof::Channel(Some(calendar)) = &expected.proof {
                // It says no more than that something changed: that is asked for now.
                return calendars::hurry(c, &tenant, &plugin, calendar, app2.clock.now());
            }
            take_in(c, app2.means(), jobs::PLUGIN_WEBHOOK, &delivery)?;
            Ok(())
        })
    };
    app.db.transact_after(verified).await?;
    app.wake_jobs();
    Ok(())
}

fn verified(app: &App, expected: &Expected, arrival: Arrival) -> Result<Delivery> {
    if !expected.is_met_by(&arrival, app.clock.now()) {
        return Err(refuse(app, &arrival, "signature"));
    }
    let Ok(named_by) = expected.names_of(&arrival) else {
        return Err(refuse(app, &arrival, "unnamed"));
    };
    if !expected.is_on {
        return Err(Error::Unavailable { key: "error-plugin-off", detail: None });
    }
    Ok(Delivery {
        id: DeliveryId::new(&*app.clock, &*app.rng),
        delivery_id: delivery_id(app, &arrival, &named_by),
        tenant_id: arrival.tenant,
        plugin_id: arrival.plugin,
        route: arrival.route,
        headers_json: serde_json::to_value(kept_headers(arrival.headers))?.into(),
        body: arrival.body,
        received_at: app.clock.now(),
        handled_at: None,
    })
}

/// The answer to a delivery that proves nothing. The business is told, once an hour and with the number;
/// where the address is nobody's, the installation's own record is. Without waiting, so that the time
/// it takes tells nobody which businesses there are.
fn refuse(app: &App, arrival: &Arrival, kind: &'static str) -> Error {
    let is_known = kind != "unknown";
    let incident = Incident {
        tenant: is_known.then_some(&arrival.tenant),
        action: "webhook.refused",
        entity: "plugin",
        // What a stranger makes up is not counted apart, or he would fill the record.
        entity_id: if is_known { arrival.plugin.as_str() } else { "" },
        kind,
        detail: if is_known { json!({"route": arrival.route}) } else { json!({}) },
        who: Who { actor: Actor::System, origin: arrival.origin.clone() },
    };
    app.incidents.tell_soon(app, incident);
    Error::NotFound
}

/// What a delivery to a route must bring along.
struct Expected {
    /// Whether the plugin is on.
    is_on: bool,
    webhook: Webhook,
    proof: Proof,
}

/// What proves a delivery.
enum Proof {
    /// Nothing does.
    None,
    /// What signs, for as long as the one delivery is looked at.
    Key(Secret),
    /// The token of a channel: of this calendar, if it is one.
    Channel(Option<CalendarId>),
}

/// Reads all that verifying takes, of one moment and in one visit to the database.
fn expected(app: &App, c: &mut Conn, arrival: &Arrival) -> Result<Expected> {
    let (tenant, id) = (&arrival.tenant, &arrival.plugin);
    let (plugin, is_on) = plugins::running_if_on(app, c, tenant, id)?;
    let webhook = plugin.manifest().webhook(&arrival.route).ok_or(Error::NotFound)?;
    if webhook.scope != Scope::Tenant {
        return Err(Error::NotFound);
    }
    let webhook = webhook.clone();
    let proof = match &webhook.signature {
        Signature::None => Proof::None,
        // A token of the host's own making is a channel's.
        Signature::HeaderToken { header, slot: None } => {
            let said = arrival.header(header).unwrap_or_default();
            Proof::Channel(channels::find_told(app, c, said, arrival)?)
        }
        Signature::HmacSha256 { slot, .. }
        | Signature::StandardWebhooks { slot }
        | Signature::HeaderToken { slot: Some(slot), .. } => {
            let slot = plugin.manifest().slot(slot).ok_or(Error::NotFound)?;
            let SlotSource::Secret(name) = &slot.source else { return Err(Error::NotFound) };
            let key = secrets::find(app, c, tenant, &plugins::setting_secret(id, name))?;
            Proof::Key(key.ok_or(Error::NotFound)?.secret)
        }
    };
    Ok(Expected { is_on, webhook, proof })
}

impl Expected {
    fn is_met_by(&self, arrival: &Arrival, now: Timestamp) -> bool {
        let said = |wanted: &str| arrival.header(wanted);
        match (&self.webhook.signature, &self.proof) {
            (Signature::None, _) | (Signature::HeaderToken { .. }, Proof::Channel(Some(_))) => true,
            (Signature::HmacSha256 { header, prefix, .. }, Proof::Key(key)) => said(header)
                .is_some_and(|said| signature::is_hmac_sha256(key, &arrival.body, said, prefix)),
            (Signature::StandardWebhooks { .. }, Proof::Key(key)) => {
                let (id, at) = (said("webhook-id"), said("webhook-timestamp"));
                let at = at.and_then(|at| at.parse::<i64>().ok());
                let (Some(id), Some(at_secs)) = (id, at) else { return false };
                said("webhook-signature").is_some_and(|said| {
                    Stamp { id, at_secs }.is_signed(key, &arrival.body, said, now)
                })
            }
            (Signature::HeaderToken { header, .. }, Proof::Key(key)) => {
                said(header).is_some_and(|said| signature::is_token(key, said))
            }
            _ => false,
        }
    }

    /// The headers that name the delivery. One that lacks them is none of the provider's: taken by its
    /// body alone it could be mistaken for another.
    fn names_of(&self, arrival: &Arrival) -> Result<Vec<(String, String)>> {
        let value = |name: &String| Some((name.clone(), arrival.header(name)?.to_owned()));
        self.webhook.delivery_id.iter().map(value).collect::<Option<_>>().ok_or(Error::NotFound)
    }
}

/// A delivery's id: a fingerprint of its body and of the headers that the manifest says name it. Other
/// headers don't count: proxies on the way give each try new ones, and no signature covers them.
fn delivery_id(app: &App, arrival: &Arrival, named_by: &[(String, String)]) -> String {
    let mut bytes = arrival.route.as_bytes().to_vec();
    for (name, value) in named_by {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(value.as_bytes());
        // Neither a header's name nor its value holds one.
        bytes.push(b'\n');
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
