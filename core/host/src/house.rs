//! Puts the rooms together: data folder, root key, vault, database, engine, app.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use app::services::Workspace;
use app::{App, Options, Parts};
use domain::rng::SystemRng;
use domain::time::SystemClock;
use domain::{Clock, Rng, Secret};
use runtime::{CompilerProcess, Egress, EgressConfig, Engine, EngineConfig};
use store::blobs::Folder;
use store::{Db, DbOptions, Target};
use vault::{RootKey, Vault, WrappedKey};
use web::themes::Themes;

use crate::cli::Compilation;
use crate::config::Config;
use crate::config::plugins::Plugins;
use crate::root_key;

/// Opens everything there is behind the pages; the schema is brought up to date first. Asks for the
/// passphrase where there is one.
pub async fn open(config: &Config, public_url: String) -> anyhow::Result<App> {
    open_at(config, public_url, Arc::new(SystemClock)).await
}

/// As [`open`], with the root key that somebody's passphrase opened.
pub async fn open_with(
    config: &Config,
    public_url: String,
    key: Option<RootKey>,
    themes: &Arc<Themes>,
) -> anyhow::Result<App> {
    open_by(config, public_url, key, Arc::new(SystemClock), themes).await
}

/// As [`open`], by another clock, as for what is told of the past.
pub async fn open_at(
    config: &Config,
    public_url: String,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<App> {
    open_by(config, public_url, None, clock, &themes(config)?).await
}

async fn open_by(
    config: &Config,
    public_url: String,
    key: Option<RootKey>,
    clock: Arc<dyn Clock>,
    themes: &Arc<Themes>,
) -> anyhow::Result<App> {
    prepare_folder(&config.data.dir)?;
    let db = database(config).await?;
    for name in db.migrate().await.context("the database's tables can't be brought up to date")? {
        tracing::info!(name, "migrated");
    }
    check_row_security(&db).await?;
    let key = match key {
        Some(key) => key,
        None => root_key::load(config, &db).await?,
    };
    let vault = Vault::new(key);
    check_root_key(&vault, &db).await?;
    let app = assemble(config, db, vault, public_url, clock, themes)?;
    app::vault_state::open_all(&app).await.map_err(shut)?;
    Ok(app)
}

/// Why the house doesn't open, in words for whoever looks after it.
fn shut(error: app::Error) -> anyhow::Error {
    match error {
        app::Error::Unavailable { key: "error-deletion-list", detail } => anyhow::anyhow!(
            "the list of deleted businesses can't be read: {}. If that business was deleted, put the \
             file back from a copy; if it never was, remove the file",
            detail.unwrap_or_default()
        ),
        other => other.into(),
    }
}

/// Puts an app together over a database that is up to date and sealed with this root key.
pub fn assemble(
    config: &Config,
    db: Db,
    vault: Vault,
    public_url: String,
    clock: Arc<dyn Clock>,
    themes: &Arc<Themes>,
) -> anyhow::Result<App> {
    let folder = config.data.vault_counters();
    let witness = app::vault_state::Witness::new(folder.clone())
        .with_context(|| format!("{} can't be made", folder.display()))?;
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let egress = egress(config)?;
    let workspace = Arc::new(Workspace::default());
    let engine = Engine::new(
        engine_config(config, &vault),
        workspace.clone(),
        egress.clone(),
        clock.clone(),
        rng.clone(),
    )?;
    let blobs = Folder::open(&config.data.documents(), clock.now())
        .context("the folder of documents can't be used (data.dir)")?;
    let app = App::new(Parts {
        db,
        blobs: Arc::new(blobs),
        vault,
        witness,
        clock,
        rng,
        engine,
        egress,
        post: post(config, themes)?,
        openid: config.openid.provider().map(app::openid::OpenId::new).unwrap_or_default(),
        plugins: app::plugins::Registry::keeping_in(config.data.plugins()),
        refresh_locks: app::connections::RefreshLocks::default(),
        woken: tokio::sync::Notify::new(),
        journal: app::journal::Journal::default(),
        incidents: app::incidents::Incidents::default(),
        options: Options {
            public_url,
            sandbox: config.sandbox.enabled,
            themes: themes.names(),
            plugin_limits: config.plugin_limits.all(),
        },
    });
    workspace.bind(&app);
    Ok(app)
}

/// An engine for looking at packages: nothing of a workspace is behind it.
pub struct Bench {
    /// The engine.
    pub engine: Engine,
    scratch: Option<PathBuf>,
}

impl Bench {
    /// Sets it up with the installation's root key, so that its cache serves and is warm afterwards.
    /// Without one it makes none: it works in a folder of its own, gone when the bench is.
    pub fn new(config: &Config, vault: Option<&Vault>) -> anyhow::Result<Self> {
        let (options, scratch) = match vault {
            Some(vault) => (engine_config(config, vault), None),
            None => {
                let folder = scratch_folder()?;
                let mut options = engine_config(config, &Vault::new(passing_root_key()?));
                options.cache_dir.clone_from(&folder);
                (options, Some(folder))
            }
        };
        let workspace = Arc::new(Workspace::default());
        let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
        let engine = Engine::new(options, workspace, egress(config)?, clock, rng)?;
        Ok(Self { engine, scratch })
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(folder) = &self.scratch {
            // What stays holds nothing but compiled code that nobody will trust.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn scratch_folder() -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    let folder = std::env::temp_dir().join(format!("oxpi-{}", vault::token::generate(&SystemRng)));
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .with_context(|| format!("{} can't be made", folder.display()))?;
    Ok(folder)
}

/// A new key, such as one that nothing is ever sealed with.
pub fn passing_root_key() -> anyhow::Result<RootKey> {
    let mut bytes = vec![0; 32];
    SystemRng.fill(&mut bytes);
    Ok(RootKey::from_secret(&Secret::new(bytes))?)
}

/// The themes there are: those of the binary, and those of the folder beside it.
pub fn themes(config: &Config) -> anyhow::Result<Arc<Themes>> {
    Ok(Arc::new(Themes::load(&config.themes.folders(&config.data))?))
}

/// How mail leaves, if it does.
fn post(config: &Config, themes: &Arc<Themes>) -> anyhow::Result<app::mail::Post> {
    let Some(smtp) = config.mail.smtp() else { return Ok(app::mail::Post::default()) };
    let smtp = runtime::mail::Smtp::new(&smtp).context("mail can't leave ([mail])")?;
    Ok(app::mail::Post::new(smtp, Arc::new(web::mail::ThemedMail::new(themes.clone()))))
}

fn egress(config: &Config) -> anyhow::Result<Egress> {
    let redirects = config.sandbox.active().to_vec();
    Ok(Egress::new(EgressConfig { redirects, ..EgressConfig::default() })?)
}

fn engine_config(config: &Config, vault: &Vault) -> EngineConfig {
    let mut engine =
        EngineConfig::new(config.data.plugin_cache(), vault.derive("compiled plugin code"));
    engine.instances_max = config.plugins.calls;
    engine.share_max = config.plugins.calls_per_tenant;
    engine.queue_max = config.plugins.queue;
    engine.compiler = Some(Arc::new(compiler(&config.plugins)));
    engine
}

/// Where the activity logs' signed heads go.
pub fn head_places(config: &Config) -> app::audit::export::Places {
    app::audit::export::Places { dir: config.data.audit_heads(), copy: config.audit.copy() }
}

/// Components are compiled by this program in another process: a stranger's may take all the time
/// and memory it is given.
fn compiler(plugins: &Plugins) -> CompilerProcess {
    let memory_bytes = u64::from(plugins.compile_memory_mib) << 20;
    let asked = Compilation { cpu_secs: plugins.compile_secs, memory_bytes };
    // The running program, even where its file was replaced by another version's meanwhile.
    let own = Path::new("/proc/self/exe");
    let program = match std::env::current_exe() {
        Ok(program) if !own.exists() => program,
        _ => own.to_owned(),
    };
    let wall = Duration::from_secs(plugins.compile_secs);
    CompilerProcess::new(program, asked.arguments(), wall, memory_bytes)
}

/// Makes the data folder, readable by its owner only.
pub fn prepare_folder(dir: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .with_context(|| format!("the data folder {} can't be made (data.dir)", dir.display()))
}

/// How a weak table or role of PostgreSQL is mended.
pub const MEND_ROWS: &str = "as the owner of the tables drop the policies of the tables that are named \
    (DROP POLICY oxpi_scope ON …) and run SELECT oxpi_confine(), and give the role oxpi_app no more \
    rights than it was made with";

/// How a login that may do too much is mended.
pub const MEND_LOGIN: &str = "as an administrator of the server run: CREATE ROLE oxpi_server LOGIN \
    PASSWORD '…' IN ROLE oxpi_app; then let database.url sign in as oxpi_server, and run oxpi migrate \
    with the address it had until now in database.owner_url";

/// Refuses a PostgreSQL that would not keep one business's rows from another. A login that could undo
/// that is warned of: it takes a statement that OXPI never sends, and small installations have one
/// login for everything.
async fn check_row_security(db: &Db) -> anyhow::Result<()> {
    let weaknesses = db.read(store::row_security::weaknesses).await?;
    if !weaknesses.is_empty() {
        let told: Vec<String> = weaknesses.iter().map(ToString::to_string).collect();
        bail!(
            "the database would not keep one business's rows from another: {}; {MEND_ROWS}",
            told.join(", ")
        )
    }
    for weak in db.read(store::row_security::login_weaknesses).await? {
        tracing::warn!(
            "{weak}: whoever slipped a statement in could take row level security off; {MEND_LOGIN}"
        );
    }
    Ok(())
}

/// Opens the database that the configuration names.
pub async fn database(config: &Config) -> anyhow::Result<Db> {
    let target = match config.database.url.expose() {
        Some(url) => Target::Postgres(url.to_owned()),
        None => Target::Sqlite(config.data.sqlite()),
    };
    let mut options = DbOptions::new(target);
    options.owner = config.database.owner_url.expose().map(|url| Target::Postgres(url.to_owned()));
    options.connections_max = usize::try_from(config.database.connections.0)?;
    options.statement_max = std::time::Duration::from_secs(config.database.statement_secs);
    let place = || match config.database.url.expose() {
        Some(_) => format!("the database {} can't be used", config.database.url.hidden()),
        None => format!("the database {} can't be used", config.data.sqlite().display()),
    };
    Db::open(&options).await.with_context(place)
}

/// Refuses a root key that does not open this database's data keys.
pub async fn check_root_key(vault: &Vault, db: &Db) -> anyhow::Result<()> {
    let key = db
        .read(|c| {
            for tenant in store::tenants::list(c)? {
                if let Some(key) = store::data_keys::find_active(c, &tenant.id)? {
                    return Ok(Some(key));
                }
            }
            Ok(None)
        })
        .await?;
    let Some(key) = key else { return Ok(()) };
    let wrapped = WrappedKey::from_bytes(&key.wrapped)?;
    match vault.rewrap(&key.tenant_id, &wrapped, wrapped.epoch()) {
        Ok(_) => Ok(()),
        Err(vault::Error::Refused) => bail!(
            "the root key is not the one that this database's secrets were sealed with; put the \
             right one back from a backup"
        ),
        Err(error) => Err(error.into()),
    }
}
