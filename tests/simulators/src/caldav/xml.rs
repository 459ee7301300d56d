//! XML of WebDAV (RFC 4918): requests as a small tree, answers as text.

use quick_xml::NsReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use crate::http::Reply;

/// RFC 4918.
pub const DAV: &str = "DAV:";
/// RFC 4791.
pub const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// Colours, by custom.
pub const APPLE: &str = "http://apple.com/ns/ical/";
/// Tags of collections, by custom.
pub const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";

const DEPTH_MAX: usize = 32;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
const NAMES: &str = "xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" \
    xmlns:I=\"http://apple.com/ns/ical/\" xmlns:CS=\"http://calendarserver.org/ns/\"";

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its namespace; empty without one.
    pub namespace: String,
    /// The name within it.
    pub name: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
    /// The text right in it.
    pub text: String,
    /// The elements right in it.
    pub children: Vec<Element>,
}

impl Element {
    /// An empty one.
    pub fn new(namespace: &str, name: &str) -> Self {
        let [namespace, name] = [namespace, name].map(str::to_owned);
        Self { namespace, name, ..Self::default() }
    }

    /// Whether it is this one.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// The first child of this name.
    pub fn child(&self, namespace: &str, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(namespace, name))
    }

    /// The children of this name.
    pub fn each<'e>(&'e self, namespace: &'e str, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text of the first child of this name, without space around it.
    pub fn text_of(&self, namespace: &str, name: &str) -> Option<&str> {
        self.child(namespace, name).map(|child| child.text.trim())
    }
}

/// Reads a document; None for what isn't one.
pub fn read(bytes: &[u8]) -> Option<Element> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    loop {
        let (resolved, event) = reader.read_resolved_event().ok()?;
        let whole = match event {
            Event::Start(start) => {
                if open.len() >= DEPTH_MAX {
                    return None;
                }
                open.push(element(&resolved, &start));
                continue;
            }
            Event::Empty(start) => element(&resolved, &start),
            Event::End(_) => open.pop()?,
            Event::Text(text) => {
                write(&mut open, &text.xml10_content());
                continue;
            }
            Event::CData(text) => {
                write(&mut open, &text.xml10_content());
                continue;
            }
            Event::GeneralRef(name) => {
                match name.resolve_char_ref().ok()? {
                    Some(letter) => write(&mut open, letter.encode_utf8(&mut [0; 4])),
                    None => write(&mut open, resolve_predefined_entity(&name.xml10_content())?),
                }
                continue;
            }
            Event::DocType(_) | Event::Eof => return None,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.children.push(whole),
            None => return Some(whole),
        }
    }
}

fn element(resolved: &ResolveResult<'_>, start: &BytesStart<'_>) -> Element {
    let namespace = match resolved {
        ResolveResult::Bound(namespace) => namespace.0.to_owned(),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
    };
    let attributes = start.attributes().flatten();
    Element {
        namespace,
        name: start.local_name().as_ref().to_owned(),
        attributes: attributes
            .map(|given| (given.key.0.to_owned(), given.value.to_string()))
            .collect(),
        ..Element::default()
    }
}

fn write(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// A text as it stands in an element.
pub fn escape(text: &str) -> String {
    let is_text = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t');
    crate::html::escape(&text.chars().filter(is_text).collect::<String>())
}

/// What is said of one resource.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// Its address.
    pub href: String,
    /// The properties that there are, as elements.
    pub found: Vec<String>,
    /// Those that were asked for and aren't there.
    pub missing: Vec<String>,
    /// In place of properties: the status of the whole.
    pub status: Option<&'static str>,
}

impl Response {
    /// One that has only a status.
    pub fn only(href: String, status: &'static str) -> Self {
        Self { href, status: Some(status), ..Self::default() }
    }

    fn text(&self) -> String {
        let mut out = format!("<response><href>{}</href>", escape(&self.href));
        if let Some(status) = self.status {
            out.push_str(&format!("<status>HTTP/1.1 {status}</status>"));
            if status.starts_with("507") {
                out.push_str("<error><number-of-matches-within-limits/></error>");
            }
        }
        for (props, status) in [(&self.found, "200 OK"), (&self.missing, "404 Not Found")] {
            if !props.is_empty() {
                let props = props.concat();
                out.push_str(&format!(
                    "<propstat><prop>{props}</prop><status>HTTP/1.1 {status}</status></propstat>"
                ));
            }
        }
        out + "</response>\n"
    }
}

/// 207, and where to go on from if it is about that.
pub fn multistatus(responses: &[Response], sync_token: Option<&str>) -> Reply {
    let responses: String = responses.iter().map(Response::text).collect();
    let token = sync_token.map(|token| format!("<sync-token>{}</sync-token>", escape(token)));
    document(207, &format!("multistatus {NAMES}"), &(responses + &token.unwrap_or_default()))
}

/// A refusal that names what was not met (RFC 4918, 16); `condition` is markup.
pub fn refusal(status: u16, condition: &str) -> Reply {
    document(status, &format!("error {NAMES}"), condition)
}

fn document(status: u16, tag: &str, inside: &str) -> Reply {
    let name = tag.split(' ').next().unwrap_or_default();
    let body = format!("{HEAD}<{tag}>{inside}</{name}>").into_bytes();
    Reply { status, headers: Vec::new(), body }
        .with("Content-Type", "application/xml; charset=utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_whatever_their_prefixes() {
        let text =
            br#"<?xml version="1.0"?><x:propfind xmlns:x="DAV:"><x:prop><x:href>/a&amp;b</x:href>
            <c:comp xmlns:c="urn:ietf:params:xml:ns:caldav" name="VEVENT"/></x:prop></x:propfind>"#;
        let root = read(text).unwrap();
        let prop = root.child(DAV, "prop").unwrap();
        assert_eq!(prop.text_of(DAV, "href"), Some("/a&b"));
        assert_eq!(prop.child(CALDAV, "comp").unwrap().attribute("name"), Some("VEVENT"));
        for text in ["", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
