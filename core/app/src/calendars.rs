//! Calendars: which calendars of a connected account the business uses. Only those the account owns
//! can be chosen, so that nobody's shared calendar is written to by accident.

use std::collections::BTreeSet;

use domain::{
    CalendarId, ConnectionId, Permission, PluginId, ScheduleId, TenantId, Timestamp, Zone,
};
use runtime::CallContext;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;

use crate::audit::{self, Act, Who};
use crate::channels::Whose;
use crate::connections::Connection;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, channels, jobs, notifications, plugins, schedules};

mod choices;

pub use choices::{choose_blocking, choose_details};
pub use store::calendars::{Access, Calendar, Detail, MissingAnswer};

/// How often changes are asked for. Pushes, where a provider has them, only make it sooner.
const PULL_CRON: &str = "* * * * *";

/// A calendar as the provider's plugin lists it; the contract's `calendars` document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfferedCalendar {
    /// The provider's id.
    pub id: String,
    /// Its name there.
    pub name: String,
    /// What the account may do with it.
    pub access: Access,
    /// Whether it is the account's first one.
    #[serde(default)]
    pub primary: bool,
    /// A CSS colour such as `#0b8043`.
    #[serde(default)]
    pub color: Option<String>,
    /// Its time zone.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Whether the business uses it already.
    #[serde(skip_deserializing)]
    pub chosen: bool,
}

impl OfferedCalendar {
    /// Whether the account may do as it likes with it.
    pub fn is_owned(&self) -> bool {
        self.access == Access::Owner
    }
}

#[derive(Deserialize)]
struct Offer {
    calendars: Vec<OfferedCalendar>,
}

/// The calendars the business uses.
pub async fn list_calendars(app: &App, ctx: &Context) -> Result<Vec<Calendar>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::calendars::list(c, &tenant)?)).await
}

/// The calendars of a connected account, asked of its provider now.
pub async fn offer_calendars(
    app: &App,
    ctx: &Context,
    connection: &ConnectionId,
) -> Result<Vec<OfferedCalendar>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let connection = crate::connections::get_connection(app, ctx, connection).await?;
    let mut offered = ask(app, &connection).await?;
    let chosen = list_calendars(app, ctx).await?;
    for calendar in &mut offered {
        calendar.chosen = chosen
            .iter()
            .any(|known| known.connection_id == connection.id && known.external_id == calendar.id);
    }
    Ok(offered)
}

async fn ask(app: &App, connection: &Connection) -> Result<Vec<OfferedCalendar>> {
    let (plugin, call) = call_of(app, connection).await?;
    let answer = app.engine.calendar_calendars(&plugin, call).await.map_err(plugins::call_error)?;
    let offer: Offer = serde_json::from_value(answer).map_err(plugins::bad_answer)?;
    Ok(offer.calendars)
}

/// The plugin of a connection and the context of a call for it.
pub(crate) async fn call_of(
    app: &App,
    connection: &Connection,
) -> Result<(runtime::Plugin, CallContext)> {
    plugins::call_context(
        app,
        &connection.tenant_id,
        &connection.plugin_id,
        Some(connection.id.clone()),
    )
    .await
}

/// Chooses exactly these calendars of a connected account; the first one becomes the default where
/// the business has none yet. One the account doesn't own is refused.
pub async fn choose_calendars(
    app: &App,
    ctx: &Context,
    connection: &ConnectionId,
    wanted: Vec<String>,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let connection = crate::connections::get_connection(app, ctx, connection).await?;
    let offered = ask(app, &connection).await?;
    let mut picked = Vec::new();
    for id in &wanted {
        let found = offered.iter().find(|calendar| &calendar.id == id);
        let found = found.ok_or_else(|| Error::invalid("calendars", "error-calendar-unknown"))?;
        if !found.is_owned() {
            return Err(Error::invalid("calendars", "error-calendar-not-owned"));
        }
        picked.push(found.clone());
    }
    for gone in list_calendars(app, ctx).await? {
        let is_kept = picked.iter().any(|p| p.id == gone.external_id);
        if gone.connection_id == connection.id && !is_kept {
            let whose = Whose::Calendar(&gone.id);
            channels::close_all(app, &ctx.tenant, &connection.plugin_id, whose).await?;
        }
    }
    let (app2, ctx2) = (app.clone(), ctx.clone());
    app.db.transact(move |c| keep_choice(&app2, c, &ctx2, &connection, &picked)).await?;
    app.wake_jobs();
    Ok(())
}

