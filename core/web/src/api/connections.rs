//! Connected accounts at providers, and how they are.

use app::connections::{self, Connection};
use domain::ConnectionId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, instant, or_null, said, whole, word};
use super::schema::Named;

/// The schemas of connections.
pub fn schemas() -> Vec<Named> {
    let connection = whole(vec![
        ("id", id()),
        ("plugin", said()),
        ("provider", said()),
        ("account_name", said()),
        ("account_email", said()),
        ("state", word(&["working", "needs_you", "paused", "disconnected"])),
        ("problem", about(or_null(said()), "Why it isn't working.")),
        ("ends_at", about(or_null(instant()), "When the provider takes the permission back.")),
        ("created_at", instant()),
    ]);
    vec![("Connection", connection)]
}

fn shown(each: &Connection) -> Value {
    json!({
        "id": each.id,
        "plugin": each.plugin_id,
        "provider": each.provider,
        "account_name": each.account_name,
        "account_email": each.account_email,
        "state": each.state.as_str(),
        "problem": each.problem,
        "ends_at": each.grant_ends_at.map(|at| at.to_rfc3339()),
        "created_at": each.created_at.to_rfc3339(),
    })
}

/// All of them.
pub async fn list(call: Call) -> Answer {
    let all = connections::list_connections(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let id: ConnectionId = call.id("connection")?;
    let one = connections::get_connection(call.app(), call.ctx(), &id).await?;
    Ok(Reply::one(shown(&one)))
}
