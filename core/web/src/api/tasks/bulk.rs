//! One act over many tasks.

use app::sweeps::Whom;
use app::tasks::bulk::{BULK_MAX, BulkInput, change_tasks};
use domain::TaskId;
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::describe::{Fields, about, id, object, or_null, text, word};
use crate::api::{sweeps, undos};

/// The schema of such an act.
pub fn act() -> Value {
    let tasks = json!({
        "type": "array", "items": id(), "minItems": 1, "maxItems": BULK_MAX, "uniqueItems": true,
    });
    let mut fields = vec![("tasks", about(tasks, "What isn’t there is passed over."))];
    fields.extend(done());
    object(fields, &["tasks", "act"])
}

/// The schema of such an act over all that match.
pub fn act_all() -> Value {
    object(done(), &["act"])
}

/// What is done, and to what.
fn done() -> Fields {
    let to = "To what: a member’s id to assign them to, null for nobody; a day to delay them to, \
        or `+1` and the like for so many days from today.";
    vec![
        ("act", word(&["done", "assign", "delay", "remove"])),
        ("to", about(or_null(text(40)), to)),
    ]
}

/// Does one act to all of them, or to none.
pub async fn change_many(call: Call) -> Answer {
    let ids: Vec<TaskId> = call.texts("tasks").iter().filter_map(|id| id.parse().ok()).collect();
    let input = BulkInput { act: call.text("act"), to: call.text("to") };
    let done = change_tasks(call.app(), call.ctx(), ids, input).await?;
    Ok(undos::changed(done.count, done.undo))
}

/// Begins to do one act to all that match now; without anything to narrow them by, to all that are open.
pub async fn change_all(call: Call) -> Answer {
    let filter = super::filter(&call)?;
    sweeps::begin(&call, Whom::Tasks(filter)).await
}
