//! Every room, put together as the binary does it, on a database of its own; the provider's
//! simulator beside it. Both live by one clock, which the test moves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::calendars::OfferedCalendar;
use app::mail::Post;
use app::oauth::{Callback, Wanted, begin_connection, finish_connection, save_client};
use app::openid::OpenId;
use app::services::Workspace;
use app::sessions::{SignedIn, context_of};
use app::tenants::{BusinessInput, FirstRun, OwnerInput, create_first_business};
use app::{App, Context, Options, Origin, Parts, calendars, jobs, plugins};
use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{Clock, ConnectionId, PluginId, Rng, Secret};
use runtime::{Egress, EgressConfig, Engine, EngineConfig};
use simulators::Simulator;
use store::Db;
use store::blobs::Folder;
use store::testing::TestDb;
use tempfile::TempDir;
use vault::{RootKey, Vault};

use crate::browser;

/// The simulator's account that owns calendars.
pub const DANA: &str = "dana@example.com";

/// A running house.
pub struct House {
    /// The use cases.
    pub app: App,
    /// The provider.
    pub simulator: Simulator,
    /// The clock of both.
    pub clock: Arc<ManualClock>,
    /// The business's owner.
    pub owner: Context,
    /// The owner's session.
    pub token: String,
    /// The plugin under test.
    pub plugin: PluginId,
    folder: TempDir,
    db: TestDb,
}

/// What most houses do without.
pub struct Extras {
    /// By which address people reach it.
    pub public_url: String,
    /// How mail leaves.
    pub post: Post,
    /// Who else people may sign in by.
    pub openid: OpenId,
}

impl Default for Extras {
    fn default() -> Self {
        let public_url = "http://127.0.0.1:8080".to_owned();
        Self { public_url, post: Post::default(), openid: OpenId::default() }
    }
}

impl House {
    /// A house with one business that has the calendar plugin on.
    pub async fn start(db: TestDb) -> Result<Self> {
        Self::start_with(db, Extras::default()).await
    }

    /// The same for an instance that people reach by this address.
    pub async fn start_at(db: TestDb, public_url: &str) -> Result<Self> {
        let public_url = public_url.to_owned();
        Self::start_with(db, Extras { public_url, ..Extras::default() }).await
    }

    /// The same, with more ways out.
    pub async fn start_with(db: TestDb, extras: Extras) -> Result<Self> {
        let public_url = extras.public_url.clone();
        let folder = tempfile::tempdir()?;
        // A Sunday morning in Jerusalem.
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let mut options = simulators::Options {
            clock: clock.clone(),
            any_loopback_redirect: true,
            ..simulators::Options::default()
        };
        let back = format!("{public_url}/oauth/callback");
        options.clients.iter_mut().for_each(|client| client.redirects.push(back.clone()));
        let simulator = Simulator::start_with(options)?;
        let app = app(&db, folder.path(), to(&simulator.url)?, clock.clone(), extras)?;
        let package = oxpi_testkit::package_of(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/google-calendar").as_path(),
        )?;
        let dir = package.parent().context("the package's folder has no parent")?;
        plugins::load_packages(&app, &[dir]).await;
        let (token, owner) = first_owner(&app).await?;
        let plugin: PluginId = "google-calendar".parse()?;
        let page = plugins::get_plugin(&app, &owner, &plugin).await?;
        plugins::enable_plugin(&app, &owner, &plugin, &page.card.version).await?;
        Ok(Self { app, simulator, clock, owner, token, plugin, folder, db })
    }

    /// The rooms of another process on the same database.
    pub async fn another(&self) -> Result<App> {
        let extras = Extras {
            public_url: self.app.options.public_url.clone(),
            post: self.app.post.clone(),
            ..Extras::default()
        };
        let clock = Arc::clone(&self.clock);
        let app = app(&self.db, self.folder.path(), to(&self.simulator.url)?, clock, extras)?;
        let package = oxpi_testkit::package_of(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/google-calendar").as_path(),
        )?;
        let dir = package.parent().context("the package's folder has no parent")?;
        plugins::load_packages(&app, &[dir]).await;
        Ok(app)
    }

    /// The rooms of another process on the same database, whose requests leave this way. No plugin is
    /// loaded there.
    pub fn another_way_out(&self, egress: Egress) -> Result<App> {
        let extras = Extras::default();
        let clock = Arc::clone(&self.clock);
        app(&self.db, self.folder.path(), egress, clock, extras)
    }

    /// A second business of the same owner, which has the plugin on as well.
    pub async fn another_business(&self) -> Result<Context> {
        let login = context_of(&self.app, &self.token, &Origin::default()).await?.login;
        let input = BusinessInput {
            business: "Elsewhere".to_owned(),
            locale: "en".to_owned(),
            zone: "UTC".to_owned(),
            currency: "USD".to_owned(),
        };
        let signed = app::tenants::add_business(&self.app, &login, input).await?;
        let context = context_of(&self.app, &signed.token, &Origin::default()).await?.context;
        let context = context.context("no business")?;
        let version = plugins::get_plugin(&self.app, &context, &self.plugin).await?.card.version;
        plugins::enable_plugin(&self.app, &context, &self.plugin, &version).await?;
        Ok(context)
    }

    /// Goes through the wizard and the provider's consent page as this account.
    pub async fn connect(&self, account: &str) -> Result<ConnectionId> {
        let location = self.consent(account, None).await?;
        Ok(finish_connection(&self.app, &self.owner, callback(&location)).await?)
    }

