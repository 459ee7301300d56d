//! Addresses of the server: what a path means, and how one is written.

use super::state::{Key, ROOT};

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The server.
    Root,
    /// Somebody's principal, which is the home of their calendars too.
    Home(String),
    /// A calendar.
    Calendar(Key),
    /// An object of a calendar, by name.
    Object(Key, String),
}

impl Place {
    /// Of a request's path in parts; None for what isn't this server's.
    pub fn of(parts: &[&str]) -> Option<Self> {
        let key = |home: &str, id: &str| (home.to_owned(), id.to_owned());
        match parts {
            [] | ["dav"] => Some(Self::Root),
            ["dav", home] => Some(Self::Home((*home).to_owned())),
            ["dav", home, id] => Some(Self::Calendar(key(home, id))),
            ["dav", home, id, name] => Some(Self::Object(key(home, id), (*name).to_owned())),
            _ => None,
        }
    }

    /// Of an address in a request's body: a path, or a whole address of any host.
    pub fn of_href(href: &str) -> Option<Self> {
        let rest = href
            .split_once("://")
            .map_or(href, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let request = crate::http::Request::new("GET", rest, "", Vec::new(), Vec::new());
        Self::of(&request.segments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The path.
    pub fn href(&self) -> String {
        match self {
            Self::Root => ROOT.to_owned(),
            Self::Home(home) => format!("{ROOT}{}/", encode(home)),
            Self::Calendar((home, id)) => format!("{ROOT}{}/{}/", encode(home), encode(id)),
            Self::Object((home, id), name) => {
                format!("{ROOT}{}/{}/{}", encode(home), encode(id), encode(name))
            }
        }
    }

    /// In whose home it is.
    pub fn home(&self) -> Option<&str> {
        match self {
            Self::Root => None,
            Self::Home(home) => Some(home),
            Self::Calendar(key) | Self::Object(key, _) => Some(&key.0),
        }
    }
}

fn encode(part: &str) -> String {
    let mut out = String::new();
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_its_place() {
        let key = ("dana".to_owned(), "my work".to_owned());
        for place in [
            Place::Root,
            Place::Home("dana".to_owned()),
            Place::Calendar(key.clone()),
            Place::Object(key, "ש/1.ics".to_owned()),
        ] {
            assert_eq!(Place::of_href(&place.href()), Some(place.clone()));
            let whole = format!("https://dav.example.com{}", place.href());
            assert_eq!(Place::of_href(&whole), Some(place));
        }
        assert_eq!((Place::of_href("/calendar/v3"), Place::of_href("/dav/a/b/c/d")), (None, None));
    }
}
