//! What the simulated Google knows: accounts, apps, tokens, calendars, events, channels.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc::UnboundedSender;

use super::errors::{Answer, ApiError};
use super::settings::Settings;
use super::sync::{PageToken, SyncToken};
use crate::ground::Ground;
use crate::push::Push;

/// An app that is registered with the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The public client id.
    pub id: String,
    /// The client secret.
    pub secret: String,
    /// The name on the consent page.
    pub name: String,
    /// Addresses it may be sent back to, compared letter by letter.
    pub redirects: Vec<String>,
}

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The stable number.
    pub subject: String,
    /// The address.
    pub email: String,
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
}

impl Account {
    /// Both names.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }
}

/// What an account may do with a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// Sees when it is busy.
    FreeBusyReader,
    /// Sees the events.
    Reader,
    /// Changes events.
    Writer,
    /// Changes the calendar itself.
    Owner,
}

impl Access {
    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::FreeBusyReader => "freeBusyReader",
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Owner => "owner",
        }
    }

    /// Reads what the API writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::FreeBusyReader, Self::Reader, Self::Writer, Self::Owner]
            .into_iter()
            .find(|access| access.name() == text)
    }
}

/// A stored event: the resource as the API shows it, times in UTC.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Event {
    /// The resource.
    pub json: Map<String, Value>,
    /// The number of its last change.
    pub revision: u64,
    /// The number of its first change: the order of an unsorted list.
    pub order: u64,
    /// Answers until a requested conference is ready.
    pub meet_reads_left: u32,
}

/// A calendar.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Calendar {
    /// The id; the account's address for its primary one.
    pub id: String,
    /// The name.
    pub summary: String,
    /// What it is for.
    pub description: String,
    /// Its time zone.
    #[serde(with = "super::kept::zone_name")]
    pub zone: TimeZone,
    /// Background colour.
    pub color: String,
    /// Who may do what.
    pub access: BTreeMap<String, Access>,
    /// The app that made it, if one did.
    pub made_by: Option<String>,
    /// Events by id, deleted ones too.
    pub events: BTreeMap<String, Event>,
    /// Conference requests seen: a repeated one is ignored.
    pub conference_requests: Vec<String>,
    /// The number of the calendar's own last change.
    pub revision: u64,
}

impl Calendar {
    /// The IANA name of its zone.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}

/// A code or token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    /// Access or refresh.
    pub refresh: bool,
    /// The app it was given to.
    pub client: String,
    /// The account it speaks for.
    pub account: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The code it came from.
    pub code: String,
    /// When it was made.
    pub issued: Timestamp,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
    /// Whether it was taken back.
    pub revoked: bool,
}

/// An authorization code that waits to be exchanged.
#[derive(Debug, Clone)]
pub struct Code {
    /// The app.
    pub client: String,
    /// The account.
    pub account: String,
    /// What was ticked.
    pub scopes: Vec<String>,
    /// The exact address it was sent to.
    pub redirect: String,
    /// PKCE: method and challenge.
    pub challenge: Option<(String, String)>,
    /// Whether a refresh token goes with it.
    pub refresh: bool,
    /// For the id token.
    pub nonce: Option<String>,
    /// When it stops working.
    pub expires: Timestamp,
    /// Whether it was exchanged.
    pub used: bool,
}

/// An open channel for pushes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Channel {
    /// Chosen by the app.
    pub id: String,
    /// Chosen by the app; comes back in a header.
    #[serde(skip)]
    pub token: Option<String>,
    /// Where pushes go.
    pub address: String,
    /// Opaque id of what is watched.
    pub resource_id: String,
    /// Address of what is watched.
    pub resource_uri: String,
    /// The calendar, or none for the calendar list.
    pub calendar: Option<String>,
    /// The account that opened it.
    pub account: String,
    /// When it ends.
    pub expires: Timestamp,
    /// Pushes so far.
    pub messages: u64,
}

/// Mail that Google would have sent to guests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The calendar.
    pub calendar: String,
    /// The event.
    pub event: String,
    /// `invited`, `updated` or `cancelled`.
    pub kind: String,
    /// Whom.
    pub to: Vec<String>,
}

/// Everything.
#[derive(Debug)]
pub struct State {
    /// Clock and randomness.
    pub ground: Arc<Ground>,
    /// What can be set.
    pub settings: Settings,
    /// Registered apps by id.
    pub clients: BTreeMap<String, Client>,
    /// Whether any loopback address may be a redirect.
    pub any_loopback_redirect: bool,
    /// Accounts by address.
    pub accounts: BTreeMap<String, Account>,
    /// Codes.
    pub codes: BTreeMap<String, Code>,
    /// Access and refresh tokens.
    pub tokens: BTreeMap<String, Token>,
    /// Calendars by id.
    pub calendars: BTreeMap<String, Calendar>,
    /// Sync tokens that were given out.
    pub sync_tokens: BTreeMap<String, SyncToken>,
    /// Page tokens that were given out.
    pub page_tokens: BTreeMap<String, PageToken>,
    /// Open channels.
    pub channels: Vec<Channel>,
    /// Mail to guests.
    pub mails: Vec<Mail>,
    /// Where pushes go to be delivered.
    pub outbox: UnboundedSender<Push>,
    /// How many pushes are on their way.
    pub pushes_under_way: usize,
    pub(super) revision: u64,
}

impl State {
    /// Nothing yet.
    pub fn new(ground: Arc<Ground>, outbox: UnboundedSender<Push>) -> Self {
        Self {
            ground,
            outbox,
            settings: Settings::default(),
            clients: BTreeMap::new(),
            any_loopback_redirect: false,
            accounts: BTreeMap::new(),
            codes: BTreeMap::new(),
            tokens: BTreeMap::new(),
            calendars: BTreeMap::new(),
            sync_tokens: BTreeMap::new(),
            page_tokens: BTreeMap::new(),
            channels: Vec::new(),
            mails: Vec::new(),
            pushes_under_way: 0,
            revision: 0,
        }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.ground.now()
    }

    /// The number of the last change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The number of the next change.
    pub fn next_revision(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// A calendar that exists.
    pub fn calendar(&self, id: &str) -> Answer<&Calendar> {
        self.calendars.get(id).ok_or_else(ApiError::not_found)
    }

    /// A calendar that exists.
    pub fn calendar_mut(&mut self, id: &str) -> Answer<&mut Calendar> {
        self.calendars.get_mut(id).ok_or_else(ApiError::not_found)
    }

    /// Takes back every token of an app for an account, as Google does when one is revoked.
    pub fn revoke(&mut self, client: Option<&str>, account: &str) {
        let ours = |token: &&mut Token| {
            token.account == account && client.is_none_or(|client| token.client == client)
        };
        for token in self.tokens.values_mut().filter(ours) {
            token.revoked = true;
        }
    }

    /// Whether a token works now.
    pub fn is_live(&self, token: &Token) -> bool {
        !token.revoked && token.expires.is_none_or(|expires| self.now() < expires)
    }
}

/// RFC 3339 in UTC with exactly three decimals, as `created` and `updated` have.
pub fn stamp(time: Timestamp) -> String {
    let text = time.to_rfc3339();
    let (whole, rest) = text.split_at(text.len().min(19));
    let millis = rest.trim_start_matches('.').trim_end_matches('Z');
    format!("{whole}.{millis:0<3}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_always_have_three_decimals() {
        assert_eq!(stamp(Timestamp::from_millis(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(stamp(Timestamp::from_millis(120)), "1970-01-01T00:00:00.120Z");
        assert_eq!(stamp(Timestamp::from_millis(7)), "1970-01-01T00:00:00.007Z");
    }
}
