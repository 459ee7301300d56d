//! Bringing a list of people: choosing the file, saying what its columns are, following it, and back.

mod words;

use std::collections::HashMap;

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Bytes, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use app::exports::Csv;
use app::imports::{
    self, Column, DateOrder, Decimals, Doubles, ENCODINGS, Format, Look, Outcome, PeopleImport,
    Plan, PlanInput, Reading, RowPerson, RowResult, SEPARATORS, Said, Shown, State, Target, Whom,
};
use app::own_fields::{OwnField, field_name};
use app::{Context, Error};
use domain::{ImportId, Permission};
use serde::Deserialize;

use crate::answer::{Answer, form_errors, go};
use crate::member::Member;
use crate::pages::id;
use crate::upload::file_in;
use crate::views::imports::{
    ColumnRow, ImportPage, ImportRow, ImportsPage, LookPage, PersonOfRow, RowPeoplePage, ShownRow,
    WrongRow,
};
use crate::views::{Choice, Errors};

/// Mistakes that a page shows; all of them are in the list to download.
const SHOWN_MAX: i64 = 20;
/// Imports on a page of them.
const PAGE: i64 = 20;
/// Rows on a page of people whom they are about.
const ROWS_PAGE: usize = 50;
/// Rows of the list of refused ones that are fetched at a time.
const FETCHED: i64 = 500;

fn may(ctx: &Context) -> Result<(), Error> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::WritePeople)
}

/// Where a page of a list begins.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ListQuery {
    after: String,
}

/// Choosing a file.
pub async fn list(member: Member, query: Query<ListQuery>) -> Answer {
    choose(&member, query.after.parse().ok(), Errors::new()).await
}

async fn choose(member: &Member, after: Option<ImportId>, errors: Errors) -> Answer {
    let dates = member.dates();
    let (app, ctx) = (&member.web.app, &member.ctx);
    let found = imports::list_imports_after(app, ctx, after, PAGE).await?;
    let row = |import: PeopleImport| ImportRow {
        href: format!("/imports/{}", import.id),
        when: dates.moment(import.created_at),
        state: import.state.as_str(),
        tone: match import.state {
            State::Done => "good",
            State::Running | State::Undoing => "info",
            State::Failed => "bad",
            State::Waiting => "warn",
            State::Cancelled | State::Undone => "",
        },
        made: import.made,
        name: import.name,
    };
    let page = ImportsPage {
        next: found.next.map(|after| format!("/imports?after={after}")),
        imports: found.items.into_iter().map(row).collect(),
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// Takes a file, to look at it.
pub async fn keep(member: Member, request: HttpRequest, body: Bytes) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    may(ctx)?;
    let kept = match file_in(&request, body, "file").await {
        Some(file) => imports::keep_file(app, ctx, &file.name, file.bytes).await,
        None => Err(Error::invalid("file", "error-imports-missing")),
    };
    match kept {
        Ok(id) => Ok(go(&format!("/imports/{id}"))),
        Err(error) => choose(&member, None, form_errors(error)?).await,
    }
}

/// What would come of a file, how far it is, or what came of it.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    let which: ImportId = id(&path)?;
    let look = imports::look_at_import(&member.web.app, &member.ctx, &which).await?;
    if look.import.state == State::Waiting {
        return look_page(&member, look, None, Errors::new()).await;
    }
    let refused =
        imports::list_results(&member.web.app, &member.ctx, &which, Outcome::Refused, 0, SHOWN_MAX)
            .await?;
    let import = look.import;
    let page = ImportPage {
        href: format!("/imports/{which}"),
        state: import.state.as_str(),
        is_under_way: import.state.is_under_way(),
        rows: import.rows_all,
        done: import.rows_done.min(import.rows_all),
        made: import.made,
        changed: import.changed,
        skipped: import.skipped,
        refused: import.refused,
        kept: import.kept,
        mistakes: refused.iter().map(|row| wrong_of(&member, &look.plan, row)).collect(),
        problem: import.problem,
        can_undo: import.state.can_undo() && import.made + import.changed > 0,
        name: import.name,
    };
    member.page(&page).await
}

fn wrong_of(member: &Member, plan: &Plan, row: &RowResult) -> WrongRow {
    let place = usize::try_from(row.place).unwrap_or(0);
    let cells = row.cells_json.as_ref().and_then(|cells| cells.0.get(place)?.as_str());
    let cell: String = cells.unwrap_or_default().chars().take(60).collect();
    WrongRow {
        number: row.row_number,
        column: head(member, plan, place),
        cell,
        problem: row.problem.clone(),
    }
}

