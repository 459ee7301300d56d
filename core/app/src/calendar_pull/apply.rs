//! Writes a page of changes down, in one transaction.

use std::collections::BTreeSet;

use domain::{AppointmentId, Timestamp};
use store::Conn;
use store::appointments::{Appointment, Status, SyncState};
use store::busy_blocks::BusyBlock;
use store::calendars::{Calendar, Detail};
use store::connections::Connection;

use super::{Applied, Change, Changes, FullSync, missing};
use crate::App;
use crate::calendar_push::look_at;
use crate::error::Result;

// Most characters of what is shown of events made elsewhere.
const TITLE_MAX: usize = 200;
const LOCATION_MAX: usize = 500;
const NOTES_MAX: usize = 2_000;

/// Writes a page down, if the calendar is still what the pull began with.
pub(super) async fn apply_page(
    app: &App,
    calendar: &Calendar,
    connection: &Connection,
    page: Changes,
    full: Option<FullSync>,
) -> Result<Applied> {
    let (app2, calendar, connection) = (app.clone(), calendar.clone(), connection.clone());
    let done = app
        .db
        .transact(move |c| -> Result<Applied> {
            let mut full = full;
            // Let go of, or to be shown in another detail: the next pull knows of it.
            match store::calendars::lock(c, &calendar.tenant_id, &calendar.id) {
                Ok(now) if now.detail == calendar.detail => {}
                Ok(_) | Err(store::Error::NotFound) => return Ok(Applied::End),
                Err(error) => return Err(error.into()),
            }
            hold(c, &calendar, &connection, &page, full.is_some())?;
            replace_series(c, &calendar, &page)?;
            let mut gone = Vec::new();
            for change in &page.events {
                match &mut full {
                    Some(_) if is_gone(change) => {}
                    Some(sync) => drop(sync.seen.insert(change.external_id.clone())),
                    None => {}
                }
                gone.extend(apply(&app2, c, &calendar, &connection, change)?);
            }
            let now = app2.clock.now();
            let (tenant, id) = (&calendar.tenant_id, &calendar.id);
            if full.is_none() && !missing::settle_told(&app2, c, &calendar, &connection, &gone)? {
                // Too many at once: it is read as a whole, and people are asked.
                store::calendars::set_cursor(c, tenant, id, None, Some(now))?;
                return Ok(Applied::End);
            }
            if page.more && full.is_some() {
                return Ok(Applied::More(full));
            }
            let mut cursor = Some(page.cursor.as_str());
            if let Some(sync) = full.take() {
                // Until now what was known stood, so that no time was free that isn't.
                store::busy_blocks::delete_others(c, tenant, id, &sync.seen)?;
                if missing::settle(&app2, c, &calendar, &connection, &sync)? {
                    // Read as a whole again, until the events are back or somebody says why they aren't.
                    cursor = None;
                }
            }
            store::calendars::set_cursor(c, tenant, id, cursor, Some(now))?;
            Ok(if page.more { Applied::More(None) } else { Applied::End })
        })
        .await?;
    app.wake_jobs();
    Ok(done)
}

/// Holds all appointments that the page may write before the first is: of whoever else changes several of
/// them, neither waits for the other.
fn hold(
    c: &mut Conn,
    calendar: &Calendar,
    connection: &Connection,
    page: &Changes,
    is_full: bool,
) -> Result<()> {
    let tenant = &calendar.tenant_id;
    let events: Vec<String> = page.events.iter().map(|each| each.external_id.clone()).collect();
    let known = store::appointments::list_by_external(c, tenant, &calendar.id, &events)?;
    let named = page
        .events
        .iter()
        .filter_map(|each| each.appointment_id.as_ref()?.parse::<AppointmentId>().ok());
    let mut ids: Vec<AppointmentId> = known.into_iter().map(|own| own.id).chain(named).collect();
    if is_full && !page.more {
        // Whatever wasn't seen is settled with the last page.
        let linked = store::appointments::list_linked(c, tenant, &calendar.id)?;
        ids.extend(linked.into_iter().map(|own| own.id));
        let place = missing::place(calendar, connection);
        let left = store::event_places::list_left(c, tenant, place)?;
        ids.extend(left.into_iter().map(|(own, _)| own.id));
    }
    Ok(store::appointments::lock_many(c, tenant, &ids)?)
}

/// What was told of these series before and isn't any more is gone.
fn replace_series(c: &mut Conn, calendar: &Calendar, page: &Changes) -> Result<()> {
    let told: BTreeSet<&str> = page.events.iter().map(|each| each.external_id.as_str()).collect();
    for series in &page.replaced {
        let (tenant, id) = (&calendar.tenant_id, &calendar.id);
        store::busy_blocks::delete_of_series(c, tenant, id, series, &told)?;
    }
    Ok(())
}

fn is_gone(change: &Change) -> bool {
    change.status == "cancelled"
}

/// Writes one change down; answers an appointment whose event is gone.
fn apply(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    connection: &Connection,
    change: &Change,
) -> Result<Option<Appointment>> {
    match find_own(c, calendar, change)? {
        Some(own) if is_known(&own, change) => Ok(None),
        Some(own) if is_gone(change) => Ok(Some(own)),
        Some(own) => {
            if own.calendar_id.as_ref() != Some(&calendar.id) {
                take_back(c, calendar, &own, change)?;
            }
            let means = app.means();
            let job = look_at(means, &own, connection, change.etag.as_deref(), false);
            store::jobs::enqueue(c, &job, means.now())?;
            Ok(None)
        }
        None => {
            apply_to_busy(c, calendar, change)?;
            Ok(None)
        }
    }
}

/// The calendar of an appointment's event was let go of and is used again, or the event was moved to this
/// one: they belong together again.
fn take_back(c: &mut Conn, calendar: &Calendar, own: &Appointment, change: &Change) -> Result<()> {
    let (tenant, event) = (&calendar.tenant_id, &change.external_id);
    store::busy_blocks::delete(c, tenant, &calendar.id, event)?;
    let link_rev = own.link_rev;
    Ok(store::appointments::relink(c, tenant, &own.id, &calendar.id, event, link_rev)?)
}

/// Whether a change only tells what we did ourselves, or know already.
fn is_known(own: &Appointment, change: &Change) -> bool {
    if is_gone(change) {
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
    let belongs = |own: &Appointment| match (&own.calendar_id, &own.external_id) {
        (Some(id), None) => *id == calendar.id,
        // The very event, moved here from another calendar. A copy of it carries our id too, but has one
        // of its own, and is somebody's own event.
        (Some(_), Some(event)) => *event == change.external_id && !is_gone(change),
        // Nothing comes back by being deleted.
        (None, event) => event.is_none() && !is_gone(change),
    };
    Ok(found.filter(belongs))
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
                title: shown(calendar, Detail::Title, &change.title, TITLE_MAX),
                location: shown(calendar, Detail::All, &change.location, LOCATION_MAX),
                notes: shown(calendar, Detail::All, &change.notes, NOTES_MAX),
                series: change.series.clone().unwrap_or_default(),
            };
            Ok(store::busy_blocks::upsert(c, &block)?)
        }
        _ => Ok(store::busy_blocks::delete(c, tenant, &calendar.id, &change.external_id)?),
    }
}

/// What the calendar's setting lets through.
fn shown(calendar: &Calendar, from: Detail, text: &Option<String>, most: usize) -> String {
    let shows = calendar.detail == Detail::All || calendar.detail == from;
    let text = text.as_deref().filter(|_| shows).unwrap_or_default();
    text.trim().chars().take(most).collect()
}
