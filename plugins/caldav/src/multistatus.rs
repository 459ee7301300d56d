//! A multi-status answer (RFC 4918, 14.16): what a server says of each of many resources.

use crate::path::canonical;
use crate::xml::{DAV, Element, read};

/// What is said of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resource {
    /// Its path on the server, in one spelling; empty for one on another server.
    pub path: String,
    /// Its href as it was given.
    pub href: String,
    /// Its status where it has one of its own, such as 404 for one that is gone.
    pub status: Option<u16>,
    /// The properties that there are.
    pub props: Vec<Element>,
}

impl Resource {
    /// A property.
    pub fn prop(&self, namespace: &str, name: &str) -> Option<&Element> {
        self.props.iter().find(|prop| prop.is(namespace, name))
    }

    /// The text of a property.
    pub fn text(&self, namespace: &str, name: &str) -> Option<&str> {
        self.prop(namespace, name).map(|prop| prop.text.trim()).filter(|text| !text.is_empty())
    }

    /// The address in a property, such as that of the principal.
    pub fn href_in(&self, namespace: &str, name: &str) -> Option<&str> {
        self.prop(namespace, name)?.text_of(DAV, "href")
    }

    /// Whether it is gone.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410))
    }
}

/// The whole answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Multistatus {
    /// Each resource.
    pub resources: Vec<Resource>,
    /// Where to go on from (RFC 6578).
    pub sync_token: Option<String>,
}

/// Reads an answer of the server with this origin; None for what is no such answer.
pub fn parse(bytes: &[u8], origin: &str) -> Option<Multistatus> {
    let root = read(bytes).filter(|root| root.is(DAV, "multistatus"))?;
    let mut found = Multistatus {
        sync_token: root.text_of(DAV, "sync-token").map(str::to_owned),
        ..Multistatus::default()
    };
    for response in root.each(DAV, "response") {
        // One response may stand for several resources of one status.
        for href in response.each(DAV, "href") {
            found.resources.push(resource(response, href.text.trim(), origin));
        }
    }
    Some(found)
}

fn resource(response: &Element, href: &str, origin: &str) -> Resource {
    let mut resource = Resource {
        path: canonical(href, origin).unwrap_or_default(),
        href: href.to_owned(),
        status: response.text_of(DAV, "status").and_then(status_of),
        props: Vec::new(),
    };
    for propstat in response.each(DAV, "propstat") {
        let status = propstat.text_of(DAV, "status").and_then(status_of);
        if status.is_some_and(|status| (200..300).contains(&status)) {
            let props = propstat.child(DAV, "prop");
            resource.props.extend(props.into_iter().flat_map(|prop| prop.children.clone()));
        }
    }
    resource
}

/// `HTTP/1.1 404 Not Found`
fn status_of(line: &str) -> Option<u16> {
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Whether a refusal names this condition (RFC 4918, 16).
pub fn names(bytes: &[u8], namespace: &str, condition: &str) -> bool {
    read(bytes)
        .is_some_and(|root| root.is(DAV, "error") && root.child(namespace, condition).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORIGIN: &str = "https://dav.example.com";

    #[test]
    fn what_is_there_and_what_is_gone_are_told_apart() {
        let text = br#"<d:multistatus xmlns:d="DAV:">
            <d:response><d:href>/c/a%20b.ics</d:href>
              <d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>
              <d:propstat><d:prop><d:displayname/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
            </d:response>
            <d:response><d:href>https://dav.example.com/c/gone.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
            <d:response><d:href>https://other.example.com/c/x.ics</d:href><d:status>HTTP/1.1 200 OK</d:status></d:response>
            <d:sync-token>t2</d:sync-token></d:multistatus>"#;
        let found = parse(text, ORIGIN).unwrap();
        assert_eq!(found.sync_token.as_deref(), Some("t2"));
        let [there, gone, elsewhere] = &found.resources[..] else { panic!("three") };
        assert_eq!(
            (there.path.as_str(), there.text(DAV, "getetag")),
            ("/c/a%20b.ics", Some("\"1\""))
        );
        assert!(there.prop(DAV, "displayname").is_none() && !there.is_gone());
        assert!(gone.is_gone() && gone.path == "/c/gone.ics");
        assert_eq!(elsewhere.path, "", "another server's resources are none of ours");
        assert_eq!(parse(b"<html/>", ORIGIN), None);
    }

    proptest! {
        #[test]
        fn whatever_a_server_names_is_a_path_of_it_or_none(
            hrefs in proptest::collection::vec("(https?://)?[a-z./:@%#?;2ef\\\\]{0,30}", 0..6),
            status in "[A-Z/ 0-9.]{0,20}",
            rest in "(</?(prop|propstat|status|href|response)/?>|[ a-z]{0,6}){0,12}",
        ) {
            let responses: String = hrefs
                .iter()
                .map(|href| format!("<response><href>{href}</href><status>{status}</status></response>"))
                .collect();
            for inner in [responses.clone(), format!("{responses}{rest}")] {
                let text = format!("<multistatus xmlns=\"DAV:\">{inner}</multistatus>");
                let Some(found) = parse(text.as_bytes(), ORIGIN) else { continue };
                for each in found.resources {
                    let again = canonical(&each.path, ORIGIN);
                    prop_assert!(each.path.is_empty() || again.as_deref() == Some(&*each.path));
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_its_condition() {
        let text = br#"<error xmlns="DAV:"><valid-sync-token /></error>"#;
        assert!(names(text, DAV, "valid-sync-token"));
        assert!(!names(text, DAV, "number-of-matches-within-limits") && !names(b"no", DAV, "x"));
    }
}
