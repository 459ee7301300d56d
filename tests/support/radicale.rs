//! Radicale, a real CalDAV server, and a phone that uses it: both from PyPI.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::python;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/radicale");
/// How long the server may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// The account that there is.
pub const USER: &str = "dana";

/// A server with its folder of data. It ends with the test.
pub struct Radicale {
    python: PathBuf,
    folder: TempDir,
    address: SocketAddr,
    running: Option<Child>,
}

impl Drop for Radicale {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Radicale {
    /// A server with one account, `dana`, and this password. `cache` keeps the environment.
    pub fn start(cache: &Path, password: &str) -> Result<Self> {
        let python = python::environment(cache, "radicale")?;
        let folder = tempfile::tempdir()?;
        let address = own_port()?;
        let mut radicale = Self { python, folder, address, running: None };
        radicale.set_password(password)?;
        let path = |name: &str| radicale.folder.path().join(name).display().to_string();
        let config = format!(
            "[server]\nhosts = {address}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {}\n\
             htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {}\n\
             [logging]\nlevel = warning\n",
            path("users"),
            path("data")
        );
        fs::write(radicale.folder.path().join("config"), config)?;
        radicale.go_on()?;
        Ok(radicale)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets the account have another password from the next start on. An account of this name without
    /// any calendar is `empty`.
    pub fn set_password(&self, password: &str) -> Result<()> {
        let users = format!("{USER}:{password}\nempty:{password}\n");
        Ok(fs::write(self.folder.path().join("users"), users)?)
    }

    /// Starts it, again.
    #[allow(clippy::disallowed_methods, reason = "another program is waited for")]
    pub fn go_on(&mut self) -> Result<()> {
        let log = File::create(self.folder.path().join("log"))?;
        let mut command = Command::new(&self.python);
        command.args(["-m", "radicale", "--config"]).arg(self.folder.path().join("config"));
        command.stdout(Stdio::null()).stderr(log);
        self.running = Some(command.spawn().context("Radicale doesn't start")?);
        let began = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            ensure!(began.elapsed() < PATIENCE, "Radicale doesn't listen: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Stops it; its data stay.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Does something with the phone; answers what it says.
    pub fn phone(&self, password: &str, command: &[&str]) -> Result<Value> {
        phone(&self.python, &format!("http://{}/", self.address), password, command)
    }

    /// Forgets every sync token that it gave out.
    pub fn lose_tokens(&self) -> Result<()> {
        let home = self.folder.path().join("data/collection-root").join(USER);
        for calendar in fs::read_dir(home)? {
            let tokens = calendar?.path().join(".Radicale.cache/sync-token");
            if tokens.exists() {
                fs::remove_dir_all(tokens)?;
            }
        }
        Ok(())
    }
}

/// Does something with a phone at any server of that account.
pub fn phone_at(cache: &Path, url: &str, password: &str, command: &[&str]) -> Result<Value> {
    phone(&python::environment(cache, "radicale")?, url, password, command)
}

fn phone(interpreter: &Path, url: &str, password: &str, command: &[&str]) -> Result<Value> {
    let mut phone = Command::new(interpreter);
    phone.arg("-B").arg(format!("{HERE}/phone.py")).args([url, USER, password]).args(command);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        phone.env_remove(proxy);
    }
    Ok(serde_json::from_str(&python::run(&mut phone)?)?)
}

/// A port that stays this test's while the server is stopped: of those that the system gives to nobody,
/// one that follows from the process and how many it had before.
fn own_port() -> Result<SocketAddr> {
    static COUNT: AtomicU16 = AtomicU16::new(0);
    for _ in 0..200 {
        let nth = u32::from(COUNT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(20_000 + (std::process::id() * 7 + nth) % 12_000)?;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return Ok(listener.local_addr()?);
        }
    }
    anyhow::bail!("no port is free")
}
