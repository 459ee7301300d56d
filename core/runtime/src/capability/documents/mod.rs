//! `documents`: files that are kept sealed. A body goes from the provider's answer into the store; the
//! guest says which part and sees a handle.

mod kind;
mod part;

use std::sync::Arc;

use serde::Deserialize;
use wasmtime::component::Resource;

use super::http::GuestResponse;
use super::{JSON_BYTES_MAX, cursor, once_key, page_limit, short};
use crate::engine::bindings::oxpi::plugin::documents;
use crate::engine::state::State;
use crate::problem::Problem;
use crate::services::NewDocument;

pub use kind::file_kind;

/// Bytes of one file.
const FILE_BYTES_MAX: usize = 25 << 20;
/// Bytes of an answer that holds a file: as base64 it takes a third more.
const ANSWER_BYTES_MAX: u64 = 36 << 20;
/// Bytes handed over by one read.
const READ_BYTES_MAX: u32 = 8 << 20;
/// What a plugin must be allowed that says whom a file is about.
const READS_PEOPLE: &str = "records.read:person";
/// Characters of a name.
const NAME_CHARS_MAX: usize = 200;

/// The contract's document.
#[derive(Deserialize)]
struct Said {
    name: String,
    media_type: Option<String>,
    /// A JSON pointer (RFC 6901) to the text that holds the file; without one the body is the file.
    pointer: Option<String>,
    #[serde(default)]
    encoding: part::Encoding,
    #[serde(default)]
    retention: Keep,
    /// The id of the person it is about.
    about: Option<String>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Keep {
    #[default]
    Plugin,
    Connection,
}

impl documents::Host for State {
    async fn keep(
        &mut self,
        response: Resource<GuestResponse>,
        document: String,
        idempotency_key: String,
    ) -> Result<String, Problem> {
        let response = self
            .table
            .delete(response)
            .map_err(|_| Problem::invalid("the answer was dropped already"))?;
        self.effect(self.ctx.grant.allows_documents(), "keeping documents")?;
        once_key(&idempotency_key)?;
        let said = read(&document)?;
        if let Some(person) = &said.about {
            short("a person's id", person, 64)?;
            if !self.ctx.grant.allows(READS_PEOPLE) {
                return Err(Problem::denied("reading people was not granted"));
            }
        }
        if said.retention == Keep::Connection && response.connection.is_none() {
            return Err(Problem::invalid("the answer belongs to no connection"));
        }
        if !(200..300).contains(&response.answer.status) {
            return Err(Problem::invalid("an answer of an error holds no document"));
        }
        if response.answer.bytes_read() > 0 {
            return Err(Problem::invalid("some of the answer was read already"));
        }
        let world = Arc::clone(&self.world);
        let turn = world.keeping.acquire().await;
        let _turn = turn.map_err(|_| Problem::unavailable("the workspace is shutting down"))?;
        let (bytes, response) = self.file(response, &said).await?;
        let media_type = kind::of(&bytes, said.media_type.as_deref())?;
        if !self.ctx.grant.may_keep(&media_type) {
            return Err(Problem::rejected(format!("files of the type {media_type} are not kept")));
        }
        let document = NewDocument {
            name: said.name,
            media_type,
            bytes,
            with_connection: said.retention == Keep::Connection,
            connection: response.connection,
            source: response.host,
            about: said.about,
            idempotency_key,
        };
        let known = world.services.document_keep(&self.ctx, document).await?;
        Ok(known.to_string())
    }

    async fn get(&mut self, id: String) -> Result<String, Problem> {
        self.handle(&id)?;
        let known = self.world.services.document_get(&self.ctx, &id).await?;
        Ok(known.to_string())
    }

    async fn read(&mut self, id: String, offset: u64, max: u32) -> Result<Vec<u8>, Problem> {
        self.handle(&id)?;
        let max = max.min(READ_BYTES_MAX) as usize;
        self.world.services.document_read(&self.ctx, &id, offset, max).await
    }

    async fn mine(
        &mut self,
        after: Option<String>,
        limit: u32,
    ) -> Result<(Vec<String>, Option<String>), Problem> {
        self.effect(self.ctx.grant.allows_documents(), "documents")?;
        cursor(after.as_ref())?;
        let services = Arc::clone(&self.world.services);
        let page = services.documents_own(&self.ctx, after.as_deref(), page_limit(limit)).await?;
        Ok((page.0.iter().map(ToString::to_string).collect(), page.1))
    }

    async fn delete(&mut self, id: String) -> Result<(), Problem> {
        self.handle(&id)?;
        self.world.services.document_delete(&self.ctx, &id).await
    }
}

impl State {
    fn handle(&mut self, id: &str) -> Result<(), Problem> {
        self.effect(self.ctx.grant.allows_documents(), "documents")?;
        short("a document's id", id, 64)
    }

    /// The file's bytes; what was read of the answer stands in its entry, however it ended.
    async fn file(
        &mut self,
        mut response: GuestResponse,
        said: &Said,
    ) -> Result<(Vec<u8>, GuestResponse), Problem> {
        let body = response.answer.whole(ANSWER_BYTES_MAX).await.map_err(Problem::from);
        let bytes = response.answer.bytes_read();
        let code = body.as_ref().err().map(|problem| problem.code.clone());
        self.amend_request(response.entry, |entry| {
            entry.bytes = bytes;
            entry.problem = code.or_else(|| entry.problem.take());
        });
        let body = body?;
        let file = match &said.pointer {
            Some(pointer) => part::of(&body, pointer, said.encoding)?,
            None => body,
        };
        if file.is_empty() {
            return Err(Problem::invalid("there is no file in the answer"));
        }
        if file.len() > FILE_BYTES_MAX {
            return Err(Problem::too_large(format!("a file has at most {FILE_BYTES_MAX} bytes")));
        }
        Ok((file, response))
    }
}

fn read(text: &str) -> Result<Said, Problem> {
    if text.len() > JSON_BYTES_MAX {
        return Err(Problem::too_large("the document's description is too large"));
    }
    let said: Said = serde_json::from_str(text)
        .map_err(|_| Problem::invalid("the document's description is not as the contract says"))?;
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let fits = !said.name.trim().is_empty() && said.name.chars().count() <= NAME_CHARS_MAX;
    if !fits || said.name.chars().any(hidden) || said.name.starts_with('.') {
        return Err(Problem::invalid(format!(
            "a document's name has 1 to {NAME_CHARS_MAX} characters and is no path"
        )));
    }
    Ok(said)
}
