//! One act over many tasks.

use app::tasks::bulk::{BULK_MAX, BulkInput, change_tasks};
use domain::TaskId;
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::describe::{about, id, object, or_null, text, word};
use crate::api::undos;

/// The schema of such an act.
pub fn act() -> Value {
    let tasks = json!({
        "type": "array", "items": id(), "minItems": 1, "maxItems": BULK_MAX, "uniqueItems": true,
    });
    let to = "To what: a member’s id to assign them to, null for nobody; a day to delay them to, \
        or `+1` and the like for so many days from today.";
    object(
        vec![
            ("tasks", about(tasks, "What isn’t there is passed over.")),
            ("act", word(&["done", "assign", "delay", "remove"])),
            ("to", about(or_null(text(40)), to)),
        ],
        &["tasks", "act"],
    )
}

/// Does one act to all of them, or to none.
pub async fn change_many(call: Call) -> Answer {
    let ids: Vec<TaskId> = call.texts("tasks").iter().filter_map(|id| id.parse().ok()).collect();
    let input = BulkInput { act: call.text("act"), to: call.text("to") };
    let done = change_tasks(call.app(), call.ctx(), ids, input).await?;
    Ok(undos::changed(done.count, done.undo))
}
