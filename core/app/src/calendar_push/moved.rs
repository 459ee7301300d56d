//! An event that is gone from its calendar may have been moved to another of the same account: then its
//! appointment goes with it, and nobody cancelled anything.

use runtime::CallError;
use store::appointments::Status;
use store::calendars::Calendar;
use store::connections::Connection;

use super::{LinkAnswer, Pair, fold, to_document};
use crate::error::Result;
use crate::{App, calendars, plugins};

/// Puts the appointment into the calendar that its event was moved to; answers whether there is one.
pub(super) async fn follow(app: &App, pair: &Pair, connection: &Connection) -> Result<bool> {
    let is_settled = pair.appointment.external_id.is_some();
    if pair.appointment.status != Status::Booked || !is_settled {
        return Ok(false);
    }
    let (tenant, id) = (connection.tenant_id.clone(), connection.id.clone());
    let all =
        app.db.inspect(move |c| store::calendars::list_of_connection(c, &tenant, &id)).await?;
    for other in all.into_iter().filter(|each| each.id != pair.calendar.id) {
        if let Some(event) = find(app, pair, connection, &other).await? {
            return keep(app, pair, other, event).await;
        }
    }
    Ok(false)
}

/// The event's id in that calendar, if it takes place there.
async fn find(
    app: &App,
    pair: &Pair,
    connection: &Connection,
    other: &Calendar,
) -> Result<Option<String>> {
    let (plugin, call) = calendars::call_of(app, connection).await?;
    let document = to_document(pair, other);
    match app.engine.calendar_event(&plugin, call, &document).await {
        Ok(answer) => {
            let link: LinkAnswer = serde_json::from_value(answer).map_err(plugins::bad_answer)?;
            let stands = link.event.is_some() && !fold::is_cancelled(&link);
            let is_same = Some(&link.external_id) == pair.appointment.external_id.as_ref();
            Ok((stands && is_same).then_some(link.external_id))
        }
        // Not there, or under a stranger's name.
        Err(error) if is_none(&error) => Ok(None),
        Err(error) => Err(plugins::call_error(error)),
    }
}

fn is_none(error: &CallError) -> bool {
    plugins::is_problem(error, "not-found") || plugins::is_problem(error, "rejected")
}

async fn keep(app: &App, pair: &Pair, other: Calendar, event: String) -> Result<bool> {
    let before = pair.appointment.clone();
    app.db
        .transact(move |c| -> Result<bool> {
            let (tenant, id) = (&before.tenant_id, &before.id);
            store::appointments::lock(c, tenant, id)?;
            let current = store::appointments::get(c, tenant, id)?;
            if current.link_rev != before.link_rev {
                // Somebody else wrote or read meanwhile, perhaps found it there.
                return Ok(true);
            }
            store::busy_blocks::delete(c, tenant, &other.id, &event)?;
            let rev = current.link_rev;
            store::appointments::relink_as_it_was(c, tenant, id, &other.id, &event, rev)?;
            Ok(true)
        })
        .await
}
