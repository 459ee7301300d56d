//! A chain walked from its first entry to its last, one entry at a time: what each entry covers,
//! how one follows another, and everything that can be wrong with that.

use domain::Timestamp;
use sha2::{Digest, Sha256};
use store::audit::chain::StoredEntry;

/// Faults that are told of one chain; whoever changed more has made the point.
const FAULTS_MAX: usize = 20;

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Entries were deleted.
    #[error("entries {from} to {to} are missing")]
    Missing {
        /// The first that is.
        from: i64,
        /// The last that is.
        to: i64,
    },
    /// The entry isn't what was written.
    #[error("entry {seq} was changed, or was put there from elsewhere")]
    Changed {
        /// Which.
        seq: i64,
    },
    /// The entry follows another than the one before it.
    #[error("entry {seq} was not written after the entry that stands before it")]
    Unlinked {
        /// Which.
        seq: i64,
    },
    /// The chain is shorter than it was.
    #[error("the end was cut off: entry {signed} was there at {}, the last one now is {last}",
        signed_at.to_rfc3339())]
    Cut {
        /// The last entry there is; 0 when there is none.
        last: i64,
        /// The last entry that was signed.
        signed: i64,
        /// When.
        signed_at: Timestamp,
    },
    /// The chain is another than the one that was signed, with entries that fit each other.
    #[error("the entries up to {seq} are not those that were there at {}", signed_at.to_rfc3339())]
    Replaced {
        /// The last entry that was signed then.
        seq: i64,
        /// When.
        signed_at: Timestamp,
    },
    /// The chain's own note of its end says otherwise.
    #[error("the last entry is {last}, but by the note of the chain's end it should be {noted}")]
    End {
        /// The last entry there is; 0 when there is none.
        last: i64,
        /// What the note says; 0 when it is gone.
        noted: i64,
    },
    /// A business without a chain: each has an entry from the moment it is made.
    #[error("there are no entries at all")]
    Gone,
    /// The database holds something there that is no entry.
    #[error("the entries after {after} can't be read: {problem}")]
    Unreadable {
        /// The last one that could be.
        after: i64,
        /// What the database said.
        problem: String,
    },
}

/// The bytes an entry's MAC covers: every field, each behind its length, so that no two different
/// entries have the same bytes.
pub(crate) fn canonical(entry: &StoredEntry) -> Vec<u8> {
    let (seq, at) = (entry.seq.to_be_bytes(), entry.at.to_be_bytes());
    canonical_of(&[
        entry.tenant_id.as_bytes(),
        &seq,
        entry.id.as_bytes(),
        &at,
        entry.actor_kind.as_bytes(),
        entry.actor_id.as_bytes(),
        entry.action.as_bytes(),
        entry.entity.as_bytes(),
        entry.entity_id.as_bytes(),
        entry.detail_json.as_bytes(),
        entry.address.as_bytes(),
        entry.device.as_bytes(),
        entry.request_id.as_bytes(),
        &entry.previous_mac,
    ])
}

/// Fields, each behind its length.
pub(crate) fn canonical_of(fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| 8 + field.len()).sum());
    for field in fields {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

/// A place in a chain: behind an entry, knowing all before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The number of the entry; 0 before the first.
    pub seq: i64,
    /// Its MAC.
    pub mac: Vec<u8>,
    /// A hash over every entry so far. Without any key it tells whether somebody else's copy of the
    /// entries is the same.
    pub digest: [u8; 32],
}

impl Place {
    /// Before the first entry.
    pub fn start(tenant: &str) -> Self {
        let digest = Sha256::new_with_prefix("oxpi audit digest 1").chain_update(tenant).finalize();
        Self { seq: 0, mac: Vec::new(), digest: digest.into() }
    }

    fn after(&self, entry: &StoredEntry, covered: &[u8]) -> Self {
        let entry_digest = Sha256::new_with_prefix(covered).chain_update(&entry.mac).finalize();
        let digest = Sha256::new_with_prefix(self.digest).chain_update(entry_digest).finalize();
        Self { seq: entry.seq, mac: entry.mac.clone(), digest: digest.into() }
    }

    /// What stands for this place in few bytes.
    pub fn mark(&self) -> [u8; 16] {
        let hash = Sha256::new_with_prefix(&self.mac).chain_update(self.digest).finalize();
        let mut mark = [0; 16];
        mark.copy_from_slice(&hash[..16]);
        mark
    }
}

/// A place that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The number of the entry.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// [`Place::mark`] of it.
    pub mark: [u8; 16],
}

/// Whether a MAC fits what it covers.
pub type Fits<'a> = &'a (dyn Fn(&[u8], &[u8]) -> bool + Sync);

/// A walk along one chain.
pub struct Walk<'a> {
    place: Place,
    /// Nobody without the root key can tell whether a MAC fits.
    fits: Option<Fits<'a>>,
    signed: &'a [Signed],
    compared: usize,
    whole: bool,
    faults: Vec<Fault>,
}

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// Where it ended.
    pub place: Place,
    /// The last signed head that it met and found right.
    pub signed: Option<Signed>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl<'a> Walk<'a> {
    /// Begins at a place. `signed` is what was signed of the chain behind that place, by number.
    pub fn new(place: Place, fits: Option<Fits<'a>>, signed: &'a [Signed]) -> Self {
        Self { place, fits, signed, compared: 0, whole: true, faults: Vec::new() }
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Notes something that is wrong.
    pub fn fault(&mut self, fault: Fault) {
        self.whole = false;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    /// Goes one entry on. What is wrong is told once: the walk goes on as if the entry were right.
    pub fn step(&mut self, entry: &StoredEntry) {
        let covered = canonical(entry);
        let right = self.fits.is_none_or(|fits| fits(&covered, &entry.mac));
        if entry.seq != self.place.seq + 1 {
            self.fault(Fault::Missing { from: self.place.seq + 1, to: entry.seq - 1 });
        } else if right && entry.previous_mac != self.place.mac {
            self.fault(Fault::Unlinked { seq: entry.seq });
        }
        if !right {
            self.fault(Fault::Changed { seq: entry.seq });
        }
        self.place = self.place.after(entry, &covered);
        self.compare();
    }

    fn compare(&mut self) {
        while let Some(signed) = self.signed.get(self.compared) {
            if signed.seq > self.place.seq || !self.whole {
                return;
            }
            if signed.seq < self.place.seq || signed.mark != self.place.mark() {
                let (seq, signed_at) = (signed.seq, signed.at);
                return self.fault(Fault::Replaced { seq, signed_at });
            }
            self.compared += 1;
        }
    }

    /// Ends behind the last entry there is.
    pub fn end(mut self) -> Walked {
        let last = self.place.seq;
        if let Some(signed) = self.signed.last().filter(|signed| signed.seq > last) {
            self.fault(Fault::Cut { last, signed: signed.seq, signed_at: signed.at });
        }
        let signed = self.compared.checked_sub(1).and_then(|at| self.signed.get(at)).cloned();
        Walked { place: self.place, signed, faults: self.faults }
    }
}
