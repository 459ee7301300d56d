//! What the table, the schemas and the document promise each other.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::document;
use super::links::links;
use super::operations::{BY_KIND, FILE, Shows, current, operations};
use super::schema;

#[test]
fn no_operation_stands_twice_and_words_come_before_parameters() {
    for (at, one) in operations().iter().enumerate() {
        let twin = operations()[at + 1..]
            .iter()
            .any(|other| other.path == one.path && other.method == one.method);
        assert!(!twin, "{} {}", one.method, one.path);
        let names: Vec<_> = operations().iter().filter(|other| other.name == one.name).collect();
        assert_eq!(names.len(), 1, "{}", one.name);
    }
    let at = |path| operations().iter().position(|one| one.path == path);
    assert!(at("/api/v1/people/doubles") < at("/api/v1/people/{person}"));
}

#[test]
fn what_an_operation_takes_and_shows_has_a_schema() {
    let known = schema::all();
    for one in operations() {
        if let Some(name) = one.body.filter(|name| *name != FILE) {
            assert!(known.contains_key(name), "{}: {name}", one.name);
        }
        match one.shows {
            Shows::One(name)
            | Shows::Made(name)
            | Shows::Begun(name)
            | Shows::Page(name)
            | Shows::Items(name)
            | Shows::Told(name) => {
                assert!(known.contains_key(name), "{}: {name}", one.name);
            }
            Shows::File(_) | Shows::Nothing => {}
        }
        assert!(one.body.is_none() || one.method != "GET", "{}", one.name);
    }
}

#[test]
fn reading_needs_a_scope_to_read_and_changing_one_to_write() {
    for one in operations() {
        let Some(scope) = one.scope else {
            let looks_itself = BY_KIND.iter().any(|(name, _)| *name == one.name);
            assert!(one.name == "business::token" || looks_itself, "{}", one.name);
            continue;
        };
        let act = if one.method == "GET" { ":read" } else { ":write" };
        assert!(scope.as_str().ends_with(act), "{}: {scope}", one.name);
        for permission in one.sees.iter().chain(&one.needs) {
            assert!(scope.permissions().contains(permission), "{}: {permission:?}", one.name);
        }
    }
}

#[test]
fn what_changes_one_thing_can_be_held_to_its_tag() {
    let of = |name: &str| operations().iter().find(|one| one.name == name).unwrap();
    for name in ["people::update", "people::remove", "people::move_to_stage", "tasks::finish"] {
        assert!(current(of(name)).is_some(), "{name}");
    }
    for name in ["people::create", "notes::create"] {
        assert!(!of(name).can_match(), "{name}");
    }
}

#[test]
fn the_document_refers_to_what_it_has() {
    fn walk(value: &Value, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                all.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| walk(value, all));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, all)),
            _ => {}
        }
    }
    let (document, mut references) = (document(), Vec::new());
    walk(&document, &mut references);
    assert!(references.len() > 100);
    for reference in references {
        let at = reference.trim_start_matches('#');
        assert!(document.pointer(at).is_some(), "{reference}");
    }
    let paths = document["paths"].as_object().unwrap();
    let described: usize = paths.values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(described, operations().len());
}

#[test]
fn the_examples_are_what_the_schemas_want() {
    let document = document();
    for path in document["paths"].as_object().unwrap().values() {
        for one in path.as_object().unwrap().values() {
            let body = &one["requestBody"]["content"]["application/json"];
            if let Some(example) = body.get("example") {
                let wrong = schema::check(&body["schema"], example);
                assert!(wrong.is_empty(), "{}: {wrong:?}", one["operationId"]);
            }
        }
    }
}

#[test]
fn what_is_made_leads_to_everything_that_can_be_done_with_it() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let mut seen = 0;
    for (path, methods) in paths {
        let made = &methods["post"]["responses"]["201"];
        let named = made["content"]["application/json"]["schema"]["$ref"].as_str();
        let Some(name) = named.and_then(|it| it.rsplit('/').next()) else { continue };
        if schema::all()[name]["properties"].get("id").is_none() {
            continue;
        }
        for (below, methods) in paths {
            let rest = below.strip_prefix(path.as_str()).and_then(|it| it.strip_prefix("/{"));
            let Some((id, rest)) = rest.and_then(|it| it.split_once('}')) else { continue };
            // What needs one more id is led to by what makes that.
            if rest.contains('{') {
                continue;
            }
            for target in methods.as_object().unwrap().values() {
                let name = target["operationId"].as_str().unwrap();
                let link = &made["links"][name];
                assert_eq!(link["operationId"], name, "{path} to {below}");
                assert_eq!(link["parameters"][id], "$response.body#/id", "{path} to {below}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn every_link_names_all_ids_and_every_operation_that_needs_one_is_led_to() {
    let mut led_to = BTreeSet::new();
    for one in operations() {
        for (name, link) in links(one) {
            let to = operations().iter().find(|to| to.id() == name).unwrap();
            let parameters = link["parameters"].as_object().unwrap();
            let named: BTreeSet<&str> = parameters.keys().map(String::as_str).collect();
            let all: BTreeSet<&str> = to.ids().collect();
            assert_eq!(named, all, "{} to {name}", one.name);
            for value in parameters.values().filter_map(Value::as_str) {
                let asked = value.strip_prefix("$request.path.");
                assert!(asked.is_none_or(|id| one.ids().any(|own| own == id)), "{}", one.name);
            }
            led_to.insert(to.name);
        }
    }
    for one in operations().iter().filter(|one| one.ids().next().is_some()) {
        assert!(led_to.contains(one.name), "nothing leads to {}", one.name);
    }
}

#[test]
fn a_list_leads_to_its_first_line() {
    let mut seen = 0;
    for one in operations() {
        let (Shows::Page(_) | Shows::Items(_)) = one.shows else { continue };
        for (name, link) in links(one) {
            let parameters = link["parameters"].as_object().unwrap().values();
            let own: Vec<&str> = parameters
                .filter_map(Value::as_str)
                .filter(|value| value.starts_with("$response."))
                .collect();
            let first = ["$response.body#/items/0/id", "$response.body#/items/0/undo"];
            assert!(own.len() == 1 && first.contains(&own[0]), "{} to {name}: {own:?}", one.name);
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}
