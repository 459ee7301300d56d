//! From a change of the business to what endpoints are told of it. The event is written in the
//! transaction of the change, with what was true then; deliveries are made of it a moment later.

use domain::{AppointmentId, DocumentId, EntryId, OutboxId, PersonId, TaskId, TenantId};
use serde_json::{Value, json};
use store::appointments::Appointment;
use store::documents::{Document, Media};
use store::endpoints::Endpoint;
use store::outbox::Effect;
use store::people::Person;
use store::tasks::Task;
use store::{Conn, timeline};

use super::kinds::{self, About, Kind};
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
    let data = data_of(c, tenant, kind, entity_id, detail)?;
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
    c: &mut Conn,
    tenant: &TenantId,
    kind: &Kind,
    id: &str,
    detail: &Value,
) -> Result<Value> {
    let gone = |object: &str| json!({"object": object, "id": id});
    if kind.name.ends_with(".deleted") {
        let object = kind.name.trim_end_matches(".deleted");
        return Ok(with_detail(gone(object), kind, detail));
    }
    let found = match kind.about {
        About::People => {
            let Ok(person) = id.parse::<PersonId>() else { return Ok(gone("person")) };
            match store::people::find_even_deleted(c, tenant, &person)? {
                Some(person) => Some(person_of(c, &person)?),
                None => None,
            }
        }
        About::Notes => {
            let Ok(note) = id.parse::<EntryId>() else { return Ok(gone("note")) };
            timeline::find(c, tenant, &note)?
                .map(|it| json!({"object": "note", "id": id, "person": it.person_id}))
        }
        About::Tasks => {
            let Ok(task) = id.parse::<TaskId>() else { return Ok(gone("task")) };
            match store::tasks::find_even_deleted(c, tenant, &task)? {
                Some(task) => Some(task_of(c, &task)?),
                None => None,
            }
        }
        About::Appointments => {
            let Ok(it) = id.parse::<AppointmentId>() else { return Ok(gone("appointment")) };
            store::appointments::find(c, tenant, &it)?.map(|it| appointment_of(&it))
        }
        About::Documents => {
            let Ok(document) = id.parse::<DocumentId>() else { return Ok(gone("document")) };
            store::documents::find(c, tenant, &document)?.map(|it| document_of(&it))
        }
        About::Imports | About::Pipelines | About::Team => None,
    };
    let object = kind.name.split('.').next().unwrap_or_default();
    Ok(with_detail(found.unwrap_or_else(|| gone(object)), kind, detail))
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
        "pipeline.changed" | "pipeline.deleted" => &[("people", "people")],
        "member.removed" => &[("people", "people"), ("tasks", "tasks")],
        "import.undone" => &[("made", "made"), ("changed", "changed"), ("kept", "kept")],
        _ => &[],
    };
    for (from, to) in more {
        if let Some(value) = detail.get(*from) {
            data[*to] = value.clone();
        }
    }
    data
}

/// What is told of a person has the names that the API has for it; so do tasks, appointments and documents.
fn person_of(c: &mut Conn, it: &Person) -> Result<Value> {
    let fields = store::own_fields::list(c, &it.tenant_id)?;
    let own = store::own_fields::list_of(c, &it.tenant_id, std::slice::from_ref(&it.id))?;
    let contacts = store::contacts::list(c, &it.tenant_id, &it.id)?;
    Ok(json!({
        "object": "person",
        "id": it.id,
        "kind": it.kind,
        "name": it.name,
        "company": it.company,
        "phone": it.phone,
        "phone_e164": crate::people::input::dialled(&contacts, it),
        "email": it.email,
        "standing": it.standing,
        "stage": it.stage_id,
        "won_at": it.won_at.map(|at| at.to_rfc3339()),
        "owner": it.owner_id,
        "source": it.source,
        "fields": crate::own_fields::document(&fields, &own),
        "created_at": it.created_at.to_rfc3339(),
        "updated_at": it.updated_at.to_rfc3339(),
        "rev": it.rev,
    }))
}

fn task_of(c: &mut Conn, it: &Task) -> Result<Value> {
    let links = store::tasks::list_links(c, &it.tenant_id, std::slice::from_ref(&it.id))?;
    let links: Vec<Value> =
        links.iter().map(|link| json!({"kind": link.kind, "id": link.entity_id})).collect();
    Ok(json!({
        "object": "task",
        "id": it.id,
        "title": it.title,
        "assignee": it.assignee_id,
        "day": it.due.map(|due| due.day.to_string()),
        "time": it.due.and_then(|due| due.time).map(domain::task::clock),
        "zone": it.zone.name(),
        "done_at": it.done_at.map(|at| at.to_rfc3339()),
        "links": links,
        "created_at": it.created_at.to_rfc3339(),
        "updated_at": it.updated_at.to_rfc3339(),
        "rev": it.rev,
    }))
}

fn appointment_of(it: &Appointment) -> Value {
    json!({
        "object": "appointment",
        "id": it.id,
        "title": it.title,
        "starts_at": it.starts_at.to_rfc3339(),
        "ends_at": it.ends_at.to_rfc3339(),
        "zone": it.zone.name(),
        "location": it.location,
        "status": it.status,
        "person": it.person_id,
        "created_at": it.created_at.to_rfc3339(),
        "updated_at": it.updated_at.to_rfc3339(),
        "rev": it.rev,
    })
}

fn document_of(it: &Document) -> Value {
    json!({
        "object": "document",
        "id": it.id,
        "name": it.name,
        "media": Media::of(&it.media_type).as_str(),
        "media_type": it.media_type,
        "size_bytes": it.size_bytes,
        "plugin": it.plugin_id,
        "connection": it.connection_id,
        "source": it.source,
        "retention": it.retention.as_str(),
        "created_at": it.created_at.to_rfc3339(),
    })
}
