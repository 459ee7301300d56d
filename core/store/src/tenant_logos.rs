//! Logos of businesses, one each.

use diesel::prelude::*;
use domain::{TenantId, Timestamp};

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::tenant_logos;
use crate::scope;

row! {
    /// A logo.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Logo: tenant_logos, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub digest: String,
        pub body: Vec<u8>,
        pub updated_at: Timestamp as i64,
    }
}

/// The business's logo, if it has one of this digest.
pub fn find(c: &mut Conn, tenant: &TenantId, digest: &str) -> Result<Option<Logo>> {
    scope::tenant(c, tenant)?;
    let query = tenant_logos::table
        .find(tenant.as_str())
        .filter(tenant_logos::digest.eq(digest))
        .select(Logo::as_select());
    Ok(query.first(c).optional()?)
}

/// Puts a logo in the place of the one there was.
pub fn put(c: &mut Conn, logo: &Logo) -> Result<()> {
    scope::tenant(c, &logo.tenant_id)?;
    delete(c, &logo.tenant_id)?;
    diesel::insert_into(tenant_logos::table).values(logo.clone()).execute(c)?;
    Ok(())
}

/// Deletes the business's logo; none is none.
pub fn delete(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    scope::tenant(c, tenant)?;
    diesel::delete(tenant_logos::table.find(tenant.as_str())).execute(c)?;
    Ok(())
}
