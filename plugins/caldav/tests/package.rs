//! The package says what the code does: texts in both languages, each used.

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
    let sources = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let sources = sources.filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok());
    let used: String = sources.chain([read("plugin.toml")]).collect();
    for key in keys("en") {
        assert!(used.contains(&format!("\"{key}\"")), "{key} is not used");
    }
}
