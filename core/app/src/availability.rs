//! Whether a time is free: looked at in the very transaction that books it, so that of two who want
//! the same time at once one gets it and the other hears of it.

use std::collections::BTreeMap;

use domain::{AppointmentId, CalendarId, PersonId, TenantId, Timestamp};
use store::Conn;
use store::appointments::{Appointment, Status};

use crate::appointments::AppointmentInput;
use crate::context::Context;
use crate::error::{Error, Result};

/// What takes a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenBy {
    /// An appointment of ours.
    Appointment {
        /// Which.
        id: AppointmentId,
        /// What it is.
        title: String,
        /// Whom it is with.
        person: Option<PersonId>,
    },
    /// Something else in the calendar.
    Busy {
        /// The calendar's name.
        calendar: String,
        /// What it is; empty where that isn't shown.
        title: String,
    },
}

/// A time that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// From.
    pub starts_at: Timestamp,
    /// To, not included.
    pub ends_at: Timestamp,
    /// Whether it is about days.
    pub all_day: bool,
    /// By what.
    pub by: TakenBy,
}

/// Most that is told of at once.
pub(crate) const TAKEN_MAX: usize = 5;

/// Refuses a time at which the calendar has something already, another of the same account that takes
/// its time too, or the person an appointment. `own` are the appointments that are being moved.
///
/// # Errors
/// [`Error::Taken`].
pub(crate) fn require_free(
    c: &mut Conn,
    ctx: &Context,
    input: &AppointmentInput,
    own: &[AppointmentId],
) -> Result<()> {
    // Two that look at the same moment would both find it free.
    store::tenants::lock(c, &ctx.tenant)?;
    let by = list_taken(c, &ctx.tenant, input, own)?;
    if by.is_empty() { Ok(()) } else { Err(Error::Taken { by }) }
}

/// What the calendar has at a time already, or the person, soonest first; the first few.
pub(crate) fn list_taken(
    c: &mut Conn,
    tenant: &TenantId,
    input: &AppointmentInput,
    own: &[AppointmentId],
) -> Result<Vec<Taken>> {
    let (from, to) = (input.starts_at, input.ends_at);
    let overlaps = |starts_at: Timestamp, ends_at: Timestamp| starts_at < to && ends_at > from;
    let calendars = shared(c, tenant, input.calendar.as_ref())?;
    let mut by = Vec::new();
    for each in store::appointments::list_between(c, tenant, from, to)? {
        let stands = each.status == Status::Booked && !own.contains(&each.id);
        if stands && overlaps(each.starts_at, each.ends_at) && concerns(input, &calendars, &each) {
            by.push(Taken {
                starts_at: each.starts_at,
                ends_at: each.ends_at,
                all_day: false,
                by: TakenBy::Appointment { id: each.id, title: each.title, person: each.person_id },
            });
        }
    }
    if !calendars.is_empty() {
        by.extend(busy(c, tenant, &calendars, from, to)?);
    }
    by.sort_by_key(|taken| (taken.starts_at, taken.ends_at));
    by.truncate(TAKEN_MAX);
    Ok(by)
}

/// Calendars by their names.
type Names = BTreeMap<CalendarId, String>;

/// The calendars that share their time with this one: itself, and those of its account that block.
/// Whoever has two calendars is in one place only.
fn shared(c: &mut Conn, tenant: &TenantId, calendar: Option<&CalendarId>) -> Result<Names> {
    let Some(id) = calendar else { return Ok(Names::new()) };
    let own = store::calendars::get(c, tenant, id)?;
    let all = store::calendars::list_of_connection(c, tenant, &own.connection_id)?;
    let shares = all.into_iter().filter(|each| each.blocks || each.id == own.id);
    Ok(shares.map(|each| (each.id, each.name)).collect())
}

/// What is kept here only is of one calendar too: the business's own.
fn concerns(input: &AppointmentInput, calendars: &Names, other: &Appointment) -> bool {
    let in_one = match &other.calendar_id {
        Some(id) => calendars.contains_key(id),
        None => input.calendar.is_none(),
    };
    in_one || input.person.is_some() && input.person == other.person_id
}

fn busy(
    c: &mut Conn,
    tenant: &TenantId,
    calendars: &Names,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Taken>> {
    let blocks = store::busy_blocks::list_between(c, tenant, from, to)?;
    let taken = blocks.into_iter().filter_map(|block| {
        let calendar = calendars.get(&block.calendar_id)?.clone();
        Some(Taken {
            starts_at: block.starts_at,
            ends_at: block.ends_at,
            all_day: block.all_day,
            by: TakenBy::Busy { calendar, title: block.title },
        })
    });
    Ok(taken.collect())
}
