//! Putting an appointment's event where it belongs, taking it away, reading it again.
//!
//! The event's id follows from the appointment's, so a crash between Google's answer and ours being
//! stored leaves nothing behind that the next try doesn't find: it meets its own id (409) and goes on
//! from there. Writes carry the etag of what was read; whoever writes last wins, for now.

use oxpi_kit::calendar::{Appointment, Link};
use oxpi_kit::url::Url;
use oxpi_kit::{Problem, Result, t};

use crate::errors::{Cause, Failure, or_problem};
use crate::ids::event_id;
use crate::wire::Event;
use crate::{api, body, meet};

/// How often an event that keeps changing under our hands is read and written again in one call.
const TRIES: usize = 4;

/// Creates the appointment's event, or makes it what the appointment says.
pub fn put(appointment: &Appointment) -> Result<Link> {
    if appointment.external_id.is_some()
        && let Some(link) = change(appointment)?
    {
        return Ok(link);
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

/// Deletes the event; one that is not there is what was wanted.
pub fn remove(appointment: &Appointment) -> Result<()> {
    let url = address(appointment).query("sendUpdates", "all");
    match api::delete(url)? {
        Err(Failure { cause: Cause::Gone, .. }) => Ok(()),
        answer => or_problem(answer),
    }
}

/// Reads the event again.
pub fn read(appointment: &Appointment) -> Result<Link> {
    match find(appointment)? {
        Some(event) if !event.is_cancelled() => link_of(event),
        _ => Err(Problem::not_found(t!("error-not-found"))),
    }
}

/// An event under our id is there already: ours from a try that was cut short, or cancelled since.
fn adopt(appointment: &Appointment) -> Result<Link> {
    let own = Appointment { external_id: None, ..appointment.clone() };
    match find(&own)? {
        Some(event) if !body::is_of(&event, appointment) => {
            Err(Problem::rejected(t!("error-foreign")).with_detail("409 foreign"))
        }
        Some(event) => match write(&own, event)? {
            Some(link) => Ok(link),
            None => change(&own)?.ok_or_else(conflict),
        },
        None => Err(conflict()),
    }
}

/// Reads the event and writes what differs, again while it changes meanwhile; None when it is gone.
fn change(appointment: &Appointment) -> Result<Option<Link>> {
    for _ in 0..TRIES {
        let Some(event) = find(appointment)? else { return Ok(None) };
        if let Some(link) = write(appointment, event)? {
            return Ok(Some(link));
        }
    }
    Err(conflict())
}

/// Writes what differs from the event that was read; None when it has changed since.
fn write(appointment: &Appointment, event: Event) -> Result<Option<Link>> {
    let Some(body) = body::changed(appointment, &event) else { return link_of(event).map(Some) };
    let url = writing(address(appointment));
    match api::patch::<Event>(url, event.etag.as_deref(), &body)? {
        Ok(event) => link_of(event).map(Some),
        Err(Failure { cause: Cause::Changed | Cause::Gone, .. }) => Ok(None),
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
    let unexpected = || Problem::unavailable(t!("error-unavailable")).with_detail("no id or etag");
    Ok(Link {
        external_id: event.id.ok_or_else(unexpected)?,
        etag: event.etag.ok_or_else(unexpected)?,
        url: event.html_link.filter(|url| url.starts_with("https://")),
        online,
    })
}

fn conflict() -> Problem {
    Problem::conflict(t!("error-conflict")).with_detail("the event kept changing")
}
