//! What a plugin answers when it is asked to draw a view: a tree of a closed set of widgets, as data.
//! Reading it is strict about each widget and forgiving about the whole: what can't be read becomes a
//! note in its place, and everything has a bound. The schema is `sdk/wit/views.schema.json`.

mod few;
mod value;
mod widget;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::approval::Words;

pub use few::Few;
pub use value::{Link, Tone, Value};
pub use widget::{
    Action, Badge, Board, BoardColumn, Calendar, CalendarEvent, Card, Cards, Chart, ChartKind,
    Column, Empty, Field, FieldKind, FieldOption, Form, Item, KeyValue, List, Pair, Picture,
    Preview, Row, Series, Table, Timeline, TimelineEntry, Unit, Widget,
};

/// Widgets of a view, those of its sections counted in.
const NODES_MAX: usize = 60;
/// Values of a whole view: cells, items, fields, points.
const VALUES_MAX: usize = 6_000;
/// Fields that an answer to an action may find wrong.
const ERRORS_MAX: usize = 60;

/// A view as it was answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Its title, where it has one of its own.
    pub title: Option<Words>,
    /// What it shows, from top to bottom.
    pub nodes: Vec<Node>,
}

/// A place in a view.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A widget.
    Widget(Box<Widget>),
    /// Several under one heading. A section holds no section.
    Section {
        /// The heading.
        title: Words,
        /// What stands below it.
        nodes: Vec<Node>,
    },
    /// A paragraph.
    Text(Words),
    /// What a widget that this host doesn't know says of itself.
    Fallback(Words),
    /// What can't be shown, and why, for the log.
    Broken(String),
}

/// What a plugin answers to an action.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Acted {
    /// What to show instead.
    pub view: Option<Document>,
    /// What to say of it.
    pub toast: Option<Words>,
    /// What is wrong with fields, by their names; nothing was done then.
    pub errors: BTreeMap<String, Words>,
    /// Another view of the plugin to go on with.
    pub go: Option<Link>,
}

impl Document {
    /// Reads an answer. A single widget is a view of one.
    pub fn read(answer: &Json) -> Self {
        let mut left = Left { nodes: NODES_MAX, values: VALUES_MAX };
        match answer.get("widgets") {
            Some(Json::Array(widgets)) => {
                Self { title: words_of(answer, "title"), nodes: nodes(widgets, &mut left, false) }
            }
            Some(_) => Self::broken("`widgets` is no list"),
            None => {
                Self { title: None, nodes: nodes(std::slice::from_ref(answer), &mut left, false) }
            }
        }
    }

    /// Every picture in it.
    pub fn pictures_mut(&mut self) -> Vec<&mut Picture> {
        fn within<'d>(nodes: &'d mut [Node], found: &mut Vec<&'d mut Picture>) {
            for node in nodes {
                match node {
                    Node::Section { nodes, .. } => within(nodes, found),
                    Node::Widget(widget) => {
                        if let Widget::Preview(preview) = &mut **widget {
                            found.extend(&mut preview.picture);
                        }
                    }
                    Node::Text(_) | Node::Fallback(_) | Node::Broken(_) => {}
                }
            }
        }
        let mut found = Vec::new();
        within(&mut self.nodes, &mut found);
        found
    }

    /// A view that can't be shown.
    pub fn broken(why: impl Into<String>) -> Self {
        Self { title: None, nodes: vec![Node::Broken(why.into())] }
    }
}

impl Acted {
    /// Reads an answer.
    pub fn read(answer: &Json) -> Self {
        let errors = answer.get("errors").and_then(Json::as_object);
        let errors = errors
            .into_iter()
            .flatten()
            .take(ERRORS_MAX)
            .filter_map(|(name, words)| Some((name.clone(), Words::deserialize(words).ok()?)));
        Self {
            view: answer.get("view").filter(|view| !view.is_null()).map(Document::read),
            toast: words_of(answer, "toast"),
            errors: errors.collect(),
            go: answer.get("go").and_then(|go| Link::deserialize(go).ok()),
        }
    }
}

/// What is left of the bounds.
struct Left {
    nodes: usize,
    values: usize,
}

fn words_of(object: &Json, name: &str) -> Option<Words> {
    Words::deserialize(object.get(name)?).ok()
}

