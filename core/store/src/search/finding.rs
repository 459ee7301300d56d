//! Looking. What a query costs is bounded: of each way so many rows are read, and as many things are held
//! against the whole query.
//!
//! A list needs all that fit ([`seek`]): where one term has few things, those are looked at one by one, and
//! otherwise the list's own statement asks the index. Who types needs a few, the best first ([`best`]).

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use domain::TenantId;

use super::backlog::is_behind;
use super::query::{Query, Term, Way};
use super::words::{Words, kept_words, words_of};
use super::{Kind, index, near, number};
use crate::backend::{Conn, MultiBackend};
use crate::error::Result;
use crate::fold;
use crate::schema::{search_things, search_words, tags};
use crate::scope;

/// As many rows are read of one piece of the index for whoever types. A term with no more things than that
/// is looked at whole.
const FEW: usize = 1_000;
/// The same for a list, which is to hold all.
pub(super) const FEW_LISTED: usize = 2_000;
/// Where every term has more, as many of the newest things are looked at.
const NEWEST: i64 = 2_000;
/// Fewer than this are too few for somebody who may have mistyped.
const TOO_FEW: usize = 3;
/// After everything that a word may begin with.
pub(super) const LAST: char = '\u{10FFFF}';

/// What a list is to hold, as far as the words of a query go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought(pub(crate) Found);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing was asked for.
    #[default]
    All,
    /// These.
    These(Vec<String>),
    /// Too many to name: those that each of these terms has.
    Terms(Kind, Vec<Pieces>),
    /// Not everything has words yet: by a pattern, as before.
    Pattern(String),
}

/// The pieces of the index that hold a term. Of a shape that doesn't depend on the term: diesel's statements
/// for either database can't hold another whose shape is known late.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pieces {
    /// Words.
    pub whole: Vec<String>,
    /// What words begin with, and after all of those; empty where there is no such piece.
    pub begins: [(String, String); BEGINNINGS_MAX],
}

/// As many beginnings has a term at most.
pub(super) const BEGINNINGS_MAX: usize = 4;

impl Pieces {
    fn of(ways: &[Way]) -> Self {
        let (whole, begins): (Vec<&Way>, Vec<&Way>) = ways.iter().partition(|way| way.whole);
        let mut pieces = Self::default();
        pieces.whole.extend(whole.into_iter().map(|way| way.text.clone()));
        for (piece, way) in pieces.begins.iter_mut().zip(begins) {
            *piece = (way.text.clone(), format!("{}{LAST}", way.text));
        }
        pieces
    }
}

/// Every thing with a word in one of these pieces: a statement for another's `eq_any`. That is held against
/// `true` there, which keeps PostgreSQL from making a join of it: it reads these once and looks each row up
/// among them, whatever it believes of a table that it hasn't counted yet.
macro_rules! having {
    ($tenant:expr, $kind:expr, $pieces:expr) => {{
        use $crate::schema::search_words as rows;
        let [one, two, three, four] = &$pieces.begins;
        rows::table
            .filter(rows::tenant_id.eq($tenant.as_str()))
            .filter(rows::kind.eq($kind.as_str()))
            .filter(
                rows::word
                    .eq_any(&$pieces.whole)
                    .or(rows::word.ge(&one.0).and(rows::word.lt(&one.1)))
                    .or(rows::word.ge(&two.0).and(rows::word.lt(&two.1)))
                    .or(rows::word.ge(&three.0).and(rows::word.lt(&three.1)))
                    .or(rows::word.ge(&four.0).and(rows::word.lt(&four.1))),
            )
            .select(rows::thing_id)
    }};
}
pub(crate) use having;

/// The same in a shape of its own, for these ways alone.
fn rows_having<'a>(
    tenant: &'a TenantId,
    kind: Kind,
    ways: &'a [Way],
) -> search_words::BoxedQuery<'a, MultiBackend, diesel::sql_types::Text> {
    let mut query = search_words::table.select(search_words::thing_id).into_boxed();
    let (whole, beginnings): (Vec<&Way>, Vec<&Way>) = ways.iter().partition(|way| way.whole);
    let of =
        || search_words::tenant_id.eq(tenant.as_str()).and(search_words::kind.eq(kind.as_str()));
    for way in beginnings {
        let begins = search_words::word
            .ge(&way.text)
            .and(search_words::word.lt(format!("{}{LAST}", way.text)));
        query = query.or_filter(of().and(begins));
    }
    if !whole.is_empty() {
        let words: Vec<&str> = whole.iter().map(|way| way.text.as_str()).collect();
        query = query.or_filter(of().and(search_words::word.eq_any(words)));
    }
    query
}

