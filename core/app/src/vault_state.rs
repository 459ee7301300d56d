//! The state of the vault as an administrator sees it: whether each business's secrets are the ones
//! that were stored, and what to do when an older database was put back on purpose.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::TenantId;
use serde_json::json;
use store::Conn;
use store::secrets::SealedSecret;
use vault::{Finding, Place, RowCode, WrappedKey};

use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};
use crate::secrets::alarm::{self, Trouble};
use crate::secrets::{self, ledger};
use crate::{App, deletions};

mod missing;
mod witness;

pub use missing::{Missing, find_missing, forget_missing};
pub use witness::Witness;

/// Secrets that are read at once.
const PAGE: i64 = 500;

/// What a look at a business's secrets found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many secrets there are.
    pub secrets: u64,
    /// The manifest's counter; 0 when it can't be read.
    pub counter: u64,
    /// The counter outside the database, if it was ever written.
    pub witnessed: Option<u64>,
    /// Each data key and how many secrets it seals, oldest first.
    pub keys: Vec<(i64, i64)>,
    /// The data key that seals what is new; 0 when the manifest can't be read.
    pub active_key: i64,
    /// What is wrong: a secret's name or `manifest`, and what was found.
    pub findings: Vec<(String, &'static str)>,
}

/// Reads every secret of a business and holds it against the manifest, the manifest against the
/// counter outside, and opens each. Changes nothing and tells nobody.
pub async fn verify(app: &App, tenant: &TenantId) -> Result<Report> {
    let (app2, tenant) = (app.clone(), tenant.clone());
    app.db.inspect(move |c| look_through(&app2, c, &tenant)).await
}

fn look_through(app: &App, c: &mut Conn, tenant: &TenantId) -> Result<Report> {
    let mut report = Report { keys: store::secrets::count_by_key(c, tenant)?, ..Report::default() };
    match app.witness.find(&app.vault, tenant) {
        Ok(witnessed) => report.witnessed = witnessed,
        Err(trouble) => report.findings.push(("counter".to_owned(), trouble.word())),
    }
    let listed = match listed(app, c, tenant, &mut report) {
        Ok(listed) => listed,
        Err(Stop::Trouble(trouble)) => {
            report.findings.push(("manifest".to_owned(), trouble.word()));
            return Ok(report);
        }
        Err(Stop::Error(error)) => return Err(error),
    };
    if report.witnessed.is_some_and(|witnessed| report.counter < witnessed) {
        report.findings.push(("manifest".to_owned(), Finding::RolledBack.as_str()));
    }
    compare_all(app, c, tenant, listed, &mut report)?;
    Ok(report)
}

enum Stop {
    Trouble(Trouble),
    Error(Error),
}

impl<T: Into<Trouble>> From<T> for Stop {
    fn from(trouble: T) -> Self {
        Self::Trouble(trouble.into())
    }
}

/// Everything the manifest lists.
fn listed(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    report: &mut Report,
) -> Result<BTreeMap<Place, RowCode>, Stop> {
    let stored = store::vault_state::find_root(c, tenant).map_err(|e| Stop::Error(e.into()))?;
    let stored = stored.ok_or(Finding::ManifestMissing)?;
    let root = app.vault.open_root(tenant, &stored)?;
    (report.counter, report.active_key) = (root.counter, i64::from(root.active_key));
    let buckets = store::vault_state::list_buckets(c, tenant).map_err(|e| Stop::Error(e.into()))?;
    let mut buckets: BTreeMap<i64, Vec<u8>> = buckets.into_iter().collect();
    let mut all = BTreeMap::new();
    for at in 0..=u8::MAX {
        let stored = buckets.remove(&i64::from(at));
        let bucket = ledger::open_bucket(app, tenant, &root, at, stored.as_deref())?;
        all.extend(bucket.entries());
    }
    Ok(all)
}

