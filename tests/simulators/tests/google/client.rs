//! A plain HTTP client and a simulator with tokens, for the tests beside it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use oxpi_simulators::{Google, Options, Simulator, Tokens};
use serde_json::Value;

pub const DANA: &str = "dana@example.com";
pub const NOA: &str = "noa@example.com";
pub const STUDIO: &str = "c_studio@group.calendar.google.com";
pub const FRONT_DESK: &str = "c_frontdesk@group.calendar.google.com";
pub const TEAM: &str = "c_team@group.calendar.google.com";
pub const CALENDAR: &str = "https://www.googleapis.com/auth/calendar";
pub const EVENTS: &str = "/calendar/v3/calendars/primary/events";
pub const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
pub const JSON: (&str, &str) = ("Content-Type", "application/json");

/// What came back.
#[derive(Debug, Clone)]
pub struct Got {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub json: Value,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The reason of an API's error.
    pub fn reason(&self) -> &str {
        self.json["error"]["errors"][0]["reason"].as_str().unwrap_or_default()
    }

    pub fn ids(&self) -> Vec<&str> {
        let items = self.json["items"].as_array().expect("a list");
        items.iter().filter_map(|item| item["id"].as_str()).collect()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// One request on one connection.
pub fn ask(
    url: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Got> {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(text.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    read(&String::from_utf8_lossy(&bytes))
}

fn read(text: &str) -> io::Result<Got> {
    let cut = || io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was cut");
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or_else(cut)?;
    let pair = |line: &str| line.split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned()));
    let headers: Vec<(String, String)> = lines.filter_map(pair).collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    if body.len() < length {
        return Err(cut());
    }
    Ok(Got {
        status: status.parse().map_err(io::Error::other)?,
        headers,
        text: body.to_owned(),
        json: serde_json::from_str(body).unwrap_or(Value::Null),
    })
}

/// A simulator of one's own, and an app that Dana has let in.
pub struct World {
    pub simulator: Simulator,
    pub tokens: Tokens,
}

impl World {
    pub fn new() -> Self {
        Self::with(&["openid", "email", "profile", CALENDAR])
    }

    pub fn with(scopes: &[&str]) -> Self {
        Self::from(Options::default(), scopes)
    }

    pub fn from(options: Options, scopes: &[&str]) -> Self {
        let simulator = Simulator::start_with(options).expect("a free port");
        let tokens = simulator.google().grant(DANA, scopes).expect("Dana has an account");
        Self { simulator, tokens }
    }

    pub fn google(&self) -> &Google {
        self.simulator.google()
    }

    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Got> {
        let bearer = format!("Bearer {}", self.tokens.access);
        let mut all = vec![("Authorization", bearer.as_str())];
        if !body.is_empty() && !headers.contains(&FORM) {
            all.push(JSON);
        }
        all.extend(headers);
        ask(&self.simulator.url, method, path, &all, body)
    }

    pub fn send(&self, method: &str, path: &str, body: Value) -> Got {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.try_send(method, path, &[], &body).expect("an answer")
    }

    pub fn get(&self, path: &str) -> Got {
        self.send("GET", path, Value::Null)
    }

    pub fn post(&self, path: &str, body: Value) -> Got {
        self.send("POST", path, body)
    }

    pub fn patch(&self, path: &str, body: Value) -> Got {
        self.send("PATCH", path, body)
    }

    pub fn delete(&self, path: &str) -> Got {
        self.send("DELETE", path, Value::Null)
    }

    /// A form without the bearer token.
    pub fn form(&self, path: &str, pairs: &[(&str, &str)]) -> Got {
        ask(&self.simulator.url, "POST", path, &[FORM], &encode(pairs)).expect("an answer")
    }

    /// A new event of an hour; gives back its id.
    pub fn book(&self, day: u8, hour: u8) -> String {
        let got = self.post(EVENTS, event(day, hour)).expect(200);
        got.json["id"].as_str().expect("an id").to_owned()
    }
}

/// An event of an hour in December 2026.
pub fn event(day: u8, hour: u8) -> Value {
    serde_json::json!({
        "summary": format!("Visit {day} {hour}"),
        "start": {"dateTime": format!("2026-12-{day:02}T{hour:02}:00:00+02:00"), "timeZone": "Asia/Jerusalem"},
        "end": {"dateTime": format!("2026-12-{day:02}T{:02}:00:00+02:00", hour + 1), "timeZone": "Asia/Jerusalem"},
    })
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