fn keep_choice(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    connection: &Connection,
    picked: &[OfferedCalendar],
) -> Result<()> {
    let all = store::calendars::list(c, &ctx.tenant)?;
    let mut has_default = all.iter().any(|calendar| calendar.is_default);
    let known: Vec<_> = all.iter().filter(|k| k.connection_id == connection.id).collect();
    for gone in known.iter().filter(|k| picked.iter().all(|p| p.id != k.external_id)) {
        has_default &= !gone.is_default;
        forget(app, c, connection, gone)?;
    }
    for calendar in picked.iter().filter(|p| known.iter().all(|k| k.external_id != p.id)) {
        let row = new_calendar(app, ctx, connection, calendar, !has_default);
        has_default = true;
        store::calendars::insert(c, &row)?;
        schedule_pull(app, c, connection, &row)?;
    }
    let act = Act {
        action: "calendars.chosen",
        entity: "connection",
        entity_id: connection.id.as_str(),
        detail: json!({"calendars": picked.iter().map(|p| &p.name).collect::<Vec<_>>()}),
    };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}

fn new_calendar(
    app: &App,
    ctx: &Context,
    connection: &Connection,
    offered: &OfferedCalendar,
    is_default: bool,
) -> Calendar {
    let zone = offered.time_zone.as_deref().and_then(|name| name.parse::<Zone>().ok());
    Calendar {
        id: CalendarId::new(&*app.clock, &*app.rng),
        tenant_id: ctx.tenant.clone(),
        connection_id: connection.id.clone(),
        external_id: offered.id.clone(),
        name: offered.name.clone(),
        color: offered.color.clone().unwrap_or_default(),
        zone: zone.unwrap_or_else(|| ctx.zone.clone()),
        access: offered.access,
        is_default,
        cursor: None,
        pulled_at: None,
        created_at: app.clock.now(),
        // More than when they are taken is for people to allow.
        detail: Detail::Busy,
        failing_since: None,
        problem: None,
        is_behind: false,
        missing: None,
        missing_answer: None,
        blocks: true,
    }
}

/// Makes a calendar the one new appointments go to.
pub async fn set_default_calendar(app: &App, ctx: &Context, id: &CalendarId) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let calendar = store::calendars::get(c, &ctx2.tenant, &id)?;
            store::calendars::set_default(c, &ctx2.tenant, &id)?;
            let act = Act {
                action: "calendar.made-default",
                entity: "calendar",
                entity_id: id.as_str(),
                detail: json!({"name": calendar.name}),
            };
            audit::append(&app2, c, &ctx2.tenant, &Who::from(&ctx2), &act)
        })
        .await
}

/// The calendars of a connection that the business uses, and how asking them goes.
pub async fn list_of_connection(
    app: &App,
    ctx: &Context,
    connection: &ConnectionId,
) -> Result<Vec<Calendar>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let (tenant, id) = (ctx.tenant.clone(), connection.clone());
    app.db.inspect(move |c| Ok(store::calendars::list_of_connection(c, &tenant, &id)?)).await
}

/// The connections with a calendar that has not been in step for a while.
pub async fn list_behind(app: &App, ctx: &Context) -> Result<BTreeSet<ConnectionId>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let tenant = ctx.tenant.clone();
    let all = app.db.inspect(move |c| store::calendars::list(c, &tenant)).await?;
    Ok(all
        .into_iter()
        .filter(|each| each.is_behind || each.missing.is_some())
        .map(|each| each.connection_id)
        .collect())
}

