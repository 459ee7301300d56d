//! Carries series on, so that there always is half a year of them.

use domain::{SeriesId, TenantId};
use jiff::ToSpan;
use store::series::Series;

use super::{AHEAD_DAYS, make, make_days};
use crate::App;
use crate::error::Result;

/// How far ahead may be missing before more are made.
const SLACK_DAYS: i64 = 30;

/// Makes what is to come of every business's series. One that fails is told of and keeps no other from
/// going on. Answers how many appointments were made.
pub async fn extend_all(app: &App) -> Result<usize> {
    let mut made = 0;
    for tenant in app.db.read(store::tenants::list).await? {
        match extend_of(app, &tenant.id).await {
            Ok(count) => made += count,
            Err(error) => tracing::error!(%error, tenant = %tenant.id, "series not carried on"),
        }
    }
    if made > 0 {
        app.wake_jobs();
    }
    Ok(made)
}

async fn extend_of(app: &App, tenant: &TenantId) -> Result<usize> {
    // Somewhere it is tomorrow already; a day more or less is no matter.
    let today = domain::Zone::utc().local(app.clock.now()).date();
    let day = today.saturating_add((AHEAD_DAYS - SLACK_DAYS).days()).to_string();
    let of = tenant.clone();
    let due: Vec<Series> = app.db.read(move |c| store::series::list_due(c, &of, &day)).await?;
    let mut made = 0;
    for series in due {
        made += extend(app, tenant, &series.id).await?;
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
            let days = make_days(&mut series, app2.clock.now())?;
            series.updated_at = app2.clock.now();
            store::series::update(c, &series)?;
            let made = make(&app2, c, &series, &days)?.len();
            if made > 0 {
                let who = crate::audit::Who::system();
                super::record(&app2, c, &who, "appointment.series-continued", &series, made)?;
            }
            Ok(made)
        })
        .await
}
