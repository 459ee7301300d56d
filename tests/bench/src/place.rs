//! What is measured: the build, and data folders filled as a business fills them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use app::sessions::context_of;
use app::{App, Context, Options, Origin, plugins};
use diesel::RunQueryDsl;
use domain::rng::SystemRng;
use domain::time::SystemClock;
use domain::{PluginId, Secret};
use oxpi_tests::house::{Base, first_owner, put_together};
use runtime::{Egress, EgressConfig};
use store::{Db, DbOptions, Target};
use vault::{RootKey, Vault};

/// What was built, and where measurements may write.
pub struct Build {
    /// The binary.
    pub oxpi: PathBuf,
    /// The folder of first-party packages.
    pub packages: PathBuf,
    /// The folder of the measured plugin's package.
    pub bench_packages: PathBuf,
    /// A folder on the disk that is measured.
    pub folder: PathBuf,
}

/// The target folder: what this program was built in.
pub fn target() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let build = exe.parent().context("a program without a folder")?;
    Ok(build.parent().context("a folder without a parent")?.to_owned())
}

impl Build {
    /// Looks beside this program, where cargo and deploy/plugins put them.
    pub fn find() -> Result<Self> {
        let exe = std::env::current_exe()?;
        let release = exe.parent().context("a program without a folder")?;
        let target = target()?;
        let folder = target.join("bench");
        fs::create_dir_all(&folder)?;
        let build = Self {
            oxpi: release.join("oxpi"),
            packages: release.join("plugins"),
            bench_packages: release.join("bench-plugins"),
            folder,
        };
        let plugin = build.bench_packages.join("bench-plugin/plugin.wasm");
        for needed in [&build.oxpi, &build.packages, &plugin] {
            ensure!(needed.exists(), "{} is missing: run make bench", needed.display());
        }
        Ok(build)
    }

    /// The package of the measured plugin.
    pub fn bench_package(&self) -> PathBuf {
        self.bench_packages.join("bench-plugin")
    }

    /// Everything there is to load.
    pub fn all_packages(&self) -> [&Path; 2] {
        [&self.packages, &self.bench_packages]
    }
}

/// A data folder, and the use cases over it; gone when dropped.
pub struct Place {
    /// The folder.
    pub data: PathBuf,
    /// The use cases.
    pub app: App,
    /// The first business's owner.
    pub owner: Context,
    /// The owner's session.
    pub session: String,
    /// Where its database is, if that isn't the folder; gone when dropped.
    postgres: Option<store::testing::TestDb>,
}

/// The databases that are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file in the folder.
    Sqlite,
    /// A server, started beside this where there is none.
    Postgres,
}

impl Database {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

impl Place {
    /// A new installation with one business that has every plugin on.
    pub async fn new(build: &Build, name: &str) -> Result<Self> {
        Self::on(build, name, Database::Sqlite).await
    }

    /// The same on one of the databases.
    pub async fn on(build: &Build, name: &str, database: Database) -> Result<Self> {
        let data = build.folder.join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(&data)?;
        let postgres = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(store::testing::postgres().await),
        };
        let sqlite = || DbOptions::new(Target::Sqlite(data.join("oxpi.sqlite3")));
        let options =
            postgres.as_ref().map_or_else(sqlite, |it| DbOptions::new(it.options.target.clone()));
        let app = open(&data, &options).await?;
        plugins::load_packages(&app, &build.all_packages()).await;
        let (session, owner) = first_owner(&app).await?;
        let place = Self { data, app, owner, session, postgres };
        place.enable_all(&place.owner).await?;
        Ok(place)
    }

    /// The address of its database, where that is a server.
    pub fn url(&self) -> &str {
        match self.postgres.as_ref().map(|it| &it.options.target) {
            Some(Target::Postgres(url)) => url,
            _ => "",
        }
    }

    /// Turns every plugin on.
    pub async fn enable_all(&self, ctx: &Context) -> Result<()> {
        for card in plugins::list_plugins(&self.app, ctx).await? {
            plugins::enable_plugin(&self.app, ctx, &card.id, &card.version).await?;
        }
        Ok(())
    }

    /// Sets what the owner's deliveries are signed with.
    pub async fn set_signing_key(&self, ctx: &Context, key: &str) -> Result<()> {
        let secret = Secret::from_text(key.to_owned());
        Ok(plugins::save_plugin_secret(&self.app, ctx, &plugin()?, "signing_key", secret).await?)
    }

    /// The one number that a query answers.
    pub async fn count(&self, query: &'static str) -> Result<i64> {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let ask = move |c: &mut store::Conn| Ok(diesel::sql_query(query).get_result(c)?);
        let found: Count = self.app.db.read(ask).await?;
        Ok(found.count)
    }

    /// Who a session is now.
    pub async fn context(&self, session: &str) -> Result<app::sessions::Current> {
        Ok(context_of(&self.app, session, &Origin::default()).await?)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What stays is a few megabytes below the target folder.
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// The measured plugin.
pub fn plugin() -> Result<PluginId> {
    Ok("bench-plugin".parse()?)
}

/// As the binary opens a folder.
async fn open(data: &Path, options: &DbOptions) -> Result<App> {
    let db = Db::open(options).await?;
    db.migrate().await?;
    put_together(Base {
        post: app::mail::Post::default(),
        openid: app::openid::OpenId::default(),
        db,
        vault: Vault::new(RootKey::load_or_create(&data.join("root.key"), &SystemRng)?),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        egress: Egress::new(EgressConfig::default())?,
        folder: data.to_owned(),
        compiled: data.join("cache/plugins"),
        options: Options {
            public_url: "http://127.0.0.1:8080".to_owned(),
            sandbox: false,
            themes: Vec::new(),
            plugin_limits: Default::default(),
        },
    })
}
