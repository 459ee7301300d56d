//! Sealed secrets. The store sees envelopes and versions, never what is inside.

use std::fmt;

use diesel::prelude::*;
use domain::{TenantId, Timestamp};

use crate::backend::Conn;
use crate::error::{Error, Result, settled};
use crate::schema::secrets;
use crate::scope;

row! {
    /// A sealed secret: whose (`owner`), which (`name`), of what (`record`, such as a connection).
    #[derive(Clone, PartialEq)]
    pub struct SealedSecret: secrets, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub owner: String,
        pub name: String,
        pub record: String,
        pub version: i64,
        pub key_id: i64,
        pub envelope: Vec<u8>,
        pub updated_at: Timestamp as i64,
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("SealedSecret");
        out.field("owner", &self.owner).field("name", &self.name).finish_non_exhaustive()
    }
}

/// The secret, if it is there.
pub fn find(
    c: &mut Conn,
    tenant: &TenantId,
    owner: &str,
    name: &str,
    record: &str,
) -> Result<Option<SealedSecret>> {
    scope::tenant(c, tenant)?;
    let query = secrets::table.find((tenant.as_str(), owner, name, record));
    Ok(query.select(SealedSecret::as_select()).first(c).optional()?)
}

/// The secrets of one owner, by name and record.
pub fn list(c: &mut Conn, tenant: &TenantId, owner: &str) -> Result<Vec<SealedSecret>> {
    scope::tenant(c, tenant)?;
    Ok(secrets::table
        .filter(secrets::tenant_id.eq(tenant.as_str()))
        .filter(secrets::owner.eq(owner))
        .order((secrets::name, secrets::record))
        .select(SealedSecret::as_select())
        .load(c)?)
}

/// The secrets of one record of an owner, by name.
pub fn list_record(
    c: &mut Conn,
    tenant: &TenantId,
    owner: &str,
    record: &str,
) -> Result<Vec<SealedSecret>> {
    scope::tenant(c, tenant)?;
    Ok(secrets::table
        .filter(secrets::tenant_id.eq(tenant.as_str()))
        .filter(secrets::owner.eq(owner))
        .filter(secrets::record.eq(record))
        .order(secrets::name)
        .select(SealedSecret::as_select())
        .load(c)?)
}

/// Up to `limit` of a tenant's secrets, those behind `after` (owner, name, record) in that order.
pub fn list_after(
    c: &mut Conn,
    tenant: &TenantId,
    (owner, name, record): (&str, &str, &str),
    limit: i64,
) -> Result<Vec<SealedSecret>> {
    scope::tenant(c, tenant)?;
    let later_record = secrets::name.eq(name).and(secrets::record.gt(record));
    let later_name = secrets::name.gt(name).or(later_record);
    Ok(secrets::table
        .filter(secrets::tenant_id.eq(tenant.as_str()))
        .filter(secrets::owner.gt(owner).or(secrets::owner.eq(owner).and(later_name)))
        .order((secrets::owner, secrets::name, secrets::record))
        .limit(limit)
        .select(SealedSecret::as_select())
        .load(c)?)
}

/// How many of a tenant's secrets each data key seals.
pub fn count_by_key(c: &mut Conn, tenant: &TenantId) -> Result<Vec<(i64, i64)>> {
    scope::tenant(c, tenant)?;
    Ok(secrets::table
        .filter(secrets::tenant_id.eq(tenant.as_str()))
        .group_by(secrets::key_id)
        .order(secrets::key_id)
        .select((secrets::key_id, diesel::dsl::count_star()))
        .load(c)?)
}

