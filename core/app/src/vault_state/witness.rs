//! The counters of manifests, kept outside the database: whoever puts back an older database can't
//! put these back with it. One small signed file a tenant, written durably and only upwards.
//!
//! A file may lag behind the database (a crash after a commit and before the file was written); it
//! is never ahead of what was committed, so a database behind it is an older one.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Rng, TenantId, Timestamp};
use vault::{Finding, Vault};

use crate::secrets::alarm::Trouble;

/// A transaction that began before a change may still see what was before it; none takes longer.
const LAG_MILLIS: i64 = 120_000;

/// Findings that were told of, and when.
type Told = HashMap<(TenantId, String, &'static str), Timestamp>;

/// What is remembered of the manifests outside the database.
#[derive(Default)]
pub struct Witness {
    /// Where the files are; without one nothing is remembered.
    folder: Option<PathBuf>,
    seen: Mutex<HashMap<TenantId, Seen>>,
    told: Mutex<Told>,
    nudged: Mutex<HashSet<TenantId>>,
}

/// What was seen of one tenant's counter.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// No transaction that runs now may see less.
    settled: u64,
    /// Seen at a time, and to be settled when no transaction of then can run any more.
    next: Option<(u64, Timestamp)>,
    /// The most that was seen, and when that was first.
    latest: Option<(u64, Timestamp)>,
}

impl Witness {
    /// Keeps counters in a folder, which is made when it isn't there.
    pub fn new(folder: PathBuf) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        Ok(Self { folder: Some(folder), ..Self::default() })
    }

    /// Whether it remembers anything.
    pub(crate) fn is_on(&self) -> bool {
        self.folder.is_some()
    }

    /// Refuses a counter that is behind what was seen before.
    pub(crate) fn check(
        &self,
        vault: &Vault,
        tenant: &TenantId,
        counter: u64,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut all = locked(&self.seen);
        let seen = match all.get_mut(tenant) {
            Some(seen) => seen,
            None => {
                let first = Seen::at(read(vault, folder, tenant)?.unwrap_or_default());
                all.entry(tenant.clone()).or_insert(first)
            }
        };
        seen.settle(now);
        if counter < seen.settled { Err(Finding::RolledBack.into()) } else { Ok(()) }
    }

    /// What the file says; `None` when the tenant was never seen.
    pub(crate) fn find(&self, vault: &Vault, tenant: &TenantId) -> Result<Option<u64>, Trouble> {
        self.folder.as_deref().map_or(Ok(None), |folder| read(vault, folder, tenant))
    }

    /// Remembers a counter that was read from a committed root. Blocks on the disk.
    pub(crate) fn record(
        &self,
        vault: &Vault,
        rng: &dyn Rng,
        tenant: &TenantId,
        counter: u64,
        now: Timestamp,
    ) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        {
            let mut all = locked(&self.seen);
            let seen = all.entry(tenant.clone()).or_insert(Seen::at(0));
            seen.note(counter, now);
        }
        // Other processes of this machine write the same files.
        let lock = File::create(folder.join("lock"))?;
        lock.lock()?;
        if matches!(read(vault, folder, tenant), Ok(Some(before)) if before >= counter) {
            return Ok(());
        }
        write(folder, rng, &path(folder, tenant), &vault.sign_counter(tenant, counter))
    }

    /// The tenants that have a file.
    pub(crate) fn list(&self) -> io::Result<Vec<TenantId>> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let names =
            fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter_map(|name| name.strip_suffix(SUFFIX)?.parse().ok()).collect())
    }

    /// Remembers for good that a tenant's keys are destroyed: it stands on the disk when this answers
    /// Ok. Where nothing is remembered, that is a failure.
    pub(crate) fn mark_destroyed(
        &self,
        vault: &Vault,
        rng: &dyn Rng,
        tenant: &TenantId,
    ) -> io::Result<()> {
        let nowhere = || io::Error::new(io::ErrorKind::Unsupported, "there is no folder for it");
        let folder = self.folder.as_deref().ok_or_else(nowhere)?;
        let line = vault.sign_counter(tenant, DESTROYED);
        write(folder, rng, &gone(folder, tenant), &line)?;
        self.forget(tenant)
    }

    /// Whether a tenant's keys were destroyed. A mark that is there and can't be read, or isn't one of
    /// ours, is an error and never a no.
    pub(crate) fn is_destroyed(&self, vault: &Vault, tenant: &TenantId) -> io::Result<bool> {
        let Some(folder) = &self.folder else { return Ok(false) };
        let path = gone(folder, tenant);
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        match fs::read_to_string(&path) {
            Ok(line) if vault.open_counter(tenant, &line) == Some(DESTROYED) => Ok(true),
            Ok(_) => Err(named(io::Error::new(io::ErrorKind::InvalidData, "it is damaged"))),
            // Where the folder itself is away, nobody knows.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::metadata(folder).map(|_| false).map_err(named)
            }
            Err(error) => Err(named(error)),
        }
    }

    /// Forgets a tenant.
    pub(crate) fn forget(&self, tenant: &TenantId) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        locked(&self.seen).remove(tenant);
        match fs::remove_file(path(folder, tenant)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => File::open(folder)?.sync_all(),
        }
    }

    /// The findings that were told of.
    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        locked(&self.told)
    }

    /// The tenants whose counter will be read soon.
    pub(crate) fn nudged(&self) -> MutexGuard<'_, HashSet<TenantId>> {
        locked(&self.nudged)
    }
}

