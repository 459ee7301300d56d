//! How Rust files are written, and which of them may reach for the clock, chance and the network.

use super::tree::{Tree, production};
use super::{accepts, finds, obeyed};

const LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

/// What only one place may name in production code, and why.
struct Kept {
    words: &'static [&'static str],
    /// Beginnings of the paths that may.
    only: &'static [&'static str],
    why: &'static str,
}

const KEPT: [Kept; 6] = [
    Kept {
        words: &["SystemTime::now", "Timestamp::now", "Zoned::now", "Utc::now"],
        only: &["core/domain/src/time"],
        why: "time comes from domain::Clock",
    },
    Kept {
        words: &["getrandom", "rand::", "OsRng", "new_v4", "now_v7", "randombytes"],
        only: &["core/domain/src/rng", "core/vault/src/sodium.rs"],
        why: "randomness comes from domain::Rng",
    },
    Kept {
        words: &["reqwest::", "hyper::", "ureq::", "awc::", "TcpStream::connect"],
        // The second is a proxy in front of the tests' own database.
        only: &["core/runtime/src/", "core/store/src/testing/"],
        why: "requests go out through runtime's egress",
    },
    Kept {
        words: &["sodiumoxide"],
        only: &["core/vault/src/sodium.rs"],
        why: "one file knows the library",
    },
    Kept {
        words: &["Command::new"],
        // The last is the tests' own database.
        only: &["core/runtime/src/compile/", "core/host/src/handed.rs", "core/store/src/testing"],
        why: "nothing but the program itself is started",
    },
    Kept {
        words: &["allow(unsafe_code"],
        // The kit's macro stands for the exports of a guest, which are addresses in its own memory.
        only: &["core/runtime/src/engine/cache.rs", "sdk/kit/src/lib.rs"],
        why: "memory is the compiler's to look after, but for code that was compiled before",
    },
];

fn rust(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.under("", &[".rs"])
}

/// Code that ships: the rooms, the kit and the plugins, without their tests.
fn shipped(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    let ships =
        |path: &str| ["core/", "sdk/kit/", "plugins/"].iter().any(|at| path.starts_with(at));
    rust(tree).filter(move |(path, _)| ships(path) && !tree.is_test(path))
}

fn clock_chance_and_network_have_their_places(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in shipped(tree) {
        let elsewhere = KEPT.iter().filter(|kept| !kept.only.iter().any(|at| path.starts_with(at)));
        let kept: Vec<_> = elsewhere.collect();
        for (number, line) in production(text) {
            for Kept { words, why, .. } in &kept {
                let named = words.iter().find(|word| has_word(line, word));
                broken.extend(named.map(|word| format!("{path}:{number}: {word}: {why}")));
            }
        }
    }
    broken
}

/// Whether the line holds the word and not merely a longer one that ends with it.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(part_of_name))
}

fn files_say_what_they_are_for(tree: &Tree) -> Vec<String> {
    let silent = rust(tree).filter(|(path, text)| !tree.is_test(path) && !text.starts_with("//! "));
    silent
        .map(|(path, _)| format!("{path} does not begin with a sentence on what it is for"))
        .collect()
}

fn files_are_short(tree: &Tree) -> Vec<String> {
    let lengths = rust(tree).map(|(path, text)| (path, text.lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > LINES_MAX);
    long.map(|(path, lines)| format!("{path} has {lines} lines, {LINES_MAX} are the limit"))
        .collect()
}

fn functions_are_short(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in rust(tree) {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| begins_function(line)) {
            let indent = &line[..line.len() - line.trim_start().len()];
            let end = format!("{indent}}}");
            // A trait's function without a body ends with its arguments.
            let declared = format!("{indent})");
            let ends = |l: &&str| **l == end || (l.starts_with(&declared) && l.ends_with(';'));
            let length = lines[number..].iter().position(ends).map_or(0, |at| at + 1);
            if length > FUNCTION_LINES_MAX {
                broken.push(format!("{path}:{}: a function of {length} lines", number + 1));
            }
        }
    }
    broken
}

/// A line where a function with a body begins; one that ends on the same line is short enough.
fn begins_function(line: &str) -> bool {
    let words = line.trim_start().split(' ');
    let mut rest = words.skip_while(|w| {
        w.starts_with("pub") || ["async", "const", "unsafe", "extern", "default"].contains(w)
    });
    rest.next() == Some("fn") && !line.ends_with(';') && !line.ends_with('}')
}

