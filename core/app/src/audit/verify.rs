//! Verifying every chain from its first entry to its last, against itself and against the heads
//! that were signed; with the database and the root key, or with neither, from exported entries.

use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use store::Db;
use store::audit::chain::StoredEntry;
use vault::token::{hex, unhex};
use vault::{PublicKey, Vault};

use super::chain::{Fault, Place, Walk, Walked};
use super::export::{PAGE, blocking, check_since, tenants, walk};
use super::heads::signer;
use super::log::{Contents, LogFault, read, read_newest};
use crate::error::Result;

/// The most bytes an exported entry may have.
const ENTRY_MAX: u64 = 1 << 20;

/// What became of verifying.
#[derive(Debug, Default)]
pub struct Report {
    /// Each chain, by the business's id.
    pub chains: Vec<(String, Walked)>,
    /// How many signed heads they were compared with.
    pub heads: u64,
    /// What is wrong with the logs of heads.
    pub log: Vec<LogFault>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.log.is_empty() && self.chains.iter().all(|(_, walked)| walked.faults.is_empty())
    }

    /// How many entries were walked along.
    pub fn entries(&self) -> i64 {
        self.chains.iter().map(|(_, walked)| walked.place.seq).sum()
    }
}

/// Reads logs of heads; what several of them say is put together.
pub async fn read_logs(dirs: Vec<PathBuf>, key: PublicKey) -> Result<Contents> {
    blocking(move || {
        let mut all = Contents::default();
        for dir in dirs {
            all.merge(read(&dir, &key)?);
        }
        Ok(all)
    })
    .await
}

/// Verifies every chain of a database. Memory stays the same however long they are.
pub async fn verify(db: &Db, vault: &Vault, logs: Vec<PathBuf>) -> Result<Report> {
    // The heads first: a chain may have grown since, but not have become shorter.
    let contents = read_logs(logs, signer(vault).public_key()).await?;
    let mut chains = Vec::new();
    for tenant in tenants(db, &contents).await? {
        let signed = contents.signed.get(&tenant).map(Vec::as_slice).unwrap_or_default();
        let walked = walk(db, vault, &tenant, Place::start(&tenant), signed).await?;
        chains.push((tenant, walked));
    }
    Ok(Report { chains, heads: contents.lines, log: contents.faults })
}

/// Verifies what was added since the last heads were signed, and that those still fit: quick, and
/// what an export does. Answers also when that was.
pub async fn glance(
    db: &Db,
    vault: &Vault,
    dir: PathBuf,
) -> Result<(Report, Option<domain::Timestamp>)> {
    let key = signer(vault).public_key();
    let contents = blocking(move || read_newest(&dir, &key)).await?;
    let mut chains = Vec::new();
    for tenant in tenants(db, &contents).await? {
        let walked = check_since(db, vault, &tenant, contents.places.get(&tenant)).await?;
        chains.push((tenant, walked));
    }
    let at = contents.places.values().map(|head| head.at).max();
    Ok((Report { chains, heads: contents.lines, log: contents.faults }, at))
}

/// An entry as it is exported: a line of JSON, bytes as hexadecimal digits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    tenant: String,
    seq: i64,
    id: String,
    at: i64,
    actor_kind: String,
    actor_id: String,
    action: String,
    entity: String,
    entity_id: String,
    detail: String,
    address: String,
    device: String,
    request_id: String,
    previous_mac: String,
    mac: String,
}

impl From<StoredEntry> for Line {
    fn from(entry: StoredEntry) -> Self {
        Self {
            previous_mac: hex(&entry.previous_mac),
            mac: hex(&entry.mac),
            tenant: entry.tenant_id,
            seq: entry.seq,
            id: entry.id,
            at: entry.at,
            actor_kind: entry.actor_kind,
            actor_id: entry.actor_id,
            action: entry.action,
            entity: entry.entity,
            entity_id: entry.entity_id,
            detail: entry.detail_json,
            address: entry.address,
            device: entry.device,
            request_id: entry.request_id,
        }
    }
}

