//! The real binary, serving a data folder on a port of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::client::Client;
use crate::place::{Build, Place};

/// A served folder; ends when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
    /// When it was started.
    pub started: Instant,
    /// Held open: whoever prints into a closed pipe fails.
    said: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `oxpi serve` over the folder, with the packages in these folders, and waits until it
    /// says where it is.
    pub fn start(build: &Build, data: &Path, role: &str, packages: &[&Path]) -> Result<Self> {
        Self::start_with(build, (data, ""), role, packages)
    }

    /// The same over a place whose database may be a server.
    pub fn start_at(build: &Build, place: &Place) -> Result<Self> {
        Self::start_with(build, (&place.data, place.url()), "all", &build.all_packages())
    }

    fn start_with(
        build: &Build,
        (data, database): (&Path, &str),
        role: &str,
        packages: &[&Path],
    ) -> Result<Self> {
        let started = Instant::now();
        let packages: Vec<String> = packages.iter().map(|p| p.display().to_string()).collect();
        let mut child = Command::new(&build.oxpi)
            .args(["serve", "--role", role])
            .current_dir(data)
            .env_clear()
            .env("OXPI_DATA__DIR", data)
            .env("OXPI_DATABASE__URL", database)
            .env("OXPI_SERVER__ADDRESS", "127.0.0.1:0")
            .env("OXPI_PLUGINS__DIRS", packages.join(","))
            // What a request writes to the log is part of serving it; the disk that keeps it isn't.
            .env("OXPI_LOG__LEVEL", "info")
            .stdout(Stdio::piped())
            .stderr(Stdio::from(fs::File::create(data.join("log"))?))
            .spawn()
            .with_context(|| format!("{} doesn't start", build.oxpi.display()))?;
        let stdout = child.stdout.take().context("it is piped")?;
        let mut server = Self { child, port: 0, started, said: BufReader::new(stdout) };
        while server.port == 0 {
            let mut line = String::new();
            let log = || fs::read_to_string(data.join("log")).unwrap_or_default();
            ensure!(server.said.read_line(&mut line)? > 0, "oxpi serve ended:\n{}", log());
            if let Some((_, port)) = line.trim().rsplit_once("http://127.0.0.1:") {
                server.port = port.parse()?;
            }
        }
        Ok(server)
    }

    /// Asks for the page until it is there; answers how long that took from the start on.
    pub async fn first_page(&self, path: &str) -> Result<Duration> {
        loop {
            ensure!(self.started.elapsed() < Duration::from_secs(60), "no page in a minute");
            if let Ok(mut client) = Client::connect(self.port).await {
                let (status, _) =
                    client.send(&crate::client::page(self.port, path, "none")).await?;
                ensure!(status == 200 || status == 303, "{path} answered {status}");
                return Ok(self.started.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Resident memory, in bytes.
    pub fn resident_bytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
        kib.map(|kib: f64| kib * 1024.0).context("no VmRSS")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A crash is a way to stop that must be fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
