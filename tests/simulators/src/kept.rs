//! A file that outlives the process, so that a demo that is started again knows the accounts that were
//! connected. Written whole and put in its place at once: who looks finds the one before or this one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::openid::Person;
use crate::server::{Inner, World, locked};
use crate::{caldav, google};

/// Another form of the file gets another number; an older one is begun anew.
const VERSION: u32 = 1;
const BETWEEN: Duration = Duration::from_secs(1);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: u32,
    google: google::kept::Kept,
    people: Vec<Person>,
    caldav: caldav::state::Kept,
}

/// The file, and what was written last.
#[derive(Debug)]
pub struct Keeper {
    file: PathBuf,
    written: Vec<u8>,
}

impl Keeper {
    /// Keeps it in this file.
    pub fn new(file: PathBuf) -> Self {
        Self { file, written: Vec::new() }
    }

    /// Writes what changed, once a second, until the simulator stops.
    pub async fn watch(&mut self, world: &World) {
        loop {
            tokio::time::sleep(BETWEEN).await;
            // What can't be written now is tried again, and at the end it is an error.
            let _ = self.write(world);
        }
    }

    /// Writes what there is, if it isn't written yet.
    pub fn write(&mut self, world: &World) -> io::Result<()> {
        let bytes = bytes_of(&locked(world))?;
        if bytes == self.written {
            return Ok(());
        }
        let beside = beside(&self.file, "new");
        // It has tokens and passwords in it.
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &self.file)?;
        self.written = bytes;
        Ok(())
    }
}

fn bytes_of(inner: &Inner) -> io::Result<Vec<u8>> {
    let kept = Kept {
        version: VERSION,
        google: inner.google.keep(),
        people: inner.openid.people.values().cloned().collect(),
        caldav: inner.caldav.keep(),
    };
    serde_json::to_vec(&kept).map_err(io::Error::other)
}

/// Goes on with what the file has. One that can't be read so is set aside and everything begins anew;
/// the answer is a line that says so.
pub fn recall(inner: &mut Inner, file: &Path) -> io::Result<Option<String>> {
    let bytes = match File::open(file) {
        Ok(mut file) => {
            let mut bytes = Vec::new();
            io::Read::read_to_end(&mut file, &mut bytes)?;
            bytes
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match serde_json::from_slice::<Kept>(&bytes) {
        Ok(kept) if kept.version == VERSION => {
            inner.google.recall(kept.google);
            let people = kept.people.into_iter();
            inner.openid.people = people.map(|one| (one.subject.clone(), one)).collect();
            inner.caldav.recall(kept.caldav);
            Ok(None)
        }
        outcome => {
            let aside = beside(file, "aside");
            fs::rename(file, &aside)?;
            let why = match outcome {
                Ok(kept) => format!("it has the form {}, this is {VERSION}", kept.version),
                Err(error) => error.to_string(),
            };
            Ok(Some(format!(
                "{} can't be gone on with ({why}): it is {} now, and the accounts begin anew. \
                 Reconnect under Connections.",
                file.display(),
                aside.display()
            )))
        }
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