fn compare_all(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    mut listed: BTreeMap<Place, RowCode>,
    report: &mut Report,
) -> Result<()> {
    let keys = wrapped_keys(c, tenant)?;
    each_row(c, tenant, |row| {
        report.secrets += 1;
        let place = ledger::place_of(app, row)?;
        let code = ledger::row_code(app, row)?;
        let found = match ledger::compare(listed.remove(&place).as_ref(), Some(&code)) {
            Some(finding) => Some(finding.as_str()),
            None => opens(app, &keys, row).err().map(Trouble::word),
        };
        if let Some(word) = found {
            report.findings.push((secrets::path(&row.owner, &row.name, &row.record), word));
        }
        Ok(())
    })?;
    // A place doesn't tell the name that was there.
    let gone = listed.len();
    report.findings.extend((0..gone).map(|_| ("?".to_owned(), Finding::SecretDeleted.as_str())));
    Ok(())
}

fn wrapped_keys(c: &mut Conn, tenant: &TenantId) -> Result<BTreeMap<i64, Vec<u8>>> {
    let keys = store::data_keys::list(c, tenant)?;
    Ok(keys.into_iter().map(|key| (key.key_id, key.wrapped)).collect())
}

fn opens(app: &App, keys: &BTreeMap<i64, Vec<u8>>, row: &SealedSecret) -> Result<(), Trouble> {
    let key = keys.get(&row.key_id).ok_or(Finding::KeyMissing)?;
    app.vault.open(&WrappedKey::from_bytes(key)?, &secrets::label_of(row), &row.envelope)?;
    Ok(())
}

fn each_row(
    c: &mut Conn,
    tenant: &TenantId,
    mut work: impl FnMut(&SealedSecret) -> Result<()>,
) -> Result<()> {
    let mut after = (String::new(), String::new(), String::new());
    loop {
        let names = (&*after.0, &*after.1, &*after.2);
        let rows = store::secrets::list_after(c, tenant, names, PAGE)?;
        rows.iter().try_for_each(&mut work)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (last.owner.clone(), last.name.clone(), last.record.clone());
    }
}

/// Verifies every business and tells the log and the audit chains what is wrong; answers how many
/// findings there are.
pub async fn verify_all(app: &App) -> Result<usize> {
    let mut findings = 0;
    for tenant in app.db.read(store::tenants::list).await? {
        let report = verify(app, &tenant.id).await?;
        findings += report.findings.len();
        for (what, word) in &report.findings {
            alarm::tell(app, &tenant.id, what, word);
        }
        if report.findings.is_empty() {
            settle(app, &tenant.id).await?;
        }
    }
    Ok(findings)
}

/// Takes the counter of a business, as it is committed now, into the file outside the database.
pub async fn settle(app: &App, tenant: &TenantId) -> Result<u64> {
    let (app2, tenant) = (app.clone(), tenant.clone());
    app.db
        .inspect(move |c| -> Result<u64> {
            let stored = store::vault_state::find_root(c, &tenant)?;
            let root = ledger::open_root(&app2, &tenant, stored.as_deref())
                .map_err(|trouble| alarm::raise(&app2, &tenant, "manifest", trouble))?;
            let now = app2.clock.now();
            app2.witness
                .record(&app2.vault, &*app2.rng, &tenant, root.counter, now)
                .map_err(Error::internal)?;
            Ok(root.counter)
        })
        .await
}

/// Settles a business's counter soon, when the transaction that just changed it has ended.
pub(crate) fn nudge(app: &App, tenant: &TenantId) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    if !app.witness.is_on() || !app.witness.nudged().insert(tenant.clone()) {
        return;
    }
    let (app, tenant) = (app.clone(), tenant.clone());
    runtime.spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        app.witness.nudged().remove(&tenant);
        // Once more, for a transaction that took longer.
        for wait_secs in [1, 0] {
            if let Err(error) = settle(&app, &tenant).await {
                tracing::warn!(%error, %tenant, "a counter could not be kept");
            }
            tokio::time::sleep(Duration::from_secs(wait_secs)).await;
        }
    });
}

