//! Own fields of people: which there are, and what somebody has of them.

use std::collections::HashMap;

use app::own_fields::{
    self, FieldInput, FieldOption, OptionInput, OwnField, OwnInput, OwnKind, OwnValue,
};
use app::people::{OwnAsk, OwnFilter};
use domain::{OwnFieldId, PersonId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::{Call, parameter_error, wrong_parameter};
use super::describe::{
    about, change, each, flag, id, list as list_of, object, or_null, required_text, said, text,
    whole, word,
};
use super::problem::Problem;
use super::schema::{Named, named};

/// The most options of a choice.
const OPTIONS_MAX: usize = 50;
const KINDS: &[&str] = &["text", "paragraph", "number", "day", "yes-no", "choice", "link"];

/// The schemas of own fields.
pub fn schemas() -> Vec<Named> {
    let option = whole(vec![
        ("id", about(said(), "What people have as their value.")),
        ("name", said()),
        ("is_retired", about(flag(), "Whether nobody can choose it any more.")),
    ]);
    let field = whole(vec![
        ("id", id()),
        ("name", said()),
        ("kind", word(KINDS)),
        ("help", said()),
        ("options", json!({"type": "array", "items": named("PersonFieldOption")})),
    ]);
    let options = about(
        list_of(named("PersonFieldOptionSaid"), OPTIONS_MAX),
        "Of a choice, in their order. One that isn't named stays behind them.",
    );
    let written = || {
        vec![
            ("name", required_text(own_fields::OWN_NAME_CHARS_MAX)),
            ("help", or_null(text(own_fields::HELP_CHARS_MAX))),
            ("options", options.clone()),
        ]
    };
    let mut new = written();
    new.push(("kind", about(word(KINDS), "It stays what it was at first.")));
    let said = object(
        vec![
            ("id", about(text(10), "Of one that is there; a new one has none.")),
            ("name", required_text(own_fields::OWN_NAME_CHARS_MAX)),
            ("is_retired", flag()),
        ],
        &["name"],
    );
    vec![
        ("PersonFieldOption", option),
        ("PersonField", field),
        ("PersonFieldOptionSaid", said),
        ("PersonFieldNew", object(new, &["name", "kind"])),
        ("PersonFieldChange", change(written())),
    ]
}

/// The schema of what somebody has.
pub fn values() -> Value {
    let schema = json!({
        "type": "object",
        "additionalProperties": {"type": ["string", "boolean", "null"]},
    });
    about(
        schema,
        "The business's own fields by their ids: a number as text, a day as ISO 8601, yes or no as \
         a boolean, a choice as its option's id; null is nothing.",
    )
}

/// The most own fields that a list is narrowed by at once.
const ASKED_MAX: usize = 10;

/// The schema of what a list is asked for.
pub fn asked() -> Value {
    about(
        each(text(300), ASKED_MAX),
        "Those who have this of one of the business's own fields: its id, a colon and the value, \
         spelled as in answers (`yes` or `no` for a boolean); of a number or day also from and to \
         with two dots between them, either of which may be left out; nothing behind the colon for \
         those who have nothing of it. Said several times, those for whom all of it holds.",
    )
}

/// Who is asked for by own fields.
pub async fn filter(call: &Call) -> Result<Vec<OwnFilter>, Problem> {
    let said = call.asked_each("field");
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let fields = own_fields::list_fields(call.app(), call.ctx()).await?;
    said.iter().map(|said| one_asked(&fields, said)).collect()
}

fn one_asked(fields: &[OwnField], said: &str) -> Result<OwnFilter, Problem> {
    let wrong = || wrong_parameter("field");
    let (id, value) = said.split_once(':').ok_or_else(wrong)?;
    let field = fields.iter().find(|field| field.id.as_str() == id).ok_or_else(wrong)?;
    let has_ends = matches!(field.kind, OwnKind::Number | OwnKind::Day);
    let ends = value.split_once("..").filter(|_| has_ends);
    let ask = match ends {
        _ if value.trim().is_empty() => OwnAsk::Nothing,
        Some((from, until)) => {
            let read = own_fields::range(field, ("field", from), ("field", until));
            let (from, until) = read.map_err(parameter_error)?;
            OwnAsk::Within(from, until)
        }
        None => {
            let key = own_fields::key_of(field, value).ok_or_else(wrong)?;
            OwnAsk::Within(Some(key.clone()), Some(key))
        }
    };
    Ok(OwnFilter { field: field.id.clone(), ask })
}

fn shown(field: &OwnField) -> Value {
    let option = |it: FieldOption| json!({"id": it.id, "name": it.name, "is_retired": it.retired});
    json!({
        "id": field.id,
        "name": field.name,
        "kind": field.kind,
        "help": field.help,
        "options": field.options().into_iter().map(option).collect::<Vec<_>>(),
    })
}

/// The fields in their order.
pub async fn list(call: Call) -> Answer {
    let all = own_fields::list_fields(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

async fn found(call: &Call, id: &OwnFieldId) -> Result<OwnField, Problem> {
    let all = own_fields::list_fields(call.app(), call.ctx()).await?;
    all.into_iter().find(|field| field.id == *id).ok_or_else(Problem::not_found)
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(shown(&found(&call, &call.id("own_field")?).await?)))
}

/// What the body says of options.
fn options(call: &Call) -> Vec<OptionInput> {
    let all = call.body.get("options").and_then(Value::as_array).into_iter().flatten();
    let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    all.map(|each| OptionInput {
        id: text(each, "id"),
        name: text(each, "name"),
        retired: each["is_retired"].as_bool().unwrap_or(false),
    })
    .collect()
}

/// Adds one.
pub async fn create(call: Call) -> Answer {
    let input = FieldInput {
        name: call.text("name"),
        kind: call.text("kind"),
        help: call.text("help"),
        options: options(&call),
    };
    let field = own_fields::create_field(call.app(), call.ctx(), input, &call.once).await?;
    Ok(Reply::made(shown(&field), None, format!("/api/v1/person-fields/{}", field.id)))
}

/// Changes one's name, help and options.
pub async fn update(call: Call) -> Answer {
    let id: OwnFieldId = call.id("own_field")?;
    let before = found(&call, &id).await?;
    let input = FieldInput {
        name: call.text_or("name", &before.name),
        kind: before.kind.to_string(),
        help: call.text_or("help", &before.help),
        options: options(&call),
    };
    own_fields::update_field(call.app(), call.ctx(), &id, input).await?;
    show(call).await
}

/// Removes one; what people have of it is kept.
pub async fn remove(call: Call) -> Answer {
    let id: OwnFieldId = call.id("own_field")?;
    // What isn't there can't be removed again.
    found(&call, &id).await?;
    own_fields::remove_field(call.app(), call.ctx(), &id).await?;
    Ok(Reply::done())
}

/// Brings a removed one back with all that people had of it.
pub async fn restore(call: Call) -> Answer {
    own_fields::restore_field(call.app(), call.ctx(), &call.id("own_field")?).await?;
    show(call).await
}

/// What each of these people has, as answers say it.
pub async fn of_people(
    call: &Call,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Value>, Problem> {
    let fields = own_fields::list_fields(call.app(), call.ctx()).await?;
    let values = own_fields::list_values_of(call.app(), call.ctx(), people.to_vec()).await?;
    let mut theirs: HashMap<PersonId, Vec<OwnValue>> = HashMap::new();
    for value in values {
        theirs.entry(value.person_id.clone()).or_default().push(value);
    }
    let of = |id: &PersonId| {
        let own = theirs.get(id).map(Vec::as_slice).unwrap_or_default();
        (id.clone(), own_fields::document(&fields, own))
    };
    Ok(people.iter().map(of).collect())
}

/// What the body says of own fields.
pub async fn written(call: &Call) -> Result<Vec<OwnInput>, Problem> {
    let Some(said) = call.body.get("fields").and_then(Value::as_object) else {
        return Ok(Vec::new());
    };
    let fields = own_fields::list_fields(call.app(), call.ctx()).await?;
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for (id, value) in said {
        let at = format!("/fields/{}", id.replace('~', "~0").replace('/', "~1"));
        let field = fields.iter().find(|field| field.id.as_str() == id);
        let Some(field) = field else {
            wrong.push((at, "error-own-field-unknown".to_owned()));
            continue;
        };
        let value = match value {
            Value::Null => String::new(),
            Value::Bool(yes) if field.kind == OwnKind::YesNo => {
                if *yes {
                    "yes".to_owned()
                } else {
                    "no".to_owned()
                }
            }
            Value::String(text) if field.kind != OwnKind::YesNo => text.clone(),
            _ => {
                wrong.push((at, "error-invalid".to_owned()));
                continue;
            }
        };
        all.push(OwnInput { field: id.clone(), value });
    }
    if wrong.is_empty() {
        return Ok(all);
    }
    let status = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
    Err(Problem::new(status, "error-api-invalid").at(wrong))
}
