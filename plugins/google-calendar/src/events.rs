//! Putting an appointment's event where it belongs, taking it away, reading it again.
//!
//! The event's id follows from the appointment's, so a crash between Google's answer and ours being
//! stored leaves nothing behind that the next try doesn't find: it meets its own id (409). Writes are
//! bound to the revision that the workspace has seen; an event at another one is a conflict, which the
//! workspace settles after it has read it.

use oxpi_kit::calendar::{Appointment, Link};
use oxpi_kit::url::Url;
use oxpi_kit::{Problem, Result, t};

use crate::errors::{Cause, Failure, or_problem};
use crate::ids::event_id;
use crate::wire::Event;
use crate::{api, body, mapping, meet};

/// Creates the appointment's event, or makes it what the appointment says.
pub fn put(appointment: &Appointment) -> Result<Link> {
    if appointment.external_id.is_some()
        && let Some(event) = find(appointment)?
    {
        return write(appointment, event);
    }
    // There is none, or no longer.
    match api::post::<Event>(
        writing(api::events(&appointment.calendar)),
        &body::created(appointment),
    )? {
        Ok(event) => link_of(event),
        Err(Failure { cause: Cause::Duplicate, .. }) => adopt(appointment),
        Err(failure) => Err(failure.into_problem()),
    }
}

/// Deletes the event if it is as the workspace knows it; one that is not there is what was wanted.
pub fn remove(appointment: &Appointment) -> Result<()> {
    let url = address(appointment).query("sendUpdates", "all");
    match api::delete(url, appointment.etag.as_deref())? {
        Err(Failure { cause: Cause::Gone, .. }) => Ok(()),
        Err(Failure { cause: Cause::Changed, .. }) => removed_meanwhile(appointment),
        answer => or_problem(answer),
    }
}

/// Another revision than was expected: also that of an event that was deleted since.
fn removed_meanwhile(appointment: &Appointment) -> Result<()> {
    match find(appointment)? {
        Some(event) if !event.is_cancelled() => Err(conflict("changed before it was removed")),
        _ => Ok(()),
    }
}

/// Reads the event and what it says. One that was deleted is still told of, with its revision.
pub fn read(appointment: &Appointment) -> Result<Link> {
    match find(appointment)? {
        // Under an id of ours that was never told to us, it may be a stranger's.
        Some(event) if appointment.external_id.is_none() && !body::is_of(&event, appointment) => {
            Err(foreign())
        }
        Some(event) => link_of(event),
        None => Err(Problem::not_found(t!("error-not-found"))),
    }
}

/// An event under our id is there already: ours from a try that was cut short, or cancelled since.
fn adopt(appointment: &Appointment) -> Result<Link> {
    let own = Appointment { external_id: None, ..appointment.clone() };
    match find(&own)? {
        Some(event) if !body::is_of(&event, appointment) => Err(foreign()),
        Some(event) => write(&own, event),
        None => Err(conflict("there and gone")),
    }
}

/// Writes what differs from the event that was read, if that is the one the workspace has seen.
fn write(appointment: &Appointment, event: Event) -> Result<Link> {
    let is_as_seen = match &appointment.etag {
        Some(seen) => Some(seen) == event.etag.as_ref(),
        // Not known to be there: then it must not be, and one that was deleted comes back.
        None => event.is_cancelled(),
    };
    let wanted = body::changed(appointment, &event);
    // Nothing to write says nothing of what was changed there.
    let is_same = || body::changed(&Appointment { seen: None, ..appointment.clone() }, &event);
    if !is_as_seen && (wanted.is_some() || is_same().is_some()) {
        return Err(conflict("at another revision"));
    }
    let Some(body) = wanted else { return link_of(event) };
    let url = writing(address(appointment));
    match api::patch::<Event>(url, event.etag.as_deref(), &body)? {
        Ok(event) => link_of(event),
        Err(Failure { cause: Cause::Changed | Cause::Gone, .. }) => {
            Err(conflict("changed while it was written"))
        }
        Err(failure) => Err(failure.into_problem()),
    }
}

fn find(appointment: &Appointment) -> Result<Option<Event>> {
    match api::get(address(appointment))? {
        Err(Failure { cause: Cause::Gone, .. }) => Ok(None),
        answer => or_problem(answer).map(Some),
    }
}

fn address(appointment: &Appointment) -> Url {
    let own = event_id(&appointment.id);
    api::event(&appointment.calendar, appointment.external_id.as_deref().unwrap_or(&own))
}

/// Version 1 lets `conferenceData` through; guests hear of what concerns them.
fn writing(url: Url) -> Url {
    url.query("conferenceDataVersion", "1").query("sendUpdates", "all")
}

fn link_of(event: Event) -> Result<Link> {
    let online = meet::online(&event);
    let content = mapping::content_of(&event);
    let unexpected = || Problem::unavailable(t!("error-unavailable")).with_detail("no id or etag");
    Ok(Link {
        external_id: event.id.ok_or_else(unexpected)?,
        etag: event.etag.ok_or_else(unexpected)?,
        url: event.html_link.filter(|url| url.starts_with("https://")),
        online,
        event: Some(content),
    })
}

fn foreign() -> Problem {
    Problem::rejected(t!("error-foreign")).with_detail("409 foreign")
}

fn conflict(detail: &str) -> Problem {
    Problem::conflict(t!("error-conflict")).with_detail(detail)
}
