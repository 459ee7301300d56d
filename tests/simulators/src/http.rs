//! One request and one answer as plain data, so that every handler is an ordinary function.

use serde_json::Value;

/// Name and value pairs of a query or a form, in order, repeats kept.
#[derive(Debug, Clone, Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=2`.
    pub fn parse(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name, if it isn't empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Every value of a name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether the name occurs.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The first name that occurs twice.
    pub fn repeated(&self) -> Option<&str> {
        self.0
            .iter()
            .enumerate()
            .find(|(at, (key, _))| self.0[..*at].iter().any(|(other, _)| other == key))
            .map(|(_, (key, _))| key.as_str())
    }
}

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Upper case.
    pub method: String,
    /// As sent, still escaped, without the query.
    pub path: String,
    /// The path's parts, unescaped.
    pub segments: Vec<String>,
    /// The query as sent.
    pub raw_query: String,
    /// The query's pairs.
    pub query: Pairs,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
}

impl Request {
    /// Splits path and query.
    pub fn new(
        method: &str,
        path: &str,
        raw_query: &str,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Self {
        Self {
            method: method.to_uppercase(),
            path: path.to_owned(),
            segments: path.split('/').filter(|part| !part.is_empty()).map(unescape).collect(),
            raw_query: raw_query.to_owned(),
            query: Pairs::parse(raw_query.as_bytes()),
            headers,
            body,
        }
    }

    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as a form; `None` when its type says it isn't one.
    pub fn form(&self) -> Option<Pairs> {
        let kind = self.header("content-type").unwrap_or_default();
        kind.starts_with("application/x-www-form-urlencoded").then(|| Pairs::parse(&self.body))
    }

    /// Whether the body's type says JSON.
    pub fn is_json(&self) -> bool {
        self.header("content-type").unwrap_or_default().starts_with("application/json")
    }

    /// The address the caller used, such as `http://127.0.0.1:9090`.
    pub fn base(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or("127.0.0.1"))
    }
}

/// Undoes percent escapes in a path segment; a broken escape stays as it is.
fn unescape(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| segment.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Headers, the content type among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// JSON.
    pub fn json(status: u16, value: &Value) -> Self {
        Self { status, headers: Vec::new(), body: value.to_string().into_bytes() }
            .with("Content-Type", "application/json; charset=UTF-8")
    }

    /// A page. No script runs on it and nobody frames it.
    pub fn html(status: u16, text: String) -> Self {
        let policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      frame-ancestors 'none'; base-uri 'none'";
        Self { status, headers: Vec::new(), body: text.into_bytes() }
            .with("Content-Type", "text/html; charset=UTF-8")
            .with("Content-Security-Policy", policy)
            .with("Referrer-Policy", "no-referrer")
            .with("Cache-Control", "no-store")
    }

    /// No body.
    pub fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Elsewhere, by GET.
    pub fn redirect(to: &str) -> Self {
        Self::empty(302).with("Location", to).with("Cache-Control", "no-store")
    }

    /// With one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body as JSON; null when it isn't.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_segments_are_unescaped_one_by_one() {
        let request = Request::new("get", "/a/x%40y.z/%D7%A9%2Fb/%zz", "q=1+2", vec![], vec![]);
        assert_eq!(request.segments, ["a", "x@y.z", "ש/b", "%zz"]);
        assert_eq!(request.query.get("q"), Some("1 2"));
    }

    #[test]
    fn a_repeated_name_is_found() {
        assert_eq!(Pairs::parse(b"a=1&b=2&a=3").repeated(), Some("a"));
        assert_eq!(Pairs::parse(b"a=1&b=2").repeated(), None);
    }
}
