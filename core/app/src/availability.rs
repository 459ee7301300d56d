//! Whether a time is free: looked at in the very transaction that books it, so that of two who want
//! the same time at once one gets it and the other hears of it.

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

/// Refuses a time at which the calendar has something already, or the person an appointment. `own`
/// are the appointments that are being moved.
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
    let mut by = Vec::new();
    for each in store::appointments::list_between(c, tenant, from, to)? {
        let stands = each.status == Status::Booked && !own.contains(&each.id);
        if stands && overlaps(each.starts_at, each.ends_at) && concerns(input, &each) {
            by.push(Taken {
                starts_at: each.starts_at,
                ends_at: each.ends_at,
                all_day: false,
                by: TakenBy::Appointment { id: each.id, title: each.title, person: each.person_id },
            });
        }
    }
    if let Some(calendar) = &input.calendar {
        by.extend(busy(c, tenant, calendar, from, to)?);
    }
    by.sort_by_key(|taken| (taken.starts_at, taken.ends_at));
    by.truncate(TAKEN_MAX);
    Ok(by)
}

/// What is kept here only is of one calendar too: the business's own.
fn concerns(input: &AppointmentInput, other: &Appointment) -> bool {
    input.calendar == other.calendar_id || input.person.is_some() && input.person == other.person_id
}

fn busy(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Taken>> {
    let mut blocks = store::busy_blocks::list_between(c, tenant, from, to)?;
    blocks.retain(|block| block.calendar_id == *calendar);
    if blocks.is_empty() {
        return Ok(Vec::new());
    }
    let name = store::calendars::get(c, tenant, calendar)?.name;
    let taken = blocks.into_iter().map(|block| Taken {
        starts_at: block.starts_at,
        ends_at: block.ends_at,
        all_day: block.all_day,
        by: TakenBy::Busy { calendar: name.clone(), title: block.title },
    });
    Ok(taken.collect())
}
