//! Answers kept under the key of the request, so that asking twice is asking once.

use diesel::prelude::*;
use domain::{TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Json;
use crate::error::Result;
use crate::schema::idempotency;
use crate::scope;

row! {
    /// A kept answer.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Answer: idempotency, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub scope: String,
        pub key: String,
        pub result_json: Json as String,
        pub created_at: Timestamp as i64,
    }
}

/// The answer that was given to this key, if any.
pub fn find(c: &mut Conn, tenant: &TenantId, scope: &str, key: &str) -> Result<Option<Answer>> {
    scope::tenant(c, tenant)?;
    let query = idempotency::table.find((tenant.as_str(), scope, key));
    Ok(query.select(Answer::as_select()).first(c).optional()?)
}

/// Keeps the answer, unless there is one; answers whether this one was kept. Where it was not, the
/// transaction that did the work again has to be given up.
pub fn insert(c: &mut Conn, answer: &Answer) -> Result<bool> {
    scope::tenant(c, &answer.tenant_id)?;
    let insert =
        diesel::insert_into(idempotency::table).values(answer.clone()).on_conflict_do_nothing();
    Ok(each_backend!(c, |c| insert.execute(c)?) > 0)
}

/// Forgets the answers of the scopes that are meant, given at this time or later: what they answered
/// for was undone. Answers how many.
pub fn delete_since(
    c: &mut Conn,
    tenant: &TenantId,
    since: Timestamp,
    is_meant: impl Fn(&str) -> bool,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let later = idempotency::table
        .filter(idempotency::tenant_id.eq(tenant.as_str()))
        .filter(idempotency::created_at.ge(since.as_millis()));
    let mut scopes: Vec<String> = later.select(idempotency::scope).distinct().load(c)?;
    scopes.retain(|scope| is_meant(scope));
    Ok(diesel::delete(later.filter(idempotency::scope.eq_any(scopes))).execute(c)?)
}

/// Forgets answers given before; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = idempotency::table.filter(idempotency::created_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