/// Finds out what a list of things that fit a text holds. A number that somebody has leads to them alone.
/// Where nothing fits, a typing error is forgiven.
pub fn seek(c: &mut Conn, tenant: &TenantId, kind: Kind, text: &str) -> Result<Sought> {
    scope::tenant(c, tenant)?;
    let Some(mut query) = Query::of(text, kind) else { return Ok(Sought::default()) };
    let owners = number::owners(c, tenant, kind, text, &mut query)?;
    if !owners.is_empty() {
        return Ok(Sought(Found::These(owners)));
    }
    if is_behind(c, tenant, kind)? {
        return Ok(Sought(fold::contains(text).map_or(Found::All, Found::Pattern)));
    }
    know_tags(c, tenant, kind, &mut query)?;
    let mut found = sought(c, tenant, kind, &query)?;
    if found == Found::These(Vec::new()) && forgive(c, tenant, &mut query, true)? {
        found = sought(c, tenant, kind, &query)?;
    }
    Ok(Sought(found))
}

fn sought(c: &mut Conn, tenant: &TenantId, kind: Kind, query: &Query) -> Result<Found> {
    scope::tenant(c, tenant)?;
    let probed = probe(c, tenant, kind, query, FEW_LISTED)?;
    let Some(few) = probed.few else {
        let terms = query.terms.iter().map(|term| Pieces::of(&term.ways)).collect();
        return Ok(Found::Terms(kind, terms));
    };
    let ids: Vec<String> = few.into_iter().collect();
    if !probed.has_many {
        return Ok(Found::These(ids));
    }
    let fitting = look_at(c, tenant, kind, query, ids)?;
    Ok(Found::These(fitting.into_iter().map(|(_, id)| id).collect()))
}

/// The things that fit a text best, at most so many: those with the very words first, then the newest; for a
/// number that somebody has, they alone. Where they are very few, those follow that fit but for a typing
/// error, and then those of whom the last word begins one but for an error: whoever types isn't done with it.
/// Nothing while not everything of the kind has words: then it has to be looked for in another way.
pub fn best(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    text: &str,
    limit: usize,
) -> Result<Option<Vec<String>>> {
    scope::tenant(c, tenant)?;
    let Some(mut query) = Query::of(text, kind) else { return Ok(Some(Vec::new())) };
    let mut owners = number::owners(c, tenant, kind, text, &mut query)?;
    if !owners.is_empty() {
        owners.truncate(limit);
        return Ok(Some(owners));
    }
    if is_behind(c, tenant, kind)? {
        return Ok(None);
    }
    know_tags(c, tenant, kind, &mut query)?;
    let mut all = ranked(c, tenant, kind, &query)?;
    let nothing = all.is_empty();
    if all.len() < TOO_FEW && forgive(c, tenant, &mut query, nothing)? {
        append(&mut all, ranked(c, tenant, kind, &query)?);
    }
    if all.len() < TOO_FEW && forgive_beginning(c, tenant, kind, &mut query)? {
        append(&mut all, ranked(c, tenant, kind, &query)?);
    }
    all.truncate(limit);
    Ok(Some(all))
}

fn append(all: &mut Vec<String>, more: Vec<String>) {
    let known: HashSet<String> = all.iter().cloned().collect();
    all.extend(more.into_iter().filter(|id| !known.contains(id)));
}

/// Whether something that says this fits a text by itself, with no error forgiven.
pub(crate) fn fits(kind: Kind, text: &str, said: &[&str]) -> bool {
    let words = said.iter().fold(Words::default(), |words, said| words.text(said)).kept();
    Query::of(text, kind).is_some_and(|query| query.fit(kept_words(&words)).is_some())
}

fn ranked(c: &mut Conn, tenant: &TenantId, kind: Kind, query: &Query) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    let probed = probe(c, tenant, kind, query, FEW)?;
    let mut fitting = match probed.few {
        Some(few) => look_at(c, tenant, kind, query, few.into_iter().collect())?,
        None => {
            let mut some = probed.some;
            for term in &query.terms {
                some.extend(newest_of(c, tenant, kind, term)?);
            }
            let mut fitting = look_at(c, tenant, kind, query, some.into_iter().collect())?;
            fitting.extend(newest(c, tenant, kind, query)?);
            fitting
        }
    };
    fitting.sort_unstable_by_key(|(fit, id)| Reverse((*fit, id.clone())));
    fitting.dedup();
    Ok(fitting.into_iter().map(|(_, id)| id).collect())
}

/// What the index says of a query's terms.
#[derive(Default)]
struct Probed {
    /// The things that all of those terms have that few things have; nothing where there is no such term.
    few: Option<BTreeSet<String>>,
    /// Whether there is a term that more things have than were read.
    has_many: bool,
    /// Some of the things of the term with the fewest rows read, where all have many.
    some: BTreeSet<String>,
}

fn probe(c: &mut Conn, tenant: &TenantId, kind: Kind, query: &Query, few: usize) -> Result<Probed> {
    scope::tenant(c, tenant)?;
    let mut probed = Probed::default();
    if query.terms.is_empty() {
        probed.few = Some(BTreeSet::new());
    }
    for term in &query.terms {
        let (ids, is_whole) = rows_of(c, tenant, kind, term, few)?;
        if is_whole {
            probed.few = Some(match probed.few.take() {
                Some(before) => before.intersection(&ids).cloned().collect(),
                None => ids,
            });
        } else {
            probed.has_many = true;
            probed.some = ids;
        }
        if probed.few.as_ref().is_some_and(BTreeSet::is_empty) {
            break;
        }
    }
    Ok(probed)
}

