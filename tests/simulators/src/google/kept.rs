//! What of the simulated Google outlives the process: everything but codes and pages that are under way,
//! and the trouble that somebody caused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::state::{Account, Calendar, Channel, Client, Mail, State, Token};
use super::sync::SyncToken;

/// What is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    clients: BTreeMap<String, Client>,
    accounts: BTreeMap<String, Account>,
    tokens: BTreeMap<String, Token>,
    calendars: BTreeMap<String, Calendar>,
    sync_tokens: BTreeMap<String, SyncToken>,
    channels: Vec<(Channel, Option<String>)>,
    mails: Vec<Mail>,
    revision: u64,
}

impl State {
    /// What is worth keeping.
    pub fn keep(&self) -> Kept {
        // A channel's token is written nowhere else.
        let channels = self.channels.iter().map(|it| (it.clone(), it.token.clone()));
        Kept {
            clients: self.clients.clone(),
            accounts: self.accounts.clone(),
            tokens: self.tokens.clone(),
            calendars: self.calendars.clone(),
            sync_tokens: self.sync_tokens.clone(),
            channels: channels.collect(),
            mails: self.mails.clone(),
            revision: self.revision,
        }
    }

    /// Goes on with what was kept. Apps that are registered now are as they are registered now.
    pub fn recall(&mut self, kept: Kept) {
        for (id, client) in kept.clients {
            self.clients.entry(id).or_insert(client);
        }
        self.accounts = kept.accounts;
        self.tokens = kept.tokens;
        self.calendars = kept.calendars;
        self.sync_tokens = kept.sync_tokens;
        let channels = kept.channels.into_iter();
        self.channels = channels.map(|(channel, token)| Channel { token, ..channel }).collect();
        self.mails = kept.mails;
        self.revision = kept.revision;
    }
}

/// A zone by its name.
pub(super) mod zone_name {
    use jiff::tz::TimeZone;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(zone: &TimeZone, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(zone.iana_name().unwrap_or("UTC"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeZone, D::Error> {
        TimeZone::get(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}
