//! Words that are one typing error apart: a letter too many, too few, another one, or two in each other's
//! place. Each word is kept under itself and under all that is left of it without one letter; two words
//! one error apart have one of these in common (Garbe, "SymSpell", 2012).

use std::collections::BTreeSet;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use domain::TenantId;

use super::KINDS;
use super::finding::LAST;
use super::index::AT_ONCE;
use crate::backend::Conn;
use crate::error::Result;
use crate::schema::{search_near, search_words};
use crate::scope;

/// Shorter words have too many others near them.
const LETTERS_MIN: usize = 3;
/// Longer ones are few, and each letter costs a row.
const LETTERS_MAX: usize = 20;
/// As many words near one are looked at.
const NEAR_MAX: i64 = 200;
/// As many rows are read of each piece of the index that a mistyped beginning may lead to.
const BEGUN_ROWS_MAX: i64 = 300;
/// As many words count that begin nearly so.
const BEGUN_MAX: usize = 24;

fn is_known(word: &str) -> bool {
    let letters = word.chars().count();
    (LETTERS_MIN..=LETTERS_MAX).contains(&letters) && word.chars().all(char::is_alphabetic)
}

/// The word, and what is left of it without each of its letters.
fn forms(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().collect();
    let without = |at: usize| {
        let kept = letters.iter().enumerate().filter(|(place, _)| *place != at);
        kept.map(|(_, letter)| letter).collect()
    };
    (0..letters.len()).map(without).chain([word.to_owned()]).collect()
}

/// Notes words that somebody may mistype. Whoever brings the same word meanwhile is waited for, so all rows
/// come in one order, however many they are: of two who bring the same words one waits, and never both.
/// Calls of one transaction have no order among them: of two that bring the same new words in several calls,
/// each the other way round, the database ends one, which is told to try again.
pub(super) fn learn(c: &mut Conn, tenant: &TenantId, words: BTreeSet<&str>) -> Result<()> {
    scope::tenant(c, tenant)?;
    let words: Vec<&str> = words.into_iter().filter(|word| is_known(word)).collect();
    let mut known = BTreeSet::new();
    for some in words.chunks(AT_ONCE) {
        let query = search_near::table
            .filter(search_near::tenant_id.eq(tenant.as_str()))
            .filter(search_near::near.eq_any(some))
            .filter(search_near::near.eq(search_near::word))
            .select(search_near::word);
        // Locked, so that nobody forgets it meanwhile.
        let found: Vec<String> = each_backend!(
            c,
            Sqlite(c) => query.load(c)?,
            Postgres(c) => query.for_key_share().load(c)?
        );
        known.extend(found);
    }
    let new = words.into_iter().filter(|word| !known.contains(*word));
    for some in rows_of(new).chunks(AT_ONCE * 2) {
        let row = |(near, word): &(String, &str)| {
            (
                search_near::tenant_id.eq(tenant.to_string()),
                search_near::near.eq(near.clone()),
                search_near::word.eq((*word).to_owned()),
            )
        };
        let rows: Vec<_> = some.iter().map(row).collect();
        let insert = diesel::insert_into(search_near::table).values(rows).on_conflict_do_nothing();
        each_backend!(c, |c| insert.execute(c)?);
    }
    Ok(())
}

/// The rows of words, in the order of their key.
fn rows_of<'w>(words: impl Iterator<Item = &'w str>) -> Vec<(String, &'w str)> {
    let of = |word: &'w str| forms(word).into_iter().map(move |near| (near, word));
    let mut rows: Vec<(String, &str)> = words.flat_map(of).collect();
    rows.sort_unstable();
    rows
}

/// Forgets those of these words that nothing has any more.
pub(super) fn forget(c: &mut Conn, tenant: &TenantId, words: BTreeSet<String>) -> Result<()> {
    scope::tenant(c, tenant)?;
    let words: Vec<String> = words.into_iter().filter(|word| is_known(word)).collect();
    for some in words.chunks(AT_ONCE) {
        let unused = list_unused(c, tenant, some)?;
        if unused.is_empty() {
            continue;
        }
        // Whoever is about to use one holds it, and isn't waited for: then it stays.
        let own = search_near::table
            .filter(search_near::tenant_id.eq(tenant.as_str()))
            .filter(search_near::near.eq_any(&unused))
            .filter(search_near::near.eq(search_near::word))
            .select(search_near::word);
        let held: Vec<String> = each_backend!(
            c,
            Sqlite(_c) => unused.clone(),
            Postgres(c) => own.for_update().skip_locked().load(c)?
        );
        // Looked at again once they are ours.
        let unused = list_unused(c, tenant, &held)?;
        for few in unused.chunks(20) {
            let nears: BTreeSet<String> = few.iter().flat_map(|word| forms(word)).collect();
            let target = search_near::table
                .filter(search_near::tenant_id.eq(tenant.as_str()))
                .filter(search_near::near.eq_any(nears))
                .filter(search_near::word.eq_any(few));
            diesel::delete(target).execute(c)?;
        }
    }
    Ok(())
}

