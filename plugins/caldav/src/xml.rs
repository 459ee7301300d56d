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
/// Attributes of an element that are looked at.
const ATTRIBUTES_MAX: usize = 32;
/// What any other namespace counts as.
const STRANGE: &str = "?";

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The namespace, if it is one of those above; empty without one.
    pub namespace: &'static str,
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
    // Kept by reference: a document could name a long one on each of its elements.
    let namespace = match resolved {
        ResolveResult::Bound(namespace) => {
            let known = [DAV, CALDAV, APPLE, CALENDAR_SERVER];
            known.into_iter().find(|known| *known == namespace.0).unwrap_or(STRANGE)
        }
        ResolveResult::Unbound | ResolveResult::Unknown(_) => "",
    };
    // Whether one is there twice is looked for in all the others, so many would take long.
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false).take(ATTRIBUTES_MAX);
    let called = attributes.flatten().find(|given| given.key.0 == "name");
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
        let many = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX));
        for text in [
            "",
            "plain",
            "<a>",
            "<a></b>",
            "<a>&unknown;</a>",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            deep.as_str(),
            many.as_str(),
        ] {
            assert_eq!(read(text.as_bytes()), None, "{}", &text[..text.len().min(40)]);
        }
        assert_eq!(read(&[0xff, 0xfe, b'<']), None);
    }

    #[test]
    fn many_attributes_and_long_namespaces_cost_no_more_than_their_bytes() {
        let attributes: String = (0..200_000).map(|n| format!(" a{n}='x'")).collect();
        let long = "n".repeat(1 << 20);
        for text in [
            format!("<a{attributes}/>"),
            format!("<a xmlns='{long}'>{}</a>", "<b/>".repeat(100_000)),
        ] {
            let root = read(text.as_bytes()).unwrap();
            assert!(root.called.is_empty() && root.children.iter().all(|b| b.namespace == STRANGE));
        }
        let prefixes: String = (0..100_000).map(|n| format!(" xmlns:p{n}='x'")).collect();
        assert_eq!(read(format!("<a{prefixes}/>").as_bytes()), None, "more names than anybody has");
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
