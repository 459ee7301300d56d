//! From a view as a plugin answered it to what templates show: words in the reader's language, values
//! in their zone, links made of ids, every text within its bound. Nothing here is markup.

mod chart;
mod form;
mod month;
mod values;

pub use chart::Drawing;

use std::cell::Cell as Count;
use std::collections::BTreeMap;

use app::plugin_views::document::{
    Action, Badge, Card, Document, Item, Link, Node, Pair, Row, Table, Tone, Widget,
};
use app::plugins::Words;
use domain::Locale;

use crate::dates::Dates;
use crate::views::plugin_views::{
    ActionRow, Block, BoardStage, CardRow, Cell, EntryRow, Head, Input, ItemRow, PairRow,
    PictureRow, PreviewBlock, TableBlock, TableRow, Target,
};

/// The longest label or heading, in characters.
const LABEL_CHARS_MAX: usize = 200;
/// The longest text, in characters.
const TEXT_CHARS_MAX: usize = 4_000;

/// What was typed into a form that comes back, and what the plugin found wrong with it.
#[derive(Debug, Default)]
pub struct Returned {
    /// The action the form was sent to.
    pub action: String,
    /// What was typed, by field.
    pub values: BTreeMap<String, Vec<String>>,
    /// What is wrong, by field.
    pub errors: BTreeMap<String, String>,
}

/// Draws the widgets of one view for one reader.
pub struct Drawer<'a> {
    /// The plugin's words in the reader's language.
    pub words: &'a dyn Fn(&Words) -> String,
    /// The theme's texts in the reader's language: a key, what fills its one place, named `value`.
    pub text: &'a dyn Fn(&str, &str) -> String,
    /// Tells dates.
    pub dates: Dates<'a>,
    /// The reader's language.
    pub locale: Locale,
    /// The plugin's views are below this address.
    pub base: String,
    /// The view that is drawn.
    pub view: String,
    /// What the view is about, as part of a query.
    pub subject: Vec<(String, String)>,
    /// What a link gave the view.
    pub params: BTreeMap<String, String>,
    /// Good for one action.
    pub token: String,
    /// Where to go on after an action, where it isn't this view.
    pub back: Option<String>,
    /// Whether the reader may act.
    pub may_act: bool,
    /// Finds the log's lines on what can't be shown.
    pub code: String,
    /// A form that came back.
    pub returned: Option<Returned>,
    /// Ids given so far.
    pub ids: Count<u32>,
}

/// The address of a view.
pub fn address(
    base: &str,
    view: &str,
    after: &str,
    subject: &[(String, String)],
    params: &BTreeMap<String, String>,
) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, id) in subject {
        query.append_pair(name, id);
    }
    for (name, value) in params {
        query.append_pair(&format!("p.{name}"), value);
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{base}/{view}{after}{mark}{query}")
}

/// A text cut to a bound.
pub fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

