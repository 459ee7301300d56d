//! What a message says of a thing, by the names that the API has for it; the API tells more.

use domain::{
    AppointmentId, ApprovalId, ConnectionId, DocumentId, EntryId, ImportId, MemberId, OwnFieldId,
    PersonId, PipelineId, TagId, TaskId, TenantId,
};
use serde_json::{Value, json};
use store::appointments::Appointment;
use store::documents::{Document, Media, Retention};
use store::people::Person;
use store::tasks::Task;
use store::{Conn, timeline};

use super::kinds::{About, Kind};
use crate::error::Result;
use crate::people::input;
use crate::{App, approvals, pipelines};

/// What is said of the thing of this id; None where it isn't there, or its kind of event says no more than
/// the act knows.
pub(super) fn find(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    kind: &Kind,
    id: &str,
) -> Result<Option<Value>> {
    match kind.about {
        About::People => person(c, tenant, id),
        About::Notes => note(c, tenant, id),
        About::Tasks => task(c, tenant, id),
        About::Appointments => appointment(c, tenant, id),
        About::Documents => document(c, tenant, id),
        About::Approvals => approval(app, c, tenant, id),
        About::Imports => match kind.name {
            "import.failed" | "import.cancelled" => import(c, tenant, id),
            _ => Ok(None),
        },
        About::Pipelines => pipeline(c, tenant, id),
        About::Tags => tag(c, tenant, id),
        About::Fields => field(c, tenant, id),
        About::Team => member(c, tenant, id),
        About::Connections => connection(c, tenant, id),
    }
}

fn person(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<PersonId>() else { return Ok(None) };
    let found = store::people::find_even_deleted(c, tenant, &id)?;
    found.map(|person| person_of(c, &person)).transpose()
}

fn note(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<EntryId>() else { return Ok(None) };
    let found = timeline::find(c, tenant, &id)?;
    Ok(found.map(|it| json!({"object": "note", "id": id, "person": it.person_id})))
}

fn task(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<TaskId>() else { return Ok(None) };
    let found = store::tasks::find_even_deleted(c, tenant, &id)?;
    found.map(|task| task_of(c, &task)).transpose()
}

fn appointment(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<AppointmentId>() else { return Ok(None) };
    Ok(store::appointments::find(c, tenant, &id)?.map(|it| appointment_of(&it)))
}

fn document(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<DocumentId>() else { return Ok(None) };
    Ok(store::documents::find(c, tenant, &id)?.map(|it| document_of(&it)))
}

/// What it would send and the plugin's words on it may be about somebody, so neither is said.
fn approval(app: &App, c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<ApprovalId>() else { return Ok(None) };
    let Some(it) = store::approvals::find(c, tenant, &id)? else { return Ok(None) };
    Ok(Some(json!({
        "object": "approval",
        "id": it.id,
        "plugin": it.plugin_id,
        "effect": it.effect,
        "host": approvals::host_of(&it.url),
        "state": approvals::state_at(&it, app.clock.now()),
        "proposed_at": it.proposed_at.to_rfc3339(),
        "expires_at": it.expires_at.to_rfc3339(),
        "decided_at": it.decided_at.map(|at| at.to_rfc3339()),
        "used_at": it.used_at.map(|at| at.to_rfc3339()),
        "answer_status": it.answer_status,
        "replaced_by": it.replaced_by,
    })))
}

fn import(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<ImportId>() else { return Ok(None) };
    let counts = store::imports::get(c, tenant, &id)?.counts();
    Ok(Some(json!({
        "object": "import",
        "id": id,
        "made": counts.made,
        "changed": counts.changed,
        "skipped": counts.skipped,
        "refused": counts.refused,
    })))
}

fn pipeline(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<PipelineId>() else { return Ok(None) };
    let all = pipelines::list_in(c, tenant)?;
    let found = all.into_iter().find(|each| each.pipeline.id == id);
    Ok(found.map(|it| {
        let stages = it.stages.iter().map(|stage| {
            json!({
                "id": stage.id,
                "name": stage.name,
                "outcome": stage.outcome,
                "goes_to": stage.goes_to,
            })
        });
        json!({
            "object": "pipeline",
            "id": id,
            "name": it.pipeline.name,
            "stages": stages.collect::<Vec<_>>(),
        })
    }))
}

fn tag(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<TagId>() else { return Ok(None) };
    let tag = store::tags::get(c, tenant, &id)?;
    Ok(Some(json!({"object": "tag", "id": tag.id, "name": tag.name})))
}

