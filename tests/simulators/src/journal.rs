//! What was asked and answered, without the secrets.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::{Pairs, Reply, Request};

const ENTRIES_MAX: usize = 10_000;
const HIDDEN: &str = "[hidden]";
const SECRET_HEADERS: [&str; 4] =
    ["authorization", "cookie", "proxy-authorization", "x-goog-channel-token"];
const SECRET_FIELDS: [&str; 9] = [
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "id_token",
    "oauth_token",
    "refresh_token",
    "request",
    "token",
];

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// When, by the simulator's clock.
    pub at: String,
    /// The method in upper case.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query's pairs; secrets hidden.
    pub query: Vec<(String, String)>,
    /// Headers with names in lower case; secrets hidden.
    pub headers: Vec<(String, String)>,
    /// JSON and XML as they are, forms as an object; secrets hidden.
    pub body: Value,
    /// What was answered; 0 when the connection was cut.
    pub status: u16,
    /// The fault that was met, if any.
    pub fault: Option<String>,
}

/// The last requests.
#[derive(Debug, Default)]
pub struct Journal(VecDeque<Entry>);

impl Journal {
    /// Writes one down; the oldest gives way.
    pub fn add(&mut self, at: String, request: &Request, reply: &Reply, fault: Option<String>) {
        if self.0.len() == ENTRIES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Entry {
            at,
            method: request.method.clone(),
            path: request.path.clone(),
            query: hide_pairs(&request.query),
            headers: hide_headers(&request.headers),
            body: body_of(request),
            status: reply.status,
            fault,
        });
    }

    /// Oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.iter().cloned().collect()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

fn hide_headers(headers: &[(String, String)]) -> Vec<(String, String)> {
    let hide = |(name, value): &(String, String)| {
        let secret = SECRET_HEADERS.contains(&name.as_str());
        (name.clone(), if secret { HIDDEN.to_owned() } else { value.clone() })
    };
    headers.iter().map(hide).collect()
}

fn hide_pairs(pairs: &Pairs) -> Vec<(String, String)> {
    let hide = |(name, value): &(String, String)| {
        let secret = SECRET_FIELDS.contains(&name.as_str());
        (name.clone(), if secret { HIDDEN.to_owned() } else { value.clone() })
    };
    pairs.0.iter().map(hide).collect()
}

fn body_of(request: &Request) -> Value {
    if let Some(form) = request.form() {
        let fields = hide_pairs(&form).into_iter().map(|(name, value)| (name, value.into()));
        return Value::Object(fields.collect::<Map<_, _>>());
    }
    let kind = request.header("content-type").unwrap_or_default();
    if ["application/xml", "text/xml", "text/calendar"].iter().any(|is| kind.starts_with(is)) {
        return String::from_utf8_lossy(&request.body).into_owned().into();
    }
    let mut body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    if let Some(object) = body.as_object_mut() {
        for (_, value) in
            object.iter_mut().filter(|(name, _)| SECRET_FIELDS.contains(&name.as_str()))
        {
            *value = HIDDEN.into();
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_reaches_the_journal() {
        let headers = vec![
            ("authorization".to_owned(), "Bearer canary".to_owned()),
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ];
        let form = b"client_id=a&client_secret=canary&refresh_token=canary&code=canary".to_vec();
        let request = Request::new("post", "/token", "token=canary", headers, form);
        let mut journal = Journal::default();
        journal.add(String::new(), &request, &Reply::empty(200), None);
        let text = serde_json::to_string(&journal.entries()).unwrap_or_default();
        assert!(text.contains("client_id") && !text.contains("canary"), "{text}");
    }
}
