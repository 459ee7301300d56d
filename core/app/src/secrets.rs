//! Secrets: sealed by the vault, kept by the store, opened for one use. Nothing here is public to
//! pages: a page may set a secret and learn whether it is set, never read it.

use domain::{Secret, TenantId};
use store::Conn;
use vault::Label;

use crate::App;
use crate::error::{Error, Result};

/// Which secret: whose (`plugin/provider` or a plugin), what, and of which record (empty for none).
#[derive(Debug, Clone)]
pub(crate) struct Name {
    /// A plugin's id, or `plugin/provider`.
    pub owner: String,
    /// Such as `client-secret` or `tokens`.
    pub name: &'static str,
    /// Such as a connection's id.
    pub record: String,
}

/// An opened secret and the version it had, for compare-and-swap.
pub(crate) struct Opened {
    pub secret: Secret,
    pub version: i64,
}

/// Opens a secret, if it is set.
pub(crate) fn find(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    name: &Name,
) -> Result<Option<Opened>> {
    let found = store::secrets::find(c, tenant, &name.owner, name.name, &name.record)?;
    let Some(row) = found else { return Ok(None) };
    let key = store::data_keys::find(c, tenant, row.key_id)?.ok_or(Error::NotFound)?;
    let label = label(tenant, name, row.version);
    let secret =
        app.vault.open(&vault::WrappedKey::from_bytes(&key.wrapped)?, &label, &row.envelope)?;
    Ok(Some(Opened { secret, version: row.version }))
}

/// Sets a secret whose version is `expected` (0 when there is none yet); Conflict when somebody
/// set it meanwhile.
pub(crate) fn put(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    name: &Name,
    secret: &Secret,
    expected: i64,
) -> Result<()> {
    let key = active_key(c, tenant)?;
    let version = expected + 1;
    let wrapped = vault::WrappedKey::from_bytes(&key.wrapped)?;
    let envelope = app.vault.seal(&wrapped, &label(tenant, name, version), secret)?;
    let row = store::secrets::SealedSecret {
        tenant_id: tenant.clone(),
        owner: name.owner.clone(),
        name: name.name.to_owned(),
        record: name.record.clone(),
        version,
        key_id: key.key_id,
        envelope,
        updated_at: app.clock.now(),
    };
    Ok(store::secrets::put(c, &row, (expected > 0).then_some(expected))?)
}

/// Sets a secret whatever it was before.
pub(crate) fn replace(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    name: &Name,
    secret: &Secret,
) -> Result<()> {
    let found = store::secrets::find(c, tenant, &name.owner, name.name, &name.record)?;
    put(app, c, tenant, name, secret, found.map_or(0, |row| row.version))
}

/// Whether a secret is set.
pub(crate) fn is_set(c: &mut Conn, tenant: &TenantId, name: &Name) -> Result<bool> {
    Ok(store::secrets::find(c, tenant, &name.owner, name.name, &name.record)?.is_some())
}

/// The data key that seals what is new.
pub(crate) fn active_key(c: &mut Conn, tenant: &TenantId) -> Result<store::data_keys::DataKey> {
    let key = store::data_keys::find_active(c, tenant)?;
    key.ok_or_else(|| Error::internal("a tenant without a data key"))
}

fn label<'a>(tenant: &'a TenantId, name: &'a Name, version: i64) -> Label<'a> {
    let version = u64::try_from(version).unwrap_or_default();
    Label { tenant, owner: &name.owner, name: name.name, record: &name.record, version }
}
