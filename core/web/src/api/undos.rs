//! Taking back what one act did, by the id that the act answered.

use app::undos;
use domain::{ApiScope, UndoId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, or_null, whole};
use super::problem::Problem;
use super::schema::Named;

/// The schemas of acts over many, and of taking them back.
pub fn schemas() -> Vec<Named> {
    let count = |sentence| about(json!({"type": "integer", "minimum": 0}), sentence);
    let changed = whole(vec![
        ("count", count("How many it changed; who already was so isn't counted.")),
        ("undo", undo()),
    ]);
    let back = "How many are as they were before; 0 of an act over all that match, which is taken back \
        in lots from then on.";
    let undone = whole(vec![("count", count(back))]);
    vec![("Changed", changed), ("Undone", undone)]
}

/// The schema of what takes an act back.
pub fn undo() -> Value {
    let sentence = "What `/undo/{undo}` takes the act back with; null where nothing changed.";
    about(or_null(id()), sentence)
}

/// What one act did to many.
pub fn changed(count: usize, undo: Option<UndoId>) -> Reply {
    Reply::told(json!({"count": count, "undo": undo}))
}

/// Takes an act back. Which scope that needs is the act's to say.
pub async fn undo_act(call: Call) -> Answer {
    let which: UndoId = call.id("undo")?;
    let scope = undos::scope_of(call.app(), call.ctx(), &which).await?;
    require(&call, scope)?;
    let count = undos::undo(call.app(), call.ctx(), &which).await?;
    Ok(Reply::told(json!({"count": count})))
}

/// Refuses a token that isn't good for it.
fn require(call: &Call, scope: ApiScope) -> Result<(), Problem> {
    if call.opened.scopes.has(scope) { Ok(()) } else { Err(Problem::no_scope(scope)) }
}
