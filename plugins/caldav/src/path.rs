//! Addresses that a server names: on its own origin, as a path in one spelling, so that the same resource
//! is the same text however a server writes it at the time.

use core::fmt::Write as _;

/// Bytes of a path.
const PATH_BYTES_MAX: usize = 1_500;

/// What may stand in a path as it is, beside letters and digits (RFC 3986, `pchar`).
const PLAIN: &[u8] = b"-._~!$&'()*+,;=:@";

/// `https://host:port` of an address.
pub fn origin(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (end > 0).then(|| &address[.."https://".len() + end])
}

/// The path of an address on this origin, in one spelling. None for one elsewhere, and for what no server
/// should name: another scheme, a step up, an empty segment.
pub fn canonical(href: &str, of: &str) -> Option<String> {
    let path = match href.strip_prefix('/') {
        Some(rest) if !rest.starts_with('/') => href,
        Some(_) => return None,
        None => {
            let there = origin(href)?;
            if !same(there, of) {
                return None;
            }
            let path = &href[there.len()..];
            if path.is_empty() { "/" } else { path }
        }
    };
    if path.len() > PATH_BYTES_MAX || path.contains(['?', '#']) {
        return None;
    }
    let segments: Vec<String> = path[1..].split('/').map(segment).collect::<Option<_>>()?;
    let last = segments.len() - 1;
    let is_odd = |(at, text): (usize, &String)| {
        matches!(text.as_str(), "." | "..") || (text.is_empty() && at != last)
    };
    if segments.iter().enumerate().any(is_odd) {
        return None;
    }
    Some(format!("/{}", segments.join("/")))
}

/// The default port may be written or not, and hosts know no case.
fn same(a: &str, b: &str) -> bool {
    let bare = |text: &str| text.strip_suffix(":443").unwrap_or(text).to_ascii_lowercase();
    bare(a) == bare(b)
}

/// A segment with as little percent-encoding as there can be.
fn segment(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let bytes = decode(text)?;
    for byte in bytes {
        // A slash or a NUL in a segment is a trick.
        if matches!(byte, b'/' | b'\\' | 0..=31 | 127) {
            return None;
        }
        if byte.is_ascii_alphanumeric() || PLAIN.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    Some(out)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let value = digit(bytes.next())? * 16 + digit(bytes.next())?;
        out.push(u8::try_from(value).ok()?);
    }
    Some(out)
}

/// The path of a member of a collection.
pub fn member(collection: &str, name: &str) -> Option<String> {
    Some(format!("{}/{}", collection.trim_end_matches('/'), segment(name)?))
}

/// The last segment, without `.ics`.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".ics").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORIGIN: &str = "https://dav.example.com";

    #[test]
    fn one_resource_has_one_path() {
        for href in [
            "/d/dana%40example.com/a%20b.ics",
            "/d/dana@example.com/a%20b.ics",
            "https://dav.example.com/d/dana%40example.com/a%20b.ics",
            "https://DAV.example.com:443/d/dana@example.com/%61%20b.ics",
            "/d/dana@example.com/a b.ics",
        ] {
            assert_eq!(
                canonical(href, ORIGIN).as_deref(),
                Some("/d/dana@example.com/a%20b.ics"),
                "{href}"
            );
        }
        assert_eq!(
            canonical("/c/פגישה", ORIGIN),
            canonical("/c/%d7%a4%d7%92%d7%99%d7%a9%d7%94", ORIGIN)
        );
        assert_eq!(canonical(ORIGIN, ORIGIN).as_deref(), Some("/"));
    }

    #[test]
    fn what_is_elsewhere_or_odd_has_none() {
        for href in [
            "",
            "x",
            "//evil.example/x",
            "https://evil.example/x",
            "http://dav.example.com/x",
            "https://dav.example.com.evil.example/x",
            "https://dav.example.com@evil.example/x",
            "https://dav.example.com:8443/x",
            "/a/../b",
            "/a/%2e%2e/b",
            "/a//b",
            "/a%2fb",
            "/a%5cb",
            "/a%00",
            "/a%",
            "/a?b",
            "/a#b",
            "javascript:alert(1)",
        ] {
            assert_eq!(canonical(href, ORIGIN), None, "{href}");
        }
    }

    #[test]
    fn members_stay_in_their_collection() {
        assert_eq!(member("/c/", "a b.ics").as_deref(), Some("/c/a%20b.ics"));
        assert_eq!(member("/c", "../x"), None);
        assert_eq!(stem("/c/0190.ics"), "0190");
    }

    proptest! {
        #[test]
        fn a_path_is_its_own_path(href in "/?[a-zA-Z0-9%/.@:;~ é-]{0,40}") {
            if let Some(path) = canonical(&href, ORIGIN) {
                prop_assert!(path.starts_with('/') && path.is_ascii());
                prop_assert_eq!(canonical(&path, ORIGIN), Some(path));
            }
        }
    }
}
