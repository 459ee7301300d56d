//! Signing where the chains are, again and again, and keeping that outside the database. What was
//! signed can't be taken back: a chain that was changed later no longer fits.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Clock, TenantId, Timestamp};
use store::Db;
use vault::Vault;

use super::chain::{Fault, Place, Signed, Walk, Walked};
use super::heads::{self, Head};
use super::log::{Contents, LogFault, Writer, read_newest};
use crate::App;
use crate::error::{Error, Result};

/// Entries that are read at a time.
pub(super) const PAGE: i64 = 500;

/// Where heads go.
#[derive(Debug, Clone)]
pub struct Places {
    /// The log.
    pub dir: PathBuf,
    /// A copy of it, best on another machine.
    pub copy: Option<PathBuf>,
}

/// What became of an export.
#[derive(Debug, Default)]
pub struct Exported {
    /// How many heads were signed.
    pub heads: usize,
    /// Chains that were left unsigned, because something is wrong with them.
    pub broken: Vec<(String, Fault)>,
    /// What is wrong with the log itself or its copy.
    pub log: Vec<LogFault>,
    /// Why the copy could not be brought up to date, if it couldn't.
    pub copy: Option<std::io::Error>,
}

/// Exports at once, every so often, and once more when `stop` is closed. A fault goes to the log of
/// the process as an error, each time.
pub async fn run(
    app: App,
    places: Places,
    every: Duration,
    mut stop: tokio::sync::watch::Receiver<bool>,
) {
    let mut left = false;
    loop {
        let stopping = left || *stop.borrow();
        match export(&app.db, &app.vault, &*app.clock, &places).await {
            Ok(exported) => exported.tell(),
            Err(error) => tracing::error!(%error, "the audit heads could not be exported"),
        }
        if stopping {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            // Whoever would say so is gone: it is closed.
            changed = stop.changed() => left = changed.is_err(),
        }
    }
}

impl Exported {
    fn tell(&self) {
        for (tenant, fault) in &self.broken {
            tracing::error!(tenant, %fault, "an audit chain was tampered with; run: oxpi audit verify");
        }
        for fault in &self.log {
            tracing::error!(%fault, "the log of audit heads was tampered with; run: oxpi audit verify");
        }
        if let Some(error) = &self.copy {
            tracing::warn!(%error, "the copy of the audit heads could not be brought up to date");
        }
        tracing::debug!(heads = self.heads, "audit heads exported");
    }
}

/// Signs every chain that grew since it was last signed. What was added since is checked first; a
/// chain with a fault is not signed. Does nothing while another process is at it.
pub async fn export(
    db: &Db,
    vault: &Vault,
    clock: &dyn Clock,
    places: &Places,
) -> Result<Exported> {
    let signer = heads::signer(vault);
    let (dir, key) = (places.dir.clone(), signer.public_key());
    let opened = blocking(move || {
        let Some(writer) = Writer::open(&dir)? else { return Ok(None) };
        Ok(Some((writer, read_newest(&dir, &key)?)))
    });
    let Some((writer, known)) = opened.await? else { return Ok(Exported::default()) };
    let mut exported = Exported::default();
    let mut grown = Vec::new();
    for tenant in tenants(db, &known).await? {
        let head = known.places.get(&tenant);
        let walked = check_since(db, vault, &tenant, head).await?;
        match walked.faults.into_iter().next() {
            Some(fault) => exported.broken.push((tenant, fault)),
            None if head.is_none_or(|head| head.place.seq < walked.place.seq) => {
                grown.push((tenant, walked.place));
            }
            None => {}
        }
    }
    let now = clock.now();
    let (month, lines) = lines(&places.dir, &known, grown, now, &signer)?;
    exported.heads = lines.len();
    exported.log.extend(known.faults);
    let copy = places.copy.clone();
    let (faults, failed) = blocking(move || {
        if !lines.is_empty() {
            writer.append(&month, &lines)?;
        }
        // Where the log is whole, a copy that isn't there now can wait.
        Ok(match copy.map(|copy| writer.copy_to(&copy)) {
            None => (Vec::new(), None),
            Some(Ok(faults)) => (faults, None),
            Some(Err(error)) => (Vec::new(), Some(error)),
        })
    })
    .await?;
    exported.log.extend(faults);
    exported.copy = failed;
    Ok(exported)
}

