//! The numbers and addresses of people. The first number and the first e-mail address also stand in
//! the row of the person.
//!
//! A number is kept as it was typed, and beside that as it was understood: in the form in which it is
//! dialled from anywhere (E.164), where its country can be told. It stays understood so, whichever
//! country the business is in later.

mod backlog;

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::phone::{self, Country};
use domain::{PersonId, TenantId};

use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::fold;
use crate::schema::{contacts, people};
use crate::scope;

pub use backlog::{again, catch_up, is_behind, list_behind};

/// Most people with one number or address that are told.
const SHARING_MAX: i64 = 20;
/// Fewer digits than this are no number to know anybody by.
const KEY_DIGITS_MIN: usize = 7;
/// Words of an address that are written or left out at will.
const STREET_WORDS: [&str; 9] =
    ["st", "str", "street", "rd", "road", "ave", "avenue", "רח", "רחוב"];

words! {
    /// What kind of contact it is.
    pub enum ContactKind {
        /// A phone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// Where post goes.
        Address = "address",
    }
}

row! {
    /// A number or address of a person.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Contact: contacts, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub person_id: PersonId as String,
        pub position: i64,
        pub kind: ContactKind as String,
        pub value: String,
        pub match_key: String,
        pub label: String,
        pub e164: String,
    }
}

impl Contact {
    /// A number or address as somebody said it: a number without its country is one of this country.
    pub fn said(
        (tenant, person): (&TenantId, &PersonId),
        position: i64,
        kind: ContactKind,
        (value, label): (&str, &str),
        home: Option<Country>,
    ) -> Self {
        let e164 = e164(kind, value, home);
        Self {
            tenant_id: tenant.clone(),
            person_id: person.clone(),
            position,
            kind,
            match_key: key(kind, value, &e164),
            value: value.to_owned(),
            label: label.to_owned(),
            e164,
        }
    }

    /// The same, understood as it was before, where it was.
    #[must_use]
    pub fn understood_as(self, e164: &str) -> Self {
        if e164.is_empty() || self.kind != ContactKind::Phone {
            return self;
        }
        let match_key = key(self.kind, &self.value, e164);
        Self { match_key, e164: e164.to_owned(), ..self }
    }
}

/// What two spellings of the same number or address have in common; empty where there is nothing to
/// know somebody by. A number without its country is one of this country.
pub fn match_key(kind: ContactKind, value: &str, home: Option<Country>) -> String {
    key(kind, value, &e164(kind, value, home))
}

/// How a number is dialled from anywhere; empty where that can't be told, and for what is no number.
fn e164(kind: ContactKind, value: &str, home: Option<Country>) -> String {
    let number = (kind == ContactKind::Phone).then(|| phone::to_e164(value, home));
    number.flatten().unwrap_or_default()
}

/// A whole number, or nothing: the ends of two strangers' numbers may be the same.
fn key(kind: ContactKind, value: &str, e164: &str) -> String {
    match kind {
        ContactKind::Email => crate::accounts::normal_email(value),
        ContactKind::Address => address_key(value),
        ContactKind::Phone => {
            let digits = fold::digits(value);
            match (digits.len() < KEY_DIGITS_MIN, e164.is_empty()) {
                (true, _) => String::new(),
                (false, true) => digits,
                (false, false) => e164.to_owned(),
            }
        }
    }
}

/// The words and numbers of an address, in their order. Without the number of a house, or without a word, it
/// is a town or a street, where many live.
fn address_key(value: &str) -> String {
    let folded = fold::fold(value);
    let words = folded.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> =
        words.filter(|word| !word.is_empty() && !STREET_WORDS.contains(word)).collect();
    let is_number = |word: &&str| word.starts_with(|letter: char| letter.is_ascii_digit());
    let is_name = |word: &&str| word.chars().filter(|letter| letter.is_alphabetic()).count() > 1;
    match words.iter().any(is_number) && words.iter().any(is_name) {
        true => words.join(" "),
        false => String::new(),
    }
}

/// All contacts of a person, in their order.
pub fn list(c: &mut Conn, tenant: &TenantId, person: &PersonId) -> Result<Vec<Contact>> {
    scope::tenant(c, tenant)?;
    Ok(contacts::table
        .filter(contacts::tenant_id.eq(tenant.as_str()))
        .filter(contacts::person_id.eq(person.as_str()))
        .order(contacts::position)
        .select(Contact::as_select())
        .load(c)?)
}

