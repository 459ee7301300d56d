//! A view as the host reads it, to be looked at by a test.

use domain::Locale;
use runtime::plugin_view::{Document, Node, Widget};
use runtime::{CallError, Words};
use serde_json::Value;

use crate::Host;

/// A view that was drawn.
#[derive(Debug, Clone)]
pub struct ViewShown {
    answer: Value,
    document: Document,
}

impl Host {
    /// `view-provider.render`, read as the host reads it.
    pub async fn view(&self, view: &str, input: &Value) -> Result<ViewShown, CallError> {
        let answer = self.render(view, input).await?;
        let document = Document::read(&answer);
        let shown = ViewShown { document, answer };
        if let Some(key) = shown.missing_key(self) {
            panic!("the view {view:?} names the text {key:?}, which the plugin doesn't have");
        }
        Ok(shown)
    }
}

impl ViewShown {
    /// The kinds of widgets there are.
    pub const KINDS: [&'static str; 12] = Widget::KINDS;

    /// Fails the test where a part of it can't be shown.
    pub fn assert_whole(&self) {
        assert!(!self.document.nodes.is_empty(), "the view is empty");
        for node in self.flat() {
            match node {
                Node::Broken(why) => panic!("a part can't be shown: {why}\n{:#}", self.answer),
                Node::Fallback(words) => panic!("the host doesn't know a widget: {words:?}"),
                _ => {}
            }
        }
    }

    /// The kinds of its widgets, those of sections included, from top to bottom.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.flat()
            .filter_map(|node| match node {
                Node::Widget(widget) => Some(widget.kind()),
                _ => None,
            })
            .collect()
    }

    /// Whether a text, or what fills one, is this.
    pub fn says(&self, text: &str) -> bool {
        fn within(value: &Value, text: &str) -> bool {
            match value {
                Value::String(own) => own == text,
                Value::Array(list) => list.iter().any(|each| within(each, text)),
                Value::Object(object) => object.values().any(|each| within(each, text)),
                _ => false,
            }
        }
        within(&self.answer, text)
    }

    /// The document as the plugin answered it.
    pub fn answer(&self) -> &Value {
        &self.answer
    }

    fn flat(&self) -> impl Iterator<Item = &Node> {
        self.document.nodes.iter().flat_map(|node| match node {
            Node::Section { nodes, .. } => nodes.iter().collect::<Vec<_>>(),
            other => vec![other],
        })
    }

    /// A key of the document that neither language has a text for.
    fn missing_key(&self, host: &Host) -> Option<String> {
        fn keys(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Array(list) => list.iter().for_each(|each| keys(each, found)),
                Value::Object(object) => {
                    if let (Some(_), Ok(Words::Key { key, .. })) =
                        (object.get("key"), serde_json::from_value(value.clone()))
                    {
                        found.push(key);
                    }
                    object.values().for_each(|each| keys(each, found));
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        keys(&self.answer, &mut found);
        let known = host.plugin().texts().keys(Locale::En);
        found.into_iter().find(|key| known.binary_search(&key.as_str()).is_err())
    }
}
