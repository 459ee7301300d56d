//! How a list of people is read before it is taken in: what its columns are, what becomes of who is there
//! already, and what would come of it.

use app::imports::{
    self, Column, DateOrder, Decimals, Doubles, Format, Look, MEANINGS_MAX, MEANT_CHARS_MAX,
    Meaning, Plan, PlanInput, SEPARATORS, Shown, Target, Unknown,
};
use domain::{ApiScope, ImportId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, change, flag, id, list, or_null, required_text, said, text, whole, word,
};
use super::problem::{Problem, code};
use super::schema::{Named, named};

/// The most columns that a file has.
const COLUMNS_MAX: usize = 200;
/// The longest word of a column or an encoding, in characters.
const WORD_CHARS_MAX: usize = 60;

/// The schemas of how lists are read.
pub fn schemas() -> Vec<Named> {
    let number = || json!({"type": "integer"});
    let texts = || json!({"type": "array", "items": said()});
    let column = whole(vec![
        ("name", about(said(), "What its head says.")),
        ("to", about(said(), &targets())),
    ]);
    let plan = whole(vec![
        ("format", word(&["text", "workbook", "cards"])),
        ("encoding", about(said(), "Of a text, and of cards.")),
        ("separator", about(said(), "What stands between the cells of a text.")),
        ("sheet", about(number(), "Of a workbook: which of its sheets, from 0.")),
        ("sheets", texts()),
        ("head", about(flag(), "Whether the first row says what the columns are.")),
        ("columns", json!({"type": "array", "items": named("ImportColumn")})),
        ("dates", word(&dates())),
        ("decimals", about(word(&decimals()), DECIMALS)),
        ("doubles", word(&doubles())),
        ("tag", said()),
        ("source", said()),
        ("meanings", about(meanings(), MEANINGS)),
    ]);
    let meant = "What it means: `leave` it out, a `tag`, a `note`, or the id of a stage, member, tag \
        or option.";
    let places = json!({"type": "integer", "minimum": 0, "maximum": COLUMNS_MAX});
    let meaning = whole(vec![
        ("column", about(places, "The column’s place, from 0.")),
        ("word", about(required_text(MEANT_CHARS_MAX), "The word, in whichever spelling.")),
        ("to", about(required_text(WORD_CHARS_MAX), meant)),
    ]);
    let unknown = whole(vec![
        ("column", number()),
        ("word", said()),
        ("rows", about(number(), "In how many of the rows that were read.")),
        ("to", about(or_null(said()), "What was said that it means.")),
    ]);
    let known = "By what they are known to be there already.";
    let row = whole(vec![
        ("row", about(number(), "Where it stands in the file.")),
        ("name", said()),
        ("company", said()),
        ("contacts", texts()),
        ("tags", texts()),
        ("known_by", about(or_null(word(&["phone", "email", "name"])), known)),
        ("person", about(or_null(id()), "Who that is, for a token that reads people.")),
    ]);
    let wrong =
        whole(vec![("row", number()), ("column", number()), ("cell", said()), ("code", said())]);
    let samples = json!({"type": "array", "items": texts()});
    let look = whole(vec![
        ("rows", number()),
        ("checked", about(number(), "How many rows were read for this.")),
        ("wrong", about(number(), "How many of those have a mistake.")),
        ("samples", about(samples, "Of each column a few cells.")),
        ("unknown", about(json!({"type": "array", "items": named("ImportUnknown")}), UNKNOWN)),
        ("shown", json!({"type": "array", "items": named("ImportRow")})),
        ("mistakes", json!({"type": "array", "items": named("ImportMistake")})),
    ]);
    vec![
        ("ImportColumn", column),
        ("ImportMeaning", meaning),
        ("ImportUnknown", unknown),
        ("ImportPlan", plan),
        ("ImportPlanChange", change(written())),
        ("ImportRow", row),
        ("ImportMistake", wrong),
        ("ImportLook", look),
    ]
}

