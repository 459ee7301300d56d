//! Both databases take the same steps, forward and back.

use super::tree::Tree;
use super::{accepts, finds, obeyed};

fn databases_take_the_same_steps(tree: &Tree) -> Vec<String> {
    let sqlite = tree.folders("migrations/sqlite/");
    let postgres = tree.folders("migrations/postgres/");
    let alone = |these: &[String], those: &[String], which: &str| -> Vec<String> {
        let missing = these.iter().filter(|name| !those.contains(name));
        missing.map(|name| format!("migrations/{which}/{name} is missing")).collect()
    };
    let mut broken = alone(&sqlite, &postgres, "postgres");
    broken.extend(alone(&postgres, &sqlite, "sqlite"));
    broken
}

fn every_step_goes_both_ways(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for database in ["sqlite", "postgres"] {
        for name in tree.folders(&format!("migrations/{database}/")) {
            for file in ["up.sql", "down.sql"] {
                let path = format!("migrations/{database}/{name}/{file}");
                if !tree.text(&path).is_some_and(has_a_statement) {
                    broken.push(format!("{path} says nothing"));
                }
            }
        }
    }
    broken
}

fn has_a_statement(sql: &str) -> bool {
    sql.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
}

#[test]
fn migrations_come_in_pairs() {
    obeyed(databases_take_the_same_steps);
}

#[test]
fn a_migration_for_one_database_is_found() {
    let only_one = [("migrations/sqlite/1_a/up.sql", "x"), ("migrations/postgres/2_b/up.sql", "x")];
    finds(databases_take_the_same_steps, &only_one[..1]);
    finds(databases_take_the_same_steps, &only_one[1..]);
}

#[test]
fn migrations_can_be_taken_back() {
    obeyed(every_step_goes_both_ways);
}

#[test]
fn a_migration_with_no_way_back_is_found() {
    let up = ("migrations/sqlite/1_a/up.sql", "create table a (b int);");
    let empty = ("migrations/sqlite/1_a/down.sql", "-- nothing to do\n");
    let down = ("migrations/sqlite/1_a/down.sql", "drop table a;");
    finds(every_step_goes_both_ways, &[up]);
    finds(every_step_goes_both_ways, &[up, empty]);
    accepts(every_step_goes_both_ways, &[up, down]);
}
