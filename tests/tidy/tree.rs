//! The files that the rules read: the ones on disk, or a few made up to see a rule fail.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 7] = [".git", "target", "node_modules", "data", ".cache", "vendor", "shots"];
/// What is text and written by hand.
const KINDS: [&str; 14] = [
    "rs", "toml", "sql", "css", "html", "txt", "ftl", "md", "js", "mjs", "py", "wit", "json", "svg",
];

/// Text files by their path from the root, with `/` between the parts.
pub struct Tree {
    files: BTreeMap<String, String>,
    /// Beginnings of the paths of modules that are compiled for tests only.
    test_modules: Vec<String>,
}

impl Tree {
    /// The workspace on disk.
    pub fn here() -> Self {
        let root = root();
        let mut files = BTreeMap::new();
        walk(&root, &root, &mut files);
        Self::new(files)
    }

    /// A tree of the given paths and texts.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| (path.to_string(), text.to_string()));
        Self::new(files.collect())
    }

    fn new(files: BTreeMap<String, String>) -> Self {
        let test_modules = files.iter().filter(|(path, _)| path.ends_with(".rs"));
        let test_modules =
            test_modules.flat_map(|(path, text)| test_modules_of(path, text)).collect();
        Self { files, test_modules }
    }

    /// Whether a Rust file holds tests only: of a `tests` folder, named `tests.rs`, or of a module that
    /// is declared under `#[cfg(test)]`.
    pub fn is_test(&self, path: &str) -> bool {
        let module = |start: &String| {
            path.strip_prefix(start).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        path.starts_with("tests/")
            || path.contains("/tests/")
            || path.ends_with("/tests.rs")
            || self.test_modules.iter().any(module)
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether there is a file, or a folder with a file in it.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&folder))
    }

    /// Path and text of the files under a folder (or all, for "") that end with one of `ends`.
    pub fn under<'a>(
        &'a self,
        folder: &'a str,
        ends: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let inside =
            move |path: &str| path.starts_with(folder) && ends.iter().any(|e| path.ends_with(e));
        let files = self.files.iter().filter(move |(path, _)| inside(path));
        files.map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Names of the folders directly under a folder, which ends with `/`.
    pub fn folders(&self, folder: &str) -> Vec<String> {
        let below = self.files.keys().filter_map(|path| path.strip_prefix(folder));
        let mut names: Vec<_> = below
            .filter_map(|rest| rest.split_once('/'))
            .map(|(name, _)| name.to_owned())
            .collect();
        names.dedup();
        names
    }
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map(|t| (t.is_dir(), t.is_file())).unwrap_or_default();
        match kind {
            (true, _) if !SKIPPED.contains(&name.as_str()) => walk(root, &path, files),
            (_, true) if is_ours(&path, &name) => {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let relative = path.strip_prefix(root).unwrap_or(&path);
                files.insert(relative.to_string_lossy().replace('\\', "/"), text);
            }
            _ => {}
        }
    }
}

/// By its ending, or a script or a file of the root without one.
fn is_ours(path: &Path, name: &str) -> bool {
    match path.extension().and_then(|e| e.to_str()) {
        Some(kind) => KINDS.contains(&kind) && name != "package-lock.json",
        None => !name.starts_with('.'),
    }
}

/// A Rust file without its comments and its `#[cfg(test)]` modules, line by line from 1. What is left
/// out stays as an empty line, so that line numbers hold. Relies on rustfmt's indentation.
pub fn production(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut test_ends_with: Option<String> = None;
    let mut after_cfg_test = false;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if let Some(end) = &test_ends_with {
            if line == end {
                test_ends_with = None;
            }
            continue;
        }
        if after_cfg_test && trimmed.contains("mod ") && trimmed.ends_with('{') {
            let indent = &line[..line.len() - trimmed.len()];
            test_ends_with = Some(format!("{indent}}}"));
        } else if !trimmed.starts_with("//") {
            lines.push((number + 1, line.split(" // ").next().unwrap_or(line)));
        }
        after_cfg_test = trimmed.starts_with("#[cfg(test)]")
            || (after_cfg_test && (trimmed.starts_with("#[") || trimmed.starts_with("//")));
    }
    lines
}

/// Paths, without their ending, of the modules that a file declares under `#[cfg(test)]`.
fn test_modules_of(path: &str, text: &str) -> Vec<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => path.trim_end_matches(".rs").to_owned(),
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let declared = lines.windows(2).filter(|two| two[0] == "#[cfg(test)]");
    let names = declared.filter_map(|two| two[1].strip_suffix(';')?.rsplit_once("mod "));
    names.map(|(_, name)| format!("{folder}/{name}")).collect()
}

#[test]
fn tests_and_comments_are_not_production() {
    let text = "let a = 1; // why\n// no\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n";
    let left: Vec<_> = production(text).into_iter().filter(|(_, l)| !l.starts_with('#')).collect();
    assert_eq!(left, vec![(1, "let a = 1;"), (7, "fn c() {}")]);
}

#[test]
fn modules_for_tests_are_not_production() {
    let tree = Tree::of(&[("core/a/src/lib.rs", "#[cfg(test)]\nmod samples;\nmod sample;\n")]);
    for test in ["core/a/src/samples.rs", "core/a/src/samples/b.rs", "core/a/tests/b.rs"] {
        assert!(tree.is_test(test), "{test}");
    }
    assert!(!tree.is_test("core/a/src/sample.rs"));
}

#[test]
fn the_tree_on_disk_is_found() {
    let tree = Tree::here();
    assert!(tree.has("Makefile") && tree.has("core/domain/src/lib.rs") && tree.has("core/domain"));
    assert!(tree.folders("core/").contains(&"host".to_owned()));
}
