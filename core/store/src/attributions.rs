//! Where people came from when they were first seen.

use diesel::prelude::*;
use domain::{PersonId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::attributions;
use crate::scope;

row! {
    /// Where a person came from first. The words are those that links to a site carry (`utm_source`
    /// and its kin); what isn't known is empty.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    pub struct Attribution: attributions, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub person_id: PersonId as String,
        pub at: Timestamp as i64,
        pub source: String,
        pub medium: String,
        pub campaign: String,
        pub term: String,
        pub content: String,
        pub landing: String,
        pub referrer: String,
    }
}

/// Where the person came from first, if that is known.
pub fn find(c: &mut Conn, tenant: &TenantId, person: &PersonId) -> Result<Option<Attribution>> {
    scope::tenant(c, tenant)?;
    let query = attributions::table.find((tenant.as_str(), person.as_str()));
    Ok(query.select(Attribution::as_select()).first(c).optional()?)
}

/// Where these people came from first, in no particular order; of whom that isn't known is left out.
pub fn list_of(c: &mut Conn, tenant: &TenantId, people: &[PersonId]) -> Result<Vec<Attribution>> {
    scope::tenant(c, tenant)?;
    let people = people.iter().map(PersonId::as_str);
    Ok(attributions::table
        .filter(attributions::tenant_id.eq(tenant.as_str()))
        .filter(attributions::person_id.eq_any(people))
        .select(Attribution::as_select())
        .load(c)?)
}

/// Keeps where a person came from, unless that is known already: the first touch stays. Answers
/// whether it was news.
pub fn put_first(c: &mut Conn, row: &Attribution) -> Result<bool> {
    scope::tenant(c, &row.tenant_id)?;
    let insert =
        diesel::insert_into(attributions::table).values(row.clone()).on_conflict_do_nothing();
    Ok(each_backend!(c, |c| insert.execute(c)?) > 0)
}

/// Forgets where a person came from, such as when they turn out to be somebody else.
pub fn delete(c: &mut Conn, tenant: &TenantId, person: &PersonId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = attributions::table.find((tenant.as_str(), person.as_str()));
    Ok(diesel::delete(target).execute(c)?)
}
