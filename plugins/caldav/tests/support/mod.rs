//! What the plugin's tests share: an appointment, addresses, and a CalDAV server of a few lines.
#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use oxpi_kit::calendar::Appointment;
use oxpi_testkit::{Host, Reply, Seen};
use serde_json::json;

pub const CALENDAR: &str = "/dav/dana/work/";
pub const ID: &str = "0190a0b0-1111-7222-8333-444455556666";

pub fn appointment() -> Appointment {
    let value = json!({
        "id": ID, "calendar": CALENDAR, "title": "Fitting, second", "notes": "Bring the dress",
        "location": "Herzl 1", "starts_at": "2026-12-01T08:00:00Z",
        "ends_at": "2026-12-01T09:00:00Z", "time_zone": "Asia/Jerusalem", "online": false,
        "guests": [],
    });
    serde_json::from_value(value).unwrap()
}

pub fn own_path() -> String {
    format!("{CALENDAR}{ID}.ics")
}

/// A single event of somebody else's.
pub fn event(uid: &str, from: &str, to: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:Lesson\r\n\
         DTSTART:{from}\r\nDTEND:{to}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// A repeating event: its times on these days of December, which the server tells when it is asked to
/// expand it, and a rule otherwise.
pub fn series(uid: &str, days: &[u32]) -> String {
    let times: String = days
        .iter()
        .map(|day| {
            format!(
                "BEGIN:VEVENT\r\nUID:{uid}\r\nRECURRENCE-ID:202612{day:02}T080000Z\r\n\
                 DTSTART:202612{day:02}T080000Z\r\nDTEND:202612{day:02}T090000Z\r\nEND:VEVENT\r\n"
            )
        })
        .collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{times}END:VCALENDAR\r\n")
}

pub fn xml(status: u16, inner: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\" \
         xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:S=\"http://calendarserver.org/ns/\" \
         xmlns:A=\"http://apple.com/ns/ical/\">{inner}</D:multistatus>"
    );
    let headers = vec![("content-type".to_owned(), "application/xml".to_owned())];
    Reply::Answer { status, headers, body: body.into_bytes() }
}

pub fn ok(href: &str, props: &str) -> String {
    format!(
        "<D:response><D:href>{href}</D:href><D:propstat><D:prop>{props}</D:prop>\
         <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )
}

pub fn status(href: &str, status: u16) -> String {
    format!(
        "<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 {status} X</D:status></D:response>"
    )
}

/// A server with one account and one calendar.
#[derive(Clone)]
pub struct MiniDav(Arc<Mutex<State>>);

pub struct State {
    /// Paths, tags and texts.
    pub objects: BTreeMap<String, (String, String)>,
    /// What changed, in order; a sync token is how many of them one has seen.
    log: Vec<String>,
    /// Tokens below this are forgotten.
    pub oldest: usize,
    /// Whether it knows `sync-collection`.
    pub has_sync: bool,
    /// Whether it answers a write with a tag.
    pub tags_writes: bool,
    /// Changes told at once.
    pub page: usize,
    /// Whether it can tell so many changes and no more.
    pub takes_limits: bool,
    /// The status for a token it has forgotten.
    pub refuses_with: u16,
    revision: u64,
}

impl MiniDav {
    /// A server that answers what the host's plugin asks.
    pub fn behind(host: &Host) -> Self {
        let state = State {
            objects: BTreeMap::new(),
            log: Vec::new(),
            oldest: 0,
            has_sync: true,
            tags_writes: true,
            page: 100,
            takes_limits: true,
            refuses_with: 403,
            revision: 0,
        };
        let dav = Self(Arc::new(Mutex::new(state)));
        let answering = dav.clone();
        host.http().answer_with(move |seen| answering.answer(seen));
        dav
    }

    pub fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap())
    }

    /// Writes an object as somebody's phone would.
    pub fn write(&self, path: &str, text: &str) {
        self.with(|state| state.write(path, text));
    }

    /// Deletes one.
    pub fn delete(&self, path: &str) {
        self.with(|state| {
            state.objects.remove(path);
            state.log.push(path.to_owned());
        });
    }

    pub fn text(&self, path: &str) -> String {
        self.with(|state| state.objects[path].1.clone())
    }

    pub fn tag(&self, path: &str) -> String {
        self.with(|state| state.objects[path].0.clone())
    }

    fn answer(&self, seen: &Seen) -> Reply {
        let auth = seen.header("authorization").unwrap_or_default();
        if !auth.starts_with("Basic ") {
            return Reply::status(401);
        }
        let path = seen.url.path().to_owned();
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        self.with(|state| match seen.method.as_str() {
            "PROPFIND" => state.propfind(&path, seen.header("depth") == Some("1")),
            "REPORT" => state.report(&body),
            "GET" => state.get(&path),
            "PUT" => state.put(&path, seen, &body),
            "DELETE" => state.remove(&path, seen),
            _ => Reply::status(405),
        })
    }
}