    /// Goes as far as the provider's answer.
    pub async fn consent(&self, account: &str, scopes: Option<&[&str]>) -> Result<url::Url> {
        let secret = Secret::from_text("demo-secret".to_owned());
        save_client(&self.app, &self.owner, &self.plugin, "google", "demo", secret).await?;
        let url =
            begin_connection(&self.app, &self.owner, &self.plugin, "google", Wanted::Any).await?;
        browser::consent(&url, account, scopes).await
    }

    /// Connects and chooses the account's first calendar.
    pub async fn with_calendar(&self) -> Result<(ConnectionId, OfferedCalendar)> {
        let connection = self.connect(DANA).await?;
        let offered = calendars::offer_calendars(&self.app, &self.owner, &connection).await?;
        let primary = offered.into_iter().find(|c| c.primary).context("no primary calendar")?;
        let wanted = vec![primary.id.clone()];
        calendars::choose_calendars(&self.app, &self.owner, &connection, wanted).await?;
        self.work().await?;
        Ok((connection, primary))
    }

    /// Runs everything that is due.
    pub async fn work(&self) -> Result<usize> {
        Ok(jobs::run_due(&self.app).await?)
    }

    /// Lets time pass, working once a step.
    pub async fn pass_secs(&self, secs: i64, step: i64) -> Result<()> {
        for _ in 0..secs / step {
            self.clock.advance_millis(step * 1_000);
            self.work().await?;
        }
        Ok(())
    }
}

/// Everybody's password.
pub fn password() -> Secret {
    Secret::from_text("seven quiet green lamps".to_owned())
}

/// The parameters the provider sent back.
pub fn callback(location: &url::Url) -> Callback {
    let get = |name: &str| {
        location.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    };
    Callback { state: get("state"), code: get("code"), error: get("error") }
}

/// The way out that leads every request to this address.
pub fn to(address: &str) -> Result<Egress> {
    let redirects = vec![format!("*={address}").parse()?];
    Ok(Egress::new(EgressConfig { redirects, ..EgressConfig::default() })?)
}

fn app(
    db: &TestDb,
    folder: &Path,
    egress: Egress,
    clock: Arc<ManualClock>,
    extras: Extras,
) -> Result<App> {
    put_together(Base {
        db: db.db.clone(),
        vault: Vault::new(RootKey::from_secret(&Secret::new(vec![7; 32]))?),
        clock,
        rng: Arc::new(SeededRng::new(11)),
        egress,
        post: extras.post,
        openid: extras.openid,
        folder: folder.to_owned(),
        compiled: compiled_plugins()?,
        options: Options {
            public_url: extras.public_url,
            sandbox: true,
            themes: vec!["default".to_owned(), "ledger".to_owned()],
            plugin_limits: Default::default(),
        },
    })
}

/// What differs between apps.
pub struct Base {
    /// The database, migrated.
    pub db: Db,
    /// The vault.
    pub vault: Vault,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub rng: Arc<dyn Rng>,
    /// The way out.
    pub egress: Egress,
    /// How mail leaves.
    pub post: Post,
    /// Who else people may sign in by.
    pub openid: OpenId,
    /// Where documents are kept.
    pub folder: PathBuf,
    /// Where the code of compiled plugins is kept.
    pub compiled: PathBuf,
    /// What the configuration would say.
    pub options: Options,
}

/// An app as the binary puts it together, without plugins.
pub fn put_together(base: Base) -> Result<App> {
    let Base { db, vault, clock, rng, egress, post, openid, folder, compiled, options } = base;
    let workspace = Arc::new(Workspace::default());
    let config = EngineConfig::new(compiled, vault.derive("compiled plugin code"));
    let engine =
        Engine::new(config, workspace.clone(), egress.clone(), clock.clone(), rng.clone())?;
    let app = App::new(Parts {
        db,
        blobs: Arc::new(Folder::open(&folder.join("documents"), clock.now())?),
        vault,
        witness: app::vault_state::Witness::default(),
        clock,
        rng,
        engine,
        egress,
        post,
        openid,
        plugins: plugins::Registry::default(),
        refresh_locks: app::connections::RefreshLocks::default(),
        woken: tokio::sync::Notify::new(),
        journal: app::journal::Journal::default(),
        incidents: app::incidents::Incidents::default(),
        options,
    });
    workspace.bind(&app);
    Ok(app)
}

/// Where the code of plugins is kept for all tests, beside the program that runs: compiling takes longer than
/// most tests. A file there is found by what it was compiled from, and by whom.
pub fn compiled_plugins() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("compiled-plugins"))
}

/// The first business, its owner, and their session.
pub async fn first_owner(app: &App) -> Result<(String, Context)> {
    let input = FirstRun {
        business: BusinessInput {
            business: "Dana's Studio".to_owned(),
            locale: "en".to_owned(),
            zone: "Asia/Jerusalem".to_owned(),
            currency: "ILS".to_owned(),
        },
        owner: OwnerInput {
            name: "Dana".to_owned(),
            email: "owner@example.com".to_owned(),
            password: password(),
        },
    };
    let origin = Origin::default();
    let SignedIn { token, .. } = create_first_business(app, &origin, input).await?;
    let context = context_of(app, &token, &origin).await?.context;
    Ok((token, context.context("the owner is in no business")?))
}
