//! The plugin's own keys and values of this tenant. A revision guards against two writers.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::oxpi::plugin::kv as raw;
use crate::json::parse;
use crate::problem::Result;

/// A stored value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T> {
    /// The value.
    pub value: T,
    /// Its revision, for a guarded write.
    pub rev: u64,
}

/// The bytes under a key.
pub fn get(key: &str) -> Result<Option<Entry<Vec<u8>>>> {
    Ok(raw::get(key)?.map(|(value, rev)| Entry { value, rev }))
}

/// The value under a key, stored as JSON.
pub fn get_json<T: DeserializeOwned>(key: &str) -> Result<Option<Entry<T>>> {
    let Some(Entry { value, rev }) = get(key)? else { return Ok(None) };
    Ok(Some(Entry { value: parse(&value)?, rev }))
}

/// Stores bytes whatever was there; answers the new revision.
pub fn put(key: &str, value: &[u8]) -> Result<u64> {
    raw::put(key, value, None, None)
}

/// Stores a value as JSON whatever was there; answers the new revision.
pub fn put_json(key: &str, value: &impl Serialize) -> Result<u64> {
    put(key, &serde_json::to_vec(value)?)
}

/// Stores bytes if the revision is still this one (0: if there is nothing), optionally for a time.
/// Otherwise the problem is `conflict`.
pub fn put_if(key: &str, value: &[u8], rev: u64, ttl_secs: Option<u32>) -> Result<u64> {
    raw::put(key, value, Some(rev), ttl_secs)
}

/// Stores bytes that vanish after a time.
pub fn put_for(key: &str, value: &[u8], ttl_secs: u32) -> Result<u64> {
    raw::put(key, value, None, Some(ttl_secs))
}

/// Removes a key; one that isn't there is a success.
pub fn delete(key: &str) -> Result<()> {
    raw::delete(key, None)
}

/// A page of the keys that begin with `prefix`, and where to continue.
pub fn keys(
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<String>, Option<String>)> {
    raw::keys(prefix, after, limit)
}
