//! Widgets that hold something to do: tables, forms, lines, cards, actions.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Link, Tone, Value, Words};

/// Puts a value into an object.
pub(super) fn set(object: &mut Json, name: &str, value: impl Serialize) {
    object[name] = json!(value);
}

/// Adds to a list of an object.
pub(super) fn push(object: &mut Json, name: &str, value: impl Serialize) {
    if let Some(list) = object[name].as_array_mut() {
        list.push(json!(value));
    } else {
        object[name] = json!([value]);
    }
}

/// Declares a builder over a JSON object.
macro_rules! built {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub(super) serde_json::Value);
    )*};
}
pub(super) use built;

/// What can be a widget of a view.
macro_rules! widgets {
    ($($name:ident)*) => {$(
        impl From<$name> for $crate::views::Widget {
            fn from(built: $name) -> Self {
                Self(built.0)
            }
        }
    )*};
}
pub(super) use widgets;

built! {
    /// Rows of values under named columns.
    Table;
    /// A row.
    Row;
    /// A line of a list.
    Item;
    /// A card, by itself or on a board.
    Card;
    /// Something to press.
    Action;
    /// Fields to fill in.
    Form;
    /// A field.
    Field;
}
widgets! { Table Action Form }

/// A table with these columns.
pub fn table<W: Into<Words>>(columns: impl IntoIterator<Item = W>) -> Table {
    let columns: Vec<Json> =
        columns.into_iter().map(|label| json!({"label": label.into()})).collect();
    Table(json!({"type": "table", "columns": columns, "rows": []}))
}

impl Table {
    /// Its title.
    pub fn title(mut self, title: impl Into<Words>) -> Self {
        set(&mut self.0, "title", title.into());
        self
    }

    /// These columns, counted from 0, hold what is compared by size.
    pub fn numeric(mut self, columns: &[usize]) -> Self {
        for at in columns {
            if let Some(column) = self.0["columns"].get_mut(*at) {
                set(column, "numeric", true);
            }
        }
        self
    }

    /// One more row.
    pub fn row(mut self, row: Row) -> Self {
        push(&mut self.0, "rows", row);
        self
    }

    /// What to say where there is no row.
    pub fn empty(mut self, text: impl Into<Words>) -> Self {
        set(&mut self.0, "empty", text.into());
        self
    }
}

/// A row of these values.
pub fn row(cells: impl IntoIterator<Item = Value>) -> Row {
    Row(json!({"cells": cells.into_iter().collect::<Vec<_>>()}))
}

impl Row {
    /// Where its first cell leads.
    pub fn to(mut self, to: Link) -> Self {
        set(&mut self.0, "to", to);
        self
    }

    /// Something that can be done with it.
    pub fn action(mut self, action: Action) -> Self {
        push(&mut self.0, "actions", action);
        self
    }
}

/// A line.
pub fn item(title: impl Into<Words>) -> Item {
    Item(json!({"title": title.into()}))
}

impl Item {
    /// More about it.
    pub fn text(mut self, text: impl Into<Words>) -> Self {
        set(&mut self.0, "text", text.into());
        self
    }

    /// A value at its end.
    pub fn end(mut self, value: Value) -> Self {
        set(&mut self.0, "end", value);
        self
    }

    /// Where it leads.
    pub fn to(mut self, to: Link) -> Self {
        set(&mut self.0, "to", to);
        self
    }

    /// Something that can be done with it.
    pub fn action(mut self, action: Action) -> Self {
        push(&mut self.0, "actions", action);
        self
    }
}

/// A card.
pub fn card(title: impl Into<Words>) -> Card {
    Card(json!({"title": title.into()}))
}

impl Card {
    /// More about it.
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

    /// Where it leads.
    pub fn to(mut self, to: Link) -> Self {
        set(&mut self.0, "to", to);
        self
    }

    /// Something that can be done with it.
    pub fn action(mut self, action: Action) -> Self {
        push(&mut self.0, "actions", action);
        self
    }
}

/// A button that calls `act` with this action, which is of small letters, digits and hyphens.
pub fn action(label: impl Into<Words>, action: &str) -> Action {
    Action(json!({"type": "action", "label": label.into(), "action": action}))
}

/// A button that leads somewhere.
pub fn go(label: impl Into<Words>, to: Link) -> Action {
    Action(json!({"type": "action", "label": label.into(), "to": to}))
}

impl Action {
    /// `Accent` is what the page is for, `Bad` destroys something.
    pub fn tone(mut self, tone: Tone) -> Self {
        set(&mut self.0, "tone", tone);
        self
    }

    /// The question before it is done.
    pub fn confirm(mut self, question: impl Into<Words>) -> Self {
        set(&mut self.0, "confirm", question.into());
        self
    }

    /// What the action is given, as a field. People can change it: it proves nothing.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        set_in(&mut self.0, name, value);
        self
    }
}

fn set_in(object: &mut Json, name: &str, value: &str) {
    if !object["input"].is_object() {
        object["input"] = json!({});
    }
    object["input"][name] = json!(value);
}

/// A form that is sent to this action.
pub fn form(action: &str) -> Form {
    Form(json!({"type": "form", "action": action, "fields": []}))
}

impl Form {
    /// Its title.
    pub fn title(mut self, title: impl Into<Words>) -> Self {
        set(&mut self.0, "title", title.into());
        self
    }

    /// What it is for.
    pub fn text(mut self, text: impl Into<Words>) -> Self {
        set(&mut self.0, "text", text.into());
        self
    }

    /// What its button says.
    pub fn submit(mut self, label: impl Into<Words>) -> Self {
        set(&mut self.0, "submit", label.into());
        self
    }

    /// One more field.
    pub fn field(mut self, field: Field) -> Self {
        push(&mut self.0, "fields", field);
        self
    }

    /// What goes along unseen. People can change it: it proves nothing.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        set_in(&mut self.0, name, value);
        self
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// A line.
    Text,
    /// Several lines.
    Long,
    /// A number.
    Number,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// On or off.
    Switch,
    /// One of several.
    Choice,
    /// One of few, all to be seen.
    Radio,
    /// Some of several.
    Choices,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A web address.
    Url,
}

/// A field of this name.
pub fn field(kind: FieldKind, name: &str, label: impl Into<Words>) -> Field {
    Field(json!({"kind": kind, "name": name, "label": label.into()}))
}

impl Field {
    /// What is in it; `on` for a switch.
    pub fn value(mut self, value: &str) -> Self {
        set(&mut self.0, "value", value);
        self
    }

    /// What is chosen of several.
    pub fn values(mut self, values: &[&str]) -> Self {
        set(&mut self.0, "values", values);
        self
    }

    /// A sentence below it.
    pub fn hint(mut self, hint: impl Into<Words>) -> Self {
        set(&mut self.0, "hint", hint.into());
        self
    }

    /// It has to be filled in. The plugin checks that itself too.
    pub fn required(mut self) -> Self {
        set(&mut self.0, "required", true);
        self
    }

    /// One more to choose from.
    pub fn option(mut self, value: &str, label: impl Into<Words>) -> Self {
        push(&mut self.0, "options", json!({"value": value, "label": label.into()}));
        self
    }

    /// The least and the greatest, as the field's kind writes them.
    pub fn between(mut self, min: &str, max: &str) -> Self {
        set(&mut self.0, "min", min);
        set(&mut self.0, "max", max);
        self
    }
}
