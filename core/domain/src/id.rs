//! Identifiers: UUIDv7 kept as text, one type a noun, so that a person's id can't be passed for a
//! tenant's. They sort by the time they were made (RFC 9562, section 5.7), and those of one process and one
//! millisecond by which was first (section 6.2): lists end with an id where times are the same, and what was
//! made last is to be the last in them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Clock, Rng};

/// Text that is not an identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: {text:?}")]
pub struct BadId {
    /// The kind of identifier that was expected.
    pub kind: &'static str,
    /// What stood there instead, cut to 64 characters.
    pub text: String,
}

fn bad(kind: &'static str, text: &str) -> BadId {
    BadId { kind, text: text.chars().take(64).collect() }
}

/// The last place within a millisecond. A place has 26 bits behind the time, and the first is a random one
/// of the lower half: half of them are left for those that follow.
const PLACE_MAX: u32 = (1 << 26) - 1;

fn uuid_v7(clock: &dyn Clock, rng: &dyn Rng) -> String {
    let mut random = [0u8; 10];
    rng.fill(&mut random);
    let first = u32::from_be_bytes([0, random[0] & 1, random[1], random[2]]);
    let (now, place) = clock.places().take(clock, first);
    let place = place.min(PLACE_MAX);
    // 12 bits stand behind the version, 14 behind the variant.
    let [_, _, one, two] = (place >> 14).to_be_bytes();
    let [_, _, three, four] = (place & 0x3fff).to_be_bytes();
    random[..4].copy_from_slice(&[one, two, three, four]);
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().hyphenated().to_string()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A fresh id, later than every id made before it by this clock, unless that was set back.
            pub fn new(clock: &dyn Clock, rng: &dyn Rng) -> Self {
                Self(uuid_v7(clock, rng))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                // Only the canonical form: two spellings of one id would be two keys.
                match uuid::Uuid::try_parse(text) {
                    Ok(id) if id.hyphenated().to_string() == text => Ok(Self(text.to_owned())),
                    _ => Err(bad(stringify!($name), text)),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A business.
    TenantId,
    /// Somebody who signs in; may be a member of several tenants.
    AccountId,
    /// An account's place in one tenant.
    MemberId,
    /// An invitation to become a member.
    InvitationId,
    /// A lead or a customer.
    PersonId,
    /// A row of stages that people go through.
    PipelineId,
    /// A stage of a pipeline.
    StageId,
    /// A word that a business puts on people.
    TagId,
    /// A field of people that a business has of its own.
    OwnFieldId,
    /// Something that happened with a person.
    EntryId,
    /// A saved view of a list.
    SavedViewId,
    /// What one act can be undone with.
    UndoId,
    /// One act over all that match.
    SweepId,
    /// Something that is to be done.
    TaskId,
    /// A reminder of one member.
    ReminderId,
    /// An appointment.
    AppointmentId,
    /// Appointments that come again by a rule.
    SeriesId,
    /// A calendar file that somebody brought.
    CalendarImportId,
    /// A list of people that somebody brought in a file.
    ImportId,
    /// An archive of everything that a business has.
    ExportId,
    /// A calendar of a connection that the tenant chose to use.
    CalendarId,
    /// A connected account at a provider.
    ConnectionId,
    /// A request of a plugin's that people decide.
    ApprovalId,
    /// A document.
    DocumentId,
    /// A unit of work that runs later.
    JobId,
    /// A row of the outbox: one effect of one business change.
    OutboxId,
    /// A webhook's delivery: one that was received, or one on its way to an endpoint.
    DeliveryId,
    /// Where a business wants to be told of what happens.
    EndpointId,
    /// An audit entry.
    AuditId,
    /// A channel over which a provider tells that a calendar has changed.
    ChannelId,
    /// A repeating job.
    ScheduleId,
    /// A record of a plugin's own collection.
    RecordId,
    /// A passkey of an account.
    PasskeyId,
    /// Who an account is at an OpenID provider.
    OpenidIdentityId,
    /// A token that a program works in a business with.
    ApiTokenId,
    /// Something that a member is told of.
    NotificationId,
    /// A request that left, in the record of what a plugin asked the internet.
    EgressEntryId,
    /// An entry of the installation's own record.
    InstallationEntryId,
}

/// A plugin's name: lower-case words joined by hyphens, 2 to 64 characters, such as `acme-calendar`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PluginId(String);

impl PluginId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PluginId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let words_ok = text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        if words_ok && (2..=64).contains(&text.len()) && text.as_bytes()[0].is_ascii_lowercase() {
            Ok(Self(text.to_owned()))
        } else {
            Err(bad("PluginId", text))
        }
    }
}

impl TryFrom<String> for PluginId {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<PluginId> for String {
    fn from(id: PluginId) -> String {
        id.0
    }
}

impl fmt::Display for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SeededRng;
    use crate::time::ManualClock;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(7));
        let first = PersonId::new(&clock, &rng);
        clock.advance_millis(1);
        let second = PersonId::new(&clock, &rng);
        assert!(first < second);
        assert_eq!(first.as_str().parse(), Ok(first));
    }

    #[test]
    fn ids_of_one_instant_sort_as_they_were_made() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(7));
        for _ in 0..100 {
            clock.advance_millis(1);
            let all: Vec<PersonId> = (0..100).map(|_| PersonId::new(&clock, &rng)).collect();
            assert!(all.is_sorted_by(|one, next| one < next), "{all:?}");
        }
    }

    #[test]
    fn ids_of_a_clock_that_many_use_are_in_order_for_each() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(7));
        let make = || -> Vec<PersonId> {
            let next = |_| {
                clock.advance_millis(i64::from(rng.below(5) == 0));
                PersonId::new(&clock, &rng)
            };
            (0..2_000).map(next).collect()
        };
        let all: Vec<Vec<PersonId>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|mine| mine.is_sorted_by(|one, next| one < next)));
        let different: std::collections::BTreeSet<_> = all.iter().flatten().collect();
        assert_eq!(different.len(), 8_000);
    }

    #[test]
    fn ids_go_back_with_a_clock_that_is_set_back() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(7));
        let first = PersonId::new(&clock, &rng);
        clock.advance_millis(-1);
        assert!(PersonId::new(&clock, &rng) < first);
    }

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        assert!("0190A0B0-0000-7000-8000-000000000000".parse::<TenantId>().is_err());
        assert!("{0190a0b0-0000-7000-8000-000000000000}".parse::<TenantId>().is_err());
        assert!("".parse::<TenantId>().is_err());
    }

    #[test]
    fn plugin_names_are_plain() {
        assert!("acme-calendar".parse::<PluginId>().is_ok());
        for bad in ["", "a", "A-b", "a--b", "-ab", "ab-", "a/b", "../ab", "9ab", "a b"] {
            assert!(bad.parse::<PluginId>().is_err(), "{bad}");
        }
    }
}
