//! Reminders whose time has come.
//!
//! Taking a reminder, telling of it in the workspace and ordering its mail are one transaction: before
//! it nothing has happened, after it all has, and whoever comes second finds it taken. The mail is a job
//! of its own kind, once ever for each time a reminder comes. Where a plugin carries messages one day,
//! its job is ordered beside that one.

use domain::{Due, ReminderId, TenantId, Timestamp};
use jiff::civil::Time;
use serde_json::json;
use store::Conn;
use store::reminders::{Reminder, State};

use super::plan::{find, replan, withdraw};
use super::{Habits, Subject};
use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};
use crate::notifications::Reminded;
use crate::{App, notifications};

/// How many are looked at in a turn.
const AT_ONCE: i64 = 100;
/// One that can't be sent is looked at again after this long, in seconds.
const LATER_SECS: i64 = 600;

/// Sends what is due; answers how many were dealt with. Each is a transaction of its own: one that can't
/// be sent keeps no other waiting.
pub(crate) async fn run_due(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let due =
        app.db.inspect(move |c| Ok::<_, Error>(store::reminders::due(c, now, AT_ONCE)?)).await?;
    let mut count = 0;
    for row in due {
        let (app2, one) = (app.clone(), row.clone());
        match app.db.transact(move |c| send(&app2, c, one)).await {
            Ok(()) => count += 1,
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(reminder = %row.id, %error, "a reminder can't be sent; later again");
                put_off(app, row, now.plus_secs(LATER_SECS)).await;
            }
        }
    }
    if count > 0 {
        app.wake_jobs();
    }
    Ok(count)
}

async fn put_off(app: &App, row: Reminder, to: Timestamp) {
    let id = row.id.clone();
    let later = Reminder { fires_at: to, ..row };
    let put = app.db.transact(move |c| store::reminders::update(c, &later)).await;
    if let Err(error) = put {
        tracing::error!(reminder = %id, %error, "could not be put off either");
    }
}

/// Sends a reminder that is due, unless what it reminds of is no longer so, or its reader wants quiet.
fn send(app: &App, c: &mut Conn, row: Reminder) -> Result<()> {
    let (tenant, now) = (row.tenant_id.clone(), app.clock.now());
    let matter = find(c, &tenant, row.subject, &row.subject_id)?;
    let Some(matter) = matter.filter(|matter| matter.due == row.occurrence) else {
        // It moved or ended and nobody told: then its reminders are made anew.
        return replan(app, c, &tenant, row.subject, &row.subject_id);
    };
    if matter.ends.is_some_and(|ends| ends <= now) {
        return withdraw(app, c, row);
    }
    let habits = Habits::of(c, &tenant, &row.member_id)?;
    let zone = store::tenants::get(c, &tenant)?.zone;
    let quiet = habits.quiet.and_then(|quiet| quiet.around(&zone, now));
    if let Some((_, until)) = quiet {
        return Ok(store::reminders::update(c, &Reminder { fires_at: until, ..row })?);
    }
    if !store::reminders::take(c, &row, now)? {
        return Ok(());
    }
    let reminded = Reminded {
        member: &row.member_id,
        kind: match row.subject {
            Subject::Task => notifications::Kind::TaskDue,
            Subject::Appointment => notifications::Kind::AppointmentSoon,
            Subject::Person => notifications::Kind::FollowUpDue,
        },
        reminder: &row.id,
        time: row.sent_count + 1,
        subject: &matter.title,
        href: &matter.href,
    };
    notifications::remind(app, c, &tenant, &reminded)?;
    // Pages that are open learn from the log that there is something to look at.
    let id = row.id.as_str();
    let act = Act { action: "reminder.sent", entity: "reminder", entity_id: id, detail: json!({}) };
    audit::append(app, c, &tenant, &Who::system(), &act)
}

/// What the mail of a reminder says, if that is still so: it came this many times, and has been neither
/// snoozed nor withdrawn since.
pub(crate) fn still_said(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ReminderId,
    time: i64,
) -> Result<Option<Said>> {
    let Some(row) = store::reminders::find(c, tenant, id)? else { return Ok(None) };
    if row.state != State::Sent || row.sent_count != time {
        return Ok(None);
    }
    let matter = find(c, tenant, row.subject, &row.subject_id)?;
    let matter = matter.filter(|matter| matter.due == row.occurrence);
    Ok(matter.map(|matter| Said {
        title: matter.title,
        href: matter.href,
        due: matter.due,
        at: matter.zone.first_instant(matter.due.wall(Time::midnight())),
    }))
}

/// What a mail says of what it reminds of.
pub(crate) struct Said {
    /// Its name.
    pub title: String,
    /// Where its page is.
    pub href: String,
    /// When it is, by the clock on the wall.
    pub due: Due,
    /// The same as an instant; of a day, its beginning.
    pub at: Option<Timestamp>,
}