/// Things with a term, and whether these are all.
fn rows_of(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    term: &Term,
    few: usize,
) -> Result<(BTreeSet<String>, bool)> {
    scope::tenant(c, tenant)?;
    let (mut ids, mut is_whole) = (BTreeSet::new(), true);
    // Beginnings one by one: each is a piece of the index. What is whole is read together.
    let (whole, beginnings): (Vec<Way>, Vec<Way>) =
        term.ways.iter().cloned().partition(|way| way.whole);
    let parts = beginnings.chunks(1).chain([whole.as_slice()]);
    for part in parts.filter(|part| !part.is_empty()) {
        let most = i64::try_from(few + 1).unwrap_or(i64::MAX);
        let rows: Vec<String> = rows_having(tenant, kind, part)
            .order((search_words::word.desc(), search_words::thing_id.desc()))
            .limit(most)
            .load(c)?;
        is_whole &= rows.len() <= few;
        ids.extend(rows);
    }
    is_whole &= ids.len() <= few;
    Ok((ids, is_whole))
}

/// The newest things that have a term as a word of its own.
fn newest_of(c: &mut Conn, tenant: &TenantId, kind: Kind, term: &Term) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    let Some(way) = term.ways.first() else { return Ok(Vec::new()) };
    let way = Way { whole: true, ..way.clone() };
    Ok(rows_having(tenant, kind, std::slice::from_ref(&way))
        .order((search_words::word.desc(), search_words::thing_id.desc()))
        .limit(i64::try_from(FEW).unwrap_or(i64::MAX))
        .load(c)?)
}

/// Those of the newest things of all that fit.
fn newest(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    query: &Query,
) -> Result<Vec<(u32, String)>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<(String, String)> = search_things::table
        .filter(search_things::tenant_id.eq(tenant.as_str()))
        .filter(search_things::kind.eq(kind.as_str()))
        .order(search_things::thing_id.desc())
        .limit(NEWEST)
        .select((search_things::thing_id, search_things::words))
        .load(c)?;
    Ok(rows.into_iter().filter_map(|(id, kept)| fit(query, id, &kept)).collect())
}

/// Those of these things that fit.
fn look_at(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    query: &Query,
    ids: Vec<String>,
) -> Result<Vec<(u32, String)>> {
    scope::tenant(c, tenant)?;
    let mut fitting = Vec::new();
    for some in ids.chunks(index::AT_ONCE) {
        let kept: HashMap<String, String> =
            index::kept(c, tenant, kind, some.iter().map(String::as_str).collect())?;
        fitting.extend(kept.into_iter().filter_map(|(id, kept)| fit(query, id, &kept)));
    }
    Ok(fitting)
}

fn fit(query: &Query, id: String, kept: &str) -> Option<(u32, String)> {
    query.fit(kept_words(kept)).map(|fit| (fit, id))
}

/// People are found by the names of their tags too, of which each business has a few hundred at most.
fn know_tags(c: &mut Conn, tenant: &TenantId, kind: Kind, query: &mut Query) -> Result<()> {
    scope::tenant(c, tenant)?;
    if kind != Kind::Person {
        return Ok(());
    }
    let all: Vec<(String, String)> = tags::table
        .filter(tags::tenant_id.eq(tenant.as_str()))
        // One that is being removed is nobody's any more.
        .filter(tags::folded.ne(tags::id))
        .order(tags::folded)
        .select((tags::id, tags::name))
        .load(c)?;
    for (id, name) in all {
        let name = words_of(&name);
        for term in &mut query.terms {
            if term.begins_in(&name) {
                term.add_sign(&id);
            }
        }
    }
    Ok(())
}

/// Lets each word fit too that is one typing error away, of the shortest only where `nothing` fits; answers
/// whether there is one.
fn forgive(c: &mut Conn, tenant: &TenantId, query: &mut Query, nothing: bool) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let mut any = false;
    for term in &mut query.terms {
        let Some(word) = term.forgiven(nothing) else { continue };
        for meant in near::list(c, tenant, word)? {
            term.add(meant, true, false);
            any = true;
        }
    }
    Ok(any)
}

/// Lets the last word fit too as the beginning of one that is one typing error away, where very few things
/// have it otherwise; answers whether there is one. Where many have it, another word is what doesn't fit, and
/// most of the work is saved.
fn forgive_beginning(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    query: &mut Query,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let Some(term) = query.terms.last_mut() else { return Ok(false) };
    let Some(word) = term.forgiven(false) else { return Ok(false) };
    if rows_of(c, tenant, kind, term, TOO_FEW)?.0.len() >= TOO_FEW {
        return Ok(false);
    }
    let meant = near::list_begun(c, tenant, word)?;
    let any = !meant.is_empty();
    for word in meant {
        term.add(word, true, false);
    }
    Ok(any)
}
