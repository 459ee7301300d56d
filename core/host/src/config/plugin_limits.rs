//! `[plugin_limits]`: what one call of a plugin may use, by the plugin's id.

use std::collections::BTreeMap;

use domain::PluginId;
use runtime::Limits;
use serde::Deserialize;

/// The section's name. Its keys are the ids of plugins, which the manual can't know.
pub const SECTION: &str = "plugin_limits";

/// The section.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(transparent)]
pub struct PluginLimits(BTreeMap<PluginId, Given>);

/// What was given for one plugin; what wasn't stays as usual.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    memory_mib: Option<Within<{ Limits::MOST.memory_bytes >> 20 }>>,
    cpu_ms: Option<Within<{ Limits::MOST.cpu_ms }>>,
    wall_ms: Option<Within<{ Limits::MOST.wall_ms }>>,
    requests: Option<Within<{ Limits::MOST.http_calls as u64 }>>,
    answer_mib: Option<Within<{ Limits::MOST.response_bytes >> 20 }>>,
    effects: Option<Within<{ Limits::MOST.effects as u64 }>>,
}

/// A number from 1 to the most that a call may ever have.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "u64")]
struct Within<const MOST: u64>(u64);

impl<const MOST: u64> TryFrom<u64> for Within<MOST> {
    type Error = String;
    fn try_from(number: u64) -> Result<Self, String> {
        if (1..=MOST).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("{number} is out of range; expected 1 to {MOST}"))
        }
    }
}

impl PluginLimits {
    /// The limits of each plugin that has its own.
    pub fn all(&self) -> BTreeMap<PluginId, Limits> {
        self.0.iter().map(|(id, given)| (id.clone(), given.over(Limits::default()))).collect()
    }

    /// The plugins that were named.
    pub fn plugins(&self) -> impl Iterator<Item = &PluginId> {
        self.0.keys()
    }
}

impl Given {
    fn over(&self, usual: Limits) -> Limits {
        // None is above what the type of its limit holds: the hard most is of that type.
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Limits {
            memory_bytes: self.memory_mib.map_or(usual.memory_bytes, |given| given.0 << 20),
            cpu_ms: self.cpu_ms.map_or(usual.cpu_ms, |given| given.0),
            wall_ms: self.wall_ms.map_or(usual.wall_ms, |given| given.0),
            http_calls: self.requests.map_or(usual.http_calls, |given| small(given.0)),
            response_bytes: self.answer_mib.map_or(usual.response_bytes, |given| given.0 << 20),
            effects: self.effects.map_or(usual.effects, |given| small(given.0)),
        }
    }
}