impl Drawer<'_> {
    /// Everything of a view.
    pub fn draw(&self, document: &Document) -> Vec<Block> {
        self.blocks(&document.nodes)
    }

    fn blocks(&self, nodes: &[Node]) -> Vec<Block> {
        nodes.iter().map(|node| self.block(node)).collect()
    }

    fn block(&self, node: &Node) -> Block {
        match node {
            Node::Section { title, nodes } => {
                Block::Section { title: self.label(title), blocks: self.blocks(nodes) }
            }
            Node::Text(words) | Node::Fallback(words) => Block::Text { lines: self.lines(words) },
            Node::Broken(why) => self.broken(why),
            Node::Widget(widget) => self.widget(widget),
        }
    }

    /// A note in the place of what can't be shown.
    fn broken(&self, why: &str) -> Block {
        let (view, request) = (&self.view, &self.code);
        tracing::warn!(
            request,
            base = self.base,
            view,
            why,
            "a part of a plugin's view is not shown"
        );
        Block::Broken { code: self.code.clone(), key: "view-part-broken".to_owned() }
    }

    fn widget(&self, widget: &Widget) -> Block {
        match widget {
            Widget::Table(table) => self.table(table),
            Widget::List(list) => Block::List {
                title: self.title(list.title.as_ref()),
                items: list.items.iter().map(|item| self.item(item)).collect(),
                empty: self.title(list.empty.as_ref()),
                cut: list.items.cut,
            },
            Widget::Form(form) => self.form(form),
            Widget::Cards(all) => Block::Cards {
                title: self.title(all.title.as_ref()),
                cards: self.cards(&all.cards),
                cut: all.cards.cut,
            },
            Widget::KeyValue(all) => Block::KeyValue {
                title: self.title(all.title.as_ref()),
                pairs: self.pairs(&all.pairs),
            },
            Widget::Timeline(timeline) => Block::Timeline {
                title: self.title(timeline.title.as_ref()),
                entries: timeline
                    .entries
                    .iter()
                    .map(|entry| EntryRow {
                        title: self.label(&entry.title),
                        text: self.text_of(entry.text.as_ref()),
                        at: self.value(&entry.at).text,
                        tone: tone(entry.tone),
                        to: entry.to.as_ref().map(|to| self.target(to)),
                    })
                    .collect(),
            },
            Widget::Board(board) => Block::Board {
                title: self.title(board.title.as_ref()),
                columns: board
                    .columns
                    .iter()
                    .map(|column| BoardStage {
                        title: self.label(&column.title),
                        cards: self.cards(&column.cards),
                        cut: column.cards.cut,
                    })
                    .collect(),
            },
            Widget::Chart(chart) => Block::Chart(self.chart(chart)),
            Widget::Calendar(calendar) => self.month(calendar),
            Widget::Preview(preview) => Block::Preview(PreviewBlock {
                title: self.label(&preview.title),
                picture: preview.picture.as_ref().map(|picture| PictureRow {
                    alt: self.label(&picture.alt),
                    src: picture.drawn.clone().unwrap_or_default(),
                }),
                lines: preview.text.as_ref().map(|text| self.lines(text)).unwrap_or_default(),
                badge: preview.badge.as_ref().map(|badge| self.badge(badge)),
                facts: self.pairs(&preview.facts),
                actions: self.actions(&preview.actions),
            }),
            Widget::Empty(empty) => Block::Empty {
                title: self.label(&empty.title),
                text: self.text_of(empty.text.as_ref()),
                actions: self.actions(&empty.actions),
            },
            Widget::Action(action) => match self.action(action) {
                Some(action) => Block::Action { action },
                None => Block::Text { lines: Vec::new() },
            },
        }
    }

    fn table(&self, table: &Table) -> Block {
        let rows: Vec<TableRow> =
            table.rows.iter().map(|row| self.row(row, table.columns.len())).collect();
        Block::Table(TableBlock {
            title: self.title(table.title.as_ref()),
            columns: table
                .columns
                .iter()
                .map(|column| Head { label: self.label(&column.label), numeric: column.numeric })
                .collect(),
            has_actions: rows.iter().any(|row| !row.actions.is_empty()),
            rows,
            empty: self.title(table.empty.as_ref()),
            cut: table.rows.cut || table.columns.cut,
        })
    }

    fn row(&self, row: &Row, columns: usize) -> TableRow {
        let mut cells: Vec<Cell> =
            row.cells.iter().take(columns).map(|cell| self.value(cell)).collect();
        cells.resize_with(columns, || Cell { kind: "none", ..Cell::default() });
        if let (Some(first), Some(to)) = (cells.first_mut(), &row.to) {
            first.to = Some(self.target(to));
        }
        TableRow { cells, actions: self.actions(&row.actions) }
    }

    fn item(&self, item: &Item) -> ItemRow {
        ItemRow {
            title: self.label(&item.title),
            text: self.text_of(item.text.as_ref()),
            end: item.end.as_ref().map(|end| self.value(end)),
            to: item.to.as_ref().map(|to| self.target(to)),
            actions: self.actions(&item.actions),
        }
    }

    fn cards(&self, cards: &[Card]) -> Vec<CardRow> {
        let card = |card: &Card| CardRow {
            title: self.label(&card.title),
            lines: card.text.as_ref().map(|text| self.lines(text)).unwrap_or_default(),
            badge: card.badge.as_ref().map(|badge| self.badge(badge)),
            facts: self.pairs(&card.facts),
            to: card.to.as_ref().map(|to| self.target(to)),
            actions: self.actions(&card.actions),
        };
        cards.iter().map(card).collect()
    }

    fn pairs(&self, pairs: &[Pair]) -> Vec<PairRow> {
        let pair = |pair: &Pair| PairRow {
            label: self.label(&pair.label),
            value: self.value(&pair.value),
        };
        pairs.iter().map(pair).collect()
    }

    fn badge(&self, badge: &Badge) -> Cell {
        Cell { kind: "badge", text: self.label(&badge.text), tone: tone(badge.tone), to: None }
    }

    fn actions(&self, actions: &[Action]) -> Vec<ActionRow> {
        actions.iter().filter_map(|action| self.action(action)).collect()
    }

    /// Nothing for who may only look, and for what neither leads anywhere nor does anything.
    fn action(&self, action: &Action) -> Option<ActionRow> {
        let to = action.to.as_ref().map(|to| self.target(to));
        let name = action.action.as_deref().filter(|_| to.is_none());
        let post = match name {
            Some(name) => self.post(name).filter(|_| self.may_act)?,
            None if to.is_none() => return None,
            None => String::new(),
        };
        Some(ActionRow {
            id: self.id(),
            label: self.label(&action.label),
            tone: match action.tone {
                Tone::Accent => "main",
                Tone::Bad => "bad",
                _ => "",
            },
            to,
            post,
            confirm: self.text_of(action.confirm.as_ref()),
            inputs: self.inputs(&action.input),
        })
    }

    /// Where an action is sent; None for a name that is none.
    fn post(&self, action: &str) -> Option<String> {
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = !action.is_empty() && action.len() <= 64 && action.bytes().all(is_name);
        let after = format!("/do/{action}");
        fits.then(|| address(&self.base, &self.view, &after, &self.subject, &self.params))
    }

    fn inputs(&self, input: &BTreeMap<String, String>) -> Vec<Input> {
        let own = [("token", Some(&self.token)), ("back", self.back.as_ref())];
        let own = own.into_iter().filter_map(|(name, value)| {
            Some(Input { name: name.to_owned(), value: value?.clone() })
        });
        let given = input.iter().take(Link::PARAMS_MAX).map(|(name, value)| Input {
            name: format!("f.{}", cut(name, 64)),
            value: cut(value, TEXT_CHARS_MAX),
        });
        own.chain(given).collect()
    }

    fn target(&self, link: &Link) -> Target {
        let own = |href| Target { href, host: None };
        match link {
            Link::View { view, params } => {
                own(address(&self.base, view, "", &self.subject, params))
            }
            Link::Person(id) => own(format!("/people/{id}")),
            Link::Appointment(id) => own(format!("/appointments/{id}")),
            Link::Url(url) => Target {
                href: url.to_string(),
                host: Some(url.host_str().unwrap_or_default().to_owned()),
            },
        }
    }

    fn id(&self) -> String {
        self.ids.set(self.ids.get() + 1);
        let plugin = self.base.rsplit('/').next().unwrap_or_default();
        format!("v-{plugin}-{}-{}", self.view, self.ids.get())
    }

    fn label(&self, words: &Words) -> String {
        cut(&(self.words)(words), LABEL_CHARS_MAX)
    }

    fn title(&self, words: Option<&Words>) -> String {
        words.map(|words| self.label(words)).unwrap_or_default()
    }

    fn text_of(&self, words: Option<&Words>) -> String {
        words.map(|words| cut(&(self.words)(words), TEXT_CHARS_MAX)).unwrap_or_default()
    }

    fn lines(&self, words: &Words) -> Vec<String> {
        crate::pages::paragraphs(&cut(&(self.words)(words), TEXT_CHARS_MAX))
    }
}

/// The badge's class.
const fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Accent => "accent",
        Tone::Good => "good",
        Tone::Warn => "warn",
        Tone::Bad => "bad",
        Tone::Info => "info",
        Tone::Plain => "",
    }
}
