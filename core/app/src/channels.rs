//! Channels: where a provider can tell that a calendar has changed, its changes are asked for at once
//! instead of at the next minute. What a call says is not believed; asking goes on without channels
//! too, so one that is lost, late or repeated costs nothing but time.
//!
//! The host makes the token that each call must carry and keeps a keyed code of it. The plugin, whose
//! manifest names a job for it, asks its provider to open and close channels.

use std::time::Duration;

use domain::{CalendarId, ChannelId, ConnectionId, PluginId, Rng, TenantId, Timestamp};
use runtime::manifest::{Scope, Signature, Webhook};
use serde::Deserialize;
use serde_json::json;
use store::Conn;
use store::calendars::Calendar;
use store::channels::{Channel, ChannelState};
use store::connections::Connection;
use store::jobs::{Job, Once};
use url::{Host, Url};

use crate::error::{Error, Result};
use crate::jobs::{self, Outcome};
use crate::webhooks::Arrival;
use crate::{App, calendars, plugins};

/// How long a channel is asked for.
const LIFE_SECS: i64 = 7 * 24 * 3_600;
/// How long before its end another is opened; both tell for a while, so none is missed.
const OVERLAP_SECS: i64 = 24 * 3_600;
/// How long an answer to the request for one is waited for before another is asked for.
const OPENING_SECS: i64 = 600;
/// How long to wait after a provider would not.
const REFUSED_SECS: i64 = 3_600;
/// How long turning off or disconnecting waits for channels to be closed.
const CLOSING: Duration = Duration::from_secs(5);

const PURPOSE: &str = "channel token";

/// The plugin's answer to a request for a channel.
#[derive(Debug, Deserialize)]
struct Opened {
    /// The provider's name of what is watched.
    #[serde(default)]
    resource: Option<String>,
    /// When the channel ends.
    #[serde(default)]
    expires_at: Option<String>,
}

/// What to do about a calendar's channels.
#[derive(Debug, PartialEq, Eq)]
enum Need {
    Nothing,
    Open,
    Close,
}

/// Sees to it that a calendar has a channel, where there can be one.
pub(crate) async fn tend(app: &App, calendar: &Calendar, connection: &Connection) -> Result<()> {
    let (plugin, _) = calendars::call_of(app, connection).await?;
    if offered(plugin.manifest()).is_none() || !is_reachable(app) {
        return Ok(());
    }
    let (app2, calendar, connection) = (app.clone(), calendar.clone(), connection.clone());
    let asked = app
        .db
        .transact(move |c| -> Result<bool> {
            let (tenant, now) = (&calendar.tenant_id, app2.clock.now());
            let mut all = store::channels::list_of_calendar(c, tenant, &calendar.id)?;
            for over in all.iter().filter(|channel| channel.expires_at <= now) {
                store::channels::delete(c, tenant, &over.id)?;
            }
            all.retain(|channel| channel.expires_at > now);
            if need(&all, now) == Need::Nothing {
                return Ok(false);
            }
            let payload = json!({"calendar": calendar.id});
            let mut job = jobs::new_job(&app2, tenant, jobs::CALENDAR_WATCH, payload);
            job.once = Once::WhileUnfinished(calendar.id.to_string());
            job.plugin_id = Some(connection.plugin_id.clone());
            job.connection_id = Some(connection.id.clone());
            store::jobs::enqueue(c, &job, now)?;
            Ok(true)
        })
        .await?;
    if asked {
        app.wake_jobs();
    }
    Ok(())
}

/// Channels that are over are left out by the caller; the one that lasts longest comes first.
fn need(all: &[Channel], now: Timestamp) -> Need {
    let is_open = |channel: &&Channel| channel.state == ChannelState::Open;
    let open: Vec<&Channel> = all.iter().filter(is_open).collect();
    if open.first().is_some_and(|newest| newest.expires_at > now.plus_secs(OVERLAP_SECS)) {
        return if open.len() > 1 { Need::Close } else { Need::Nothing };
    }
    let waits = all.iter().any(|channel| match channel.state {
        ChannelState::Refused => true,
        ChannelState::Opening => channel.opened_at > now.plus_secs(-OPENING_SECS),
        ChannelState::Open => false,
    });
    if waits { Need::Nothing } else { Need::Open }
}

