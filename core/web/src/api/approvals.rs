//! What plugins propose to do. It is seen here, and may be asked for otherwise; only people decide it, and
//! in the workspace.

use std::collections::BTreeMap;

use app::approvals::{self, ApprovalCard, ApprovalPage, Changeable, Difference, Typed};
use app::currencies;
use app::plugin_views::document::{Field, Value as Told};
use app::plugins::Words;
use domain::ApprovalId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, cursor, flag, id, instant, limit, object, or_null, said, whole, word,
};
use super::schema::Named;

const STATES: &[&str] = &[
    "waiting",
    "approved",
    "rejected",
    "expired",
    "used",
    "sent",
    "unknown",
    "withdrawn",
    "changing",
    "replaced",
];
const PARTS: &[&str] =
    &["field", "title", "summary", "amount", "to", "account", "query", "header", "content"];
const CAME_BACK: &[&str] = &["silent", "failed", "declined"];

/// The schemas of approvals.
pub fn schemas() -> Vec<Named> {
    let row = vec![
        ("id", id()),
        ("plugin", about(said(), "Who proposes it.")),
        ("effect", about(said(), "`spend`, `publish`, `reply` or `refund`.")),
        ("title", said()),
        ("host", about(said(), "Whom it would be sent to.")),
        ("state", word(STATES)),
        ("proposed_at", instant()),
        ("expires_at", instant()),
    ];
    let mut full = row.clone();
    full.extend([
        ("summary", or_null(said())),
        ("account", about(or_null(said()), "The account that would act.")),
        ("decided_at", or_null(instant())),
        ("decided_by", or_null(said())),
        ("reason", about(or_null(said()), "Why it was rejected.")),
        ("used_at", about(or_null(instant()), "When it was sent.")),
        (
            "answer_status",
            about(
                or_null(json!({"type": "integer"})),
                "The HTTP status that it was answered with.",
            ),
        ),
        ("change", about(or_null(changeable()), "What of it may be changed now, if anything.")),
        ("asked", about(or_null(asked_schema()), "What was last asked to be changed.")),
        (
            "replaces",
            about(or_null(replaced()), "The last proposal before it that people had to do with."),
        ),
        ("replaced_by", about(or_null(id()), "The proposal that took its place.")),
    ]);
    let values = "The fields that change, by their names; several texts where several are chosen.";
    let change = object(vec![("fields", about(typed(), values))], &["fields"]);
    vec![("ApprovalRow", whole(row)), ("Approval", whole(full)), ("ApprovalChange", change)]
}

fn typed() -> Value {
    let of = json!({
        "type": ["string", "array"],
        "maxLength": 8000,
        "maxItems": 200,
        "items": {"type": "string", "maxLength": 1000},
    });
    json!({"type": "object", "minProperties": 1, "additionalProperties": of})
}

fn changeable() -> Value {
    let value = json!({"type": ["string", "array"], "items": {"type": "string"}});
    let option = whole(vec![("value", said()), ("label", said())]);
    let field = whole(vec![
        ("name", said()),
        ("label", said()),
        ("kind", about(said(), "As in the forms of plugins’ views.")),
        ("required", flag()),
        ("value", about(value, "What is in it now.")),
        ("options", json!({"type": "array", "items": option})),
    ]);
    whole(vec![
        ("fields", json!({"type": "array", "items": field})),
        ("elsewhere", about(flag(), "Whether people change it on the plugin’s own pages.")),
    ])
}

fn asked_schema() -> Value {
    whole(vec![
        ("at", instant()),
        ("by", said()),
        ("came_back", about(or_null(word(CAME_BACK)), "Why nothing came of it, once that is so.")),
        ("word", about(or_null(said()), "The plugin’s word on that.")),
    ])
}

fn replaced() -> Value {
    let differs = whole(vec![
        ("part", word(PARTS)),
        ("name", about(said(), "Which one, where there are several.")),
        ("before", or_null(said())),
        ("after", or_null(said())),
        ("asked", about(or_null(said()), "What was asked for, where that is another thing.")),
    ]);
    whole(vec![
        ("id", id()),
        ("title", said()),
        ("differences", json!({"type": "array", "items": differs})),
        ("more_differs", about(flag(), "Whether more differs than `differences` tells.")),
    ])
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    vec![
        ("waiting", about(word(&["true"]), "Those that wait, oldest first, and no others.")),
        ("limit", limit()),
        ("after", cursor()),
    ]
}

