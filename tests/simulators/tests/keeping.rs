//! What outlives the process, however it ends.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, and waits for another program"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// The program with a file to keep things in; killed when dropped.
struct Program {
    child: Child,
    host: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn start(file: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oxpi-simulators"));
        command.args(["--address", "127.0.0.1:0", "--keep"]).arg(file);
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self { child, host }
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        // Dana's name and password, where they mean something.
        let secret = match path.starts_with("/dav/") {
            true => "Authorization: Basic ZGFuYTpkYW5hLWFwcC1wYXNzd29yZA==\r\n",
            false => "",
        };
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             {secret}Content-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn control(&self, path: &str, body: Value) -> Value {
        let path = format!("/_control/{path}");
        let (status, text) = self.ask("POST", &path, "application/json", &body.to_string());
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Gives an app access, and puts an event at either provider.
    fn change(&self) -> String {
        let scopes = ["https://www.googleapis.com/auth/calendar"];
        let tokens =
            self.control("grants", json!({"account": "dana@example.com", "scopes": scopes}));
        let at = |time: &str| json!({"dateTime": format!("2030-03-10T{time}:00Z")});
        let event = json!({"summary": "Fitting", "start": at("08:00"), "end": at("09:00")});
        self.control("calendars/dana@example.com/events", event);
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:tea\r\n\
            DTSTAMP:20260301T000000Z\r\nDTSTART:20300310T080000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let put = self.ask("PUT", "/dav/dana/personal/tea.ics", "text/calendar", text);
        assert_eq!(put.0, 201, "{}", put.1);
        tokens["refresh_token"].as_str().unwrap().to_owned()
    }

    /// Whether all of that is there, and the token is good for another.
    fn knows(&self, refresh: &str) -> bool {
        let form = format!(
            "grant_type=refresh_token&client_id=demo&client_secret=demo-secret&refresh_token={refresh}"
        );
        let (status, _) = self.ask("POST", "/token", "application/x-www-form-urlencoded", &form);
        let (_, state) = self.ask("GET", "/_control/state", "text/plain", "");
        let (object, _) = self.ask("GET", "/dav/dana/personal/tea.ics", "text/plain", "");
        status == 200 && state.contains("Fitting") && object == 200
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }
}

#[test]
fn what_was_there_a_second_before_it_was_killed_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.json");
    let first = Program::start(&file);
    let refresh = first.change();
    std::thread::sleep(Duration::from_millis(1_700));
    first.signal("-KILL");
    drop(first);
    let second = Program::start(&file);
    assert!(second.knows(&refresh));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it has tokens in it");
}

#[test]
fn one_that_is_told_to_end_keeps_the_last_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.json");
    let mut first = Program::start(&file);
    let refresh = first.change();
    first.signal("-TERM");
    assert!(first.child.wait().unwrap().success());
    let second = Program::start(&file);
    assert!(second.knows(&refresh));
}

#[test]
fn a_file_that_is_broken_or_of_another_form_is_set_aside() {
    for text in ["{\"version\": 1, \"goo", "{\"version\": 0}", "[]"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kept.json");
        std::fs::write(&file, text).unwrap();
        let mut program = Program::start(&file);
        assert_eq!(program.ask("GET", "/_control/state", "text/plain", "").0, 200);
        program.signal("-TERM");
        let mut said = String::new();
        program.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("kept.json.aside") && said.lines().count() == 1, "{said}");
        let aside = std::fs::read_to_string(folder.path().join("kept.json.aside")).unwrap();
        assert_eq!(aside, text);
    }
}