/// The webhook whose deliveries say that a calendar has changed, and the job that opens channels.
fn offered(manifest: &runtime::Manifest) -> Option<(&Webhook, &str)> {
    let is_channel = |webhook: &&Webhook| {
        webhook.scope == Scope::Tenant
            && matches!(webhook.signature, Signature::HeaderToken { slot: None, .. })
    };
    let webhook = manifest.webhooks.iter().filter(is_channel).find(|w| w.channels.is_some())?;
    Some((webhook, webhook.channels.as_deref()?))
}

/// Whether providers can call this instance: by a public https address, or in a sandbox, whose
/// providers are on this machine.
fn is_reachable(app: &App) -> bool {
    app.options.sandbox || Url::parse(&app.options.public_url).is_ok_and(|url| is_public(&url))
}

fn is_public(url: &Url) -> bool {
    let named = match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let local = [".localhost", ".local", ".internal", ".lan", ".home", ".test", ".invalid"];
            name.contains('.') && !local.iter().any(|end| name.ends_with(end))
        }
        // Providers want a certificate, and no authority signs one for such an address.
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
    };
    url.scheme() == "https" && named
}

#[derive(Deserialize)]
struct Payload {
    calendar: CalendarId,
}

/// Runs the job: opens a channel where one is needed, then closes those that it replaces.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let payload: Payload = serde_json::from_value(job.payload_json.0.clone())?;
    let (tenant, id) = (job.tenant_id.clone(), payload.calendar);
    let now = app.clock.now();
    let found = app
        .db
        .inspect(move |c| -> Result<_> {
            let Some(calendar) = store::calendars::find(c, &tenant, &id)? else { return Ok(None) };
            let connection = store::connections::get(c, &tenant, &calendar.connection_id)?;
            let mut all = store::channels::list_of_calendar(c, &tenant, &id)?;
            all.retain(|channel| channel.expires_at > now);
            Ok(Some((calendar, connection, all)))
        })
        .await?;
    let Some((calendar, connection, all)) = found else { return Ok(Outcome::Done) };
    if !crate::connections::is_usable(&connection) || !is_reachable(app) {
        return Ok(Outcome::Done);
    }
    let opened = match need(&all, now) {
        Need::Open => open(app, &calendar, &connection).await?,
        Need::Close => true,
        Need::Nothing => false,
    };
    if opened {
        let (tenant, id) = (calendar.tenant_id.clone(), calendar.id.clone());
        let list = app.db.inspect(move |c| store::channels::list_of_calendar(c, &tenant, &id));
        let open = list.await?.into_iter().filter(|each| each.state == ChannelState::Open);
        for old in open.skip(1) {
            close(app, &old, &calendar.external_id, &connection).await?;
        }
    }
    Ok(Outcome::Done)
}

