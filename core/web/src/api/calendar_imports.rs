//! Calendar files (`.ics`) that a program brings: kept, looked at event by event, taken in, and taken back.

use std::collections::BTreeSet;

use app::calendar_imports::{self as imports, Choice, Look, Row, State};
use domain::{ApiScope, CalendarId, CalendarImportId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, flag, id, instant, list as list_of, object, or_null, said, text, whole, word,
};
use super::problem::Problem;
use super::schema::Named;
use super::undos::require;

/// The longest name of a file that is kept, in characters.
const NAME_CHARS_MAX: usize = 100;
/// The longest title of what has none, in characters.
const TITLE_CHARS_MAX: usize = 200;
const STANDINGS: &[&str] = &["new", "changed", "gone", "same", "elsewhere", "nothing", "refused"];

/// The schemas of calendar files.
pub fn schemas() -> Vec<Named> {
    let number = |sentence| about(json!({"type": "integer", "minimum": 0}), sentence);
    let import = whole(vec![
        ("id", id()),
        ("name", about(said(), "What the file was called.")),
        ("state", word(&["waiting", "done", "undone"])),
        ("made", number("Appointments that are new.")),
        ("changed", number("Appointments that were changed.")),
        ("cancelled", number("Appointments that were cancelled.")),
        ("created_at", instant()),
        ("settled_at", or_null(instant())),
    ]);
    let usual = "Whether it is taken in where nobody says which are.";
    let event = whole(vec![
        ("place", number("Its place in the file, from 0.")),
        ("title", said()),
        ("location", said()),
        ("starts_at", instant()),
        ("ends_at", instant()),
        ("all_day", flag()),
        ("rule", about(or_null(said()), "How it comes again (RFC 5545).")),
        ("standing", about(word(STANDINGS), "How it stands to what is here.")),
        ("usual", about(flag(), usual)),
        ("person", about(or_null(id()), "Whom it is with, for a token that reads people.")),
        ("notes", about(json!({"type": "array", "items": said()}), "What isn’t followed of it.")),
    ]);
    let place = json!({"type": "integer", "minimum": 0, "maximum": imports::EVENTS_MAX});
    let events =
        about(list_of(place, imports::EVENTS_MAX), "Their places; usually those that are `usual`.");
    let calendar =
        about(or_null(id()), "The connected calendar that new ones go to; usually none.");
    let untitled = about(text(TITLE_CHARS_MAX), "What those without a title are called.");
    let start = vec![("events", events), ("calendar", calendar), ("untitled", untitled)];
    vec![
        ("CalendarImport", import),
        ("CalendarImportEvent", event),
        ("CalendarImportStart", object(start, &[])),
    ]
}

/// The parameters of a new one.
pub fn create_query() -> Fields {
    vec![("name", about(text(NAME_CHARS_MAX), "What the file is called."))]
}

fn shown(look: &Look) -> Value {
    let it = &look.import;
    json!({
        "id": it.id,
        "name": it.name,
        "state": it.state.as_str(),
        "made": look.counts.made,
        "changed": look.counts.changed,
        "cancelled": look.counts.cancelled,
        "created_at": it.created_at.to_rfc3339(),
        "settled_at": it.settled_at.map(|at| at.to_rfc3339()),
    })
}

async fn look(call: &Call) -> Result<Look, Problem> {
    require(call, ApiScope::AppointmentsWrite)?;
    let which: CalendarImportId = call.id("import")?;
    Ok(imports::look_at_import(call.app(), call.ctx(), &which).await?)
}

/// The last that were taken in, latest first.
pub async fn list(call: Call) -> Answer {
    require(&call, ApiScope::AppointmentsWrite)?;
    let mut items = Vec::new();
    for import in imports::list_imports(call.app(), call.ctx()).await? {
        items.push(shown(&imports::look_at_import(call.app(), call.ctx(), &import.id).await?));
    }
    Ok(Reply::items(items))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(shown(&look(&call).await?)))
}

/// Keeps a file, to be looked at before anything comes of it.
pub async fn create(call: Call) -> Answer {
    let (name, bytes) = (call.asked("name").unwrap_or_default(), call.file.to_vec());
    let id = imports::keep_file(call.app(), call.ctx(), name, bytes).await?;
    let look = imports::look_at_import(call.app(), call.ctx(), &id).await?;
    Ok(Reply::made(shown(&look), None, format!("/api/v1/calendar-imports/{id}")))
}

/// The events of a file that waits, as they stand to what is here.
pub async fn events(call: Call) -> Answer {
    let look = look(&call).await?;
    let names = call.opened.scopes.has(ApiScope::PeopleRead);
    let rows = look.rows.iter().enumerate();
    Ok(Reply::items(rows.map(|(place, row)| event(place, row, names)).collect()))
}

fn event(place: usize, row: &Row, names: bool) -> Value {
    let content = &row.told.content;
    let person = row.person.as_ref().map(|(id, _)| id).filter(|_| names);
    json!({
        "place": place,
        "title": content.title,
        "location": content.location,
        "starts_at": content.starts_at.to_rfc3339(),
        "ends_at": content.ends_at.to_rfc3339(),
        "all_day": row.told.all_day,
        "rule": row.told.repeats.as_ref().map(|repeats| repeats.rule.to_string()),
        "standing": row.standing.as_str(),
        "usual": row.standing.is_usual(),
        "person": person,
        "notes": row.notes().map(imports::Note::as_str).collect::<Vec<_>>(),
    })
}

/// Takes in what was chosen. Once it is done, doing it again changes nothing.
pub async fn start(call: Call) -> Answer {
    let look = look(&call).await?;
    let events: BTreeSet<usize> = match call.body.get("events").and_then(Value::as_array) {
        Some(places) => places.iter().filter_map(place_of).collect(),
        None => {
            let rows = look.rows.iter().enumerate();
            rows.filter(|(_, row)| row.standing.is_usual()).map(|(place, _)| place).collect()
        }
    };
    let untitled = match call.text("untitled").trim() {
        "" => call.web.theme.texts.plain(call.ctx().locale, "import-untitled"),
        said => said.to_owned(),
    };
    let calendar = call.read_or::<CalendarId>("calendar", None)?;
    let choice = Choice { events, calendar, untitled };
    if look.import.state != State::Done {
        imports::bring_import(call.app(), call.ctx(), &look.import.id, choice).await?;
    }
    show(call).await
}

fn place_of(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|place| usize::try_from(place).ok())
}

/// Takes a whole one back; what was changed since stays.
pub async fn undo(call: Call) -> Answer {
    require(&call, ApiScope::AppointmentsWrite)?;
    let which: CalendarImportId = call.id("import")?;
    imports::undo_import(call.app(), call.ctx(), &which).await?;
    show(call).await
}
