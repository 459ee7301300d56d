//! One act over many people.

use app::people::bulk::{BULK_MAX, BulkInput, change_people};
use domain::PersonId;
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::describe::{about, id, object, or_null, text};
use crate::api::undos;

/// The longest `to`, in characters: a paragraph of an own field.
const TO_CHARS_MAX: usize = 4_000;

/// The schema of such an act.
pub fn act() -> Value {
    let people = json!({
        "type": "array", "items": id(), "minItems": 1, "maxItems": BULK_MAX, "uniqueItems": true,
    });
    let act = "`stage`, `owner`, `tag`, `untag`, `follow-up`, `remove`, or `own-` and an own \
        field’s id.";
    let to = "To what: a stage’s or member’s id, a tag’s name, a day, or a value spelled as in \
        `fields` (`yes` or `no` for a boolean); null for nobody, none, nothing, and for `remove`.";
    object(
        vec![
            ("people", about(people, "Who isn’t there is passed over.")),
            ("act", about(text(60), act)),
            ("to", about(or_null(text(TO_CHARS_MAX)), to)),
        ],
        &["people", "act"],
    )
}

/// Does one act to all of them, or to none.
pub async fn change_many(call: Call) -> Answer {
    let ids: Vec<PersonId> = call.texts("people").iter().filter_map(|id| id.parse().ok()).collect();
    let input = BulkInput { act: call.text("act"), to: call.text("to") };
    let done = change_people(call.app(), call.ctx(), ids, input).await?;
    Ok(undos::changed(done.count, done.undo))
}
