//! What single values of a manifest must be like. Each check answers with a sentence.

use url::Url;

/// The methods a request may have: HTTP's own, and the two by which WebDAV servers are asked (RFC 4918,
/// RFC 3253).
pub(crate) const METHODS: [&str; 8] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "REPORT"];

/// What documents may be.
pub const MEDIA_TYPES: [&str; 14] = [
    "application/json",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/xml",
    "application/zip",
    "image/gif",
    "image/heif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
    "text/csv",
    "text/plain",
];

type Check = Result<(), String>;

/// A name of the manifest's own: letters, digits, `-` and `_`, at most 64.
pub(super) fn name(text: &str) -> Check {
    let plain =
        text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b));
    if plain && text.len() <= 64 && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase) {
        Ok(())
    } else {
        Err(format!(
            "{text:?} is no name; write a lower-case letter, then letters, digits, `-` and `_`, at most 64"
        ))
    }
}

/// A key of the plugin's texts, as Fluent writes identifiers.
pub(super) fn text_key(text: &str) -> Check {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if plain && text.len() <= 100 && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        Ok(())
    } else {
        Err(format!(
            "{text:?} is no translation key; the sentence itself belongs into locales/en.ftl"
        ))
    }
}

/// A media type that documents may have: one whose bytes tell it, or plain text. Nothing a browser
/// would run.
pub(super) fn media_type(text: &str) -> Check {
    if MEDIA_TYPES.contains(&text) {
        Ok(())
    } else {
        Err(format!("{text:?} is not kept; known are {}", MEDIA_TYPES.join(", ")))
    }
}

/// A property or field name.
pub(super) fn field(text: &str) -> Check {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if plain && text.len() <= 64 && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        Ok(())
    } else {
        Err(format!("{text:?} is no field name"))
    }
}

/// A topic: names joined by dots.
pub(super) fn topic(text: &str) -> Check {
    if text.len() <= 128 && text.contains('.') && text.split('.').all(|part| name(part).is_ok()) {
        Ok(())
    } else {
        Err(format!(
            "{text:?} is no topic; write names joined by dots, such as `appointment.booked`"
        ))
    }
}

/// A file beside the manifest.
pub(super) fn file(text: &str, ending: &str) -> Check {
    let stem = text.strip_suffix(ending).unwrap_or_default();
    if name(stem).is_ok() {
        Ok(())
    } else {
        Err(format!("{text:?} is no file beside plugin.toml that ends in `{ending}`"))
    }
}

fn public_host(url: &Url) -> Check {
    match url.host() {
        Some(url::Host::Domain(host)) if host.contains('.') && !host.ends_with('.') => Ok(()),
        _ => Err(format!("{:?} doesn't name a public host", url.host_str().unwrap_or_default())),
    }
}

fn https(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{text:?} is no address: {error}"))?;
    if url.scheme() != "https" {
        return Err(format!("{text:?} must begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{text:?} must not hold a name or password"));
    }
    public_host(&url)?;
    Ok(url)
}

/// The address of a provider's endpoint.
pub(super) fn endpoint(text: &str) -> Check {
    match https(text)? {
        url if url.fragment().is_some() => Err(format!("{text:?} must not have a fragment")),
        url if url.as_str() != text => Err(format!("write {text:?} as {:?}", url.as_str())),
        _ => Ok(()),
    }
}

/// Scheme, host and perhaps port, exactly as a parsed address writes them.
pub(super) fn origin(text: &str) -> Check {
    let url = https(text)?;
    let canonical = url.origin().ascii_serialization();
    if canonical == text {
        Ok(())
    } else {
        Err(format!("{text:?} is no origin; write {canonical:?}, without path or slash at its end"))
    }
}

/// The same, or the server that people name.
pub(super) fn origin_or_server(text: &str) -> Check {
    if text == super::CONNECTION_SERVER { Ok(()) } else { origin(text) }
}

/// A path whose last segment may be `{name*}`, which stands for whatever is below.
pub(super) fn path_or_below(text: &str) -> Check {
    let below = text.strip_suffix("*}").and_then(|rest| rest.rsplit_once('/'));
    match below {
        Some((above, last)) => path(&format!("{above}/{last}}}"), true),
        None => path(text, true),
    }
}

/// A path that a parsed address would write the same way, `{name}` segments aside.
pub(super) fn path(text: &str, placeholders: bool) -> Check {
    let Some(rest) = text.strip_prefix('/') else {
        return Err(format!("the path {text:?} must begin with a slash"));
    };
    let segments: Vec<&str> = rest.split('/').collect();
    for (at, segment) in segments.iter().enumerate() {
        let last = at + 1 == segments.len();
        if let Some(inner) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            if !placeholders {
                return Err(format!("the path {text:?} can't have a `{{…}}` segment here"));
            }
            field(inner)
                .map_err(|_| format!("{segment:?} in the path {text:?} is no placeholder"))?;
        } else if segment.is_empty() && !last {
            return Err(format!("the path {text:?} has an empty segment"));
        } else if !segment.bytes().all(is_path_byte) || matches!(*segment, "." | "..") {
            return Err(format!(
                "the segment {segment:?} of the path {text:?} must be letters, digits, `-._~:@!$'()+,;=&`, \
                 or a placeholder such as `{{id}}`"
            ));
        }
    }
    Ok(())
}

fn is_path_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~:@!$'()+,;=&".contains(&b)
}

/// A method we send.
pub(super) fn method(text: &str) -> Check {
    if METHODS.contains(&text) {
        Ok(())
    } else {
        Err(format!("{text:?} is no method; known are {}", METHODS.join(", ")))
    }
}

/// A header that a signature comes in or a secret goes into.
pub(super) fn header(text: &str) -> Check {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let lower = text.to_ascii_lowercase();
    if !plain || text.len() > 64 {
        return Err(format!("{text:?} is no header name"));
    }
    if crate::egress::is_reserved_header(&lower) {
        return Err(format!("the header {text:?} is the host's own; use another place"));
    }
    Ok(())
}

/// Five fields that come round at least once.
pub(super) fn cron(text: &str) -> Check {
    if text.split_whitespace().count() != 5 {
        return Err(format!("{text:?} must have five fields: minute hour day month weekday"));
    }
    match text.parse::<croner::Cron>() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{text:?} is no schedule: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_public_https_names() {
        for good in ["https://a.example", "https://a.example:8443"] {
            assert_eq!(origin(good), Ok(()), "{good}");
        }
        for bad in [
            "http://a.example",
            "https://a.example/",
            "https://a.example:443",
            "https://A.example",
            "https://localhost",
            "https://127.0.0.1",
            "https://[::1]",
            "https://u@a.example",
            "a.example",
            "https://a.example.",
            "https://a.example/x",
            "https://0x7f.1",
            "",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_are_plain() {
        for good in ["/", "/a/b", "/a/{id}/b", "/v1/x:y", "/a/"] {
            assert_eq!(path(good, true), Ok(()), "{good}");
        }
        for bad in [
            "", "a", "/a//b", "/../a", "/a/.", "/a%2fb", "/{id", "/a{id}", "/{}", "/a?b", "/a#b",
            "/*",
        ] {
            assert!(path(bad, true).is_err(), "{bad}");
        }
        assert!(path("/a/{id}", false).is_err());
    }

    #[test]
    fn schedules_have_five_fields() {
        assert_eq!(cron("*/5 * * * *"), Ok(()));
        for bad in ["* * * *", "* * * * * *", "61 * * * *", "a b c d e"] {
            assert!(cron(bad).is_err(), "{bad}");
        }
    }
}
