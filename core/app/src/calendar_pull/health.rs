//! How asking a calendar goes: noted when it changes, and told once when it has not worked for a while.

use domain::Timestamp;
use serde_json::json;
use store::Conn;
use store::calendars::{Calendar, Health};
use store::connections::Connection;

use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};
use crate::jobs::Outcome;
use crate::{App, calendars, notifications, plugins};

/// How long a calendar may fail before people hear of it: most trouble of providers is over sooner.
const TOLD_AFTER_SECS: i64 = 30 * 60;
/// The longest that one that fails is left alone; whoever mends it can ask at once.
const APART_SECS: i64 = 15 * 60;

/// Notes that it could not be asked. The schedule asks again, the later the longer it fails, so that no
/// job is left over.
pub(super) async fn failed(
    app: &App,
    calendar: &Calendar,
    connection: &Connection,
    error: Error,
) -> Result<Outcome> {
    if !is_its_own(&error) {
        return Err(error);
    }
    let (app2, id, tenant) = (app.clone(), calendar.id.clone(), calendar.tenant_id.clone());
    let (word, plugin) = (plugins::problem_word(&error), connection.plugin_id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let calendar = match store::calendars::lock(c, &tenant, &id) {
                Err(store::Error::NotFound) => return Ok(()),
                other => other?,
            };
            let now = app2.clock.now();
            let failing_ms = now.millis_since(calendar.failing_since.unwrap_or(now));
            note_failed(&app2, c, &calendar, word)?;
            let after = (failing_ms / 2_000).clamp(0, APART_SECS);
            calendars::put_off(c, &tenant, &plugin, &id, now.plus_secs(after))
        })
        .await?;
    if matches!(error, Error::Limited { .. }) {
        // The provider says for how long it wants to be left alone.
        return Err(error);
    }
    tracing::warn!(calendar = %calendar.id, %error, "a calendar can't be asked; it is asked again");
    Ok(Outcome::Done)
}

/// Whether it is the calendar or its provider that fails, and not the house, the plugin's being off or
/// the account, which tell of themselves.
fn is_its_own(error: &Error) -> bool {
    match error {
        Error::Limited { .. } => true,
        Error::Unavailable { key, .. } => matches!(
            *key,
            "error-provider-rejected"
                | "error-provider-unavailable"
                | "error-provider-not-found"
                | "error-plugin-failed"
        ),
        _ => false,
    }
}

fn note_failed(app: &App, c: &mut Conn, calendar: &Calendar, word: String) -> Result<()> {
    let (tenant, now) = (&calendar.tenant_id, app.clock.now());
    let since = calendar.failing_since.unwrap_or(now);
    let is_long = now.millis_since(since) >= TOLD_AFTER_SECS * 1_000;
    let health = Health {
        failing_since: Some(since),
        problem: Some(word),
        is_behind: calendar.is_behind || is_long,
    };
    store::calendars::set_health(c, tenant, &calendar.id, &health)?;
    if !is_long || calendar.is_behind {
        return Ok(());
    }
    record(app, c, calendar, "calendar.behind", Some(since))?;
    notifications::calendar_behind(app, c, calendar)
}

/// Notes that it was asked and answered.
pub(super) async fn worked(app: &App, calendar: &Calendar) -> Result<()> {
    if calendar.failing_since.is_none() {
        return Ok(());
    }
    let (app2, id, tenant) = (app.clone(), calendar.id.clone(), calendar.tenant_id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let before = match store::calendars::lock(c, &tenant, &id) {
                Err(store::Error::NotFound) => return Ok(()),
                other => other?,
            };
            store::calendars::set_health(c, &tenant, &id, &Health::default())?;
            if before.is_behind {
                record(&app2, c, &before, "calendar.caught-up", before.failing_since)?;
                notifications::calendar_settled(&app2, c, &before)?;
            }
            Ok(())
        })
        .await
}

fn record(
    app: &App,
    c: &mut Conn,
    calendar: &Calendar,
    action: &'static str,
    since: Option<Timestamp>,
) -> Result<()> {
    let act = Act {
        action,
        entity: "calendar",
        entity_id: calendar.id.as_str(),
        detail: json!({"name": calendar.name, "since": since.map(Timestamp::to_rfc3339)}),
    };
    audit::append(app, c, &calendar.tenant_id, &Who::system(), &act)
}
