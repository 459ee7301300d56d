//! A house with an empty shelf: no plugin is there until the test installs a version of the testkit's
//! sample, signed by whom it likes. Requests of the plugin go to a server that answers when told.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::{Context as _, Result};
use app::plugins::{InstallError, Installed};
use app::services::Workspace;
use app::sessions::context_of;
use app::tenants::{BusinessInput, FirstRun, OwnerInput, create_business};
use app::{App, Context, Options, Origin, Parts, plugins};
use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{Clock, PluginId, Secret};
use runtime::egress::Lookup;
use runtime::{
    Egress, EgressConfig, Engine, EngineConfig, Limits, Package, PluginFiles, PublisherSecret,
};
use store::blobs::{Blobs, Folder};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use vault::{RootKey, Vault};

use crate::house::password;

/// The house.
pub struct Shelf {
    /// The use cases.
    pub app: App,
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// The owner of one business.
    pub owner: Context,
    /// The owner's session.
    pub token: String,
    /// The owner of another.
    pub other: Context,
    /// That one's session.
    pub other_token: String,
    /// The plugin.
    pub plugin: PluginId,
    /// What the plugin talks to.
    pub provider: Provider,
    /// Where packages are kept.
    pub folder: TempDir,
}

/// A server that says when a request came and answers it when told.
#[derive(Clone)]
pub struct Provider {
    /// A request came.
    pub asked: Arc<Notify>,
    /// Answer it.
    pub answer: Arc<Notify>,
    /// How many came.
    pub count: Arc<Mutex<u32>>,
}

/// What most houses of this kind do without.
#[derive(Default)]
pub struct Fittings {
    /// Names are looked up here, and nothing is led to the provider.
    pub lookup: Option<Arc<dyn Lookup>>,
    /// What keeps documents, over the folder that would.
    pub blobs: Option<fn(Folder) -> Arc<dyn Blobs>>,
    /// What calls of a plugin may use, where it isn't the usual.
    pub plugin_limits: BTreeMap<PluginId, Limits>,
}

impl Shelf {
    /// Opens a house on a database.
    pub async fn open(db: store::Db) -> Result<Self> {
        Self::open_with(db, Fittings::default()).await
    }

