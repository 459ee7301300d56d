//! Carries series on, so that there always is half a year of them.

use domain::{SeriesId, TenantId};
use jiff::ToSpan;
use store::Conn;
use store::series::Series;

use super::{AHEAD_DAYS, make, make_days};
use crate::appointments::{Appointment, input_of};
use crate::error::Result;
use crate::{App, availability, notifications};

/// How far ahead may be missing before more are made.
const SLACK_DAYS: i64 = 30;

/// Makes what is to come of every business's series. One question finds those that are due; each is
/// carried on in a transaction of its business's own, and one that fails is told of and keeps no other
/// from going on. Answers how many appointments were made.
pub async fn extend_all(app: &App) -> Result<usize> {
    // Somewhere it is tomorrow already; a day more or less is no matter.
    let today = domain::Zone::utc().local(app.clock.now()).date();
    let day = today.saturating_add((AHEAD_DAYS - SLACK_DAYS).days()).to_string();
    let due = app.db.read(move |c| store::series::list_due(c, &day)).await?;
    let mut made = 0;
    for (tenant, id) in due {
        match extend(app, &tenant, &id).await {
            Ok(count) => made += count,
            Err(error) => tracing::error!(%error, %tenant, "series not carried on"),
        }
    }
    if made > 0 {
        app.wake_jobs();
    }
    Ok(made)
}

async fn extend(app: &App, tenant: &TenantId, id: &SeriesId) -> Result<usize> {
    let (app2, tenant, id) = (app.clone(), tenant.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<usize> {
            // Two that carry on at the same moment would make the same days.
            store::tenants::lock(c, &tenant)?;
            let mut series = store::series::get(c, &tenant, &id)?;
            if series.ended {
                return Ok(0);
            }
            if let Some(person) = &series.person_id
                && store::people::find(c, &tenant, person)?.is_none()
            {
                series.person_id = None;
            }
            if let Some(calendar) = &series.calendar_id
                && store::calendars::find(c, &tenant, calendar)?.is_none()
            {
                series.calendar_id = None;
            }
            let from = series.made_until.clone();
            let mut days = make_days(&mut series, app2.clock.now())?;
            // What was changed of a day ahead stands there already.
            let there = store::series::list_days(c, &tenant, &id, &from)?;
            days.retain(|day| !there.contains(&day.to_string()));
            store::series::update(c, &series)?;
            let made = make(&app2, c, &series, &days)?;
            if !made.is_empty() {
                let who = crate::audit::Who::system();
                let count = made.len();
                super::record(&app2, c, &who, super::CONTINUED, &series, count)?;
                tell_of_overlaps(&app2, c, &series, &made)?;
            }
            Ok(made.len())
        })
        .await
}

/// Nobody was there to be asked whether a time that is taken is wanted anyway: they are told.
fn tell_of_overlaps(app: &App, c: &mut Conn, series: &Series, made: &[Appointment]) -> Result<()> {
    for each in made {
        let own = std::slice::from_ref(&each.id);
        let taken = availability::list_taken(c, &series.tenant_id, &input_of(each), own)?;
        if !taken.is_empty() {
            return notifications::series_overlaps(app, c, series, each);
        }
    }
    Ok(())
}
