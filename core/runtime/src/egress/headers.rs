//! Which headers a plugin may set and see.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::Problem;

/// Headers of one request.
pub(crate) const HEADERS_MAX: usize = 32;
/// Bytes of one header's value.
const VALUE_BYTES_MAX: usize = 4 << 10;
/// Headers of an answer that a plugin sees.
const ANSWER_HEADERS_MAX: usize = 100;
/// Bytes of an answer's headers, names and values, that a plugin sees.
const ANSWER_BYTES_MAX: usize = 32 << 10;

/// Headers that belong to the connection or to the host: neither a plugin nor a slot may set them.
const RESERVED: [&str; 22] = [
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "idempotency-key",
    "keep-alive",
    "max-forwards",
    "origin",
    "range",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-http-method-override",
    "x-real-ip",
];

/// Whether a (lower-case) header is the host's own. An answer in another encoding would hide an
/// echoed secret from redaction, a range would cut one in two, and a method override would be
/// another method than the one that was allowed.
pub(crate) fn is_reserved_header(name: &str) -> bool {
    RESERVED.contains(&name)
        || ["proxy-", "sec-", "x-forwarded-"].iter().any(|prefix| name.starts_with(prefix))
}

/// Adds a header of the guest's, if it may be set.
pub(crate) fn add_guest_header(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
) -> Result<(), Problem> {
    let lower = name.to_ascii_lowercase();
    if is_reserved_header(&lower) || lower == "authorization" {
        let shown: String = lower.chars().take(64).collect();
        return Err(Problem::denied(format!("the header {shown:?} is the host's own to set")));
    }
    if headers.len() >= HEADERS_MAX || lower.len() > 64 || value.len() > VALUE_BYTES_MAX {
        return Err(Problem::too_large(format!(
            "at most {HEADERS_MAX} headers of at most {VALUE_BYTES_MAX} bytes"
        )));
    }
    let name = HeaderName::from_bytes(lower.as_bytes())
        .map_err(|_| Problem::invalid("a header's name has characters it can't have"))?;
    let value = HeaderValue::from_str(value)
        .map_err(|_| Problem::invalid(format!("the header {name} has characters it can't have")))?;
    headers.append(name, value);
    Ok(())
}

/// The headers of an answer that a plugin sees, names lower-case, in order.
pub(crate) fn visible_headers(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let mut left = ANSWER_BYTES_MAX;
    let hidden =
        ["connection", "keep-alive", "set-cookie", "transfer-encoding", "upgrade", "trailer"];
    headers
        .iter()
        .filter(|(name, _)| !hidden.contains(&name.as_str()))
        .take(ANSWER_HEADERS_MAX)
        .take_while(|(name, value)| {
            let size = name.as_str().len() + value.len();
            let fits = size <= left;
            left = left.saturating_sub(size);
            fits
        })
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_own_headers_are_refused() {
        for name in [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Authorization",
            "Proxy-Authorization",
            "Connection",
            "X-Forwarded-Host",
            "cookie",
            "Accept-Encoding",
            "Sec-Fetch-Mode",
            "TE",
        ] {
            let problem = add_guest_header(&mut HeaderMap::new(), name, "x").unwrap_err();
            assert_eq!(problem.code, "denied", "{name}");
        }
    }

    #[test]
    fn split_headers_are_refused() {
        for (name, value) in
            [("x", "a\r\nhost: b"), ("x: y", "a"), ("", "a"), ("x\n", "a"), ("x", "a\0")]
        {
            let problem = add_guest_header(&mut HeaderMap::new(), name, value).unwrap_err();
            assert_eq!(problem.code, "invalid", "{name:?}");
        }
    }

    #[test]
    fn a_flood_of_headers_is_refused() {
        let mut headers = HeaderMap::new();
        for at in 0..HEADERS_MAX {
            assert!(add_guest_header(&mut headers, &format!("x-{at}"), "v").is_ok());
        }
        assert_eq!(add_guest_header(&mut headers, "x-more", "v").unwrap_err().code, "too-large");
        let long = "v".repeat(VALUE_BYTES_MAX + 1);
        assert_eq!(
            add_guest_header(&mut HeaderMap::new(), "x", &long).unwrap_err().code,
            "too-large"
        );
    }
}
