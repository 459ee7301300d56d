//! What can be taken back, and taking it back: by the id that the act answered, or that the list has.

use app::cursors::Cursor;
use app::undos::{self, Done};
use domain::{ApiScope, UndoId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, cursor, id, instant, limit, or_null, said, whole};
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
    let act = whole(vec![
        ("id", about(id(), "What `/undo/{undo}` takes it back with.")),
        ("what", about(said(), "What was done, in a word.")),
        ("count", count("To how many.")),
        ("names", about(json!({"type": "array", "items": said()}), "Some of them by name.")),
        ("by", about(said(), "Who did it; empty unless the token reads the team.")),
        ("made_at", instant()),
    ]);
    vec![("Changed", changed), ("Undone", undone), ("Act", act)]
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

/// The parameters of the list.
pub fn list_query() -> Fields {
    vec![("limit", limit()), ("after", cursor())]
}

fn shown(call: &Call, it: &Done) -> Value {
    let names_members = call.opened.scopes.has(ApiScope::TeamRead);
    json!({
        "id": it.id,
        "what": it.summary.what,
        "count": it.summary.count,
        "names": it.summary.names,
        "by": if names_members { it.by.as_str() } else { "" },
        "made_at": it.at.to_rfc3339(),
    })
}

/// A page of the acts that the token may take back, latest first.
pub async fn list(call: Call) -> Answer {
    let after: Option<Cursor> = call.after()?;
    let page = undos::list_done(call.app(), call.ctx(), after, call.limit()).await?;
    let items = page.items.iter().map(|it| shown(&call, it)).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let which: UndoId = call.id("undo")?;
    let scope = undos::scope_of(call.app(), call.ctx(), &which).await?;
    require(&call, scope)?;
    Ok(Reply::one(shown(&call, &undos::get_done(call.app(), call.ctx(), &which).await?)))
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
pub fn require(call: &Call, scope: ApiScope) -> Result<(), Problem> {
    if call.opened.scopes.has(scope) { Ok(()) } else { Err(Problem::no_scope(scope)) }
}
