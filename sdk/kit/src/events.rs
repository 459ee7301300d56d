//! Announcements to the workspace and to other plugins.

use serde::Serialize;

use crate::bindings::oxpi::plugin::events as raw;
use crate::problem::Result;

/// Publishes an event of a topic that the manifest names. The same dedupe key publishes once.
pub fn publish(topic: &str, payload: &impl Serialize, dedupe_key: &str) -> Result<()> {
    raw::publish(topic, &serde_json::to_string(payload)?, dedupe_key)
}
