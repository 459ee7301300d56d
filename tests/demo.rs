//! `deploy/demo`, as `make demo` runs it: somebody signs in with what the terminal tells, connects a
//! calendar, stops it, and goes on the next day.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use oxpi_tests::http::{self, Reply};
use oxpi_tests::process::{program, tail};
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where it has its data, and the ports that it has both times.
struct Place {
    folder: TempDir,
    port: u16,
    simulator: u16,
}

/// The script with the two programs that it started.
struct Demo {
    script: Child,
    children: Vec<u32>,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Whatever a failed test left of it.
        for id in self.children.iter().copied().chain([self.script.id()]) {
            let _ = signal("-KILL", id);
        }
        let _ = self.script.wait();
    }
}

fn signal(name: &str, id: u32) -> Result<bool> {
    let mut kill = Command::new("kill");
    let kill = kill.args([name, &id.to_string()]).stderr(Stdio::null());
    Ok(kill.status()?.success())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

impl Place {
    fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, port: free_port()?, simulator: free_port()? })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn said(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Starts the script and waits until people can sign in.
    async fn start(&self) -> Result<Demo> {
        let program = program()?;
        let log = fs::File::create(self.path("log"))?;
        let mut command = Command::new("bash");
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/demo"))
            .args([&program, &program.with_file_name("oxpi-simulators")])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("OXPI_SERVER__ADDRESS", format!("127.0.0.1:{}", self.port))
            .env("OXPI_TEST_SIMULATOR_PORT", self.simulator.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        if let Some(packages) = std::env::var_os("OXPI_TEST_PLUGINS") {
            command.env("OXPI_PLUGINS__DIRS", packages);
        }
        let mut demo = Demo { script: command.spawn()?, children: Vec::new() };
        self.until("the sign-in page", async || {
            if let Some(status) = demo.script.try_wait()? {
                bail!("the demo ended with {status}");
            }
            let reply = http::send(self.port, "GET", "/sign-in", &[], None).await;
            Ok(reply.is_ok_and(|reply| reply.status == 200))
        })
        .await?;
        let id = demo.script.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
        demo.children = children.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        ensure!(demo.children.len() == 2, "two programs: {children}");
        Ok(demo)
    }

    async fn until(&self, what: &str, mut is: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
        let began = Instant::now();
        loop {
            let there = is().await.with_context(|| tail(&self.said()))?;
            if there {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "{what} doesn't come:\n{}", tail(&self.said()));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Result<Reply> {
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)];
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(fields).finish();
        http::send(self.port, "POST", path, &headers, Some(&form)).await
    }

    async fn page(&self, path: &str, cookie: &str) -> Result<String> {
        let reply = http::send(self.port, "GET", path, &[("Cookie", cookie)], None).await?;
        ensure!(reply.status == 200, "{path}: {}", reply.status);
        Ok(reply.body.replace("&#x2F;", "/"))
    }

    /// What the note says between two texts.
    fn noted(&self, after: &str, before: &str) -> Result<String> {
        let note = fs::read_to_string(self.path("data/demo/sign-in.txt"))?;
        ensure!(self.said().contains(&note), "the terminal shows the note");
        let (_, rest) = note.split_once(after).with_context(|| note.clone())?;
        Ok(rest.split(before).next().unwrap_or_default().to_owned())
    }

    /// Signs in with what the note says; answers the cookie.
    async fn sign_in(&self) -> Result<String> {
        let email = self.noted("Sign in as ", " ")?;
        let password = self.noted(" with the password ", "\n")?;
        let fields = [("email", email.as_str()), ("password", &password)];
        let reply = self.post("/sign-in", "", &fields).await?;
        Ok(format!("oxpi={}", reply.session().with_context(|| format!("refused: {reply:?}"))?))
    }

    /// What the simulator answers of itself.
    async fn told(&self, what: &str) -> Result<Value> {
        let path = format!("/_control/{what}");
        let reply = http::send(self.simulator, "GET", &path, &[], None).await?;
        Ok(serde_json::from_str(&reply.body)?)
    }

    /// Whether something was asked at a path of this beginning, and answered so.
    async fn was_asked(&self, path: &str, status: u16) -> Result<bool> {
        let all = self.told("requests").await?;
        let mut all = all.as_array().context("a list")?.iter();
        Ok(all.any(|entry| {
            entry["path"].as_str().is_some_and(|at| at.starts_with(path))
                && entry["status"] == status
        }))
    }

    /// Whether no event stands anywhere that an appointment has.
    async fn is_cleared(&self) -> Result<bool> {
        let state = self.told("state").await?;
        let calendars = state["calendars"].as_object().context("no calendars")?;
        let mut events =
            calendars.values().flat_map(|each| each["events"].as_array().into_iter().flatten());
        Ok(events.all(|event| {
            let own = &event["extendedProperties"]["private"]["oxpi_appointment"];
            event["status"] == "cancelled" || own.is_null()
        }))
    }

    /// Connects the CalDAV account that the note tells of.
    async fn connect(&self, cookie: &str) -> Result<()> {
        let server = self.noted("with the server ", ",")?;
        let user = self.noted("the user name ", " ")?;
        let password = self.noted("and the password ", "\n")?;
        let list = self.page("/connections", cookie).await?;
        ensure!(list.contains("/connections/new/caldav/server"), "{list}");
        let fields = [("server", server.as_str()), ("user", &user), ("password", &password)];
        let done = self.post("/connections/new/caldav/server/login", cookie, &fields).await?;
        ensure!(done.status == 303, "{done:?}");
        let connection = done.header("location").context("no way on")?.to_owned();
        let calendars = [("calendar", "/dav/dana/personal/")];
        let chosen = self.post(&format!("{connection}/calendars"), cookie, &calendars).await?;
        ensure!(chosen.status == 303, "{chosen:?}");
        Ok(())
    }

    /// Looks for changes at both providers.
    async fn pull(&self, cookie: &str) -> Result<()> {
        let list = self.page("/connections", cookie).await?;
        let mut all: Vec<&str> = list
            .split("href=\"/connections/")
            .skip(1)
            .filter_map(|rest| rest.split(['"', '?', '#']).next())
            .filter(|id| id.len() == 36)
            .collect();
        all.sort_unstable();
        all.dedup();
        ensure!(all.len() == 2, "two connections: {all:?}");
        for id in all {
            let done = self.post(&format!("/connections/{id}/pull"), cookie, &[]).await?;
            ensure!(done.status == 303, "{done:?}");
        }
        Ok(())
    }

    /// Ends it as a service manager would; both programs are gone then.
    async fn stop(&self, mut demo: Demo) -> Result<()> {
        ensure!(signal("-TERM", demo.script.id())?, "it runs");
        let status = demo.script.wait()?;
        ensure!(status.code() == Some(143), "{status}:\n{}", tail(&self.said()));
        for id in std::mem::take(&mut demo.children) {
            ensure!(!Path::new(&format!("/proc/{id}")).exists(), "{id} still runs");
        }
        for port in [self.port, self.simulator] {
            ensure!(TcpStream::connect(("127.0.0.1", port)).is_err(), "{port} still answers");
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_is_there_again_as_it_was_left() -> Result<()> {
    let place = Place::new()?;
    let demo = place.start().await?;
    let cookie = place.sign_in().await?;
    assert!(place.page("/", &cookie).await?.contains("Levi &amp; Co"));
    place
        .until("the meeting at the stand-in", async || {
            Ok(place.told("state").await?.to_string().contains("Kitchen plans"))
        })
        .await?;
    place.connect(&cookie).await?;
    place
        .until("the calendar is read", async || place.was_asked("/dav/dana/personal/", 207).await)
        .await?;
    place.stop(demo).await?;

    let demo = place.start().await?;
    let cookie = place.sign_in().await?;
    assert!(place.told("state").await?.to_string().contains("Kitchen plans"));
    place.pull(&cookie).await?;
    place
        .until("a look at both providers", async || {
            let google = place.was_asked("/calendar/v3/", 200).await?;
            Ok(google && place.was_asked("/dav/dana/personal/", 207).await?)
        })
        .await?;
    for (path, refused) in [("/token", 400), ("/calendar/v3/", 401), ("/dav/", 401)] {
        assert!(!place.was_asked(path, refused).await?, "{path} {refused}");
    }
    assert!(!place.said().contains("econnect"), "{}", place.said());

    assert!(place.page("/", &cookie).await?.contains("action=\"/examples/remove\""));
    let done = place.post("/examples/remove", &cookie, &[]).await?;
    ensure!(done.status == 303, "{done:?}");
    place.until("calendars without the story", async || place.is_cleared().await).await?;
    assert!(place.page("/", &cookie).await?.contains("action=\"/examples\""));
    place.stop(demo).await
}
