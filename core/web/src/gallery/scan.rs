//! Finds texts that nothing uses and uses that have no text.

use std::collections::BTreeSet;
use std::path::Path;

use domain::Locale;

use crate::themes::Themes;

fn themes() -> Themes {
    Themes::built_in().unwrap()
}

/// Everything that may name a text: templates, and the code of web and app.
fn sources() -> String {
    let mut all = String::new();
    for theme in themes().all() {
        let names = theme.files.names().into_iter();
        for name in names.filter(|n| n.ends_with(".html") || n.ends_with(".txt")) {
            all.push_str(theme.files.text(name).unwrap());
        }
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in [here.join("src"), here.join("../app/src")] {
        read(&folder, &mut all);
    }
    all
}

fn read(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("gallery") {
            read(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Keys that are put together from a prefix and a value: `"stage-" ~ stage`, `"act-{}"`.
fn prefixes(sources: &str) -> BTreeSet<String> {
    let joined = sources.split("\" ~").filter_map(|before| before.rsplit('"').next());
    let formatted = sources.split("{").filter_map(|before| before.rsplit('"').next());
    joined
        .chain(formatted)
        .filter(|text| text.ends_with('-') && text.len() > 2 && text.bytes().all(is_key_byte))
        .map(str::to_owned)
        .collect()
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
}

#[test]
fn every_text_is_used() {
    let sources = sources();
    let prefixes = prefixes(&sources);
    let themes = themes();
    let keys: BTreeSet<&str> =
        themes.all().iter().flat_map(|theme| theme.texts.keys(Locale::En)).collect();
    let unused: Vec<_> = keys
        .into_iter()
        .filter(|key| !sources.contains(&format!("\"{key}\"")))
        .filter(|key| !prefixes.iter().any(|prefix| key.starts_with(prefix.as_str())))
        .collect();
    assert!(unused.is_empty(), "nothing uses {unused:?}");
}

#[test]
fn every_use_has_a_text() {
    let (themes, sources) = (themes(), sources());
    let texts = &themes.default().texts;
    let in_templates = sources.split("t(key=\"").skip(1).filter_map(|rest| {
        let (key, after) = rest.split_once('"')?;
        (!after.trim_start().starts_with('~')).then_some(key)
    });
    let in_code = sources.split('"').filter(|text| {
        let known = ["error-", "said-"].iter().any(|prefix| text.starts_with(prefix));
        known && !text.ends_with('-') && text.bytes().all(is_key_byte)
    });
    for locale in Locale::ALL {
        let missing: BTreeSet<_> = in_templates
            .clone()
            .chain(in_code.clone())
            .filter(|key| !key.starts_with("error-art") && !texts.has(locale, key))
            .collect();
        assert!(missing.is_empty(), "no {locale} text for {missing:?}");
    }
}

/// What looks like an act but is the name of a job, a form or a file.
const NO_ACTS: [&str; 17] = [
    "appointment.book",
    "calendar.pull",
    "calendar.push",
    "calendar.watch",
    "calendar.withdraw",
    "person.create",
    // Names of messages, and what only they tell of.
    "connection.ends-soon",
    "connection.ends_soon",
    "connection.needs_you",
    "member.changed",
    "member.joined",
    "person.stage_changed",
    "plugin.event",
    "plugin.job",
    "plugin.toml",
    "plugin.wasm",
    "plugin.webhook",
];

#[test]
fn the_log_has_words_for_every_act() {
    const NOUNS: [&str; 12] = [
        "account",
        "appointment",
        "calendar",
        "calendars",
        "client",
        "connection",
        "invitation",
        "member",
        "person",
        "plugin",
        "session",
        "tenant",
    ];
    let (themes, mut code) = (themes(), String::new());
    let texts = &themes.default().texts;
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src"), &mut code);
    let acts = code.split('"').filter(|text| {
        let parts = text.split_once('.');
        parts.is_some_and(|(noun, verb)| NOUNS.contains(&noun) && verb.bytes().all(is_key_byte))
    });
    let missing: BTreeSet<_> = acts
        .filter(|act| !NO_ACTS.contains(act))
        .filter(|act| !texts.has(Locale::En, &format!("act-{}", act.replace('.', "-"))))
        .collect();
    assert!(missing.is_empty(), "the log has no words for {missing:?}");
}

#[test]
fn no_template_turns_escaping_off() {
    for theme in themes().all() {
        for name in theme.files.names().into_iter().filter(|name| name.ends_with(".html")) {
            let text = theme.files.text(name).unwrap();
            assert!(!text.contains("|safe") && !text.contains("| safe"), "{name}");
        }
    }
}
