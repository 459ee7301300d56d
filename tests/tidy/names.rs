//! Core names no provider: whom it talks to is a plugin's business.

use super::tree::{Tree, production};
use super::{accepts, finds, obeyed};

const PROVIDERS: [&str; 12] = [
    "google",
    "stripe",
    "whatsapp",
    "meta",
    "facebook",
    "instagram",
    "paypal",
    "microsoft",
    "outlook",
    "twilio",
    "gmail",
    "gcal",
];

fn core_names_no_provider(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in
        tree.under("core/", &[".rs", ".toml"]).filter(|(path, _)| !tree.is_test(path))
    {
        for (number, line) in production(text) {
            let line = if path.ends_with(".toml") { without_comment(line) } else { line };
            for word in words(line).filter(|word| PROVIDERS.contains(&word.as_str())) {
                broken.push(format!("{path}:{number}: names {word}"));
            }
        }
    }
    for (path, text) in tree.under("migrations/", &[".sql"]) {
        for (number, line) in text.lines().enumerate() {
            let named =
                words(line).any(|word| PROVIDERS.contains(&word.as_str()) && word != "meta");
            if named {
                broken.push(format!("{path}:{}: names a provider", number + 1));
            }
        }
    }
    broken
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or(line)
}

/// The words of a line in lower case, identifiers taken apart: `GoogleClient` and `google_client` are
/// two words each, `metadata` is one. The language's own `$name:meta` in macros is none.
fn words(line: &str) -> impl Iterator<Item = String> {
    let line = line.replace(":meta]", "]");
    let mut apart = String::new();
    let mut before = ' ';
    let mut in_variable = false;
    for c in line.chars() {
        in_variable = c == '$' || (in_variable && (c.is_alphanumeric() || c == '_'));
        if c.is_uppercase() && before.is_lowercase() {
            apart.push(' ');
        }
        apart.push(if c.is_alphanumeric() && !in_variable { c } else { ' ' });
        before = c;
    }
    let apart: Vec<String> = apart.split_whitespace().map(str::to_lowercase).collect();
    apart.into_iter()
}

#[test]
fn core_speaks_of_ports_not_providers() {
    obeyed(core_names_no_provider);
}

#[test]
fn a_provider_in_core_is_found() {
    finds(core_names_no_provider, &[("core/app/src/a.rs", "struct GoogleClient;")]);
    finds(
        core_names_no_provider,
        &[("core/app/src/a.rs", "let url = \"https://api.stripe.com\";")],
    );
    finds(core_names_no_provider, &[("core/web/src/a.rs", "fn meta_webhook() {}")]);
    finds(
        core_names_no_provider,
        &[("migrations/sqlite/1_a/up.sql", "create table google_events")],
    );
}

#[test]
fn words_that_only_look_alike_are_not_found() {
    accepts(core_names_no_provider, &[("core/app/src/a.rs", "let size = file.metadata()?.len();")]);
    accepts(core_names_no_provider, &[("core/app/src/a.rs", "//! As Google's document says.\n")]);
    accepts(core_names_no_provider, &[("core/app/src/a.rs", "($(#[$field_meta:meta])*) => {")]);
    accepts(core_names_no_provider, &[("core/app/tests/a.rs", "let google = plugin();")]);
}