/// Asks the calendars of a connected account what changed, now rather than at the next minute.
pub async fn pull_now(app: &App, ctx: &Context, connection: &ConnectionId) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let (app2, tenant, id) = (app.clone(), ctx.tenant.clone(), connection.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let connection = store::connections::get(c, &tenant, &id)?;
            let now = app2.clock.now();
            for calendar in store::calendars::list_of_connection(c, &tenant, &id)? {
                hurry(c, &tenant, &connection.plugin_id, &calendar.id, now)?;
            }
            Ok(())
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

/// Says what became of events that are missing from a calendar: that they were deleted on purpose, and
/// their appointments are cancelled, or that they are to be made anew. The calendar is read once more
/// first, so that what came back meanwhile stays as it is.
pub async fn answer_missing(
    app: &App,
    ctx: &Context,
    connection: &ConnectionId,
    id: &CalendarId,
    answer: Option<MissingAnswer>,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let (app2, ctx2, connection, id) = (app.clone(), ctx.clone(), connection.clone(), id.clone());

    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &ctx2.tenant;
            let calendar = store::calendars::lock(c, tenant, &id)?;
            if calendar.connection_id != connection {
                return Err(Error::NotFound);
            }
            let answer = answer.ok_or_else(|| Error::invalid("answer", "error-invalid"))?;
            if calendar.missing.is_none() || calendar.missing_answer == Some(answer) {
                // It is settled already, or about to be.
                return Ok(());
            }
            let connection = store::connections::get(c, tenant, &connection)?;
            store::calendars::answer_missing(c, tenant, &id, answer)?;
            hurry(c, tenant, &connection.plugin_id, &id, app2.clock.now())?;
            let act = Act {
                action: "calendar.emptied-answered",
                entity: "calendar",
                entity_id: id.as_str(),
                detail: json!({"name": calendar.name, "answer": answer.as_str()}),
            };
            audit::append(&app2, c, tenant, &Who::from(&ctx2), &act)
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

/// Asks a calendar what changed, now. Bringing its time forward keeps one pull at a time, whoever asks.
pub(crate) fn hurry(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    calendar: &CalendarId,
    now: Timestamp,
) -> Result<()> {
    let found = store::schedules::find_by_name(c, tenant, Some(plugin), &pull_name(calendar))?;
    if let Some(schedule) = found.filter(|schedule| schedule.next_at > now) {
        let moved = store::schedules::advance(c, tenant, &schedule.id, schedule.next_at, now);
        // Somebody else moved it: then it was fired, or is about to be.
        if !matches!(moved, Err(store::Error::Conflict)) {
            moved?;
        }
    }
    Ok(())
}

/// Leaves a calendar alone until then, unless somebody asks for it sooner.
pub(crate) fn put_off(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    calendar: &CalendarId,
    until: Timestamp,
) -> Result<()> {
    let found = store::schedules::find_by_name(c, tenant, Some(plugin), &pull_name(calendar))?;
    if let Some(schedule) = found.filter(|schedule| schedule.next_at < until) {
        let moved = store::schedules::advance(c, tenant, &schedule.id, schedule.next_at, until);
        if !matches!(moved, Err(store::Error::Conflict)) {
            moved?;
        }
    }
    Ok(())
}

/// Begins, or begins again, to ask for the changes of a connection's calendars.
pub(crate) fn schedule_pulls(app: &App, c: &mut Conn, connection: &Connection) -> Result<()> {
    for calendar in store::calendars::list_of_connection(c, &connection.tenant_id, &connection.id)?
    {
        schedule_pull(app, c, connection, &calendar)?;
    }
    Ok(())
}

fn schedule_pull(
    app: &App,
    c: &mut Conn,
    connection: &Connection,
    calendar: &Calendar,
) -> Result<()> {
    let schedule = store::schedules::Schedule {
        id: ScheduleId::new(&*app.clock, &*app.rng),
        tenant_id: calendar.tenant_id.clone(),
        plugin_id: Some(connection.plugin_id.clone()),
        name: pull_name(&calendar.id),
        kind: jobs::CALENDAR_PULL.to_owned(),
        payload_json: json!({"calendar": calendar.id, "connection": connection.id}).into(),
        cron: PULL_CRON.to_owned(),
        zone: Zone::utc(),
        // The first pull is due at once.
        next_at: app.clock.now(),
        paused: false,
    };
    schedules::put(c, &schedule)
}

fn pull_name(id: &CalendarId) -> String {
    format!("calendar-pull-{id}")
}

/// Drops a calendar and what came from it; its appointments stay, as the business's own. Should it be
/// chosen again, those that still have their events there are in step again.
fn forget(app: &App, c: &mut Conn, connection: &Connection, calendar: &Calendar) -> Result<()> {
    let (tenant, plugin) = (&calendar.tenant_id, &connection.plugin_id);
    let name = pull_name(&calendar.id);
    if let Some(schedule) = store::schedules::find_by_name(c, tenant, Some(plugin), &name)? {
        store::schedules::delete(c, tenant, &schedule.id)?;
    }
    notifications::calendar_settled(app, c, calendar)?;
    notifications::calendar_filled(app, c, calendar)?;
    let place = crate::calendar_pull::place(calendar, connection);
    store::event_places::keep_of_calendar(c, tenant, &calendar.id, place)?;
    store::busy_blocks::delete_all(c, tenant, &calendar.id)?;
    store::event_copies::detach_of_calendar(c, tenant, &calendar.id)?;
    store::appointments::unlink_calendar(c, tenant, &calendar.id)?;
    Ok(store::calendars::delete(c, tenant, &calendar.id)?)
}

/// Drops every calendar of a connection that is being disconnected.
pub(crate) fn forget_connection(app: &App, c: &mut Conn, connection: &Connection) -> Result<()> {
    let tenant = &connection.tenant_id;
    for calendar in store::calendars::list_of_connection(c, tenant, &connection.id)? {
        forget(app, c, connection, &calendar)?;
    }
    Ok(())
}
