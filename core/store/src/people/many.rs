//! Many people at once, as files bring them: the same as one by one, in few statements.

use std::collections::HashMap;

use diesel::prelude::*;
use domain::{PersonId, TagId, TenantId, Timestamp};

use super::{Person, come_or_gone, name_key, search_text};
use crate::attributions::Attribution;
use crate::backend::Conn;
use crate::contacts::{Contact, ContactKind};
use crate::error::{Error, Result};
use crate::own_fields::OwnValue;
use crate::schema::{attributions, contacts, people, person_field_values, person_tags, timeline};
use crate::scope;
use crate::search;
use crate::timeline::Entry;

/// Most rows of one statement: PostgreSQL takes 65,535 values in it.
const AT_ONCE: usize = 1_000;

/// Somebody new with all that is kept beside them.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// They.
    pub person: Person,
    /// Their numbers and addresses.
    pub contacts: Vec<Contact>,
    /// Their tags.
    pub tags: Vec<TagId>,
    /// What they have of the own fields.
    pub own: Vec<OwnValue>,
    /// Where they came from first, where that is known.
    pub attribution: Option<Attribution>,
    /// What their page says of it.
    pub entry: Entry,
}

/// Inserts rows into a table, so many in a statement.
macro_rules! insert_all {
    ($c:ident, $table:ident, $rows:expr) => {{
        let mut rows = $rows;
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(AT_ONCE));
            let insert = diesel::insert_into($table::table).values(rows);
            each_backend!($c, |c| insert.execute(c)?);
            rows = rest;
        }
    }};
}

/// Adds people whom a list brought, all of one tenant.
pub fn insert_many(c: &mut Conn, tenant: &TenantId, all: Vec<NewPerson>) -> Result<()> {
    scope::tenant(c, tenant)?;
    search::of_new_people(c, tenant, &all)?;
    let (mut rows, mut theirs, mut tags) = (Vec::new(), Vec::new(), Vec::new());
    let (mut touches, mut entries, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for NewPerson { person, contacts, tags: on, own, attribution, entry } in all {
        let email = crate::accounts::normal_email(&person.email);
        let found_by =
            search_text([&person.name, &person.company, &person.phone, &email], &contacts);
        let keys = (
            people::search_text.eq(found_by),
            people::name_key.eq(name_key(&person.name)),
            people::brought.eq(true),
        );
        tags.extend(on.into_iter().map(|tag| {
            (
                person_tags::tenant_id.eq(tenant.to_string()),
                person_tags::person_id.eq(person.id.to_string()),
                person_tags::tag_id.eq(tag.to_string()),
            )
        }));
        rows.push((Person { email, ..person }, keys));
        theirs.extend(contacts);
        values.extend(own);
        touches.extend(attribution);
        entries.push(entry);
    }
    insert_all!(c, people, rows);
    insert_all!(c, contacts, theirs);
    insert_all!(c, person_tags, tags);
    insert_all!(c, person_field_values, values);
    insert_all!(c, attributions, touches);
    insert_all!(c, timeline, entries);
    Ok(())
}

/// Who has which of these numbers or addresses, by their keys; of several the oldest.
pub fn find_by_contacts(
    c: &mut Conn,
    tenant: &TenantId,
    kind: ContactKind,
    keys: &[String],
) -> Result<HashMap<String, PersonId>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<(String, String)> =
        contacts::table
            .inner_join(people::table.on(
                people::tenant_id.eq(contacts::tenant_id).and(people::id.eq(contacts::person_id)),
            ))
            .filter(contacts::tenant_id.eq(tenant.as_str()))
            .filter(contacts::kind.eq(kind.as_str()))
            .filter(contacts::match_key.eq_any(keys))
            .filter(people::deleted_at.is_null())
            .select((contacts::match_key, contacts::person_id))
            .load(c)?;
    by_key(rows)
}

/// Who has which of these names, however they are written; of several the oldest. The keys are
/// [`folded_name`]s.
pub fn find_by_names(
    c: &mut Conn,
    tenant: &TenantId,
    keys: &[String],
) -> Result<HashMap<String, PersonId>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<(String, String)> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::name_key.eq_any(keys))
        .filter(people::deleted_at.is_null())
        .select((people::name_key, people::id))
        .load(c)?;
    by_key(rows)
}

/// The form in which names are compared.
pub fn folded_name(name: &str) -> String {
    name_key(name)
}

/// Of several with a key the oldest, whose id is the least. Ordered here: asked for an order, SQLite walks
/// through everybody in that order rather than look the keys up.
fn by_key(mut rows: Vec<(String, String)>) -> Result<HashMap<String, PersonId>> {
    rows.sort_unstable_by(|one, other| other.1.cmp(&one.1));
    let read = |(key, id): (String, String)| Ok((key, id.parse().map_err(Error::internal)?));
    rows.into_iter().map(read).collect()
}

/// Makes others who change these people, deleted or not, wait for this transaction: for an act over many,
/// before it writes anything. Whoever changes one of them meanwhile ends first, and is waited for in the
/// order of their ids, so that of two such acts neither waits for the other. On SQLite writers wait for each
/// other anyway.
pub fn lock_many(c: &mut Conn, tenant: &TenantId, ids: &[PersonId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let rows = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(ids.iter().map(PersonId::as_str)))
        .order(people::id)
        .select(people::id);
    each_backend!(
        c,
        Sqlite(_c) => {},
        Postgres(c) => {
            let _held: Vec<String> = rows.for_no_key_update().load(c)?;
        }
    );
    Ok(())
}

/// Marks as deleted those of these people who still have their revision, each with it; answers who they
/// were.
pub fn delete_many(
    c: &mut Conn,
    tenant: &TenantId,
    these: &[(PersonId, i64)],
    now: Timestamp,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let mut gone = Vec::new();
    let mut by_rev: HashMap<i64, Vec<&PersonId>> = HashMap::new();
    for (id, rev) in these {
        by_rev.entry(*rev).or_default().push(id);
    }
    for (rev, ids) in by_rev {
        let target = people::table
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::id.eq_any(ids.iter().map(|id| id.as_str())))
            .filter(people::rev.eq(rev))
            .filter(people::deleted_at.is_null());
        let set = (people::deleted_at.eq(now.as_millis()), people::rev.eq(rev + 1));
        let update = diesel::update(target).set(set).returning(people::id);
        let rows: Vec<String> = each_backend!(c, |c| update.get_results(c)?);
        for id in rows {
            gone.push(id.parse().map_err(Error::internal)?);
        }
    }
    come_or_gone(c, tenant, &gone)?;
    Ok(gone)
}

/// Those of these people with whom something happened that isn't of this kind: a note, an appointment,
/// another stage.
pub fn list_busy(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[PersonId],
    but: &str,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<String> = timeline::table
        .filter(timeline::tenant_id.eq(tenant.as_str()))
        .filter(timeline::person_id.eq_any(ids.iter().map(PersonId::as_str)))
        .filter(timeline::kind.ne(but))
        .select(timeline::person_id)
        .distinct()
        .load(c)?;
    rows.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Gives these people another revision: something of theirs changes, with others' at once.
pub fn touch_many(c: &mut Conn, tenant: &TenantId, ids: &[PersonId], now: Timestamp) -> Result<()> {
    scope::tenant(c, tenant)?;
    lock_many(c, tenant, ids)?;
    let these = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(ids.iter().map(PersonId::as_str)));
    let set = (people::rev.eq(people::rev + 1), people::updated_at.eq(now.as_millis()));
    diesel::update(these).set(set).execute(c)?;
    Ok(())
}
