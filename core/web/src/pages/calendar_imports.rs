//! Bringing a calendar file: choosing it, looking at what it holds, taking it in, and back.

use std::collections::BTreeSet;

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Form, Path};
use app::calendar_imports::{self as imports, Choice as Chosen, Look, Row, Standing, State};
use app::{Error, calendars};
use domain::{CalendarImportId, Permission};

use crate::answer::{Answer, form_errors, go};
use crate::member::Member;
use crate::pages::{id, repeats, zone_name};
use crate::upload::file_in;
use crate::views::calendar_imports::{
    ImportEvent, ImportPage, ImportRow, ImportedPage, ImportsPage,
};
use crate::views::{Choice, Errors};

/// Choosing a file.
pub async fn show_new(member: Member) -> Answer {
    choose(&member, Errors::new()).await
}

async fn choose(member: &Member, errors: Errors) -> Answer {
    let dates = member.dates();
    let done = imports::list_imports(&member.web.app, &member.ctx).await?;
    let row = |import: imports::CalendarImport| ImportRow {
        href: format!("/calendar/import/{}", import.id),
        when: dates.moment(import.created_at),
        undone: import.state == State::Undone,
        name: import.name,
    };
    let page = ImportsPage { imports: done.into_iter().map(row).collect(), errors };
    member.form_page(&page, &page.errors).await
}

/// Takes a file, to look at it.
pub async fn keep(member: Member, request: HttpRequest, body: Bytes) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let kept = match file_in(&request, body, "file").await {
        Some(file) => imports::keep_file(app, ctx, &file.name, file.bytes).await,
        None => Err(Error::invalid("file", "error-import-missing")),
    };
    match kept {
        Ok(id) => Ok(go(&format!("/calendar/import/{id}"))),
        Err(error) => choose(&member, form_errors(error)?).await,
    }
}

/// What would come of a file, or what came of it.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    let which: CalendarImportId = id(&path)?;
    let look = imports::look_at_import(&member.web.app, &member.ctx, &which).await?;
    if look.import.state == State::Waiting {
        return look_page(&member, look, None, Errors::new()).await;
    }
    let page = ImportedPage {
        href: format!("/calendar/import/{which}"),
        name: look.import.name,
        undone: look.import.state == State::Undone,
        made: look.counts.made,
        changed: look.counts.changed,
        cancelled: look.counts.cancelled,
    };
    member.page(&page).await
}

/// What somebody chose of it, if they did.
type Before<'a> = Option<(&'a BTreeSet<usize>, &'a str)>;

async fn look_page(member: &Member, look: Look, before: Before<'_>, errors: Errors) -> Answer {
    let all = calendars::list_calendars(&member.web.app, &member.ctx).await?;
    let (chosen, current) = before.map_or((None, ""), |(chosen, current)| (Some(chosen), current));
    let choices = all.iter().map(|each| Choice::new(each.id.to_string(), &each.name, current));
    let mut rows: Vec<(usize, &Row)> = look.rows.iter().enumerate().collect();
    rows.sort_by_key(|(_, row)| row.told.content.starts_at);
    let events: Vec<ImportEvent> = rows
        .into_iter()
        .map(|(place, row)| {
            let usual = row.standing.is_usual();
            event(member, place, row, chosen.map_or(usual, |chosen| chosen.contains(&place)))
        })
        .collect();
    let page = ImportPage {
        action: format!("/calendar/import/{}", look.import.id),
        name: look.import.name,
        count: events.len(),
        able: events.iter().filter(|event| event.able).count(),
        events,
        calendars: choices.collect(),
        errors,
        zone: zone_name(&member.ctx.zone),
    };
    member.form_page(&page, &page.errors).await
}

fn event(member: &Member, place: usize, row: &Row, chosen: bool) -> ImportEvent {
    let (dates, told) = (member.dates(), &row.told);
    let content = &told.content;
    let day = dates.day(dates.local(content.starts_at).date());
    let time = dates.time_span(content.starts_at, content.ends_at);
    let is_timeless = told.notes.contains(&imports::Note::NoStart);
    let busy = |title: &String| match title.as_str() {
        "" => member.text("busy"),
        title => title.to_owned(),
    };
    let able = row.standing.can_come();
    ImportEvent {
        place,
        title: content.title.clone(),
        when: if is_timeless { String::new() } else { format!("{day}, {time}") },
        rule: told.repeats.as_ref().map(|repeats| repeats::in_words(member, &repeats.rule)),
        exceptions: told.repeats.as_ref().map_or(0, |it| it.except.len() + it.moved.len()),
        person: row.person.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
        standing: row.standing.as_str(),
        tone: match row.standing {
            Standing::New => "good",
            Standing::Changed | Standing::Gone => "info",
            Standing::Refused => "bad",
            Standing::Same | Standing::Elsewhere | Standing::Nothing => "off",
        },
        able,
        chosen: able && chosen,
        notes: row.notes().map(imports::Note::as_str).collect(),
        taken: row.at_that_time.iter().map(busy).collect(),
    }
}

/// Takes in what was chosen.
pub async fn bring(
    member: Member,
    path: Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let which: CalendarImportId = id(&path)?;
    let mut choice = Chosen { untitled: member.text("import-untitled"), ..Chosen::default() };
    let mut calendar = String::new();
    for (name, value) in form.into_inner() {
        match name.as_str() {
            "event" => choice.events.extend(value.parse::<usize>().ok()),
            "calendar" => calendar = value,
            _ => {}
        }
    }
    let events = choice.events.clone();
    let brought = match (calendar.as_str(), calendar.parse()) {
        ("", _) => imports::bring_import(app, ctx, &which, choice).await,
        (_, Ok(calendar)) => {
            let choice = Chosen { calendar: Some(calendar), ..choice };
            imports::bring_import(app, ctx, &which, choice).await
        }
        (_, Err(_)) => Err(Error::invalid("calendar", "error-calendar-unknown")),
    };
    let page = format!("/calendar/import/{which}");
    match brought {
        Ok(_) => member.said_undo(&page, "said-imported", &format!("{page}/restore")),
        Err(error) => {
            let errors = form_errors(error)?;
            let look = imports::look_at_import(app, ctx, &which).await?;
            look_page(&member, look, Some((&events, &calendar)), errors).await
        }
    }
}

/// Takes a whole import back.
pub async fn undo(member: Member, path: Path<String>) -> Answer {
    let which: CalendarImportId = id(&path)?;
    let kept = imports::undo_import(&member.web.app, &member.ctx, &which).await?;
    let said = if kept == 0 { "said-import-undone" } else { "said-import-undone-some" };
    member.said(&format!("/calendar/import/{which}"), said)
}
