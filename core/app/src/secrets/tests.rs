//! Secrets through the real path: vault, manifest, database, audit chain.

mod attacks;
mod deletions;
mod missing;
mod rotation;
mod secrecy;

use std::sync::Arc;
use std::time::Duration;

use domain::time::ManualClock;
use domain::{Secret, TenantId};
use store::secrets::SealedSecret;

use super::{Name, Opened};
use crate::error::{Error, Result};
use crate::parts;
use crate::tenants::{self, BusinessInput, FirstRun, OwnerInput};
use crate::vault_state::Witness;
use crate::{App, secrets};

/// Runs a test on both databases.
async fn each(test: impl AsyncFn(Box<Fixture>)) {
    for fresh in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(Box::new(Fixture::over(fresh.db.clone()).await)).await;
    }
}

/// Two businesses on a database, and a folder that it can't reach.
struct Fixture {
    app: App,
    clock: Arc<ManualClock>,
    tenant: TenantId,
    other: TenantId,
    folder: tempfile::TempDir,
}

impl Fixture {
    async fn over(db: store::Db) -> Self {
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let folder = tempfile::tempdir().unwrap();
        let witness = Witness::new(folder.path().join("vault")).unwrap();
        let app = parts::put_together_with(db, clock.clone(), witness);
        let (tenant, other) = (business(&app, 1).await, business(&app, 2).await);
        Self { app, clock, tenant, other, folder }
    }

    /// The same installation after a restart.
    async fn restarted(&self) -> App {
        let witness = Witness::new(self.folder.path().join("vault")).unwrap();
        parts::put_together_with(self.app.db.clone(), self.clock.clone(), witness)
    }

    async fn set(&self, name: &Name, text: &str) {
        set_in(&self.app, &self.tenant, name, text).await;
    }

    async fn get(&self, name: &Name) -> Result<Option<Opened>> {
        get_in(&self.app, &self.tenant, name).await
    }

    async fn row(&self, name: &Name) -> Option<SealedSecret> {
        self.row_of(&self.tenant, name).await
    }

    async fn row_of(&self, tenant: &TenantId, name: &Name) -> Option<SealedSecret> {
        let (tenant, name) = (tenant.clone(), name.clone());
        let find = move |c: &mut store::Conn| {
            store::secrets::find(c, &tenant, &name.owner, name.name, &name.record)
        };
        self.app.db.read(find).await.unwrap()
    }

    /// What somebody does who has the database and nothing else.
    async fn tamper(
        &self,
        work: impl FnOnce(&mut store::Conn) -> store::Result<()> + Send + 'static,
    ) {
        self.app.db.write(work).await.unwrap();
    }

    /// Takes the row away and puts this one in its place.
    async fn put_row(&self, row: SealedSecret) {
        self.tamper(move |c| {
            let (tenant, record) = (row.tenant_id.clone(), row.record.clone());
            let rows = store::secrets::list_record(c, &tenant, &row.owner, &record)?;
            for old in rows.iter().filter(|old| old.name == row.name) {
                store::secrets::delete(c, &tenant, &old.owner, &old.name, &record, old.version)?;
            }
            store::secrets::put(c, &row, None)
        })
        .await;
    }

