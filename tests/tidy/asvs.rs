//! `docs/asvs.md` names every requirement once, and only tests that exist.

use std::collections::BTreeSet;

use super::tree::Tree;
use super::{accepts, finds, obeyed};

const TABLE: &str = "docs/asvs.md";
const STATES: [&str; 4] = ["yes", "operator", "none", "open"];

/// The numbers of ASVS 5.0 at levels 1 and 2: section and range.
const ITEMS: &str = "\
    1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 \
    3.4.1-6 3.5.1-5 3.7.1-2 4.1.1-3 4.2.1 4.3.1-2 4.4.1-4 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 \
    6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 \
    7.5.1-2 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 10.2.1-2 10.3.1-4 \
    10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1 \
    12.1.1-3 12.2.1-2 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 \
    15.1.1-3 15.2.1-3 15.3.1-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 \
    17.3.1-2";

/// Each number, such as `6.2.12`.
fn items() -> BTreeSet<String> {
    let mut items = BTreeSet::new();
    for word in ITEMS.split_whitespace() {
        let Some((section, range)) = word.rsplit_once('.') else { continue };
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let number = |text: &str| text.parse::<u32>().unwrap_or_default();
        items.extend((number(first)..=number(last)).map(|n| format!("{section}.{n}")));
    }
    items
}

/// The cells of a line of a table that begins with a number.
fn cells(line: &str) -> Option<Vec<&str>> {
    let cells: Vec<_> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
    cells.first()?.starts_with(|c: char| c.is_ascii_digit()).then_some(cells)
}

fn every_requirement_is_answered(tree: &Tree) -> Vec<String> {
    let Some(text) = tree.text(TABLE) else { return vec![format!("{TABLE} is missing")] };
    let mut missing = items();
    let mut broken = Vec::new();
    for row in text.lines().filter_map(cells) {
        if !missing.remove(row[0]) {
            broken.push(format!("{TABLE}: {} is no requirement, or here twice", row[0]));
        }
        if row.len() < 5 || !STATES.contains(&row[2]) || row[3].is_empty() {
            broken.push(format!("{TABLE}: {} has no state or nothing that holds it", row[0]));
        }
    }
    broken.extend(missing.iter().map(|item| format!("{TABLE}: {item} is missing")));
    broken
}

fn every_test_exists(tree: &Tree) -> Vec<String> {
    let mut functions = BTreeSet::new();
    for (_, text) in tree.under("", &[".rs"]) {
        let named = text.lines().filter_map(|line| line.split_once("fn ")?.1.split_once('('));
        functions.extend(named.map(|(name, _)| name));
    }
    let rows = tree.text(TABLE).unwrap_or_default().lines().filter_map(cells);
    let mut broken = Vec::new();
    for row in rows {
        let tests = row.get(4).copied().unwrap_or_default();
        let unknown = tests.split('`').skip(1).step_by(2).filter(|name| !functions.contains(name));
        broken.extend(unknown.map(|name| format!("{TABLE}: {}: no test is named {name}", row[0])));
    }
    broken
}

/// How the reason begins why no test would fail.
const NO_TEST: &str = "No test: ";

/// What is said to hold is held by a test, or it is said why none would notice.
fn what_holds_is_tested(tree: &Tree) -> Vec<String> {
    let rows = tree.text(TABLE).unwrap_or_default().lines().filter_map(cells);
    let mut broken = Vec::new();
    for row in rows.filter(|row| row.get(2) == Some(&"yes")) {
        let tests = row.get(4).copied().unwrap_or_default();
        let reason = tests.strip_prefix(NO_TEST).is_some_and(|why| why.len() > 10);
        if !tests.contains('`') && !reason {
            broken.push(format!("{TABLE}: {} has no test and no reason for that", row[0]));
        }
    }
    broken
}

#[test]
fn what_the_security_table_says_is_tested_or_says_why_not() {
    obeyed(what_holds_is_tested);
    let row = |state: &str, tests: &str| format!("| 1.1.1 | 1 | {state} | So. | {tests} |\n");
    for fine in
        [row("yes", "`it_holds`"), row("yes", "No test: there is no such code."), row("none", "")]
    {
        accepts(what_holds_is_tested, &[(TABLE, &fine)]);
    }
    for wrong in [row("yes", ""), row("yes", "trust us, it holds"), row("yes", "No test: ")] {
        finds(what_holds_is_tested, &[(TABLE, &wrong)]);
    }
}

#[test]
fn the_security_table_is_whole() {
    obeyed(every_requirement_is_answered);
    let all: String =
        items().iter().map(|item| format!("| {item} | 1 | yes | So. | |\n")).collect();
    accepts(every_requirement_is_answered, &[(TABLE, &all)]);
    finds(every_requirement_is_answered, &[(TABLE, &all.replace("| 1.1.1 |", "| 1.1.9 |"))]);
    finds(every_requirement_is_answered, &[(TABLE, &all.replacen("| yes |", "| maybe |", 1))]);
}

#[test]
fn the_security_table_names_tests_that_exist() {
    obeyed(every_test_exists);
    let row = "| 1.1.1 | 1 | yes | So. | `it_holds` |\n";
    accepts(every_test_exists, &[(TABLE, row), ("core/a.rs", "    fn it_holds() {}")]);
    finds(every_test_exists, &[(TABLE, row), ("core/a.rs", "    fn it_falls() {}")]);
}
