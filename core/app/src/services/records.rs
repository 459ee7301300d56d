//! Records as plugins read and write them: the core's people and appointments, cut to the granted
//! fields by the runtime, and the plugin's own collections.

use std::collections::HashMap;

use domain::{AppointmentId, PersonId, RecordId};
use runtime::{CallContext, Page};
use serde_json::{Value, json};
use store::Conn;
use store::appointments::Appointment;
use store::idempotency::Answer;
use store::people::Person;
use store::plugin_records::{Collection, PluginRecord};

use crate::error::{Error, Result};
use crate::{App, own_fields, plugins};

pub(super) const PERSON: &str = "person";
const APPOINTMENT: &str = "appointment";
/// The person's field that holds what the business keeps of them in fields of its own.
const OWN_FIELDS: &str = "fields";

/// Whether these are everybody's records and not a plugin's own.
pub(super) fn is_core(entity: &str) -> bool {
    matches!(entity, PERSON | APPOINTMENT)
}

pub(super) async fn find(
    app: &App,
    ctx: &CallContext,
    entity: &str,
    id: &str,
) -> Result<Option<Value>> {
    let (ctx, entity, id) = (ctx.clone(), entity.to_owned(), id.to_owned());
    app.db
        .inspect(move |c| -> Result<Option<Value>> {
            let tenant = &ctx.tenant;
            match entity.as_str() {
                PERSON => {
                    let Ok(id) = id.parse::<PersonId>() else { return Ok(None) };
                    let found = store::people::find(c, tenant, &id)?;
                    Ok(person_documents(c, &ctx, found.as_slice())?.pop())
                }
                APPOINTMENT => {
                    let Ok(id) = id.parse::<AppointmentId>() else { return Ok(None) };
                    Ok(store::appointments::find(c, tenant, &id)?
                        .as_ref()
                        .map(appointment_document))
                }
                own => Ok(store::plugin_records::find(c, of(&ctx, own), &id)?.map(record)),
            }
        })
        .await
}

