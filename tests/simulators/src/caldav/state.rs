//! What the server holds: accounts, calendars, objects, and in which order they changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ical::Component;
use crate::ground::Ground;

/// Where everything is.
pub const ROOT: &str = "/dav/";
/// What tokens begin with; RFC 6578 wants an address.
const TOKEN: &str = "https://dav.example.com/ns/sync/";

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What they type.
    pub password: String,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// A calendar object: what was put there, letter by letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// The text.
    pub text: String,
    /// The number of its last change in the calendar.
    pub revision: u64,
}

impl Object {
    /// Its tag: a figure of what it says.
    pub fn etag(&self) -> String {
        let figure = Sha256::digest(self.text.as_bytes());
        let hex: String = figure.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{hex}\"")
    }

    /// What it says; what was taken in can be read.
    pub fn read(&self) -> Component {
        Component::parse(&self.text).unwrap_or_default()
    }
}

/// A calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Its name for people.
    pub name: String,
    /// `#rrggbb`.
    pub color: String,
    /// Whose it is.
    pub owner: String,
    /// Whether whoever it is listed for may write to it.
    pub is_writable: bool,
    /// Objects by name.
    pub objects: BTreeMap<String, Object>,
    /// What was deleted, and when in the order of changes.
    pub gone: BTreeMap<String, u64>,
    /// The number of the last change.
    pub revision: u64,
    /// Tokens of another age are refused.
    pub age: String,
}

impl Calendar {
    /// The token of its state at a change.
    pub fn token(&self, revision: u64) -> String {
        format!("{TOKEN}{}-{revision}", self.age)
    }

    /// The change that a token stands for; None for one that isn't good any more.
    pub fn revision_of(&self, token: &str) -> Option<u64> {
        let (age, revision) = token.strip_prefix(TOKEN)?.split_once('-')?;
        let revision = revision.parse().ok()?;
        (age == self.age && revision <= self.revision).then_some(revision)
    }

    /// Puts an object there; whether there was none.
    pub fn put(&mut self, name: &str, text: &str) -> bool {
        self.revision += 1;
        let object = Object { text: text.to_owned(), revision: self.revision };
        self.gone.remove(name);
        self.objects.insert(name.to_owned(), object).is_none()
    }

    /// Takes it away; whether it was there.
    pub fn delete(&mut self, name: &str) -> bool {
        if self.objects.remove(name).is_none() {
            return false;
        }
        self.revision += 1;
        self.gone.insert(name.to_owned(), self.revision);
        true
    }

    /// The name of the object with this identity.
    pub fn name_of(&self, uid: &str) -> Option<&str> {
        let is = |object: &Object| uid_of(&object.read()).as_deref() == Some(uid);
        self.objects.iter().find(|(_, object)| is(object)).map(|(name, _)| name.as_str())
    }
}

/// The identity of what is in an object.
pub fn uid_of(object: &Component) -> Option<String> {
    let uid = object.children.iter().find_map(|child| child.line("UID"))?.value.trim().to_owned();
    (!uid.is_empty()).then_some(uid)
}

/// What outlives the process.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    accounts: BTreeMap<String, Account>,
    calendars: Vec<(Key, Calendar)>,
}

/// Which calendar: in whose home, under which name.
pub type Key = (String, String);

/// Everything.
#[derive(Debug)]
pub struct State {
    /// Clock and randomness.
    pub ground: Arc<Ground>,
    /// By what they type.
    pub accounts: BTreeMap<String, Account>,
    /// Calendars of each home.
    pub calendars: BTreeMap<Key, Calendar>,
    /// Whether every password is wrong, as if all had been changed.
    pub refuses_passwords: bool,
}

impl State {
    /// Nothing yet.
    pub fn new(ground: Arc<Ground>) -> Self {
        let (accounts, calendars) = Default::default();
        Self { ground, accounts, calendars, refuses_passwords: false }
    }

    /// What is worth keeping.
    pub fn keep(&self) -> Kept {
        let calendars = self.calendars.iter();
        Kept {
            accounts: self.accounts.clone(),
            calendars: calendars.map(|(key, held)| (key.clone(), held.clone())).collect(),
        }
    }

    /// Goes on with what was kept.
    pub fn recall(&mut self, kept: Kept) {
        self.accounts = kept.accounts;
        self.calendars = kept.calendars.into_iter().collect();
    }

    /// Makes an account, or changes it.
    pub fn put_account(&mut self, user: &str, password: &str, name: &str) {
        let account = Account {
            password: password.to_owned(),
            name: name.to_owned(),
            email: format!("{user}@example.com"),
        };
        self.accounts.insert(user.to_owned(), account);
    }

    /// Makes a calendar in somebody's home. One that is another's is only read.
    pub fn put_calendar(&mut self, (home, id): (&str, &str), name: &str, color: &str, owner: &str) {
        let calendar = Calendar {
            name: name.to_owned(),
            color: color.to_owned(),
            owner: owner.to_owned(),
            is_writable: home == owner,
            objects: BTreeMap::new(),
            gone: BTreeMap::new(),
            revision: 0,
            age: self.ground.name(12),
        };
        self.calendars.insert((home.to_owned(), id.to_owned()), calendar);
    }

    /// Every token is refused from now on.
    pub fn lose_tokens(&mut self) {
        for calendar in self.calendars.values_mut() {
            calendar.age = self.ground.name(12);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_in_its_calendar_and_age_only() {
        let ground = Ground::new(
            Arc::new(domain::time::ManualClock::at(0)),
            Arc::new(domain::rng::SeededRng::new(1)),
        );
        let mut state = State::new(Arc::new(ground));
        for id in ["a", "b"] {
            state.put_calendar(("dana", id), id, "#000000", "dana");
        }
        let key = |id: &str| ("dana".to_owned(), id.to_owned());
        let token = state.calendars[&key("a")].token(0);
        assert_eq!(state.calendars[&key("a")].revision_of(&token), Some(0));
        assert_eq!(state.calendars[&key("b")].revision_of(&token), None);
        assert_eq!(state.calendars[&key("a")].revision_of(&token.replace("-0", "-7")), None);
        state.lose_tokens();
        assert_eq!(state.calendars[&key("a")].revision_of(&token), None);
    }
}
