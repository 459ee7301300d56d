//! Secrets: sealed by the vault, kept by the store, opened for one use. Nothing here is public to
//! pages: a page may set a secret and learn whether it is set, never read it.
//!
//! Every change goes through the tenant's manifest, and every opening is held against it: a row
//! that was deleted, put back or moved is an error and an audit entry, never another plaintext.

pub(crate) mod alarm;
pub(crate) mod ledger;
#[cfg(test)]
mod tests;

use domain::{Secret, TenantId};
use store::Conn;
use store::data_keys::DataKey;
use store::secrets::SealedSecret;
use store::vault_state::Looked;
use vault::{Finding, Label, WrappedKey};

use crate::App;
use crate::error::{Error, Result};
use alarm::Trouble;
use ledger::Ledger;

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

impl Name {
    pub(crate) fn path(&self) -> String {
        path(&self.owner, self.name, &self.record)
    }

    pub(crate) fn label<'a>(&'a self, tenant: &'a TenantId) -> Label<'a> {
        Label { tenant, owner: &self.owner, name: self.name, record: &self.record, version: 0 }
    }
}

/// A secret's name in audit entries.
pub(crate) fn path(owner: &str, name: &str, record: &str) -> String {
    match record {
        "" => format!("{owner} {name}"),
        record => format!("{owner} {name} {record}"),
    }
}

/// An opened secret and the version it had, for compare-and-swap.
pub(crate) struct Opened {
    pub secret: Secret,
    pub version: i64,
}

/// Opens a secret, if it is set.
///
/// # Errors
/// [`Error::Unavailable`] with `error-secrets-untrusted` when what is stored is not what was
/// stored last.
pub(crate) fn find(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    name: &Name,
) -> Result<Option<Opened>> {
    let Some(looked) = look(app, c, tenant, name)? else { return Ok(None) };
    open(app, &looked).map(Some).map_err(|trouble| alarm::raise(app, tenant, &name.path(), trouble))
}

/// A row that the manifest vouches for, with its data key.
struct Vouched {
    row: SealedSecret,
    key: DataKey,
}

fn look(app: &App, c: &mut Conn, tenant: &TenantId, name: &Name) -> Result<Option<Vouched>> {
    let place = app.vault.place(&name.label(tenant))?;
    let names = (&*name.owner, name.name, &*name.record);
    let looked = store::vault_state::look(c, tenant, place.bucket(), names)?;
    vouch(app, tenant, &place, looked)
        .map_err(|trouble| alarm::raise(app, tenant, &name.path(), trouble))
}

fn vouch(
    app: &App,
    tenant: &TenantId,
    place: &vault::Place,
    looked: Option<Looked>,
) -> Result<Option<Vouched>, Trouble> {
    let looked = looked.ok_or(Finding::ManifestMissing)?;
    let root = ledger::open_root(app, tenant, Some(&looked.root))?;
    let bucket = ledger::open_bucket(app, tenant, &root, place.bucket(), looked.bucket.as_deref())?;
    let code = match &looked.secret {
        Some(row) => Some(app.vault.row_code(&label_of(row), row.key_id, &row.envelope)?),
        None => None,
    };
    if let Some(finding) = ledger::compare(bucket.find(place), code.as_ref()) {
        return Err(finding.into());
    }
    match (looked.secret, looked.key) {
        (None, _) => Ok(None),
        (Some(_), None) => Err(Finding::KeyMissing.into()),
        (Some(row), Some(key)) => Ok(Some(Vouched { row, key })),
    }
}

fn open(app: &App, vouched: &Vouched) -> Result<Opened, Trouble> {
    let Vouched { row, key } = vouched;
    let wrapped = WrappedKey::from_bytes(&key.wrapped)?;
    let secret = app.vault.open(&wrapped, &label_of(row), &row.envelope)?;
    Ok(Opened { secret, version: row.version })
}

/// Sets a secret whose version is `expected` (0 when there is none yet); Conflict when somebody
/// set it meanwhile. Versions never repeat, also of a secret that was deleted in between.
pub(crate) fn put(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    name: &Name,
    secret: &Secret,
    expected: i64,
) -> Result<()> {
    let mut ledger = Ledger::open(app, c, tenant)?;
    let row = store::secrets::find(c, tenant, &name.owner, name.name, &name.record)?;
    let place = app.vault.place(&name.label(tenant))?;
    if let Some(finding) = ledger.finding(app, c, place, row.as_ref())? {
        return Err(alarm::raise(app, tenant, &name.path(), finding.into()));
    }
    write(app, c, ledger, (tenant, name), secret, expected)
}

