//! The handle of the simulated CalDAV server: what is there, and what somebody does at their phone.

use serde_json::{Map, Value, json};

use super::ical::{Component, Line, escape};
use super::state::{Calendar, Key, Object, State, uid_of};
use super::times::{Time, moved, span, utc};
use super::zone::zone;
use super::{place, seed};
use crate::google::when;
use crate::server::{World, locked};

/// Names of what OXPI writes: as long as its ids.
const OWN_NAME_CHARS: usize = 36;

/// The simulated server. Clones speak of the same one.
#[derive(Debug, Clone)]
pub struct CalDav {
    world: World,
}

impl CalDav {
    /// Over this state.
    pub fn new(world: World) -> Self {
        Self { world }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut locked(&self.world).caldav)
    }

    /// Makes an account, or gives it another password.
    pub fn put_account(&self, user: &str, password: &str) {
        self.with(|state| state.put_account(user, password, user));
    }

    /// Makes a calendar of somebody's own.
    pub fn put_calendar(&self, home: &str, id: &str, name: &str) {
        self.with(|state| state.put_calendar((home, id), name, "#616161", home));
    }

    /// Every password is wrong from now on, or they are right again.
    pub fn refuse_passwords(&self, refuse: bool) {
        self.with(|state| state.refuses_passwords = refuse);
    }

    /// Whether every password is wrong.
    pub fn refuses_passwords(&self) -> bool {
        self.with(|state| state.refuses_passwords)
    }

    /// Every sync token is refused from now on.
    pub fn lose_tokens(&self) {
        self.with(State::lose_tokens);
    }

    /// What a calendar holds, by identity.
    pub fn events(&self, home: &str, id: &str) -> Vec<Value> {
        let key = key(home, id);
        self.with(|state| state.calendars.get(&key).map(|held| events(&key, held)))
            .unwrap_or_default()
    }

    /// What each calendar holds, without passwords.
    pub fn state(&self) -> Value {
        self.with(|state| {
            let all = state.calendars.iter();
            let all =
                all.map(|(key, held)| (format!("{}/{}", key.0, key.1), events(key, held).into()));
            Value::Object(all.collect())
        })
    }

    /// Somebody puts an object there, in the place of the one of its identity; whether it can be read.
    pub fn put(&self, home: &str, id: &str, text: &str) -> bool {
        let Some(uid) = Component::parse(text).as_ref().and_then(uid_of) else { return false };
        self.with(|state| {
            let Some(held) = state.calendars.get_mut(&key(home, id)) else { return false };
            let name = held.name_of(&uid).map_or_else(|| format!("{uid}.ics"), str::to_owned);
            held.put(&name, text);
            true
        })
    }

    /// Somebody changes lines of an event; `SHIFT` moves it by minutes. Whether it is there.
    pub fn edit(&self, home: &str, id: &str, uid: &str, changes: &Map<String, Value>) -> bool {
        self.with(|state| {
            let stamp = utc(state.ground.now());
            let Some(held) = state.calendars.get_mut(&key(home, id)) else { return false };
            let Some(name) = held.name_of(uid).map(str::to_owned) else { return false };
            change(held, &name, changes, &stamp)
        })
    }

    /// Somebody deletes an event; whether it was there.
    pub fn delete(&self, home: &str, id: &str, uid: &str) -> bool {
        self.with(|state| {
            let Some(held) = state.calendars.get_mut(&key(home, id)) else { return false };
            let name = held.name_of(uid).map(str::to_owned);
            name.is_some_and(|name| held.delete(&name))
        })
    }

    /// Somebody makes an event two days from now, at three.
    pub fn make_one(&self) {
        self.with(|state| {
            let now = state.ground.now();
            let today = when::civil(now, &zone()).date();
            let day = (0..2).fold(today, |day, _| day.tomorrow().unwrap_or(day));
            let uid = state.ground.name(16);
            let event = seed::hour(&utc(now), "Made at the phone", day.at(15, 0, 0, 0));
            let text = seed::object(&uid, vec![event]).write();
            if let Some(held) = state.calendars.values_mut().find(|held| held.is_writable) {
                held.put(&format!("{uid}.ics"), &text);
            }
        });
    }

    /// Somebody moves the next event by an hour.
    pub fn move_next(&self) {
        self.with(|state| {
            let Some((key, name)) = next(state) else { return };
            let stamp = utc(state.ground.now());
            let hour = Map::from_iter([("SHIFT".to_owned(), json!(60))]);
            if let Some(held) = state.calendars.get_mut(&key) {
                change(held, &name, &hour, &stamp);
            }
        });
    }

    /// Somebody deletes the next event.
    pub fn delete_next(&self) {
        self.with(|state| {
            if let Some((key, name)) = next(state)
                && let Some(held) = state.calendars.get_mut(&key)
            {
                held.delete(&name);
            }
        });
    }
}

