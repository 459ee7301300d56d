//! Views of plugins: every widget as its template shows it, with each value already a text.

use serde::Serialize;

use super::pages;
pub use super::pictures::PictureRow;

pages! {
    PluginViewPage => "pages/plugin-views/page.html",
    PluginViewCard => "pages/plugin-views/card.html",
}

/// A view on a page of its own.
#[derive(Debug, Clone, Serialize)]
pub struct PluginViewPage {
    /// Its title.
    pub title: String,
    /// The plugin's name.
    pub plugin: String,
    /// Where it is shown within the workspace, where it is a panel or a card.
    pub back: Option<String>,
    /// What was just done, in the plugin's words.
    pub toast: Option<String>,
    /// What is wrong with what was sent.
    pub problem: Option<Problem>,
    /// What it shows.
    pub blocks: Vec<Block>,
}

/// A view within another page.
#[derive(Debug, Clone, Serialize)]
pub struct PluginViewCard {
    /// What it shows.
    pub blocks: Vec<Block>,
}

/// The place of a view within another page, until it is filled.
#[derive(Debug, Clone, Serialize)]
pub struct Slot {
    /// Its title.
    pub title: String,
    /// The plugin's name.
    pub plugin: String,
    /// Where what fills it comes from.
    pub source: String,
    /// Its own page.
    pub href: String,
    /// The address of the plugin's icon.
    pub icon: Option<String>,
}

/// What is wrong with what was sent.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The key of a text of the theme, or empty.
    pub key: String,
    /// A text of the plugin's, or empty.
    pub text: String,
}

/// A place in a view.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    /// Several under a heading.
    Section {
        /// Its heading; may be empty.
        title: String,
        /// What stands below it.
        blocks: Vec<Block>,
    },
    /// A paragraph; also what an unknown widget says of itself.
    Text {
        /// Its lines.
        lines: Vec<String>,
    },
    /// What can't be shown; the code finds the log line.
    Broken {
        /// What to tell who helps.
        code: String,
        /// The key of what to say.
        key: String,
    },
    /// Rows under columns.
    Table(TableBlock),
    /// Lines.
    List {
        /// Its heading; may be empty.
        title: String,
        /// The lines.
        items: Vec<ItemRow>,
        /// What it says where there is none.
        empty: String,
        /// Whether there were more.
        cut: bool,
    },
    /// Fields.
    Form(FormBlock),
    /// Things beside each other.
    Cards {
        /// Its heading; may be empty.
        title: String,
        /// The things.
        cards: Vec<CardRow>,
        /// Whether there were more.
        cut: bool,
    },
    /// Facts.
    KeyValue {
        /// Its heading; may be empty.
        title: String,
        /// The facts.
        pairs: Vec<PairRow>,
    },
    /// What happened.
    Timeline {
        /// Its heading; may be empty.
        title: String,
        /// What happened.
        entries: Vec<EntryRow>,
    },
    /// Stages.
    Board {
        /// Its heading; may be empty.
        title: String,
        /// The stages.
        columns: Vec<BoardStage>,
    },
    /// Numbers.
    Chart(ChartBlock),
    /// A month.
    Calendar {
        /// Its heading; may be empty.
        title: String,
        /// The names above the columns.
        weekdays: Vec<String>,
        /// The days.
        days: Vec<DayRow>,
        /// Whether anything is on.
        has_events: bool,
    },
    /// One thing.
    Preview(PreviewBlock),
    /// Nothing there yet.
    Empty {
        /// Its heading; may be empty.
        title: String,
        /// What to do about it.
        text: String,
        /// Ways to do it.
        actions: Vec<ActionRow>,
    },
    /// Something to press.
    Action {
        /// What.
        action: ActionRow,
    },
}

/// A value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// `none`, `text`, `plain` (the host's own words), `phone` or `badge`.
    pub kind: &'static str,
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub to: Option<Target>,
    /// A badge's colour.
    pub tone: &'static str,
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The address.
    pub href: String,
    /// The host, where it is not this site's.
    pub host: Option<String>,
}

/// A table.
#[derive(Debug, Clone, Serialize)]
pub struct TableBlock {
    /// Its title.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Head>,
    /// Its rows.
    pub rows: Vec<TableRow>,
    /// What it says where there is none.
    pub empty: String,
    /// Whether a row has something to press.
    pub has_actions: bool,
    /// Whether there were more rows than are shown.
    pub cut: bool,
}

/// A column.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    /// Its heading.
    pub label: String,
    /// Whether its values stand at the end.
    pub numeric: bool,
}

/// A row.
#[derive(Debug, Clone, Serialize)]
pub struct TableRow {
    /// One for each column.
    pub cells: Vec<Cell>,
    /// What can be done with it.
    pub actions: Vec<ActionRow>,
}

/// A line.
#[derive(Debug, Clone, Serialize)]
pub struct ItemRow {
    /// What it is.
    pub title: String,
    /// More about it.
    pub text: String,
    /// A value at its end.
    pub end: Option<Cell>,
    /// Where it leads.
    pub to: Option<Target>,
    /// What can be done with it.
    pub actions: Vec<ActionRow>,
}

/// A form.
#[derive(Debug, Clone, Serialize)]
pub struct FormBlock {
    /// Its title.
    pub title: String,
    /// What it is for.
    pub lines: Vec<String>,
    /// Where it is sent; empty where the reader may only look.
    pub post: String,
    /// What goes along unseen.
    pub inputs: Vec<Input>,
    /// What its button says; empty for the theme's word.
    pub submit: String,
    /// Its fields.
    pub fields: Vec<FieldRow>,
}

