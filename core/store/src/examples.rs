//! Examples to look around with: which people, appointments, tasks, series and tags are none of the
//! business's own.

use std::str::FromStr;

use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::{AppointmentId, DocumentId, PersonId, TenantId};

use crate::appointments::{Appointment, lock_many};
use crate::backend::Conn;
use crate::documents::{self, OWN, Retention};
use crate::error::{Error, Result};
use crate::schema::{appointments, documents as files, examples, timeline};
use crate::scope;
use crate::search::{self, Kind};

words! {
    /// What an example is.
    pub enum ExampleKind {
        /// One of the people.
        Person = "person",
        /// An appointment.
        Appointment = "appointment",
        /// A task.
        Task = "task",
        /// The rule by which appointments come again.
        Series = "series",
        /// A tag.
        Tag = "tag",
    }
}

row! {
    /// An example.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Example: examples, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub kind: ExampleKind as String,
        pub entity_id: String,
    }
}

/// What a document is for that is an example.
pub const SOURCE: &str = "example";

const NOTICES: &str = "DELETE FROM notifications WHERE tenant_id = $1 AND href IN \
    (SELECT CASE kind WHEN 'task' THEN '/tasks/' WHEN 'person' THEN '/people/' \
        ELSE '/appointments/' END || entity_id FROM examples WHERE tenant_id = $1)";

const REMINDERS: &str = "DELETE FROM reminders WHERE tenant_id = $1 AND EXISTS \
    (SELECT 1 FROM examples WHERE examples.tenant_id = $1 \
        AND examples.kind = reminders.subject AND examples.entity_id = reminders.subject_id)";

const LINKS: &str = "DELETE FROM task_links WHERE tenant_id = $1 AND EXISTS \
    (SELECT 1 FROM examples WHERE examples.tenant_id = $1 \
        AND examples.kind = task_links.kind AND examples.entity_id = task_links.entity_id)";

/// Real appointments with one of the examples stay, with nobody.
const VISITS: &str = "UPDATE appointments SET person_id = NULL WHERE tenant_id = $1 AND person_id IN \
    (SELECT entity_id FROM examples WHERE tenant_id = $1 AND kind = 'person')";

const SERIES: &str = "UPDATE series SET person_id = NULL WHERE tenant_id = $1 AND person_id IN \
    (SELECT entity_id FROM examples WHERE tenant_id = $1 AND kind = 'person')";

/// Real documents about one of the examples stay, about nobody.
const FILES: &str = "UPDATE documents SET person_id = NULL WHERE tenant_id = $1 AND person_id IN \
    (SELECT entity_id FROM examples WHERE tenant_id = $1 AND kind = 'person')";

/// A tag that is on one of the business's own people by now stays.
const TAGS: &str = "DELETE FROM tags WHERE tenant_id = $1 \
    AND id IN (SELECT entity_id FROM examples WHERE tenant_id = $1 AND kind = 'tag') \
    AND NOT EXISTS (SELECT 1 FROM person_tags \
        WHERE person_tags.tenant_id = $1 AND person_tags.tag_id = tags.id)";

/// Notes that something is an example.
pub fn insert(c: &mut Conn, row: &Example) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(examples::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Whether something is an example.
pub fn is_one(c: &mut Conn, tenant: &TenantId, kind: ExampleKind, id: &str) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let key = (tenant.as_str(), kind.as_str(), id);
    let query = examples::table.find(key).select(examples::entity_id);
    Ok(query.first::<String>(c).optional()?.is_some())
}

/// Notes that something is no example, or none any more; answers whether it was one.
pub fn delete(c: &mut Conn, tenant: &TenantId, kind: ExampleKind, id: &str) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let key = (tenant.as_str(), kind.as_str(), id);
    Ok(diesel::delete(examples::table.find(key)).execute(c)? > 0)
}

/// How many examples a business has.
pub fn count(c: &mut Conn, tenant: &TenantId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(examples::table.filter(examples::tenant_id.eq(tenant.as_str())).count().get_result(c)?)
}

/// How many examples of a kind a business has.
pub fn count_of(c: &mut Conn, tenant: &TenantId, kind: ExampleKind) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let query = examples::table
        .filter(examples::tenant_id.eq(tenant.as_str()))
        .filter(examples::kind.eq(kind.as_str()));
    Ok(query.count().get_result(c)?)
}

