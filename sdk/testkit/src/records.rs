//! Records in memory: equality filters, revisions, idempotency keys.

use runtime::{Page, Problem};
use serde_json::Value;

use crate::memory::Memory;

pub(crate) fn query(
    memory: &Memory,
    entity: &str,
    filter: &Value,
    after: Option<&str>,
    limit: u32,
) -> Page<Value> {
    let fits = |value: &Value| {
        let mut wanted = filter.as_object().into_iter().flatten();
        wanted.all(|(field, wanted)| value.get(field) == Some(wanted))
    };
    let found = memory.records.iter().filter(|((of, id), (value, _))| {
        of == entity && after.is_none_or(|after| id.as_str() > after) && fits(value)
    });
    let mut page: Vec<_> = found.take(limit as usize + 1).collect();
    let more = page.len() > limit as usize;
    page.truncate(limit as usize);
    let next = page.last().filter(|_| more).map(|((_, id), _)| id.clone());
    (page.into_iter().map(|(_, (value, rev))| with_rev(value, *rev)).collect(), next)
}

pub(crate) fn get(memory: &Memory, entity: &str, id: &str) -> Option<Value> {
    let found = memory.records.get(&(entity.to_owned(), id.to_owned()));
    found.map(|(value, rev)| with_rev(value, *rev))
}

pub(crate) fn upsert(
    memory: &mut Memory,
    entity: &str,
    mut value: Value,
    expected_rev: Option<u64>,
    idempotency_key: &str,
) -> Result<Value, Problem> {
    if let Some(written) = memory.written.get(idempotency_key) {
        return Ok(written.clone());
    }
    let Some(fields) = value.as_object_mut() else {
        return Err(Problem::invalid("a record is an object"));
    };
    let fresh = format!("record-{}", memory.records.len() + 1);
    let id = fields.entry("id").or_insert_with(|| fresh.into());
    let id = id.as_str().unwrap_or_default().to_owned();
    let there = memory.records.get(&(entity.to_owned(), id.clone()));
    let rev = there.map_or(0, |(_, rev)| *rev);
    if expected_rev.is_some_and(|expected| expected != rev) {
        return Err(Problem::conflict("the record has another revision"));
    }
    let written = with_rev(&value, rev + 1);
    memory.records.insert((entity.to_owned(), id), (value, rev + 1));
    memory.written.insert(idempotency_key.to_owned(), written.clone());
    Ok(written)
}

pub(crate) fn delete(
    memory: &mut Memory,
    entity: &str,
    id: &str,
    expected_rev: Option<u64>,
) -> Result<(), Problem> {
    let key = (entity.to_owned(), id.to_owned());
    let rev = memory.records.get(&key).map(|(_, rev)| *rev);
    if let (Some(expected), Some(rev)) = (expected_rev, rev)
        && expected != rev
    {
        return Err(Problem::conflict("the record has another revision"));
    }
    memory.records.remove(&key);
    Ok(())
}

fn with_rev(value: &Value, rev: u64) -> Value {
    let mut value = value.clone();
    value["rev"] = rev.into();
    value
}
