//! People who may be there twice: groups of those who share a number, an address or a name.

use std::collections::{HashMap, HashSet};

use domain::{PersonId, TenantId};
use store::contacts::ContactKind;
use store::people::ADDRESS_SHARED_MAX;
use store::{Conn, Page};

use super::Person;
use super::apart::without_apart;
use crate::App;
use crate::context::Context;
use crate::error::Result;

pub use store::people::Alike;

/// Most people of one group that share a name.
const GROUP_MAX: i64 = 20;
/// Most groups of a page.
const GROUPS_MAX: i64 = 200;
/// How much of what people share is looked at for a page, where many were said to be two.
const LOOKED_AT_MAX: usize = 1_000;
/// Of how much of it it is looked up at once who has it.
const TOGETHER: i64 = 100;
/// What two may share, in the order in which it is gone through.
const ORDER: [&str; 4] = ["phone", "email", "address", "name"];

/// People who may be one.
#[derive(Debug, Clone)]
pub struct Doubles {
    /// What they share: `phone`, `email`, `address` or `name`.
    pub by: String,
    /// They, oldest first.
    pub people: Vec<Person>,
}

/// A page of groups of people who share a number, an address or a name; each group once. Those of whom it was
/// said that they are two aren't in one. Where many were, a page has fewer groups than it may, and others
/// follow all the same.
pub async fn list_doubles(
    app: &App,
    ctx: &Context,
    after: Option<Alike>,
    limit: i64,
) -> Result<Page<Doubles, Alike>> {
    ctx.require_to_see(domain::Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    let most = usize::try_from(limit.clamp(1, GROUPS_MAX)).unwrap_or(1);
    app.db
        .inspect(move |c| -> Result<Page<Doubles, Alike>> {
            let (groups, next) = find(c, &tenant, after, most)?;
            let mut items = Vec::new();
            for (alike, ids) in groups {
                let mut people = store::people::list_by_ids(c, &tenant, &ids)?;
                people.sort_by(|a, b| a.id.cmp(&b.id));
                items.push(Doubles { by: alike.by, people });
            }
            Ok(Page { items, next })
        })
        .await
}

/// What the people of a group share, and they, oldest first.
type Group = (Alike, Vec<PersonId>);

/// The groups after a place, at most so many, and the place after them where there may be more.
fn find(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<Alike>,
    most: usize,
) -> Result<(Vec<Group>, Option<Alike>)> {
    let any_apart = store::people::count_apart(c, tenant)? > 0;
    let (mut groups, mut place, mut looked_at) = (Vec::new(), after, 0);
    loop {
        let some = store::people::list_shared(c, tenant, place.as_ref(), TOGETHER)?;
        let is_last = i64::try_from(some.len()).is_ok_and(|count| count < TOGETHER);
        looked_at += some.len();
        groups.extend(groups_of(c, tenant, &some, any_apart)?);
        if groups.len() > most {
            groups.truncate(most);
            let next = groups.last().map(|(alike, _)| alike.clone());
            return Ok((groups, next));
        }
        if is_last {
            return Ok((groups, None));
        }
        place = some.into_iter().next_back();
        if looked_at >= LOOKED_AT_MAX {
            return Ok((groups, place));
        }
    }
}

/// The groups of those who share each of these, but those that stand in a group before.
fn groups_of(
    c: &mut Conn,
    tenant: &TenantId,
    shared: &[Alike],
    any_apart: bool,
) -> Result<Vec<Group>> {
    let all = sharing(c, tenant, shared, any_apart)?;
    let everybody: HashSet<&PersonId> = all.iter().flatten().collect();
    let everybody: Vec<PersonId> = everybody.into_iter().cloned().collect();
    let mut has: HashMap<PersonId, Vec<Alike>> = HashMap::new();
    for it in store::contacts::list_of(c, tenant, &everybody)? {
        if !it.match_key.is_empty() {
            let alike = Alike { by: it.kind.to_string(), key: it.match_key };
            has.entry(it.person_id).or_default().push(alike);
        }
    }
    let mut groups = Vec::new();
    for (alike, ids) in shared.iter().zip(all) {
        if ids.len() > 1 && !stands_before(c, tenant, (alike, &ids), &has, any_apart)? {
            groups.push((alike.clone(), ids));
        }
    }
    Ok(groups)
}

/// Whether all of these share something else too, and stand in its group, which comes before.
fn stands_before(
    c: &mut Conn,
    tenant: &TenantId,
    (alike, ids): (&Alike, &[PersonId]),
    has: &HashMap<PersonId, Vec<Alike>>,
    any_apart: bool,
) -> Result<bool> {
    let of = |id: &PersonId| has.get(id).map(Vec::as_slice).unwrap_or_default();
    let Some((first, others)) = ids.split_first() else { return Ok(false) };
    for before in of(first).iter().filter(|it| order_of(it) < order_of(alike)) {
        if !others.iter().all(|id| of(id).contains(before)) {
            continue;
        }
        if before.by == ContactKind::Address.as_str() && is_of_many(c, tenant, &before.key)? {
            continue;
        }
        let shown = sharing(c, tenant, std::slice::from_ref(before), any_apart)?;
        if shown.first().is_some_and(|shown| ids.iter().all(|id| shown.contains(id))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where something stands in the order in which all of it is gone through, the same on every database: of two
/// things that the same people share, one comes before.
fn order_of(alike: &Alike) -> (usize, &str) {
    let at = ORDER.iter().position(|by| *by == alike.by);
    (at.unwrap_or(ORDER.len()), &alike.key)
}

/// Whether so many have an address that nobody is one by it.
fn is_of_many(c: &mut Conn, tenant: &TenantId, key: &str) -> Result<bool> {
    let keys = [key.to_owned()];
    let theirs = store::contacts::list_sharing(c, tenant, ContactKind::Address, &keys, None)?;
    Ok(theirs.len() > ADDRESS_SHARED_MAX)
}

/// Who shares each of these, oldest first; where it was said of some that they are two, without those.
fn sharing(
    c: &mut Conn,
    tenant: &TenantId,
    shared: &[Alike],
    any_apart: bool,
) -> Result<Vec<Vec<PersonId>>> {
    let mut all = Vec::new();
    for each in shared {
        let mut ids = match each.by.parse() {
            Ok(kind) => {
                let keys = std::slice::from_ref(&each.key);
                store::contacts::list_sharing(c, tenant, kind, keys, None)?
            }
            Err(_) => store::people::list_named(c, tenant, &each.key, GROUP_MAX)?,
        };
        ids.sort();
        all.push(ids);
    }
    if any_apart {
        let everybody: Vec<PersonId> = all.iter().flatten().cloned().collect();
        let apart = store::people::list_apart(c, tenant, &everybody)?.into_iter().collect();
        for ids in &mut all {
            *ids = without_apart(ids, &apart);
        }
    }
    Ok(all)
}