/// Sets a secret whatever it was before, also one that was changed from outside: that is told, and
/// ends with this.
pub(crate) fn replace(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    name: &Name,
    secret: &Secret,
) -> Result<()> {
    let mut ledger = Ledger::open(app, c, tenant)?;
    let row = store::secrets::find(c, tenant, &name.owner, name.name, &name.record)?;
    let place = app.vault.place(&name.label(tenant))?;
    if let Some(finding) = ledger.finding(app, c, place, row.as_ref())? {
        let _told = alarm::raise(app, tenant, &name.path(), finding.into());
        if let Some(row) = &row {
            let (owner, of) = (&*name.owner, &*name.record);
            store::secrets::delete(c, tenant, owner, name.name, of, row.version)?;
        }
        return write(app, c, ledger, (tenant, name), secret, 0);
    }
    write(app, c, ledger, (tenant, name), secret, row.map_or(0, |row| row.version))
}

fn write(
    app: &App,
    c: &mut Conn,
    mut ledger: Ledger,
    (tenant, name): (&TenantId, &Name),
    secret: &Secret,
    expected: i64,
) -> Result<()> {
    let key = key_of_root(c, tenant, &ledger.root)?;
    let wrapped = WrappedKey::from_bytes(&key.wrapped)?;
    let mut row = SealedSecret {
        tenant_id: tenant.clone(),
        owner: name.owner.clone(),
        name: name.name.to_owned(),
        record: name.record.clone(),
        version: ledger.version()?,
        key_id: key.key_id,
        envelope: Vec::new(),
        updated_at: app.clock.now(),
    };
    row.envelope = app
        .vault
        .seal(&wrapped, &label_of(&row), secret)
        .map_err(|error| alarm::raise(app, tenant, &name.path(), error.into()))?;
    store::secrets::put(c, &row, (expected > 0).then_some(expected))?;
    ledger.put(app, c, &row)?;
    ledger.save(app, c)
}

/// Deletes every secret of a record, as on disconnecting; answers how many.
pub(crate) fn delete_record(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    owner: &str,
    record: &str,
) -> Result<usize> {
    let mut ledger = Ledger::open(app, c, tenant)?;
    let rows = store::secrets::list_record(c, tenant, owner, record)?;
    for row in &rows {
        ledger.remove(app, c, row)?;
    }
    store::secrets::delete_record(c, tenant, owner, record)?;
    ledger.save(app, c)?;
    Ok(rows.len())
}

/// Deletes every secret of an owner, as on removing a plugin; answers how many.
pub(crate) fn delete_owner(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    owner: &str,
) -> Result<usize> {
    let mut ledger = Ledger::open(app, c, tenant)?;
    let rows = store::secrets::list(c, tenant, owner)?;
    for row in &rows {
        ledger.remove(app, c, row)?;
    }
    store::secrets::delete_owner(c, tenant, owner)?;
    ledger.save(app, c)?;
    Ok(rows.len())
}

/// Whether a secret is set.
pub(crate) fn is_set(c: &mut Conn, tenant: &TenantId, name: &Name) -> Result<bool> {
    Ok(store::secrets::find(c, tenant, &name.owner, name.name, &name.record)?.is_some())
}

/// The newest data key, for what is sealed outside a transaction. A rotation may overtake it: what
/// is stored then must name its key by a foreign key, and be sealed again when that one is gone.
pub(crate) fn active_key(c: &mut Conn, tenant: &TenantId) -> Result<DataKey> {
    let key = store::data_keys::find_active(c, tenant)?;
    key.ok_or_else(|| Error::internal("a tenant without a data key"))
}

/// The data key that seals what is new, for what is sealed but is no secret. Only where the
/// transaction writes: a rotation waits for it, so the key is not gone before it is used.
pub(crate) fn lock_active_key(app: &App, c: &mut Conn, tenant: &TenantId) -> Result<WrappedKey> {
    let stored = store::vault_state::lock_root(c, tenant)?;
    let root = ledger::open_root(app, tenant, stored.as_deref())
        .map_err(|trouble| alarm::raise(app, tenant, "manifest", trouble))?;
    Ok(WrappedKey::from_bytes(&key_of_root(c, tenant, &root)?.wrapped)?)
}

/// The data key that sealed these bytes.
pub(crate) fn key_of(c: &mut Conn, tenant: &TenantId, sealed: &[u8]) -> Result<WrappedKey> {
    let key = store::data_keys::find(c, tenant, i64::from(vault::key_id(sealed)?))?;
    let key = key.ok_or_else(|| Error::internal("a data key is missing"))?;
    Ok(WrappedKey::from_bytes(&key.wrapped)?)
}

fn key_of_root(c: &mut Conn, tenant: &TenantId, root: &vault::Root) -> Result<DataKey> {
    let key = store::data_keys::find(c, tenant, i64::from(root.active_key))?;
    key.ok_or_else(|| Error::internal("a tenant without its data key"))
}

/// What a row is sealed under.
pub(crate) fn label_of(row: &SealedSecret) -> Label<'_> {
    Label {
        tenant: &row.tenant_id,
        owner: &row.owner,
        name: &row.name,
        record: &row.record,
        version: u64::try_from(row.version).unwrap_or_default(),
    }
}
