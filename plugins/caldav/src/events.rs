//! Putting an appointment's object where it belongs, taking it away, reading it again.
//!
//! The object's name follows from the appointment's id, so a crash between the server's answer and ours
//! being stored leaves nothing behind that the next try doesn't find. Writes are bound to the revision
//! that the workspace has seen; an object at another one is a conflict, which the workspace settles after
//! it has read it.

use oxpi_kit::calendar::{Appointment, Link, Online};
use oxpi_kit::{Problem, Result, env, t};

use crate::body;
use crate::dav::{Reply, Server};
use crate::errors::conflict;
use crate::ical::Document;
use crate::mapping::{content_of, instants};
use crate::multistatus;
use crate::path::member;
use crate::xml::{CALDAV, DAV, read as read_xml};

/// An object as the server has it.
struct There {
    path: String,
    etag: String,
    document: Document,
}

/// Creates the appointment's object, or makes it what the appointment says.
pub fn put(appointment: &Appointment) -> Result<Link> {
    let server = Server::current()?;
    if let Some(known) = &appointment.external_id
        && let Some(there) = find(&server, &server.own(known)?)?
    {
        return write(&server, appointment, there);
    }
    // There is none, or no longer.
    let path = own_path(&server, appointment)?;
    let document = body::created(appointment, env::now());
    let reply = server.put(&path, None, &document.to_text())?;
    if reply.is_success() {
        return written(&server, path, &reply, document);
    }
    let taken = match (reply.status, doubled(&server, &reply)) {
        (_, Some(other)) => other,
        (412, None) => path,
        _ => return Err(reply.problem()),
    };
    // Ours from a try that was cut short.
    match find(&server, &taken)? {
        Some(there) if is_of(&there, appointment) => {
            let own = Appointment { etag: None, ..appointment.clone() };
            write(&server, &own, there)
        }
        Some(_) => Err(Problem::rejected(t!("error-foreign")).with_detail("412 foreign")),
        None => Err(conflict().with_detail("there and gone")),
    }
}

/// Deletes the object if it is as the workspace knows it; one that is not there is what was wanted.
pub fn remove(appointment: &Appointment) -> Result<()> {
    let server = Server::current()?;
    let path = path_of(&server, appointment)?;
    let reply = server.delete(&path, appointment.etag.as_deref())?;
    if reply.is_success() || reply.is_gone() {
        return Ok(());
    }
    // Some servers say this of one that is not there, too.
    if reply.status == 412 && find(&server, &path)?.is_none() {
        return Ok(());
    }
    Err(reply.problem())
}

/// Reads the object and what it says.
pub fn read(appointment: &Appointment) -> Result<Link> {
    let server = Server::current()?;
    let path = path_of(&server, appointment)?;
    match find(&server, &path)? {
        // Under a name of ours that was never told to us, it may be a stranger's.
        Some(there) if appointment.external_id.is_none() && !is_of(&there, appointment) => {
            Err(Problem::rejected(t!("error-foreign")).with_detail("foreign"))
        }
        Some(there) => Ok(link_of(&there)),
        None => Err(Problem::not_found(t!("error-not-found"))),
    }
}

/// Writes what differs from the object that was read, if that is the one the workspace has seen.
fn write(server: &Server, appointment: &Appointment, there: There) -> Result<Link> {
    let (now, zone) = (env::now(), env::time_zone());
    let content = content_of(&there.document, &zone, &instants).ok_or_else(unreadable)?;
    let wanted = |of: &Appointment| body::changed(of, &there.document, &content, now, &instants);
    let changed = wanted(appointment);
    // Nothing to write says nothing of what was changed there.
    let says_the_same = || wanted(&Appointment { seen: None, ..appointment.clone() }).is_none();
    let is_as_seen = appointment.etag.as_deref() == Some(there.etag.as_str());
    if !is_as_seen && (changed.is_some() || !says_the_same()) {
        return Err(conflict().with_detail("at another revision"));
    }
    let Some(document) = changed else { return Ok(link_of(&there)) };
    let reply = server.put(&there.path, Some(&there.etag), &document.to_text())?;
    if reply.is_success() {
        return written(server, there.path, &reply, document);
    }
    match reply.status {
        404 | 410 | 412 => Err(conflict().with_detail("changed while it was written")),
        _ => Err(reply.problem()),
    }
}

/// A server that gives no tag has put it another way than it was sent (RFC 4791, 5.3.4): it is read then.
fn written(server: &Server, path: String, reply: &Reply, document: Document) -> Result<Link> {
    match &reply.etag {
        Some(etag) => Ok(link_of(&There { path, etag: etag.clone(), document })),
        None => {
            let there = find(server, &path)?;
            Ok(link_of(&there.ok_or_else(|| conflict().with_detail("written and gone"))?))
        }
    }
}

fn find(server: &Server, path: &str) -> Result<Option<There>> {
    let reply = server.get(path)?;
    if reply.is_gone() {
        return Ok(None);
    }
    if !reply.is_success() {
        return Err(reply.problem());
    }
    let document = Document::parse(&reply.body).ok_or_else(unreadable)?;
    let etag = match reply.etag {
        Some(etag) => etag,
        None => tag_of(server, path)?,
    };
    Ok(Some(There { path: path.to_owned(), etag, document }))
}

fn tag_of(server: &Server, path: &str) -> Result<String> {
    let reply = server.propfind(path, "0", "<d:getetag/>")?;
    let found = server.resources(&reply)?.resources.into_iter().next();
    let etag = found.and_then(|found| found.text(DAV, "getetag").map(str::to_owned));
    etag.ok_or_else(|| Problem::unavailable(t!("error-unavailable")).with_detail("no etag"))
}

fn path_of(server: &Server, appointment: &Appointment) -> Result<String> {
    match &appointment.external_id {
        Some(known) => server.own(known),
        None => own_path(server, appointment),
    }
}

fn own_path(server: &Server, appointment: &Appointment) -> Result<String> {
    let calendar = server.own(&appointment.calendar)?;
    let path = member(&calendar, &format!("{}.ics", appointment.id));
    path.ok_or_else(|| Problem::invalid("the appointment's id is no name"))
}

/// Where an object of the same identity is already (RFC 4791, 5.3.2.1, `no-uid-conflict`).
fn doubled(server: &Server, reply: &Reply) -> Option<String> {
    if !multistatus::names(&reply.body, CALDAV, "no-uid-conflict") {
        return None;
    }
    let error = read_xml(&reply.body)?;
    server.path(error.child(CALDAV, "no-uid-conflict")?.text_of(DAV, "href")?)
}

fn is_of(there: &There, appointment: &Appointment) -> bool {
    let event = there.document.main_event();
    let uid = event.and_then(|event| {
        there.document.property(&event, "UID").map(|uid| uid.value.trim().to_owned())
    });
    uid.as_deref() == Some(appointment.id.as_str())
}

fn link_of(there: &There) -> Link {
    Link {
        external_id: there.path.clone(),
        etag: there.etag.clone(),
        url: None,
        // No server of this kind makes meetings.
        online: Online::default(),
        event: content_of(&there.document, &env::time_zone(), &instants),
    }
}

fn unreadable() -> Problem {
    Problem::unavailable(t!("error-unavailable")).with_detail("no calendar object")
}
