//! Calendars on CalDAV servers (RFC 4791), on OXPI's calendar port.
//!
//! A person names the server, a user name and a password; which calendars there are is found from there
//! (RFC 6764). An appointment becomes an object under a name that follows from its id, so that creating it
//! twice is creating it once, and is written with the tag that was seen. What changes there comes back by
//! sync tokens (RFC 6578), or by the tag of the whole calendar where a server has none. The password is
//! never seen here: the host places it, in requests to that server only.

mod body;
mod busy;
mod calendars;
mod changes;
mod check;
mod cursor;
mod dav;
mod discovery;
mod errors;
mod events;
mod ical;
mod mapping;
mod multistatus;
mod path;
mod query;
mod xml;

use oxpi_kit::calendar::{Appointment, Busy, Calendar, CalendarProvider, Changes, Link};
use oxpi_kit::{AccountChecker, Checked, ConnectionChecker, Login, Result, Timestamp, Tried};

/// The plugin.
pub struct CalDav;

impl AccountChecker for CalDav {
    fn check(login: Login) -> Result<Checked> {
        check::check(&login)
    }
}

impl ConnectionChecker for CalDav {
    fn check(step: &str) -> Result<Tried> {
        check::step(step)
    }
}

impl CalendarProvider for CalDav {
    fn calendars() -> Result<Vec<Calendar>> {
        calendars::listed()
    }

    fn put_event(appointment: Appointment) -> Result<Link> {
        events::put(&appointment)
    }

    fn remove_event(appointment: Appointment) -> Result<()> {
        events::remove(&appointment)
    }

    fn event(appointment: Appointment) -> Result<Link> {
        events::read(&appointment)
    }

    fn changes(calendar: &str, since: Option<&str>) -> Result<Changes> {
        changes::page(calendar, since)
    }

    fn busy(calendars: &[String], from: Timestamp, to: Timestamp) -> Result<Vec<Busy>> {
        busy::of(calendars, from, to)
    }
}

oxpi_kit::plugin!(CalDav: account_checker, calendar_provider, connection_checker);
