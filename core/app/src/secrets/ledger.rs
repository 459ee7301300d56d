//! A tenant's manifest while secrets are changed: locked, checked, and written back whole.

use std::collections::BTreeMap;

use domain::TenantId;
use store::Conn;
use store::secrets::SealedSecret;
use vault::{Bucket, Finding, Place, Root, RowCode};

use super::alarm::{self, Trouble};
use crate::App;
use crate::error::Result;

/// The manifest in a transaction that changes it.
pub(crate) struct Ledger {
    tenant: TenantId,
    /// The root; its counter is already the one of this change.
    pub(crate) root: Root,
    buckets: BTreeMap<u8, Bucket>,
}

impl Ledger {
    /// Locks and checks the manifest. Others who change the tenant's secrets wait until the
    /// transaction ends.
    pub(crate) fn open(app: &App, c: &mut Conn, tenant: &TenantId) -> Result<Self> {
        let stored = store::vault_state::lock_root(c, tenant)?;
        let root = open_root(app, tenant, stored.as_deref());
        let mut root = root.map_err(|trouble| alarm::raise(app, tenant, "manifest", trouble))?;
        root.counter += 1;
        Ok(Self { tenant: tenant.clone(), root, buckets: BTreeMap::new() })
    }

    /// The version of a secret that this change stores. No two changes of a tenant have the same.
    pub(crate) fn version(&self) -> Result<i64> {
        i64::try_from(self.root.counter).map_err(crate::Error::internal)
    }

    /// What is wrong with the row at a place, or with there being none.
    pub(crate) fn finding(
        &mut self,
        app: &App,
        c: &mut Conn,
        place: Place,
        row: Option<&SealedSecret>,
    ) -> Result<Option<Finding>> {
        let listed = self.bucket(app, c, place.bucket())?.find(&place).copied();
        let code = row.map(|row| row_code(app, row)).transpose()?;
        Ok(compare(listed.as_ref(), code.as_ref()))
    }

    /// Lists a row that is stored in this transaction.
    pub(crate) fn put(&mut self, app: &App, c: &mut Conn, row: &SealedSecret) -> Result<()> {
        let (place, code) = (place_of(app, row)?, row_code(app, row)?);
        self.bucket(app, c, place.bucket())?.put(place, code);
        self.root.touch(place.bucket());
        Ok(())
    }

    /// Forgets a row that is deleted in this transaction.
    pub(crate) fn remove(&mut self, app: &App, c: &mut Conn, row: &SealedSecret) -> Result<()> {
        let place = place_of(app, row)?;
        self.bucket(app, c, place.bucket())?.remove(&place);
        self.root.touch(place.bucket());
        Ok(())
    }

    /// Everything that is listed.
    pub(crate) fn listed(&mut self, app: &App, c: &mut Conn) -> Result<BTreeMap<Place, RowCode>> {
        let mut all = BTreeMap::new();
        for at in 0..=u8::MAX {
            all.extend(self.bucket(app, c, at)?.entries());
        }
        Ok(all)
    }

    /// Forgets what was at a place and is gone.
    pub(crate) fn forget(&mut self, app: &App, c: &mut Conn, place: Place) -> Result<()> {
        self.bucket(app, c, place.bucket())?.remove(&place);
        self.root.touch(place.bucket());
        Ok(())
    }

    /// Writes back what was changed. Without this call the change is incomplete.
    pub(crate) fn save(self, app: &App, c: &mut Conn) -> Result<()> {
        let counter = self.root.counter;
        for (at, bucket) in &self.buckets {
            if self.root.bucket_counter(*at) == counter {
                let signed = app.vault.sign_bucket(&self.tenant, *at, counter, bucket);
                store::vault_state::put_bucket(c, &self.tenant, *at, &signed)?;
            }
        }
        write_root(app, c, &self.tenant, &self.root)?;
        crate::vault_state::nudge(app, &self.tenant);
        Ok(())
    }

    fn bucket(&mut self, app: &App, c: &mut Conn, at: u8) -> Result<&mut Bucket> {
        use std::collections::btree_map::Entry;
        Ok(match self.buckets.entry(at) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let stored = store::vault_state::find_bucket(c, &self.tenant, at)?;
                let bucket = open_bucket(app, &self.tenant, &self.root, at, stored.as_deref());
                free.insert(
                    bucket
                        .map_err(|trouble| alarm::raise(app, &self.tenant, "manifest", trouble))?,
                )
            }
        })
    }
}

/// Writes a manifest that lists exactly these rows, where there is none.
pub(crate) fn write(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    counter: u64,
    active_key: u32,
    rows: &[SealedSecret],
) -> Result<()> {
    let mut buckets: BTreeMap<u8, Bucket> = BTreeMap::new();
    for row in rows {
        let place = place_of(app, row)?;
        buckets.entry(place.bucket()).or_default().put(place, row_code(app, row)?);
    }
    let mut root = Root::new(counter, active_key);
    for (at, bucket) in &buckets {
        root.touch(*at);
        let signed = app.vault.sign_bucket(tenant, *at, counter, bucket);
        store::vault_state::put_bucket(c, tenant, *at, &signed)?;
    }
    write_root(app, c, tenant, &root)
}

fn write_root(app: &App, c: &mut Conn, tenant: &TenantId, root: &Root) -> Result<()> {
    let counter = i64::try_from(root.counter).map_err(crate::Error::internal)?;
    let signed = app.vault.sign_root(tenant, root);
    Ok(store::vault_state::put_root(c, tenant, counter, &signed, app.clock.now())?)
}

/// Reads the root and holds it against the counter outside the database.
pub(crate) fn open_root(
    app: &App,
    tenant: &TenantId,
    stored: Option<&[u8]>,
) -> Result<Root, Trouble> {
    let stored = stored.ok_or(Finding::ManifestMissing)?;
    let root = app.vault.open_root(tenant, stored)?;
    app.witness.check(&app.vault, tenant, root.counter, app.clock.now())?;
    Ok(root)
}

/// Reads a bucket as the root says it should be.
pub(crate) fn open_bucket(
    app: &App,
    tenant: &TenantId,
    root: &Root,
    at: u8,
    stored: Option<&[u8]>,
) -> Result<Bucket, Trouble> {
    match (root.bucket_counter(at), stored) {
        (0, None) => Ok(Bucket::default()),
        (0, Some(_)) | (_, None) => Err(Finding::ManifestAltered.into()),
        (counter, Some(stored)) => Ok(app.vault.open_bucket(tenant, at, counter, stored)?),
    }
}

/// What is wrong when this is listed and that is there.
pub(crate) fn compare(listed: Option<&RowCode>, found: Option<&RowCode>) -> Option<Finding> {
    match (listed, found) {
        (None, None) => None,
        (Some(_), None) => Some(Finding::SecretDeleted),
        (None, Some(_)) => Some(Finding::SecretUnlisted),
        (Some(listed), Some(found)) => (listed != found).then_some(Finding::SecretReplaced),
    }
}

pub(crate) fn place_of(app: &App, row: &SealedSecret) -> Result<Place> {
    Ok(app.vault.place(&super::label_of(row))?)
}

pub(crate) fn row_code(app: &App, row: &SealedSecret) -> Result<RowCode> {
    Ok(app.vault.row_code(&super::label_of(row), row.key_id, &row.envelope)?)
}