/// Something that goes along with a form.
#[derive(Debug, Clone, Serialize)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A field.
#[derive(Debug, Clone, Serialize)]
pub struct FieldRow {
    /// Its id within the page.
    pub id: String,
    /// Its name in what is sent.
    pub name: String,
    /// `text`, `long`, `switch`, `select`, `radio`, `choices`, or HTML's own type of an input.
    pub kind: &'static str,
    /// Its label.
    pub label: String,
    /// A sentence below it.
    pub hint: String,
    /// What is wrong with it.
    pub error: String,
    /// What is in it.
    pub value: String,
    /// Whether a switch is on.
    pub checked: bool,
    /// Whether it has to be filled in.
    pub required: bool,
    /// `ltr` for what is always read so, else `auto`.
    pub dir: &'static str,
    /// What there is to choose from.
    pub options: Vec<OptionRow>,
    /// The least; empty for none.
    pub min: String,
    /// The greatest; empty for none.
    pub max: String,
    /// The most characters.
    pub max_length: u32,
}

/// One to choose.
#[derive(Debug, Clone, Serialize)]
pub struct OptionRow {
    /// Its id within the page.
    pub id: String,
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// A card.
#[derive(Debug, Clone, Serialize)]
pub struct CardRow {
    /// What it is.
    pub title: String,
    /// More about it.
    pub lines: Vec<String>,
    /// A mark on it.
    pub badge: Option<Cell>,
    /// What is known of it.
    pub facts: Vec<PairRow>,
    /// Where it leads.
    pub to: Option<Target>,
    /// What can be done with it.
    pub actions: Vec<ActionRow>,
}

/// A fact.
#[derive(Debug, Clone, Serialize)]
pub struct PairRow {
    /// Its name.
    pub label: String,
    /// Its value.
    pub value: Cell,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
pub struct EntryRow {
    /// What it was.
    pub title: String,
    /// More about it.
    pub text: String,
    /// When.
    pub at: String,
    /// Its colour.
    pub tone: &'static str,
    /// Where it leads.
    pub to: Option<Target>,
}

/// A stage of a board.
#[derive(Debug, Clone, Serialize)]
pub struct BoardStage {
    /// Its name.
    pub title: String,
    /// What is in it.
    pub cards: Vec<CardRow>,
    /// Whether there were more.
    pub cut: bool,
}

/// A day of a calendar.
#[derive(Debug, Clone, Serialize)]
pub struct DayRow {
    /// Its number.
    pub number: i8,
    /// The whole date.
    pub full: String,
    /// In which column of the week the first day stands, from 1; 0 for the others.
    pub column: i8,
    /// Whether it is today.
    pub today: bool,
    /// What is on.
    pub events: Vec<EntryRow>,
}

/// One thing before it is decided about.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewBlock {
    /// What it is.
    pub title: String,
    /// What it looks like.
    pub picture: Option<PictureRow>,
    /// What it says.
    pub lines: Vec<String>,
    /// A mark on it.
    pub badge: Option<Cell>,
    /// What is known of it.
    pub facts: Vec<PairRow>,
    /// What can be done with it.
    pub actions: Vec<ActionRow>,
}

/// Something to press.
#[derive(Debug, Clone, Serialize)]
pub struct ActionRow {
    /// Its id within the page.
    pub id: String,
    /// What it says.
    pub label: String,
    /// `main`, `bad` or empty.
    pub tone: &'static str,
    /// Where it leads, where it is a way.
    pub to: Option<Target>,
    /// Where it is sent, where it is an action.
    pub post: String,
    /// The question before; empty for none.
    pub confirm: String,
    /// What goes along.
    pub inputs: Vec<Input>,
}

/// A chart: the drawing in the numbers of its own box, and the same numbers as a table.
#[derive(Debug, Clone, Serialize)]
pub struct ChartBlock {
    /// What it shows.
    pub title: String,
    /// `bar`, `line` or `donut`.
    pub chart: &'static str,
    /// The series by their colours.
    pub legend: Vec<Legend>,
    /// Bars, by label.
    pub bars: Vec<Bars>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Parts of the ring.
    pub slices: Vec<Slice>,
    /// What the upper edge and the lower edge stand for.
    pub edges: Vec<String>,
    /// What the first and the last point belong to.
    pub ends: Vec<String>,
    /// The table's columns.
    pub heads: Vec<String>,
    /// The table's rows: label and values.
    pub rows: Vec<ChartRow>,
}

/// A series and its colour.
#[derive(Debug, Clone, Serialize)]
pub struct Legend {
    /// What it is.
    pub label: String,
    /// Its colour, from 1 to 6.
    pub color: usize,
}

/// The bars of one label.
#[derive(Debug, Clone, Serialize)]
pub struct Bars {
    /// The label.
    pub label: String,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Debug, Clone, Serialize)]
pub struct Bar {
    /// Where it begins, of 100.
    pub x: String,
    /// How long it is, of 100.
    pub width: String,
    /// Its colour.
    pub color: usize,
    /// Its number.
    pub text: String,
}

/// A line.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Its points, in a box of 600 by 200.
    pub points: String,
    /// Its colour.
    pub color: usize,
}

/// A part of the ring.
#[derive(Debug, Clone, Serialize)]
pub struct Slice {
    /// How long it is, of 100.
    pub length: String,
    /// Where it begins, of 100, counted back.
    pub offset: String,
    /// Its colour.
    pub color: usize,
    /// What it is.
    pub label: String,
    /// Its number and share.
    pub text: String,
}

/// A row of a chart's table.
#[derive(Debug, Clone, Serialize)]
pub struct ChartRow {
    /// Its label.
    pub label: String,
    /// Its numbers.
    pub cells: Vec<String>,
}
