//! Which plugins there are. What they may do is for people to allow, on the plugin's page.

use app::plugins::{self, PluginCard};
use domain::PluginId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, flag, said, whole};
use super::problem::Problem;
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

fn told(card: &PluginCard) -> Value {
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
}

/// All of them.
pub async fn list(call: Call) -> Answer {
    let all = plugins::list_plugins(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(told).collect()))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let which: PluginId = call.id("plugin")?;
    let all = plugins::list_plugins(call.app(), call.ctx()).await?;
    let one = all.iter().find(|card| card.id == which).ok_or_else(Problem::not_found)?;
    Ok(Reply::one(told(one)))
}
