//! People, appointments and the plugin's own collections, as far as the tenant granted them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bindings::oxpi::plugin::records as raw;
use crate::json::parse;
use crate::problem::Result;

/// A page of records and where to continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The records.
    pub items: Vec<T>,
    /// The cursor of the next page, when there is one.
    pub after: Option<String>,
}

/// One record.
pub fn get<T: DeserializeOwned>(entity: &str, id: &str) -> Result<Option<T>> {
    let found = raw::get(entity, id)?;
    Ok(found.map(|text| parse(text.as_bytes())).transpose()?)
}

/// A page of the records that match a filter; `{}` matches all.
pub fn query<T: DeserializeOwned>(
    entity: &str,
    filter: &Value,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<T>> {
    let (texts, after) = raw::query(entity, &filter.to_string(), after, limit)?;
    let items = texts.iter().map(|text| Ok(parse(text.as_bytes())?)).collect::<Result<_>>()?;
    Ok(Page { items, after })
}

/// Writes a record and answers it as stored. The idempotency key names the effect: the same key
/// again writes nothing. With a revision, a record that changed meanwhile is a `conflict`.
pub fn upsert<T: DeserializeOwned>(
    entity: &str,
    value: &impl Serialize,
    expected_rev: Option<u64>,
    idempotency_key: &str,
) -> Result<T> {
    let value = serde_json::to_string(value)?;
    Ok(parse(raw::upsert(entity, &value, expected_rev, idempotency_key)?.as_bytes())?)
}

/// Removes a record.
pub fn delete(entity: &str, id: &str, expected_rev: Option<u64>) -> Result<()> {
    raw::delete(entity, id, expected_rev)
}
