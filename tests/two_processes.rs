//! Two programs on one PostgreSQL share the work. One is killed after the provider did what it asked
//! and before it heard so; the other does that job again, and nothing is there twice.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use oxpi_tests::http;
use oxpi_tests::process::program;
use store::Target;
use store::appointments::SyncState;
use store::jobs::{JobFilter, JobState};
use tempfile::TempDir;

/// Stands between one program and the provider: counts, and holds answers back when told.
#[derive(Clone)]
struct Relay {
    port: u16,
    /// Events that the program asked the provider to make.
    asked: Arc<AtomicUsize>,
    /// Answers that the program never got.
    withheld: Arc<AtomicUsize>,
    withholds: Arc<AtomicBool>,
}

impl Relay {
    fn start(provider: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let relay = Self {
            port: listener.local_addr()?.port(),
            asked: Arc::default(),
            withheld: Arc::default(),
            withholds: Arc::default(),
        };
        let (of, provider) = (relay.clone(), provider.trim_start_matches("http://").to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (of, provider) = (of.clone(), provider.clone());
                std::thread::spawn(move || of.pass(client, &provider));
            }
        });
        Ok(relay)
    }

    fn pass(&self, mut client: TcpStream, provider: &str) -> std::io::Result<()> {
        let mut provider = TcpStream::connect(provider)?;
        let (mut answers, mut to) = (provider.try_clone()?, client.try_clone()?);
        let of = self.clone();
        std::thread::spawn(move || of.pass_back(&mut answers, &mut to));
        let mut bytes = [0; 16 * 1024];
        loop {
            let length = client.read(&mut bytes)?;
            if length == 0 {
                return provider.shutdown(std::net::Shutdown::Write);
            }
            let text = String::from_utf8_lossy(&bytes[..length]);
            if text.starts_with("POST /calendar/") && text.contains("/events") {
                self.asked.fetch_add(1, Ordering::SeqCst);
            }
            provider.write_all(&bytes[..length])?;
        }
    }

    fn pass_back(&self, from: &mut TcpStream, to: &mut TcpStream) -> std::io::Result<()> {
        let mut bytes = [0; 16 * 1024];
        loop {
            let length = from.read(&mut bytes)?;
            if length == 0 {
                return to.shutdown(std::net::Shutdown::Write);
            }
            if self.withholds.load(Ordering::SeqCst) {
                self.withheld.fetch_add(1, Ordering::SeqCst);
            } else {
                to.write_all(&bytes[..length])?;
            }
        }
    }
}

/// A running program; killed when dropped.
struct Program {
    child: Child,
    port: u16,
    _data: TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// Starts it on the house's database, with the provider behind the relay.
    fn start(database: &str, packages: &Path, relay: &Relay) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let mut child = Command::new(program()?)
            .arg("serve")
            .current_dir(data.path())
            .env_clear()
            // The house's own (tests/support/house.rs).
            .env("OXPI_ROOT_KEY", format!("oxpi-root-key-1:{}", "07".repeat(32)))
            .env("OXPI_DATA__DIR", data.path())
            .env("OXPI_DATABASE__URL", database)
            .env("OXPI_SERVER__ADDRESS", "127.0.0.1:0")
            .env("OXPI_SERVER__THREADS", "1")
            .env("OXPI_SANDBOX__ENABLED", "true")
            .env("OXPI_SANDBOX__REDIRECTS", format!("*=http://127.0.0.1:{}", relay.port))
            .env("OXPI_PLUGINS__DIRS", packages)
            .env("OXPI_LOG__LEVEL", std::env::var("OXPI_TEST_LOG").as_deref().unwrap_or("error"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        lines.read_line(&mut line)?;
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        Ok(Self { child, port: port.with_context(|| format!("no address: {line}"))?, _data: data })
    }

    /// As the machine's power failing would.
    fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Result<http::Reply> {
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)];
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        http::send(self.port, "POST", path, &headers, Some(&form)).await
    }

    async fn sign_in(&self) -> Result<String> {
        let fields = [("email", "owner@example.com"), ("password", "seven quiet green lamps")];
        let reply = self.post("/sign-in", "", &fields).await?;
        let cookie = reply.headers.iter().find(|(name, value)| {
            name.eq_ignore_ascii_case("set-cookie") && value.starts_with("oxpi=")
        });
        let (_, value) = cookie.with_context(|| format!("not signed in: {reply:?}"))?;
        Ok(value.split(';').next().unwrap_or_default().to_owned())
    }

    async fn book(&self, cookie: &str, title: &str, calendar: &str) -> Result<()> {
        let fields = [
            ("form_id", title),
            ("anyway", "on"),
            ("title", title),
            ("date", "2027-03-03"),
            ("start", "10:00"),
            ("end", "11:00"),
            ("days", "0"),
            ("rev", "0"),
            ("calendar", calendar),
            ("person", ""),
            ("location", ""),
            ("online", ""),
            ("notes", ""),
        ];
        let reply = self.post("/appointments", cookie, &fields).await?;
        ensure!(reply.status == 303, "{title} was not booked: {reply:?}");
        Ok(())
    }
}

