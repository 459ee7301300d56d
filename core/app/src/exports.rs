//! Lists to take along: what a page shows, as a file that other programs read. A file comes in pieces, so
//! that a list of any length takes the room of one page. And everything that a business has, in one archive.

mod appointments;
mod cells;
mod csv;
mod documents;
mod entries;
pub mod everything;
mod lists;
mod people;
mod tasks;
mod vcard;
mod workbook;

use std::collections::HashMap;

use domain::{MemberId, Permission, PersonId, Timestamp};
use serde_json::{Value, json};
use store::Conn;

pub use csv::Csv;
pub(crate) use csv::plain;
pub use lists::List;

use self::cells::Kind;
use crate::App;
use crate::appointments::SpanFilter;
use crate::audit::{self, Act, AuditFilter, Who};
use crate::context::Context;
use crate::documents::DocumentFilter;
use crate::error::{Error, Result};
use crate::people::{PersonFilter, Sorting};
use crate::tasks::TaskFilter;

/// Rows that are fetched at a time.
const FETCHED: i64 = 500;

/// What kind of file a list becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text with commas, as every program reads it.
    Csv,
    /// A workbook.
    Xlsx,
    /// Cards of people (RFC 6350).
    Vcard,
}

impl Format {
    /// The one of this word; text where there is none.
    pub fn of(word: &str) -> Self {
        match word {
            "xlsx" => Self::Xlsx,
            "vcard" => Self::Vcard,
            _ => Self::Csv,
        }
    }

    /// The end of the file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Vcard => "vcf",
        }
    }

    /// What the file is, for a browser.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Vcard => "text/vcard; charset=utf-8",
        }
    }
}

/// Texts by their keys, in the reader's language.
pub type Words = Box<dyn Fn(&str) -> String + Send + Sync>;

/// A table of a page, in the reader's words.
#[derive(Debug, Clone)]
pub struct Table {
    /// What stands above its columns.
    pub heads: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// Where rows come from.
enum Rows {
    People(Box<people::Walk>),
    Appointments(appointments::Walk),
    Documents(documents::Walk),
    Entries(entries::Walk),
    Tasks(tasks::Walk),
    List(Box<lists::Walk>),
    /// A table's heads, and its rows until they were handed on.
    Table(Vec<String>, Option<Vec<Vec<String>>>),
}

impl Rows {
    /// The keys of what stands above its columns, but for those of own fields and of a table.
    fn keys(&self) -> &'static [&'static str] {
        match self {
            Self::People(_) => people::HEADS,
            Self::Appointments(_) => appointments::HEADS,
            Self::Documents(_) => documents::HEADS,
            Self::Entries(_) => entries::HEADS,
            Self::Tasks(_) => tasks::HEADS,
            Self::List(walk) => walk.heads(),
            Self::Table(..) => &[],
        }
    }

    fn heads(&self, words: &Words) -> Vec<String> {
        if let Self::Table(heads, _) = self {
            return heads.clone();
        }
        let mut heads: Vec<String> = self.keys().iter().map(|key| words(key)).collect();
        if let Self::People(walk) = self {
            heads.extend(walk.own_heads());
        }
        heads
    }

    /// What its columns hold.
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = self.keys().iter().map(|key| Kind::of_head(key)).collect();
        match self {
            Self::People(walk) => kinds.extend(walk.own_kinds()),
            // What a row of a table begins with says what it is of.
            Self::Table(heads, _) => {
                let kind = |at| if at == 0 { Kind::Text } else { Kind::Number };
                kinds.extend((0..heads.len()).map(kind));
            }
            _ => {}
        }
        kinds
    }

    /// The next rows; none when there are no more.
    async fn next(&mut self, words: &Words) -> Result<Option<Vec<Vec<String>>>> {
        match self {
            Self::People(walk) => {
                let cards = walk.next().await?;
                Ok(cards.map(|cards| cards.iter().map(|card| card.row(words)).collect()))
            }
            Self::Appointments(walk) => walk.next(words).await,
            Self::Documents(walk) => walk.next(words).await,
            Self::Entries(walk) => walk.next(words).await,
            Self::Tasks(walk) => walk.next(words).await,
            Self::List(walk) => walk.next(words).await,
            Self::Table(_, rows) => Ok(rows.take()),
        }
    }
}