/// What a column's head says, or its number.
fn head(member: &Member, plan: &Plan, place: usize) -> String {
    match plan.columns.get(place).map(|column| column.name.as_str()) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => member.text_with("imports-column", &[("number", &(place + 1).to_string())]),
    }
}

async fn look_page(member: &Member, look: Look, sent: Option<PlanInput>, errors: Errors) -> Answer {
    let meant = words::Meant::load(member, &look, sent.as_ref()).await?;
    let Look { import, mut plan, samples, shown, mistakes, checked, wrong, .. } = look;
    let (doubles_shown, doubles_found, twice) = (look.doubles_shown, look.doubles, look.twice);
    if let Some(sent) = sent {
        keep_sent(&mut plan, sent);
    }
    let reading = &plan.reading;
    let columns = plan.columns.iter().zip(samples).enumerate();
    let column = |(place, (column, samples)): (usize, (&Column, Vec<String>))| {
        let field = format!("column-{place}");
        ColumnRow {
            place,
            of: column.word(),
            words: meant.rows(member, place, column),
            more: meant.more(place, column),
            refuses: column.to != Target::Tags,
            name: head(member, &plan, place),
            samples,
            choices: targets(member, &meant.own, &column.word()),
            error: errors.get(&field).cloned().unwrap_or_default(),
            field,
        }
    };
    let page = LookPage {
        href: format!("/imports/{}", import.id),
        rows: import.rows_all,
        is_text: reading.format == Format::Text,
        is_cards: reading.format == Format::Cards,
        encodings: encodings(member, reading),
        separators: separators(member, reading),
        sheets: sheets(reading),
        head: plan.head,
        columns: columns.map(column).collect(),
        dates: dates(member, &plan),
        decimals: decimals(member, &plan),
        undated: plan.places(Target::Stage).next().is_some()
            && plan.places(Target::CustomerSince).next().is_none(),
        doubles: Doubles::ALL
            .iter()
            .map(|it| {
                let key = format!("imports-doubles-{}", it.as_str());
                Choice::new(it.as_str(), member.text(&key), plan.doubles.as_str())
            })
            .collect(),
        tag: plan.tag.clone(),
        source: plan.source.clone(),
        shown: shown.iter().filter_map(|row| shown_row(member, row)).collect(),
        mistakes: mistakes.iter().filter_map(|row| mistake(member, &plan, row)).collect(),
        is_part: i64::try_from(checked).is_ok_and(|checked| checked < import.rows_all),
        checked,
        wrong,
        doubles_found,
        doubles_shown: doubles_shown.iter().filter_map(|row| shown_row(member, row)).collect(),
        twice,
        errors,
        name: import.name,
    };
    member.form_page(&page, &page.errors).await
}

/// What was chosen stands in the form again, though it wasn't taken.
fn keep_sent(plan: &mut Plan, sent: PlanInput) {
    for (column, to) in plan.columns.iter_mut().zip(&sent.columns) {
        column.put(to);
    }
    plan.head = sent.head;
    plan.dates = DateOrder::of(&sent.dates).unwrap_or(plan.dates);
    plan.decimals = Decimals::of(&sent.decimals).unwrap_or(plan.decimals);
    plan.doubles = Doubles::of(&sent.doubles).unwrap_or(plan.doubles);
    (plan.tag, plan.source) = (sent.tag, sent.source);
}

/// What a column can be: what every business keeps, then own fields.
fn targets(member: &Member, own: &[OwnField], current: &str) -> Vec<Choice> {
    let target = |it: &Target| {
        let key = match it {
            Target::Nothing => "imports-target-nothing".to_owned(),
            it => format!("imports-target-{}", it.as_str()),
        };
        Choice::new(it.as_str(), member.text(&key), current)
    };
    let own_one = |it: &OwnField| Choice::new(field_name(it.id.as_str()), &it.name, current);
    imports::list_targets().iter().map(target).chain(own.iter().map(own_one)).collect()
}

fn dates(member: &Member, plan: &Plan) -> Vec<Choice> {
    let choice = |it: &DateOrder| {
        let key = format!("imports-dates-{}", it.as_str());
        Choice::new(it.as_str(), member.text(&key), plan.dates.as_str())
    };
    DateOrder::ALL.iter().map(choice).collect()
}

fn decimals(member: &Member, plan: &Plan) -> Vec<Choice> {
    let choice = |it: &Decimals| {
        let key = format!("imports-decimals-{}", it.as_str());
        Choice::new(it.as_str(), member.text(&key), plan.decimals.as_str())
    };
    Decimals::ALL.iter().map(choice).collect()
}

