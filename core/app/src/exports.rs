//! Lists to take along: what a page shows, as a file that other programs read. A file comes in pieces, so
//! that a list of any length takes the room of one page. And everything that a business has, in one archive.

mod appointments;
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

use domain::{Locale, MemberId, Permission};
use serde_json::json;
use store::Conn;

pub use csv::Csv;
pub(crate) use csv::plain;
pub use lists::List;

use crate::App;
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
    fn heads(&self, words: &Words) -> Vec<String> {
        let keys = match self {
            Self::People(_) => people::HEADS,
            Self::Appointments(_) => appointments::HEADS,
            Self::Documents(_) => documents::HEADS,
            Self::Entries(_) => entries::HEADS,
            Self::Tasks(_) => tasks::HEADS,
            Self::List(walk) => walk.heads(),
            Self::Table(heads, _) => return heads.clone(),
        };
        let mut heads: Vec<String> = keys.iter().map(|key| words(key)).collect();
        if let Self::People(walk) = self {
            heads.extend(walk.own_heads());
        }
        heads
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

/// A file on its way, piece by piece.
pub struct Download {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
    rows: Rows,
    sink: Sink,
    words: Words,
    begun: bool,
    ended: bool,
}

impl Download {
    fn new(name: &str, format: Format, locale: Locale, rows: Rows, words: Words) -> Result<Self> {
        let sink = match format {
            Format::Csv => Sink::Csv(Csv::default()),
            Format::Xlsx => {
                let mut book = workbook::Workbook::begin(locale)?;
                book.has_numbers = matches!(rows, Rows::Table(..));
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
            begun: false,
            ended: false,
        })
    }

    /// The next piece of the file; none at its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.ended {
            return Ok(None);
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
    note(app, ctx, "people", format).await?;
    let walk = people::Walk::begin(app, ctx, filter, order).await?;
    Download::new("people", format, ctx.locale, Rows::People(Box::new(walk)), words)
}

/// All appointments, in the order in which they were made.
pub async fn export_appointments(
    app: &App,
    ctx: &Context,
    format: Format,
    words: Words,
) -> Result<Download> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let format = as_table(format)?;
    note(app, ctx, "appointments", format).await?;
    let rows = Rows::Appointments(appointments::Walk::begin(app, ctx));
    Download::new("appointments", format, ctx.locale, rows, words)
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
    note(app, ctx, "tasks", format).await?;
    let walk = tasks::Walk::begin(app, ctx, filter).await?;
    Download::new("tasks", format, ctx.locale, Rows::Tasks(walk), words)
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
    note(app, ctx, "documents", format).await?;
    let walk = documents::Walk::begin(app, ctx, filter).await?;
    Download::new("documents", format, ctx.locale, Rows::Documents(walk), words)
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
    note(app, ctx, "activity", format).await?;
    let rows = Rows::Entries(entries::Walk::begin(app, ctx, filter));
    Download::new("activity", format, ctx.locale, rows, words)
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
    note(app, ctx, name, format).await?;
    let rows = Rows::List(Box::new(lists::Walk::begin(app, ctx, list)));
    Download::new(name, format, ctx.locale, rows, words)
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
    note(app, ctx, "reports", format).await?;
    let rows = Rows::Table(table.heads, Some(table.rows));
    Download::new("report", format, ctx.locale, rows, words)
}

/// Only people have cards.
fn as_table(format: Format) -> Result<Format> {
    if format == Format::Vcard { Err(Error::NotFound) } else { Ok(format) }
}

/// Notes that a list left the house, before it does.
async fn note(app: &App, ctx: &Context, what: &'static str, format: Format) -> Result<()> {
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| {
            let detail = json!({"list": what, "format": format.extension()});
            let act = Act { action: "list.exported", entity: "list", entity_id: what, detail };
            audit::append(&app2, c, &ctx.tenant, &Who::from(&ctx), &act)
        })
        .await
}
