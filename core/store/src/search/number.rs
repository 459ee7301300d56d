//! A phone number that somebody typed from its beginning: whoever has exactly that number is meant, and
//! nobody else whose number ends like it.

use domain::phone::{self, Country};
use domain::{PersonId, TenantId};

use super::Kind;
use super::finding::FEW_LISTED;
use super::query::{NUMBER_DIGITS_MIN, Query};
use crate::backend::Conn;
use crate::error::Result;
use crate::{contacts, scope, tenants};

/// From this many digits within its country on a number is whole: what is typed of it isn't its end.
const WHOLE_DIGITS_MIN: usize = 8;

/// How many digits a number of North America has, its code among them.
const NORTH_AMERICAN_DIGITS: usize = 11;

/// Those who have exactly the number that a text is, the newest first; nobody where it is none, may be the
/// end of one, or is had by very many. Where nobody has a whole number, those have it in whose own something
/// isn't understood as one number; its end is looked for in no other.
pub(super) fn owners(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    text: &str,
    query: &mut Query,
) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    // While some numbers aren't read yet, who has this one isn't known.
    if kind != Kind::Person || !may_be_number(text) || contacts::is_behind(c, tenant)? {
        return Ok(Vec::new());
    }
    let home = tenants::find_country(c, tenant)?;
    let Some(e164) = phone::to_e164(text.trim(), home) else { return Ok(Vec::new()) };
    let begins = begins(text, &e164, home);
    if !begins && home.is_none_or(|home| !home.trunk.is_empty()) {
        return Ok(Vec::new());
    }
    let most = i64::try_from(FEW_LISTED + 1).unwrap_or(i64::MAX);
    let mut owners = contacts::list_having(c, tenant, &e164, most)?;
    if owners.len() > FEW_LISTED {
        // Too many to name all of them, which a list is to hold.
        return Ok(Vec::new());
    }
    let is_whole = phone::within_country(text).len() >= WHOLE_DIGITS_MIN;
    if owners.is_empty() && begins && is_whole && home.is_some() {
        owners = contacts::list_unclear(c, tenant, &phone::within_country(&e164), most)?;
        query.forget_ends();
    }
    owners.sort_unstable();
    owners.dedup();
    owners.reverse();
    Ok(owners.iter().map(PersonId::to_string).collect())
}

fn may_be_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= NUMBER_DIGITS_MIN && !text.chars().any(char::is_alphabetic)
}

/// Whether a number was typed with what is dialled before all others: its country, or what stands for that
/// at home.
fn begins(text: &str, e164: &str, home: Option<Country>) -> bool {
    let kept = |c: &char| *c == '+' || c.is_ascii_digit();
    let typed: String = text.chars().filter(kept).collect();
    let has_country = typed.starts_with('+') || typed.starts_with("00");
    let is_dialled = e164.strip_prefix('+') == Some(typed.as_str());
    if home.is_some_and(|home| home.trunk == home.code) {
        // What is dialled before a number is its code there, and may as well begin the end of one.
        return has_country || is_dialled && typed.len() == NORTH_AMERICAN_DIGITS;
    }
    let has_trunk =
        home.is_some_and(|home| !home.trunk.is_empty() && typed.starts_with(home.trunk));
    has_country || has_trunk || is_dialled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_the_end_of_a_number_was_not_typed_from_its_beginning() {
        let home = Some(Country { code: "972", trunk: "0" });
        let typed = |text: &str| begins(text, &phone::to_e164(text, home).unwrap(), home);
        for whole in ["052-1234567", "+972 52 123 4567", "00972521234567", "972521234567"] {
            assert!(typed(whole), "{whole}");
        }
        for end in ["21234567", "2-123 4567", "1234567"] {
            assert!(!typed(end), "{end}");
        }
        let home = Some(Country { code: "1", trunk: "1" });
        let typed = |text: &str| begins(text, &phone::to_e164(text, home).unwrap(), home);
        for whole in ["1 202-555-0123", "+1 202 555 0123", "0012025550123"] {
            assert!(typed(whole), "{whole}");
        }
        for end in ["12345678", "123-456-789", "1234567890", "202-555-0123"] {
            assert!(!typed(end), "{end}");
        }
        assert!(may_be_number("(052) 123-4567"));
        assert!(!may_be_number("052-12") && !may_be_number("Dana 052-1234567"));
    }
}
