//! Addresses put together safely: what comes from outside can't leave its place in the address.

use core::fmt::{self, Write};

/// An address that grows by path segments and query parameters, each percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    text: String,
    has_query: bool,
}

impl Url {
    /// Starts from an address known when the plugin was written, without a query.
    pub fn new(base: &str) -> Self {
        Self { text: base.trim_end_matches('/').to_owned(), has_query: false }
    }

    /// Adds one path segment; before any query.
    #[must_use]
    pub fn segment(mut self, segment: &str) -> Self {
        self.text.push('/');
        // A segment of dots alone would be taken for "here" or "up".
        if segment.bytes().all(|byte| byte == b'.') {
            self.text.push_str(&segment.replace('.', "%2E"));
        } else {
            encode(&mut self.text, segment);
        }
        self
    }

    /// Adds one query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        encode(&mut self.text, name);
        self.text.push('=');
        encode(&mut self.text, value);
        self
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Everything but RFC 3986's unreserved characters.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_stays_in_its_segment() {
        let base = Url::new("https://api.example/v1/");
        let url = base.clone().segment("a/../b?c#d").query("q", "x&y=z ש").query("p", "1");
        assert_eq!(
            url.to_string(),
            "https://api.example/v1/a%2F..%2Fb%3Fc%23d?q=x%26y%3Dz%20%D7%A9&p=1"
        );
        assert_eq!(base.segment("..").to_string(), "https://api.example/v1/%2E%2E");
    }
}
