//! Lists of people that were taken in, and how far they are.

use app::imports::{self, PeopleImport};
use domain::ImportId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, instant, or_null, said, whole};
use super::schema::Named;

/// The schemas of imports.
pub fn schemas() -> Vec<Named> {
    let number = || json!({"type": "integer"});
    let import = whole(vec![
        ("id", id()),
        ("name", about(said(), "What the file was called.")),
        ("state", about(said(), "Such as `waiting`, `running` or `done`.")),
        ("rows", number()),
        ("rows_done", number()),
        ("made", about(number(), "People who are new.")),
        ("changed", number()),
        ("skipped", about(number(), "Rows of people who were there already.")),
        ("refused", about(number(), "Rows with a mistake.")),
        ("created_at", instant()),
        ("settled_at", or_null(instant())),
    ]);
    vec![("Import", import)]
}

fn shown(each: &PeopleImport) -> Value {
    json!({
        "id": each.id,
        "name": each.name,
        "state": each.state.as_str(),
        "rows": each.rows_all,
        "rows_done": each.rows_done,
        "made": each.made,
        "changed": each.changed,
        "skipped": each.skipped,
        "refused": each.refused,
        "created_at": each.created_at.to_rfc3339(),
        "settled_at": each.settled_at.map(|at| at.to_rfc3339()),
    })
}

/// The last ones, latest first.
pub async fn list(call: Call) -> Answer {
    let all = imports::list_imports(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let id: ImportId = call.id("people_import")?;
    Ok(Reply::one(shown(&imports::get_import(call.app(), call.ctx(), &id).await?)))
}