/// All contacts of these people, in their order.
pub fn list_of(c: &mut Conn, tenant: &TenantId, ids: &[PersonId]) -> Result<Vec<Contact>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<&str> = ids.iter().map(PersonId::as_str).collect();
    Ok(contacts::table
        .filter(contacts::tenant_id.eq(tenant.as_str()))
        .filter(contacts::person_id.eq_any(ids))
        .order((contacts::person_id, contacts::position))
        .select(Contact::as_select())
        .load(c)?)
}

/// How the numbers in these people's own rows are dialled from anywhere; without those of whom that
/// isn't known.
pub fn list_dialled(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, String>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<(String, String)> =
        contacts::table
            .inner_join(people::table.on(
                people::tenant_id.eq(contacts::tenant_id).and(people::id.eq(contacts::person_id)),
            ))
            .filter(contacts::tenant_id.eq(tenant.as_str()))
            .filter(contacts::person_id.eq_any(ids.iter().map(PersonId::as_str)))
            .filter(contacts::kind.eq(ContactKind::Phone.as_str()))
            .filter(contacts::value.eq(people::phone))
            .filter(contacts::e164.ne(""))
            .select((contacts::person_id, contacts::e164))
            .load(c)?;
    let read = |(id, e164): (String, String)| Ok((id.parse().map_err(Error::internal)?, e164));
    rows.into_iter().map(read).collect()
}

/// Puts these in the place of all that the person had. Most changes of a person are of something else,
/// and then nothing is written.
pub(crate) fn replace(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    rows: &[Contact],
) -> Result<()> {
    if list(c, tenant, person)? == rows {
        return Ok(());
    }
    let old = contacts::table
        .filter(contacts::tenant_id.eq(tenant.as_str()))
        .filter(contacts::person_id.eq(person.as_str()));
    diesel::delete(old).execute(c)?;
    for row in rows {
        diesel::insert_into(contacts::table).values(row.clone()).execute(c)?;
    }
    Ok(())
}

/// Who else, not deleted, has one of these numbers or addresses; oldest first.
pub fn list_sharing(
    c: &mut Conn,
    tenant: &TenantId,
    kind: ContactKind,
    keys: &[String],
    but: Option<&PersonId>,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let keys: Vec<&String> = keys.iter().filter(|key| !key.is_empty()).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> =
        contacts::table
            .inner_join(people::table.on(
                people::tenant_id.eq(contacts::tenant_id).and(people::id.eq(contacts::person_id)),
            ))
            .filter(contacts::tenant_id.eq(tenant.as_str()))
            .filter(contacts::kind.eq(kind.as_str()))
            .filter(contacts::match_key.eq_any(keys))
            .filter(contacts::person_id.ne(but.map(PersonId::as_str).unwrap_or_default()))
            .filter(people::deleted_at.is_null())
            // By nothing that an index is ordered by: SQLite would walk through everybody in that order
            // rather than look the keys up.
            .order(sql::<Text>("contacts.person_id || ''"))
            .select(contacts::person_id)
            .limit(SHARING_MAX * 4)
            .load(c)?;
    let mut ids: Vec<PersonId> =
        ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect::<Result<_>>()?;
    // Who shares a number and an address comes twice.
    ids.dedup();
    ids.truncate(usize::try_from(SHARING_MAX).unwrap_or_default());
    Ok(ids)
}

/// Who, not deleted, has a number for which all of this holds, at most so many. A macro, since what holds of a
/// row of two tables has a long type.
macro_rules! list_with_number {
    ($c:ident, $tenant:ident, $limit:ident, $($holds:expr),+ $(,)?) => {{
        let theirs =
            people::tenant_id.eq(contacts::tenant_id).and(people::id.eq(contacts::person_id));
        let ids: Vec<String> = contacts::table
            .inner_join(people::table.on(theirs))
            .filter(contacts::tenant_id.eq($tenant.as_str()))
            .filter(contacts::kind.eq(ContactKind::Phone.as_str()))
            $(.filter($holds))+
            .filter(people::deleted_at.is_null())
            .select(contacts::person_id)
            .limit($limit)
            .load($c)?;
        ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
    }};
}

/// Who, not deleted, has exactly this number, at most so many, in no particular order; somebody who has it
/// twice stands there twice.
pub(crate) fn list_having(
    c: &mut Conn,
    tenant: &TenantId,
    e164: &str,
    limit: i64,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    // A number that is understood is its own key, and only those begin with a plus.
    list_with_number!(c, tenant, limit, contacts::match_key.eq(e164))
}

