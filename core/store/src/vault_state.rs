//! The manifest of a tenant's secrets, signed by the vault: its root and its buckets. Without the
//! root key nobody can make one that fits.

use diesel::prelude::*;
use domain::{TenantId, Timestamp};

use crate::backend::Conn;
use crate::data_keys::DataKey;
use crate::error::{Error, Result};
use crate::schema::{data_keys, secrets, tenants, vault_buckets, vault_roots};
use crate::scope;
use crate::secrets::SealedSecret;

/// Everything that must be seen of one moment to open a secret.
pub struct Looked {
    /// The manifest's root.
    pub root: Vec<u8>,
    /// The secret's bucket, if it was ever written.
    pub bucket: Option<Vec<u8>>,
    /// The secret's row.
    pub secret: Option<SealedSecret>,
    /// The data key that the row names.
    pub key: Option<DataKey>,
}

/// Looks up a secret and what vouches for it in one statement, so that both are of one moment even
/// where a transaction sees what others commit. `None` when the tenant has no manifest.
pub fn look(
    c: &mut Conn,
    tenant: &TenantId,
    bucket: u8,
    (owner, name, record): (&str, &str, &str),
) -> Result<Option<Looked>> {
    scope::tenant(c, tenant)?;
    let in_bucket = vault_buckets::tenant_id
        .eq(vault_roots::tenant_id)
        .and(vault_buckets::bucket.eq(i64::from(bucket)));
    let of_name = secrets::tenant_id
        .eq(vault_roots::tenant_id)
        .and(secrets::owner.eq(owner.to_owned()))
        .and(secrets::name.eq(name.to_owned()))
        .and(secrets::record.eq(record.to_owned()));
    let of_row =
        data_keys::tenant_id.eq(secrets::tenant_id).and(data_keys::key_id.eq(secrets::key_id));
    type Row = (Vec<u8>, Option<Vec<u8>>, Option<SealedSecret>, Option<DataKey>);
    let query = vault_roots::table
        .left_join(vault_buckets::table.on(in_bucket))
        .left_join(secrets::table.on(of_name))
        .left_join(data_keys::table.on(of_row))
        .filter(vault_roots::tenant_id.eq(tenant.as_str()));
    // For the database at hand, whose query is known by its type and needn't be spelled each time.
    let row: Option<Row> = each_backend!(c, |c| query
        .select((
            vault_roots::manifest,
            vault_buckets::manifest.nullable(),
            Option::<SealedSecret>::as_select(),
            Option::<DataKey>::as_select(),
        ))
        .first(c)
        .optional()?);
    Ok(row.map(|(root, bucket, secret, key)| Looked { root, bucket, secret, key }))
}

/// The root, without waiting for whoever changes it.
pub fn find_root(c: &mut Conn, tenant: &TenantId) -> Result<Option<Vec<u8>>> {
    scope::tenant(c, tenant)?;
    let row = vault_roots::table.find(tenant.as_str()).select(vault_roots::manifest);
    Ok(row.first(c).optional()?)
}

/// The tenants that have no root.
pub fn list_without_root(c: &mut Conn) -> Result<Vec<TenantId>> {
    scope::system(c)?;
    let ids: Vec<String> = tenants::table
        .left_join(vault_roots::table.on(vault_roots::tenant_id.eq(tenants::id)))
        .filter(vault_roots::tenant_id.is_null())
        .order(tenants::id)
        .select(tenants::id)
        .load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// The root, for changing it: others who want to wait until this transaction ends.
pub fn lock_root(c: &mut Conn, tenant: &TenantId) -> Result<Option<Vec<u8>>> {
    scope::tenant(c, tenant)?;
    let row = vault_roots::table.find(tenant.as_str()).select(vault_roots::manifest);
    Ok(each_backend!(
        c,
        Sqlite(c) => row.first(c).optional()?,
        Postgres(c) => row.for_no_key_update().first(c).optional()?
    ))
}

/// A bucket, if it was ever written.
pub fn find_bucket(c: &mut Conn, tenant: &TenantId, bucket: u8) -> Result<Option<Vec<u8>>> {
    scope::tenant(c, tenant)?;
    let row = vault_buckets::table.find((tenant.as_str(), i64::from(bucket)));
    Ok(row.select(vault_buckets::manifest).first(c).optional()?)
}

/// Every bucket that was ever written.
pub fn list_buckets(c: &mut Conn, tenant: &TenantId) -> Result<Vec<(i64, Vec<u8>)>> {
    scope::tenant(c, tenant)?;
    Ok(vault_buckets::table
        .filter(vault_buckets::tenant_id.eq(tenant.as_str()))
        .order(vault_buckets::bucket)
        .select((vault_buckets::bucket, vault_buckets::manifest))
        .load(c)?)
}

/// Writes the root in the place of the one before.
pub fn put_root(
    c: &mut Conn,
    tenant: &TenantId,
    counter: i64,
    manifest: &[u8],
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let counter = vault_roots::counter.eq(counter);
    let rest = (vault_roots::manifest.eq(manifest), vault_roots::updated_at.eq(now.as_millis()));
    let values = (vault_roots::tenant_id.eq(tenant.as_str()), counter, rest);
    let insert = diesel::insert_into(vault_roots::table)
        .values(values)
        .on_conflict(vault_roots::tenant_id)
        .do_update()
        .set((counter, rest));
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Writes a bucket in the place of the one before.
pub fn put_bucket(c: &mut Conn, tenant: &TenantId, bucket: u8, manifest: &[u8]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let place =
        (vault_buckets::tenant_id.eq(tenant.as_str()), vault_buckets::bucket.eq(i64::from(bucket)));
    let manifest = vault_buckets::manifest.eq(manifest);
    let insert = diesel::insert_into(vault_buckets::table)
        .values((place, manifest))
        .on_conflict((vault_buckets::tenant_id, vault_buckets::bucket))
        .do_update()
        .set(manifest);
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Destroys a tenant's wrapped keys and everything that they sealed here.
pub fn destroy(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    scope::tenant(c, tenant)?;
    use crate::schema::{documents, oauth_flows};
    let of = tenant.as_str();
    diesel::delete(documents::table.filter(documents::tenant_id.eq(of))).execute(c)?;
    diesel::delete(oauth_flows::table.filter(oauth_flows::tenant_id.eq(of))).execute(c)?;
    diesel::delete(secrets::table.filter(secrets::tenant_id.eq(of))).execute(c)?;
    delete_buckets(c, tenant)?;
    diesel::delete(vault_roots::table.find(of)).execute(c)?;
    diesel::delete(data_keys::table.filter(data_keys::tenant_id.eq(of))).execute(c)?;
    Ok(())
}

/// Forgets the root; for tests of what an attacker may do.
#[cfg(feature = "testing")]
pub fn delete_root(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    scope::tenant(c, tenant)?;
    diesel::delete(vault_roots::table.find(tenant.as_str())).execute(c)?;
    Ok(())
}

/// Forgets every bucket, before the manifest is made anew.
pub fn delete_buckets(c: &mut Conn, tenant: &TenantId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = vault_buckets::table.filter(vault_buckets::tenant_id.eq(tenant.as_str()));
    Ok(diesel::delete(target).execute(c)?)
}
