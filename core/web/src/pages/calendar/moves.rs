//! Moves an appointment for the grid, which is answered in data: what is said, or what is in the way.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Form, Path};
use app::appointments::{self as booked, Appointment};
use app::availability::{Taken, TakenBy};
use app::{Error, series};
use domain::{AppointmentId, Permission, Timestamp};
use jiff::civil::DateTime;
use serde::Deserialize;

use crate::answer::Answer;
use crate::member::Member;
use crate::pages::appointments::reach;
use crate::pages::id;
use crate::views::calendar::Moved;

/// When it is to be, by the wall clock in the business's zone.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct MoveForm {
    start: String,
    end: String,
    rev: i64,
    anyway: String,
    /// Of a series, how many: `following` or `all`; else the one.
    reach: String,
}

/// Moves an appointment, or makes it longer or shorter.
pub async fn shift(member: Member, path: Path<String>, form: Form<MoveForm>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let which: AppointmentId = id(&path)?;
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    // What isn't there reads so whatever else is wrong.
    booked::get_appointment(app, ctx, &which).await?;
    let times = times(&member, &form)?;
    let moved = match (reach(&form.reach), form.anyway == "on") {
        (Some(reach), anyway) => {
            series::move_series(app, ctx, &which, times, form.rev, reach, anyway).await
        }
        (None, true) => booked::move_anyway(app, ctx, &which, times, form.rev).await,
        (None, false) => booked::move_appointment(app, ctx, &which, times, form.rev).await,
    };
    let several = reach(&form.reach).is_some();
    match moved {
        Ok(moved) => Ok(HttpResponse::Ok().json(done(&member, &moved, several))),
        Err(Error::Taken { by }) => Ok(refused(taken(&member, by.first()), true)),
        Err(Error::Conflict { key }) => Ok(refused(member.text(key), false)),
        Err(Error::Invalid { key, .. }) => Ok(refused(member.text(&key), false)),
        Err(other) => Err(other.into()),
    }
}

fn times(member: &Member, form: &MoveForm) -> Result<(Timestamp, Timestamp), Error> {
    let instant = |field: &str, text: &str| {
        let local: Option<DateTime> = text.parse().ok();
        let instant = local.and_then(|local| member.ctx.zone.instant(local));
        instant.ok_or_else(|| Error::invalid(field, "error-invalid"))
    };
    Ok((instant("starts_at", &form.start)?, instant("ends_at", &form.end)?))
}

fn done(member: &Member, moved: &Appointment, several: bool) -> Moved {
    let when = when(member, moved.starts_at, moved.ends_at);
    let key = if several { "calendar-moved-several" } else { "calendar-moved" };
    Moved { said: member.text_with(key, &[("when", &when)]), rev: moved.rev, taken: false }
}

fn when(member: &Member, from: Timestamp, to: Timestamp) -> String {
    let dates = member.dates();
    format!("{}, {}", dates.day(dates.local(from).date()), dates.time_span(from, to))
}

fn refused(said: String, taken: bool) -> HttpResponse {
    HttpResponse::build(StatusCode::CONFLICT).json(Moved { said, taken, rev: 0 })
}

fn taken(member: &Member, by: Option<&Taken>) -> String {
    let title = by.map(|taken| match &taken.by {
        TakenBy::Appointment { title, .. } | TakenBy::Busy { title, .. } => title.clone(),
    });
    match title.filter(|title| !title.is_empty()) {
        Some(title) => member.text_with("calendar-taken-by", &[("title", &title)]),
        None => member.text("error-time-taken"),
    }
}
