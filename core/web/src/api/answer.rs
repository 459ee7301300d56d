//! What operations answer, before it is put into a response.

use actix_web::HttpResponse;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::call::Call;
use super::problem::Problem;

/// What a handler answers.
pub type Answer = Result<Reply, Problem>;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body, if any.
    pub body: Option<Value>,
    /// Headers of its own.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the body is one thing that can be changed, and so has a tag.
    pub is_tagged: bool,
    /// The revision of that thing, where it has one.
    pub rev: Option<i64>,
    /// The tag of that thing, where the body says more than the thing.
    pub fixed_tag: Option<String>,
    /// The whole response, where that is a file.
    pub file: Option<HttpResponse>,
    /// Whether the body holds a secret, which is kept nowhere but in the vault.
    pub is_secret: bool,
}

impl Reply {
    fn new(status: u16, body: Option<Value>) -> Self {
        Self {
            status,
            body,
            headers: Vec::new(),
            is_tagged: false,
            rev: None,
            fixed_tag: None,
            file: None,
            is_secret: false,
        }
    }

    /// One thing.
    pub fn one(body: Value) -> Self {
        Self { is_tagged: true, ..Self::new(200, Some(body)) }
    }

    /// One thing at a revision.
    pub fn one_at(body: Value, rev: i64) -> Self {
        Self { rev: Some(rev), ..Self::one(body) }
    }

    /// Something new, and where it is from now on.
    pub fn made(body: Value, rev: Option<i64>, location: String) -> Self {
        let headers = vec![("Location", location)];
        Self { status: 201, headers, rev, ..Self::one(body) }
    }

    /// Work that goes on, and where it is followed.
    pub fn begun(body: Value, location: String) -> Self {
        Self { headers: vec![("Location", location)], ..Self::new(202, Some(body)) }
    }

    /// What came of an act.
    pub fn told(body: Value) -> Self {
        Self::new(200, Some(body))
    }

    /// The same thing under the same tag, and something besides it that is no part of it: said this once, or
    /// what others do with it.
    #[must_use]
    pub fn and(self, name: &str, value: Value) -> Self {
        let fixed_tag = self.tag();
        let mut body = self.body.unwrap_or_default();
        body[name] = value;
        Self { body: Some(body), fixed_tag, ..self }
    }

    /// The same, which holds a secret.
    #[must_use]
    pub fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    /// A file on its way.
    pub fn file(file: HttpResponse) -> Self {
        Self { file: Some(file), ..Self::new(200, None) }
    }

    /// Done, and nothing more to say.
    pub fn done() -> Self {
        Self::new(204, None)
    }

    /// A whole list.
    pub fn items(items: Vec<Value>) -> Self {
        Self::new(200, Some(json!({"items": items})))
    }

    /// A page of a list, and where the next begins.
    pub fn page(call: &Call, items: Vec<Value>, next: Option<String>) -> Self {
        let next = next.map(|place| call.place(&place));
        let link = next
            .as_deref()
            .map(|next| ("Link", format!("<{}>; rel=\"next\"", call.address_after(next))));
        let mut page = Self::new(200, Some(json!({"items": items, "next": next})));
        page.headers.extend(link);
        page
    }

    /// The body as it is sent.
    pub fn text(&self) -> String {
        self.body.as_ref().map(Value::to_string).unwrap_or_default()
    }

    /// The tag of what it shows, if it has one.
    pub fn tag(&self) -> Option<String> {
        let of_body = || tag_of(self.text().as_bytes());
        self.is_tagged.then(|| self.fixed_tag.clone().unwrap_or_else(of_body))
    }
}

/// What tells some bytes from all others.
pub fn tag_of(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}
