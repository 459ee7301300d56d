//! Lists and archives to take along.

use actix_web::http::header::{
    Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::web::{Bytes, Path, Query};
use actix_web::{HttpResponse, HttpResponseBuilder};
use app::appointments::SpanFilter;
use app::documents::Document;
use app::endpoints::DeliveryState;
use app::exports::everything::{self, Archive, ArchiveState};
use app::exports::{self, Download, Format, List, Table, Words};
use domain::{EndpointId, ExportId, PersonId, Timestamp, Zone};
use futures_util::stream;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::answer::{Answer, go};
use crate::member::Member;
use crate::pages::activity::PageQuery as ActivityQuery;
use crate::pages::appointments::optional;
use crate::pages::documents::ListQuery as DocumentsQuery;
use crate::pages::id;
use crate::pages::people::list::{ListQuery, Terms};
use crate::pages::reports::{self, ReportQuery};
use crate::pages::tasks::list::ListQuery as TasksQuery;
use crate::views::exports::{ArchiveRow, ExportsPage};
use crate::views::reports::ReportRow;

/// What kind of file is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct FormatQuery {
    format: String,
}

fn words(member: &Member) -> Words {
    let (web, locale) = (member.web.clone(), member.ctx.locale);
    let theme = web.into_inner();
    Box::new(move |key| theme.theme.texts.plain(locale, key))
}

/// The people of the list, as it is narrowed and ordered.
pub async fn people(member: Member, query: Query<ListQuery>, kind: Query<FormatQuery>) -> Answer {
    let (app, ctx, format) = (&member.web.app, &member.ctx, Format::of(&kind.format));
    let terms = Terms::load(&member).await?;
    let (filter, order) = (query.filter(&member, &terms), query.sorting(&terms.fields));
    let words = words(&member);
    let file = exports::export_people(app, ctx, filter, order, format, words).await?;
    Ok(send(file, member.is_head).await?)
}

/// The card of one person, for an address book.
pub async fn person(member: Member, path: Path<String>) -> Answer {
    let which: PersonId = id(&path)?;
    let file = exports::export_person(&member.web.app, &member.ctx, &which).await?;
    Ok(send(file, member.is_head).await?)
}

/// Which appointments are asked for: from a day on, up to the end of another, of a state, with somebody.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct AppointmentsQuery {
    from: String,
    to: String,
    status: String,
    person: String,
}

impl AppointmentsQuery {
    /// When that is by the clock of the business; an end that isn't said is open.
    fn span(&self, zone: &Zone) -> Result<(Option<Timestamp>, Option<Timestamp>), app::Error> {
        let begins = |field: &str, text: &str, days: i64| {
            let wrong = || app::Error::invalid(field, "error-date-invalid");
            if text.is_empty() {
                return Ok(None);
            }
            let day: Date = text.parse().map_err(|_| wrong())?;
            let day = day.checked_add(days.days()).map_err(|_| wrong())?;
            zone.start_of_day(day).map(Some).ok_or_else(wrong)
        };
        Ok((begins("from", &self.from, 0)?, begins("to", &self.to, 1)?))
    }

    /// Of which state and with whom. What can't be read is refused: a file of all would be taken for what was
    /// asked for.
    fn filter(&self) -> Result<SpanFilter, app::Error> {
        Ok(SpanFilter {
            status: optional("status", &self.status, "error-invalid")?,
            person: optional("person", &self.person, "error-invalid")?,
        })
    }
}

/// The appointments that are asked for.
pub async fn appointments(
    member: Member,
    query: Query<AppointmentsQuery>,
    kind: Query<FormatQuery>,
) -> Answer {
    let (words, ctx) = (words(&member), &member.ctx);
    let (span, filter) = (query.span(&ctx.zone)?, query.filter()?);
    let (app, format) = (&member.web.app, Format::of(&kind.format));
    let file = exports::export_appointments(app, ctx, span, filter, format, words).await?;
    Ok(send(file, member.is_head).await?)
}

/// The tasks of the list, as it is narrowed.
pub async fn tasks(member: Member, query: Query<TasksQuery>, kind: Query<FormatQuery>) -> Answer {
    let (words, filter) = (words(&member), query.filter(&member));
    let (ctx, format) = (&member.ctx, Format::of(&kind.format));
    let file = exports::export_tasks(&member.web.app, ctx, filter, format, words).await?;
    Ok(send(file, member.is_head).await?)
}