/// Where they go.
enum Sink {
    Csv(Csv),
    Xlsx(Box<workbook::Workbook>),
    Vcard,
}

/// What the activity log is told when a file leaves the house.
struct Note {
    app: App,
    ctx: Context,
    action: &'static str,
    entity: &'static str,
    entity_id: String,
    detail: Value,
}

impl Note {
    fn of_list(app: &App, ctx: &Context, list: &'static str, format: Format) -> Self {
        Self {
            app: app.clone(),
            ctx: ctx.clone(),
            action: "list.exported",
            entity: "list",
            entity_id: list.to_owned(),
            detail: json!({"list": list, "format": format.extension()}),
        }
    }

    fn of_person(app: &App, ctx: &Context, person: &PersonId) -> Self {
        Self {
            app: app.clone(),
            ctx: ctx.clone(),
            action: "person.exported",
            entity: "person",
            entity_id: person.to_string(),
            detail: json!({"format": Format::Vcard.extension()}),
        }
    }

    async fn write(&self) -> Result<()> {
        let (app, ctx, detail) = (self.app.clone(), self.ctx.clone(), self.detail.clone());
        let (action, entity, entity_id) = (self.action, self.entity, self.entity_id.clone());
        self.app
            .db
            .transact(move |c| {
                let act = Act { action, entity, entity_id: &entity_id, detail };
                audit::append(&app, c, &ctx.tenant, &Who::from(&ctx), &act)
            })
            .await
    }
}

/// A file on its way, piece by piece. The activity log notes it before its first piece is there: of whoever
/// only looks at what it is called nothing is noted.
pub struct Download {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
    rows: Rows,
    sink: Sink,
    words: Words,
    note: Option<Note>,
    begun: bool,
    ended: bool,
}

impl Download {
    fn new(name: &str, note: Note, format: Format, rows: Rows, words: Words) -> Result<Self> {
        let locale = note.ctx.locale;
        let sink = match format {
            Format::Csv => Sink::Csv(Csv::default()),
            Format::Xlsx => {
                let book = workbook::Workbook::begin(locale, &note.ctx.zone, rows.kinds())?;
                Sink::Xlsx(Box::new(book))
            }
            Format::Vcard => Sink::Vcard,
        };
        Ok(Self {
            name: format!("{name}.{}", format.extension()),
            media_type: format.media_type(),
            rows,
            sink,
            words,
            note: Some(note),
            begun: false,
            ended: false,
        })
    }

    /// The next piece of the file; none at its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.ended {
            return Ok(None);
        }
        if let Some(note) = &self.note {
            note.write().await?;
            self.note = None;
        }
        let begins = !std::mem::replace(&mut self.begun, true);
        let heads = self.rows.heads(&self.words);
        match (&mut self.sink, &mut self.rows) {
            (Sink::Vcard, Rows::People(walk)) => match walk.next().await? {
                Some(cards) => Ok(Some(cards.iter().map(vcard::write).collect::<String>().into())),
                None => {
                    self.ended = true;
                    Ok(None)
                }
            },
            (Sink::Vcard, _) => Err(Error::NotFound),
            (Sink::Csv(csv), rows) => {
                if begins {
                    csv.row(heads);
                }
                match rows.next(&self.words).await? {
                    Some(rows) => rows.into_iter().for_each(|row| csv.row(row)),
                    None => self.ended = true,
                }
                Ok(Some(csv.take()))
            }
            (Sink::Xlsx(book), rows) => {
                if begins {
                    book.row(heads, true)?;
                }
                match rows.next(&self.words).await? {
                    Some(rows) => rows.into_iter().try_for_each(|row| book.row(row, false))?,
                    None => {
                        self.ended = true;
                        book.end()?;
                    }
                }
                Ok(Some(book.take()))
            }
        }
    }
}

/// The people who match, in their order.
pub async fn export_people(
    app: &App,
    ctx: &Context,
    filter: PersonFilter,
    order: impl Into<Sorting>,
    format: Format,
    words: Words,
) -> Result<Download> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (filter, order) = (crate::people::searchable(filter)?, order.into());
    let note = Note::of_list(app, ctx, "people", format);
    let walk = people::Walk::begin(app, ctx, filter, order).await?;
    Download::new("people", note, format, Rows::People(Box::new(walk)), words)
}

