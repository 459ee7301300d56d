//! A CalDAV server with one account and a phone: a real one, or the demo's stand-in.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value};
use simulators::{Options, Simulator};
use tempfile::TempDir;

use crate::radicale::Radicale;
pub use crate::radicale::USER;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A real one, from PyPI.
    Radicale,
    /// The one of the demo, in this process.
    StandIn,
}

/// A server. It ends with the test.
pub enum Server {
    /// A real one.
    Radicale(Radicale),
    /// Its stand-in.
    StandIn(StandIn),
}

impl Server {
    /// Starts one with the account `dana`, and `empty` that has no calendar, and this password.
    pub fn start(kind: Kind, cache: &Path, password: &str) -> Result<Self> {
        Ok(match kind {
            Kind::Radicale => Self::Radicale(Radicale::start(cache, password)?),
            Kind::StandIn => Self::StandIn(StandIn::start(password)?),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Radicale(server) => server.address(),
            Self::StandIn(server) => server.address,
        }
    }

    /// Lets the accounts have another password from the next start on.
    pub fn set_password(&mut self, password: &str) -> Result<()> {
        match self {
            Self::Radicale(server) => server.set_password(password)?,
            Self::StandIn(server) => password.clone_into(&mut server.password),
        }
        Ok(())
    }

    /// Starts it, again.
    pub fn go_on(&mut self) -> Result<()> {
        match self {
            Self::Radicale(server) => server.go_on(),
            Self::StandIn(server) => server.go_on(),
        }
    }

    /// Stops it; its data stay.
    pub fn stop(&mut self) {
        match self {
            Self::Radicale(server) => server.stop(),
            Self::StandIn(server) => drop(server.running.take()),
        }
    }

    /// Forgets every sync token that it gave out.
    pub fn lose_tokens(&self) -> Result<()> {
        match self {
            Self::Radicale(server) => server.lose_tokens()?,
            Self::StandIn(server) => server.running()?.caldav().lose_tokens(),
        }
        Ok(())
    }

    /// Does something with the phone; answers what it says.
    pub fn phone(&self, password: &str, command: &[&str]) -> Result<Value> {
        match self {
            Self::Radicale(server) => server.phone(password, command),
            Self::StandIn(server) => server.phone(command),
        }
    }
}

/// The stand-in: what it holds is in a file while it doesn't run.
pub struct StandIn {
    address: SocketAddr,
    password: String,
    folder: TempDir,
    running: Option<Simulator>,
}

impl StandIn {
    fn start(password: &str) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let (password, folder) = (password.to_owned(), tempfile::tempdir()?);
        let mut server = Self { address, password, folder, running: None };
        server.go_on()?;
        server.address = server.running()?.url.trim_start_matches("http://").parse()?;
        Ok(server)
    }

    fn go_on(&mut self) -> Result<()> {
        let keep = Some(self.folder.path().join("kept.json"));
        let options = Options { address: self.address, keep, ..Options::default() };
        let simulator = Simulator::start_with(options)?;
        ensure!(simulator.note.is_none(), "{:?}", simulator.note);
        for user in [USER, "empty"] {
            simulator.caldav().put_account(user, &self.password);
        }
        self.running = Some(simulator);
        Ok(())
    }

    /// The simulator, while it runs.
    pub fn running(&self) -> Result<&Simulator> {
        self.running.as_ref().context("the stand-in is stopped")
    }

    fn phone(&self, command: &[&str]) -> Result<Value> {
        let caldav = self.running()?.caldav();
        let is_done = match *command {
            ["make", name, id] => {
                caldav.put_calendar(USER, id, name);
                true
            }
            ["list", id] => return Ok(caldav.events(USER, id).into()),
            ["add", id, text] => caldav.put(USER, id, text),
            ["edit", id, uid, changes] => {
                let changes: Map<String, Value> = serde_json::from_str(changes)?;
                caldav.edit(USER, id, uid, &changes)
            }
            ["delete", id, uid] => caldav.delete(USER, id, uid),
            _ => bail!("no command {command:?}"),
        };
        ensure!(is_done, "{command:?} could not be done");
        Ok(Value::Null)
    }
}