/// Begins the manifests of businesses that have none because they are older than manifests. A
/// business whose counter was seen before gets none: its manifest
/// was taken away.
pub async fn open_all(app: &App) -> Result<()> {
    deletions::go_on(app).await?;
    for tenant in app.db.read(store::vault_state::list_without_root).await? {
        // What is wrong is told when it is verified; the house opens for the other businesses.
        if matches!(app.witness.find(&app.vault, &tenant), Ok(None)) {
            renew(app, &tenant, "vault.manifest-begun").await?;
        }
    }
    Ok(())
}

/// The businesses whose counters are kept but that the database doesn't have: it is older than
/// they are, or they were deleted.
pub async fn list_missing(app: &App) -> Result<Vec<TenantId>> {
    let known = app.db.read(store::tenants::list).await?;
    let kept = app.witness.list().map_err(Error::internal)?;
    Ok(kept.into_iter().filter(|id| !known.iter().any(|tenant| tenant.id == *id)).collect())
}

/// What [`accept_restore`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Secrets that are listed now.
    pub kept: u64,
    /// Secrets that don't open and were removed.
    pub removed: Vec<String>,
    /// The counter from now on.
    pub counter: u64,
}

/// Takes a business's secrets as they are, because its database was restored on purpose: lists
/// what opens, removes what doesn't, and goes on counting above everything that was ever seen.
pub async fn accept_restore(app: &App, tenant: &TenantId) -> Result<Accepted> {
    let accepted = renew(app, tenant, "vault.restore-accepted").await?;
    app.witness.forget(tenant).map_err(Error::internal)?;
    settle(app, tenant).await?;
    Ok(accepted)
}

async fn renew(app: &App, tenant: &TenantId, action: &'static str) -> Result<Accepted> {
    let (app2, tenant) = (app.clone(), tenant.clone());
    app.db
        .transact(move |c| -> Result<Accepted> {
            let accepted = list_anew(&app2, c, &tenant)?;
            let detail = json!({
                "kept": accepted.kept,
                "removed": accepted.removed,
                "counter": accepted.counter,
            });
            let act = Act { action, entity: "tenant", entity_id: tenant.as_str(), detail };
            audit::append(&app2, c, &tenant, &Who::system(), &act)?;
            Ok(accepted)
        })
        .await
}

fn list_anew(app: &App, c: &mut Conn, tenant: &TenantId) -> Result<Accepted> {
    let stored = store::vault_state::lock_root(c, tenant)?;
    let before = stored.and_then(|stored| app.vault.open_root(tenant, &stored).ok());
    let active = secrets::active_key(c, tenant)?.key_id;
    let active = u32::try_from(active).map_err(Error::internal)?;
    let keys = wrapped_keys(c, tenant)?;
    // Above every counter that was seen and every version that is there.
    let mut counter = before.map_or(0, |root| root.counter);
    counter = counter.max(app.witness.find(&app.vault, tenant).ok().flatten().unwrap_or_default());
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    each_row(c, tenant, |row| {
        counter = counter.max(u64::try_from(row.version).unwrap_or_default());
        match opens(app, &keys, row) {
            Ok(()) => good.push(row.clone()),
            Err(_) => bad.push(row.clone()),
        }
        Ok(())
    })?;
    store::vault_state::delete_buckets(c, tenant)?;
    ledger::write(app, c, tenant, counter + 1, active, &good)?;
    for row in &bad {
        let version = row.version;
        store::secrets::delete(c, tenant, &row.owner, &row.name, &row.record, version)?;
    }
    Ok(Accepted {
        kept: good.len() as u64,
        removed: bad.iter().map(|r| secrets::path(&r.owner, &r.name, &r.record)).collect(),
        counter: counter + 1,
    })
}