impl State {
    fn write(&mut self, path: &str, text: &str) -> String {
        self.revision += 1;
        let tag = format!("\"{}\"", self.revision);
        self.objects.insert(path.to_owned(), (tag.clone(), text.to_owned()));
        self.log.push(path.to_owned());
        tag
    }

    fn propfind(&self, path: &str, deep: bool) -> Reply {
        let href = |path: &str| format!("<D:href>{path}</D:href>");
        match path {
            "/.well-known/caldav" => Reply::status(301).header("location", "/dav/"),
            "/dav/" => xml(
                207,
                &ok(
                    "/dav/",
                    &format!(
                        "<D:current-user-principal>{}</D:current-user-principal>",
                        href("/dav/p/dana/")
                    ),
                ),
            ),
            "/dav/p/dana/" => xml(
                207,
                &ok(
                    path,
                    &format!(
                        "<D:displayname>Dana Levi</D:displayname><C:calendar-home-set>{}</C:calendar-home-set>\
                         <C:calendar-user-address-set><D:href>/dav/p/dana/</D:href><D:href>mailto:dana@example.com</D:href></C:calendar-user-address-set>",
                        href("/dav/dana/")
                    ),
                ),
            ),
            "/dav/dana/" => xml(
                207,
                &format!(
                    "{}{}",
                    ok(path, "<D:resourcetype><D:collection/></D:resourcetype>"),
                    self.calendar()
                ),
            ),
            CALENDAR if deep => {
                let all = self
                    .objects
                    .iter()
                    .map(|(path, (tag, _))| ok(path, &format!("<D:getetag>{tag}</D:getetag>")));
                xml(207, &all.collect::<String>())
            }
            CALENDAR => xml(207, &self.calendar()),
            _ => match self.objects.get(path) {
                Some((tag, _)) => xml(207, &ok(path, &format!("<D:getetag>{tag}</D:getetag>"))),
                None => Reply::status(404),
            },
        }
    }

    fn calendar(&self) -> String {
        let sync = match self.has_sync {
            true => format!("<D:sync-token>t{}</D:sync-token>", self.log.len()),
            false => format!("<S:getctag>c{}</S:getctag>", self.log.len()),
        };
        ok(
            CALENDAR,
            &format!(
                "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>\
                 <D:displayname>Work</D:displayname><A:calendar-color>#0b8043ff</A:calendar-color>\
                 <D:owner><D:href>/dav/p/dana/</D:href></D:owner><D:current-user-privilege-set>\
                 <D:privilege><D:read/></D:privilege><D:privilege><D:write/></D:privilege>\
                 </D:current-user-privilege-set>{sync}"
            ),
        )
    }

    /// An object; asked for single times, one that doesn't repeat is left out, as real servers do.
    fn data(&self, path: &str, expands: bool) -> String {
        match self.objects.get(path) {
            Some((_, text)) if expands && !text.contains("RECURRENCE-ID") => String::new(),
            Some((tag, text)) if !expands && text.contains("RECURRENCE-ID") => {
                let rule = text.replace("RECURRENCE-ID", "X-WAS").replacen(
                    "DTSTART",
                    "RRULE:FREQ=DAILY\r\nDTSTART",
                    1,
                );
                ok(
                    path,
                    &format!(
                        "<D:getetag>{tag}</D:getetag><C:calendar-data><![CDATA[{rule}]]></C:calendar-data>"
                    ),
                )
            }
            Some((tag, text)) => ok(
                path,
                &format!(
                    "<D:getetag>{tag}</D:getetag><C:calendar-data><![CDATA[{text}]]></C:calendar-data>"
                ),
            ),
            None => status(path, 404),
        }
    }

