//! Which crate may use which: the direction between rooms, one room for each heavy library, plugins
//! on the public kit alone, versions in the root only.

use toml::Table;

use super::tree::Tree;
use super::{accepts, finds, obeyed};

/// Each room of core/ and the rooms that its code may use.
const ROOMS: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("vault", &["domain"]),
    ("store", &["domain"]),
    ("runtime", &["domain"]),
    ("app", &["domain", "vault", "store", "runtime"]),
    ("web", &["domain", "app"]),
    ("host", &["domain", "vault", "store", "runtime", "app", "web"]),
];

/// Each heavy library and the one room that may name it.
const HEAVY: [(&str, &str); 14] = [
    ("diesel", "store"),
    ("wasmtime", "runtime"),
    ("reqwest", "runtime"),
    ("lettre", "runtime"),
    ("image", "app"),
    ("calcard", "app"),
    ("oauth2", "app"),
    ("openidconnect", "app"),
    ("webauthn-rs", "app"),
    ("actix-web", "web"),
    ("qrcode", "web"),
    ("tera", "web"),
    ("sodiumoxide", "vault"),
    ("figment", "host"),
];

/// The kit, and kept libraries that only read text and reach nothing.
const PLUGINS_MAY_USE: [&str; 4] = ["oxpi-kit", "quick-xml", "serde", "serde_json"];

/// Names under the given sections of a Cargo.toml, those for single targets included.
fn dependencies(text: &str, sections: &[&str]) -> Vec<String> {
    let manifest: Table = text.parse().unwrap_or_else(|e| panic!("a Cargo.toml is wrong: {e}"));
    let targets = manifest.get("target").and_then(|t| t.as_table());
    let targets = targets.into_iter().flat_map(|t| t.values()).filter_map(|t| t.as_table());
    let tables = targets.chain([&manifest]);
    let named = tables.flat_map(|table| sections.iter().filter_map(|s| table.get(*s)?.as_table()));
    named.flat_map(|section| section.keys().cloned()).collect()
}

const CODE: [&str; 2] = ["dependencies", "build-dependencies"];
const TESTS: [&str; 1] = ["dev-dependencies"];
const ALL: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];

/// Code uses the rooms in front of it; tests may reach further in that direction, never back.
fn rooms_point_one_way(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (place, (room, may)) in ROOMS.iter().enumerate() {
        let path = format!("core/{room}/Cargo.toml");
        let Some(text) = tree.text(&path) else {
            broken.push(format!("{path} is missing"));
            continue;
        };
        let is_room = |name: &String| ROOMS.iter().any(|(room, _)| room == name);
        let earlier = |name: &String| ROOMS[..place].iter().any(|(room, _)| room == name);
        let code = dependencies(text, &CODE).into_iter().filter(is_room);
        broken.extend(
            code.filter(|n| !may.contains(&n.as_str())).map(|n| format!("{path}: {room} uses {n}")),
        );
        let tests = dependencies(text, &TESTS).into_iter().filter(is_room);
        broken.extend(
            tests.filter(|n| !earlier(n)).map(|n| format!("{path}: tests of {room} use {n}")),
        );
    }
    broken
}

fn heavy_libraries_have_one_room(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in tree.under("core/", &["Cargo.toml"]) {
        let here = path.split('/').nth(1).unwrap_or_default();
        for name in dependencies(text, &ALL) {
            if let Some((_, room)) =
                HEAVY.iter().find(|(heavy, room)| *heavy == name && *room != here)
            {
                broken.push(format!("{path}: {name} belongs to {room} alone"));
            }
        }
    }
    broken
}

fn plugins_use_the_public_kit_alone(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in tree.under("plugins/", &["/Cargo.toml"]) {
        let code = dependencies(text, &CODE).into_iter();
        let others = code.filter(|name| !PLUGINS_MAY_USE.contains(&name.as_str()));
        broken.extend(others.map(|name| format!("{path}: a plugin can't depend on {name}")));
    }
    let kit = tree.text("sdk/kit/Cargo.toml").map(|text| dependencies(text, &CODE));
    let rooms = kit.into_iter().flatten().filter(|name| ROOMS.iter().any(|(room, _)| room == name));
    broken.extend(rooms.map(|name| format!("sdk/kit/Cargo.toml: the kit can't depend on {name}")));
    broken
}

