//! The activity log.

use app::activity::{self, Activity};
use app::audit::AuditFilter;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, cursor, instant, limit, said, text, whole, word};
use super::schema::Named;

/// The schemas of the log.
pub fn schemas() -> Vec<Named> {
    let entry = whole(vec![
        ("number", about(json!({"type": "integer"}), "Its place in the log.")),
        ("at", instant()),
        ("actor_kind", word(&["account", "plugin", "system"])),
        ("actor", about(said(), "A name, or a plugin's id.")),
        ("action", about(said(), "Such as `person.created`.")),
        ("entity", said()),
        ("entity_id", said()),
        ("subject", about(said(), "What that is called today.")),
        ("detail", json!({"type": "object"})),
        ("address", said()),
        ("device", said()),
        ("request_id", said()),
    ]);
    vec![("Activity", entry)]
}

/// The parameters of the log.
pub fn list_query() -> Fields {
    vec![
        ("action", about(text(60), "Such as `person.created`.")),
        ("entity", text(60)),
        ("entity_id", text(60)),
        ("limit", limit()),
        ("after", cursor()),
    ]
}

/// A page of the log, latest first.
pub async fn list(call: Call) -> Answer {
    let asked = |name: &str| call.asked(name).map(str::to_owned);
    let filter = AuditFilter {
        action: asked("action"),
        entity: asked("entity"),
        entity_id: asked("entity_id"),
        ..AuditFilter::default()
    };
    let before: Option<i64> = call.after()?;
    let page =
        activity::list_activity(call.app(), call.ctx(), filter, before, call.limit()).await?;
    let items = page.items.iter().map(shown).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

fn shown(entry: &Activity) -> Value {
    let detail = if entry.detail.is_object() { entry.detail.clone() } else { json!({}) };
    json!({
        "number": entry.seq,
        "at": entry.at.to_rfc3339(),
        "actor_kind": entry.actor_kind.as_str(),
        "actor": entry.actor,
        "action": entry.action,
        "entity": entry.entity,
        "entity_id": entry.entity_id,
        "subject": entry.subject,
        "detail": detail,
        "address": entry.address,
        "device": entry.device,
        "request_id": entry.request_id,
    })
}