/// What of words stands in a plan.
const MEANINGS: &str = "What words mean of columns of stages, members, tags and choices, where the business \
    doesn’t know them. A change says all of it anew.";
const UNKNOWN: &str = "Words of such columns that the business doesn’t know, and those of which something is said, \
    of each column the most frequent. Where there are very many, those of which nothing is said come first.";

fn meanings() -> Value {
    list(named("ImportMeaning"), MEANINGS_MAX)
}

fn dates() -> Vec<&'static str> {
    DateOrder::ALL.iter().map(|it| it.as_str()).collect()
}

/// What of numbers stands in a plan.
const DECIMALS: &str =
    "What stands before the parts of numbers: 1,500.50 has a `point`, 1.500,50 a `comma`.";

fn decimals() -> Vec<&'static str> {
    Decimals::ALL.iter().map(|it| it.as_str()).collect()
}

fn doubles() -> Vec<&'static str> {
    Doubles::ALL.iter().map(|it| it.as_str()).collect()
}

fn targets() -> String {
    let all = imports::list_targets().iter().filter(|it| **it != Target::Nothing);
    let named: Vec<String> = all.map(|it| format!("`{}`", it.as_str())).collect();
    format!("What it is: {}, `own-` and an own field’s id, or empty for nothing.", named.join(", "))
}

/// What may be said of how one is read.
fn written() -> Fields {
    let separators: Vec<String> = SEPARATORS.iter().map(char::to_string).collect();
    let columns = json!({"type": "array", "maxItems": COLUMNS_MAX, "items": text(WORD_CHARS_MAX)});
    let anew = "Another one lets the columns be guessed anew, whatever else is said of them.";
    vec![
        ("encoding", about(text(WORD_CHARS_MAX), anew)),
        ("separator", about(json!({"type": "string", "enum": separators}), anew)),
        ("sheet", about(json!({"type": "integer", "minimum": 0, "maximum": 1000}), anew)),
        ("head", flag()),
        ("columns", about(columns, &targets())),
        ("dates", word(&dates())),
        ("decimals", about(word(&decimals()), DECIMALS)),
        ("doubles", word(&doubles())),
        ("tag", about(or_null(text(app::tags::TAG_CHARS_MAX)), "For everybody of the list.")),
        ("source", or_null(text(app::people::SOURCE_CHARS_MAX))),
        ("meanings", about(meanings(), MEANINGS)),
    ]
}

fn shown(plan: &Plan) -> Value {
    let column = |column: &Column| json!({"name": column.name, "to": column.word()});
    let reading = &plan.reading;
    let format = match reading.format {
        Format::Text => "text",
        Format::Workbook => "workbook",
        Format::Cards => "cards",
    };
    json!({
        "format": format,
        "encoding": reading.encoding,
        "separator": reading.separator,
        "sheet": reading.sheet,
        "sheets": reading.sheets,
        "head": plan.head,
        "columns": plan.columns.iter().map(column).collect::<Vec<_>>(),
        "dates": plan.dates.as_str(),
        "decimals": plan.decimals.as_str(),
        "doubles": plan.doubles.as_str(),
        "tag": plan.tag,
        "source": plan.source,
        "meanings": meant(plan)
            .iter()
            .map(|it| json!({"column": it.column, "word": it.word, "to": it.to}))
            .collect::<Vec<_>>(),
    })
}

/// What a plan says of words.
fn meant(plan: &Plan) -> Vec<Meaning> {
    let of = |(place, column): (usize, &Column)| -> Vec<Meaning> {
        let one = |(word, to): (&String, &String)| Meaning {
            column: place,
            word: word.clone(),
            to: to.clone(),
        };
        column.values.iter().map(one).collect()
    };
    plan.columns.iter().enumerate().flat_map(of).collect()
}

