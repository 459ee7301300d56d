//! What can be asked next with what an operation answers (OpenAPI's links): something that was made leads to
//! all that can be done with it, a list to its first line, an act to taking it back. All of it follows from
//! the table.

use serde_json::{Map, Value, json};

use super::operations::{Operation, Shows, find, operations};
use super::schema;

/// Takes an act back by what the act said under its parameter's name.
const UNDO: &str = "/api/v1/undo/{undo}";

/// The links of an operation's good answer, each under its target's name.
pub fn links(operation: &Operation) -> Map<String, Value> {
    let mut all = Map::new();
    let (name, leads) = match operation.shows {
        Shows::Made(name) | Shows::Begun(name) => (name, Some((home(operation, name), "/id"))),
        Shows::Told(name) if operation.method == "POST" => (name, Some((operation.path, "/id"))),
        Shows::Page(name) | Shows::Items(name) => {
            (name, Some((listed(operation.path), "/items/0/id")))
        }
        Shows::One(name) | Shows::Told(name) => (name, None),
        Shows::File(_) | Shows::Nothing => return all,
    };
    if let Some((home, at)) = leads.filter(|_| has(name, "id")) {
        let is_removed = operation.path.ends_with(REMOVED);
        let can = |to: &Operation| !is_removed || to.path.ends_with("/restore");
        let targets = below(home).filter(|(to, _)| can(to));
        all.extend(targets.filter_map(|(to, id)| link(operation, to, (id, at))));
    }
    if has(name, "undo") {
        let at = match operation.shows {
            Shows::Page(_) | Shows::Items(_) => "/items/0/undo",
            _ => "/undo",
        };
        all.extend(find("POST", UNDO).and_then(|to| link(operation, to, ("undo", at))));
    }
    all
}

/// What ends the path of a list of things that are there no more: all that can be done is to bring them back.
const REMOVED: &str = "/removed";

/// Where the things of a list are: a list of some of them stands among them.
fn listed(path: &'static str) -> &'static str {
    [REMOVED, "/changed"].iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path)
}

/// Where a thing that an operation answers is from now on, without its id.
fn home(operation: &Operation, name: &'static str) -> &'static str {
    let shows = |it: &&Operation| it.shows == Shows::One(name) && it.path.ends_with('}');
    let shown = operations().iter().filter(|it| it.method == "GET").find(shows);
    shown.and_then(|it| it.path.rsplit_once('/')).map_or(operation.path, |(home, _)| home)
}

fn has(name: &str, field: &str) -> bool {
    schema::all().get(name).is_some_and(|schema| schema["properties"].get(field).is_some())
}

/// Operations on a thing at this place, and what its id is called in their paths.
fn below(home: &str) -> impl Iterator<Item = (&'static Operation, &'static str)> {
    operations().iter().filter_map(move |it| {
        let (id, _) = it.path.strip_prefix(home)?.strip_prefix("/{")?.split_once('}')?;
        Some((it, id))
    })
}

/// A link to an operation with the value at a place of the answer for one of its ids, and for the others
/// what was asked with; nothing where one more is needed.
fn link(from: &Operation, to: &Operation, (id, at): (&str, &str)) -> Option<(String, Value)> {
    let mut parameters = Map::new();
    for name in to.ids() {
        let value = if name == id {
            format!("$response.body#{at}")
        } else if from.ids().any(|own| own == name) {
            format!("$request.path.{name}")
        } else {
            return None;
        };
        parameters.insert(name.to_owned(), value.into());
    }
    Some((to.id(), json!({"operationId": to.id(), "parameters": parameters})))
}