pub(super) async fn query(
    app: &App,
    ctx: &CallContext,
    entity: &str,
    filter: &Value,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<Value>> {
    let limit = usize::try_from(limit.clamp(1, 200)).unwrap_or(200);
    let (ctx, entity, after) = (ctx.clone(), entity.to_owned(), after.map(str::to_owned));
    let filter = filter.clone();
    app.db
        .inspect(move |c| -> Result<Page<Value>> {
            let mut cursor = after;
            let mut found = Vec::new();
            // The filter is applied to rows as they come; a page ends early rather than reading on
            // without bound.
            for _ in 0..20 {
                let rows = rows_after(c, &ctx, &entity, cursor.as_deref(), limit)?;
                let is_last = rows.len() < limit;
                for row in rows {
                    cursor = row.get("id").and_then(Value::as_str).map(str::to_owned);
                    if fits(&row, &filter) {
                        found.push(row);
                    }
                    if found.len() == limit {
                        return Ok((found, cursor));
                    }
                }
                if is_last {
                    return Ok((found, None));
                }
            }
            Ok((found, cursor))
        })
        .await
}

/// The next rows by id, which is the order they were made in.
fn rows_after(
    c: &mut Conn,
    ctx: &CallContext,
    entity: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Value>> {
    let tenant = &ctx.tenant;
    let limit = i64::try_from(limit).unwrap_or(200);
    match entity {
        PERSON => {
            let rows = store::people::list_after(c, tenant, after, limit)?;
            person_documents(c, ctx, &rows)
        }
        APPOINTMENT => {
            let rows = store::appointments::list_after(c, tenant, after, limit)?;
            Ok(rows.iter().map(appointment_document).collect())
        }
        own => {
            let page = store::plugin_records::list(c, of(ctx, own), after, limit)?;
            Ok(page.items.into_iter().map(record).collect())
        }
    }
}

fn fits(row: &Value, filter: &Value) -> bool {
    let wanted = filter.as_object();
    wanted.is_none_or(|wanted| wanted.iter().all(|(field, value)| row.get(field) == Some(value)))
}

pub(super) async fn upsert(
    app: &App,
    ctx: &CallContext,
    entity: &str,
    value: Value,
    expected_rev: Option<u64>,
    key: &str,
) -> Result<Value> {
    if [PERSON, APPOINTMENT].contains(&entity) {
        return crate::services::core_records::upsert(app, ctx, entity, value, expected_rev, key)
            .await;
    }
    let plugin = plugins::find_version(app, &ctx.plugin, ctx.version)?;
    let collection = plugin.manifest().collection(entity).ok_or(Error::NotFound)?;
    let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
    let mut bare = value;
    if let Some(fields) = bare.as_object_mut() {
        fields.remove("id");
        fields.remove("rev");
    }
    if let Some(wrong) = collection.schema.violations(&bare).into_iter().next() {
        return Err(Error::invalid(wrong.property, format!("error-setting-{}", wrong.rule)));
    }
    let (app2, ctx, entity, key) = (app.clone(), ctx.clone(), entity.to_owned(), key.to_owned());
    app.db
        .transact(move |c| -> Result<Value> {
            super::fence(c, &ctx)?;
            let scope = format!("record/{}/{entity}", ctx.plugin);
            if let Some(done) = store::idempotency::find(c, &ctx.tenant, &scope, &key)? {
                return Ok(done.result_json.0);
            }
            let made = keep(&app2, c, &ctx, &entity, id, bare, expected_rev)?;
            remember(&app2, c, &ctx, scope, key, &made)?;
            Ok(made)
        })
        .await
}

/// Keeps what was answered, so that the same key is answered the same.
pub(super) fn remember(
    app: &App,
    c: &mut Conn,
    ctx: &CallContext,
    scope: String,
    key: String,
    made: &Value,
) -> Result<()> {
    if key.is_empty() {
        return Ok(());
    }
    let answer = Answer {
        tenant_id: ctx.tenant.clone(),
        scope,
        key,
        result_json: made.clone().into(),
        created_at: app.clock.now(),
    };
    store::idempotency::insert(c, &answer)?;
    Ok(())
}

const fn of<'a>(ctx: &'a CallContext, name: &'a str) -> Collection<'a> {
    Collection { tenant: &ctx.tenant, plugin: &ctx.plugin, name }
}

fn keep(
    app: &App,
    c: &mut Conn,
    ctx: &CallContext,
    collection: &str,
    id: Option<String>,
    value: Value,
    expected_rev: Option<u64>,
) -> Result<Value> {
    let (now, of) = (app.clock.now(), of(ctx, collection));
    let expected = expected_rev.map(|rev| i64::try_from(rev).unwrap_or(i64::MAX));
    if let Some(id) = id {
        store::plugin_records::update(c, of, &id, &value.into(), expected, now)?;
        let row = store::plugin_records::find(c, of, &id)?.ok_or(Error::NotFound)?;
        return Ok(record(row));
    }
    let row = PluginRecord {
        tenant_id: ctx.tenant.clone(),
        plugin_id: ctx.plugin.clone(),
        collection: collection.to_owned(),
        id: RecordId::new(&*app.clock, &*app.rng).to_string(),
        value_json: value.into(),
        rev: 1,
        created_at: now,
        updated_at: now,
    };
    store::plugin_records::insert(c, &row)?;
    Ok(record(row))
}

pub(super) async fn delete(
    app: &App,
    ctx: &CallContext,
    entity: &str,
    id: &str,
    expected_rev: Option<u64>,
) -> Result<()> {
    if [PERSON, APPOINTMENT].contains(&entity) {
        return Err(Error::Forbidden);
    }
    let (ctx, entity, id) = (ctx.clone(), entity.to_owned(), id.to_owned());
    let expected = expected_rev.map(|rev| i64::try_from(rev).unwrap_or(i64::MAX));
    app.db
        .transact(move |c| -> Result<()> {
            super::fence(c, &ctx)?;
            Ok(store::plugin_records::delete(c, of(&ctx, &entity), &id, expected)?)
        })
        .await
}

/// The contract's people, with what they have of own fields where that was granted.
pub(super) fn person_documents(
    c: &mut Conn,
    ctx: &CallContext,
    rows: &[Person],
) -> Result<Vec<Value>> {
    let mut documents: Vec<Value> = rows.iter().map(person_document).collect();
    if !ctx.grant.fields(PERSON).contains(OWN_FIELDS) {
        return Ok(documents);
    }
    let fields = store::own_fields::list(c, &ctx.tenant)?;
    let ids: Vec<PersonId> = rows.iter().map(|row| row.id.clone()).collect();
    let own = store::own_fields::list_of(c, &ctx.tenant, &ids)?;
    let own: HashMap<(&str, &str), &str> = own
        .iter()
        .map(|it| ((it.person_id.as_str(), it.field_id.as_str()), it.value.as_str()))
        .collect();
    for (row, document) in rows.iter().zip(&mut documents) {
        let all = fields.iter().map(|field| {
            let value = own.get(&(row.id.as_str(), field.id.as_str())).copied();
            own_fields::named_document(field, value)
        });
        document[OWN_FIELDS] = all.collect();
    }
    Ok(documents)
}

fn person_document(row: &Person) -> Value {
    json!({
        "id": row.id, "rev": row.rev, "stage": row.standing, "name": row.name, "company": row.company,
        "phone": row.phone, "email": row.email, "source": row.source, "notes": row.notes,
        "created_at": row.created_at.to_rfc3339(), "updated_at": row.updated_at.to_rfc3339(),
    })
}

/// The contract's appointment.
pub(super) fn appointment_document(row: &Appointment) -> Value {
    json!({
        "id": row.id, "rev": row.rev, "person": row.person_id, "title": row.title,
        "notes": row.notes, "location": row.location, "status": row.status,
        "starts_at": row.starts_at.to_rfc3339(), "ends_at": row.ends_at.to_rfc3339(),
        "time_zone": row.zone, "online": row.online, "online_url": row.online_url,
        "created_at": row.created_at.to_rfc3339(), "updated_at": row.updated_at.to_rfc3339(),
    })
}

fn record(row: PluginRecord) -> Value {
    let mut value = row.value_json.0;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("id".to_owned(), json!(row.id));
        fields.insert("rev".to_owned(), json!(row.rev));
    }
    value
}
