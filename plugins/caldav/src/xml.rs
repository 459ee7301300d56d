//! Reads what WebDAV servers answer (RFC 4918): elements with their namespaces, as a small tree. What a
//! server sends is anybody's bytes: depth and size are bounded, entities of a document's own are refused.

use quick_xml::NsReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// RFC 4918.
pub const DAV: &str = "DAV:";
/// RFC 4791.
pub const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// Colours of calendars, by custom.
pub const APPLE: &str = "http://apple.com/ns/ical/";
/// The tag of a collection, by custom.
pub const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";

/// Elements within elements.
const DEPTH_MAX: usize = 32;
/// Elements of a document.
const ELEMENTS_MAX: usize = 200_000;

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The namespace; empty without one.
    pub namespace: String,
    /// The name within it.
    pub name: String,
    /// The attribute `name`, which is the only one that servers say anything in.
    pub called: String,
    /// The text right in it.
    pub text: String,
    /// The elements right in it.
    pub children: Vec<Element>,
}

impl Element {
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

    /// The text of the first child of this name, without space around it.
    pub fn text_of(&self, namespace: &str, name: &str) -> Option<&str> {
        self.child(namespace, name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }
}

/// Reads a document; None for what isn't one.
pub fn read(bytes: &[u8]) -> Option<Element> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    let mut count = 0;
    loop {
        let (resolved, event) = reader.read_resolved_event().ok()?;
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() >= DEPTH_MAX || count > ELEMENTS_MAX {
                    return None;
                }
                open.push(element(&resolved, &start));
            }
            Event::Empty(start) => {
                count += 1;
                let whole = element(&resolved, &start);
                match open.last_mut() {
                    Some(parent) if count <= ELEMENTS_MAX => parent.children.push(whole),
                    Some(_) => return None,
                    None => return Some(whole),
                }
            }
            Event::End(_) => {
                let whole = open.pop()?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(whole),
                    None => return Some(whole),
                }
            }
            Event::Text(text) => write(&mut open, &text.xml10_content()),
            Event::CData(text) => write(&mut open, &text.xml10_content()),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok()? {
                Some(c) => write(&mut open, c.encode_utf8(&mut [0; 4])),
                None => write(&mut open, resolve_predefined_entity(&name.xml10_content())?),
            },
            Event::DocType(_) | Event::Eof => return None,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn element(resolved: &ResolveResult<'_>, start: &BytesStart<'_>) -> Element {
    let namespace = match resolved {
        ResolveResult::Bound(namespace) => namespace.0.to_owned(),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
    };
    let called = start.attributes().flatten().find(|given| given.key.0 == "name");
    Element {
        namespace,
        name: start.local_name().as_ref().to_owned(),
        called: called.map(|given| given.value.to_string()).unwrap_or_default(),
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
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\r' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prefixes_are_the_servers_own_business() {
        for text in [
            r#"<multistatus xmlns="DAV:"><response><href>/a&amp;b/&#65;</href></response></multistatus>"#,
            "<?xml version=\"1.0\"?>\n<x:multistatus xmlns:x='DAV:'><x:response>\n<x:href>/a<![CDATA[&]]>b/&#x41;</x:href></x:response></x:multistatus>",
        ] {
            let root = read(text.as_bytes()).unwrap();
            assert!(root.is(DAV, "multistatus"));
            let response = root.child(DAV, "response").unwrap();
            assert_eq!(response.text_of(DAV, "href"), Some("/a&b/A"));
        }
        let comp = read(br#"<c:comp xmlns:c="urn:ietf:params:xml:ns:caldav" name="VEVENT"/>"#);
        assert_eq!(comp.unwrap().called, "VEVENT");
    }

    #[test]
    fn bombs_and_halves_are_no_documents() {
        let deep = "<a>".repeat(100_000);
        for text in [
            "",
            "plain",
            "<a>",
            "<a></b>",
            "<a>&unknown;</a>",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            deep.as_str(),
        ] {
            assert_eq!(read(text.as_bytes()), None, "{}", &text[..text.len().min(40)]);
        }
        assert_eq!(read(&[0xff, 0xfe, b'<']), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn nothing_that_looks_like_it_is_too_much(
            text in "(<[a-z:/!?]{0,6}( xmlns(:[a-z])?=[\"'][A-Z:]{0,4}[\"'])?/?>|&[a-z#0-9]{0,4};|[ a-z\\]\\[]{0,5}){0,30}",
        ) {
            let _ = read(text.as_bytes());
        }

        #[test]
        fn what_is_escaped_is_read_again(text in "\\PC{0,60}") {
            let document = format!("<a>{}</a>", escape(&text));
            prop_assert_eq!(read(document.as_bytes()).unwrap().text, text);
        }
    }
}
