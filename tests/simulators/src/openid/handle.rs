//! The handle of the simulated OpenID provider.

use super::misbehaviour::Misbehaviour;
use super::state::{Person, State};
use crate::server::{World, locked};

/// The simulated provider. Clones speak of the same one.
#[derive(Debug, Clone)]
pub struct OpenId {
    world: World,
}

impl OpenId {
    /// Over this state.
    pub fn new(world: World) -> Self {
        Self { world }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut locked(&self.world).openid)
    }

    /// Makes an account there, or changes it.
    pub fn put_person(&self, person: Person) {
        self.with(|state| state.people.insert(person.subject.clone(), person));
    }

    /// Somebody with an account there.
    pub fn person(&self, subject: &str) -> Option<Person> {
        self.with(|state| state.people.get(subject).cloned())
    }

    /// Gets this wrong from now on.
    pub fn misbehave(&self, how: Misbehaviour) {
        self.with(|state| state.misbehaviour = how);
    }

    /// Signs with a new key from now on.
    pub fn rotate_key(&self) {
        self.with(State::rotate_key);
    }
}
