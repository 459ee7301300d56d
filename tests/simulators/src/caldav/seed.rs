//! The people and calendars that the server starts with.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::ical::{Component, Line, escape};
use super::state::State;
use super::times::utc;
use super::zone::{self, zone};
use crate::google::when;

/// Where it is, for those who type it: any host leads here.
pub const ADDRESS: &str = "https://dav.example.com";
/// Names, passwords and what they are called. They guard nothing but a demo on this machine.
pub const PEOPLE: [(&str, &str, &str); 2] =
    [("dana", "dana-app-password", "Dana Levi"), ("noa", "noa-app-password", "Noa Bar")];

/// Two accounts and their calendars.
pub fn people(state: &mut State) {
    for (user, password, name) in PEOPLE {
        state.put_account(user, password, name);
    }
    state.put_calendar(("dana", "personal"), "Personal", "#0b8043", "dana");
    state.put_calendar(("dana", "studio"), "סטודיו", "#039be5", "dana");
    state.put_calendar(("dana", "rota"), "Noa's rota", "#8e24aa", "noa");
    state.put_calendar(("noa", "calendar"), "Noa", "#f6bf26", "noa");
}

/// A few events around now: single ones, one that repeats with a time that went elsewhere, whole days.
pub fn events(state: &mut State) {
    let stamp = utc(state.ground.now());
    let today = when::civil(state.ground.now(), &zone()).date();
    let day = |days: i64| today.checked_add(days.days()).unwrap_or(today);
    let one = |title: &str, start: DateTime, minutes: i64| {
        event(&stamp, title, timed("DTSTART", start), timed("DTEND", plus(start, minutes)))
    };
    let mut put = |home: &str, id: &str, uid: &str, events: Vec<Component>| {
        let text = object(uid, events).write();
        if let Some(held) = state.calendars.get_mut(&(home.to_owned(), id.to_owned())) {
            held.put(&format!("{uid}.ics"), &text);
        }
    };
    let parents = one("Parents' evening", day(2).at(18, 30, 0, 0), 90);
    put("dana", "personal", "parents-evening", vec![parents]);
    put("dana", "studio", "lens", vec![one("בדיקת עדשות", day(1).at(11, 0, 0, 0), 45)]);
    put("dana", "rota", "front-desk", vec![one("Front desk", day(1).at(8, 0, 0, 0), 240)]);
    // Since a week ago; tomorrow's week is an hour later.
    let first = day(-6).at(17, 0, 0, 0);
    let mut choir = one("Choir", first, 60);
    choir.lines.push(Line::new("RRULE", "", "FREQ=WEEKLY;COUNT=20"));
    let mut late = one("Choir, in the hall", plus(first, 7 * 1_440 + 60), 60);
    let which = timed("RECURRENCE-ID", plus(first, 7 * 1_440));
    late.lines.push(which);
    put("dana", "personal", "choir", vec![choir, late]);
    let fair = event(&stamp, "יריד", whole("DTSTART", day(5)), whole("DTEND", day(7)));
    put("dana", "studio", "fair", vec![fair]);
}

fn plus(time: DateTime, minutes: i64) -> DateTime {
    time.checked_add(minutes.minutes()).unwrap_or(time)
}

/// An hour that somebody made, by the wall of the calendars' zone.
pub fn hour(stamp: &str, title: &str, start: DateTime) -> Component {
    event(stamp, title, timed("DTSTART", start), timed("DTEND", plus(start, 60)))
}

fn event(stamp: &str, title: &str, start: Line, end: Line) -> Component {
    let lines =
        vec![Line::new("DTSTAMP", "", stamp), start, end, Line::new("SUMMARY", "", &escape(title))];
    Component { name: "VEVENT".to_owned(), lines, children: Vec::new() }
}

fn timed(name: &str, time: DateTime) -> Line {
    let text = time.strftime("%Y%m%dT%H%M%S").to_string();
    Line::new(name, &format!("TZID={}", zone::NAME), &text)
}

fn whole(name: &str, day: Date) -> Line {
    Line::new(name, "VALUE=DATE", &day.strftime("%Y%m%d").to_string())
}

/// An object of these events, all of one identity.
pub fn object(uid: &str, mut events: Vec<Component>) -> Component {
    events.iter_mut().for_each(|event| event.lines.insert(0, Line::new("UID", "", uid)));
    let lines =
        vec![Line::new("VERSION", "", "2.0"), Line::new("PRODID", "", "-//OXPI//Simulator//EN")];
    let children = std::iter::once(zone::component()).chain(events).collect();
    Component { name: "VCALENDAR".to_owned(), lines, children }
}
