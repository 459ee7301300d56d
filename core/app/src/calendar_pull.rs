//! Brings what changed at a calendar's provider: moved and deleted events of our appointments, and
//! other people's events as busy times without detail.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AppointmentId, CalendarId, TenantId, Timestamp};
use serde::Deserialize;
use store::Conn;
use store::appointments::{Appointment, AppointmentChange, Link, OnlineState, Status, SyncState};
use store::busy_blocks::BusyBlock;
use store::calendars::Calendar;
use store::connections::Connection;
use store::jobs::Job;

use crate::appointments::unchanged;
use crate::audit::Who;
use crate::calendar_push::OnlineAnswer;
use crate::error::Result;
use crate::jobs::Outcome;
use crate::{App, appointments, calendars, plugins};

/// Pages of one run; a calendar with more goes on in the next.
const PAGES_MAX: usize = 50;

/// The contract's changes document.
#[derive(Debug, Deserialize)]
struct Changes {
    events: Vec<Change>,
    cursor: String,
    #[serde(default)]
    more: bool,
}

/// One event that changed.
#[derive(Debug, Clone, Deserialize)]
struct Change {
    external_id: String,
    #[serde(default)]
    appointment_id: Option<String>,
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    notes: Option<String>,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    starts_at: Option<String>,
    #[serde(default)]
    ends_at: Option<String>,
    #[serde(default)]
    all_day: bool,
    #[serde(default = "yes")]
    busy: bool,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    online: OnlineAnswer,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct Payload {
    calendar: CalendarId,
}

/// Runs the job.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let payload: Payload = serde_json::from_value(job.payload_json.0.clone())?;
    let (tenant, id) = (job.tenant_id.clone(), payload.calendar);
    let found = app
        .db
        .inspect(move |c| -> Result<_> {
            let Some(calendar) = store::calendars::find(c, &tenant, &id)? else { return Ok(None) };
            let connection = store::connections::get(c, &tenant, &calendar.connection_id)?;
            Ok(Some((calendar, connection)))
        })
        .await?;
    let Some((calendar, connection)) = found else { return Ok(Outcome::Done) };
    if !crate::connections::is_usable(&connection) {
        return Ok(Outcome::Done);
    }
    pull(app, &calendar, &connection).await?;
    Ok(Outcome::Done)
}

async fn pull(app: &App, calendar: &Calendar, connection: &Connection) -> Result<()> {
    let mut cursor = calendar.cursor.clone();
    let mut full = match cursor {
        Some(_) => None,
        None => Some(FullSync::begin(app, calendar).await?),
    };
    for _ in 0..PAGES_MAX {
        let (plugin, call) = calendars::call_of(app, connection).await?;
        let engine = &app.engine;
        let id = &calendar.external_id;
        let answer = match engine.calendar_changes(&plugin, call, id, cursor.as_deref()).await {
            Ok(answer) => answer,
            Err(error) if plugins::is_problem(&error, "resync") && cursor.is_some() => {
                (cursor, full) = (None, Some(FullSync::begin(app, calendar).await?));
                continue;
            }
            Err(error) => return Err(plugins::call_error(error)),
        };
        let page: Changes = serde_json::from_value(answer).map_err(plugins::bad_answer)?;
        cursor = Some(page.cursor.clone());
        let more = page.more;
        full = apply_page(app, calendar, page, full).await?;
        if !more {
            break;
        }
    }
    Ok(())
}

/// What a full sync has seen so far. The cursor is kept only when it is complete: until then an
/// interruption means beginning again, never a gap.
#[derive(Debug, Clone)]
struct FullSync {
    /// The appointments that had an event when the sync began, and the revision of their links: one
    /// that got its event later can't be missed by it.
    linked: BTreeMap<AppointmentId, i64>,
    seen: BTreeSet<String>,
    started: bool,
}

