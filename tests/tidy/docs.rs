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

/// `oxpi <command>` is one of the command line's, `OXPI_SECTION__KEY` one of the configuration's.
fn the_program_understands(tree: &Tree) -> Vec<String> {
    let cli = tree.text("core/host/src/cli.rs").unwrap_or_default();
    let keys = keys(tree.text("config/default.toml").unwrap_or_default());
    let mut broken = Vec::new();
    for (path, text) in documents(tree) {
        for (number, line) in text.lines().enumerate() {
            let called = commands(line).filter_map(|command| command.split_once("oxpi "));
            let called = called.filter(|(before, _)| before.is_empty() || before.ends_with('/'));
            let word = |(_, rest): (_, &str)| rest.split_whitespace().next().map(str::to_owned);
            let unknown = called.filter_map(word).find(|word| !is_command(word, cli));
            broken
                .extend(unknown.map(|w| format!("{path}:{}: oxpi {w} does not exist", number + 1)));
            let mut set = variables(line);
            let unknown = set.find(|variable| !keys.contains(variable));
            broken.extend(unknown.map(|v| format!("{path}:{}: {v} does not exist", number + 1)));
        }
    }
    broken
}

/// Whether the word, which is not an option, has a variant in the enum of commands.
fn is_command(word: &str, cli: &str) -> bool {
    let mut variant = word.to_owned();
    variant[..1].make_ascii_uppercase();
    let named = |line: &str| {
        line.trim().strip_prefix(&variant).is_some_and(|rest| rest.starts_with([',', '(', ' ']))
    };
    word.starts_with(['-', '<']) || cli.lines().any(named)
}

/// `OXPI_SECTION__KEY` for every key of the configuration's manual.
fn keys(manual: &str) -> Vec<String> {
    let sections: toml::Table = manual.parse().unwrap_or_else(|e| panic!("default.toml: {e}"));
    let tables = sections.iter().filter_map(|(section, table)| Some((section, table.as_table()?)));
    let names =
        tables.flat_map(|(section, t)| t.keys().map(move |key| format!("{section}__{key}")));
    names.map(|name| format!("OXPI_{}", name.to_uppercase())).collect()
}

/// Names of the form `OXPI_SECTION__KEY` in a line.
fn variables(line: &str) -> impl Iterator<Item = String> {
    let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("OXPI_") && word.contains("__")).map(str::to_owned)
}

fn named_files_exist(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in documents(tree) {
        let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in text.lines().enumerate() {
            let named = line.split('`').skip(1).step_by(2).filter(|name| is_path(name));
            let there = |name: &str| exists(tree, name) || exists(tree, &resolve(beside, name));
            let missing = named.filter(|name| !there(name));
            broken.extend(missing.map(|name| format!("{path}:{}: {name} is missing", number + 1)));
            let links = links(line).map(|link| resolve(beside, link));
            let missing = links.filter(|link| !exists(tree, link));
            broken.extend(missing.map(|link| format!("{path}:{}: {link} is missing", number + 1)));
        }
    }
    broken
}

fn exists(tree: &Tree, path: &str) -> bool {
    tree.has(path) || root().join(path).exists()
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
fn documented_settings_and_commands_are_understood() {
    obeyed(the_program_understands);
}

#[test]
fn a_setting_or_command_that_does_not_exist_is_found() {
    let cli = ("core/host/src/cli.rs", "enum Command {\n    Serve(Serve),\n    Config,\n}\n");
    let manual = ("config/default.toml", "[server]\naddress = \"\"\n");
    let rule = the_program_understands;
    finds(rule, &[cli, manual, ("README.md", "`oxpi sreve`")]);
    finds(rule, &[cli, manual, ("README.md", "    target/release/oxpi conf")]);
    finds(rule, &[cli, manual, ("README.md", "Set `OXPI_SERVER__ADRESS`.")]);
    let fine = "`oxpi serve` or `oxpi config` with `OXPI_SERVER__ADDRESS`; oxpi is nice.";
    accepts(rule, &[cli, manual, ("README.md", fine)]);
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
