//! Appointments as files that calendar programs read.

use actix_web::HttpResponse;
use app::appointments;
use domain::AppointmentId;

use super::answer::{Answer, Reply};
use super::appointments::{bounds, span};
use super::call::Call;
use super::describe::Fields;
use crate::pages::calendar::answer;

/// The parameters of the appointments of a time.
pub fn query() -> Fields {
    bounds()
}

/// The appointments of a time, series as a whole.
pub async fn export(call: Call) -> Answer {
    let (from, to) = span(&call)?;
    let file = appointments::export_span(call.app(), call.ctx(), from, to).await?;
    Ok(Reply::file(sent(&call, file, "calendar.ics")))
}

/// One appointment.
pub async fn export_one(call: Call) -> Answer {
    let which: AppointmentId = call.id("appointment")?;
    let file = appointments::export_appointment(call.app(), call.ctx(), &which).await?;
    Ok(Reply::file(sent(&call, file, "appointment.ics")))
}

/// Whoever asks for the head alone takes nothing along.
fn sent(call: &Call, file: String, name: &str) -> HttpResponse {
    answer(if call.is_head { String::new() } else { file }, name)
}