/// What is known of the documents of the list, as it is narrowed.
pub async fn documents(
    member: Member,
    query: Query<DocumentsQuery>,
    kind: Query<FormatQuery>,
) -> Answer {
    let (words, filter) = (words(&member), query.filter());
    let (ctx, format) = (&member.ctx, Format::of(&kind.format));
    let file = exports::export_documents(&member.web.app, ctx, filter, format, words).await?;
    Ok(send(file, member.is_head).await?)
}

/// The activity log, as its page is narrowed.
pub async fn activity(
    member: Member,
    query: Query<ActivityQuery>,
    kind: Query<FormatQuery>,
) -> Answer {
    let (words, filter) = (words(&member), query.filter(&member));
    let (ctx, format) = (&member.ctx, Format::of(&kind.format));
    let file = exports::export_activity(&member.web.app, ctx, filter, format, words).await?;
    Ok(send(file, member.is_head).await?)
}

async fn list_file(member: &Member, list: List, kind: &FormatQuery) -> Answer {
    let (app, ctx, format) = (&member.web.app, &member.ctx, Format::of(&kind.format));
    let file = exports::export_list(app, ctx, list, format, words(member)).await?;
    Ok(send(file, member.is_head).await?)
}

/// The team, with open invitations for whom its page shows them.
pub async fn team(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Team, &kind).await
}

/// Connected accounts.
pub async fn connections(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Connections, &kind).await
}

/// Plugins.
pub async fn plugins(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Plugins, &kind).await
}

/// What the member was told of.
pub async fn notifications(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Notifications, &kind).await
}

/// What plugins proposed.
pub async fn approvals(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Approvals, &kind).await
}

/// Lists of people that were brought.
pub async fn imports(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Imports, &kind).await
}

/// Work that was given up.
pub async fn jobs(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Jobs, &kind).await
}

/// Tokens for programs: what they may do, and since when.
pub async fn tokens(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Tokens, &kind).await
}

/// Addresses that are told of what happens.
pub async fn endpoints(member: Member, kind: Query<FormatQuery>) -> Answer {
    list_file(&member, List::Endpoints, &kind).await
}

/// What a log of messages is narrowed to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LogQuery {
    state: String,
}

/// Messages to an endpoint, as its page is narrowed.
pub async fn deliveries(
    member: Member,
    path: Path<String>,
    query: Query<LogQuery>,
    kind: Query<FormatQuery>,
) -> Answer {
    let endpoint: EndpointId = id(&path)?;
    let state: Option<DeliveryState> = query.state.parse().ok();
    list_file(&member, List::Deliveries(endpoint, state), &kind).await
}

/// Which table of the reports.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct TableQuery {
    table: String,
}

/// A table of the reports, as their page has it; the first where none is named.
pub async fn report(
    member: Member,
    query: Query<ReportQuery>,
    which: Query<TableQuery>,
    kind: Query<FormatQuery>,
) -> Answer {
    let mut all = reports::tables(&member, query.into_inner()).await?.into_iter();
    let found = all.find(|it| which.table.is_empty() || it.id == which.table);
    let Some(chart) = found else { return Err(app::Error::NotFound.into()) };
    let heads = [vec![chart.first], chart.file_heads].concat();
    let row = |row: ReportRow| {
        [vec![row.label], row.cells.into_iter().map(|cell| cell.plain).collect()].concat()
    };
    let table = Table { heads, rows: chart.rows.into_iter().map(row).collect() };
    let (app, ctx, format) = (&member.web.app, &member.ctx, Format::of(&kind.format));
    let file = exports::export_report(app, ctx, table, format, words(&member)).await?;
    Ok(send(file, member.is_head).await?)
}

/// Says that a file is to be saved, and under which name, in every letter (RFC 6266).
pub(crate) fn saved_as(called: &str) -> ContentDisposition {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_. ".contains(c) { c } else { '_' };
    let ascii: String = called.chars().map(plain).collect();
    let has_more = ascii != called;
    let mut parameters = vec![DispositionParam::Filename(ascii)];
    if has_more {
        // For programs that don't know it there is the other.
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: called.as_bytes().to_vec(),
        }));
    }
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}