fn encodings(member: &Member, reading: &Reading) -> Vec<Choice> {
    let name = |name: &str| {
        let key = format!("imports-encoding-{}", name.to_ascii_lowercase());
        Choice::new(name, member.text(&key), &reading.encoding)
    };
    let mut all: Vec<Choice> = ENCODINGS.iter().map(|it| name(it)).collect();
    // A guess that isn't among those that are offered.
    if !reading.encoding.is_empty() && all.iter().all(|it| !it.selected) {
        let own = Choice::new(reading.encoding.clone(), &reading.encoding, &reading.encoding);
        all.insert(0, own);
    }
    all
}

fn separators(member: &Member, reading: &Reading) -> Vec<Choice> {
    let keys = [
        "imports-separator-comma",
        "imports-separator-semicolon",
        "imports-separator-tab",
        "imports-separator-bar",
    ];
    let choice = |(separator, key): (char, &str)| {
        Choice::new(separator.to_string(), member.text(key), &reading.separator.to_string())
    };
    SEPARATORS.into_iter().zip(keys).map(choice).collect()
}

fn sheets(reading: &Reading) -> Vec<Choice> {
    if reading.sheets.len() < 2 {
        return Vec::new();
    }
    let current = reading.sheet.to_string();
    let named = reading.sheets.iter().enumerate();
    named.map(|(at, name)| Choice::new(at.to_string(), name, &current)).collect()
}

fn shown_row(member: &Member, row: &Shown) -> Option<ShownRow> {
    let said = row.said.as_ref().ok()?;
    let (id, name, by) = match &row.double {
        Some((id, name, by)) => (id.to_string(), name.clone(), by.as_str()),
        None => (String::new(), String::new(), ""),
    };
    Some(ShownRow {
        number: row.number,
        name: said.name.clone(),
        company: said.company.clone(),
        contacts: said.contacts.iter().map(|(_, value, _)| value.clone()).collect(),
        more: more_of(member, said),
        tags: said.tags.clone(),
        double: name,
        double_href: if id.is_empty() { id } else { format!("/people/{id}") },
        double_by: by,
        twice: row.twice,
    })
}

fn more_of(member: &Member, said: &Said) -> Vec<String> {
    let dates = member.dates();
    let mut more = Vec::new();
    more.extend(said.stage.as_ref().map(|stage| stage.name.clone()));
    more.extend((!said.source.is_empty()).then(|| said.source.clone()));
    let value = said.value.filter(|value| *value != 0);
    more.extend(value.map(|value| member.money(value, &said.currency)));
    let day = said.follow_up_on.as_ref().and_then(|day| day.parse().ok());
    more.extend(day.map(|day| dates.day(day)));
    more.extend(said.consent.map(|consent| member.text(&format!("consent-{consent}"))));
    for (key, at) in [("added", said.added_at), ("customer-since", said.won_at)] {
        let day = at.map(|at| dates.short(dates.local(at).date()));
        more.extend(day.map(|day| format!("{}: {day}", member.text(key))));
    }
    let campaign = said.attribution.campaign.as_str();
    more.extend((!campaign.is_empty()).then(|| campaign.to_owned()));
    more.extend(said.own.iter().map(|own| own.cell.chars().take(60).collect()));
    if !said.notes.is_empty() {
        let notes: String = said.notes.chars().take(60).collect();
        more.push(notes);
    }
    more
}

fn mistake(member: &Member, plan: &Plan, row: &Shown) -> Option<WrongRow> {
    let wrong = row.said.as_ref().err()?;
    Some(WrongRow {
        number: row.number,
        column: head(member, plan, wrong.place),
        cell: row.cell.clone(),
        problem: wrong.key.clone(),
    })
}

