//! Calendar files to take along.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Path, Query};
use app::Error;
use app::appointments as booked;

use super::grid::SpanQuery;
use crate::answer::Answer;
use crate::member::Member;
use crate::pages::id;

/// The appointments of a time.
pub async fn export(member: Member, query: Query<SpanQuery>) -> Answer {
    let (from, to) = query.days(&member.dates())?;
    let instant = |day| member.ctx.zone.start_of_day(day).ok_or(Error::NotFound);
    let (starts, ends) = (instant(from)?, instant(to)?);
    let file = booked::export_span(&member.web.app, &member.ctx, starts, ends).await?;
    Ok(answer(file, &format!("calendar-{from}.ics")))
}

/// One appointment.
pub async fn export_one(member: Member, path: Path<String>) -> Answer {
    let which = id(&path)?;
    let file = booked::export_appointment(&member.web.app, &member.ctx, &which).await?;
    Ok(answer(file, "appointment.ics"))
}

/// A calendar file to be saved under this name.
pub(crate) fn answer(file: String, name: &str) -> HttpResponse {
    let disposition = format!("attachment; filename=\"{name}\"");
    HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, disposition))
        .body(file)
}
