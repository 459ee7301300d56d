//! The numbers and addresses of people. The first number and the first e-mail address also stand in
//! the row of the person.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::{PersonId, TenantId};

use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::fold;
use crate::schema::{contacts, people};
use crate::scope;

/// Most people with one number or address that are told.
const SHARING_MAX: i64 = 20;
/// How many digits at the end make a number the same number: what prefixes of countries and trunks
/// leave of the shortest national numbers.
const KEY_DIGITS: usize = 8;
/// Fewer digits than this are no number to know anybody by.
const KEY_DIGITS_MIN: usize = 7;

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
    }
}

/// What two spellings of the same number or address have in common; empty where there is nothing to
/// know somebody by.
pub fn match_key(kind: ContactKind, value: &str) -> String {
    match kind {
        ContactKind::Email => crate::accounts::normal_email(value),
        ContactKind::Address => String::new(),
        ContactKind::Phone => {
            let digits = fold::digits(value);
            if digits.len() < KEY_DIGITS_MIN {
                return String::new();
            }
            digits.get(digits.len().saturating_sub(KEY_DIGITS)..).unwrap_or_default().to_owned()
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_number_share_a_key() {
        let key = |text| match_key(ContactKind::Phone, text);
        assert_eq!(key("050-123 4567"), "01234567");
        assert_eq!(key("+972 (50) 1234567"), "01234567");
        assert_eq!(key("103"), "");
        assert_eq!(match_key(ContactKind::Email, " Noa@X.com"), "noa@x.com");
    }
}
