//! The package says what the code does: texts in both languages, the mask of the route.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn keys(locale: &str) -> BTreeSet<String> {
    let text = read(&format!("locales/{locale}.ftl"));
    let keys = text.lines().filter(|line| !line.starts_with(' '));
    keys.filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
}

#[test]
fn every_text_is_there_in_both_languages_and_used() {
    assert_eq!(keys("en"), keys("he"));
    let sources =
        ["plugin.toml", "src/errors.rs", "src/events.rs", "src/changes.rs", "src/busy.rs"];
    let used: String = sources.iter().map(|name| read(name)).collect();
    for key in keys("en") {
        assert!(used.contains(&format!("\"{key}\"")), "{key} is not used");
    }
}

#[test]
fn the_manifest_allows_the_mask_that_is_sent() {
    let source = read("src/wire.rs");
    let (_, after) = source.split_once("LIST_FIELDS: &str = \"").unwrap();
    let (mask, _) = after.split_once('"').unwrap();
    let mask: String = mask.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    assert!(read("plugin.toml").contains(&format!("fields = \"{mask}\"")), "{mask}");
}
