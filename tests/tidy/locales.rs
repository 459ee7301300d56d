//! Every text stands in every language, with the same places to fill in.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Tree;
use super::{accepts, finds, obeyed};

/// The language that the others follow.
const FIRST: &str = "en";
const OTHERS: [&str; 1] = ["he"];

type Texts = BTreeMap<String, BTreeSet<String>>;

/// Keys of a Fluent file, attributes as `key.attribute`, each with the variables it uses.
fn texts(fluent: &str) -> Texts {
    let mut texts = Texts::new();
    let (mut message, mut key) = (String::new(), String::new());
    for line in fluent.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = name_before_equals(line) {
            message = name.to_owned();
            key = message.clone();
        } else if let Some(name) = line.trim_start().strip_prefix('.').and_then(name_before_equals)
        {
            key = format!("{message}.{name}");
        }
        if !key.is_empty() {
            texts.entry(key.clone()).or_default().extend(variables(line));
        }
    }
    texts
}

fn name_before_equals(line: &str) -> Option<&str> {
    let name = line.split_once('=')?.0.trim_end();
    let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
    (begins && name.chars().all(named)).then_some(name)
}

fn variables(line: &str) -> impl Iterator<Item = String> {
    let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    line.split('$').skip(1).map(move |rest| rest.chars().take_while(|c| named(*c)).collect())
}

/// Texts by language of each place that has locales: a theme (a folder a language) or a plugin (a
/// file a language).
fn places(tree: &Tree) -> BTreeMap<String, BTreeMap<String, Texts>> {
    let mut places: BTreeMap<String, BTreeMap<String, Texts>> = BTreeMap::new();
    for (path, fluent) in tree.under("", &[".ftl"]) {
        let Some((place, rest)) = path.split_once("/locales/") else { continue };
        let language = rest.split(['/', '.']).next().unwrap_or_default();
        let found = places.entry(place.to_owned()).or_default();
        found.entry(language.to_owned()).or_default().extend(texts(fluent));
    }
    places
}

fn languages_say_the_same(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    let none = Texts::new();
    for (place, languages) in places(tree) {
        let first = languages.get(FIRST).unwrap_or(&none);
        for other in OTHERS {
            let those = languages.get(other).unwrap_or(&none);
            for key in first.keys().filter(|key| !those.contains_key(*key)) {
                broken.push(format!("{place}: {key} is missing in {other}"));
            }
            for (key, used) in those {
                match first.get(key) {
                    None => broken.push(format!("{place}: {key} of {other} is missing in {FIRST}")),
                    Some(given) => broken.extend(used.difference(given).map(|variable| {
                        format!("{place}: {key} of {other} uses ${variable}, {FIRST} does not")
                    })),
                }
            }
        }
    }
    broken
}

#[test]
fn every_text_is_in_every_language() {
    obeyed(languages_say_the_same);
}

#[test]
fn a_text_in_one_language_is_found() {
    let en = ("themes/x/locales/en/a.ftl", "hello = Hello { $name }\n    .title = Hi\n");
    let he = ("themes/x/locales/he/a.ftl", "hello = שלום { $name }\n    .title = היי\n");
    accepts(languages_say_the_same, &[en, he]);
    finds(languages_say_the_same, &[en]);
    finds(languages_say_the_same, &[he]);
    finds(languages_say_the_same, &[en, (he.0, "hello = שלום { $name }\n")]);
    finds(languages_say_the_same, &[en, (he.0, "hello = שלום { $nome }\n    .title = היי\n")]);
    finds(languages_say_the_same, &[("plugins/x/locales/en.ftl", "name = Calendar\n")]);
}
