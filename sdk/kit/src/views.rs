//! Views, written in types: what a plugin shows is data, and the host draws it in its own look, in
//! the reader's language and direction.
//!
//! ```ignore
//! fn render(view: &str, input: ViewInput) -> Result<View> {
//!     let mut table = views::table(["flower", "left"].map(key));
//!     for flower in flowers()? {
//!         table = table.row(row([text(flower.name), number(flower.left)]));
//!     }
//!     Ok(View::of(table.title(key("flowers"))))
//! }
//! ```
//!
//! Words are a text as it is, or [`key`]: a key of the plugin's own texts. A link names what it leads
//! to ([`to_view`], [`to_person`], …); the host makes the address.

mod shown;
mod value;
mod widget;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use crate::approvals::{Words, words};
pub use shown::{
    Board, Calendar, Cards, Chart, Empty, KeyValue, List, Preview, Timeline, bars, board, calendar,
    cards, donut, empty, key_value, line, list, preview, timeline,
};
pub use value::{
    Link, Tone, Value, badge, date, duration, flag, instant, link, money, none, number, phone,
    text, to_appointment, to_person, to_url, to_view, to_view_with,
};
pub use widget::{
    Action, Card, Field, FieldKind, Form, Item, Row, Table, action, card, field, form, go, item,
    row, table,
};

/// A key of the plugin's own texts, without anything to fill in; see [`words`] for one with.
pub fn key(key: &str) -> Words {
    words(key, &[])
}

/// What a view is asked with.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ViewInput {
    /// Where it appears: `navigation`, `person`, `appointment` or `home`.
    pub place: String,
    /// What a link gave it.
    pub params: BTreeMap<String, String>,
    /// The person it is about.
    pub person: Option<About>,
    /// The appointment it is about.
    pub appointment: Option<About>,
    /// Whether who reads may also act; what can't be done is not shown anyway.
    pub may_act: bool,
}

/// What a view is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct About {
    /// Its id, for `records`.
    pub id: String,
}

impl ViewInput {
    /// What a link gave under this name; empty for nothing.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// What was done in a view.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ActInput {
    /// What the view was asked with.
    #[serde(flatten)]
    pub view: ViewInput,
    /// What was filled in or goes along: a text, or a list where several can be chosen.
    pub fields: BTreeMap<String, Json>,
    /// The same where something is sent twice, and never again: a good idempotency key.
    pub key: String,
}

impl ActInput {
    /// A field without spaces around it; empty where it was left out.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Json::as_str).unwrap_or_default().trim()
    }

    /// Whether a switch is on.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.text(name), "on" | "true")
    }

    /// A number, where it is one.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.text(name).parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// What was chosen of several.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let list = self.fields.get(name).and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str).collect()
    }
}

/// A widget of a view.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Widget(pub(crate) Json);

/// A view: widgets from top to bottom.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct View {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Words>,
    widgets: Vec<Widget>,
}

impl View {
    /// A view of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A view of one widget.
    pub fn of(widget: impl Into<Widget>) -> Self {
        Self::new().with(widget)
    }

    /// A title in place of the manifest's.
    pub fn title(mut self, title: impl Into<Words>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// One more widget below.
    pub fn with(mut self, widget: impl Into<Widget>) -> Self {
        self.widgets.push(widget.into());
        self
    }

    /// Several widgets under a heading; a section can't hold another.
    pub fn section(mut self, title: impl Into<Words>, inside: Self) -> Self {
        let (title, widgets) = (title.into(), inside.widgets);
        let json = serde_json::json!({"type": "section", "title": title, "widgets": widgets});
        self.widgets.push(Widget(json));
        self
    }

    /// A paragraph.
    pub fn text(mut self, text: impl Into<Words>) -> Self {
        self.widgets.push(Widget(serde_json::json!({"type": "text", "text": text.into()})));
        self
    }
}

/// What an action answers. Empty, the same view is drawn again.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Acted {
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    toast: Option<Words>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    errors: BTreeMap<String, Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    go: Option<Link>,
}

impl Acted {
    /// It was done.
    pub fn done() -> Self {
        Self::default()
    }

    /// It was done, and this is said of it.
    pub fn saying(toast: impl Into<Words>) -> Self {
        Self { toast: Some(toast.into()), ..Self::default() }
    }

    /// It was not done: a field is wrong. `form` stands for the whole form.
    pub fn wrong(field: &str, what: impl Into<Words>) -> Self {
        Self::default().and_wrong(field, what)
    }

    /// One more field that is wrong.
    pub fn and_wrong(mut self, field: &str, what: impl Into<Words>) -> Self {
        self.errors.insert(field.to_owned(), what.into());
        self
    }

    /// Whether a field was found wrong.
    pub fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    /// What to show instead.
    pub fn showing(mut self, view: View) -> Self {
        self.view = Some(view);
        self
    }

    /// Where to go on: a view of this plugin, a person, an appointment.
    pub fn going(mut self, link: Link) -> Self {
        self.go = Some(link);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_view_is_the_document_of_the_contract() {
        let view = View::of(table(["a"]).row(row([text("x")]).to(to_view("b")))).title(key("t"));
        assert_eq!(
            serde_json::to_value(view).unwrap(),
            json!({"title": {"key": "t", "args": {}}, "widgets": [{"type": "table",
                "columns": [{"label": "a"}], "rows": [{"cells": [{"kind": "text", "text": "x"}],
                "to": {"view": "b", "params": {}}}]}]})
        );
    }

    #[test]
    fn what_was_filled_in_is_read() {
        let input: ActInput = serde_json::from_value(json!({"place": "home", "key": "k",
            "fields": {"name": " Dana ", "on": "on", "n": "2.5", "many": ["a", "b"]}}))
        .unwrap();
        assert_eq!(
            (input.text("name"), input.flag("on"), input.number("n")),
            ("Dana", true, Some(2.5))
        );
        assert_eq!(
            (input.list("many"), input.text("gone"), &*input.view.place),
            (vec!["a", "b"], "", "home")
        );
    }
}
