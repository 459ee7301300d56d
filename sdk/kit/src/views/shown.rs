//! Widgets that show: lists, cards, facts, what happened, stages, numbers, months.

use serde_json::{Value as Json, json};

use super::widget::{Action, Card, Item, built, push, set, widgets};
use super::{Link, Tone, Value, Words};

built! {
    /// Lines, one below the other.
    List;
    /// Things beside each other.
    Cards;
    /// Facts with their names.
    KeyValue;
    /// What happened, in order.
    Timeline;
    /// Cards in columns of stages.
    Board;
    /// Numbers to look at.
    Chart;
    /// Days of a month.
    Calendar;
    /// One thing before it is decided about.
    Preview;
    /// Nothing there yet, and what to do about it.
    Empty;
}
widgets! { List Cards KeyValue Timeline Board Chart Calendar Preview Empty }

/// Gives a widget a title.
macro_rules! titled {
    ($($name:ident)*) => {$(
        impl $name {
            /// Its title.
            pub fn title(mut self, title: impl Into<Words>) -> Self {
                set(&mut self.0, "title", title.into());
                self
            }
        }
    )*};
}
titled! { List Cards KeyValue Timeline Board Calendar }

/// A list.
pub fn list() -> List {
    List(json!({"type": "list", "items": []}))
}

impl List {
    /// One more line.
    pub fn item(mut self, item: Item) -> Self {
        push(&mut self.0, "items", item);
        self
    }

    /// What to say where there is none.
    pub fn empty(mut self, text: impl Into<Words>) -> Self {
        set(&mut self.0, "empty", text.into());
        self
    }
}

/// Cards.
pub fn cards() -> Cards {
    Cards(json!({"type": "cards", "cards": []}))
}

impl Cards {
    /// One more card.
    pub fn card(mut self, card: Card) -> Self {
        push(&mut self.0, "cards", card);
        self
    }
}

/// Facts.
pub fn key_value() -> KeyValue {
    KeyValue(json!({"type": "key-value", "pairs": []}))
}

impl KeyValue {
    /// One more fact.
    pub fn pair(mut self, label: impl Into<Words>, value: Value) -> Self {
        push(&mut self.0, "pairs", json!({"label": label.into(), "value": value}));
        self
    }
}

/// What happened.
pub fn timeline() -> Timeline {
    Timeline(json!({"type": "timeline", "entries": []}))
}

impl Timeline {
    /// One more thing that happened, on a day or at an instant.
    pub fn entry(mut self, at: Value, title: impl Into<Words>, text: &str, tone: Tone) -> Self {
        let mut entry = json!({"at": at, "title": title.into(), "tone": tone});
        if !text.is_empty() {
            set(&mut entry, "text", text);
        }
        push(&mut self.0, "entries", entry);
        self
    }
}

/// A board.
pub fn board() -> Board {
    Board(json!({"type": "board", "columns": []}))
}

impl Board {
    /// One more stage with its cards.
    pub fn stage(mut self, title: impl Into<Words>, cards: impl IntoIterator<Item = Card>) -> Self {
        let cards: Vec<Card> = cards.into_iter().collect();
        push(&mut self.0, "columns", json!({"title": title.into(), "cards": cards}));
        self
    }
}

/// Numbers as lengths.
pub fn bars<W: Into<Words>>(title: impl Into<Words>, labels: impl IntoIterator<Item = W>) -> Chart {
    chart("bar", title.into(), labels)
}

/// Numbers as a course over time.
pub fn line<W: Into<Words>>(title: impl Into<Words>, labels: impl IntoIterator<Item = W>) -> Chart {
    chart("line", title.into(), labels)
}

/// Numbers as parts of a whole; one series.
pub fn donut<W: Into<Words>>(
    title: impl Into<Words>,
    labels: impl IntoIterator<Item = W>,
) -> Chart {
    chart("donut", title.into(), labels)
}

fn chart<W: Into<Words>>(kind: &str, title: Words, labels: impl IntoIterator<Item = W>) -> Chart {
    let labels: Vec<Words> = labels.into_iter().map(Into::into).collect();
    Chart(json!({"type": "chart", "chart": kind, "title": title, "labels": labels, "series": []}))
}

impl Chart {
    /// The numbers are money, in the currency's smallest unit.
    pub fn money(mut self, currency: &str) -> Self {
        set(&mut self.0, "unit", json!({"kind": "money", "currency": currency}));
        self
    }

    /// Numbers of one kind, one for each label.
    pub fn series(mut self, label: impl Into<Words>, values: &[f64]) -> Self {
        push(&mut self.0, "series", json!({"label": label.into(), "values": values}));
        self
    }
}

/// A month, `2026-11`.
pub fn calendar(month: &str) -> Calendar {
    Calendar(json!({"type": "calendar", "month": month, "events": []}))
}

impl Calendar {
    /// Something that is on, on a day or at an instant of the month.
    pub fn event(
        mut self,
        at: Value,
        title: impl Into<Words>,
        tone: Tone,
        to: Option<Link>,
    ) -> Self {
        let mut event: Json = json!({"at": at, "title": title.into(), "tone": tone});
        if let Some(to) = to {
            set(&mut event, "to", to);
        }
        push(&mut self.0, "events", event);
        self
    }
}

/// One thing before it is decided about.
pub fn preview(title: impl Into<Words>) -> Preview {
    Preview(json!({"type": "preview", "title": title.into()}))
}

impl Preview {
    /// What it looks like: one of the plugin's own documents. `alt` says what it shows.
    pub fn document(mut self, id: &str, alt: impl Into<Words>) -> Self {
        set(&mut self.0, "picture", json!({"document": id, "alt": alt.into()}));
        self
    }

    /// The same from a PNG, JPEG or WebP in base64; the host draws it anew.
    pub fn picture(mut self, base64: &str, alt: impl Into<Words>) -> Self {
        set(&mut self.0, "picture", json!({"data": base64, "alt": alt.into()}));
        self
    }

    /// What it says.
    pub fn text(mut self, text: impl Into<Words>) -> Self {
        set(&mut self.0, "text", text.into());
        self
    }

    /// A mark on it.
    pub fn badge(mut self, text: impl Into<Words>, tone: Tone) -> Self {
        set(&mut self.0, "badge", json!({"text": text.into(), "tone": tone}));
        self
    }

    /// Something that is known of it.
    pub fn fact(mut self, label: impl Into<Words>, value: Value) -> Self {
        push(&mut self.0, "facts", json!({"label": label.into(), "value": value}));
        self
    }

    /// Something that can be done with it.
    pub fn action(mut self, action: Action) -> Self {
        push(&mut self.0, "actions", action);
        self
    }
}

/// Nothing there yet.
pub fn empty(title: impl Into<Words>, text: impl Into<Words>) -> Empty {
    Empty(json!({"type": "empty", "title": title.into(), "text": text.into()}))
}

impl Empty {
    /// A way to change that.
    pub fn action(mut self, action: Action) -> Self {
        push(&mut self.0, "actions", action);
        self
    }
}
