//! Google Calendar on OXPI's calendar port.
//!
//! An appointment becomes an event under an id of our own making, so that creating it twice is
//! creating it once; its Meet link is made by Google and read again while it is pending; what
//! changes in Google comes back page by page, sooner where Google can call. No token is ever seen here: the host places it.

mod api;
mod body;
mod busy;
mod calendars;
mod changes;
mod channels;
mod check;
mod cursor;
mod errors;
mod events;
mod ids;
mod mapping;
mod meet;
mod wire;

use oxpi_kit::calendar::{Appointment, Busy, Calendar, CalendarProvider, Changes, Link};
use oxpi_kit::serde_json::Value;
use oxpi_kit::{ConnectionChecker, Job, JobHandler, Result, Timestamp, Tried};

/// The plugin.
pub struct GoogleCalendar;

impl CalendarProvider for GoogleCalendar {
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

impl JobHandler for GoogleCalendar {
    fn run(job: Job) -> Result<Option<Value>> {
        channels::run(job)
    }
}

impl ConnectionChecker for GoogleCalendar {
    fn check(step: &str) -> Result<Tried> {
        check::step(step)
    }
}

oxpi_kit::plugin!(GoogleCalendar: calendar_provider, connection_checker, job_handler);
