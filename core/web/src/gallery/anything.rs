//! Whatever a plugin may answer becomes a page: none breaks the template, none gets markup through.

use domain::Locale;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::{Gallery, checks, samples};
use crate::theme::Theme;
use crate::themes::Themes;

/// Names that mean something somewhere in a view.
const NAMES: [&str; 32] = [
    "type", "title", "text", "widgets", "columns", "rows", "cells", "items", "cards", "pairs",
    "entries", "events", "series", "labels", "values", "value", "label", "kind", "to", "view",
    "url", "person", "actions", "action", "fields", "options", "input", "confirm", "fallback",
    "key", "args", "month",
];
/// Words that mean something, and some that mean harm.
const WORDS: [&str; 26] = [
    "table",
    "list",
    "form",
    "cards",
    "key-value",
    "timeline",
    "board",
    "chart",
    "calendar",
    "preview",
    "empty",
    "action",
    "section",
    "text",
    "money",
    "date",
    "datetime",
    "badge",
    "link",
    "2026-03",
    "2026-03-31",
    "https://a.example/\"><script>alert(1)</script>",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(2)>",
    "{{ 7 * 7 }}",
    "שלום\u{200f}",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(WORDS.to_vec()).prop_map(|word| json!(word)),
        1 => any::<f64>().prop_map(|number| json!(number)),
        1 => any::<i64>().prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|flag| json!(flag)),
        1 => Just(Value::Null),
        1 => said().prop_map(|text| json!(text)),
    ]
}

/// Text of any characters but those that a page is judged by: a plugin may well say U+FFFD, and the page then
/// says it too.
fn said() -> impl Strategy<Value = String> {
    "\\PC{0,20}".prop_filter("looks broken by itself", |text| !checks::looks_broken(text))
}

fn anything() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned);
    leaf().prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Array),
            btree_map(name.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A sample's document with one part of it replaced: most of it still fits, so that it goes deep.
fn bent(documents: Vec<Value>) -> impl Strategy<Value = Value> {
    let place = (prop::sample::select(documents), any::<prop::sample::Index>(), anything());
    place.prop_map(|(mut document, at, part)| {
        let mut paths = Vec::new();
        paths_of(&document, String::new(), &mut paths);
        let path = at.get(&paths).clone();
        if let Some(there) = document.pointer_mut(&path) {
            *there = part;
        }
        document
    })
}

fn paths_of(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            for (at, each) in list.iter().enumerate() {
                paths_of(each, format!("{path}/{at}"), found);
            }
        }
        Value::Object(map) => {
            for (name, each) in map {
                paths_of(each, format!("{path}/{name}"), found);
            }
        }
        _ => {}
    }
    found.push(path);
}

fn draws(theme: &Theme, locale: Locale, document: &Value) {
    let mut gallery = Gallery { theme, locale, appearance: "auto", drawn: Vec::new() };
    samples::draw_view(&mut gallery, "anything", document);
    let (name, html) = gallery.drawn.remove(0);
    checks::sound(&name, locale, &html);
    for bad in ["<img src=x", "onerror=alert(2)>\"", "<script>alert"] {
        assert!(!html.contains(bad), "{document} lets {bad} through");
    }
}

#[test]
fn whatever_a_plugin_answers_becomes_a_page_without_its_markup() {
    let themes = Themes::built_in().unwrap_or_else(|error| panic!("{error}"));
    let theme = themes.default();
    let mut runner =
        TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    let documents = samples::view_documents(Locale::He);
    let strategy = prop_oneof![1 => anything(), 3 => bent(documents)];
    let drawn = runner.run(&strategy, |document| {
        draws(theme, Locale::En, &document);
        draws(theme, Locale::He, &document);
        Ok(())
    });
    drawn.unwrap_or_else(|error| panic!("{error}"));
}
