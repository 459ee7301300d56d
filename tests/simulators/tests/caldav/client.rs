//! A plain client of the server, for the tests beside it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oxpi_simulators::{CalDav, Options, Simulator};

pub const DANA: (&str, &str) = ("dana", "dana-app-password");
pub const NOA: (&str, &str) = ("noa", "noa-app-password");
pub const WORK: &str = "/dav/dana/work/";

/// What came back.
#[derive(Debug, Clone)]
pub struct Got {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value).unwrap_or_default()
    }

    /// What stands between the first of these tags.
    pub fn inside(&self, tag: &str) -> &str {
        let begin = self.text.find(&format!("<{tag}>")).expect("the tag") + tag.len() + 2;
        let end = self.text[begin..].find(&format!("</{tag}>")).expect("its end");
        &self.text[begin..begin + end]
    }

    /// How often a text is in it.
    pub fn count(&self, text: &str) -> usize {
        self.text.matches(text).count()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// A server of one's own with an empty calendar of Dana's.
pub struct World {
    pub simulator: Simulator,
}

impl World {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let simulator = Simulator::start_with(options).expect("a free port");
        simulator.caldav().put_calendar("dana", "work", "Work");
        Self { simulator }
    }

    pub fn caldav(&self) -> &CalDav {
        self.simulator.caldav()
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let host = self.simulator.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(text.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Got { status: status.expect("a status"), head: head.to_owned(), text: body.to_owned() }
    }

    pub fn as_user(
        &self,
        user: (&str, &str),
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Got {
        let secret = format!("Basic {}", STANDARD.encode(format!("{}:{}", user.0, user.1)));
        let headers = [&[("Authorization", secret.as_str())], headers].concat();
        self.send(method, path, &headers, body)
    }

    /// As Dana.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        self.as_user(DANA, method, path, headers, body)
    }

    pub fn propfind(&self, path: &str, depth: &str, props: &str) -> Got {
        let body = xml("d:propfind", &format!("<d:prop>{props}</d:prop>"));
        self.ask("PROPFIND", path, &[("Depth", depth)], &body)
    }

    pub fn report(&self, depth: &str, name: &str, inner: &str) -> Got {
        self.ask("REPORT", WORK, &[("Depth", depth)], &xml(name, inner))
    }

    /// What changed since a token.
    pub fn changes(&self, token: &str, more: &str) -> Got {
        let inner = format!(
            "<d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>{more}\
             <d:prop><d:getetag/></d:prop>"
        );
        self.report("0", "d:sync-collection", &inner)
    }

    /// Puts an object that isn't there yet.
    pub fn make(&self, uid: &str, lines: &str) -> Got {
        let path = format!("{WORK}{uid}.ics");
        self.ask("PUT", &path, &[("If-None-Match", "*")], &event(uid, lines)).expect(201)
    }
}

pub fn xml(name: &str, inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><{name} xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\" \
         xmlns:s=\"http://calendarserver.org/ns/\">{inner}</{name}>"
    )
}

/// An object of one event; a bar ends a line.
pub fn event(uid: &str, lines: &str) -> String {
    let lines = lines.replace('|', "\r\n");
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20260301T000000Z\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}
