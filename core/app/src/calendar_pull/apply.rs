//! Writes a page of changes down, in one transaction.

use std::collections::BTreeSet;

use domain::{AppointmentId, Timestamp};
use store::Conn;
use store::appointments::{Appointment, Status, SyncState};
use store::busy_blocks::BusyBlock;
use store::calendars::{Calendar, Detail};
use store::connections::Connection;

use super::{Applied, Change, Changes, FullSync};
use crate::App;
use crate::calendar_push::look_at;
use crate::error::Result;

/// An event that is over for longer need not be in a full sync.
const DAYS_BACK: i64 = 30;

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
            replace_series(c, &calendar, &page)?;
            for change in &page.events {
                if let Some(sync) = &mut full {
                    sync.seen.insert(change.external_id.clone());
                }
                apply(&app2, c, &calendar, &connection, change)?;
            }
            if page.more && full.is_some() {
                return Ok(Applied::More(full));
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
            Ok(if page.more { Applied::More(None) } else { Applied::End })
        })
        .await?;
    app.wake_jobs();
    Ok(done)
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
            if own.calendar_id.is_none() {
                take_back(c, calendar, &own, change)?;
            }
            let (means, is_gone) = (app.means(), change.status == "cancelled");
            let job = look_at(means, &own, connection, change.etag.as_deref(), is_gone);
            store::jobs::enqueue(c, &job, means.now())?;
            Ok(())
        }
        None => apply_to_busy(c, calendar, change),
    }
}

/// The calendar of an appointment's event was let go of and is used again: they belong together again.
fn take_back(c: &mut Conn, calendar: &Calendar, own: &Appointment, change: &Change) -> Result<()> {
    let (tenant, event) = (&calendar.tenant_id, &change.external_id);
    store::busy_blocks::delete(c, tenant, &calendar.id, event)?;
    let link_rev = own.link_rev;
    Ok(store::appointments::relink(c, tenant, &own.id, &calendar.id, event, link_rev)?)
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
    let belongs = |own: &Appointment| match &own.calendar_id {
        Some(id) => *id == calendar.id,
        // Nothing comes back by being deleted.
        None => change.status != "cancelled",
    };
    // A copy of our event made at the provider carries our id too, but is somebody's own event.
    Ok(found.filter(|own| own.external_id.is_none() && belongs(own)))
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
