//! Plugins' keys and values: small state such as cursors, per tenant and plugin.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::{PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result};
use crate::page::{Page, bounded};
use crate::schema::kv;
use crate::scope;

row! {
    /// An entry. One whose time has come counts as absent.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Entry: kv, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub plugin_id: PluginId as String,
        pub key: String,
        pub value: Vec<u8>,
        pub rev: i64,
        pub expires_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

/// Whose keys: a plugin's in a tenant.
#[derive(Debug, Clone, Copy)]
pub struct Space<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The plugin.
    pub plugin: &'a PluginId,
}

impl<'a> Space<'a> {
    fn key(self, key: &'a str) -> (&'a str, &'a str, &'a str) {
        (self.tenant.as_str(), self.plugin.as_str(), key)
    }
}

fn is_alive(entry: &Entry, now: Timestamp) -> bool {
    entry.expires_at.is_none_or(|at| at > now)
}

fn find_any(c: &mut Conn, of: Space<'_>, key: &str) -> Result<Option<Entry>> {
    Ok(kv::table.find(of.key(key)).select(Entry::as_select()).first(c).optional()?)
}

/// The entry, if it is there and has not expired.
pub fn find(c: &mut Conn, of: Space<'_>, key: &str, now: Timestamp) -> Result<Option<Entry>> {
    scope::tenant(c, of.tenant)?;
    Ok(find_any(c, of, key)?.filter(|entry| is_alive(entry, now)))
}

/// What to write, and until when it lasts.
#[derive(Debug, Clone, Copy)]
pub struct Put<'a> {
    /// The value.
    pub value: &'a [u8],
    /// Only in the place of this revision; 0 is "only where none is"; none is "in any case".
    pub expected_rev: Option<i64>,
    /// When it is to vanish.
    pub expires_at: Option<Timestamp>,
}

/// Writes the entry; answers its new revision. Revisions of a key that expired go on counting.
///
/// # Errors
/// [`Error::Conflict`] when another revision is there than expected, or somebody else was faster;
/// [`Error::NotFound`] when the tenant doesn't have the plugin.
pub fn put(c: &mut Conn, of: Space<'_>, key: &str, put: Put<'_>, now: Timestamp) -> Result<i64> {
    scope::tenant(c, of.tenant)?;
    if put.expected_rev.is_none() {
        return put_over(c, of, key, &put);
    }
    let stored = find_any(c, of, key)?;
    let seen = stored.as_ref().filter(|entry| is_alive(entry, now)).map_or(0, |entry| entry.rev);
    if put.expected_rev.is_some_and(|expected| expected != seen) {
        return Err(Error::Conflict);
    }
    let expires_at = put.expires_at.map(Timestamp::as_millis);
    let rev = stored.as_ref().map_or(0, |entry| entry.rev) + 1;
    let rows = if stored.is_some() {
        let target = kv::table.find(of.key(key)).filter(kv::rev.eq(rev - 1));
        let set = (kv::value.eq(put.value), kv::rev.eq(rev), kv::expires_at.eq(expires_at));
        diesel::update(target).set(set).execute(c)?
    } else {
        let values = (
            kv::tenant_id.eq(of.tenant.as_str()),
            kv::plugin_id.eq(of.plugin.as_str()),
            kv::key.eq(key),
            kv::value.eq(put.value),
            kv::rev.eq(rev),
            kv::expires_at.eq(expires_at),
        );
        let insert = diesel::insert_into(kv::table).values(values).on_conflict_do_nothing();
        each_backend!(c, |c| insert.execute(c)?)
    };
    if rows == 0 { Err(Error::Conflict) } else { Ok(rev) }
}

/// Writes whatever is there: of several at once the last one stays, and none is refused.
fn put_over(c: &mut Conn, of: Space<'_>, key: &str, put: &Put<'_>) -> Result<i64> {
    let expires_at = put.expires_at.map(Timestamp::as_millis);
    let first = (
        kv::tenant_id.eq(of.tenant.as_str()),
        kv::plugin_id.eq(of.plugin.as_str()),
        kv::key.eq(key),
        kv::value.eq(put.value),
        kv::rev.eq(1),
        kv::expires_at.eq(expires_at),
    );
    let again = (kv::value.eq(put.value), kv::rev.eq(kv::rev + 1), kv::expires_at.eq(expires_at));
    let write = diesel::insert_into(kv::table)
        .values(first)
        .on_conflict((kv::tenant_id, kv::plugin_id, kv::key))
        .do_update()
        .set(again);
    Ok(each_backend!(c, |c| write.returning(kv::rev).get_result(c)?))
}

/// Deletes the entry, if it has the revision where one is given; one that isn't there is fine
/// unless a revision was expected.
pub fn delete(
    c: &mut Conn,
    of: Space<'_>,
    key: &str,
    expected_rev: Option<i64>,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, of.tenant)?;
    let Some(expected) = expected_rev else {
        diesel::delete(kv::table.find(of.key(key))).execute(c)?;
        return Ok(());
    };
    if find(c, of, key, now)?.map_or(0, |entry| entry.rev) != expected {
        return Err(Error::Conflict);
    }
    let target = kv::table.find(of.key(key)).filter(kv::rev.eq(expected));
    let rows = diesel::delete(target).execute(c)?;
    if rows == 0 && expected != 0 { Err(Error::Conflict) } else { Ok(()) }
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    key: String,
}

// Not LIKE: SQLite's ignores the case of ASCII.
const KEYS: &str = "\
    SELECT key FROM kv
    WHERE tenant_id = $1 AND plugin_id = $2 AND key >= $3 AND key > $4
        AND substr(key, 1, CAST($5 AS INTEGER)) = $3
        AND (expires_at IS NULL OR expires_at > $6)
    ORDER BY key LIMIT $7";

/// A page of keys that begin with the prefix, byte by byte in order; the cursor is the last key of
/// the page before.
pub fn keys(
    c: &mut Conn,
    of: Space<'_>,
    prefix: &str,
    after: Option<&str>,
    limit: i64,
    now: Timestamp,
) -> Result<Page<String, String>> {
    scope::tenant(c, of.tenant)?;
    let limit = bounded(limit);
    let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
    let rows: Vec<Key> = diesel::sql_query(KEYS)
        .bind::<Text, _>(of.tenant.as_str())
        .bind::<Text, _>(of.plugin.as_str())
        .bind::<Text, _>(prefix)
        .bind::<Text, _>(after.unwrap_or_default())
        .bind::<BigInt, _>(length)
        .bind::<BigInt, _>(now.as_millis())
        .bind::<BigInt, _>(limit + 1)
        .load(c)?;
    let keys = rows.into_iter().map(|row| row.key).collect();
    Ok(Page::cut(keys, limit, String::clone))
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

const SIZE: &str = "\
    SELECT CAST(COALESCE(SUM(length(value) + length(key)), 0) AS BIGINT) AS bytes
    FROM kv WHERE tenant_id = $1 AND plugin_id = $2";

/// How much the plugin keeps in this tenant: bytes of values and characters of keys.
pub fn size_bytes(c: &mut Conn, of: Space<'_>) -> Result<i64> {
    scope::tenant(c, of.tenant)?;
    let size: Size = diesel::sql_query(SIZE)
        .bind::<Text, _>(of.tenant.as_str())
        .bind::<Text, _>(of.plugin.as_str())
        .get_result(c)?;
    Ok(size.bytes)
}

/// Removes what has expired; answers how many.
pub fn delete_expired(c: &mut Conn, now: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let expired = kv::table.filter(kv::expires_at.le(now.as_millis()));
    Ok(diesel::delete(expired).execute(c)?)
}
