//! Brings what changed at a calendar's provider: other people's events as busy times, with as much of
//! them as the calendar's setting shows, and for events of our appointments that they have to be looked
//! at.
//!
//! What a page says of an appointment's event may be older than what was written since: the page only
//! tells that something changed, and a job of its own reads the event as it is then.

mod apply;
mod health;
mod missing;

pub(crate) use missing::place;

use std::collections::{BTreeMap, BTreeSet};

use domain::{AppointmentId, CalendarId};
use serde::Deserialize;
use store::Conn;
use store::calendars::Calendar;
use store::connections::Connection;
use store::jobs::Job;

use crate::calendar_push::try_again;
use crate::error::Result;
use crate::jobs::Outcome;
use crate::{App, calendars, channels, plugins};

/// Pages of one run; a calendar with more goes on in the next.
const PAGES_MAX: usize = 50;
/// Pages of a full sync, which begins anew when it is interrupted.
const PAGES_FULL_MAX: usize = 1_000;

/// The contract's changes document.
#[derive(Debug, Deserialize)]
struct Changes {
    events: Vec<Change>,
    /// Series all of whose times are on this page, if they have any left.
    #[serde(default)]
    replaced: Vec<String>,
    cursor: String,
    #[serde(default)]
    more: bool,
}

/// One event that changed.
#[derive(Debug, Clone, Deserialize)]
struct Change {
    external_id: String,
    #[serde(default)]
    series: Option<String>,
    #[serde(default)]
    appointment_id: Option<String>,
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    notes: Option<String>,
    #[serde(default)]
    starts_at: Option<String>,
    #[serde(default)]
    ends_at: Option<String>,
    #[serde(default)]
    all_day: bool,
    #[serde(default = "yes")]
    busy: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct Payload {
    calendar: CalendarId,
}

/// Runs the job.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let payload: Payload = serde_json::from_value(job.payload_json.0.clone())?;
    let (tenant, id) = (job.tenant_id.clone(), payload.calendar);
    let found = app
        .db
        .inspect(move |c| -> Result<_> {
            let Some(calendar) = store::calendars::find(c, &tenant, &id)? else { return Ok(None) };
            let connection = store::connections::get(c, &tenant, &calendar.connection_id)?;
            Ok(Some((calendar, connection)))
        })
        .await?;
    let Some((calendar, connection)) = found else { return Ok(Outcome::Done) };
    if !crate::connections::is_usable(&connection) {
        return Ok(Outcome::Done);
    }
    if let Err(error) = pull(app, &calendar, &connection).await {
        return health::failed(app, &calendar, &connection, error).await;
    }
    health::worked(app, &calendar).await?;
    write_again(app, &calendar, &connection).await?;
    channels::tend(app, &calendar, &connection).await?;
    Ok(Outcome::Done)
}

/// The provider answers: what could not be written before, however long ago that was given up, is tried
/// again. What it refused is left to people.
async fn write_again(app: &App, calendar: &Calendar, connection: &Connection) -> Result<()> {
    let (tenant, id) = (calendar.tenant_id.clone(), calendar.id.clone());
    let list = move |c: &mut Conn| {
        store::event_copies::list_failing(c, &tenant, &id, "error-provider-rejected")
    };
    let failing = app.db.inspect(list).await?;
    if failing.is_empty() {
        return Ok(());
    }
    let (app2, connection) = (app.clone(), connection.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let means = app2.means();
            for each in &failing {
                try_again(c, means, each, &connection, "again")?;
            }
            Ok(())
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

async fn pull(app: &App, calendar: &Calendar, connection: &Connection) -> Result<()> {
    let mut cursor = calendar.cursor.clone();
    let mut full = match cursor {
        Some(_) => None,
        None => Some(FullSync::begin(app, calendar).await?),
    };
    for page in 0..PAGES_FULL_MAX {
        if full.is_none() && page >= PAGES_MAX {
            break;
        }
        let (plugin, call) = calendars::call_of(app, connection).await?;
        let engine = &app.engine;
        let id = &calendar.external_id;
        let answer = match engine.calendar_changes(&plugin, call, id, cursor.as_deref()).await {
            Ok(answer) => answer,
            Err(error) if plugins::is_problem(&error, "resync") && cursor.is_some() => {
                (cursor, full) = (None, Some(FullSync::begin(app, calendar).await?));
                continue;
            }
            Err(error) => return Err(plugins::call_error(error)),
        };
        let page: Changes = serde_json::from_value(answer).map_err(plugins::bad_answer)?;
        cursor = Some(page.cursor.clone());
        match apply::apply_page(app, calendar, connection, page, full).await? {
            Applied::More(next) => full = next,
            Applied::End => break,
        }
    }
    Ok(())
}

/// What comes after a page.
enum Applied {
    /// The next one.
    More(Option<FullSync>),
    /// None.
    End,
}

/// What a full sync has seen so far. The cursor is kept only when it is complete: until then an
/// interruption means beginning again, never a gap.
#[derive(Debug, Clone)]
struct FullSync {
    /// The appointments that had an event when the sync began, and the revision of their links: one
    /// that got its event later can't be missed by it.
    linked: BTreeMap<AppointmentId, i64>,
    seen: BTreeSet<String>,
}

impl FullSync {
    async fn begin(app: &App, calendar: &Calendar) -> Result<Self> {
        let (tenant, id) = (calendar.tenant_id.clone(), calendar.id.clone());
        let linked =
            app.db.inspect(move |c| store::appointments::list_linked(c, &tenant, &id)).await?;
        let linked = linked.into_iter().map(|a| (a.id, a.link_rev)).collect();
        Ok(Self { linked, seen: BTreeSet::new() })
    }
}