    /// Waits until the chain tells of a finding.
    async fn told(&self, tenant: &TenantId, finding: &str) {
        for _ in 0..200 {
            if self.findings(tenant).await.iter().any(|found| found == finding) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{finding} is not in the chain: {:?}", self.findings(tenant).await);
    }

    async fn findings(&self, tenant: &TenantId) -> Vec<String> {
        let tenant = tenant.clone();
        let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
        let chain = self.app.db.read(list).await.unwrap();
        let ours = chain.into_iter().filter(|entry| entry.action == "vault.tampering-found");
        ours.map(|entry| entry.detail_json.0["finding"].as_str().unwrap().to_owned()).collect()
    }
}

async fn business(app: &App, n: u8) -> TenantId {
    let business = BusinessInput {
        business: format!("Business {n}"),
        locale: "en".into(),
        zone: "UTC".into(),
        currency: "USD".into(),
    };
    let owner = OwnerInput {
        name: "Dana".into(),
        email: "dana@example.com".into(),
        password: Secret::from_text("seven quiet green lamps".into()),
    };
    tenants::create_business(app, FirstRun { business, owner }).await.unwrap()
}

fn name(record: &str) -> Name {
    Name { owner: "acme/cloud".into(), name: "tokens", record: record.into() }
}

async fn set_in(app: &App, tenant: &TenantId, name: &Name, text: &str) {
    let (app2, tenant, name) = (app.clone(), tenant.clone(), name.clone());
    let secret = Secret::from_text(text.to_owned());
    app.db.transact(move |c| secrets::replace(&app2, c, &tenant, &name, &secret)).await.unwrap();
}

async fn get_in(app: &App, tenant: &TenantId, name: &Name) -> Result<Option<Opened>> {
    let (app2, tenant, name) = (app.clone(), tenant.clone(), name.clone());
    app.db.inspect(move |c| secrets::find(&app2, c, &tenant, &name)).await
}

async fn delete_in(app: &App, tenant: &TenantId, name: &Name) -> usize {
    let (app2, tenant, name) = (app.clone(), tenant.clone(), name.clone());
    app.db
        .transact(move |c| secrets::delete_record(&app2, c, &tenant, &name.owner, &name.record))
        .await
        .unwrap()
}

/// The text, or how it was refused: the typed error that people get, never anything else.
fn outcome(result: Result<Option<Opened>>) -> std::result::Result<Option<String>, String> {
    match result {
        Ok(opened) => Ok(opened.map(|o| o.secret.expose_text().unwrap().to_owned())),
        Err(Error::Unavailable { key: "error-secrets-untrusted", detail }) => {
            Err(detail.unwrap().rsplit(": ").next().unwrap().to_owned())
        }
        Err(other) => panic!("not the typed error: {other}"),
    }
}

fn plain(text: &str) -> std::result::Result<Option<String>, String> {
    Ok(Some(text.to_owned()))
}

fn refused(finding: &str) -> std::result::Result<Option<String>, String> {
    Err(finding.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_set_changed_and_deleted_and_versions_never_repeat() {
    each(async |f| {
        let name = name("r1");
        assert_eq!(outcome(f.get(&name).await), Ok(None));
        let mut versions = Vec::new();
        for text in ["one", "two"] {
            f.set(&name, text).await;
            let opened = f.get(&name).await.unwrap().unwrap();
            versions.push(opened.version);
            assert_eq!(outcome(Ok(Some(opened))), plain(text));
        }
        assert_eq!(delete_in(&f.app, &f.tenant, &name).await, 1);
        assert_eq!(outcome(f.get(&name).await), Ok(None));
        f.set(&name, "three").await;
        versions.push(f.get(&name).await.unwrap().unwrap().version);
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        assert!(f.findings(&f.tenant).await.is_empty());
        let report = crate::vault_state::verify(&f.app, &f.tenant).await.unwrap();
        assert_eq!((report.secrets, report.findings.len()), (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_at_once_leave_a_manifest_that_fits() {
    each(async |f| {
        let mut running = tokio::task::JoinSet::new();
        for n in 0..24 {
            let (app, tenant) = (f.app.clone(), f.tenant.clone());
            running.spawn(async move {
                set_in(&app, &tenant, &name(&format!("r{}", n % 6)), &format!("text {n}")).await;
                let read = outcome(get_in(&app, &tenant, &name(&format!("r{}", n % 6))).await);
                assert!(read.unwrap().unwrap().starts_with("text"));
            });
        }
        while let Some(done) = running.join_next().await {
            done.unwrap();
        }
        let report = crate::vault_state::verify(&f.app, &f.tenant).await.unwrap();
        assert_eq!((report.secrets, report.findings), (6, vec![]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_was_faster_wins() {
    each(async |f| {
        let name = name("r1");
        f.set(&name, "one").await;
        let version = f.get(&name).await.unwrap().unwrap().version;
        f.set(&name, "two").await;
        let (app, tenant, of) = (f.app.clone(), f.tenant.clone(), name.clone());
        let late = f.app.db.transact(move |c| {
            secrets::put(&app, c, &tenant, &of, &Secret::from_text("late".into()), version)
        });
        assert!(matches!(late.await, Err(Error::Conflict { .. })));
        assert_eq!(outcome(f.get(&name).await), plain("two"));
    })
    .await;
}
