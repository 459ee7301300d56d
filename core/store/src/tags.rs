//! Tags: words that a business puts on people.

use diesel::prelude::*;
use domain::{PersonId, TagId, TenantId};

use crate::backend::Conn;
use crate::error::{Error, Result, found};
use crate::fold;
use crate::page::bounded;
use crate::schema::{person_tags, tags};
use crate::scope;
use crate::search;

row! {
    /// A tag. One name, however it is written, is one tag.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Tag: tags, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: TagId as String,
        pub name: String,
        pub folded: String,
    }
}

impl Tag {
    /// A tag of this name.
    pub fn new(tenant: TenantId, id: TagId, name: &str) -> Self {
        Self { tenant_id: tenant, id, name: name.to_owned(), folded: fold::fold(name) }
    }

    /// The same from when on it is being removed: nobody finds it, and another may have its name.
    pub fn nameless(&self) -> Self {
        Self { folded: self.id.to_string(), ..self.clone() }
    }

    /// Whether it is being removed.
    pub fn goes(&self) -> bool {
        self.folded == self.id.as_str()
    }
}

/// All tags of a tenant, by name, but those that are being removed.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Tag>> {
    scope::tenant(c, tenant)?;
    Ok(tags::table
        .filter(tags::tenant_id.eq(tenant.as_str()))
        .filter(tags::folded.ne(tags::id))
        .order(tags::folded)
        .select(Tag::as_select())
        .load(c)?)
}

/// How many tags a tenant has.
pub fn count(c: &mut Conn, tenant: &TenantId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(tags::table.filter(tags::tenant_id.eq(tenant.as_str())).count().get_result(c)?)
}

/// The tag, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &TagId) -> Result<Tag> {
    scope::tenant(c, tenant)?;
    let query = tags::table.find((tenant.as_str(), id.as_str()));
    query.select(Tag::as_select()).first(c).optional()?.ok_or(Error::NotFound)
}

/// The tag of this name, however it is written.
pub fn find_by_name(c: &mut Conn, tenant: &TenantId, name: &str) -> Result<Option<Tag>> {
    scope::tenant(c, tenant)?;
    let query = tags::table
        .filter(tags::tenant_id.eq(tenant.as_str()))
        .filter(tags::folded.eq(fold::fold(name)));
    Ok(query.select(Tag::as_select()).first(c).optional()?)
}

/// Adds a tag.
///
/// # Errors
/// [`Error::Unique`] (`tags_one_a_name`) when there is one of that name.
pub fn insert(c: &mut Conn, row: &Tag) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(tags::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Gives a tag another name.
pub fn update(c: &mut Conn, row: &Tag) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let target = tags::table.find((row.tenant_id.as_str(), row.id.as_str()));
    let set = (tags::name.eq(&row.name), tags::folded.eq(&row.folded));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Removes a tag from everybody.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &TagId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(tags::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}

/// Which of these people has which tags.
pub fn list_of(
    c: &mut Conn,
    tenant: &TenantId,
    people: &[PersonId],
) -> Result<Vec<(PersonId, TagId)>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<&str> = people.iter().map(PersonId::as_str).collect();
    let rows: Vec<(String, String)> = person_tags::table
        .filter(person_tags::tenant_id.eq(tenant.as_str()))
        .filter(person_tags::person_id.eq_any(ids))
        .select((person_tags::person_id, person_tags::tag_id))
        .load(c)?;
    let read = |(person, tag): (String, String)| {
        Ok((person.parse().map_err(Error::internal)?, tag.parse().map_err(Error::internal)?))
    };
    rows.into_iter().map(read).collect()
}

/// Puts a tag on a person; answers whether it wasn't there.
pub fn put(c: &mut Conn, tenant: &TenantId, person: &PersonId, tag: &TagId) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let values = (
        person_tags::tenant_id.eq(tenant.as_str()),
        person_tags::person_id.eq(person.as_str()),
        person_tags::tag_id.eq(tag.as_str()),
    );
    let insert = diesel::insert_into(person_tags::table).values(values).on_conflict_do_nothing();
    let is_new = each_backend!(c, |c| insert.execute(c)?) > 0;
    if is_new {
        search::of_people(c, tenant, std::slice::from_ref(person))?;
    }
    Ok(is_new)
}

/// Takes a tag off a person; answers whether it was there.
pub fn take(c: &mut Conn, tenant: &TenantId, person: &PersonId, tag: &TagId) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = person_tags::table.find((tenant.as_str(), person.as_str(), tag.as_str()));
    let was_on = diesel::delete(target).execute(c)? > 0;
    if was_on {
        search::of_people(c, tenant, std::slice::from_ref(person))?;
    }
    Ok(was_on)
}

/// How many people a tag is on, deleted ones too.
pub fn count_of(c: &mut Conn, tenant: &TenantId, tag: &TagId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let on = person_tags::table
        .filter(person_tags::tenant_id.eq(tenant.as_str()))
        .filter(person_tags::tag_id.eq(tag.as_str()));
    Ok(on.count().get_result(c)?)
}

/// Takes a tag that is being removed off some of the people who have it; answers how many. What they are
/// found by stays as it is: by a tag that is gone nobody looks.
pub fn take_some(c: &mut Conn, tenant: &TenantId, tag: &TagId, limit: i64) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let on = || {
        person_tags::table
            .filter(person_tags::tenant_id.eq(tenant.as_str()))
            .filter(person_tags::tag_id.eq(tag.as_str()))
    };
    let some: Vec<String> = on().limit(bounded(limit)).select(person_tags::person_id).load(c)?;
    Ok(diesel::delete(on().filter(person_tags::person_id.eq_any(&some))).execute(c)?)
}
