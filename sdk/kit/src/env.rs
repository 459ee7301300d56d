//! The call's surroundings: time, randomness, settings, language, accounts, limits.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Timestamp;
use crate::bindings::oxpi::plugin::env as raw;
use crate::json::parse;
use crate::problem::{Problem, Result};

/// Now.
pub fn now() -> Timestamp {
    Timestamp::from_millis(i64::try_from(raw::now_ms()).unwrap_or(i64::MAX))
}

/// The instant of a wall-clock time, `2026-03-01` (the day's first instant) or
/// `2026-03-01T09:30:00`, in an IANA zone; none when the zone or the text means nothing.
pub fn instant(local: &str, zone: &str) -> Option<Timestamp> {
    raw::instant_ms(local, zone).map(Timestamp::from_millis)
}

/// Random bytes, fit for secrets.
pub fn random(count: u32) -> Vec<u8> {
    raw::random(count)
}

/// The tenant's settings of this plugin as a type.
pub fn settings<T: DeserializeOwned>() -> Result<T> {
    parse(raw::settings().as_bytes())
        .map_err(|error| Problem::invalid("settings").with_detail(crate::problem::place_of(&error)))
}

/// The language of this call, such as `he`.
pub fn locale() -> String {
    raw::locale()
}

/// The tenant's time zone, an IANA name.
pub fn time_zone() -> String {
    raw::time_zone()
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It can.
    Working,
    /// A person must connect it again.
    NeedsYou,
    /// Somebody turned it off.
    Paused,
    /// A state that this version of the kit does not know.
    #[serde(other)]
    Unknown,
}

/// A connected account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Connection {
    /// The workspace's id of it.
    pub id: String,
    /// The provider of the manifest.
    pub provider: String,
    /// The account's name, such as its address.
    pub account: String,
    /// The server that was named for it, where people name one.
    #[serde(default)]
    pub server: Option<String>,
    /// Whether the call is about this one.
    #[serde(default)]
    pub current: bool,
    /// What the person granted.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether it can be used.
    pub health: Health,
}

/// The tenant's connected accounts for this plugin.
pub fn connections() -> Result<Vec<Connection>> {
    #[derive(Deserialize)]
    struct List {
        connections: Vec<Connection>,
    }
    Ok(parse::<List>(raw::connections().as_bytes())?.connections)
}

/// What is left of a limit of this call: `http-calls`, `cpu-ms`, `wall-ms`, `memory-bytes`.
pub fn budget(name: &str) -> Option<u64> {
    raw::budget().into_iter().find(|(limit, _)| limit == name).map(|(_, left)| left)
}