impl FullSync {
    async fn begin(app: &App, calendar: &Calendar) -> Result<Self> {
        let (tenant, id) = (calendar.tenant_id.clone(), calendar.id.clone());
        let linked =
            app.db.inspect(move |c| store::appointments::list_linked(c, &tenant, &id)).await?;
        let linked = linked.into_iter().map(|a| (a.id, a.link_rev)).collect();
        Ok(Self { linked, seen: BTreeSet::new(), started: false })
    }
}

async fn apply_page(
    app: &App,
    calendar: &Calendar,
    page: Changes,
    full: Option<FullSync>,
) -> Result<Option<FullSync>> {
    let (app2, calendar) = (app.clone(), calendar.clone());
    let done = app
        .db
        .transact(move |c| -> Result<Option<FullSync>> {
            let mut full = full;
            if let Some(sync) = full.as_mut().filter(|sync| !sync.started) {
                store::busy_blocks::delete_all(c, &calendar.tenant_id, &calendar.id)?;
                sync.started = true;
            }
            for change in &page.events {
                if let Some(sync) = &mut full {
                    sync.seen.insert(change.external_id.clone());
                }
                apply(&app2, c, &calendar, change)?;
            }
            if page.more && full.is_some() {
                return Ok(full);
            }
            if let Some(sync) = full.take() {
                cancel_unseen(&app2, c, &calendar, &sync)?;
            }
            let now = app2.clock.now();
            store::calendars::set_cursor(
                c,
                &calendar.tenant_id,
                &calendar.id,
                Some(&page.cursor),
                Some(now),
            )?;
            Ok(None)
        })
        .await?;
    app.wake_jobs();
    Ok(done)
}

fn apply(app: &App, c: &mut Conn, calendar: &Calendar, change: &Change) -> Result<()> {
    match find_own(c, calendar, change)? {
        Some(appointment) => apply_to_own(app, c, calendar, appointment, change),
        None => apply_to_busy(c, calendar, change),
    }
}

/// The appointment an event belongs to: by the id we wrote into it, which must be one of this
/// calendar's, or by the event's own id.
fn find_own(c: &mut Conn, calendar: &Calendar, change: &Change) -> Result<Option<Appointment>> {
    let tenant = &calendar.tenant_id;
    let by_event =
        store::appointments::find_by_external(c, tenant, &calendar.id, &change.external_id)?;
    if by_event.is_some() {
        return Ok(by_event);
    }
    let named = change.appointment_id.as_deref().and_then(|id| id.parse::<AppointmentId>().ok());
    let Some(id) = named else { return Ok(None) };
    let found = store::appointments::find(c, tenant, &id)?;
    // A copy of our event made at the provider carries our id too, but is somebody's own event.
    Ok(found.filter(|a| a.calendar_id.as_ref() == Some(&calendar.id) && a.external_id.is_none()))
}

fn apply_to_own(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    before: Appointment,
    change: &Change,
) -> Result<()> {
    let is_echo = change.etag.is_some() && change.etag == before.etag;
    // What is still on its way out wins: the push meets the newer etag and writes over it.
    let is_settled = before.sync_state == SyncState::Synced && before.status == Status::Booked;
    if is_echo || !is_settled {
        return Ok(());
    }
    let (tenant, id, now) = (&calendar.tenant_id, &before.id, app.clock.now());
    let link = to_link(&before, change);
    let (to, topic) = if change.status == "cancelled" {
        let status = Status::Cancelled;
        (AppointmentChange { status, ..unchanged(&before) }, "appointment.cancelled-elsewhere")
    } else {
        (merged(&before, change), "appointment.changed-elsewhere")
    };
    store::appointments::set_link(c, tenant, id, &link, before.link_rev)?;
    if to == unchanged(&before) {
        return Ok(());
    }
    store::appointments::update(c, tenant, id, &to, before.rev, now)?;
    let after = store::appointments::get(c, tenant, id)?;
    appointments::announce(app, c, &after, topic)?;
    let who = Who::plugin(&plugin_of(c, calendar)?);
    appointments::record(app, c, &who, topic, &after)
}

