//! Appointments that come again: by which rule, another rule, and cancelling several.

use app::appointments;
use app::series::{self, Reach};
use domain::{AppointmentId, Recurrence};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::appointments::{anyway, overlap};
use super::call::Call;
use super::describe::{about, object, or_null, said, text, whole, word};
use super::problem::Problem;
use super::schema::Named;
use super::undos;

/// The longest rule, in characters.
pub const RULE_CHARS_MAX: usize = 200;

/// The schemas of series.
pub fn schemas() -> Vec<Named> {
    let series =
        whole(vec![("rule", about(or_null(said()), "RFC 5545; null where it stands by itself."))]);
    let rule = about(text(RULE_CHARS_MAX), "RFC 5545, counted from the first of these.");
    vec![
        ("Series", series),
        (
            "SeriesChange",
            object(vec![("rule", rule), ("reach", reaches()), overlap()], &["rule", "reach"]),
        ),
        ("SeriesCancel", object(vec![("reach", reaches())], &["reach"])),
        ("SeriesCancelled", whole(vec![("undo", undos::undo())])),
    ]
}

fn reaches() -> Value {
    about(word(&["following", "all"]), "This one and those after it, or all that aren't over.")
}

/// How many of a series are meant; None for the one appointment.
pub fn reach(call: &Call) -> Option<Reach> {
    match call.text("reach").as_str() {
        "following" => Some(Reach::Following),
        "all" => Some(Reach::All),
        _ => None,
    }
}

/// The rule that the body says, if any.
pub fn rule(call: &Call) -> Result<Option<Recurrence>, Problem> {
    match call.text("rule").trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Problem::field("/rule", "error-invalid")),
    }
}

/// How one comes again.
pub async fn show(call: Call) -> Answer {
    let id: AppointmentId = call.id("appointment")?;
    appointments::get_appointment(call.app(), call.ctx(), &id).await?;
    let rule = series::find_rule(call.app(), call.ctx(), &id).await?;
    Ok(Reply::one(json!({"rule": rule.map(|rule| rule.to_string())})))
}

/// Gives several another rule.
pub async fn update(call: Call) -> Answer {
    let id: AppointmentId = call.id("appointment")?;
    let missing = |field| Problem::field(field, "error-required");
    let rule = rule(&call)?.ok_or_else(|| missing("/rule"))?;
    let reach = reach(&call).ok_or_else(|| missing("/reach"))?;
    series::change_rule(call.app(), call.ctx(), &id, rule, reach, anyway(&call)).await?;
    show(call).await
}

/// Cancels several; the rule makes no more of them.
pub async fn cancel(call: Call) -> Answer {
    let id: AppointmentId = call.id("appointment")?;
    let reach = reach(&call).ok_or_else(|| Problem::field("/reach", "error-required"))?;
    let undo = series::cancel_series(call.app(), call.ctx(), &id, reach).await?;
    Ok(Reply::told(json!({"undo": undo})))
}