/// Sends a file piece by piece. What goes wrong on the way breaks the answer off, so that nobody takes a
/// part for all. Whoever asks for the head alone takes nothing along.
pub(crate) async fn send(mut file: Download, is_head: bool) -> Result<HttpResponse, app::Error> {
    let mut answer = HttpResponse::Ok();
    answer.content_type(file.media_type).insert_header(saved_as(&file.name));
    if is_head {
        return Ok(answer.streaming(stream::empty::<Result<Bytes, actix_web::Error>>()));
    }
    // What fails at once is told by a page.
    let first = file.next().await?.unwrap_or_default();
    let begin = stream::iter([Ok::<Bytes, actix_web::Error>(Bytes::from(first))]);
    let rest = stream::unfold(Some(file), |file| async move {
        let mut file = file?;
        match file.next().await {
            Ok(Some(piece)) => Some((Ok(Bytes::from(piece)), Some(file))),
            Ok(None) => None,
            Err(error) => {
                tracing::error!(%error, "a download broke off");
                Some((Err(actix_web::error::ErrorInternalServerError("broken off")), None))
            }
        }
    });
    Ok(answer.streaming(Box::pin(futures_util::StreamExt::chain(begin, rest))))
}

/// The archives of everything.
pub async fn list(member: Member) -> Answer {
    let all = everything::list_archives(&member.web.app, &member.ctx).await?;
    let dates = member.dates();
    let is_running = all.iter().any(|it| it.state == ArchiveState::Running);
    let is_mine = |it: &Archive| it.created_by == member.ctx.account;
    let can_make = !all.iter().any(|it| it.state == ArchiveState::Running && is_mine(it));
    let row = |it: Archive| ArchiveRow {
        href: format!("/exports/{}", it.id),
        when: dates.moment(it.created_at),
        state: it.state.as_str(),
        is_mine: is_mine(&it),
        done: it.done,
        todo: it.todo,
        size: size(&member, it.size_bytes),
        until: dates.day(dates.local(it.expires_at).date()),
    };
    let archives = all.into_iter().map(row).collect();
    let days = everything::KEPT_DAYS;
    member.page(&ExportsPage { archives, is_running, can_make, days }).await
}

/// How large something is, in words.
pub(crate) fn size(member: &Member, bytes: i64) -> String {
    let (number, key) = match bytes {
        ..=1_048_575 => ((bytes + 1_023) / 1_024, "exports-size-kb"),
        _ => ((bytes + 1_048_575) / 1_048_576, "exports-size-mb"),
    };
    member.text_with(key, &[("size", &number.to_string())])
}

/// Begins to make an archive.
pub async fn begin(member: Member) -> Answer {
    everything::begin_archive(&member.web.app, &member.ctx).await?;
    Ok(go("/exports"))
}

/// An archive; who asks for the head alone downloads nothing.
pub async fn download(member: Member, path: Path<String>) -> Answer {
    let which: ExportId = id(&path)?;
    if member.is_head {
        let row = everything::get_archive_file(&member.web.app, &member.ctx, &which).await?;
        return Ok(archive_head(&row).streaming(stream::empty::<Result<Bytes, actix_web::Error>>()));
    }
    let (row, body) = everything::download_archive(&member.web.app, &member.ctx, &which).await?;
    let pieces = stream::unfold(body, |mut body| async move {
        let piece = body.recv().await?;
        let piece = piece.map(Bytes::from).map_err(|error| {
            tracing::error!(%error, "a download broke off");
            actix_web::error::ErrorInternalServerError("broken off")
        });
        Some((piece, body))
    });
    Ok(archive_head(&row).streaming(Box::pin(pieces)))
}

fn archive_head(row: &Document) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/zip").insert_header(saved_as(&row.name));
    answer.insert_header(("cache-control", "no-store"));
    answer.no_chunking(u64::try_from(row.size_bytes).unwrap_or(0));
    answer
}

/// Removes an archive.
pub async fn remove(member: Member, path: Path<String>) -> Answer {
    let which: ExportId = id(&path)?;
    everything::delete_archive(&member.web.app, &member.ctx, &which).await?;
    member.said("/exports", "said-exports-removed")
}