fn nodes(all: &[Json], left: &mut Left, in_section: bool) -> Vec<Node> {
    let mut read = Vec::new();
    for each in all {
        if left.nodes == 0 {
            read.push(Node::Broken(format!("more than {NODES_MAX} widgets")));
            break;
        }
        left.nodes -= 1;
        read.push(node(each, left, in_section));
    }
    read
}

fn node(json: &Json, left: &mut Left, in_section: bool) -> Node {
    let Some(kind) = json.get("type").and_then(Json::as_str) else {
        return Node::Broken("a widget without a type".to_owned());
    };
    match kind {
        "text" => words_of(json, "text")
            .map_or_else(|| Node::Broken("text without a text".to_owned()), Node::Text),
        "section" if in_section => Node::Broken("a section within a section".to_owned()),
        "section" => match (words_of(json, "title"), json.get("widgets")) {
            (Some(title), Some(Json::Array(widgets))) => {
                Node::Section { title, nodes: nodes(widgets, left, true) }
            }
            _ => Node::Broken("a section without title and widgets".to_owned()),
        },
        known if Widget::KINDS.contains(&known) => widget(json, left),
        unknown => words_of(json, "fallback").map_or_else(
            || Node::Broken(format!("an unknown widget {:?}", short(unknown))),
            Node::Fallback,
        ),
    }
}

fn widget(json: &Json, left: &mut Left) -> Node {
    match Widget::deserialize(json) {
        Ok(widget) => {
            let weight = widget.weight();
            if weight > left.values {
                return Node::Broken(format!("more than {VALUES_MAX} values in a view"));
            }
            left.values -= weight;
            Node::Widget(Box::new(widget))
        }
        Err(error) => Node::Broken(short(&error.to_string())),
    }
}

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_unknown_widget_shows_its_fallback_and_a_broken_one_only_itself() {
        let view = Document::read(&json!({"title": "T", "widgets": [
            {"type": "hologram", "fallback": "Look at it elsewhere"},
            {"type": "hologram"},
            {"type": "table", "columns": 7},
            {"type": "key-value", "pairs": [{"label": "A", "value": 5}]},
            5,
        ]}));
        let kinds: Vec<_> = view
            .nodes
            .iter()
            .map(|node| match node {
                Node::Fallback(Words::Text(text)) => text.as_str(),
                Node::Broken(_) => "broken",
                Node::Widget(_) => "widget",
                _ => "other",
            })
            .collect();
        assert_eq!(kinds, ["Look at it elsewhere", "broken", "broken", "widget", "broken"]);
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let many = vec![json!({"type": "text", "text": "x"}); 500];
        let view = Document::read(&json!({"widgets": many}));
        assert_eq!(view.nodes.len(), NODES_MAX + 1);
        assert!(matches!(view.nodes.last(), Some(Node::Broken(_))));
        let row = json!({"cells": vec![json!(1); 12]});
        let table = json!({"type": "table", "columns": vec![json!({"label": "c"}); 12],
            "rows": vec![row; 5_000]});
        let view = Document::read(&json!({"widgets": [table, table, table, table]}));
        assert!(matches!(&view.nodes[0], Node::Widget(widget)
            if matches!(&**widget, Widget::Table(table) if table.rows.cut && table.rows.len() == 200)));
        assert!(matches!(view.nodes[3], Node::Broken(_)), "more values than a page can hold");
    }

    #[test]
    fn an_address_that_is_not_https_is_no_link() {
        for url in ["http://a.example", "javascript:alert(1)", "https://u:p@a.example", "//a", ""] {
            assert!(Link::deserialize(&json!({"url": url})).is_err(), "{url}");
        }
        assert!(Link::deserialize(&json!({"url": "https://a.example/x?y=1"})).is_ok());
        assert!(Link::deserialize(&json!({"person": "../settings"})).is_err());
    }

    #[test]
    fn what_an_action_answers_is_read() {
        let acted = Acted::read(&json!({"errors": {"name": {"key": "missing"}, "x": 5},
            "toast": "Done", "go": {"view": "list", "params": {"a": "b"}}}));
        assert_eq!(acted.errors.len(), 1);
        assert!(acted.toast.is_some() && acted.go.is_some() && acted.view.is_none());
        assert_eq!(Acted::read(&json!(null)), Acted::default());
    }
}
