//! The schemas of the two databases against each other, against `schema.rs` and `columns.toml`.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use store::{Backend, Conn, Db, Result};

#[derive(QueryableByName, Debug)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    type_name: String,
    #[diesel(sql_type = Bool)]
    required: bool,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

const SQLITE: &str = "SELECT m.name AS table_name, p.name AS column_name, p.type AS type_name, \
    (p.\"notnull\" = 1) AS required FROM sqlite_master m JOIN pragma_table_info(m.name) p \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
const POSTGRES: &str = "SELECT table_name::text, column_name::text, data_type::text AS type_name, \
    (is_nullable = 'NO') AS required FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";
const SQLITE_INDEXES: &str = "SELECT name FROM sqlite_master WHERE type = 'index' \
    AND name NOT LIKE 'sqlite_autoindex%'";
const POSTGRES_INDEXES: &str = "SELECT indexname::text AS name FROM pg_indexes \
    WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)";

/// Table and column to the kind of its type and whether it must have a value.
type Schema = BTreeMap<(String, String), (&'static str, bool)>;

fn kind(type_name: &str) -> &'static str {
    match type_name.to_lowercase().as_str() {
        "text" => "Text",
        "bigint" => "BigInt",
        "boolean" => "Bool",
        "blob" | "bytea" => "Binary",
        other => panic!("a type nobody expects: {other}"),
    }
}

fn columns(c: &mut Conn) -> Result<Schema> {
    let sql = if c.backend() == Backend::Sqlite { SQLITE } else { POSTGRES };
    let rows: Vec<Column> = diesel::sql_query(sql).load(c)?;
    let entry =
        |row: Column| ((row.table_name, row.column_name), (kind(&row.type_name), row.required));
    Ok(rows.into_iter().map(entry).collect())
}

fn indexes(c: &mut Conn) -> Result<BTreeSet<String>> {
    let sql = if c.backend() == Backend::Sqlite { SQLITE_INDEXES } else { POSTGRES_INDEXES };
    let rows: Vec<Name> = diesel::sql_query(sql).load(c)?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

async fn schema_of(db: &Db) -> Schema {
    db.read(columns).await.unwrap()
}

/// What `schema.rs` says: tables begin with `    name (key) {`, columns with eight spaces.
fn written() -> Schema {
    let sources = [
        include_str!("../../src/schema.rs"),
        include_str!("../../src/schema/calendar.rs"),
        include_str!("../../src/schema/customers.rs"),
        include_str!("../../src/schema/work.rs"),
        include_str!("../../src/schema/door.rs"),
        include_str!("../../src/schema/house.rs"),
        include_str!("../../src/schema/record.rs"),
        include_str!("../../src/schema/search.rs"),
    ];
    let mut table = "";
    let mut schema = Schema::new();
    for line in sources.iter().flat_map(|source| source.lines()) {
        if let Some((column, sql_type)) =
            line.strip_prefix("        ").and_then(|l| l.split_once(" -> "))
        {
            let sql_type = sql_type.trim_end_matches(',');
            let inner = sql_type.strip_prefix("Nullable<").map(|t| t.trim_end_matches('>'));
            let kind = match inner.unwrap_or(sql_type) {
                "Text" => "Text",
                "BigInt" => "BigInt",
                "Bool" => "Bool",
                "Binary" => "Binary",
                other => panic!("a type nobody expects: {other}"),
            };
            schema.insert((table.to_owned(), column.to_owned()), (kind, inner.is_none()));
        } else if line.ends_with(") {") {
            table = line.trim().split(' ').next().unwrap();
        }
    }
    schema
}

/// The tables that have this column.
pub fn tables_with(column: &str) -> BTreeSet<String> {
    let of = |((table, name), _): ((String, String), _)| (name == column).then_some(table);
    written().into_iter().filter_map(of).collect()
}

#[tokio::test]
async fn the_schemas_of_both_databases_are_the_same() {
    let (sqlite, postgres) = (store::testing::sqlite().await, store::testing::postgres().await);
    let expected = written();
    assert!(expected.len() > 100);
    assert_eq!(schema_of(&sqlite.db).await, expected, "SQLite and schema.rs");
    assert_eq!(schema_of(&postgres.db).await, expected, "PostgreSQL and schema.rs");
    let in_sqlite = sqlite.db.read(indexes).await.unwrap();
    assert_eq!(in_sqlite, postgres.db.read(indexes).await.unwrap());
}

store::both_backends! {
    async fn migrations_go_up_down_and_up_again(db: Db) {
        let before = schema_of(&db).await;
        assert!(db.pending().await.unwrap().is_empty());
        let undone = db.revert_all().await.unwrap();
        assert!(schema_of(&db).await.is_empty(), "down.sql leaves something behind");
        assert_eq!(db.pending().await.unwrap().len(), undone.len());
        assert_eq!(db.migrate().await.unwrap().len(), undone.len());
        assert_eq!(schema_of(&db).await, before);
        assert!(db.migrate().await.unwrap().is_empty());
    }
}

#[test]
fn every_column_is_classified() {
    let listed: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(include_str!("../../columns.toml")).unwrap();
    let mut names = BTreeSet::new();
    for (table, columns) in &listed {
        for (column, class) in columns {
            assert!(
                ["public", "personal", "sealed"].contains(&class.as_str()),
                "{table}.{column}: {class}"
            );
            names.insert((table.clone(), column.clone()));
        }
    }
    let columns: BTreeSet<_> = written().into_keys().collect();
    assert_eq!(names, columns);
}

#[test]
fn migrations_have_the_same_names_and_both_directions() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let names = |backend: &str| -> BTreeSet<String> {
        let folder = std::fs::read_dir(format!("{root}/{backend}")).unwrap();
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let sqlite = names("sqlite");
    assert_eq!(sqlite, names("postgres"));
    for name in &sqlite {
        for backend in ["sqlite", "postgres"] {
            for direction in ["up", "down"] {
                let path = format!("{root}/{backend}/{name}/{direction}.sql");
                assert!(std::path::Path::new(&path).is_file(), "{path}");
            }
        }
    }
}
