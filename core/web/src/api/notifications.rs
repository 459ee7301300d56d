//! What the token's maker was told of.

use app::notifications::{self, Notification};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, instant, or_null, said, whole};
use super::schema::Named;

/// The schemas of notifications.
pub fn schemas() -> Vec<Named> {
    let one = whole(vec![
        ("id", id()),
        ("kind", about(said(), "Such as `task-due`.")),
        ("subject", about(said(), "What it is about.")),
        ("path", about(said(), "The page it leads to.")),
        ("created_at", instant()),
        ("read_at", or_null(instant())),
    ]);
    vec![("Notification", one)]
}

fn shown(each: &Notification) -> Value {
    json!({
        "id": each.id,
        "kind": each.kind.as_str(),
        "subject": each.subject,
        "path": each.href,
        "created_at": each.created_at.to_rfc3339(),
        "read_at": each.read_at.map(|at| at.to_rfc3339()),
    })
}

/// The last ones, newest first.
pub async fn list(call: Call) -> Answer {
    let all = notifications::list_notifications(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}