/// A dependency that takes its version from the root, or a crate's own tests naming the crate itself.
fn is_of_the_root(spec: &toml::Value) -> bool {
    let itself = spec.get("path").and_then(|path| path.as_str()) == Some(".");
    itself || spec.get("workspace").and_then(|w| w.as_bool()) == Some(true)
}

fn versions_live_in_the_root(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    let members =
        tree.under("", &["/Cargo.toml"]).filter(|(path, _)| !path.contains("/templates/"));
    for (path, text) in members {
        let manifest: Table = text.parse().unwrap_or_else(|e| panic!("{path}: {e}"));
        for section in ALL.iter().filter_map(|s| manifest.get(*s)?.as_table()) {
            let own = section.iter().filter(|(_, spec)| !is_of_the_root(spec));
            broken
                .extend(own.map(|(name, _)| format!("{path}: {name} takes no version of its own")));
        }
    }
    broken
}

#[test]
fn rooms_depend_in_one_direction() {
    obeyed(rooms_point_one_way);
}

#[test]
fn a_room_that_looks_back_is_found() {
    let back = "[dependencies]\napp = { workspace = true }\n";
    finds(rooms_point_one_way, &with_rooms("store", back).each());
    let sideways = "[target.'cfg(unix)'.dependencies]\nvault = { workspace = true }\n";
    finds(rooms_point_one_way, &with_rooms("store", sideways).each());
    let tests_back = "[dev-dependencies]\nweb = { workspace = true }\n";
    finds(rooms_point_one_way, &with_rooms("app", tests_back).each());
    let tests_forward = "[dev-dependencies]\nstore = { workspace = true }\n";
    accepts(rooms_point_one_way, &with_rooms("web", tests_forward).each());
}

#[test]
fn each_heavy_library_has_one_room() {
    obeyed(heavy_libraries_have_one_room);
}

#[test]
fn a_heavy_library_elsewhere_is_found() {
    let diesel = "[dependencies]\ndiesel.workspace = true\n";
    finds(heavy_libraries_have_one_room, &[("core/app/Cargo.toml", diesel)]);
    accepts(heavy_libraries_have_one_room, &[("core/store/Cargo.toml", diesel)]);
}

#[test]
fn plugins_depend_on_the_kit_alone() {
    obeyed(plugins_use_the_public_kit_alone);
}

#[test]
fn a_plugin_with_a_back_door_is_found() {
    let bypass = "[dependencies]\nruntime.workspace = true\n";
    finds(plugins_use_the_public_kit_alone, &[("plugins/x/Cargo.toml", bypass)]);
    finds(plugins_use_the_public_kit_alone, &[("sdk/kit/Cargo.toml", bypass)]);
}

#[test]
fn versions_stand_in_the_root_only() {
    obeyed(versions_live_in_the_root);
}

#[test]
fn a_version_outside_the_root_is_found() {
    finds(versions_live_in_the_root, &[("core/x/Cargo.toml", "[dependencies]\nserde = \"1\"\n")]);
    finds(
        versions_live_in_the_root,
        &[("core/x/Cargo.toml", "[dev-dependencies]\nserde = { version = \"1\" }\n")],
    );
}

/// Seven empty rooms, one of them with the given Cargo.toml.
struct Rooms(Vec<(String, String)>);

fn with_rooms(name: &str, text: &str) -> Rooms {
    let of = |room: &str| if room == name { text.to_owned() } else { String::new() };
    Rooms(ROOMS.iter().map(|(room, _)| (format!("core/{room}/Cargo.toml"), of(room))).collect())
}

impl Rooms {
    fn each(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
    }
}