fn list_unused(c: &mut Conn, tenant: &TenantId, words: &[String]) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    let uses = search_words::table
        .filter(search_words::tenant_id.eq(search_near::tenant_id))
        .filter(search_words::kind.eq_any(KINDS))
        .filter(search_words::word.eq(search_near::word));
    Ok(search_near::table
        .filter(search_near::tenant_id.eq(tenant.as_str()))
        .filter(search_near::near.eq_any(words))
        .filter(search_near::near.eq(search_near::word))
        .filter(not(exists(uses)))
        .select(search_near::word)
        .load(c)?)
}

/// The words that this one may be meant as, itself left out.
pub(super) fn list(c: &mut Conn, tenant: &TenantId, typed: &str) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    let found: Vec<String> = search_near::table
        .filter(search_near::tenant_id.eq(tenant.as_str()))
        .filter(search_near::near.eq_any(forms(typed)))
        .select(search_near::word)
        .distinct()
        .order(search_near::word)
        .limit(NEAR_MAX)
        .load(c)?;
    Ok(found.into_iter().filter(|word| is_one_error(typed, word)).collect())
}

/// The words that begin with what this beginning may be meant as, the shortest first. What a beginning is
/// without one of its letters begins what its word is without one.
pub(super) fn list_begun(c: &mut Conn, tenant: &TenantId, typed: &str) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    let mut found = BTreeSet::new();
    for form in forms(typed) {
        let some: Vec<String> = search_near::table
            .filter(search_near::tenant_id.eq(tenant.as_str()))
            .filter(search_near::near.ge(&form))
            .filter(search_near::near.lt(format!("{form}{LAST}")))
            .order((search_near::near, search_near::word))
            .limit(BEGUN_ROWS_MAX)
            .select(search_near::word)
            .load(c)?;
        found.extend(some.into_iter().filter(|word| begins_nearly(typed, word)));
    }
    let mut found: Vec<String> = found.into_iter().collect();
    found.sort_by_key(|word| word.chars().count());
    found.truncate(BEGUN_MAX);
    Ok(found)
}

/// Whether a word begins with what is one error from this, and not with this itself.
fn begins_nearly(typed: &str, word: &str) -> bool {
    if word.starts_with(typed) {
        return false;
    }
    let (typed_count, all) = (typed.chars().count(), word.chars().count());
    let lengths = typed_count.saturating_sub(1)..=typed_count + 1;
    lengths.filter(|length| *length <= all).any(|length| {
        let beginning: String = word.chars().take(length).collect();
        is_one_error(typed, &beginning)
    })
}

/// Whether one error makes the one of the other.
fn is_one_error(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(same..).unwrap_or_default(), other.get(same..).unwrap_or_default());
    match (one, other) {
        ([], []) => false,
        ([a, b, rest @ ..], [c, d, others @ ..]) if a == d && b == c && rest == others => true,
        ([_, rest @ ..], [_, others @ ..]) if rest == others => true,
        ([_, rest @ ..], other) if rest == other => true,
        (one, [_, others @ ..]) => one == others,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_very_many_words_are_in_one_order() {
        let letter = |n: u8| char::from(b'a' + n % 26);
        let word = |n: u16| -> String {
            let [high, low] = n.to_be_bytes();
            ['w', letter(low / 26), letter(low), letter(high), 'z'].into_iter().collect()
        };
        let words: BTreeSet<String> = (0..1_200).map(word).collect();
        assert!(words.len() > AT_ONCE, "{}", words.len());
        let rows = rows_of(words.iter().map(String::as_str));
        assert!(rows.is_sorted());
        let has = |word: &String| rows.binary_search(&(word.clone(), word.as_str())).is_ok();
        assert!(words.iter().all(has));
    }

    #[test]
    fn one_error_is_one_and_two_are_not() {
        for (one, other) in [
            ("dana", "dna"),
            ("dana", "danna"),
            ("dana", "dina"),
            ("dana", "dnaa"),
            ("cohen", "cohn"),
        ] {
            assert!(is_one_error(one, other) && is_one_error(other, one), "{one} {other}");
            let (these, those) = (forms(one), forms(other));
            assert!(these.intersection(&those).next().is_some(), "{one} {other}");
        }
        for (one, other) in [("dana", "dana"), ("dana", "dn"), ("dana", "adan"), ("levi", "lewy")] {
            assert!(!is_one_error(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_mistyped_beginning_is_near_all_that_begins_so() {
        for typed in ["coeh", "cohx", "cxohe", "oche", "choe"] {
            assert!(begins_nearly(typed, "cohenstein"), "{typed}");
            let near = |form: &String| forms(typed).iter().any(|begin| form.starts_with(begin));
            assert!(forms("cohenstein").iter().any(near), "{typed}");
        }
        for typed in ["hcoe", "chon", "levi", "cohen"] {
            assert!(!begins_nearly(typed, "cohenstein"), "{typed}");
        }
    }
}