/// The lines to add and the month whose file they go to. A new month begins with all that is known.
fn lines(
    dir: &Path,
    known: &Contents,
    grown: Vec<(String, Place)>,
    now: Timestamp,
    signer: &vault::Signer,
) -> Result<(String, Vec<String>)> {
    let newest = super::log::files(dir).map_err(Error::internal)?.pop();
    let newest = newest.and_then(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    // A clock that was set back adds to the file there is.
    let month = newest.clone().into_iter().chain([now.to_rfc3339()[..7].to_owned()]).max();
    let month = month.unwrap_or_default();
    let fresh = newest.as_ref() != Some(&month);
    let grown = grown.into_iter().map(|(tenant, place)| (tenant, (now, place)));
    let mut all: BTreeMap<String, (Timestamp, Place)> = BTreeMap::new();
    if fresh {
        let stays = known.places.iter();
        all.extend(stays.map(|(tenant, head)| (tenant.clone(), (head.at, head.place.clone()))));
    }
    all.extend(grown);
    let mut last = known.last.unwrap_or_default();
    let mut lines = Vec::with_capacity(all.len());
    for (tenant, (at, place)) in all {
        let head = Head { line: last.0 + 1, previous: last.1, at, tenant, place };
        let line = head.sign(signer);
        last = (head.line, heads::hash(&line));
        lines.push(line);
    }
    Ok((month, lines))
}

/// Every business that has a chain, has one by the log, or is there at all.
pub(super) async fn tenants(db: &Db, known: &Contents) -> Result<BTreeSet<String>> {
    let mut tenants: BTreeSet<String> = known.places.keys().cloned().collect();
    let there = db.read(store::tenants::list).await?;
    tenants.extend(there.into_iter().map(|tenant| tenant.id.to_string()));
    let mut after = String::new();
    loop {
        let from = after.clone();
        match db.read(move |c| store::audit::chain::next_tenant(c, &from)).await? {
            Some(next) => after.clone_from(&next),
            None => return Ok(tenants),
        }
        tenants.insert(after.clone());
    }
}

/// Walks from where a chain was last signed to its end.
pub(super) async fn check_since(
    db: &Db,
    vault: &Vault,
    tenant: &str,
    signed: Option<&Head>,
) -> Result<Walked> {
    let Some(Head { place: signed, at: signed_at, .. }) = signed else {
        return walk(db, vault, tenant, Place::start(tenant), &[]).await;
    };
    // The entry that was signed last must be there still, with the same MAC.
    let (of, before) = (tenant.to_owned(), signed.seq - 1);
    let found = db.read(move |c| store::audit::chain::stretch(c, &of, before, 1)).await;
    let there = found.is_ok_and(|stretch| {
        let entry = stretch.entries.first();
        entry.is_some_and(|entry| entry.seq == signed.seq && entry.mac == signed.mac)
    });
    if there {
        return walk(db, vault, tenant, signed.clone(), &[]).await;
    }
    let of = tenant.to_owned();
    let last = db.read(move |c| store::audit::chain::last_seq(c, &of)).await?.unwrap_or(0);
    let mut walk = Walk::new(signed.clone(), None, &[]);
    let (seq, signed_at) = (signed.seq, *signed_at);
    walk.fault(match last < seq {
        true => Fault::Cut { last, signed: seq, signed_at },
        false => Fault::Replaced { seq, signed_at },
    });
    Ok(walk.end())
}

/// Walks a chain from a place to its end, reading a page at a time.
pub(super) async fn walk(
    db: &Db,
    vault: &Vault,
    tenant: &str,
    from: Place,
    signed: &[Signed],
) -> Result<Walked> {
    let id: Option<TenantId> = tenant.parse().ok();
    // What has no tenant's id was written by nobody who has the key.
    let fits = |covered: &[u8], mac: &[u8]| {
        id.as_ref().is_some_and(|id| vault.mac_fits(super::MAC, Some(id), covered, mac))
    };
    let mut walk = Walk::new(from, Some(&fits), signed);
    loop {
        let (of, after) = (tenant.to_owned(), walk.place().seq);
        match db.read(move |c| store::audit::chain::stretch(c, &of, after, PAGE)).await {
            Err(store::Error::Internal(error)) => {
                let problem = error.to_string();
                walk.fault(Fault::Unreadable { after, problem });
                return Ok(walk.end());
            }
            Err(other) => return Err(other.into()),
            Ok(stretch) => {
                stretch.entries.iter().for_each(|entry| walk.step(entry));
                if stretch.entries.is_empty() {
                    end_of(&mut walk, stretch.head);
                    return Ok(walk.end());
                }
            }
        }
    }
}

fn end_of(walk: &mut Walk<'_>, head: Option<(i64, Vec<u8>)>) {
    let last = walk.place().seq;
    match head {
        _ if last == 0 => walk.fault(Fault::Gone),
        Some((noted, mac)) if noted == last && mac == walk.place().mac => {}
        head => walk.fault(Fault::End { last, noted: head.map_or(0, |(noted, _)| noted) }),
    }
}

/// Files are read and written where waiting for them stands in nobody's way.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(Error::internal)
}
