//! Every table of a business, row by row, as JSON: by the list of columns (`columns.toml`), so that a new
//! table is in it by itself. What is sealed there is left out.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::TenantId;
use serde_json::Value;

use crate::backend::{Backend, Conn};
use crate::error::{Error, Result};
use crate::scope;

/// What each column holds.
const COLUMNS: &str = include_str!("../../columns.toml");

/// What is made from the other tables is left out.
const DERIVED: [&str; 2] = ["search_", "contact_backlog"];

/// A table of which rows are exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedTable {
    /// Its name.
    pub name: String,
    /// Its columns, without sealed ones, in order.
    pub columns: Vec<String>,
}

/// Every table that holds something of a business: the business itself, its members' accounts, and all
/// that has a tenant.
pub fn exported_tables() -> Vec<ExportedTable> {
    let mut all: Vec<ExportedTable> = Vec::new();
    for line in COLUMNS.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            all.push(ExportedTable { name: name.to_owned(), columns: Vec::new() });
        } else if let Some((column, class)) = line.split_once(" = ")
            && class != "\"sealed\""
            && !line.starts_with('#')
            && let Some(table) = all.last_mut()
        {
            table.columns.push(column.to_owned());
        }
    }
    all.retain(|table| {
        let has_tenant = table.columns.iter().any(|column| column == "tenant_id");
        let is_kept = has_tenant || matches!(table.name.as_str(), "tenants" | "accounts");
        is_kept && !DERIVED.iter().any(|made| table.name.starts_with(made))
    });
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
    scope: &'static str,
    name: String,
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
        parts.push(shown(column, backend));
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
        scope: match table.name.as_str() {
            "tenants" => "id = ",
            "accounts" => "id IN (SELECT account_id FROM members WHERE tenant_id = ",
            _ => "tenant_id = ",
        },
        name: table.name.clone(),
    })
}

/// A column's name and value; bytes as hexadecimal digits, yes and no as such.
fn shown(column: &Column, backend: Backend) -> String {
    let name = &column.name;
    let value = match (column.kind.as_str(), backend) {
        ("blob", _) => format!("lower(hex({name}))"),
        ("bytea", _) => format!("encode({name}, 'hex')"),
        ("boolean", Backend::Sqlite) => {
            format!("json(CASE {name} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END)")
        }
        _ => name.clone(),
    };
    format!("'{name}', {value}")
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    place: String,
}

/// Rows of a table that are the tenant's, after a place; with the place of the last, where there are more.
pub fn read_rows(
    c: &mut Conn,
    tenant: &TenantId,
    reading: &Reading,
    after: Option<&str>,
    limit: i64,
) -> Result<(Vec<String>, Option<String>)> {
    scope::tenant(c, tenant)?;
    // Accounts have no tenant, and nobody reads a table's name from outside.
    if reading.name == "accounts" {
        scope::system(c)?;
    }
    let mut sql = format!("{} WHERE {}{}", reading.select, reading.scope, placeholder(c, 1));
    if reading.scope.contains('(') {
        sql.push(')');
    }
    let values: Vec<Value> = match after {
        Some(place) => serde_json::from_str(place).map_err(Error::internal)?,
        None => Vec::new(),
    };
    let names: Vec<&str> = reading.key.iter().map(|(name, _)| name.as_str()).collect();
    if !values.is_empty() {
        let places = reading.key.iter().enumerate().map(|(at, (_, is_number))| {
            let kind = if *is_number { "BIGINT" } else { "TEXT" };
            format!("CAST({} AS {kind})", placeholder(c, at + 2))
        });
        let places = places.collect::<Vec<_>>().join(", ");
        sql.push_str(&format!(" AND ({}) > ({places})", names.join(", ")));
    }
    sql.push_str(&format!(" ORDER BY {} LIMIT {limit}", names.join(", ")));
    let mut query = diesel::sql_query(sql).into_boxed().bind::<Text, _>(tenant.to_string());
    for value in values {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        query = query.bind::<Text, _>(text);
    }
    let rows: Vec<Row> = query.load(c)?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
    let next = rows.last().filter(|_| is_full).map(|row| row.place.clone());
    Ok((rows.into_iter().map(|row| row.body).collect(), next))
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
        assert!(find("sign_in_attempts").is_none() && find("passkeys").is_none());
        assert!(tables.len() > 30, "{}", tables.len());
    }
}