/// Who, not deleted, has something for a number that isn't understood and has these digits in it: two numbers
/// in one, or one with a word beside it. At most so many, in no particular order.
pub(crate) fn list_unclear(
    c: &mut Conn,
    tenant: &TenantId,
    digits: &str,
    limit: i64,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    list_with_number!(
        c,
        tenant,
        limit,
        // Such a one is its own digits as a key; one that is understood begins with a plus.
        contacts::match_key.like(format!("%{digits}%")),
        contacts::match_key.not_like("+%"),
        // For the index: those with a plus stand before all digits, and are nearly all there are. Without
        // this SQLite walked through everybody.
        contacts::match_key.ge("0"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISRAEL: Option<Country> = Some(Country { code: "972", trunk: "0" });

    #[test]
    fn spellings_of_a_number_share_a_key_and_other_numbers_dont() {
        let key = |text| match_key(ContactKind::Phone, text, ISRAEL);
        for spelled in ["050-1234567", "+972 50 123 4567", "00972501234567", "972501234567"] {
            assert_eq!(key(spelled), "+972501234567", "{spelled}");
        }
        // A landline and a mobile with the same last eight digits.
        assert_ne!(key("02-1234567"), key("052-1234567"));
        assert_ne!(key("050-1234567"), key("+44 50 123 4567"));
    }

    #[test]
    fn a_number_whose_country_is_unknown_is_known_by_all_of_its_digits() {
        let key = |text| match_key(ContactKind::Phone, text, None);
        assert_eq!(key("050-123 4567"), key("(050) 1234567"));
        assert_eq!(key("050-123 4567"), "0501234567");
        assert_ne!(key("02-1234567"), key("052-1234567"));
        assert_eq!(key("+972 50 123 4567"), "+972501234567");
        for short in ["103", "*2700", "12 34 56"] {
            assert_eq!(match_key(ContactKind::Phone, short, ISRAEL), "", "{short}");
        }
        assert_eq!(match_key(ContactKind::Email, " Noa@X.com", ISRAEL), "noa@x.com");
    }

    #[test]
    fn spellings_of_an_address_share_a_key_and_streets_have_none() {
        let key = |text| match_key(ContactKind::Address, text, ISRAEL);
        let same = ["3 Yefet St., Jaffa", "3  yefet street Jaffa", "3, Yefet, JAFFA"];
        assert_eq!(same.map(key), ["3 yefet jaffa"; 3]);
        assert_eq!(key("רח' יפת 3, יפו"), key("יפת 3 יפו"));
        assert_ne!(key("3 Yefet St, Jaffa"), key("3 Yefet St, flat 2, Jaffa"));
        for street in ["Yefet Street, Jaffa", "Jaffa", "12345", "", "3 a"] {
            assert_eq!(key(street), "", "{street}");
        }
    }

    #[test]
    fn that_a_street_is_one_may_be_left_out() {
        let key = |text: &str| match_key(ContactKind::Address, text, ISRAEL);
        for street in ["St", "str.", "Street", "Rd", "Road", "Ave.", "Avenue"] {
            assert_eq!(key(&format!("3 Yefet {street}, Jaffa")), "3 yefet jaffa", "{street}");
        }
        for street in ["רחוב", "רח'", "רח׳"] {
            assert_eq!(key(&format!("{street} יפת 3, יפו")), key("יפת 3 יפו"), "{street}");
        }
    }

    #[test]
    fn what_was_understood_stays_so() {
        let ids = ("0192f000-0000-7000-8000-000000000001", "0192f000-0000-7000-8000-000000000002");
        let of: (TenantId, PersonId) = (ids.0.parse().unwrap(), ids.1.parse().unwrap());
        let said = |kind, value, home| Contact::said((&of.0, &of.1), 0, kind, (value, ""), home);
        let israeli = said(ContactKind::Phone, "050-1234567", ISRAEL);
        let germany = Some(Country { code: "49", trunk: "0" });
        let german = said(ContactKind::Phone, "050-1234567", germany);
        assert_ne!(german, israeli);
        assert_eq!(german.understood_as(&israeli.e164), israeli);
        let unknown = said(ContactKind::Phone, "050-1234567", None);
        assert_eq!(israeli.clone().understood_as(&unknown.e164), israeli);
        let address = said(ContactKind::Email, "noa@x.com", ISRAEL);
        assert_eq!((address.e164.as_str(), address.match_key.as_str()), ("", "noa@x.com"));
    }
}
