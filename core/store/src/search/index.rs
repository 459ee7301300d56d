//! Writing the words of things, and taking them out again.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use domain::TenantId;

use super::words::{Words, kept_words};
use super::{Kind, near};
use crate::backend::Conn;
use crate::error::Result;
use crate::schema::{search_things, search_words};
use crate::scope;

/// Most rows or ids of one statement.
pub(super) const AT_ONCE: usize = 500;

/// Makes these the words of these things; a thing without words isn't found.
pub(super) fn write(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    things: Vec<(String, Words)>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    for some in things.chunks(AT_ONCE) {
        write_some(c, tenant, kind, some)?;
    }
    Ok(())
}

/// [`write`] for things of which nothing is kept.
pub(super) fn write_new(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    things: Vec<(String, Words)>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let (mut new, mut come) = (Vec::new(), Vec::new());
    for (id, words) in things {
        let kept = words.kept();
        if !kept.is_empty() {
            come.extend(words.all().into_iter().map(|word| (word, id.clone())));
            new.push((id, kept));
        }
    }
    insert(c, tenant, kind, new)?;
    post(c, tenant, kind, come, true)
}

/// Takes things out.
pub(crate) fn forget(c: &mut Conn, tenant: &TenantId, kind: Kind, ids: &[String]) -> Result<()> {
    scope::tenant(c, tenant)?;
    write(c, tenant, kind, ids.iter().map(|id| (id.clone(), Words::default())).collect())
}

fn write_some(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    things: &[(String, Words)],
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let before = kept(c, tenant, kind, things.iter().map(|(id, _)| id.as_str()).collect())?;
    let (mut come, mut gone) = (Vec::new(), BTreeSet::new());
    let (mut new, mut out) = (Vec::new(), Vec::new());
    for (id, words) in things {
        let (now, was) = (words.kept(), before.get(id).map(String::as_str));
        if was.unwrap_or_default() == now {
            continue;
        }
        let had: BTreeSet<String> =
            kept_words(was.unwrap_or_default()).map(|(word, _)| word.to_owned()).collect();
        let has = words.all();
        let lost: Vec<&String> = had.difference(&has).collect();
        remove(c, tenant, kind, id, &lost)?;
        gone.extend(lost.into_iter().cloned());
        come.extend(has.difference(&had).map(|word| (word.clone(), id.clone())));
        match (was, now.is_empty()) {
            (Some(_), true) => out.push(id.as_str()),
            (Some(_), false) => change(c, tenant, kind, id, &now)?,
            (None, _) => new.push((id.clone(), now)),
        }
    }
    insert(c, tenant, kind, new)?;
    post(c, tenant, kind, come, false)?;
    let target = search_things::table
        .filter(search_things::tenant_id.eq(tenant.as_str()))
        .filter(search_things::kind.eq(kind.as_str()))
        .filter(search_things::thing_id.eq_any(out));
    diesel::delete(target).execute(c)?;
    near::forget(c, tenant, gone)
}

/// What is kept beside things, by their ids.
pub(super) fn kept(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    ids: Vec<&str>,
) -> Result<HashMap<String, String>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<(String, String)> = search_things::table
        .filter(search_things::tenant_id.eq(tenant.as_str()))
        .filter(search_things::kind.eq(kind.as_str()))
        .filter(search_things::thing_id.eq_any(ids))
        .select((search_things::thing_id, search_things::words))
        .load(c)?;
    Ok(rows.into_iter().collect())
}

fn remove(c: &mut Conn, tenant: &TenantId, kind: Kind, id: &str, words: &[&String]) -> Result<()> {
    scope::tenant(c, tenant)?;
    if words.is_empty() {
        return Ok(());
    }
    let target = search_words::table
        .filter(search_words::tenant_id.eq(tenant.as_str()))
        .filter(search_words::kind.eq(kind.as_str()))
        .filter(search_words::word.eq_any(words.iter().copied()))
        .filter(search_words::thing_id.eq(id));
    diesel::delete(target).execute(c)?;
    Ok(())
}

fn change(c: &mut Conn, tenant: &TenantId, kind: Kind, id: &str, words: &str) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = search_things::table.find((tenant.as_str(), kind.as_str(), id));
    diesel::update(target).set(search_things::words.eq(words)).execute(c)?;
    Ok(())
}

fn insert(c: &mut Conn, tenant: &TenantId, kind: Kind, rows: Vec<(String, String)>) -> Result<()> {
    scope::tenant(c, tenant)?;
    let row = |(id, words): (String, String)| {
        (
            search_things::tenant_id.eq(tenant.to_string()),
            search_things::kind.eq(kind.to_string()),
            search_things::thing_id.eq(id),
            search_things::words.eq(words),
        )
    };
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    if !rows.is_empty() {
        let insert = diesel::insert_into(search_things::table).values(rows);
        each_backend!(c, |c| insert.execute(c)?);
    }
    Ok(())
}

/// Notes which things have which words. Where none of it can be there, nobody looks whether it is.
fn post(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    mut words: Vec<(String, String)>,
    are_new: bool,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    // In the order of the key: next to each other on the disk, and the same for all who wait for each other.
    words.sort_unstable();
    let distinct: BTreeSet<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    near::learn(c, tenant, distinct)?;
    for some in words.chunks(AT_ONCE * 2) {
        each_backend!(
            c,
            Sqlite(c) => {
                let row = |(word, id): &(String, String)| {
                    (
                        search_words::tenant_id.eq(tenant.to_string()),
                        search_words::kind.eq(kind.to_string()),
                        search_words::word.eq(word.clone()),
                        search_words::thing_id.eq(id.clone()),
                    )
                };
                let rows: Vec<_> = some.iter().map(row).collect();
                let insert = diesel::insert_into(search_words::table).values(rows);
                if are_new {
                    insert.execute(c)?
                } else {
                    insert.on_conflict_do_nothing().execute(c)?
                }
            },
            Postgres(c) => {
                // Two lists in place of four values a row, which take longer to read than to write.
                let (words, ids): (Vec<&str>, Vec<&str>) =
                    some.iter().map(|(word, id)| (word.as_str(), id.as_str())).unzip();
                diesel::sql_query(if are_new { POST_NEW } else { POST })
                    .bind::<Text, _>(tenant.as_str())
                    .bind::<Text, _>(kind.as_str())
                    .bind::<Array<Text>, _>(words)
                    .bind::<Array<Text>, _>(ids)
                    .execute(c)?
            },
        );
    }
    Ok(())
}

const POST_NEW: &str = "INSERT INTO search_words (tenant_id, kind, word, thing_id) \
     SELECT $1, $2, new.word, new.thing_id FROM unnest($3, $4) AS new (word, thing_id)";

const POST: &str = "INSERT INTO search_words (tenant_id, kind, word, thing_id) \
     SELECT $1, $2, new.word, new.thing_id FROM unnest($3, $4) AS new (word, thing_id) \
     ON CONFLICT DO NOTHING";