/// How many appointments the provider has been told of.
async fn synced(house: &House) -> Result<usize> {
    let tenant = house.owner.tenant.clone();
    let all = house.app.db.read(move |c| store::appointments::list_after(c, &tenant, None, 500));
    Ok(all.await?.iter().filter(|each| each.sync_state == SyncState::Synced).count())
}

async fn wait(most_secs: u64, what: &str, done: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(most_secs);
    while !done().await? {
        if Instant::now() > end {
            bail!("{what}: not within {most_secs} seconds");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn share(house: &House, database: &str) -> Result<()> {
    house.with_calendar().await?;
    let calendars = app::calendars::list_calendars(&house.app, &house.owner).await?;
    let calendar = calendars.first().context("no calendar")?.id.to_string();
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/google-calendar");
    let package = oxpi_testkit::package_of(&plugin)?;
    let packages = package.parent().context("no folder of packages")?;
    let (relay_a, relay_b) =
        (Relay::start(&house.simulator.url)?, Relay::start(&house.simulator.url)?);
    let a = Program::start(database, packages, &relay_a)?;
    let b = Program::start(database, packages, &relay_b)?;
    // A session of one is a session of the other.
    let cookie = a.sign_in().await?;

    let mut booked = 0;
    let both = || [&relay_a, &relay_b].iter().all(|relay| relay.asked.load(Ordering::SeqCst) > 2);
    while booked < 20 || !both() {
        ensure!(booked < 300, "one of the two does all the work");
        let program = if booked % 2 == 0 { &a } else { &b };
        program.book(&cookie, &format!("Visit {booked}"), &calendar).await?;
        booked += 1;
    }
    wait(120, "the first visits", async || Ok(synced(house).await? == booked)).await?;

    // From here on the provider does what the first asks, and the first never hears of it.
    relay_a.withholds.store(true, Ordering::SeqCst);
    let asked = relay_a.asked.load(Ordering::SeqCst);
    let mid_job = || {
        relay_a.asked.load(Ordering::SeqCst) > asked && relay_a.withheld.load(Ordering::SeqCst) > 0
    };
    let first_of_second = booked;
    while booked < first_of_second + 20 || !mid_job() {
        ensure!(booked < 600, "the first takes no work any more");
        b.book(&cookie, &format!("Visit {booked}"), &calendar).await?;
        booked += 1;
    }
    a.kill()?;
    // The killed one's leases run out first.
    wait(90, "all visits", async || Ok(synced(house).await? == booked)).await?;

    let mut events: BTreeMap<String, usize> = BTreeMap::new();
    for event in house.simulator.google().events(DANA) {
        let title = event["summary"].as_str().unwrap_or_default();
        if title.starts_with("Visit ") && event["status"] != "cancelled" {
            *events.entry(title.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(events.len(), booked, "an event for each visit");
    assert!(events.values().all(|count| *count == 1), "nothing twice: {events:?}");
    let tenant = house.owner.tenant.clone();
    let dead = JobFilter { state: Some(JobState::Dead), ..JobFilter::default() };
    let dead = house.app.db.read(move |c| store::jobs::count(c, &tenant, &dead)).await?;
    assert_eq!(dead, 0);
    let report = app::audit::verify::verify(&house.app.db, &house.app.vault, Vec::new()).await?;
    assert!(report.is_whole(), "{report:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_share_the_work_and_one_may_be_killed_in_the_middle_of_it() {
    let db = store::testing::postgres().await;
    let Target::Postgres(database) = db.options.target.clone() else { unreachable!() };
    let house = House::start(db).await.unwrap();
    share(&house, &database).await.unwrap();
}