/// Asks for a channel; answers whether there is one. A provider that would not is asked again later,
/// by another job.
async fn open(app: &App, calendar: &Calendar, connection: &Connection) -> Result<bool> {
    let (plugin, call) = calendars::call_of(app, connection).await?;
    let Some((webhook, handler)) = offered(plugin.manifest()) else { return Ok(false) };
    let now = app.clock.now();
    let id = ChannelId::new(&*app.clock, &*app.rng);
    let token = token(&*app.rng, &id);
    let channel = Channel {
        tenant_id: calendar.tenant_id.clone(),
        id: id.clone(),
        plugin_id: connection.plugin_id.clone(),
        connection_id: connection.id.clone(),
        calendar_id: calendar.id.clone(),
        route: webhook.route.clone(),
        token_mac: app.vault.mac(PURPOSE, Some(&calendar.tenant_id), token.as_bytes()).to_vec(),
        state: ChannelState::Opening,
        resource: None,
        opened_at: now,
        expires_at: now.plus_secs(LIFE_SECS),
    };
    let base = app.options.public_url.trim_end_matches('/');
    let address =
        format!("{base}/hooks/{}/{}/{}", channel.plugin_id, channel.route, channel.tenant_id);
    // First the row: the provider may call before it answers.
    let row = channel.clone();
    app.db.transact(move |c| store::channels::insert(c, &row)).await?;
    let payload = json!({
        "do": "open",
        "calendar": calendar.external_id,
        "channel": {"id": id, "token": token, "address": address, "seconds": LIFE_SECS},
    });
    let answered = app.engine.run_job(&plugin, call, handler, &payload, 1).await;
    let (state, resource, expires_at) = match answered {
        Ok(answer) => {
            let opened: Opened =
                serde_json::from_value(answer.unwrap_or_default()).map_err(plugins::bad_answer)?;
            let said = opened.expires_at.as_deref().and_then(Timestamp::parse_rfc3339);
            let expires_at = said.unwrap_or(channel.expires_at).min(channel.expires_at);
            (ChannelState::Open, opened.resource, expires_at)
        }
        Err(error) => {
            tracing::warn!(%error, "no channel could be opened; changes are asked for every minute");
            (ChannelState::Refused, None, now.plus_secs(REFUSED_SECS))
        }
    };
    let is_open = state == ChannelState::Open;
    app.db
        .transact(move |c| {
            let (tenant, id) = (&channel.tenant_id, &channel.id);
            store::channels::set_state(c, tenant, id, state, resource.as_deref(), expires_at)
        })
        .await?;
    Ok(is_open)
}

/// 256 random bits behind the channel's id, which is no secret.
fn token(rng: &dyn Rng, id: &ChannelId) -> String {
    let mut bytes = [0; 32];
    rng.fill(&mut bytes);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{id}.{hex}")
}

/// Asks the provider to end a channel and forgets it, whatever the provider says: it ends by itself,
/// and until then its calls are not known here.
async fn close(app: &App, channel: &Channel, calendar: &str, of: &Connection) -> Result<()> {
    if let (Some(resource), Ok((plugin, call))) =
        (&channel.resource, calendars::call_of(app, of).await)
        && let Some((_, handler)) = offered(plugin.manifest())
    {
        let payload = json!({
            "do": "close",
            "calendar": calendar,
            "channel": {"id": channel.id, "resource": resource},
        });
        if let Err(error) = app.engine.run_job(&plugin, call, handler, &payload, 1).await {
            tracing::info!(%error, "a channel could not be closed; it ends by itself");
        }
    }
    let (tenant, id) = (channel.tenant_id.clone(), channel.id.clone());
    Ok(app.db.transact(move |c| store::channels::delete(c, &tenant, &id)).await?)
}