fn key(home: &str, id: &str) -> Key {
    (home.to_owned(), id.to_owned())
}

fn events(key: &Key, held: &Calendar) -> Vec<Value> {
    let one = |(name, object): (&String, &Object)| {
        let place = place::Place::Object(key.clone(), name.clone());
        told(&object.read(), &place.href())
    };
    let mut all: Vec<Value> = held.objects.iter().map(one).collect();
    all.sort_by_key(|event| event["uid"].as_str().map(str::to_owned));
    all
}

/// Writes changes into the main event of an object; whether it is there and can be changed so.
pub(super) fn change(
    held: &mut Calendar,
    name: &str,
    changes: &Map<String, Value>,
    stamp: &str,
) -> bool {
    let Some(mut object) = held.objects.get(name).map(Object::read) else {
        return false;
    };
    let Some(event) = object.main_event_mut() else { return false };
    for (field, value) in changes {
        if field == "SHIFT" {
            let minutes = value.as_i64().unwrap_or_default();
            for field in ["DTSTART", "DTEND"] {
                let line = event.line(field).and_then(|line| moved(line, minutes));
                line.into_iter().for_each(|line| event.set(line));
            }
        } else {
            event.set(Line::new(field, "", &escape(value.as_str().unwrap_or_default())));
        }
    }
    event.set(Line::new("DTSTAMP", "", stamp));
    let text = object.write();
    held.put(name, &text);
    true
}

/// The next single event that can be changed: one that OXPI wrote, if there is one.
fn next(state: &State) -> Option<(Key, String)> {
    let now = state.ground.now();
    let calendars = state.calendars.iter().filter(|(_, held)| held.is_writable);
    let all = calendars.flat_map(|(key, held)| {
        held.objects.iter().filter_map(|(name, object)| {
            let object = object.read();
            let (start, _) = span(object.main_event()?, &zone())?;
            let is_near = !object.repeats() && start.instant() > now;
            let is_own = name.trim_end_matches(".ics").len() == OWN_NAME_CHARS;
            is_near.then(|| (!is_own, start.instant(), key.clone(), name.clone()))
        })
    });
    all.min().map(|(_, _, key, name)| (key, name))
}

/// What an object says, for tests and scripts.
fn told(object: &Component, url: &str) -> Value {
    let Some(event) = object.main_event() else { return json!({"uid": "", "url": url}) };
    let time = |name: &str| {
        let time = Time::read(event.line(name)?, &zone())?;
        Some(match time.is_day {
            true => time.local.date().to_string(),
            false => time.instant().to_rfc3339(),
        })
    };
    json!({
        "uid": event.text("UID"),
        "title": event.text("SUMMARY"),
        "notes": event.text("DESCRIPTION"),
        "location": event.text("LOCATION"),
        "start": time("DTSTART"),
        "end": time("DTEND"),
        "alarms": event.count("VALARM"),
        "url": url,
    })
}