    /// The same with something else in it.
    pub async fn open_with(db: store::Db, fittings: Fittings) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let (port, provider) = serve().await?;
        let app = app_in(folder.path(), db, &clock, port, fittings)?;
        let (token, owner) = business(&app, "Dana's Studio", "dana@example.com").await?;
        let (other_token, other) = business(&app, "Levi & Sons", "levi@example.com").await?;
        let plugin = "testkit-sample".parse()?;
        Ok(Self { app, clock, owner, token, other, other_token, plugin, provider, folder })
    }

    /// What another process on the same data would be.
    pub fn another(&self) -> Result<App> {
        app_in(self.folder.path(), self.app.db.clone(), &self.clock, 1, Fittings::default())
    }

    /// The same with what is installed loaded.
    pub async fn another_loaded(&self) -> Result<App> {
        let app = self.another()?;
        plugins::load_packages(&app, &[] as &[&Path]).await;
        Ok(app)
    }

    /// Installs bytes as `oxpi plugin install` does, and takes them in as a running server does.
    pub async fn install(&self, bytes: Vec<u8>) -> Result<Installed, InstallError> {
        let installed = plugins::install_package(&self.app, bytes, false).await?;
        self.load().await;
        Ok(installed)
    }

    /// Takes in what was installed.
    pub async fn load(&self) {
        plugins::load_packages(&self.app, &[] as &[&Path]).await;
    }

    /// Takes in what was installed, and moves businesses that need nobody for it.
    pub async fn move_up(&self) -> Result<usize> {
        self.load().await;
        Ok(plugins::upgrade_all(&self.app).await?)
    }

    /// The version that a business has, and whether it is on.
    pub async fn version(&self, ctx: &Context) -> Result<(String, bool)> {
        let (tenant, plugin) = (ctx.tenant.clone(), self.plugin.clone());
        let row = self.app.db.read(move |c| store::tenant_plugins::get(c, &tenant, &plugin));
        let row = row.await?;
        Ok((row.version, row.enabled))
    }

    /// A small value that the plugin keeps for the owner's business.
    pub async fn kept(&self, key: &str) -> Result<Option<String>> {
        let (tenant, plugin, now) =
            (self.owner.tenant.clone(), self.plugin.clone(), self.app.clock.now());
        let key = key.to_owned();
        let read = self.app.db.read(move |c| {
            let space = store::kv::Space { tenant: &tenant, plugin: &plugin };
            store::kv::find(c, space, &key, now)
        });
        Ok(read.await?.map(|entry| String::from_utf8_lossy(&entry.value).into_owned()))
    }

    /// Changes the plugin's settings in the owner's business as they lie in the database.
    pub async fn set(&self, settings: serde_json::Value) -> Result<()> {
        let (tenant, plugin, now) =
            (self.owner.tenant.clone(), self.plugin.clone(), self.app.clock.now());
        let write = self.app.db.write(move |c| {
            let row = store::tenant_plugins::get(c, &tenant, &plugin)?;
            let change = store::tenant_plugins::TenantPluginChange {
                version: row.version.clone(),
                enabled: row.enabled,
                grant_json: row.grant_json.clone(),
                settings_json: settings.into(),
            };
            store::tenant_plugins::update(c, &tenant, &plugin, &change, row.rev, now)
        });
        write.await?;
        Ok(())
    }

    /// Queues a job of the plugin in the owner's business.
    pub async fn enqueue(&self, handler: &str) -> Result<domain::JobId> {
        self.enqueue_with(handler, serde_json::json!({"thing": "x"})).await
    }

    /// Queues one with a payload.
    pub async fn enqueue_with(
        &self,
        handler: &str,
        payload: serde_json::Value,
    ) -> Result<domain::JobId> {
        let now = self.app.clock.now();
        let job = store::jobs::NewJob {
            id: domain::JobId::new(&*self.app.clock, &*self.app.rng),
            tenant_id: self.owner.tenant.clone(),
            kind: "plugin.job".to_owned(),
            plugin_id: Some(self.plugin.clone()),
            connection_id: None,
            once: store::jobs::Once::No,
            payload_json: serde_json::json!({"handler": handler, "payload": payload}).into(),
            run_at: now,
            attempts_max: 5,
        };
        let id = job.id.clone();
        self.app.db.write(move |c| store::jobs::enqueue(c, &job, now)).await?;
        Ok(id)
    }

    /// A job as it stands.
    pub async fn job(&self, id: &domain::JobId) -> Result<store::jobs::Job> {
        let (tenant, id) = (self.owner.tenant.clone(), id.clone());
        Ok(self.app.db.read(move |c| store::jobs::get(c, &tenant, &id)).await?)
    }

    /// What the activity log of a business has about plugins: the actions, oldest first.
    pub async fn acts(&self, ctx: &Context) -> Result<Vec<String>> {
        let tenant = ctx.tenant.clone();
        let filter = store::audit::AuditFilter::default();
        let page = self.app.db.read(move |c| store::audit::list(c, &tenant, &filter, None, 200));
        let mut acts: Vec<String> = page.await?.items.into_iter().map(|e| e.action).collect();
        acts.reverse();
        acts.retain(|action| action.starts_with("plugin."));
        Ok(acts)
    }
}

/// A publisher.
pub fn publisher(seed: u64) -> PublisherSecret {
    PublisherSecret::generate(&SeededRng::new(seed))
}

/// The sample as another version of it, perhaps otherwise changed, signed.
pub fn package(
    version: &str,
    by: &PublisherSecret,
    change: fn(String) -> String,
) -> Result<Vec<u8>> {
    let mut package = Package::new(sample(version, Some(by), change)?)?;
    package.sign(by)?;
    Ok(package.to_bytes()?)
}

/// The same as files.
pub fn sample(
    version: &str,
    by: Option<&PublisherSecret>,
    change: fn(String) -> String,
) -> Result<PluginFiles> {
    let mut files = packed()?;
    let key = by.map(|by| format!("\npublisher_key = \"{}\"", by.public())).unwrap_or_default();
    let text =
        files.manifest.replace("\nversion = \"0.1.0\"", &format!("\nversion = \"{version}\"{key}"));
    files.manifest = change(text);
    Ok(files)
}

