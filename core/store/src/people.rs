//! Leads and customers.

mod apart;
mod lists;
mod losing;
mod many;
mod merging;
mod own;
mod removed;
mod sources;
mod steps;

use diesel::prelude::*;
use domain::{DocumentId, MemberId, PersonId, StageId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::contacts::{self, Contact};
use crate::documents;
use crate::error::{Error, Result, settled};
use crate::fold;
use crate::page::bounded;
use crate::schema::people;
use crate::scope;
use crate::search;

pub use apart::*;
pub use lists::*;
pub use losing::*;
pub use many::*;
pub use merging::*;
pub use own::*;
pub use removed::*;
pub use sources::*;
pub use steps::*;

/// How many characters of a name its order goes by.
const NAME_KEY_CHARS: usize = 60;
/// Most who are removed for good at once.
const PURGED_AT_ONCE: i64 = 500;

words! {
    /// How far a person has come, which their stage decides.
    pub enum Standing {
        /// Might become a customer.
        Lead = "lead",
        /// Is one.
        Customer = "customer",
    }
}

words! {
    /// Who it is.
    pub enum Kind {
        /// A human being.
        Person = "person",
        /// A company or another body.
        Company = "company",
    }
}

words! {
    /// Whether somebody agreed to be written to.
    pub enum Consent {
        /// Nobody asked yet.
        Unknown = "unknown",
        /// They did.
        Given = "given",
        /// They did and don't any more, or said no.
        Withdrawn = "withdrawn",
    }
}

row! {
    /// A lead or customer. One with `deleted_at` is kept for history and shown nowhere.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Person: people, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: PersonId as String,
        pub kind: Kind as String,
        pub standing: Standing as String,
        pub stage_id: StageId as String,
        pub stage_since: Timestamp as i64,
        pub won_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub name: String,
        pub company: String,
        pub phone: String,
        pub email: String,
        pub source: String,
        pub notes: String,
        pub owner_id: Option<MemberId> as Opt<String, MemberId>,
        pub value: i64,
        pub value_currency: String,
        pub follow_up_on: Option<String>,
        pub consent: Consent as String,
        pub consent_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub consent_note: String,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
        pub deleted_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub rev: i64,
    }
}

row! {
    /// What may be changed of a person.
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct PersonChange: people, [AsChangeset] {
        pub kind: Kind as String,
        pub standing: Standing as String,
        pub stage_id: StageId as String,
        pub stage_since: Timestamp as i64,
        pub won_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub name: String,
        pub company: String,
        pub phone: String,
        pub email: String,
        pub source: String,
        pub notes: String,
        pub owner_id: Option<MemberId> as Opt<String, MemberId>,
        pub value: i64,
        pub value_currency: String,
        pub follow_up_on: Option<String>,
        pub consent: Consent as String,
        pub consent_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub consent_note: String,
    }
}

/// The person, if the tenant has them and they are not deleted.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &PersonId) -> Result<Option<Person>> {
    scope::tenant(c, tenant)?;
    let query =
        people::table.find((tenant.as_str(), id.as_str())).filter(people::deleted_at.is_null());
    Ok(query.select(Person::as_select()).first(c).optional()?)
}

/// The person, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &PersonId) -> Result<Person> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// The person, deleted or not, if the tenant has them: for undoing.
pub fn find_even_deleted(c: &mut Conn, tenant: &TenantId, id: &PersonId) -> Result<Option<Person>> {
    scope::tenant(c, tenant)?;
    let query = people::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Person::as_select()).first(c).optional()?)
}

/// The person with this address, among all of theirs, oldest first where there are several.
pub fn find_by_email(c: &mut Conn, tenant: &TenantId, email: &str) -> Result<Option<Person>> {
    scope::tenant(c, tenant)?;
    let keys = [contacts::match_key(contacts::ContactKind::Email, email, None)];
    let theirs = contacts::list_sharing(c, tenant, contacts::ContactKind::Email, &keys, None)?;
    match theirs.first() {
        Some(id) => find(c, tenant, id),
        None => Ok(None),
    }
}

/// The named people of the tenant, in no particular order; those it doesn't have are left out.
pub fn list_by_ids(c: &mut Conn, tenant: &TenantId, ids: &[PersonId]) -> Result<Vec<Person>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<&str> = ids.iter().map(PersonId::as_str).collect();
    Ok(people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(ids))
        .filter(people::deleted_at.is_null())
        .select(Person::as_select())
        .load(c)?)
}

/// The names of these people of the tenant, in no particular order, without those it doesn't have.
pub fn list_names(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[PersonId],
) -> Result<Vec<(PersonId, String)>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<&str> = ids.iter().map(PersonId::as_str).collect();
    let rows: Vec<(String, String)> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(ids))
        .filter(people::deleted_at.is_null())
        .select((people::id, people::name))
        .load(c)?;
    rows.into_iter().map(|(id, name)| Ok((id.parse().map_err(Error::internal)?, name))).collect()
}

/// Adds a person with their numbers and addresses; e-mail is kept in lower case.
pub fn insert(c: &mut Conn, person: &Person, theirs: &[Contact]) -> Result<()> {
    scope::tenant(c, &person.tenant_id)?;
    let person = Person { email: crate::accounts::normal_email(&person.email), ..person.clone() };
    let keys = (
        people::search_text
            .eq(search_text([&person.name, &person.company, &person.phone, &person.email], theirs)),
        people::name_key.eq(name_key(&person.name)),
    );
    diesel::insert_into(people::table).values((person.clone(), keys)).execute(c)?;
    contacts::replace(c, &person.tenant_id, &person.id, theirs)?;
    search::of_people(c, &person.tenant_id, std::slice::from_ref(&person.id))
}