impl Seen {
    const fn at(counter: u64) -> Self {
        Self { settled: counter, next: None, latest: None }
    }

    fn note(&mut self, counter: u64, now: Timestamp) {
        self.settle(now);
        let most = self.latest.map_or(self.settled, |(most, _)| most);
        if counter > most {
            self.latest = Some((counter, now));
            self.next = self.next.or(self.latest);
        }
    }

    fn settle(&mut self, now: Timestamp) {
        let is_old = |seen: &Option<(u64, Timestamp)>| {
            seen.is_some_and(|(_, at)| now.millis_since(at) >= LAG_MILLIS)
        };
        if is_old(&self.latest) {
            self.settled = self.latest.map_or(self.settled, |(most, _)| most);
            (self.next, self.latest) = (None, None);
        } else if is_old(&self.next) {
            self.settled = self.next.map_or(self.settled, |(counter, _)| counter);
            self.next = self.latest;
        }
    }
}

const SUFFIX: &str = ".counter";
/// The file that outlives a tenant.
const GONE: &str = ".deleted";
/// What such a file holds in a counter's place; no counter gets so far.
const DESTROYED: u64 = u64::MAX;

fn gone(folder: &Path, tenant: &TenantId) -> PathBuf {
    folder.join(format!("{}{GONE}", tenant.as_str()))
}

fn path(folder: &Path, tenant: &TenantId) -> PathBuf {
    folder.join(format!("{}{SUFFIX}", tenant.as_str()))
}

/// A file that is there and can't be read is no reason to trust the database.
fn read(vault: &Vault, folder: &Path, tenant: &TenantId) -> Result<Option<u64>, Trouble> {
    match fs::read_to_string(path(folder, tenant)) {
        Ok(line) => {
            let malformed = vault::Error::Malformed("counter outside the database");
            vault.open_counter(tenant, &line).map(Some).ok_or_else(|| malformed.into())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            tracing::error!(%error, %tenant, "the counter outside the database can't be read");
            Err(vault::Error::Library("the counter outside the database can't be read").into())
        }
    }
}

/// Writes beside and renames: the file is the one before or this one, never half of it.
fn write(folder: &Path, rng: &dyn Rng, to: &Path, line: &str) -> io::Result<()> {
    let mut random = [0; 8];
    rng.fill(&mut random);
    let draft = folder.join(format!(".draft-{:016x}", u64::from_le_bytes(random)));
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
    let renamed = written.and_then(|()| fs::rename(&draft, to));
    if renamed.is_err() {
        let _nothing_to_remove = fs::remove_file(&draft);
    }
    renamed.and_then(|()| File::open(folder)?.sync_all())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn what_was_just_seen_binds_only_when_no_older_transaction_can_run() {
        let mut seen = Seen::at(5);
        seen.note(7, at(0));
        seen.note(9, at(1000));
        assert_eq!(seen.settled, 5);
        seen.settle(at(LAG_MILLIS));
        assert_eq!(seen.settled, 7);
        seen.note(8, at(LAG_MILLIS + 1));
        seen.settle(at(LAG_MILLIS + 1000));
        assert_eq!(seen.settled, 9);
        seen.note(11, at(2 * LAG_MILLIS));
        seen.settle(at(9 * LAG_MILLIS));
        assert_eq!(seen.settled, 11);
    }
}