/// The sample as it was packed; asking the compiler once is enough.
fn packed() -> Result<PluginFiles> {
    static PACKED: OnceLock<PluginFiles> = OnceLock::new();
    if let Some(files) = PACKED.get() {
        return Ok(files.clone());
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/testkit/sample");
    let files = PluginFiles::read(&oxpi_testkit::package_of(&source)?)?;
    Ok(PACKED.get_or_init(|| files).clone())
}

/// Nothing else is changed.
pub fn as_it_is(manifest: String) -> String {
    manifest
}

/// It also wants to hear of another topic and to talk to another server.
pub fn asking_more(manifest: String) -> String {
    let more = manifest
        .replace("\"appointment.booked\"", "\"appointment.booked\", \"appointment.cancelled\"");
    format!(
        "{more}\n[[egress]]\nid = \"sms\"\norigin = \"https://sms.example.com\"\nmethods = [\"POST\"]\n\
         path = \"/send\"\n"
    )
}

async fn serve() -> Result<(u16, Provider)> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let provider =
        Provider { asked: Arc::default(), answer: Arc::default(), count: Arc::default() };
    let told = provider.clone();
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let told = told.clone();
            tokio::spawn(async move {
                let mut request = [0u8; 4_096];
                let _ = stream.read(&mut request).await;
                if let Ok(mut count) = told.count.lock() {
                    *count += 1;
                }
                told.asked.notify_one();
                told.answer.notified().await;
                let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                              content-length: 23\r\nconnection: close\r\n\r\n\
                              {\"data\":\"JVBERi0xLjQK\"}";
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    Ok((port, provider))
}

fn app_in(
    folder: &Path,
    db: store::Db,
    clock: &Arc<ManualClock>,
    port: u16,
    fittings: Fittings,
) -> Result<App> {
    let vault = Vault::new(RootKey::from_secret(&Secret::new(vec![7; 32]))?);
    let rng = Arc::new(SeededRng::new(u64::from(port)));
    let lookup = fittings.lookup;
    let redirects = match lookup {
        Some(_) => Vec::new(),
        None => vec![format!("*=http://127.0.0.1:{port}").parse()?],
    };
    let egress = Egress::new(EgressConfig { redirects, lookup })?;
    let documents = Folder::open(&folder.join("documents"), clock.now())?;
    let blobs = match fittings.blobs {
        Some(over) => over(documents),
        None => Arc::new(documents),
    };
    let workspace = Arc::new(Workspace::default());
    let cache = folder.join("compiled");
    let mut config = EngineConfig::new(cache, vault.derive("compiled plugin code"));
    (config.instances_max, config.threads) = (4, 2);
    let engine =
        Engine::new(config, workspace.clone(), egress.clone(), clock.clone(), rng.clone())?;
    let app = App::new(Parts {
        db,
        blobs,
        vault,
        witness: app::vault_state::Witness::default(),
        clock: clock.clone(),
        rng,
        engine,
        egress,
        post: app::mail::Post::default(),
        openid: app::openid::OpenId::default(),
        plugins: plugins::Registry::keeping_in(folder.join("plugins")),
        refresh_locks: app::connections::RefreshLocks::default(),
        woken: Notify::new(),
        journal: app::journal::Journal::default(),
        incidents: app::incidents::Incidents::default(),
        options: Options {
            public_url: "http://127.0.0.1:8080".to_owned(),
            sandbox: true,
            themes: vec!["default".to_owned(), "ledger".to_owned()],
            plugin_limits: fittings.plugin_limits,
        },
    });
    workspace.bind(&app);
    Ok(app)
}

async fn business(app: &App, name: &str, email: &str) -> Result<(String, Context)> {
    let input = FirstRun {
        business: BusinessInput {
            business: name.to_owned(),
            locale: "en".to_owned(),
            zone: "Asia/Jerusalem".to_owned(),
            currency: "ILS".to_owned(),
        },
        owner: OwnerInput {
            name: "Owner".to_owned(),
            email: email.to_owned(),
            password: password(),
        },
    };
    create_business(app, input).await?;
    let origin = Origin::default();
    let entry = app::sign_ins::sign_in(app, &origin, email, password()).await?;
    let signed = entry.open().context("a second step")?;
    let context = context_of(app, &signed.token, &origin).await?.context;
    Ok((signed.token, context.context("the owner is in no business")?))
}