/// The appointments among them that are in a calendar of a provider, by id. Nobody writes any of them before
/// this transaction ends: of an event that is just being sent it is known here, or it isn't sent.
pub fn hold_in_calendars(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    let ids = ids_of(c, tenant, ExampleKind::Appointment)?;
    let all: Vec<AppointmentId> = parsed(ids.clone())?;
    lock_many(c, tenant, &all)?;
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.is_not_null())
        .filter(appointments::id.eq_any(ids))
        .order(appointments::id)
        .select(Appointment::as_select())
        .load(c)?)
}

fn ids_of(c: &mut Conn, tenant: &TenantId, kind: ExampleKind) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    Ok(examples::table
        .filter(examples::tenant_id.eq(tenant.as_str()))
        .filter(examples::kind.eq(kind.as_str()))
        .select(examples::entity_id)
        .load(c)?)
}

/// Removes every example with all that hangs on it. What stands in calendars of providers stays there:
/// that is the caller's to take away. Answers which documents went, whose bodies are to be deleted after this is
/// committed.
pub fn delete_all(c: &mut Conn, tenant: &TenantId) -> Result<Vec<DocumentId>> {
    scope::tenant(c, tenant)?;
    let (examples, visits) = found_by(c, tenant)?;
    let gone = delete_documents(c, tenant)?;
    let people: Vec<PersonId> = parsed(ids_of(c, tenant, ExampleKind::Person)?)?;
    let left = documents::list_about(c, tenant, &people)?;
    for text in [NOTICES, REMINDERS, LINKS, VISITS, SERIES, FILES] {
        diesel::sql_query(text).bind::<Text, _>(tenant.as_str()).execute(c)?;
    }
    let tables = [
        ("tasks", ExampleKind::Task),
        ("appointments", ExampleKind::Appointment),
        ("series", ExampleKind::Series),
        ("people", ExampleKind::Person),
    ];
    for (table, kind) in tables {
        let text = format!(
            "DELETE FROM {table} WHERE tenant_id = $1 AND id IN \
                (SELECT entity_id FROM examples WHERE tenant_id = $1 AND kind = $2)"
        );
        let query = diesel::sql_query(text).bind::<Text, _>(tenant.as_str());
        query.bind::<Text, _>(kind.as_str()).execute(c)?;
    }
    diesel::sql_query(TAGS).bind::<Text, _>(tenant.as_str()).execute(c)?;
    diesel::delete(examples::table.filter(examples::tenant_id.eq(tenant.as_str()))).execute(c)?;
    for (kind, ids) in examples {
        search::forget(c, tenant, kind, &ids)?;
    }
    search::of_appointments(c, tenant, &visits)?;
    search::of_documents(c, tenant, &left)?;
    Ok(gone)
}

/// Deletes the documents that are examples, whomever they are about by now.
fn delete_documents(c: &mut Conn, tenant: &TenantId) -> Result<Vec<DocumentId>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<String> = files::table
        .filter(files::tenant_id.eq(tenant.as_str()))
        .filter(files::plugin_id.eq(OWN))
        .filter(files::retention.eq(Retention::Member.as_str()))
        .filter(files::source.eq(SOURCE))
        .select(files::id)
        .load(c)?;
    let ids: Vec<DocumentId> = parsed(ids)?;
    for id in &ids {
        documents::delete(c, tenant, id)?;
    }
    Ok(ids)
}

fn parsed<T: FromStr>(ids: Vec<String>) -> Result<Vec<T>>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// What the examples are found by, and the appointments with any of them.
type FoundBy = (Vec<(Kind, Vec<String>)>, Vec<AppointmentId>);

fn found_by(c: &mut Conn, tenant: &TenantId) -> Result<FoundBy> {
    scope::tenant(c, tenant)?;
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let ids: Vec<String> = examples::table
            .filter(examples::tenant_id.eq(tenant.as_str()))
            .filter(examples::kind.eq(kind.as_str()))
            .select(examples::entity_id)
            .load(c)?;
        all.push((*kind, ids));
    }
    let people = all.iter().filter(|(kind, _)| *kind == Kind::Person).flat_map(|(_, ids)| ids);
    let people: Vec<String> = people.cloned().collect();
    let notes: Vec<String> = timeline::table
        .filter(timeline::tenant_id.eq(tenant.as_str()))
        .filter(timeline::person_id.eq_any(&people))
        .filter(timeline::kind.eq(crate::timeline::NOTE))
        .select(timeline::id)
        .load(c)?;
    all.push((Kind::Note, notes));
    let visits: Vec<String> = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::person_id.eq_any(people))
        .select(appointments::id)
        .load(c)?;
    Ok((all, parsed(visits)?))
}
