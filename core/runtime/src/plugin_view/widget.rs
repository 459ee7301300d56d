//! The widgets: each is what it shows, never how.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::few::Few;
use super::value::{Link, Tone, Value};
use crate::approval::Words;

/// A widget.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Widget {
    /// Rows of values under named columns.
    Table(Table),
    /// Lines, one below the other.
    List(List),
    /// Fields to fill in.
    Form(Form),
    /// Several things beside each other.
    Cards(Cards),
    /// Facts with their names.
    KeyValue(KeyValue),
    /// What happened, in order.
    Timeline(Timeline),
    /// Cards in columns of stages.
    Board(Board),
    /// Numbers to look at.
    Chart(Chart),
    /// Days of a month.
    Calendar(Calendar),
    /// One thing before it is decided about.
    Preview(Preview),
    /// Nothing there yet, and what to do about it.
    Empty(Empty),
    /// Something to press.
    Action(Action),
}

impl Widget {
    /// Their names.
    pub const KINDS: [&'static str; 12] = [
        "table",
        "list",
        "form",
        "cards",
        "key-value",
        "timeline",
        "board",
        "chart",
        "calendar",
        "preview",
        "empty",
        "action",
    ];

    /// Its name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Table(_) => "table",
            Self::List(_) => "list",
            Self::Form(_) => "form",
            Self::Cards(_) => "cards",
            Self::KeyValue(_) => "key-value",
            Self::Timeline(_) => "timeline",
            Self::Board(_) => "board",
            Self::Chart(_) => "chart",
            Self::Calendar(_) => "calendar",
            Self::Preview(_) => "preview",
            Self::Empty(_) => "empty",
            Self::Action(_) => "action",
        }
    }

    /// How many values it shows.
    pub(super) fn weight(&self) -> usize {
        let cards = |cards: &[Card]| cards.iter().map(|card| 2 + card.facts.len()).sum::<usize>();
        match self {
            Self::Table(table) => table.rows.iter().map(|row| row.cells.len().max(1)).sum(),
            Self::List(list) => list.items.len(),
            Self::Form(form) => form.fields.iter().map(|field| 1 + field.options.len()).sum(),
            Self::Cards(all) => cards(&all.cards),
            Self::KeyValue(all) => all.pairs.len(),
            Self::Timeline(all) => all.entries.len(),
            Self::Board(board) => board.columns.iter().map(|column| cards(&column.cards)).sum(),
            Self::Chart(chart) => chart.series.iter().map(|series| series.values.len()).sum(),
            Self::Calendar(calendar) => calendar.events.len(),
            Self::Preview(preview) => preview.facts.len(),
            Self::Empty(_) | Self::Action(_) => 1,
        }
    }
}

/// Rows of values under named columns.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Table {
    /// Its title.
    pub title: Option<Words>,
    /// Its columns.
    pub columns: Few<Column, 12>,
    /// Its rows.
    pub rows: Few<Row, 200>,
    /// What to say where there is none.
    pub empty: Option<Words>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Column {
    /// Its heading.
    pub label: Words,
    /// Whether its values are compared by size and so stand at the end.
    #[serde(default)]
    pub numeric: bool,
}

/// A row; cells beyond the columns are not shown.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    /// Its values.
    pub cells: Few<Value, 12>,
    /// Where its first cell leads.
    pub to: Option<Link>,
    /// What can be done with it.
    #[serde(default)]
    pub actions: Few<Action, 4>,
}

/// Lines.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct List {
    /// Its title.
    pub title: Option<Words>,
    /// Its lines.
    pub items: Few<Item, 200>,
    /// What to say where there is none.
    pub empty: Option<Words>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Item {
    /// What it is.
    pub title: Words,
    /// More about it.
    pub text: Option<Words>,
    /// A value at its end.
    pub end: Option<Value>,
    /// Where it leads.
    pub to: Option<Link>,
    /// What can be done with it.
    #[serde(default)]
    pub actions: Few<Action, 4>,
}

/// Fields to fill in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Form {
    /// Its title.
    pub title: Option<Words>,
    /// What it is for.
    pub text: Option<Words>,
    /// The action it is sent to.
    pub action: String,
    /// What its button says.
    pub submit: Option<Words>,
    /// Its fields.
    pub fields: Few<Field, 40>,
    /// What goes along unseen; not secret, and no proof of anything.
    #[serde(default)]
    pub input: BTreeMap<String, String>,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Field {
    /// Its name in what is sent.
    pub name: String,
    /// Its label.
    pub label: Words,
    /// What it holds.
    #[serde(default)]
    pub kind: FieldKind,
    /// What is in it.
    #[serde(default)]
    pub value: String,
    /// What is chosen, of several.
    #[serde(default)]
    pub values: Few<String, 200>,
    /// A sentence below it.
    pub hint: Option<Words>,
    /// What is wrong with it.
    pub error: Option<Words>,
    /// Whether it has to be filled in.
    #[serde(default)]
    pub required: bool,
    /// What there is to choose from.
    #[serde(default)]
    pub options: Few<FieldOption, 200>,
    /// The least number, day or time.
    #[serde(default)]
    pub min: Option<String>,
    /// The greatest.
    #[serde(default)]
    pub max: Option<String>,
    /// The most characters.
    #[serde(default)]
    pub max_length: Option<u32>,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
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
    /// A line; also what a kind that this host doesn't know is.
    #[default]
    #[serde(other)]
    Text,
}

