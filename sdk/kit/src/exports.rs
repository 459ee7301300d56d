//! Between the generated exports and the traits: text to types on the way in, back on the way out.

use core::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::{
    account_checker, calendar_provider, connection_checker, event_handler, job_handler, lifecycle,
    view_provider, webhook_handler,
};
use crate::calendar::{BusyList, CalendarList, CalendarProvider};
use crate::hooks::{
    AccountChecker, ConnectionChecker, Delivery, Event, EventHandler, Job, JobHandler, Lifecycle,
    ViewProvider, WebhookHandler, shape_problem,
};
use crate::json::parse;
use crate::problem::{Problem, Result};
use crate::time::Timestamp;

/// Carries a plugin's type into the generated exports.
pub struct Adapter<T>(PhantomData<T>);

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    parse(text.as_bytes()).map_err(|error| shape_problem(&error))
}

fn write(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

impl<T: Lifecycle> lifecycle::exports::oxpi::plugin::lifecycle::Guest for Adapter<T> {
    fn validate(settings: String) -> core::result::Result<(), Vec<(String, String)>> {
        let settings = parse(settings.as_bytes()).unwrap_or_default();
        T::validate(settings).map_err(|problems| {
            problems.into_iter().map(|problem| (problem.setting, problem.text_key)).collect()
        })
    }

    fn migrate(from_version: String) -> Result<()> {
        T::migrate(&from_version)
    }
}

impl<T: JobHandler> job_handler::exports::oxpi::plugin::job_handler::Guest for Adapter<T> {
    fn run(handler: String, payload: String, attempt: u32) -> Result<Option<String>> {
        let job = Job { handler, payload: read(&payload)?, attempt };
        T::run(job)?.map(|answer| write(&answer)).transpose()
    }
}

impl<T: WebhookHandler> webhook_handler::exports::oxpi::plugin::webhook_handler::Guest
    for Adapter<T>
{
    fn accounts(
        route: String,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Result<Vec<String>> {
        T::accounts(&Delivery { route, id: String::new(), headers, body })
    }

    fn handle(
        route: String,
        id: String,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Result<()> {
        T::handle(Delivery { route, id, headers, body })
    }
}

impl<T: EventHandler> event_handler::exports::oxpi::plugin::event_handler::Guest for Adapter<T> {
    fn on_event(topic: String, id: String, payload: String) -> Result<()> {
        T::on_event(Event { topic, id, payload: read(&payload)? })
    }
}

impl<T: ViewProvider> view_provider::exports::oxpi::plugin::view_provider::Guest for Adapter<T> {
    fn render(view: String, input: String) -> Result<String> {
        write(&T::render_document(&view, read(&input)?)?)
    }

    fn act(view: String, action: String, input: String) -> Result<String> {
        write(&T::act(&view, &action, read(&input)?)?)
    }
}

impl<T: AccountChecker> account_checker::exports::oxpi::plugin::account_checker::Guest
    for Adapter<T>
{
    fn check(login: String) -> Result<String> {
        write(&T::check(read(&login)?)?)
    }
}

impl<T: ConnectionChecker> connection_checker::exports::oxpi::plugin::connection_checker::Guest
    for Adapter<T>
{
    fn check(step: String) -> Result<String> {
        write(&T::check(&step)?)
    }
}

impl<T: CalendarProvider> calendar_provider::exports::oxpi::plugin::calendar_provider::Guest
    for Adapter<T>
{
    fn calendars() -> Result<String> {
        write(&CalendarList { calendars: T::calendars()? })
    }

    fn put_event(appointment: String) -> Result<String> {
        write(&T::put_event(read(&appointment)?)?)
    }

    fn remove_event(appointment: String) -> Result<()> {
        T::remove_event(read(&appointment)?)
    }

    fn event(appointment: String) -> Result<String> {
        write(&T::event(read(&appointment)?)?)
    }

    fn changes(calendar: String, since: Option<String>) -> Result<String> {
        write(&T::changes(&calendar, since.as_deref())?)
    }

    fn busy(calendars: String, from_ms: u64, to_ms: u64) -> Result<String> {
        let calendars: Vec<String> = read(&calendars)?;
        write(&BusyList { busy: T::busy(&calendars, instant(from_ms)?, instant(to_ms)?)? })
    }
}

fn instant(millis: u64) -> Result<Timestamp> {
    let millis = i64::try_from(millis).map_err(|_| Problem::invalid("a time out of range"))?;
    Ok(Timestamp::from_millis(millis))
}