/// Whose channels are to be closed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// All of the plugin's.
    Plugin,
    /// Those of one connection.
    Connection(&'a ConnectionId),
    /// Those of one calendar.
    Calendar(&'a CalendarId),
}

/// Closes channels before what they need is taken away, as far as that succeeds in a few seconds.
pub(crate) async fn close_all(
    app: &App,
    tenant: &TenantId,
    plugin: &PluginId,
    whose: Whose<'_>,
) -> Result<()> {
    let (tenant2, plugin2) = (tenant.clone(), plugin.clone());
    let mut all =
        app.db.inspect(move |c| store::channels::list_of_plugin(c, &tenant2, &plugin2)).await?;
    all.retain(|channel| match whose {
        Whose::Plugin => true,
        Whose::Connection(id) => channel.connection_id == *id,
        Whose::Calendar(id) => channel.calendar_id == *id,
    });
    let asking = async {
        for channel in &all {
            let (tenant, channel2) = (channel.tenant_id.clone(), channel.clone());
            let pair = app.db.inspect(move |c| -> Result<_> {
                let calendar = store::calendars::get(c, &tenant, &channel2.calendar_id)?;
                let connection = store::connections::get(c, &tenant, &channel2.connection_id)?;
                Ok((calendar, connection))
            });
            let (calendar, connection) = pair.await?;
            close(app, channel, &calendar.external_id, &connection).await?;
        }
        Ok::<_, Error>(())
    };
    let in_time = tokio::time::timeout(CLOSING, asking).await;
    if !matches!(in_time, Ok(Ok(()))) {
        tracing::info!("channels were left to end by themselves");
    }
    let tenant = tenant.clone();
    app.db
        .transact(move |c| {
            all.iter().try_for_each(|channel| store::channels::delete(c, &tenant, &channel.id))
        })
        .await?;
    Ok(())
}

/// The calendar of the channel whose token a delivery carries, if it is one that is open.
pub(crate) fn find_told(
    app: &App,
    c: &mut Conn,
    said: &str,
    arrival: &Arrival,
) -> Result<Option<CalendarId>> {
    let id = said.split('.').next().and_then(|id| id.parse::<ChannelId>().ok());
    let Some(id) = id else { return Ok(None) };
    let channel = store::channels::find(c, &arrival.tenant, &id)?;
    let code = channel.as_ref().map_or(&[0; 32][..], |channel| &channel.token_mac);
    let fits = app.vault.mac_fits(PURPOSE, Some(&arrival.tenant), said.as_bytes(), code);
    let is_live = |channel: &Channel| {
        channel.plugin_id == arrival.plugin
            && channel.route == arrival.route
            && channel.state != ChannelState::Refused
    };
    Ok(channel.filter(|it| fits && is_live(it)).map(|it| it.calendar_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(state: ChannelState, opened_at: i64, expires_at: i64) -> Channel {
        let (clock, rng) = (domain::time::ManualClock::at(1), domain::rng::SeededRng::new(1));
        Channel {
            tenant_id: TenantId::new(&clock, &rng),
            id: ChannelId::new(&clock, &rng),
            plugin_id: "acme".parse().unwrap(),
            connection_id: ConnectionId::new(&clock, &rng),
            calendar_id: CalendarId::new(&clock, &rng),
            route: "push".to_owned(),
            token_mac: Vec::new(),
            state,
            resource: None,
            opened_at: Timestamp::from_millis(opened_at * 1_000),
            expires_at: Timestamp::from_millis(expires_at * 1_000),
        }
    }

    #[test]
    fn another_is_opened_a_day_before_the_end_and_the_old_one_closed() {
        let now = Timestamp::from_millis(0);
        let day = 24 * 3_600;
        assert_eq!(need(&[], now), Need::Open);
        assert_eq!(need(&[channel(ChannelState::Open, 0, 2 * day)], now), Need::Nothing);
        let ending = channel(ChannelState::Open, 0, day);
        assert_eq!(need(std::slice::from_ref(&ending), now), Need::Open);
        assert_eq!(need(&[channel(ChannelState::Open, 0, 7 * day), ending], now), Need::Close);
        assert_eq!(need(&[channel(ChannelState::Refused, 0, 60)], now), Need::Nothing);
        assert_eq!(need(&[channel(ChannelState::Opening, -60, day)], now), Need::Nothing);
        assert_eq!(need(&[channel(ChannelState::Opening, -3_600, day)], now), Need::Open);
    }

    #[test]
    fn only_a_public_https_address_is_given_to_providers() {
        let is = |text: &str| is_public(&Url::parse(text).unwrap());
        assert!(is("https://oxpi.example.com"));
        for not in [
            "http://oxpi.example.com",
            "https://localhost",
            "https://127.0.0.1",
            "https://[::1]:8443",
            "https://10.1.2.3",
            "https://office",
            "https://oxpi.local",
            "https://a.localhost.",
        ] {
            assert!(!is(not), "{not}");
        }
    }
}
