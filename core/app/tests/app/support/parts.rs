//! What an app is made of in a test: no plugins, and nobody to reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::{App, Options, Parts, connections, plugins, services};
use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{Clock, Secret};
use runtime::{Egress, EgressConfig, Engine, EngineConfig};
use tokio::sync::Notify;
use vault::{RootKey, Vault};

/// An app over this database and clock.
#[allow(dead_code, reason = "tests inside the crate bring a witness")]
pub fn put_together(db: store::Db, clock: Arc<ManualClock>) -> App {
    put_together_with(db, clock, app::vault_state::Witness::default())
}

/// An app that remembers the counters of secrets outside the database.
pub fn put_together_with(
    db: store::Db,
    clock: Arc<ManualClock>,
    witness: app::vault_state::Witness,
) -> App {
    let vault = Vault::new(RootKey::from_secret(&Secret::new(vec![7; 32])).unwrap());
    let rng = Arc::new(SeededRng::new(7));
    let egress = Egress::new(EgressConfig::default()).unwrap();
    let workspace = Arc::new(services::Workspace::default());
    let mut config = EngineConfig::new(std::env::temp_dir(), vault.derive("compiled plugin code"));
    (config.instances_max, config.threads) = (1, 2);
    let engine =
        Engine::new(config, workspace.clone(), egress.clone(), clock.clone(), rng.clone()).unwrap();
    // A folder that nothing is looked for in again; the system clears it away. Each app has its own: chance
    // is the same in all, and so would be the names of what they keep.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let (process, nth) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let documents = std::env::temp_dir().join(format!("oxpi-documents-{process}-{nth}"));
    let app = App::new(Parts {
        db,
        blobs: Arc::new(store::blobs::Folder::open(&documents, clock.now()).unwrap()),
        vault,
        witness,
        clock,
        rng,
        engine,
        egress,
        post: app::mail::Post::default(),
        openid: app::openid::OpenId::default(),
        plugins: plugins::Registry::default(),
        refresh_locks: connections::RefreshLocks::default(),
        woken: Notify::new(),
        journal: app::journal::Journal::default(),
        incidents: app::incidents::Incidents::default(),
        options: Options {
            public_url: "https://oxpi.example".to_owned(),
            sandbox: false,
            themes: vec!["default".to_owned(), "ledger".to_owned()],
            plugin_limits: Default::default(),
        },
    });
    workspace.bind(&app);
    app
}
