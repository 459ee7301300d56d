//! Documents in memory; which types are kept is the runtime's own judgement.

use runtime::{NewDocument, Page, Problem};
use serde_json::{Value, json};

use crate::memory::Memory;

pub(crate) fn keep(memory: &mut Memory, document: NewDocument) -> Result<Value, Problem> {
    let key = &document.idempotency_key;
    if let Some((id, known)) = memory.documents.iter().find(|(_, d)| d.idempotency_key == *key) {
        let same = known.bytes == document.bytes;
        let other = || Problem::conflict("the key stands for another file already");
        return if same { Ok(described(id, known)) } else { Err(other()) };
    }
    if let Some(person) = &document.about
        && memory.record("person", person).is_none()
    {
        return Err(Problem::invalid("about: there is no such person"));
    }
    memory.documents_kept += 1;
    let id = format!("document-{}", memory.documents_kept);
    let known = described(&id, &document);
    memory.documents.push((id, document));
    Ok(known)
}

fn described(id: &str, document: &NewDocument) -> Value {
    json!({
        "id": id, "name": document.name, "media_type": document.media_type,
        "size": document.bytes.len(), "source": document.source,
        "connection": document.connection, "created_at": "2026-11-23T08:00:00Z",
        "retention": if document.with_connection { "connection" } else { "plugin" },
        "about": document.about,
    })
}

fn find<'m>(memory: &'m Memory, id: &str) -> Result<&'m (String, NewDocument), Problem> {
    let found = memory.documents.iter().find(|(known, _)| known == id);
    found.ok_or_else(|| Problem::not_found("there is no such document"))
}

pub(crate) fn get(memory: &Memory, id: &str) -> Result<Value, Problem> {
    find(memory, id).map(|(id, document)| described(id, document))
}

pub(crate) fn read(memory: &Memory, id: &str, offset: u64, max: usize) -> Result<Vec<u8>, Problem> {
    let (_, document) = find(memory, id)?;
    let from = usize::try_from(offset).unwrap_or(usize::MAX);
    let rest = document.bytes.get(from..).unwrap_or_default();
    Ok(rest[..rest.len().min(max)].to_vec())
}

pub(crate) fn page(memory: &Memory, after: Option<&str>, limit: u32) -> Page<Value> {
    let start = after.and_then(|after| memory.documents.iter().position(|(id, _)| id == after));
    let rest = memory.documents.iter().skip(start.map_or(0, |at| at + 1));
    let mut items: Vec<&(String, NewDocument)> = rest.take(limit as usize + 1).collect();
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|(id, _)| id.clone());
    (items.into_iter().map(|(id, document)| described(id, document)).collect(), next)
}
