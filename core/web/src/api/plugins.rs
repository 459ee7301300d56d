//! Which plugins there are. What they may do is for people to allow, on the plugin's page.

use app::plugins::{self, PluginCard};
use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, flag, said, whole};
use super::schema::Named;

/// The schema of plugins.
pub fn schemas() -> Vec<Named> {
    let plugin = whole(vec![
        ("id", said()),
        ("name", said()),
        ("description", said()),
        ("version", said()),
        ("publisher", said()),
        ("on", flag()),
        ("needs_consent", about(flag(), "Whether it rests until somebody allows what it asks.")),
        ("update_waits", about(flag(), "Whether a newer version waits for somebody.")),
    ]);
    vec![("Plugin", plugin)]
}

/// All of them.
pub async fn list(call: Call) -> Answer {
    let all = plugins::list_plugins(call.app(), call.ctx()).await?;
    let row = |card: PluginCard| {
        json!({
            "id": card.id.to_string(),
            "name": card.name,
            "description": card.description,
            "version": card.version,
            "publisher": card.publisher,
            "on": card.enabled,
            "needs_consent": card.needs_consent,
            "update_waits": card.update_waits,
        })
    };
    Ok(Reply::items(all.into_iter().map(row).collect()))
}