/// One to choose.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FieldOption {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: Words,
}

/// Things beside each other.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Cards {
    /// Their title.
    pub title: Option<Words>,
    /// The things.
    pub cards: Few<Card, 60>,
}

/// A card, by itself or on a board.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Card {
    /// What it is.
    pub title: Words,
    /// More about it.
    pub text: Option<Words>,
    /// A mark on it.
    pub badge: Option<Badge>,
    /// What is known of it.
    #[serde(default)]
    pub facts: Few<Pair, 12>,
    /// Where it leads.
    pub to: Option<Link>,
    /// What can be done with it.
    #[serde(default)]
    pub actions: Few<Action, 4>,
}

/// A mark with a colour.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Badge {
    /// What it says.
    pub text: Words,
    /// Its colour.
    #[serde(default)]
    pub tone: Tone,
}

/// Facts with their names.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct KeyValue {
    /// Their title.
    pub title: Option<Words>,
    /// The facts.
    pub pairs: Few<Pair, 60>,
}

/// A fact with its name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Pair {
    /// The name.
    pub label: Words,
    /// The value.
    pub value: Value,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Timeline {
    /// Its title.
    pub title: Option<Words>,
    /// What happened, in the order it is shown.
    pub entries: Few<TimelineEntry, 100>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TimelineEntry {
    /// What it was.
    pub title: Words,
    /// More about it.
    pub text: Option<Words>,
    /// When: a day or an instant.
    pub at: Value,
    /// How it is meant.
    #[serde(default)]
    pub tone: Tone,
    /// Where it leads.
    pub to: Option<Link>,
}

/// Columns of stages.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Board {
    /// Its title.
    pub title: Option<Words>,
    /// The stages.
    pub columns: Few<BoardColumn, 8>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BoardColumn {
    /// Its name.
    pub title: Words,
    /// What is in it.
    #[serde(default)]
    pub cards: Few<Card, 60>,
}

/// Numbers to look at.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Chart {
    /// What they are.
    pub title: Words,
    /// How they are drawn.
    #[serde(default)]
    pub chart: ChartKind,
    /// What they count.
    #[serde(default)]
    pub unit: Unit,
    /// What each number of a series belongs to.
    pub labels: Few<Words, 60>,
    /// The numbers.
    pub series: Few<Series, 6>,
}

/// How numbers are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartKind {
    /// A course over time.
    Line,
    /// Parts of a whole, of the first series.
    Donut,
    /// Lengths; also what a kind that this host doesn't know is.
    #[default]
    #[serde(other)]
    Bar,
}

/// What numbers count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Unit {
    /// Money, in the currency's smallest unit.
    Money {
        /// Three capital letters (ISO 4217).
        currency: String,
    },
    /// Things.
    #[default]
    #[serde(other)]
    Number,
}

/// Numbers of one kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Series {
    /// What they are.
    pub label: Words,
    /// One for each label; missing ones are zero.
    pub values: Few<f64, 60>,
}

/// Days of a month.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Calendar {
    /// Its title; the month's name where there is none.
    pub title: Option<Words>,
    /// The month, `2026-11`.
    pub month: String,
    /// What is on.
    #[serde(default)]
    pub events: Few<CalendarEvent, 200>,
}

/// Something that is on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CalendarEvent {
    /// What it is.
    pub title: Words,
    /// When: a day or an instant.
    pub at: Value,
    /// How it is meant.
    #[serde(default)]
    pub tone: Tone,
    /// Where it leads.
    pub to: Option<Link>,
}

/// One thing before it is decided about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Preview {
    /// What it is.
    pub title: Words,
    /// What it says, line by line.
    pub text: Option<Words>,
    /// What it looks like.
    pub picture: Option<Picture>,
    /// A mark on it.
    pub badge: Option<Badge>,
    /// What is known of it.
    #[serde(default)]
    pub facts: Few<Pair, 20>,
    /// What can be done with it.
    #[serde(default)]
    pub actions: Few<Action, 4>,
}

/// A picture: one of the plugin's own documents, or bytes of its answer. Never an address: pages show
/// nothing that comes from elsewhere.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Picture {
    /// What it shows, in words.
    pub alt: Words,
    /// A document's id.
    pub document: Option<String>,
    /// A PNG, JPEG or WebP, in base64.
    pub data: Option<String>,
    /// What pages show of it, drawn anew by the host: a `data:` address.
    #[serde(skip)]
    pub drawn: Option<String>,
}

/// Nothing there yet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Empty {
    /// What there would be.
    pub title: Words,
    /// What to do about it.
    pub text: Option<Words>,
    /// Ways to do it.
    #[serde(default)]
    pub actions: Few<Action, 4>,
}

/// Something to press: an action of the plugin's, or a way to another page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Action {
    /// What it says.
    pub label: Words,
    /// The plugin's action.
    pub action: Option<String>,
    /// Where it leads, where it is no action.
    pub to: Option<Link>,
    /// `accent` is what the page is for, `bad` destroys something.
    #[serde(default)]
    pub tone: Tone,
    /// The question before it is done.
    pub confirm: Option<Words>,
    /// What the action is given.
    #[serde(default)]
    pub input: BTreeMap<String, String>,
}