fn nothing_is_left_for_later(tree: &Tree) -> Vec<String> {
    let marks = [["TO", "DO"], ["FIX", "ME"]].map(|parts| parts.concat());
    let kinds =
        ["rs", "toml", "sql", "css", "html", "ftl", "md", "mjs", "js", "py", "wit", "Makefile"];
    let mut broken = Vec::new();
    for (path, text) in tree.under("", &kinds) {
        for (number, line) in text.lines().enumerate() {
            let mark = marks.iter().find(|mark| {
                line.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| word == mark.as_str())
            });
            broken.extend(mark.map(|mark| format!("{path}:{}: {mark}", number + 1)));
        }
    }
    broken
}

fn no_path_of_one_machine(tree: &Tree) -> Vec<String> {
    let folders = ["work", "root", "farm"].map(|name| format!("/{name}/"));
    let mut broken = Vec::new();
    for (path, text) in tree.under("", &[""]) {
        for (number, line) in text.lines().enumerate() {
            let starts =
                |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.');
            let named = |folder: &str| line.match_indices(folder).any(|(at, _)| starts(at));
            if folders.iter().any(|folder| named(folder)) {
                broken.push(format!("{path}:{}: a path that only one machine has", number + 1));
            }
        }
    }
    broken
}

#[test]
fn clock_chance_and_network_stay_in_their_places() {
    obeyed(clock_chance_and_network_have_their_places);
}

#[test]
fn a_clock_chance_or_network_elsewhere_is_found() {
    let rule = clock_chance_and_network_have_their_places;
    finds(rule, &[("core/app/src/a.rs", "let now = jiff::Timestamp::now();")]);
    finds(rule, &[("core/web/src/a.rs", "let id = Uuid::new_v4();")]);
    finds(rule, &[("plugins/x/src/lib.rs", "reqwest::get(url)")]);
    finds(rule, &[("core/vault/src/vault.rs", "use sodiumoxide::crypto;")]);
    finds(rule, &[("core/app/src/a.rs", "std::process::Command::new(name)")]);
    finds(rule, &[("core/app/src/a.rs", "#[allow(unsafe_code, reason = \"fast\")]")]);
    accepts(rule, &[("core/vault/src/sodium.rs", "use sodiumoxide::crypto;")]);
    accepts(rule, &[("core/app/src/a.rs", "let now = Instant::now(); let brand::X = y;")]);
    accepts(rule, &[("core/app/src/a.rs", "#[cfg(test)]\nmod t {\n    use rand::Rng;\n}\n")]);
}

#[test]
fn every_file_says_what_it_is_for() {
    obeyed(files_say_what_they_are_for);
}

#[test]
fn a_file_without_a_word_on_itself_is_found() {
    finds(files_say_what_they_are_for, &[("core/app/src/a.rs", "use std::fmt;\n")]);
}

#[test]
fn files_stay_under_their_limit() {
    obeyed(files_are_short);
}

#[test]
fn a_long_file_is_found() {
    finds(files_are_short, &[("core/app/src/a.rs", &"//\n".repeat(LINES_MAX + 1))]);
}

#[test]
fn functions_stay_under_their_limit() {
    obeyed(functions_are_short);
}

#[test]
fn a_long_function_is_found() {
    let body = "        x();\n".repeat(FUNCTION_LINES_MAX);
    let text = format!("impl A {{\n    pub(crate) async fn a() {{\n{body}    }}\n}}\n");
    finds(functions_are_short, &[("core/app/src/a.rs", &text)]);
    let two = "fn a() {\n    x();\n}\n".repeat(FUNCTION_LINES_MAX);
    accepts(functions_are_short, &[("core/app/src/a.rs", &two)]);
    let more = "    const B: u8 = 1;\n".repeat(FUNCTION_LINES_MAX);
    let declared = format!(
        "trait A {{\n    fn a(\n        x: u8,\n    ) -> u8;\n{more}    fn b() {{\n    }}\n}}\n"
    );
    accepts(functions_are_short, &[("core/app/src/a.rs", &declared)]);
}

#[test]
fn nothing_is_put_off_in_a_comment() {
    obeyed(nothing_is_left_for_later);
}

#[test]
fn work_put_off_is_found() {
    let later = format!("// {}{}: later\n", "TO", "DO");
    finds(nothing_is_left_for_later, &[("core/app/src/a.rs", &later)]);
    accepts(nothing_is_left_for_later, &[("core/app/src/a.rs", "const METHODOLOGY: u8 = 1;")]);
}

#[test]
fn the_tree_names_no_machine() {
    obeyed(no_path_of_one_machine);
}

#[test]
fn a_path_of_one_machine_is_found() {
    let path = format!("let data = \"/{}/main\";", "work");
    finds(no_path_of_one_machine, &[("core/app/src/a.rs", &path)]);
    let inside = format!("include_str!(\"../{}/a\")", "work");
    accepts(no_path_of_one_machine, &[("core/app/src/a.rs", &inside)]);
}
