//! What a full sync did not see: events of our appointments that were there before, or were left there
//! when the calendar was let go of.
//!
//! One that is gone was deleted at the provider, and its appointment is cancelled. But a server that was
//! set up anew, or lost what it had, shows an empty calendar and nobody wished for anything: where most
//! events are missing at once, nothing is done until somebody says which it was.

use serde_json::json;
use store::Conn;
use store::appointments::{Appointment, Status};
use store::calendars::{Calendar, MissingAnswer};
use store::connections::Connection;
use store::event_places::Place;

use super::FullSync;
use crate::audit::{self, Act, Who};
use crate::calendar_push::look_at;
use crate::error::Result;
use crate::event_merge::{Content, Copy};
use crate::{App, notifications};

/// An event that is over for longer need not be in a full sync.
const DAYS_BACK: i64 = 30;
/// As many that are missing, and more than half of all, are nobody's wish before somebody says so.
const MANY: usize = 3;

/// An appointment whose event was expected and not seen.
struct Missing {
    of: Appointment,
    /// Its event, where the appointment is still without a calendar.
    left: Option<String>,
}

/// Settles what a full sync did not see; answers whether it has to wait for somebody's word.
pub(super) fn settle(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    connection: &Connection,
    sync: &FullSync,
) -> Result<bool> {
    let tenant = &calendar.tenant_id;
    // What was answered meanwhile is in the row only.
    let now = store::calendars::get(c, tenant, &calendar.id)?;
    let (missing, expected) = find(app, c, calendar, connection, sync)?;
    let now_at = app.clock.now();
    let ahead = missing.iter().filter(|each| each.of.ends_at > now_at).count();
    let is_much = ahead >= MANY && ahead * 2 > expected;
    if is_much && now.missing_answer.is_none() {
        hold(app, c, &now, missing.len())?;
        return Ok(true);
    }
    let settling = Settling { app, calendar, connection };
    for each in &missing {
        match now.missing_answer {
            Some(MissingAnswer::Restore) => settling.make_anew(c, each)?,
            Some(MissingAnswer::Cancel) | None => settling.look(c, each)?,
        }
    }
    release(app, c, &now, connection)?;
    Ok(false)
}

/// Settles that these appointments' events were told to be deleted; answers false where that is most of
/// them at once: then nothing was done, and the calendar is to be read as a whole.
pub(super) fn settle_told(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    connection: &Connection,
    gone: &[Appointment],
) -> Result<bool> {
    let since = app.clock.now();
    let is_ahead = |of: &&Appointment| of.status == Status::Booked && of.ends_at > since;
    let count = gone.iter().filter(is_ahead).count();
    if count >= MANY {
        let linked = store::appointments::list_linked(c, &calendar.tenant_id, &calendar.id)?;
        if count * 2 > linked.iter().filter(is_ahead).count() {
            return Ok(false);
        }
    }
    let settling = Settling { app, calendar, connection };
    gone.iter().try_for_each(|of| settling.enqueue(c, of, true))?;
    Ok(true)
}

/// What is missing, and how many events of appointments to come were expected. Past ones are put back where they were.
fn find(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    connection: &Connection,
    sync: &FullSync,
) -> Result<(Vec<Missing>, usize)> {
    let (tenant, mut missing, mut expected) = (&calendar.tenant_id, Vec::new(), 0);
    let now = app.clock.now();
    let since = now.plus_secs(-DAYS_BACK * 24 * 3_600);
    for of in store::appointments::list_linked(c, tenant, &calendar.id)? {
        let Some(external_id) = &of.external_id else { continue };
        let was_linked = sync.linked.get(&of.id) == Some(&of.link_rev);
        if of.ends_at < since {
            continue;
        }
        expected += usize::from(of.ends_at > now);
        if was_linked && !sync.seen.contains(external_id) {
            missing.push(Missing { of, left: None });
        }
    }
    for (of, event) in store::event_places::list_left(c, tenant, place(calendar, connection))? {
        if sync.seen.contains(&event) || of.status != Status::Booked {
            continue;
        }
        if event.is_empty() {
            // It was on its way here when the calendar was let go of: nothing of it can be missing.
            send(app, c, calendar, connection, &of)?;
            continue;
        }
        if of.ends_at < since {
            // Too long ago to be read: it is where it was, as far as anybody can tell.
            store::appointments::relink_as_it_was(
                c,
                tenant,
                &of.id,
                &calendar.id,
                &event,
                of.link_rev,
            )?;
            continue;
        }
        expected += usize::from(of.ends_at > now);
        missing.push(Missing { of, left: Some(event) });
    }
    Ok((missing, expected))
}