fn to_link(before: &Appointment, change: &Change) -> Link {
    let is_gone = change.status == "cancelled";
    Link {
        external_id: Some(change.external_id.clone()),
        etag: change.etag.clone(),
        external_url: change.url.clone().filter(|url| url.starts_with("https://") && !is_gone),
        online_state: if is_gone { OnlineState::None } else { change.online.known_state() },
        online_url: change.online.safe_url().filter(|_| !is_gone),
        sync_state: SyncState::Synced,
        sync_problem: before.sync_problem.clone().filter(|_| is_gone),
    }
}

/// The appointment with what the event says of it; what the event leaves out stays.
fn merged(before: &Appointment, change: &Change) -> AppointmentChange {
    let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse_rfc3339);
    let (starts_at, ends_at) = match (time(&change.starts_at), time(&change.ends_at)) {
        (Some(starts_at), Some(ends_at)) if ends_at > starts_at => (starts_at, ends_at),
        _ => (before.starts_at, before.ends_at),
    };
    let cut = |text: &Option<String>, most: usize, old: &str| match text {
        Some(text) => text.chars().take(most).collect(),
        None => old.to_owned(),
    };
    let title: String = cut(&change.title, 200, &before.title);
    let is_online =
        matches!(change.online.known_state(), OnlineState::Pending | OnlineState::Ready);
    AppointmentChange {
        title: if title.trim().is_empty() { before.title.clone() } else { title },
        notes: cut(&change.notes, 8_000, &before.notes),
        location: cut(&change.location, 500, &before.location),
        starts_at,
        ends_at,
        online: is_online || before.online,
        ..unchanged(before)
    }
}

fn apply_to_busy(c: &mut Conn, calendar: &Calendar, change: &Change) -> Result<()> {
    let tenant = &calendar.tenant_id;
    let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse_rfc3339);
    let times = time(&change.starts_at).zip(time(&change.ends_at)).filter(|(from, to)| to > from);
    match times {
        Some((starts_at, ends_at)) if change.busy && change.status != "cancelled" => {
            let block = BusyBlock {
                tenant_id: tenant.clone(),
                calendar_id: calendar.id.clone(),
                external_id: change.external_id.clone(),
                starts_at,
                ends_at,
                all_day: change.all_day,
            };
            Ok(store::busy_blocks::upsert(c, &block)?)
        }
        _ => Ok(store::busy_blocks::delete(c, tenant, &calendar.id, &change.external_id)?),
    }
}

/// After a full sync: an appointment whose event was there before and isn't any more was deleted at
/// the provider.
fn cancel_unseen(app: &App, c: &mut Conn, calendar: &Calendar, sync: &FullSync) -> Result<()> {
    for appointment in store::appointments::list_linked(c, &calendar.tenant_id, &calendar.id)? {
        let Some(external_id) = &appointment.external_id else { continue };
        let was_linked = sync.linked.get(&appointment.id) == Some(&appointment.link_rev);
        if !was_linked || sync.seen.contains(external_id) {
            continue;
        }
        let gone = Change { status: "cancelled".to_owned(), ..absent(external_id) };
        apply_to_own(app, c, calendar, appointment, &gone)?;
    }
    Ok(())
}

fn absent(external_id: &str) -> Change {
    Change {
        external_id: external_id.to_owned(),
        appointment_id: None,
        etag: None,
        status: String::new(),
        title: None,
        notes: None,
        location: None,
        starts_at: None,
        ends_at: None,
        all_day: false,
        busy: false,
        url: None,
        online: OnlineAnswer::default(),
    }
}

fn plugin_of(c: &mut Conn, calendar: &Calendar) -> Result<domain::PluginId> {
    let tenant: &TenantId = &calendar.tenant_id;
    Ok(store::connections::get(c, tenant, &calendar.connection_id)?.plugin_id)
}