fn shown(each: &ApprovalCard) -> Value {
    json!({
        "id": each.id,
        "plugin": each.plugin,
        "effect": each.effect,
        "title": each.title,
        "host": each.host,
        "state": each.state.as_str(),
        "proposed_at": each.proposed_at.to_rfc3339(),
        "expires_at": each.expires_at.to_rfc3339(),
    })
}

/// Those that are over, newest first, after those that wait.
pub async fn list(call: Call) -> Answer {
    let before: Option<String> = call.after()?;
    let page =
        approvals::list_approvals(call.app(), call.ctx(), before.as_deref(), call.limit()).await?;
    let is_waiting = call.asked("waiting").is_some();
    let mut items: Vec<Value> = Vec::new();
    if before.is_none() {
        items.extend(page.waiting.iter().map(shown));
    }
    if is_waiting {
        return Ok(Reply::page(&call, items, None));
    }
    items.extend(page.settled.iter().map(shown));
    Ok(Reply::page(&call, items, page.next))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let id: ApprovalId = call.id("approval")?;
    let page = approvals::get_approval(call.app(), call.ctx(), &id).await?;
    let mut body = shown(&page.card);
    body["summary"] = json!(page.summary);
    body["account"] = json!(page.account);
    body["decided_at"] = json!(page.decided_at.map(|at| at.to_rfc3339()));
    body["decided_by"] = json!(page.decided_by);
    body["reason"] = json!(page.reason);
    body["used_at"] = json!(page.used_at.map(|at| at.to_rfc3339()));
    body["answer_status"] = json!(page.answer_status);
    lineage(&mut body, &page);
    Ok(Reply::one(body))
}

/// How it came about and how it can go on.
fn lineage(body: &mut Value, page: &ApprovalPage) {
    body["change"] = json!(page.change.as_ref().map(|change| match change {
        Changeable::Here(fields) => {
            json!({"fields": fields.iter().map(field).collect::<Vec<_>>(), "elsewhere": false})
        }
        Changeable::There => json!({"fields": [], "elsewhere": true}),
    }));
    body["asked"] = json!(page.asked.as_ref().map(|asked| json!({
        "at": asked.at.to_rfc3339(), "by": asked.by, "came_back": asked.came_back,
        "word": asked.word,
    })));
    body["replaces"] = json!(page.replaces.as_ref().map(|before| json!({
        "id": before.id, "title": before.title,
        "differences": before.differences.iter().map(difference).collect::<Vec<_>>(),
        "more_differs": before.is_cut,
    })));
    body["replaced_by"] = json!(page.replaced_by);
}

fn field(field: &Field) -> Value {
    let option = |(value, label): (&str, &Words)| json!({"value": value, "label": words(label)});
    let options = field.options.iter().map(|each| (each.value.as_str(), &each.label));
    json!({
        "name": field.name, "label": words(&field.label), "kind": field.kind,
        "required": field.required, "value": field.present(),
        "options": options.map(option).collect::<Vec<_>>(),
    })
}

fn words(words: &Words) -> &str {
    match words {
        Words::Text(text) => text,
        Words::Key { key, .. } => key,
    }
}

fn difference(each: &Difference) -> Value {
    json!({
        "part": each.part.as_str(), "name": each.name, "before": told(&each.before),
        "after": told(&each.after), "asked": each.asked.as_ref().and_then(told),
    })
}

fn told(value: &Told) -> Option<String> {
    match value {
        Told::Text(text) => Some(words(text).to_owned()),
        Told::Flag(true) => Some("on".to_owned()),
        Told::Flag(false) => Some(String::new()),
        Told::Date(day) => Some(day.clone()),
        Told::Money(amount) => Some(currencies::in_words(amount.minor, &amount.currency)),
        // Differences have no others.
        _ => None,
    }
}

/// Has the plugin propose one otherwise.
pub async fn change(call: Call) -> Answer {
    let id: ApprovalId = call.id("approval")?;
    let texts = |value: &Value| match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => {
            all.iter().filter_map(|each| each.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    let fields = call.body.get("fields").and_then(Value::as_object).into_iter().flatten();
    let values: BTreeMap<String, Vec<String>> =
        fields.map(|(name, value)| (name.clone(), texts(value))).collect();
    let typed = Typed { values, is_whole: false };
    approvals::ask_change(call.app(), call.ctx(), &id, typed).await?;
    show(call).await
}
