//! Lists of people that were taken in, and how far they are.

use app::imports::{self, Outcome, PeopleImport, Plan, RowPerson, RowResult, State, Whom};
use domain::{ApiScope, ImportId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, cursor, id, instant, limit, or_null, said, text, whole};
use super::operations::FILE;
use super::problem::code;
use super::schema::Named;

/// The longest name of a file that is kept, in characters.
const NAME_CHARS_MAX: usize = 100;

/// The schemas of imports.
pub fn schemas() -> Vec<Named> {
    let number = || json!({"type": "integer"});
    let import = whole(vec![
        ("id", id()),
        ("name", about(said(), "What the file was called.")),
        ("state", about(said(), "Such as `waiting`, `running` or `done`.")),
        ("rows", number()),
        ("rows_done", number()),
        ("made", about(number(), "People who are new.")),
        ("changed", number()),
        ("skipped", about(number(), "Rows of people who were there already.")),
        ("refused", about(number(), "Rows with a mistake.")),
        ("created_at", instant()),
        ("settled_at", or_null(instant())),
    ]);
    let refused = whole(vec![
        ("row", about(number(), "Where it stands in the file.")),
        ("column", about(number(), "Which column is wrong, from 0.")),
        ("column_name", about(said(), "What that column’s head says.")),
        ("code", about(said(), "What is wrong.")),
        ("cells", about(json!({"type": "array", "items": said()}), "What the row says.")),
    ]);
    let row_person = whole(vec![
        ("row", about(number(), "Where it stands in the file.")),
        ("person", about(or_null(id()), "Who that is, for a token that reads people.")),
    ]);
    vec![
        ("Import", import),
        ("ImportRefused", refused),
        ("ImportRowPerson", row_person),
        (FILE, about(json!({}), "A file as it is.")),
    ]
}

/// The parameters of lists.
pub fn list_query() -> Fields {
    vec![("limit", limit()), ("after", cursor())]
}

/// The parameters of a new one.
pub fn create_query() -> Fields {
    vec![("name", about(text(NAME_CHARS_MAX), "What the file is called."))]
}

fn shown(each: &PeopleImport) -> Value {
    json!({
        "id": each.id,
        "name": each.name,
        "state": each.state.as_str(),
        "rows": each.rows_all,
        "rows_done": each.rows_done,
        "made": each.made,
        "changed": each.changed,
        "skipped": each.skipped,
        "refused": each.refused,
        "created_at": each.created_at.to_rfc3339(),
        "settled_at": each.settled_at.map(|at| at.to_rfc3339()),
    })
}

/// A page of them, latest first.
pub async fn list(call: Call) -> Answer {
    let after: Option<ImportId> = call.after()?;
    let page = imports::list_imports_after(call.app(), call.ctx(), after, call.limit()).await?;
    let items = page.items.iter().map(shown).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

async fn one(call: &Call, id: &ImportId) -> Answer {
    Ok(Reply::one(shown(&imports::get_import(call.app(), call.ctx(), id).await?)))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    one(&call, &call.id("people_import")?).await
}

/// Keeps a file, to be looked at before anything comes of it.
pub async fn create(call: Call) -> Answer {
    let (name, bytes) = (call.asked("name").unwrap_or_default(), call.file.to_vec());
    let id = imports::keep_file(call.app(), call.ctx(), name, bytes).await?;
    let Reply { body, .. } = one(&call, &id).await?;
    Ok(Reply::made(body.unwrap_or_default(), None, format!("/api/v1/imports/{id}")))
}

/// Begins to take one in.
pub async fn start(call: Call) -> Answer {
    let id: ImportId = call.id("people_import")?;
    imports::start_import(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// Stops one. A waiting list stays as it is.
pub async fn cancel(call: Call) -> Answer {
    let id: ImportId = call.id("people_import")?;
    let import = imports::get_import(call.app(), call.ctx(), &id).await?;
    if import.state != State::Waiting {
        imports::cancel_import(call.app(), call.ctx(), &id).await?;
    }
    one(&call, &id).await
}

/// Throws a waiting one away.
pub async fn remove(call: Call) -> Answer {
    imports::discard_import(call.app(), call.ctx(), &call.id("people_import")?).await?;
    Ok(Reply::done())
}

/// Begins to take one back.
pub async fn undo(call: Call) -> Answer {
    let id: ImportId = call.id("people_import")?;
    imports::undo_import(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// A page of the rows with a mistake, in their order.
pub async fn refused(call: Call) -> Answer {
    let (id, after): (ImportId, Option<i64>) = (call.id("people_import")?, call.after()?);
    let (app, ctx, limit) = (call.app(), call.ctx(), call.limit());
    let plan = imports::plan_of(&imports::get_import(app, ctx, &id).await?)?;
    let after = after.unwrap_or(0);
    let mut rows = imports::list_results(app, ctx, &id, Outcome::Refused, after, limit + 1).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| has_more).map(|row| row.row_number.to_string());
    let items = rows.iter().map(|row| refused_row(&plan, row)).collect();
    Ok(Reply::page(&call, items, next))
}

fn refused_row(plan: &Plan, row: &RowResult) -> Value {
    let column = usize::try_from(row.place).ok().and_then(|place| plan.columns.get(place));
    let cells = row.cells_json.as_ref().and_then(|cells| cells.0.as_array());
    let text = |cell: &Value| cell.as_str().unwrap_or_default().to_owned();
    json!({
        "row": row.row_number,
        "column": row.place,
        "column_name": column.map_or("", |column| column.name.as_str()),
        "code": code(&row.problem),
        "cells": cells.into_iter().flatten().map(text).collect::<Vec<_>>(),
    })
}

/// Rows of people who were there already, of whom nothing was changed.
pub async fn skipped(call: Call) -> Answer {
    row_people(call, Whom::Skipped).await
}

/// Rows whose people stayed when it was undone.
pub async fn kept(call: Call) -> Answer {
    row_people(call, Whom::Kept).await
}

async fn row_people(call: Call, whom: Whom) -> Answer {
    let (id, after): (ImportId, Option<i64>) = (call.id("people_import")?, call.after()?);
    let limit = usize::try_from(call.limit()).unwrap_or(usize::MAX);
    let after = after.unwrap_or(0);
    let page = imports::list_row_people(call.app(), call.ctx(), &id, whom, after, limit).await?;
    let reads_people = call.opened.scopes.has(ApiScope::PeopleRead);
    let row = |row: RowPerson| {
        let person = row.person.filter(|_| reads_people).map(|(id, _)| id);
        json!({"row": row.number, "person": person})
    };
    let next = page.next.map(|next| next.to_string());
    Ok(Reply::page(&call, page.items.into_iter().map(row).collect(), next))
}
