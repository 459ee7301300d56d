//! What the documents say stands: commands, files and links that they name are there.

use super::tree::{Tree, root};
use super::{accepts, finds, obeyed};

/// Beginnings of what a document may name in backticks as a file or folder of the tree.
const FOLDERS: [&str; 9] =
    ["core/", "sdk/", "plugins/", "migrations/", "themes/", "config/", "deploy/", "tests/", ".ci/"];

fn documents(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.under("", &[".md"])
}

/// Names that the Makefile can make.
fn targets(tree: &Tree) -> Vec<&str> {
    let lines = tree.text("Makefile").unwrap_or_default().lines();
    let named = lines.filter_map(|line| line.split_once(':')).map(|(name, _)| name);
    named.filter(|name| name.chars().all(|c| c.is_ascii_lowercase())).collect()
}

fn commands_can_be_made(tree: &Tree) -> Vec<String> {
    let targets = targets(tree);
    let mut broken = Vec::new();
    for (path, text) in documents(tree) {
        for (number, line) in text.lines().enumerate() {
            for command in commands(line).filter_map(|command| command.strip_prefix("make ")) {
                let mut names = command.split_whitespace().filter(|word| !word.contains('='));
                if let Some(name) = names.find(|name| !targets.contains(name)) {
                    broken.push(format!("{path}:{}: make {name} does not exist", number + 1));
                }
            }
        }
    }
    broken
}

/// What stands in backticks or is a command line of an indented block, without its comment.
fn commands(line: &str) -> impl Iterator<Item = &str> {
    let block = line.strip_prefix("    ").map(|l| l.split("  #").next().unwrap_or(l).trim());
    line.split('`').skip(1).step_by(2).chain(block)
}

fn named_files_exist(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in documents(tree) {
        let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in text.lines().enumerate() {
            let named = line.split('`').skip(1).step_by(2).filter(|name| is_path(name));
            let missing = named.filter(|name| !tree.has(name) && !root().join(name).exists());
            broken.extend(missing.map(|name| format!("{path}:{}: {name} is missing", number + 1)));
            let links = links(line).map(|link| resolve(beside, link));
            let missing = links.filter(|link| !tree.has(link) && !root().join(link).exists());
            broken.extend(missing.map(|link| format!("{path}:{}: {link} is missing", number + 1)));
        }
    }
    broken
}

/// A path from the root and nothing else: no placeholder, no pattern, no words.
fn is_path(name: &str) -> bool {
    FOLDERS.iter().any(|folder| name.starts_with(folder))
        && !name.contains(['<', '*', '{', ' ', '$'])
}

/// Targets of links to files, without the part after `#`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains(':'))
}

/// A link from a document's folder, as a path from the root.
fn resolve(folder: &str, link: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[test]
fn documented_commands_exist() {
    obeyed(commands_can_be_made);
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    let makefile = ("Makefile", "run: build ## Start\nbuild:\n");
    finds(commands_can_be_made, &[makefile, ("README.md", "Say `make runn`.")]);
    finds(commands_can_be_made, &[makefile, ("README.md", "    make deploy  # puts it there")]);
    accepts(
        commands_can_be_made,
        &[makefile, ("README.md", "Say `make run`.\n\n    make build\n")],
    );
}

#[test]
fn documented_files_exist() {
    obeyed(named_files_exist);
}

#[test]
fn a_file_that_does_not_exist_is_found() {
    finds(named_files_exist, &[("README.md", "See `core/domain/src/nowhere.rs`.")]);
    finds(named_files_exist, &[("sdk/README.md", "See [it](wit/nowhere.md#part).")]);
    let there = [("sdk/a.md", "See [it](../sdk/b.md) and `plugins/<name>/x`."), ("sdk/b.md", "")];
    accepts(named_files_exist, &there);
}
