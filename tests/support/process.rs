//! The real program on a house's data: started, killed at any moment, started again.

use std::fs::{self, File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use app::plugins;
use domain::{PluginId, Secret};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use store::Target;
use store::testing::TestDb;
use tempfile::TempDir;

use crate::House;
use crate::house::compiled_plugins;
use crate::http::{self, Reply};

/// The secret that webhooks are signed with.
pub const SIGNING_KEY: &str = "a key that both sides know";
/// The same for deliveries by Standard Webhooks.
pub const STAMPING_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The plugin that takes signed webhooks.
pub const RECEIVER: &str = "testkit-sample";
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A house with a calendar and a plugin that takes webhooks, and a folder to serve it from.
pub struct Place {
    /// The rooms, for looking at what became of it; they do no work.
    pub house: House,
    /// Where it is served.
    pub port: u16,
    /// The calendar that appointments go to.
    pub calendar: domain::CalendarId,
    folder: TempDir,
    database: Option<String>,
}

/// A running program; killed when dropped.
pub struct Running(Child);

impl Place {
    /// Puts it together. Nothing is served yet.
    pub async fn new(db: TestDb) -> Result<Self> {
        // Where the database is stays known, and its file in the folder where the program looks.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
        let database = match &db.options.target {
            Target::Postgres(url) => Some(url.clone()),
            Target::Sqlite(file) => {
                std::os::unix::fs::symlink(file, folder.path().join("oxpi.sqlite3"))?;
                None
            }
        };
        // The program finds its plugins compiled, as all but the first start does.
        fs::create_dir(folder.path().join("cache"))?;
        std::os::unix::fs::symlink(compiled_plugins()?, folder.path().join("cache/plugins"))?;
        let house = House::start(db).await?;
        house.with_calendar().await?;
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let packages = folder.path().join("packages");
        for name in ["../plugins/google-calendar", "../sdk/testkit/sample"] {
            let package = oxpi_testkit::package_of(&here.join(name))?;
            copy_all(&package, &packages.join(package.file_name().context("a name")?))?;
        }
        receiver(&house, &[&packages]).await?;
        let all = app::calendars::list_calendars(&house.app, &house.owner).await?;
        let calendar = all.into_iter().next().context("no calendar")?.id;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        Ok(Self { house, port, calendar, folder, database })
    }

    /// Where the program has its data, its log and its packages.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program's log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder().join("log")).unwrap_or_default()
    }

    /// The program, as a service file would start it.
    pub fn command(&self) -> Result<Command> {
        let log = self.open_log()?;
        let mut command = Command::new(program()?);
        command
            .arg("serve")
            .current_dir(self.folder())
            .env_clear()
            .env("OXPI_ROOT_KEY", format!("oxpi-root-key-1:{}", "07".repeat(32)))
            .env("OXPI_DATA__DIR", self.folder())
            .env("OXPI_SERVER__ADDRESS", format!("127.0.0.1:{}", self.port))
            .env("OXPI_SERVER__THREADS", "2")
            .env("OXPI_SANDBOX__ENABLED", "true")
            .env("OXPI_SANDBOX__REDIRECTS", format!("*={}", self.house.simulator.url))
            .env("OXPI_PLUGINS__DIRS", self.folder().join("packages"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        if let Some(url) = &self.database {
            command.env("OXPI_DATABASE__URL", url);
        }
        Ok(command)
    }

    /// Starts the program and waits until it is ready.
    pub async fn start(&self) -> Result<Running> {
        self.start_with(self.command()?).await
    }

    /// Starts a command that has no output of its own yet, and waits until it is ready.
    pub async fn start_logged(&self, mut command: Command) -> Result<Running> {
        let log = self.open_log()?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.start_with(command).await
    }

    fn open_log(&self) -> Result<File> {
        let log = self.folder().join("log");
        Ok(OpenOptions::new().create(true).append(true).open(log)?)
    }

    /// The log's size.
    pub fn log_bytes(&self) -> Result<u64> {
        Ok(fs::metadata(self.folder().join("log"))?.len())
    }

    /// Writes into the database until its log is longer than this, so that a limit on a file's
    /// size is felt at once.
    pub async fn grow_database(&self, bytes: u64) -> Result<()> {
        let tenant = self.house.owner.tenant.clone();
        let now = self.house.app.clock.now();
        for n in 0..bytes / (64 * 1024) + 1 {
            let answer = store::idempotency::Answer {
                tenant_id: tenant.clone(),
                scope: "ballast".to_owned(),
                key: n.to_string(),
                result_json: serde_json::json!("x".repeat(96 * 1024)).into(),
                created_at: now,
            };
            self.house.app.db.write(move |c| store::idempotency::insert(c, &answer)).await?;
        }
        Ok(())
    }

    /// Asks for a page as nobody.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        http::send(self.port, "GET", path, &[], None).await
    }

    /// Starts this command and waits until it is ready.
    pub async fn start_with(&self, mut command: Command) -> Result<Running> {
        let mut running = Running(command.spawn()?);
        let began = Instant::now();
        loop {
            if let Ok(reply) = http::send(self.port, "GET", "/readyz", &[], None).await
                && reply.status == 200
            {
                return Ok(running);
            }
            if let Some(status) = running.0.try_wait()? {
                bail!("it ended with {status}:\n{}", tail(&self.log()));
            }
            if began.elapsed() > READY_WITHIN {
                bail!("it isn't ready:\n{}", tail(&self.log()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Signs the owner in; answers the cookie.
    pub async fn sign_in(&self) -> Result<String> {
        let password = "seven quiet green lamps";
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("email", "owner@example.com").append_pair("password", password);
        let reply = self.post("/sign-in", "", &form.finish()).await?;
        let cookie = reply.headers.iter().find(|(name, value)| {
            name.eq_ignore_ascii_case("set-cookie") && value.starts_with("oxpi=")
        });
        let cookie = cookie.with_context(|| format!("no cookie: {reply:?}"))?;
        Ok(cookie.1.split(';').next().unwrap_or_default().to_owned())
    }

    /// Sends a form as a browser would.
    pub async fn post(&self, path: &str, cookie: &str, form: &str) -> Result<Reply> {
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)];
        http::send(self.port, "POST", path, &headers, Some(form)).await
    }

    /// Books an appointment of this name; the name is the form's id too, so that it books once.
    pub async fn book(&self, cookie: &str, name: &str) -> Result<Reply> {
        let form = self.form(name);
        self.post("/appointments", cookie, &form).await
    }

    fn form(&self, name: &str) -> String {
        let calendar = self.calendar.to_string();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (field, value) in [
            ("form_id", name),
            ("title", name),
            ("date", "2027-03-03"),
            ("start", "10:00"),
            ("end", "11:00"),
            ("calendar", &calendar),
            ("days", "0"),
            ("rev", "0"),
            ("anyway", "on"),
        ] {
            form.append_pair(field, value);
        }
        for field in ["person", "location", "online", "notes"] {
            form.append_pair(field, "");
        }
        form.finish()
    }

    /// Sends a signed webhook of this name.
    pub async fn deliver(&self, name: &str) -> Result<Reply> {
        let body = format!("{{\"name\":\"{name}\"}}");
        let mut mac = Hmac::<Sha256>::new_from_slice(SIGNING_KEY.as_bytes())?;
        mac.update(body.as_bytes());
        let mac: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
        let signature = format!("sha256={mac}");
        let headers = [("X-Signature", signature.as_str()), ("webhook-id", name), ("X-From", name)];
        let path = format!("/hooks/{RECEIVER}/signed/{}", self.house.owner.tenant);
        http::send(self.port, "POST", &path, &headers, Some(&body)).await
    }
}

/// Where the program is: beside the tests, or where `OXPI_TEST_PROGRAM` says.
pub fn program() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let beside = test.parent().and_then(Path::parent).context("no target folder")?;
    let program =
        std::env::var_os("OXPI_TEST_PROGRAM").map_or_else(|| beside.join("oxpi"), PathBuf::from);
    if !program.is_file() {
        bail!("{} is missing: cargo build --package oxpi", program.display());
    }
    Ok(program)
}

/// Whether the program said that the appointment is booked.
pub fn is_booked(reply: Result<Reply>) -> bool {
    reply.is_ok_and(|reply| {
        reply.status == 303
            && reply.header("location").is_some_and(|to| to.starts_with("/appointments/"))
    })
}

/// Whether the program said that the delivery is kept.
pub fn is_kept(reply: Result<Reply>) -> bool {
    reply.is_ok_and(|reply| (200..300).contains(&reply.status))
}

impl Running {
    /// Its process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Ends it as a power cut would: `SIGKILL`.
    pub fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Whether it still runs.
    pub fn is_up(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_none())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The last lines.
pub fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(25)..].join("\n")
}

/// Turns the plugin on that takes signed webhooks.
/// Turns the plugin that takes signed webhooks on, from its package in one of these folders.
pub async fn receiver(house: &House, packages: &[&Path]) -> Result<()> {
    let (app, owner) = (&house.app, &house.owner);
    plugins::load_packages(app, packages).await;
    let id: PluginId = RECEIVER.parse()?;
    let version = plugins::get_plugin(app, owner, &id).await?.card.version;
    plugins::enable_plugin(app, owner, &id, &version).await?;
    for (name, key) in [("signing_key", SIGNING_KEY), ("stamping_key", STAMPING_KEY)] {
        let key = Secret::from_text(key.to_owned());
        plugins::save_plugin_secret(app, owner, &id, name, key).await?;
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_all(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