/// Sends an appointment to the calendar that it was on its way to.
fn send(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    connection: &Connection,
    of: &Appointment,
) -> Result<()> {
    let means = app.means();
    store::appointments::send_to(c, &calendar.tenant_id, &of.id, &calendar.id, of.link_rev)?;
    let job = look_at(means, of, connection, Some("anew"), false);
    store::jobs::enqueue(c, &job, means.now())?;
    Ok(())
}

/// A calendar as its provider calls it.
pub(crate) fn place<'a>(calendar: &'a Calendar, connection: &'a Connection) -> Place<'a> {
    Place {
        plugin: &connection.plugin_id,
        account: &connection.account_ref,
        calendar: &calendar.external_id,
    }
}

/// Waits for somebody to say what it means; told once.
fn hold(app: &App, c: &mut Conn, calendar: &Calendar, count: usize) -> Result<()> {
    let tenant = &calendar.tenant_id;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    store::calendars::set_missing(c, tenant, &calendar.id, Some(count))?;
    if calendar.missing.is_some() {
        return Ok(());
    }
    let act = Act {
        action: "calendar.emptied",
        entity: "calendar",
        entity_id: calendar.id.as_str(),
        detail: json!({"name": calendar.name, "missing": count}),
    };
    audit::append(app, c, tenant, &Who::system(), &act)?;
    notifications::calendar_emptied(app, c, calendar)
}

/// Nothing waits any more.
fn release(app: &App, c: &mut Conn, calendar: &Calendar, connection: &Connection) -> Result<()> {
    let tenant = &calendar.tenant_id;
    store::event_places::delete_of_calendar(c, tenant, place(calendar, connection))?;
    if calendar.missing.is_some() {
        store::calendars::set_missing(c, tenant, &calendar.id, None)?;
        notifications::calendar_filled(app, c, calendar)?;
    }
    Ok(())
}

struct Settling<'a> {
    app: &'a App,
    calendar: &'a Calendar,
    connection: &'a Connection,
}

impl Settling<'_> {
    /// Looks whether the event was deleted: then its appointment is cancelled, unless it was changed here
    /// since.
    fn look(&self, c: &mut Conn, missing: &Missing) -> Result<()> {
        let (tenant, of) = (&self.calendar.tenant_id, &missing.of);
        if let Some(event) = &missing.left {
            let copy = Copy::read(store::event_copies::find(c, tenant, &of.id)?)?;
            if copy.is_ahead(&Content::of(of)) {
                return self.make_anew(c, missing);
            }
            let (id, rev) = (&self.calendar.id, of.link_rev);
            store::appointments::relink_as_it_was(c, tenant, &of.id, id, event, rev)?;
        }
        self.enqueue(c, of, true)
    }

    /// Writes the event of an appointment again, as one that was never there.
    fn make_anew(&self, c: &mut Conn, missing: &Missing) -> Result<()> {
        let (tenant, of) = (&self.calendar.tenant_id, &missing.of);
        match &missing.left {
            Some(event) => {
                let (id, rev) = (&self.calendar.id, of.link_rev);
                store::appointments::relink(c, tenant, &of.id, id, event, rev)?;
            }
            None => store::appointments::lose_event(c, tenant, &of.id, of.link_rev)?,
        }
        let mut copy = Copy::read(store::event_copies::find(c, tenant, &of.id)?)?;
        copy.seen = None;
        store::event_copies::put(c, &copy.to_row(of)?)?;
        self.enqueue(c, of, false)
    }

    fn enqueue(&self, c: &mut Conn, of: &Appointment, gone: bool) -> Result<()> {
        let means = self.app.means();
        let why = (!gone).then_some("anew");
        store::jobs::enqueue(c, &look_at(means, of, self.connection, why, gone), means.now())?;
        Ok(())
    }
}
