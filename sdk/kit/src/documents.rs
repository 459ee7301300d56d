//! Files that are kept sealed. A provider's answer goes into the store without passing through the
//! plugin; only media types that the manifest names are kept, judged by the file's own bytes.
//!
//! ```ignore
//! let answer = Request::get(attachment).credential("mail").send()?;
//! let file = File::new("invoice.pdf").at("/data").with_connection();
//! let kept = documents::keep(answer, &file, &format!("{message}/{part}"))?;
//! let first = documents::read(&kept.id, 0, 64 * 1024)?;
//! ```

use serde::{Deserialize, Serialize};

use crate::bindings::oxpi::plugin::documents as raw;
use crate::http::Response;
use crate::json::parse;
use crate::problem::Result;
use crate::records::Page;
use crate::time::Timestamp;

/// Which part of an answer is the file, and how it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    encoding: &'static str,
    retention: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
}

impl File {
    /// The whole body, under a name for people.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            media_type: None,
            pointer: None,
            encoding: "base64",
            retention: "plugin",
            about: None,
        }
    }

    /// What the text of a file is: needed for `text/plain`, `text/csv`, JSON and XML, which have no
    /// mark of their own, and ignored for everything else.
    #[must_use]
    pub fn text_type(self, media_type: &str) -> Self {
        Self { media_type: Some(media_type.to_owned()), ..self }
    }

    /// The base64 text at a JSON pointer of the answer, such as `/parts/0/data`.
    #[must_use]
    pub fn at(self, pointer: &str) -> Self {
        Self { pointer: Some(pointer.to_owned()), ..self }
    }

    /// The text at a JSON pointer as it is.
    #[must_use]
    pub fn text_at(self, pointer: &str) -> Self {
        Self { pointer: Some(pointer.to_owned()), encoding: "text", ..self }
    }

    /// It goes when the connection it came from is ended.
    #[must_use]
    pub fn with_connection(self) -> Self {
        Self { retention: "connection", ..self }
    }

    /// It is about the person of this id, on whose page it then is; the plugin must be allowed to read people.
    /// It goes for good when they do.
    #[must_use]
    pub fn about(self, person: &str) -> Self {
        Self { about: Some(person.to_owned()), ..self }
    }
}

/// A document that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Document {
    /// Its handle.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// The host it came from.
    pub source: String,
    /// The id of the person it is about.
    #[serde(default)]
    pub about: Option<String>,
    /// When it was kept.
    pub created_at: Timestamp,
}

/// Keeps an answer of which nothing was read yet. The same key again keeps nothing new; with another
/// file it is a `conflict`. A type that isn't kept is `rejected`.
pub fn keep(answer: Response, file: &File, idempotency_key: &str) -> Result<Document> {
    let file = serde_json::to_string(file)?;
    Ok(parse(raw::keep(answer.into_raw(), &file, idempotency_key)?.as_bytes())?)
}

/// What is known of a document.
pub fn get(id: &str) -> Result<Document> {
    Ok(parse(raw::get(id)?.as_bytes())?)
}

/// Bytes from an offset, at most `max` and at most 8 MiB; none at the end.
pub fn read(id: &str, offset: u64, max: u32) -> Result<Vec<u8>> {
    raw::read(id, offset, max)
}

/// A page of the plugin's own documents, oldest first.
pub fn mine(after: Option<&str>, limit: u32) -> Result<Page<Document>> {
    let (texts, after) = raw::mine(after, limit)?;
    let items = texts.iter().map(|text| Ok(parse(text.as_bytes())?)).collect::<Result<_>>()?;
    Ok(Page { items, after })
}

/// Deletes a document for good; one that is gone already is a success.
pub fn delete(id: &str) -> Result<()> {
    raw::delete(id)
}
