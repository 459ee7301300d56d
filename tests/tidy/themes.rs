//! Templates and styles: text is always escaped, nothing runs inline, every layout can be mirrored.

use super::tree::Tree;
use super::{accepts, finds, obeyed};

/// Properties of one physical side; the logical one mirrors by itself in right-to-left languages.
const SIDES: [&str; 2] = ["left", "right"];

fn templates(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.under("themes/", &[".html", ".txt"])
}

fn numbered<'a>(path: &'a str, text: &'a str) -> impl Iterator<Item = (String, &'a str)> {
    text.lines().enumerate().map(move |(number, line)| (format!("{path}:{}", number + 1), line))
}

fn text_is_always_escaped(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in templates(tree) {
        for (place, line) in numbered(path, text) {
            let filters = line.split('|').skip(1).map(str::trim_start);
            if filters.into_iter().any(is_safe) || line.contains("autoescape false") {
                broken.push(format!("{place}: turns escaping off"));
            }
        }
    }
    broken
}

fn is_safe(filter: &str) -> bool {
    filter
        .strip_prefix("safe")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// What the Content-Security-Policy would refuse: scripts in the page, handlers and styles in tags.
fn nothing_runs_inline(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in tree.under("themes/", &[".html"]) {
        let mail = path.contains("/mail/");
        for (place, line) in numbered(path, text) {
            let lower = line.to_lowercase();
            let script = lower.contains("<script") && !lower.contains("src=");
            if script || lower.contains("javascript:") {
                broken.push(format!("{place}: a script in the page"));
            }
            let mut attributes = lower.split_whitespace().skip(1).filter_map(|a| a.split_once('='));
            if attributes.any(|(name, _)| is_handler(name) || (name == "style" && !mail)) {
                broken.push(format!("{place}: a handler or a style in a tag"));
            }
        }
    }
    broken
}

/// `onclick` and its like.
fn is_handler(attribute: &str) -> bool {
    attribute.len() > 3 && attribute.starts_with("on") && attribute.chars().all(char::is_alphabetic)
}

fn styles_can_be_mirrored(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in tree.under("themes/", &[".css"]) {
        for (place, line) in numbered(path, text) {
            let declarations = line.split([';', '{', '}']).filter_map(|part| part.split_once(':'));
            let physical = |(name, value): &(&str, &str)| is_physical(name.trim(), value.trim());
            if let Some((name, value)) = declarations.into_iter().find(physical) {
                broken.push(format!("{place}: {}:{value} can't be mirrored", name.trim()));
            }
        }
    }
    broken
}

fn is_physical(name: &str, value: &str) -> bool {
    if name.starts_with("--") || name.starts_with('&') || name.starts_with('@') {
        return false;
    }
    let named = name.split('-').any(|part| SIDES.contains(&part));
    let turned = ["text-align", "float", "clear"].contains(&name)
        && SIDES.contains(&value.split_whitespace().next().unwrap_or_default());
    named || turned
}

#[test]
fn templates_escape_what_they_show() {
    obeyed(text_is_always_escaped);
}

#[test]
fn a_template_that_does_not_escape_is_found() {
    for line in ["{{ name | safe }}", "{{ name|safe }}", "{% autoescape false %}"] {
        finds(text_is_always_escaped, &[("themes/default/pages/a.html", line)]);
    }
    accepts(text_is_always_escaped, &[("themes/default/pages/a.html", "{{ name | safety }} safe")]);
}

#[test]
fn pages_run_nothing_inline() {
    obeyed(nothing_runs_inline);
}

#[test]
fn an_inline_script_or_style_is_found() {
    for line in ["<script>go()</script>", "<a onclick=\"go()\">", "<p style=\"color: red\">"] {
        finds(nothing_runs_inline, &[("themes/default/pages/a.html", line)]);
    }
    let fine = "<script nonce=\"{{ nonce }}\" src=\"/assets/a.js\"></script><p class=\"on\">";
    accepts(nothing_runs_inline, &[("themes/default/pages/a.html", fine)]);
}

#[test]
fn styles_have_no_left_and_right() {
    obeyed(styles_can_be_mirrored);
}

#[test]
fn a_style_of_one_side_is_found() {
    for line in [
        "  margin-left: 1rem;",
        ".a { left: 0 }",
        "text-align:right;",
        "border-top-left-radius: 1px",
    ] {
        finds(styles_can_be_mirrored, &[("themes/default/assets/a.css", line)]);
    }
    let fine = ".left:hover { margin-inline-start: 1px; text-align: start; transition: left 1s }";
    accepts(styles_can_be_mirrored, &[("themes/default/assets/a.css", fine)]);
}

/// What pages keep in the browser is what was typed into an open form, and which calendars are hidden.
fn browser_storage_has_its_places(tree: &Tree) -> Vec<String> {
    let keeps = ["/assets/js/draft.js", "/assets/js/calendar.js"];
    let stores = ["localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches.open"];
    let mut broken = Vec::new();
    for (path, text) in tree.under("themes/", &[".js", ".html"]) {
        let named = stores.iter().find(|word| text.contains(**word));
        if let (Some(word), false) = (named, keeps.iter().any(|place| path.ends_with(place))) {
            broken.push(format!("{path}: {word}"));
        }
        // What was typed as a password is no draft.
        if path.ends_with("draft.js") && !text.contains("\"password\"") {
            broken.push(format!("{path}: keeps passwords"));
        }
    }
    broken
}

#[test]
fn the_browser_keeps_no_more_than_drafts_and_hidden_calendars() {
    obeyed(browser_storage_has_its_places);
}

#[test]
fn a_page_that_keeps_something_in_the_browser_is_found() {
    let rule = browser_storage_has_its_places;
    finds(rule, &[("themes/default/assets/js/people.js", "localStorage.setItem(KEY, name);")]);
    finds(rule, &[("themes/default/assets/js/draft.js", "sessionStorage.setItem(KEY, all);")]);
    accepts(rule, &[("themes/default/assets/js/calendar.js", "localStorage.getItem(KEPT)")]);
}