/// Puts another envelope of the same version in a secret's place: the same secret under another
/// data key.
///
/// # Errors
/// [`Error::Conflict`] when the row is another by now.
pub fn reseal(c: &mut Conn, before: &SealedSecret, key_id: i64, envelope: &[u8]) -> Result<()> {
    scope::tenant(c, &before.tenant_id)?;
    let key = (before.tenant_id.as_str(), &*before.owner, &*before.name, &*before.record);
    let target = secrets::table
        .find(key)
        .filter(secrets::version.eq(before.version))
        .filter(secrets::key_id.eq(before.key_id));
    let set = (secrets::key_id.eq(key_id), secrets::envelope.eq(envelope));
    match diesel::update(target).set(set).execute(c)? {
        0 => Err(Error::Conflict),
        _ => Ok(()),
    }
}

/// Up to `limit` secrets that are sealed with a key, for sealing them anew with another.
pub fn list_of_key(
    c: &mut Conn,
    tenant: &TenantId,
    key_id: i64,
    limit: i64,
) -> Result<Vec<SealedSecret>> {
    scope::tenant(c, tenant)?;
    Ok(secrets::table
        .filter(secrets::tenant_id.eq(tenant.as_str()))
        .filter(secrets::key_id.eq(key_id))
        .order((secrets::owner, secrets::name, secrets::record))
        .limit(limit)
        .select(SealedSecret::as_select())
        .load(c)?)
}

/// Puts the secret in the place of version `expected`, or where none is when that is none. The
/// version in `secret` must be a later one; it is sealed into the envelope.
///
/// # Errors
/// [`Error::Conflict`] when another version is there, or none, or the new one isn't later.
pub fn put(c: &mut Conn, secret: &SealedSecret, expected: Option<i64>) -> Result<()> {
    scope::tenant(c, &secret.tenant_id)?;
    if secret.version <= expected.unwrap_or(0) {
        return Err(Error::Conflict);
    }
    let rows = match expected {
        None => {
            let insert =
                diesel::insert_into(secrets::table).values(secret.clone()).on_conflict_do_nothing();
            each_backend!(c, |c| insert.execute(c)?)
        }
        Some(version) => replace(c, secret, version)?,
    };
    if rows == 0 { Err(Error::Conflict) } else { Ok(()) }
}

fn replace(c: &mut Conn, secret: &SealedSecret, version: i64) -> Result<usize> {
    let key = (secret.tenant_id.as_str(), &*secret.owner, &*secret.name, &*secret.record);
    let target = secrets::table.find(key).filter(secrets::version.eq(version));
    let set = (
        secrets::version.eq(secret.version),
        secrets::key_id.eq(secret.key_id),
        secrets::envelope.eq(&*secret.envelope),
        secrets::updated_at.eq(secret.updated_at.as_millis()),
    );
    Ok(diesel::update(target).set(set).execute(c)?)
}

/// Deletes one version of the secret.
///
/// # Errors
/// [`Error::Conflict`] when another version is there.
pub fn delete(
    c: &mut Conn,
    tenant: &TenantId,
    owner: &str,
    name: &str,
    record: &str,
    version: i64,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = secrets::table
        .find((tenant.as_str(), owner, name, record))
        .filter(secrets::version.eq(version));
    let rows = diesel::delete(target).execute(c)?;
    settled(rows, || Ok(find(c, tenant, owner, name, record)?.is_some()))
}

/// Deletes every secret of a record, whatever its version, as on disconnecting; answers how many.
pub fn delete_record(c: &mut Conn, tenant: &TenantId, owner: &str, record: &str) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = secrets::table
        .filter(secrets::tenant_id.eq(tenant.as_str()))
        .filter(secrets::owner.eq(owner))
        .filter(secrets::record.eq(record));
    Ok(diesel::delete(target).execute(c)?)
}

/// Deletes every secret of an owner, as on removing a plugin; answers how many.
pub fn delete_owner(c: &mut Conn, tenant: &TenantId, owner: &str) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = secrets::table
        .filter(secrets::tenant_id.eq(tenant.as_str()))
        .filter(secrets::owner.eq(owner));
    Ok(diesel::delete(target).execute(c)?)
}
