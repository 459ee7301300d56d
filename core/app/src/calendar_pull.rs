//! Brings what changed at a calendar's provider: other people's events as busy times without detail,
//! and for events of our appointments that they have to be looked at.
//!
//! What a page says of an appointment's event may be older than what was written since: the page only
//! tells that something changed, and a job of its own reads the event as it is then.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AppointmentId, CalendarId, Timestamp};
use serde::Deserialize;
use store::Conn;
use store::appointments::{Appointment, Status, SyncState};
use store::busy_blocks::BusyBlock;
use store::calendars::Calendar;
use store::connections::Connection;
use store::jobs::Job;

use crate::calendar_push::look_at;
use crate::error::Result;
use crate::jobs::Outcome;
use crate::{App, calendars, channels, plugins};

/// Pages of one run; a calendar with more goes on in the next.
const PAGES_MAX: usize = 50;
/// Pages of a full sync, which begins anew when it is interrupted.
const PAGES_FULL_MAX: usize = 1_000;
/// An event that is over for longer need not be in a full sync.
const DAYS_BACK: i64 = 30;

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
    starts_at: Option<String>,
    #[serde(default)]
    ends_at: Option<String>,
    #[serde(default)]
    all_day: bool,
    #[serde(default = "yes")]
    busy: bool,
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
    write_again(app, &calendar, &connection).await?;
    channels::tend(app, &calendar, &connection).await?;
    Ok(Outcome::Done)
}

/// The provider answers: what could not be written before, however long ago that was given up, is tried
/// again. What it refused is left to people.
async fn write_again(app: &App, calendar: &Calendar, connection: &Connection) -> Result<()> {
    let (tenant, id) = (calendar.tenant_id.clone(), calendar.id.clone());
    let list = move |c: &mut Conn| store::event_copies::list_failing(c, &tenant, &id);
    let mut failing = app.db.inspect(list).await?;
    failing.retain(|each| {
        let is_refused = each.sync_problem.as_deref() == Some("error-provider-rejected");
        each.sync_state == SyncState::Failed && !is_refused
    });
    if failing.is_empty() {
        return Ok(());
    }
    let (app2, connection) = (app.clone(), connection.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let means = app2.means();
            for each in &failing {
                let job = look_at(means, each, &connection, Some("again"), false);
                store::jobs::enqueue(c, &job, means.now())?;
            }
            Ok(())
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

async fn pull(app: &App, calendar: &Calendar, connection: &Connection) -> Result<()> {
    let mut cursor = calendar.cursor.clone();
    let mut full = match cursor {
        Some(_) => None,
        None => Some(FullSync::begin(app, calendar).await?),
    };
    for page in 0..PAGES_FULL_MAX {
        if full.is_none() && page >= PAGES_MAX {
            break;
        }
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
        full = apply_page(app, calendar, connection, page, full).await?;
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
}

impl FullSync {
    async fn begin(app: &App, calendar: &Calendar) -> Result<Self> {
        let (tenant, id) = (calendar.tenant_id.clone(), calendar.id.clone());
        let linked =
            app.db.inspect(move |c| store::appointments::list_linked(c, &tenant, &id)).await?;
        let linked = linked.into_iter().map(|a| (a.id, a.link_rev)).collect();
        Ok(Self { linked, seen: BTreeSet::new() })
    }
}

async fn apply_page(
    app: &App,
    calendar: &Calendar,
    connection: &Connection,
    page: Changes,
    full: Option<FullSync>,
) -> Result<Option<FullSync>> {
    let (app2, calendar, connection) = (app.clone(), calendar.clone(), connection.clone());
    let done = app
        .db
        .transact(move |c| -> Result<Option<FullSync>> {
            let mut full = full;
            for change in &page.events {
                if let Some(sync) = &mut full {
                    sync.seen.insert(change.external_id.clone());
                }
                apply(&app2, c, &calendar, &connection, change)?;
            }
            if page.more && full.is_some() {
                return Ok(full);
            }
            if let Some(sync) = full.take() {
                // Until now what was known stood, so that no time was free that isn't.
                let (tenant, id) = (&calendar.tenant_id, &calendar.id);
                store::busy_blocks::delete_others(c, tenant, id, &sync.seen)?;
                look_at_unseen(&app2, c, &calendar, &connection, &sync)?;
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

fn apply(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    connection: &Connection,
    change: &Change,
) -> Result<()> {
    match find_own(c, calendar, change)? {
        Some(own) if is_known(&own, change) => Ok(()),
        Some(own) => {
            let (means, is_gone) = (app.means(), change.status == "cancelled");
            let job = look_at(means, &own, connection, change.etag.as_deref(), is_gone);
            store::jobs::enqueue(c, &job, means.now())?;
            Ok(())
        }
        None => apply_to_busy(c, calendar, change),
    }
}

/// Whether a change only tells what we did ourselves, or know already.
fn is_known(own: &Appointment, change: &Change) -> bool {
    if change.status == "cancelled" {
        own.status == Status::Cancelled && own.sync_state == SyncState::Synced
    } else {
        change.etag.is_some() && change.etag == own.etag
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
/// the provider, or lies too far back; looking tells.
fn look_at_unseen(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    connection: &Connection,
    sync: &FullSync,
) -> Result<()> {
    let means = app.means();
    let since = means.now().plus_secs(-DAYS_BACK * 24 * 3_600);
    for own in store::appointments::list_linked(c, &calendar.tenant_id, &calendar.id)? {
        let Some(external_id) = &own.external_id else { continue };
        let was_linked = sync.linked.get(&own.id) == Some(&own.link_rev);
        if !was_linked || sync.seen.contains(external_id) || own.ends_at < since {
            continue;
        }
        store::jobs::enqueue(c, &look_at(means, &own, connection, None, true), means.now())?;
    }
    Ok(())
}
