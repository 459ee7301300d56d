//! Wrapped data keys of tenants. Without the root key they are noise.

use std::fmt;

use diesel::prelude::*;
use domain::{TenantId, Timestamp};

use crate::backend::Conn;
use crate::error::{Result, found};
use crate::schema::data_keys;
use crate::scope;

words! {
    /// What a key is used for.
    pub enum KeyState {
        /// Sealing and opening.
        Active = "active",
        /// Opening what is still sealed with it.
        Retired = "retired",
    }
}

row! {
    /// A wrapped key.
    #[derive(Clone, PartialEq)]
    pub struct DataKey: data_keys, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub key_id: i64,
        pub epoch: i64,
        pub wrapped: Vec<u8>,
        pub state: KeyState as String,
        pub created_at: Timestamp as i64,
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// The key, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, key_id: i64) -> Result<Option<DataKey>> {
    scope::tenant(c, tenant)?;
    let query = data_keys::table.find((tenant.as_str(), key_id));
    Ok(query.select(DataKey::as_select()).first(c).optional()?)
}

/// The newest active key, with which new secrets are sealed.
pub fn find_active(c: &mut Conn, tenant: &TenantId) -> Result<Option<DataKey>> {
    scope::tenant(c, tenant)?;
    let query = data_keys::table
        .filter(data_keys::tenant_id.eq(tenant.as_str()))
        .filter(data_keys::state.eq(KeyState::Active.as_str()))
        .order(data_keys::key_id.desc());
    Ok(query.select(DataKey::as_select()).first(c).optional()?)
}

/// The tenant's keys, oldest first.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<DataKey>> {
    scope::tenant(c, tenant)?;
    Ok(data_keys::table
        .filter(data_keys::tenant_id.eq(tenant.as_str()))
        .order(data_keys::key_id)
        .select(DataKey::as_select())
        .load(c)?)
}

/// Adds a key.
///
/// # Errors
/// [`crate::Error::Unique`] when another process made the same one first: read it again.
pub fn insert(c: &mut Conn, key: &DataKey) -> Result<()> {
    scope::tenant(c, &key.tenant_id)?;
    diesel::insert_into(data_keys::table).values(key.clone()).execute(c)?;
    Ok(())
}

/// Uses the key for nothing new.
pub fn retire(c: &mut Conn, tenant: &TenantId, key_id: i64) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = data_keys::table.find((tenant.as_str(), key_id));
    let set = data_keys::state.eq(KeyState::Retired.as_str());
    found(diesel::update(target).set(set).execute(c)?)
}

/// Puts the same key in its place, wrapped anew for another epoch.
///
/// # Errors
/// [`crate::Error::NotFound`] when it is gone.
pub fn rewrap(c: &mut Conn, key: &DataKey, epoch: i64, wrapped: &[u8]) -> Result<()> {
    scope::tenant(c, &key.tenant_id)?;
    let target = data_keys::table.find((key.tenant_id.as_str(), key.key_id));
    let set = (data_keys::epoch.eq(epoch), data_keys::wrapped.eq(wrapped));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Removes a key.
///
/// # Errors
/// [`crate::Error::NotFound`] when it isn't there, or secrets are still sealed with it.
pub fn delete(c: &mut Conn, tenant: &TenantId, key_id: i64) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(data_keys::table.find((tenant.as_str(), key_id))).execute(c)?)
}
