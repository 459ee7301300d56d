//! Reads an address once and refuses every spelling that two readers could understand differently.

use url::{Host, Url};

use crate::problem::Problem;

/// Bytes of an address.
const URL_BYTES_MAX: usize = 8 << 10;

/// Names that never leave the machine or its network.
const LOCAL_NAMES: [&str; 9] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home.arpa",
    "onion",
    "invalid",
];

/// An address that may be looked for among the routes. The refusal says nothing of what is where.
pub(crate) fn parse(text: &str) -> Result<Url, Problem> {
    check_text(text).map_err(Problem::denied)?;
    let url = Url::parse(text).map_err(|_| Problem::invalid("the address can't be read"))?;
    check_url(&url).map_err(Problem::denied)?;
    Ok(url)
}

/// What must hold before any parser sees it: parsers drop tabs and newlines, fold other scripts'
/// letters and turn backslashes round, each in its own way.
fn check_text(text: &str) -> Result<(), &'static str> {
    if text.len() > URL_BYTES_MAX {
        return Err("the address is too long");
    }
    if !text.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&b)) {
        return Err("the address has characters that must be percent-encoded");
    }
    let Some(rest) = text.strip_prefix("https://") else {
        return Err("the address must begin with https://");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains(['@', '%']) {
        return Err("the address must hold a plain host and neither name nor password");
    }
    Ok(())
}

fn check_url(url: &Url) -> Result<(), &'static str> {
    if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
        return Err("the address must be https, without name or password");
    }
    if url.fragment().is_some() {
        return Err("the address must not have a fragment");
    }
    let Some(Host::Domain(host)) = url.host() else {
        return Err("the address must name a host, not an IP address");
    };
    let local = LOCAL_NAMES.iter().any(|name| {
        host == *name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    });
    if local || !host.contains('.') || host.ends_with('.') {
        return Err("the address must name a public host");
    }
    check_path(url.path())
}

/// Segments that another server could read as more than one, or as a step up.
fn check_path(path: &str) -> Result<(), &'static str> {
    let lower = path.to_ascii_lowercase();
    let once = lower.replace("%25", "%");
    for hidden in ["%2f", "%5c", "%00", "%2e%2e", "%0a", "%0d"] {
        if lower.contains(hidden) || once.contains(hidden) {
            return Err("the path hides a separator in an encoding");
        }
    }
    let mut segments = lower.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        if segment.is_empty() && segments.peek().is_some() {
            return Err("the path has an empty segment");
        }
        // `..;` is a step up to some servers.
        let bare = segment.split(';').next().unwrap_or_default();
        if matches!(bare, "." | ".." | "%2e" | ".%2e" | "%2e.") {
            return Err("the path has a dot segment");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_read_is_plain(text in "(https://)?[a-z0-9.:@%/\\\\\\[\\]?#;é\\t -]{0,60}") {
            if let Ok(url) = parse(&text) {
                prop_assert_eq!(url.scheme(), "https");
                prop_assert!(url.username().is_empty() && url.fragment().is_none());
                prop_assert!(matches!(url.host(), Some(Host::Domain(_))));
                prop_assert!(!url.path().split('/').any(|segment| segment == ".."));
                // What was read reads the same again.
                prop_assert_eq!(parse(url.as_str()).ok(), Some(url));
            }
        }
    }

    #[test]
    fn ordinary_addresses_are_read() {
        for text in [
            "https://api.acme.example/v1/calendars/me%40acme.example/events?x=a%2Fb",
            "https://api.acme.example:8443/",
            "https://api.acme.example/v1/a;b/c",
            "https://API.acme.example/v1",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    // Whole calls of a plugin are tried with the same ones.
    include!("../../tests/plugins/spellings.rs");

    #[test]
    fn more_than_forty_spellings_of_elsewhere_are_refused() {
        assert!(SPELLINGS.len() >= 40);
        for text in SPELLINGS {
            assert!(
                parse(text).is_err(),
                "{text:?} was read as {:?}",
                parse(text).map(String::from)
            );
        }
    }

    #[test]
    fn hidden_steps_in_a_path_are_refused() {
        for path in [
            "a%2fb",
            "a%2Fb",
            "a%5cb",
            "a%252fb",
            "..;/b",
            "a/..;x/b",
            "%252e%252e/b",
            "a//b",
            "/b",
            "a%00",
            "a%0d%0ab",
            ".;/x",
        ] {
            let text = format!("https://api.acme.example/v1/{path}");
            assert!(parse(&text).is_err(), "{text}");
        }
        // A parser's own clean-up is fine: what was cleaned is what is matched and sent.
        for path in ["../b", "%2e%2e/b", "./b", "x/%2E/b"] {
            let url = parse(&format!("https://api.acme.example/v1/{path}")).unwrap();
            assert!(!url.path().contains(".."), "{url}");
        }
    }
}