/// The card of one person, for an address book.
pub async fn export_person(app: &App, ctx: &Context, person: &PersonId) -> Result<Download> {
    let found = crate::people::get_person(app, ctx, person).await?;
    let walk = people::Walk::of_one(app, ctx, person.clone()).await?;
    let (name, note) = (vcard::file_name(&found.name), Note::of_person(app, ctx, person));
    // No word of a card is in anybody's language.
    let words: Words = Box::new(str::to_owned);
    Download::new(&name, note, Format::Vcard, Rows::People(Box::new(walk)), words)
}

/// The appointments of a time that match, by when they begin; an end of it may be left open.
///
/// # Errors
/// [`Error::Invalid`] where the time ends before it begins.
pub async fn export_appointments(
    app: &App,
    ctx: &Context,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    filter: SpanFilter,
    format: Format,
    words: Words,
) -> Result<Download> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    if filter.person.is_some() {
        ctx.require_to_see(Permission::ReadPeople)?;
    }
    let format = as_table(format)?;
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(Error::invalid("to", "error-range-turned"));
    }
    let from = from.unwrap_or(Timestamp::from_millis(i64::MIN));
    let to = to.unwrap_or(Timestamp::from_millis(i64::MAX));
    let note = Note::of_list(app, ctx, "appointments", format);
    let rows = Rows::Appointments(appointments::Walk::begin(app, ctx, (from, to), filter));
    Download::new("appointments", note, format, rows, words)
}

/// The tasks that match, in their order.
pub async fn export_tasks(
    app: &App,
    ctx: &Context,
    filter: TaskFilter,
    format: Format,
    words: Words,
) -> Result<Download> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let format = as_table(format)?;
    let note = Note::of_list(app, ctx, "tasks", format);
    let walk = tasks::Walk::begin(app, ctx, filter).await?;
    Download::new("tasks", note, format, Rows::Tasks(walk), words)
}

/// The documents that match, newest first: what is known of them.
pub async fn export_documents(
    app: &App,
    ctx: &Context,
    filter: DocumentFilter,
    format: Format,
    words: Words,
) -> Result<Download> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    let (filter, format) = (crate::documents::searchable(filter)?, as_table(format)?);
    let note = Note::of_list(app, ctx, "documents", format);
    let walk = documents::Walk::begin(app, ctx, filter).await?;
    Download::new("documents", note, format, Rows::Documents(walk), words)
}

/// What of the activity log matches, from its beginning.
pub async fn export_activity(
    app: &App,
    ctx: &Context,
    filter: AuditFilter,
    format: Format,
    words: Words,
) -> Result<Download> {
    ctx.require_to_see(Permission::ReadActivity)?;
    let format = as_table(format)?;
    let note = Note::of_list(app, ctx, "activity", format);
    let rows = Rows::Entries(entries::Walk::begin(app, ctx, filter));
    Download::new("activity", note, format, rows, words)
}

/// What the members are called, for who sees the team.
fn members_for(c: &mut Conn, ctx: &Context) -> Result<HashMap<MemberId, String>> {
    if !ctx.may(Permission::ReadTeam) {
        return Ok(HashMap::new());
    }
    let team = store::members::list(c, &ctx.tenant)?;
    Ok(team.into_iter().map(|it| (it.member.id, it.name)).collect())
}

/// A list of a few columns, as its page has it.
pub async fn export_list(
    app: &App,
    ctx: &Context,
    list: List,
    format: Format,
    words: Words,
) -> Result<Download> {
    list.require(ctx)?;
    let format = as_table(format)?;
    if let List::Deliveries(endpoint, _) = &list {
        crate::endpoints::get_endpoint(app, ctx, endpoint).await?;
    }
    let name = list.name();
    let note = Note::of_list(app, ctx, name, format);
    let rows = Rows::List(Box::new(lists::Walk::begin(app, ctx, list)));
    Download::new(name, note, format, rows, words)
}

/// A table of the reports.
pub async fn export_report(
    app: &App,
    ctx: &Context,
    table: Table,
    format: Format,
    words: Words,
) -> Result<Download> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let format = as_table(format)?;
    let note = Note::of_list(app, ctx, "reports", format);
    let rows = Rows::Table(table.heads, Some(table.rows));
    Download::new("report", note, format, rows, words)
}

/// Only people have cards.
fn as_table(format: Format) -> Result<Format> {
    if format == Format::Vcard { Err(Error::NotFound) } else { Ok(format) }
}