/// What the body says of words: all of it, and nothing of the others any more.
fn said_of_words(call: &Call, before: &Plan) -> Vec<Meaning> {
    let Some(said) = call.body.get("meanings").and_then(Value::as_array) else {
        return Vec::new();
    };
    let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    let one = |each: &Value| Meaning {
        column: each["column"].as_u64().and_then(|at| at.try_into().ok()).unwrap_or(usize::MAX),
        word: text(each, "word"),
        to: text(each, "to"),
    };
    let gone = meant(before).into_iter().map(|it| Meaning { to: String::new(), ..it });
    gone.chain(said.iter().map(one)).collect()
}

async fn plan_of(call: &Call, id: &ImportId) -> Result<Plan, Problem> {
    Ok(imports::plan_of(&imports::get_import(call.app(), call.ctx(), id).await?)?)
}

/// How one is read.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(shown(&plan_of(&call, &call.id("people_import")?).await?)))
}

/// Says how one is read.
pub async fn update(call: Call) -> Answer {
    let id: ImportId = call.id("people_import")?;
    let before = plan_of(&call, &id).await?;
    let sheet = call.body.get("sheet").and_then(Value::as_u64);
    let input = PlanInput {
        encoding: call.text("encoding"),
        separator: call.text("separator"),
        sheet: sheet.map(|at| at.to_string()).unwrap_or_default(),
        head: call.flag_or("head", before.head),
        columns: match call.has("columns") {
            true => call.texts("columns"),
            false => before.columns.iter().map(Column::word).collect(),
        },
        dates: call.text_or("dates", before.dates.as_str()),
        decimals: call.text("decimals"),
        doubles: call.text_or("doubles", before.doubles.as_str()),
        tag: call.text_or("tag", &before.tag),
        source: call.text_or("source", &before.source),
        meanings: said_of_words(&call, &before),
    };
    imports::plan_import(call.app(), call.ctx(), &id, input).await?;
    Ok(Reply::one(shown(&plan_of(&call, &id).await?)))
}

/// What would come of one that waits.
pub async fn look(call: Call) -> Answer {
    let id: ImportId = call.id("people_import")?;
    let look = imports::look_at_import(call.app(), call.ctx(), &id).await?;
    let reads_people = call.opened.scopes.has(ApiScope::PeopleRead);
    let Look { import, samples, unknown, shown, mistakes, checked, wrong, .. } = look;
    let unknown =
        unknown.iter().enumerate().flat_map(|(at, all)| all.shown.iter().map(move |it| (at, it)));
    Ok(Reply::told(json!({
        "rows": import.rows_all,
        "checked": checked,
        "wrong": wrong,
        "samples": samples,
        "unknown": unknown.map(unknown_word).collect::<Vec<_>>(),
        "shown": shown.iter().filter_map(|row| row_of(row, reads_people)).collect::<Vec<_>>(),
        "mistakes": mistakes.iter().filter_map(mistake).collect::<Vec<_>>(),
    })))
}

fn row_of(row: &Shown, reads_people: bool) -> Option<Value> {
    let said = row.said.as_ref().ok()?;
    let contacts: Vec<&String> = said.contacts.iter().map(|(_, value, _)| value).collect();
    let double = row.double.as_ref();
    Some(json!({
        "row": row.number,
        "name": said.name,
        "company": said.company,
        "contacts": contacts,
        "tags": said.tags,
        "known_by": double.map(|(_, _, by)| by.as_str()),
        "person": double.filter(|_| reads_people).map(|(id, ..)| id),
    }))
}

fn unknown_word((column, it): (usize, &Unknown)) -> Value {
    let to = Some(&it.to).filter(|to| !to.is_empty());
    json!({"column": column, "word": it.word, "rows": it.rows, "to": to})
}

fn mistake(row: &Shown) -> Option<Value> {
    let wrong = row.said.as_ref().err()?;
    Some(json!({
        "row": row.number,
        "column": wrong.place,
        "cell": row.cell,
        "code": code(&wrong.key),
    }))
}