/// Says how the file is read; with `act` of `run` its rows are taken in.
pub async fn plan(member: Member, path: Path<String>, form: Form<Vec<(String, String)>>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let which: ImportId = id(&path)?;
    let page = format!("/imports/{which}");
    // A form of a list has hundreds of fields. Of one that is there twice the first counts.
    let pairs = form.iter().rev().map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: HashMap<&str, &str> = pairs.collect();
    let value = |name: &str| fields.get(name).copied().unwrap_or_default().to_owned();
    let mut input = PlanInput {
        encoding: value("encoding"),
        separator: value("separator"),
        sheet: value("sheet"),
        head: value("head") == "on",
        columns: Vec::new(),
        dates: value("dates"),
        decimals: value("decimals"),
        doubles: value("doubles"),
        tag: value("tag"),
        source: value("source"),
        meanings: words::read(&fields),
    };
    while let Some(to) = fields.get(format!("column-{}", input.columns.len()).as_str()) {
        input.columns.push((*to).to_owned());
    }
    let begun = match imports::plan_import(app, ctx, &which, input.clone()).await {
        Ok(guessed_anew) if value("act") == "run" && !guessed_anew => {
            imports::start_import(app, ctx, &which).await
        }
        Ok(_) => Ok(()),
        // Somebody was quicker: what became of it is on its page.
        Err(Error::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    };
    match begun {
        Ok(()) => Ok(go(&page)),
        Err(error) => {
            let errors = form_errors(error)?;
            let look = imports::look_at_import(app, ctx, &which).await?;
            look_page(&member, look, Some(input), errors).await
        }
    }
}

/// Stops an import, or throws a waiting file away.
pub async fn cancel(member: Member, path: Path<String>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let which: ImportId = id(&path)?;
    imports::cancel_import(app, ctx, &which).await?;
    match imports::look_at_import(app, ctx, &which).await {
        Ok(_) => member.said(&format!("/imports/{which}"), "said-imports-stopped"),
        Err(Error::NotFound) => member.said("/imports", "said-imports-discarded"),
        Err(error) => Err(error.into()),
    }
}

/// Takes a whole import back.
pub async fn undo(member: Member, path: Path<String>) -> Answer {
    let which: ImportId = id(&path)?;
    imports::undo_import(&member.web.app, &member.ctx, &which).await?;
    Ok(go(&format!("/imports/{which}")))
}

/// Rows of people who were here already.
pub async fn skipped(member: Member, path: Path<String>, query: Query<ListQuery>) -> Answer {
    row_people(&member, &id(&path)?, (Whom::Skipped, "skipped"), &query).await
}

/// Rows whose people stayed when the import was undone.
pub async fn kept(member: Member, path: Path<String>, query: Query<ListQuery>) -> Answer {
    row_people(&member, &id(&path)?, (Whom::Kept, "kept"), &query).await
}

async fn row_people(
    member: &Member,
    which: &ImportId,
    (whom, word): (Whom, &'static str),
    query: &ListQuery,
) -> Answer {
    let (app, ctx, after) = (&member.web.app, &member.ctx, query.after.parse().unwrap_or(0));
    let import = imports::get_import(app, ctx, which).await?;
    let found = imports::list_row_people(app, ctx, which, whom, after, ROWS_PAGE).await?;
    let row = |row: RowPerson| {
        let (href, name) = row.person.map(|(id, name)| (format!("/people/{id}"), name)).unzip();
        PersonOfRow { number: row.number, name: name.unwrap_or_default(), href }
    };
    let page = RowPeoplePage {
        href: format!("/imports/{which}"),
        name: import.name,
        which: word,
        next: found.next.map(|after| format!("/imports/{which}/{word}?after={after}")),
        rows: found.items.into_iter().map(row).collect(),
    };
    member.page(&page).await
}

/// The rows with a mistake, each with what is wrong with it, to be mended and brought again.
pub async fn refused(member: Member, path: Path<String>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let which: ImportId = id(&path)?;
    let import = imports::get_import(app, ctx, &which).await?;
    let plan = imports::plan_of(&import)?;
    let mut csv = Csv::default();
    let heads = (0..plan.columns.len()).map(|place| head(&member, &plan, place));
    let own = ["imports-refused-row", "imports-refused-column", "imports-refused-why"];
    csv.row(heads.chain(own.map(|key| member.text(key))));
    let mut after = 0;
    loop {
        let rows =
            imports::list_results(app, ctx, &which, Outcome::Refused, after, FETCHED).await?;
        let Some(last) = rows.last() else { break };
        after = last.row_number;
        for row in &rows {
            csv.row(refused_row(&member, &plan, row));
        }
    }
    Ok(list_answer(csv.take(), "refused.csv"))
}

fn refused_row(member: &Member, plan: &Plan, row: &RowResult) -> Vec<String> {
    let cells = row.cells_json.as_ref().and_then(|cells| cells.0.as_array());
    let text = |at: usize| cells.and_then(|cells| cells.get(at)?.as_str()).unwrap_or_default();
    let mut out: Vec<String> = (0..plan.columns.len()).map(|at| text(at).to_owned()).collect();
    let place = usize::try_from(row.place).unwrap_or(0);
    out.push(row.row_number.to_string());
    out.push(head(member, plan, place));
    out.push(member.text(&row.problem));
    out
}

/// A list to download.
pub(crate) fn list_answer(body: Vec<u8>, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(body)
}
