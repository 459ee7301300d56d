//! Who of a file is there already: by a number, an e-mail address, or a name that nothing speaks against.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::phone::Country;
use domain::{PersonId, TenantId};
use store::Conn;
use store::contacts::{ContactKind, match_key};
use store::people::{Person, folded_name};

use super::rows::Said;
use crate::error::Result;

/// What tells that two are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// They share a number.
    Phone,
    /// They share an address.
    Email,
    /// They share the name.
    Name,
}

impl By {
    /// The word that translation keys end in.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Name => "name",
        }
    }
}

/// Who is known by what, of those whom some rows may be.
#[derive(Debug, Default)]
pub(super) struct Index {
    phones: HashMap<String, PersonId>,
    emails: HashMap<String, PersonId>,
    names: HashMap<String, PersonId>,
    /// What they are known by first: a name alone says little where these differ, and a further number too.
    firsts: HashMap<PersonId, (String, String)>,
    /// All numbers and e-mail addresses of the same people.
    whole: HashMap<PersonId, HashSet<String>>,
    /// The country of numbers without one.
    home: Option<Country>,
}

fn keys<'a>(
    said: &'a Said,
    kind: ContactKind,
    home: Option<Country>,
) -> impl Iterator<Item = String> + 'a {
    let its = said.contacts.iter().filter(move |(its, ..)| *its == kind);
    its.map(move |(_, value, _)| match_key(kind, value, home)).filter(|key| !key.is_empty())
}

impl Index {
    /// Nobody yet.
    pub(super) fn empty(home: Option<Country>) -> Self {
        Self { home, ..Self::default() }
    }

    /// Those among the people whom these rows may be.
    pub(super) fn load<'a>(
        c: &mut Conn,
        tenant: &TenantId,
        home: Option<Country>,
        rows: impl Iterator<Item = &'a Said> + Clone,
    ) -> Result<Self> {
        let of = |kind| -> Vec<String> {
            let all: BTreeSet<String> =
                rows.clone().flat_map(|said| keys(said, kind, home).collect::<Vec<_>>()).collect();
            all.into_iter().collect()
        };
        let names: BTreeSet<String> = rows.clone().map(|said| folded_name(&said.name)).collect();
        let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let mut index = Self::empty(home);
        let (phones, emails) = (of(ContactKind::Phone), of(ContactKind::Email));
        index.phones = store::people::find_by_contacts(c, tenant, ContactKind::Phone, &phones)?;
        index.emails = store::people::find_by_contacts(c, tenant, ContactKind::Email, &emails)?;
        index.names = store::people::find_by_names(c, tenant, &names)?;
        let found = index.names.values().chain(index.phones.values());
        index.firsts = found.map(|id| (id.clone(), Default::default())).collect();
        let found: Vec<PersonId> = index.firsts.keys().cloned().collect();
        for contact in store::contacts::list_of(c, tenant, &found)? {
            let Some((phone, email)) = index.firsts.get_mut(&contact.person_id) else { continue };
            if contact.kind != ContactKind::Address && !contact.match_key.is_empty() {
                let whole = index.whole.entry(contact.person_id).or_default();
                whole.insert(contact.match_key.clone());
            }
            match contact.kind {
                ContactKind::Phone if phone.is_empty() => *phone = contact.match_key,
                ContactKind::Email if email.is_empty() => *email = contact.match_key,
                _ => {}
            }
        }
        Ok(index)
    }

    /// Somebody who has just come.
    pub(super) fn add(&mut self, person: &Person, said: &Said) {
        let whole = self.whole.entry(person.id.clone()).or_default();
        for key in keys(said, ContactKind::Phone, self.home) {
            whole.insert(key.clone());
            self.phones.entry(key).or_insert_with(|| person.id.clone());
        }
        for key in keys(said, ContactKind::Email, self.home) {
            whole.insert(key.clone());
            self.emails.entry(key).or_insert_with(|| person.id.clone());
        }
        self.names.entry(folded_name(&person.name)).or_insert_with(|| person.id.clone());
        let firsts = (self.first(said, ContactKind::Phone), self.first(said, ContactKind::Email));
        self.firsts.insert(person.id.clone(), firsts);
    }

    /// What a row says first of a kind, as it is compared.
    fn first(&self, said: &Said, kind: ContactKind) -> String {
        match_key(kind, said.first(kind), self.home)
    }

    /// Who the row is, if they are there: of several who share what it says, such as a couple, the one who is
    /// called so.
    pub(super) fn find(&self, said: &Said) -> Option<(PersonId, By)> {
        let called = self.names.get(&folded_name(&said.name));
        let called = called.and_then(|id| Some((id, self.whole.get(id)?)));
        let by = |kind, of: &HashMap<String, PersonId>, by| {
            let keys: Vec<String> = keys(said, kind, self.home).collect();
            let named = called.filter(|(_, whole)| keys.iter().any(|key| whole.contains(key)));
            let counts = |key: &str, id: &PersonId| {
                kind == ContactKind::Email || !self.is_shared(said, key, id)
            };
            let first = || keys.iter().find_map(|key| of.get(key).filter(|id| counts(key, id)));
            let found = named.map(|(id, _)| id).or_else(first);
            found.map(|id| (id.clone(), by))
        };
        by(ContactKind::Phone, &self.phones, By::Phone)
            .or_else(|| by(ContactKind::Email, &self.emails, By::Email))
            .or_else(|| self.by_name(said))
    }

    /// Whether a number of a row and of somebody else is a further one of both, and each has another before
    /// it: then it is a family's or an office's, and they are two.
    fn is_shared(&self, said: &Said, key: &str, id: &PersonId) -> bool {
        let own = self.first(said, ContactKind::Phone);
        let theirs = self.firsts.get(id).map_or("", |(phone, _)| phone.as_str());
        [own.as_str(), theirs].iter().all(|first| !first.is_empty() && *first != key)
    }

    fn by_name(&self, said: &Said) -> Option<(PersonId, By)> {
        let id = self.names.get(&folded_name(&said.name))?;
        let (phone, email) = self.firsts.get(id)?;
        let own = |kind| self.first(said, kind);
        let differ = |one: &str, other: &str| !one.is_empty() && !other.is_empty();
        let speaks_against =
            differ(&own(ContactKind::Phone), phone) || differ(&own(ContactKind::Email), email);
        (!speaks_against).then(|| (id.clone(), By::Name))
    }
}