impl TryFrom<Line> for StoredEntry {
    type Error = io::Error;
    fn try_from(line: Line) -> io::Result<Self> {
        Ok(Self {
            previous_mac: if line.seq == 1 && line.previous_mac.is_empty() {
                Vec::new()
            } else {
                bytes(&line.previous_mac)?
            },
            mac: bytes(&line.mac)?,
            tenant_id: line.tenant,
            seq: line.seq,
            id: line.id,
            at: line.at,
            actor_kind: line.actor_kind,
            actor_id: line.actor_id,
            action: line.action,
            entity: line.entity,
            entity_id: line.entity_id,
            detail_json: line.detail,
            address: line.address,
            device: line.device,
            request_id: line.request_id,
        })
    }
}

fn bytes(digits: &str) -> io::Result<Vec<u8>> {
    let mut bytes = [0; 32];
    match unhex(digits.as_bytes(), &mut bytes) {
        Some(()) => Ok(bytes.to_vec()),
        None => Err(io::Error::new(io::ErrorKind::InvalidData, "a MAC is 64 hexadecimal digits")),
    }
}

/// Writes every entry of the businesses given (of all where none is), for somebody else to keep or
/// to verify; answers how many.
pub async fn export_entries(
    db: &Db,
    only: Option<&str>,
    to: &mut (impl Write + Send),
) -> Result<u64> {
    let mut count = 0;
    let all = tenants(db, &Contents::default()).await?;
    for tenant in all.into_iter().filter(|tenant| only.is_none_or(|only| only == tenant)) {
        let mut after = 0;
        loop {
            let of = tenant.clone();
            let page = db.read(move |c| store::audit::chain::stretch(c, &of, after, PAGE)).await?;
            let Some(last) = page.entries.last() else { break };
            after = last.seq;
            for entry in page.entries {
                let line = serde_json::to_string(&Line::from(entry))?;
                writeln!(to, "{line}").map_err(crate::Error::internal)?;
                count += 1;
            }
        }
    }
    Ok(count)
}

/// Verifies exported entries against signed heads, with the public key alone. What came after a
/// chain's last signed head can only be seen to hang together. A business of the heads whose
/// entries aren't there counts as gone, unless `only` names another.
pub fn verify_entries(
    from: &mut impl BufRead,
    contents: &Contents,
    only: Option<&str>,
) -> io::Result<Report> {
    let mut report = Report { heads: contents.lines, ..Report::default() };
    let mut current: Option<(String, Walk<'_>)> = None;
    let mut seen = std::collections::BTreeSet::new();
    let end = |report: &mut Report, (tenant, walk): (String, Walk<'_>)| {
        report.chains.push((tenant, walk.end()));
    };
    while let Some(entry) = next_entry(from)? {
        let tenant = entry.tenant_id.clone();
        if current.as_ref().is_none_or(|(of, _)| *of != tenant) {
            if let Some(done) = current.take() {
                end(&mut report, done);
            }
            if !seen.insert(tenant.clone()) {
                let problem = format!("the entries of {tenant} do not stand together");
                return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
            }
            let signed = contents.signed.get(&tenant).map(Vec::as_slice).unwrap_or_default();
            current = Some((tenant.clone(), Walk::new(Place::start(&tenant), None, signed)));
        }
        if let Some((_, walk)) = &mut current {
            walk.step(&entry);
        }
    }
    if let Some(done) = current.take() {
        end(&mut report, done);
    }
    let wanted = |tenant: &&String| only.is_none_or(|only| only == *tenant);
    for tenant in contents.signed.keys().filter(wanted).filter(|tenant| !seen.contains(*tenant)) {
        let mut walk = Walk::new(Place::start(tenant), None, &[]);
        walk.fault(Fault::Gone);
        end(&mut report, (tenant.clone(), walk));
    }
    report.log.extend(contents.faults.iter().cloned());
    Ok(report)
}

fn next_entry(from: &mut impl BufRead) -> io::Result<Option<StoredEntry>> {
    let mut line = String::new();
    if from.by_ref().take(ENTRY_MAX).read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    let line: Line = serde_json::from_str(&line).map_err(invalid)?;
    line.try_into().map(Some)
}
