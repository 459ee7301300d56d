//! Appointments that come again: by which rule, another rule, and cancelling several.

use app::appointments;
use app::series::{self, Reach};
use domain::recurrence::First;
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
/// Which rules are followed, for whoever writes one.
pub const FOLLOWED: &str = "As RFC 5545 writes rules: `DAILY`; `WEEKLY`, with `BYDAY`; `MONTHLY` on the day \
    of the first, with a `BYDAY` such as `2TU` or `-1FR`, or on the last day with `BYMONTHDAY=-1`; `YEARLY`; \
    each with `INTERVAL`, `WKST`, and `COUNT` or `UNTIL`. What says the same in other words is taken too, and \
    answered in these; any other rule is refused.";

/// The schemas of series.
pub fn schemas() -> Vec<Named> {
    let series =
        whole(vec![("rule", about(or_null(said()), "RFC 5545; null where it stands by itself."))]);
    let counted = format!("How they come again, counted from the first of these. {FOLLOWED}");
    let rule = about(text(RULE_CHARS_MAX), &counted);
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

/// The rule that the body says, if any, of what begins then.
pub fn rule(call: &Call, first: &First<'_>) -> Result<Option<Recurrence>, Problem> {
    match call.text("rule").trim() {
        "" => Ok(None),
        text => Ok(Some(series::read_rule(text, first)?)),
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
    let text = call.text("rule");
    if text.trim().is_empty() {
        return Err(missing("/rule"));
    }
    let reach = reach(&call).ok_or_else(|| missing("/reach"))?;
    let shape = series::find_shape(call.app(), call.ctx(), &id).await?;
    let rule: Recurrence = match shape {
        Some(shape) => shape.read(&text, reach)?,
        // What stands by itself is refused for that.
        None => text.parse().map_err(|_| Problem::field("/rule", "error-repeat-unfollowed"))?,
    };
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
