//! One act over many people.

use app::people::bulk::{BULK_MAX, BulkInput, change_people};
use app::sweeps::Whom;
use domain::PersonId;
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::describe::{Fields, about, id, object, or_null, text};
use crate::api::{sweeps, undos};

/// The longest `to`, in characters: a paragraph of an own field.
const TO_CHARS_MAX: usize = 4_000;

/// The schema of such an act.
pub fn act() -> Value {
    let people = json!({
        "type": "array", "items": id(), "minItems": 1, "maxItems": BULK_MAX, "uniqueItems": true,
    });
    let mut fields = vec![("people", about(people, "Who isn’t there is passed over."))];
    fields.extend(done());
    object(fields, &["people", "act"])
}

/// The schema of such an act over all who match.
pub fn act_all() -> Value {
    object(done(), &["act"])
}

/// What is done, and to what.
fn done() -> Fields {
    let act = "`stage`, `owner`, `tag`, `untag`, `follow-up`, `remove`, or `own-` and an own \
        field’s id.";
    let to = "To what: a stage’s or member’s id, a tag’s name, a day, or a value spelled as in \
        `fields` (`yes` or `no` for a boolean); null for nobody, none, nothing, and for `remove`.";
    vec![("act", about(text(60), act)), ("to", about(or_null(text(TO_CHARS_MAX)), to))]
}

/// Does one act to all of them, or to none.
pub async fn change_many(call: Call) -> Answer {
    let ids: Vec<PersonId> = call.texts("people").iter().filter_map(|id| id.parse().ok()).collect();
    let input = BulkInput { act: call.text("act"), to: call.text("to") };
    let done = change_people(call.app(), call.ctx(), ids, input).await?;
    Ok(undos::changed(done.count, done.undo))
}

/// Begins to do one act to all who match now; without anything to narrow them by, to everybody.
pub async fn change_all(call: Call) -> Answer {
    let (filter, _) = super::chosen(&call).await?;
    sweeps::begin(&call, Whom::people(filter)).await
}