/// Changes the person if they still have the revision, with all their numbers and addresses; answers
/// the new revision.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed them meanwhile.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    id: &PersonId,
    change: &PersonChange,
    theirs: &[Contact],
    rev: i64,
    now: Timestamp,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let name = find(c, tenant, id)?.map(|before| before.name);
    let target = people::table
        .find((tenant.as_str(), id.as_str()))
        .filter(people::rev.eq(rev))
        .filter(people::deleted_at.is_null());
    let email = crate::accounts::normal_email(&change.email);
    let found_by = search_text([&change.name, &change.company, &change.phone, &email], theirs);
    let set = (
        PersonChange { email, ..change.clone() },
        people::search_text.eq(found_by),
        people::name_key.eq(name_key(&change.name)),
        people::updated_at.eq(now.as_millis()),
        people::rev.eq(rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))?;
    contacts::replace(c, tenant, id, theirs)?;
    let them = std::slice::from_ref(id);
    search::of_people(c, tenant, them)?;
    if name.is_some_and(|name| name != change.name) {
        search::with_people(c, tenant, them)?;
    }
    Ok(rev + 1)
}

/// Marks the person as deleted if they still have the revision.
pub fn delete(
    c: &mut Conn,
    tenant: &TenantId,
    id: &PersonId,
    rev: i64,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = people::table
        .find((tenant.as_str(), id.as_str()))
        .filter(people::rev.eq(rev))
        .filter(people::deleted_at.is_null());
    let set = (people::deleted_at.eq(now.as_millis()), people::rev.eq(rev + 1));
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))?;
    come_or_gone(c, tenant, std::slice::from_ref(id))
}

/// Takes the mark off again if they still have the revision, and with it whom they became one with.
pub fn restore(c: &mut Conn, tenant: &TenantId, id: &PersonId, rev: i64) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = people::table
        .find((tenant.as_str(), id.as_str()))
        .filter(people::rev.eq(rev))
        .filter(people::deleted_at.is_not_null());
    let set = (
        people::deleted_at.eq(None::<i64>),
        people::merged_into.eq(None::<String>),
        people::rev.eq(rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find_even_deleted(c, tenant, id)?.is_some()))?;
    come_or_gone(c, tenant, std::slice::from_ref(id))
}

/// What these people, the appointments with them, and the notes and documents about them are found by, once
/// they were deleted or are there again.
fn come_or_gone(c: &mut Conn, tenant: &TenantId, them: &[PersonId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    // The notes first: who gives notes their words holds them before the words.
    search::about_people(c, tenant, them)?;
    search::of_people(c, tenant, them)?;
    search::with_people(c, tenant, them)
}

/// Whether the tenant has anybody who was marked as deleted before.
pub fn has_removed(c: &mut Conn, tenant: &TenantId, before: Timestamp) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let old = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::deleted_at.lt(before.as_millis()));
    Ok(old.select(people::id).first::<String>(c).optional()?.is_some())
}

/// Removes some of what was marked as deleted before, for good, so that nobody waits long; appointments with
/// them stay, without them. Answers how many went, and 0 when there are no more; and which documents went with
/// them, whose bodies are to be deleted after this is committed.
pub fn purge(
    c: &mut Conn,
    tenant: &TenantId,
    before: Timestamp,
) -> Result<(usize, Vec<DocumentId>)> {
    scope::tenant(c, tenant)?;
    use crate::schema::appointments;
    let old = || {
        people::table
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::deleted_at.lt(before.as_millis()))
            .select(people::id)
    };
    let found: Vec<String> = old().limit(PURGED_AT_ONCE).load(c)?;
    lock_many(c, tenant, &ids_of(&found)?)?;
    // Who was brought back until they were held stays.
    let gone: Vec<String> = old().filter(people::id.eq_any(&found)).load(c)?;
    // What was written of them in the moment they were deleted is found yet.
    let whom = ids_of(&gone)?;
    come_or_gone(c, tenant, &whom)?;
    let files = documents::delete_of_people(c, tenant, &whom)?;
    let theirs = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::person_id.eq_any(&gone));
    diesel::update(theirs).set(appointments::person_id.eq(None::<String>)).execute(c)?;
    let them = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(&gone));
    Ok((diesel::delete(them).execute(c)?, files))
}

fn ids_of(rows: &[String]) -> Result<Vec<PersonId>> {
    rows.iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// All that a person is found by, a line each: the own fields, then numbers and addresses.
fn search_text([name, company, phone, email]: [&str; 4], theirs: &[Contact]) -> String {
    let mut lines = [name, company, phone, email].map(fold::fold).to_vec();
    lines.push(fold::digits(phone));
    for contact in theirs {
        lines.push(fold::fold(&contact.value));
        if contact.kind == contacts::ContactKind::Phone {
            lines.push(fold::digits(&contact.value));
        }
    }
    lines.dedup();
    lines.join("\n")
}

fn name_key(name: &str) -> String {
    fold::fold(name).chars().take(NAME_KEY_CHARS).collect()
}

/// People in the order of their ids, which is the order they were made in; deleted ones left out.
pub fn list_after(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Person>> {
    scope::tenant(c, tenant)?;
    Ok(people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::deleted_at.is_null())
        .filter(people::id.gt(after.unwrap_or_default()))
        .order(people::id)
        .limit(bounded(limit))
        .select(Person::as_select())
        .load(c)?)
}
