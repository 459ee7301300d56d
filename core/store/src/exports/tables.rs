//! Every table of a business, row by row, as JSON: by the list of columns (`columns.toml`), so that a new
//! table is in it by itself. What is sealed there is left out, and so is what is personal about how other
//! members sign in: of that each gets their own alone.

use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::{AccountId, TenantId};
use serde_json::Value;

use super::ARCHIVE;
use crate::backend::{Backend, Conn};
use crate::documents::OWN;
use crate::error::{Error, Result};
use crate::scope;

/// What each column holds.
const COLUMNS: &str = include_str!("../../columns.toml");

/// What is made from the other tables is left out.
const DERIVED: [&str; 2] = ["search_", "contact_backlog"];
/// What somebody began at the door and hasn't ended: it holds copies of what is sealed elsewhere, and is
/// over within minutes.
const UNFINISHED: &str = "ceremonies";
/// Rows that are read at a time.
const FETCHED: i64 = 500;

/// A table of which rows are exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedTable {
    /// Its name.
    pub name: String,
    /// Its columns, without sealed ones, in order.
    pub columns: Vec<String>,
    /// Those of them that tell something only to whose account it is about, and nothing to others.
    pub own: Vec<String>,
}

impl ExportedTable {
    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }

    /// Whether it says how somebody signs in.
    fn is_of_the_door(&self) -> bool {
        self.has("account_id") && !self.has("tenant_id") || self.name == "sessions"
    }
}

/// Every table that holds something of a business: the business itself, its members' accounts and how they
/// sign in, and all that has a tenant. Documents come first, so that nobody changes them between them and
/// the list of their files.
pub fn exported_tables() -> Vec<ExportedTable> {
    let mut all: Vec<ExportedTable> = Vec::new();
    for line in COLUMNS.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (columns, own) = (Vec::new(), Vec::new());
            all.push(ExportedTable { name: name.to_owned(), columns, own });
        } else if let Some((column, class)) = line.split_once(" = ")
            && class != "\"sealed\""
            && !line.starts_with('#')
            && let Some(table) = all.last_mut()
        {
            table.columns.push(column.to_owned());
            if class == "\"personal\"" {
                table.own.push(column.to_owned());
            }
        }
    }
    for table in all.iter_mut().filter(|table| !table.is_of_the_door()) {
        table.own.clear();
    }
    all.retain(|table| {
        let is_theirs = table.has("tenant_id") || table.has("account_id");
        let is_kept = is_theirs || matches!(table.name.as_str(), "tenants" | "accounts");
        is_kept
            && !DERIVED.iter().any(|made| table.name.starts_with(made))
            && table.name != UNFINISHED
    });
    all.sort_by_key(|table| table.name != "documents");
    all
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    key: i64,
}

const SQLITE: &str = "SELECT name, lower(type) AS kind, pk AS key FROM pragma_table_info(?1)";
const POSTGRES: &str = "SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS kind, \
    COALESCE(array_position(i.indkey::int2[], a.attnum), -1)::bigint + 1 AS key \
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = $1 \
        AND a.attnum > 0 AND NOT a.attisdropped";

/// How a table's rows are read: what of them, and in which order.
#[derive(Debug, Clone)]
pub struct Reading {
    select: String,
    key: Vec<(String, bool)>,
    /// Which rows, by the tenant as the first value.
    which: String,
    /// Whether what it tells depends on who asks, as the second value.
    is_by_asker: bool,
}

/// Looks up how a table's rows are read.
pub fn reading_of(c: &mut Conn, table: &ExportedTable) -> Result<Reading> {
    scope::system(c)?;
    let backend = c.backend();
    let sql = if backend == Backend::Sqlite { SQLITE } else { POSTGRES };
    let columns: Vec<Column> =
        diesel::sql_query(sql).bind::<Text, _>(table.name.as_str()).load(c)?;
    let mut key: Vec<&Column> = columns.iter().filter(|column| column.key > 0).collect();
    key.sort_by_key(|column| column.key);
    if key.is_empty() {
        return Err(Error::internal(format!("{} has no key", table.name)));
    }
    let of = |name: &str| columns.iter().find(|column| column.name == name);
    let mut parts = Vec::new();
    for name in &table.columns {
        let column = of(name).ok_or_else(|| Error::internal(format!("no column {name}")))?;
        let mut value = shown(column, backend);
        if table.own.contains(name) {
            value = format!("CASE WHEN account_id = {} THEN {value} END", placeholder(c, 2));
        }
        parts.push(format!("'{name}', {value}"));
    }
    let function = if backend == Backend::Sqlite { "json_object" } else { "json_build_object" };
    // PostgreSQL takes a hundred arguments; no table of ours has fifty columns.
    let row = format!("CAST({function}({}) AS TEXT)", parts.join(", "));
    let array = if backend == Backend::Sqlite { "json_array" } else { "json_build_array" };
    let keys = key.iter().map(|column| column.name.clone()).collect::<Vec<_>>().join(", ");
    let place = format!("CAST({array}({keys}) AS TEXT)");
    Ok(Reading {
        select: format!("SELECT {row} AS body, {place} AS place FROM {}", table.name),
        key: key.iter().map(|it| (it.name.clone(), it.kind == "bigint")).collect(),
        which: rows_of(table, &placeholder(c, 1)),
        is_by_asker: !table.own.is_empty(),
    })
}

