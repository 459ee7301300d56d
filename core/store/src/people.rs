//! Leads and customers.

use diesel::prelude::*;
use domain::{PersonId, TenantId, Timestamp};

use crate::backend::{Conn, MultiBackend};
use crate::columns::Opt;
use crate::error::{Error, Result, settled};
use crate::fold;
use crate::page::{Cursor, Page, bounded};
use crate::schema::people;
use crate::scope;

words! {
    /// How far a person has come.
    pub enum Stage {
        /// Might become a customer.
        Lead = "lead",
        /// Is one.
        Customer = "customer",
    }
}

row! {
    /// A lead or customer. One with `deleted_at` is kept for history and shown nowhere.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Person: people, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: PersonId as String,
        pub stage: Stage as String,
        pub name: String,
        pub company: String,
        pub phone: String,
        pub email: String,
        pub source: String,
        pub notes: String,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
        pub deleted_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub rev: i64,
    }
}

row! {
    /// What may be changed of a person.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PersonChange: people, [AsChangeset] {
        pub stage: Stage as String,
        pub name: String,
        pub company: String,
        pub phone: String,
        pub email: String,
        pub source: String,
        pub notes: String,
    }
}

/// Which people to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PersonFilter {
    /// Only those whose name, company, phone or email contains this, in any case.
    pub search: Option<String>,
    /// Only those of this stage.
    pub stage: Option<Stage>,
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

/// The person with this address, oldest first where there are several.
pub fn find_by_email(c: &mut Conn, tenant: &TenantId, email: &str) -> Result<Option<Person>> {
    scope::tenant(c, tenant)?;
    let query = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::email.eq(crate::accounts::normal_email(email)))
        .filter(people::deleted_at.is_null())
        .order((people::created_at, people::id));
    Ok(query.select(Person::as_select()).first(c).optional()?)
}

type Query<'a> = people::BoxedQuery<'a, MultiBackend>;

fn matching<'a>(tenant: &'a TenantId, filter: &PersonFilter) -> Query<'a> {
    let mut query = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::deleted_at.is_null())
        .into_boxed();
    if let Some(stage) = filter.stage {
        query = query.filter(people::stage.eq(stage.as_str()));
    }
    if let Some(pattern) = filter.search.as_deref().and_then(fold::contains) {
        query = query.filter(people::search_text.like(pattern).escape('\\'));
    }
    query
}

/// A page of people, newest first.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &PersonFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Person>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = matching(tenant, filter);
    if let Some(after) = after {
        let earlier = people::created_at.lt(after.at);
        let same = people::created_at.eq(after.at).and(people::id.lt(after.id.clone()));
        query = query.filter(earlier.or(same));
    }
    let rows: Vec<Person> = query
        .order((people::created_at.desc(), people::id.desc()))
        .limit(limit + 1)
        .select(Person::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.created_at, last.id.as_str())))
}

/// How many people match.
pub fn count(c: &mut Conn, tenant: &TenantId, filter: &PersonFilter) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(matching(tenant, filter).count().get_result(c)?)
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

/// Adds a person; the address is kept in lower case.
pub fn insert(c: &mut Conn, person: &Person) -> Result<()> {
    scope::tenant(c, &person.tenant_id)?;
    let email = crate::accounts::normal_email(&person.email);
    let search = search_text(&person.name, &person.company, &person.phone, &email);
    let values = (Person { email, ..person.clone() }, people::search_text.eq(search));
    diesel::insert_into(people::table).values(values).execute(c)?;
    Ok(())
}

/// Changes the person if they still have the revision; answers the new one.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed them meanwhile.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    id: &PersonId,
    change: &PersonChange,
    rev: i64,
    now: Timestamp,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let email = crate::accounts::normal_email(&change.email);
    let search = search_text(&change.name, &change.company, &change.phone, &email);
    let target = people::table
        .find((tenant.as_str(), id.as_str()))
        .filter(people::rev.eq(rev))
        .filter(people::deleted_at.is_null());
    let set = (
        PersonChange { email, ..change.clone() },
        people::search_text.eq(search),
        people::updated_at.eq(now.as_millis()),
        people::rev.eq(rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))?;
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
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Takes the mark off again if they still have the revision.
pub fn restore(c: &mut Conn, tenant: &TenantId, id: &PersonId, rev: i64) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = people::table
        .find((tenant.as_str(), id.as_str()))
        .filter(people::rev.eq(rev))
        .filter(people::deleted_at.is_not_null());
    let set = (people::deleted_at.eq(None::<i64>), people::rev.eq(rev + 1));
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find_even_deleted(c, tenant, id)?.is_some()))
}

/// Removes what was marked as deleted before, for good; appointments with them stay, without them.
pub fn purge(c: &mut Conn, tenant: &TenantId, before: Timestamp) -> Result<usize> {
    scope::tenant(c, tenant)?;
    use crate::schema::appointments;
    let gone: Vec<String> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::deleted_at.lt(before.as_millis()))
        .select(people::id)
        .limit(500)
        .load(c)?;
    let theirs = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::person_id.eq_any(&gone));
    diesel::update(theirs).set(appointments::person_id.eq(None::<String>)).execute(c)?;
    let them = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(&gone));
    Ok(diesel::delete(them).execute(c)?)
}

fn search_text(name: &str, company: &str, phone: &str, email: &str) -> String {
    let digits = fold::digits(phone);
    [name, company, phone, email, &digits].map(fold::fold).join("\n")
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