fn field(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<OwnFieldId>() else { return Ok(None) };
    let field = store::own_fields::get(c, tenant, &id)?;
    let options = field
        .options()
        .into_iter()
        .map(|it| json!({"id": it.id, "name": it.name, "is_retired": it.retired}));
    Ok(Some(json!({
        "object": "person_field",
        "id": field.id,
        "name": field.name,
        "kind": field.kind,
        "help": field.help,
        "options": options.collect::<Vec<_>>(),
    })))
}

fn member(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<MemberId>() else { return Ok(None) };
    let Some(it) = store::members::find(c, tenant, &id)? else { return Ok(None) };
    let account = store::accounts::get(c, &it.account_id)?;
    Ok(Some(json!({
        "object": "member",
        "id": it.id,
        "name": account.name,
        "email": account.email,
        "role": it.role,
        "created_at": it.created_at.to_rfc3339(),
    })))
}

/// Whose account it is may be somebody's name or address, so that isn't said.
fn connection(c: &mut Conn, tenant: &TenantId, id: &str) -> Result<Option<Value>> {
    let Ok(id) = id.parse::<ConnectionId>() else { return Ok(None) };
    let Some(it) = store::connections::find(c, tenant, &id)? else { return Ok(None) };
    Ok(Some(json!({
        "object": "connection",
        "id": it.id,
        "plugin": it.plugin_id,
        "provider": it.provider,
        "state": it.state,
        "problem": it.problem,
        "ends_at": it.grant_ends_at.map(|at| at.to_rfc3339()),
        "created_at": it.created_at.to_rfc3339(),
    })))
}

/// What somebody wrote of them, and of what they agreed to, isn't said.
fn person_of(c: &mut Conn, it: &Person) -> Result<Value> {
    let fields = store::own_fields::list(c, &it.tenant_id)?;
    let own = store::own_fields::list_of(c, &it.tenant_id, std::slice::from_ref(&it.id))?;
    let contacts = store::contacts::list(c, &it.tenant_id, &it.id)?;
    let further = input::further(contacts.clone(), it).into_iter().map(|contact| {
        let e164 = Some(&contact.e164).filter(|it| !it.is_empty());
        json!({"kind": contact.kind, "value": contact.value, "label": contact.label, "e164": e164})
    });
    let has_value = it.value != 0;
    Ok(json!({
        "object": "person",
        "id": it.id,
        "kind": it.kind,
        "name": it.name,
        "company": it.company,
        "phone": it.phone,
        "phone_e164": input::dialled(&contacts, it),
        "email": it.email,
        "standing": it.standing,
        "stage": it.stage_id,
        "stage_since": it.stage_since.to_rfc3339(),
        "won_at": it.won_at.map(|at| at.to_rfc3339()),
        "owner": it.owner_id,
        "source": it.source,
        "value": has_value.then(|| crate::money::typed(it.value, &it.value_currency)),
        "value_currency": has_value.then_some(&it.value_currency),
        "follow_up_on": it.follow_up_on,
        "consent": it.consent,
        "consent_at": it.consent_at.map(|at| at.to_rfc3339()),
        "tags": tags_of(c, it)?,
        "contacts": further.collect::<Vec<_>>(),
        "fields": crate::own_fields::document(&fields, &own),
        "created_at": it.created_at.to_rfc3339(),
        "updated_at": it.updated_at.to_rfc3339(),
        "rev": it.rev,
    }))
}

/// The names of their tags, in order.
fn tags_of(c: &mut Conn, it: &Person) -> Result<Vec<String>> {
    let on = store::tags::list_of(c, &it.tenant_id, std::slice::from_ref(&it.id))?;
    if on.is_empty() {
        return Ok(Vec::new());
    }
    let all = store::tags::list(c, &it.tenant_id)?.into_iter();
    let theirs = all.filter(|tag| on.iter().any(|(_, id)| *id == tag.id));
    let mut names: Vec<String> = theirs.map(|tag| tag.name).collect();
    names.sort();
    Ok(names)
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
        "plugin": (it.retention != Retention::Member).then_some(&it.plugin_id),
        "connection": it.connection_id,
        "source": it.source,
        "person": it.person_id,
        "added_by": it.added_by,
        "retention": it.retention.as_str(),
        "created_at": it.created_at.to_rfc3339(),
    })
}
