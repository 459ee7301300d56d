//! What was answered to a program's request under a key of its own, so that asking twice is asking once.

use diesel::prelude::*;
use domain::{ApiTokenId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Json;
use crate::error::{Result, found};
use crate::schema::api_answers;
use crate::scope;

row! {
    /// An answer, or that one is being found while it has no status.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ApiAnswer: api_answers, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub token_id: ApiTokenId as String,
        pub key: String,
        pub request_hash: String,
        pub status: Option<i64>,
        pub headers_json: Json as String,
        pub body: String,
        pub created_at: Timestamp as i64,
    }
}

/// The answer to this key, if any.
pub fn find(
    c: &mut Conn,
    tenant: &TenantId,
    token: &ApiTokenId,
    key: &str,
) -> Result<Option<ApiAnswer>> {
    scope::tenant(c, tenant)?;
    let query = api_answers::table.find((tenant.as_str(), token.as_str(), key));
    Ok(query.select(ApiAnswer::as_select()).first(c).optional()?)
}

/// Notes that a request is being answered, unless one with its key is; answers whether this one is.
pub fn insert(c: &mut Conn, answer: &ApiAnswer) -> Result<bool> {
    scope::tenant(c, &answer.tenant_id)?;
    let insert =
        diesel::insert_into(api_answers::table).values(answer.clone()).on_conflict_do_nothing();
    Ok(each_backend!(c, |c| insert.execute(c)?) > 0)
}

/// Keeps what was answered.
pub fn update(c: &mut Conn, answer: &ApiAnswer) -> Result<()> {
    scope::tenant(c, &answer.tenant_id)?;
    let key = (answer.tenant_id.as_str(), answer.token_id.as_str(), answer.key.as_str());
    let set = (
        api_answers::status.eq(answer.status),
        api_answers::headers_json.eq(answer.headers_json.0.to_string()),
        api_answers::body.eq(answer.body.as_str()),
    );
    found(diesel::update(api_answers::table.find(key)).set(set).execute(c)?)
}

/// Forgets what was answered to this key; nothing where there is nothing.
pub fn delete(c: &mut Conn, tenant: &TenantId, token: &ApiTokenId, key: &str) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = api_answers::table.find((tenant.as_str(), token.as_str(), key));
    diesel::delete(target).execute(c)?;
    Ok(())
}

/// Forgets answers given before; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = api_answers::table.filter(api_answers::created_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
