//! Every library that is built in has a licence that `deny.toml` allows. cargo-deny says the same
//! where it is installed; this needs nothing but cargo.

use std::process::Command;

use serde_json::Value;
use toml::Table;

use super::tree::root;

/// Whether an SPDX expression can be met with the allowed licences: `OR` binds loosest, then `AND`.
/// The old `A/B` is `A OR B`. Anything not understood is not met.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = tokens.as_slice();
    either(&mut rest, allowed) && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut met = both(rest, allowed);
    while take(rest, "OR") {
        met |= both(rest, allowed);
    }
    met
}

fn both(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut met = one(rest, allowed);
    while take(rest, "AND") {
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut &[&str], allowed: &[String]) -> bool {
    if take(rest, "(") {
        return either(rest, allowed) & take(rest, ")");
    }
    let Some((name, after)) = rest.split_first() else { return false };
    *rest = after;
    let mut name = name.to_string();
    if take(rest, "WITH")
        && let Some((exception, after)) = rest.split_first()
    {
        name = format!("{name} WITH {exception}");
        *rest = after;
    }
    allowed.contains(&name)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let taken = rest.first() == Some(&word);
    if taken {
        *rest = &rest[1..];
    }
    taken
}

fn allowed(deny: &Table) -> Vec<String> {
    let list = deny["licenses"]["allow"].as_array().into_iter().flatten();
    list.filter_map(|name| name.as_str()).map(str::to_owned).collect()
}

/// Packages that `cargo metadata` lists with a licence outside the list.
fn outside(metadata: &Value, allowed: &[String]) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let broken = packages.filter(|package| {
        !package["license"].as_str().is_some_and(|licence| is_met(licence, allowed))
    });
    broken.map(|package| format!("{}: {}", package["name"], package["license"])).collect()
}

#[test]
fn every_library_has_an_allowed_licence() {
    let run = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let metadata = serde_json::from_slice(&run.stdout).unwrap();
    let deny = std::fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap();
    let broken = outside(&metadata, &allowed(&deny));
    assert!(broken.is_empty(), "\n  {}\n", broken.join("\n  "));
}

#[test]
fn a_library_with_another_licence_is_found() {
    let deny: Table = "[licenses]\nallow = [\"MIT\", \"ISC\"]".parse().unwrap();
    let of =
        |licence: &str| serde_json::json!({ "packages": [{ "name": "x", "license": licence }] });
    for fine in ["MIT", "GPL-2.0 OR MIT", "GPL-2.0/MIT", "MIT AND (ISC OR GPL-2.0)"] {
        assert!(outside(&of(fine), &allowed(&deny)).is_empty(), "{fine}");
    }
    for wrong in ["GPL-2.0", "MIT AND GPL-2.0", "MIT WITH Some-exception", "(MIT", "", "MIT ISC"] {
        assert!(!outside(&of(wrong), &allowed(&deny)).is_empty(), "{wrong}");
    }
    let silent = serde_json::json!({ "packages": [{ "name": "x" }] });
    assert!(!outside(&silent, &allowed(&deny)).is_empty());
}