/// Which of a table's rows are the tenant's.
fn rows_of(table: &ExportedTable, tenant: &str) -> String {
    let members = format!("IN (SELECT account_id FROM members WHERE tenant_id = {tenant})");
    match table.name.as_str() {
        "tenants" => format!("id = {tenant}"),
        "accounts" => format!("id {members}"),
        // An archive within the next would double with each.
        "documents" => {
            format!("tenant_id = {tenant} AND NOT (plugin_id = '{OWN}' AND source = '{ARCHIVE}')")
        }
        _ if table.has("tenant_id") => format!("tenant_id = {tenant}"),
        _ => format!("account_id {members}"),
    }
}

/// A column's value; bytes as hexadecimal digits, yes and no as such.
fn shown(column: &Column, backend: Backend) -> String {
    let name = &column.name;
    match (column.kind.as_str(), backend) {
        ("blob", _) => format!("lower(hex({name}))"),
        ("bytea", _) => format!("encode({name}, 'hex')"),
        ("boolean", Backend::Sqlite) => {
            format!("json(CASE {name} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END)")
        }
        _ => name.clone(),
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    place: String,
}

/// Rows of a table that are the tenant's, as they are told to this account, after a place; with the place of
/// the last, where there are more.
pub fn read_rows(
    c: &mut Conn,
    tenant: &TenantId,
    asker: &AccountId,
    reading: &Reading,
    after: Option<&str>,
    limit: i64,
) -> Result<(Vec<String>, Option<String>)> {
    scope::tenant(c, tenant)?;
    let mut sql = format!("{} WHERE {}", reading.select, reading.which);
    let first = if reading.is_by_asker { 3 } else { 2 };
    let values: Vec<Value> = match after {
        Some(place) => serde_json::from_str(place).map_err(Error::internal)?,
        None => Vec::new(),
    };
    let names: Vec<&str> = reading.key.iter().map(|(name, _)| name.as_str()).collect();
    if !values.is_empty() {
        let places = reading.key.iter().enumerate().map(|(at, (_, is_number))| {
            let kind = if *is_number { "BIGINT" } else { "TEXT" };
            format!("CAST({} AS {kind})", placeholder(c, at + first))
        });
        let places = places.collect::<Vec<_>>().join(", ");
        sql.push_str(&format!(" AND ({}) > ({places})", names.join(", ")));
    }
    sql.push_str(&format!(" ORDER BY {} LIMIT {limit}", names.join(", ")));
    let mut query = diesel::sql_query(sql).into_boxed().bind::<Text, _>(tenant.to_string());
    if reading.is_by_asker {
        query = query.bind::<Text, _>(asker.to_string());
    }
    for value in values {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        query = query.bind::<Text, _>(text);
    }
    let rows: Vec<Row> = query.load(c)?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
    let next = rows.last().filter(|_| is_full).map(|row| row.place.clone());
    Ok((rows.into_iter().map(|row| row.body).collect(), next))
}

/// Where reading goes on: in which table, after which of its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    table: usize,
    after: Option<String>,
}

/// Some rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The table's name.
    pub table: String,
    /// The rows, as JSON.
    pub rows: Vec<String>,
    /// Whether it has no more.
    pub is_last: bool,
}

/// Reads the tables one after the other, in this transaction and so as of one moment, until `until`. What
/// is read goes to `take` piece by piece, which answers whether to go on. Answers where to go on when the
/// time was over before all was read; something is read in any case.
pub fn read_tables(
    c: &mut Conn,
    tenant: &TenantId,
    asker: &AccountId,
    from: Place,
    until: Instant,
    take: &mut dyn FnMut(Piece) -> bool,
) -> Result<Option<Place>> {
    scope::tenant(c, tenant)?;
    let tables = exported_tables();
    let mut place = from;
    while let Some(table) = tables.get(place.table) {
        let reading = reading_of(c, table)?;
        loop {
            let after = place.after.take();
            let (rows, next) = read_rows(c, tenant, asker, &reading, after.as_deref(), FETCHED)?;
            let is_last = next.is_none();
            if !take(Piece { table: table.name.clone(), rows, is_last }) {
                return Ok(None);
            }
            place = Place { table: place.table + usize::from(is_last), after: next };
            if Instant::now() >= until && place.table < tables.len() {
                return Ok(Some(place));
            }
            if is_last {
                break;
            }
        }
    }
    Ok(None)
}

fn placeholder(c: &Conn, at: usize) -> String {
    match c.backend() {
        Backend::Sqlite => format!("?{at}"),
        Backend::Postgres => format!("${at}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_or_nobodys_is_left_out() {
        let tables = exported_tables();
        let find = |name: &str| tables.iter().find(|table| table.name == name);
        assert!(find("people").is_some_and(|it| it.columns.contains(&"phone".to_owned())));
        assert!(
            find("accounts").is_some_and(|it| !it.columns.contains(&"password_hash".to_owned()))
        );
        assert!(find("secrets").is_none_or(|it| !it.columns.contains(&"envelope".to_owned())));
        assert!(find("sign_in_attempts").is_none() && find("ceremonies").is_none());
        assert!(tables.len() > 30, "{}", tables.len());
    }

    #[test]
    fn what_is_personal_about_signing_in_is_told_to_whose_it_is() {
        let tables = exported_tables();
        let own = |name: &str| tables.iter().find(|table| table.name == name).unwrap().own.clone();
        assert_eq!(own("passkeys"), ["name"]);
        assert_eq!(own("openid_identities"), ["subject", "label"]);
        assert_eq!(own("sessions"), ["address", "device"]);
        assert!(own("totp_keys").is_empty() && own("recovery_codes").is_empty());
        let all = tables.iter().filter(|table| !table.own.is_empty());
        assert_eq!(all.count(), 3, "what else says how somebody signs in?");
        assert_eq!(tables[0].name, "documents");
    }
}