    fn report(&self, body: &str) -> Reply {
        let between = |from: &str, to: &str| Some(body.split_once(from)?.1.split_once(to)?.0);
        if body.contains("<d:sync-collection") {
            if !self.takes_limits && body.contains("<d:nresults>") {
                return Reply::status(507);
            }
            return self.changed(between("<d:sync-token>", "<").unwrap_or_default());
        }
        if body.contains("<c:calendar-multiget") {
            let hrefs = body.split("<d:href>").skip(1).filter_map(|rest| rest.split('<').next());
            let expands = body.contains("<c:expand");
            return xml(207, &hrefs.map(|href| self.data(href, expands)).collect::<String>());
        }
        let range = between("<c:time-range start=\"", "\"/>").unwrap();
        let (from, to) = range.split_once("\" end=\"").unwrap();
        // An expanding server answers with objects that have a time in the range.
        let is_in = |text: &str| {
            text.split("DTSTART:")
                .skip(1)
                .any(|rest| (from..to).contains(&&rest[..16.min(rest.len())]))
        };
        let found = self.objects.iter().filter(|(_, (_, text))| is_in(text));
        let told = |path: &str, text: &str| self.data(path, text.contains("RECURRENCE-ID"));
        xml(207, &found.map(|(path, (_, text))| told(path, text)).collect::<String>())
    }

    fn changed(&self, token: &str) -> Reply {
        let since = token.strip_prefix('t').and_then(|n| n.parse::<usize>().ok());
        let Some(since) = since.filter(|since| self.has_sync && *since >= self.oldest) else {
            // Not all of them say which condition it was.
            let body = match self.refuses_with {
                403 => b"<error xmlns=\"DAV:\"><valid-sync-token/></error>".to_vec(),
                _ => Vec::new(),
            };
            return Reply::Answer { status: self.refuses_with, headers: Vec::new(), body };
        };
        let until = self.log.len().min(since + self.page);
        let mut paths: Vec<&String> = self.log[since..until].iter().collect();
        paths.sort();
        paths.dedup();
        let mut inner: String = paths
            .into_iter()
            .map(|path| match self.objects.get(path) {
                Some((tag, _)) => ok(path, &format!("<D:getetag>{tag}</D:getetag>")),
                None => status(path, 404),
            })
            .collect();
        if until < self.log.len() {
            inner.push_str(&status(CALENDAR, 507));
        }
        xml(207, &format!("{inner}<D:sync-token>t{until}</D:sync-token>"))
    }

    fn get(&self, path: &str) -> Reply {
        match self.objects.get(path) {
            Some((tag, text)) => Reply::Answer {
                status: 200,
                headers: vec![("etag".to_owned(), tag.clone())],
                body: text.clone().into_bytes(),
            },
            None => Reply::status(404),
        }
    }

    fn put(&mut self, path: &str, seen: &Seen, body: &str) -> Reply {
        let there = self.objects.get(path).map(|(tag, _)| tag.clone());
        let is_free = seen.header("if-none-match") != Some("*") || there.is_none();
        let is_same = seen.header("if-match").is_none_or(|tag| Some(tag) == there.as_deref());
        if !is_free || !is_same {
            return Reply::status(412);
        }
        let tag = self.write(path, body);
        let reply = Reply::status(if there.is_some() { 204 } else { 201 });
        if self.tags_writes { reply.header("etag", &tag) } else { reply }
    }

    fn remove(&mut self, path: &str, seen: &Seen) -> Reply {
        let Some((tag, _)) = self.objects.get(path) else { return Reply::status(404) };
        if seen.header("if-match").is_some_and(|wanted| wanted != tag) {
            return Reply::status(412);
        }
        self.objects.remove(path);
        self.log.push(path.to_owned());
        Reply::status(204)
    }
}
