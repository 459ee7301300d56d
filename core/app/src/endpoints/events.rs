//! From a change of the business to what endpoints are told of it. The event is written in the
//! transaction of the change, with what was true then; deliveries are made of it a moment later.

use domain::{OutboxId, TenantId};
use serde_json::{Value, json};
use store::Conn;
use store::endpoints::Endpoint;
use store::outbox::Effect;

use super::kinds::{self, Kind};
use super::told;
use crate::App;
use crate::error::Result;

/// The topic of events for endpoints: no plugin can be granted one with this name.
pub(super) const TOPIC: &str = "~endpoints";

/// Keeps an event for the endpoints that are told of such acts, inside the transaction of the act. Where
/// there are none, or the act is none that is told of, nothing is kept.
pub(crate) fn publish(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    act: &str,
    entity_id: &str,
    detail: &Value,
) -> Result<()> {
    let Some(kind) = kinds::of_act(act) else { return Ok(()) };
    // An act on many at once is told of one by one.
    if entity_id.is_empty() {
        return Ok(());
    }
    let told = store::endpoints::list_enabled(c, tenant)?;
    if !told.iter().any(|endpoint| is_told(endpoint, kind.name)) {
        return Ok(());
    }
    let data = data_of(app, c, tenant, kind, entity_id, detail)?;
    let row = Effect {
        id: OutboxId::new(&*app.clock, &*app.rng),
        tenant_id: tenant.clone(),
        topic: TOPIC.to_owned(),
        subject_id: entity_id.to_owned(),
        payload_json: json!({"kind": kind.name, "data": data}).into(),
        created_at: app.clock.now(),
        dispatched_at: None,
    };
    Ok(store::outbox::insert(c, &row)?)
}

/// Whether an endpoint is told of a kind.
pub(super) fn is_told(endpoint: &Endpoint, kind: &str) -> bool {
    endpoint.kinds.0.is_empty() || endpoint.kinds.0.iter().any(|one| one == kind)
}

/// What a message says of what it is about: its id, and more where it is there still.
fn data_of(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    kind: &Kind,
    id: &str,
    detail: &Value,
) -> Result<Value> {
    let is_gone = kind.name.ends_with(".deleted");
    let found = if is_gone { None } else { told::find(app, c, tenant, kind, id)? };
    let object = kind.name.split('.').next().unwrap_or_default();
    let data = found.unwrap_or_else(|| json!({"object": object, "id": id}));
    Ok(with_detail(data, kind, detail))
}

/// What only the act knows.
fn with_detail(mut data: Value, kind: &Kind, detail: &Value) -> Value {
    let more: &[(&str, &str)] = match kind.name {
        "person.merged" => &[("other", "merged_id")],
        "person.stage_changed" => &[("from", "standing_before")],
        "person.changed" => &[("fields", "changed"), ("own", "changed_fields")],
        "import.finished" => &[
            ("made", "made"),
            ("changed", "changed"),
            ("skipped", "skipped"),
            ("refused", "refused"),
        ],
        "document.deleted" => &[("person", "person")],
        "pipeline.changed" | "pipeline.deleted" => &[("people", "people")],
        "approval.came_back" => &[("why", "came_back")],
        "member.changed" => &[("from", "role_before")],
        "member.removed" => &[("people", "people"), ("tasks", "tasks")],
        "import.undone" => &[("made", "made"), ("changed", "changed"), ("kept", "kept")],
        _ => &[],
    };
    for (from, to) in more {
        if let Some(value) = detail.get(*from) {
            data[*to] = value.clone();
        }
    }
    if let Some(names) = data.get_mut("changed").and_then(Value::as_array_mut) {
        names.iter_mut().for_each(in_the_api);
    }
    data
}

/// Calls a field of a person as the API does, where the log has another word.
fn in_the_api(name: &mut Value) {
    match name.as_str() {
        Some("follow-up") => *name = "follow_up_on".into(),
        Some("customer-since") => *name = "won_at".into(),
        Some("first-source") => *name = "attribution".into(),
        _ => {}
    }
}
