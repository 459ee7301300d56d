//! What the page of reports counts.

use app::reports;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, day, id, instant, or_null, said, text, whole};
use super::schema::Named;
use super::{patterns, people};

fn number() -> Value {
    json!({"type": "integer"})
}

fn many(item: Value) -> Value {
    json!({"type": "array", "items": item})
}

/// The schemas of reports.
pub fn schemas() -> Vec<Named> {
    let money = || {
        whole(vec![
            ("currency", about(said(), "Empty where nobody said a value.")),
            ("people", number()),
            ("value", json!({"type": "string", "pattern": patterns::AMOUNT})),
        ])
    };
    let added = || vec![("people", number()), ("customers", number())];
    let ends = "The first moment after it, such as `added_until` of the list of people takes.";
    let mut month = vec![
        ("first_day", day()),
        ("from", about(instant(), "When it begins in the business’s time zone.")),
        ("until", about(instant(), ends)),
    ];
    month.extend(added());
    month.push(("won", about(many(money()), "Who became a customer in it.")));
    let mut source = vec![("source", about(said(), "Empty where it isn't known."))];
    source.extend(added());
    let mut stage = money();
    stage["properties"]["stage"] = id();
    stage["required"] = json!(["currency", "people", "value", "stage"]);
    let steps = whole(vec![
        ("within_an_hour", number()),
        ("within_a_day", number()),
        ("within_three_days", number()),
        ("later", number()),
        ("waiting", about(number(), "Nobody turned to them yet.")),
        ("median_secs", or_null(number())),
    ]);
    let report = whole(vec![
        ("months", about(many(whole(month)), "Oldest first.")),
        (
            "sources",
            about(many(whole(source)), "Where the people of these months came from first."),
        ),
        ("stages", about(many(stage), "What each stage holds now.")),
        ("first_steps", about(steps, "How soon a member turned to who came.")),
        ("currency", about(said(), "The business's own.")),
    ]);
    vec![("Report", report)]
}

/// The parameters of the report.
pub fn query() -> Fields {
    let months = json!({"type": "integer", "enum": reports::MONTHS, "default": reports::MONTHS[0]});
    vec![
        ("months", about(months, "How many, the present one included.")),
        ("pipeline", about(id(), "Of those in a stage of this pipeline.")),
        ("owner", about(text(40), "Of whom this member looks after: an id, `me` or `nobody`.")),
    ]
}

/// The report of the last months.
pub async fn show(call: Call) -> Answer {
    let months = call.asked_as("months")?.unwrap_or(reports::MONTHS[0]);
    let (pipeline, owner) = (call.asked_as("pipeline")?, people::owned(&call)?);
    let it = reports::get_report_of(call.app(), call.ctx(), months, pipeline, owner).await?;
    let sum = |currency: &str, people: i64, value: i64| {
        json!({"currency": currency, "people": people,
            "value": app::money::typed(value, currency)})
    };
    let month = |month: &reports::Month| {
        let won = month.won.iter().map(|won| sum(&won.currency, won.people, won.value));
        json!({"first_day": month.first.to_string(), "from": month.span.from.to_rfc3339(),
            "until": month.span.until.to_rfc3339(), "people": month.added.people,
            "customers": month.added.customers, "won": won.collect::<Vec<_>>()})
    };
    let stages = it.stages.iter().map(|stage| {
        let mut sum = sum(&stage.currency, stage.count, stage.value);
        sum["stage"] = json!(stage.stage);
        sum
    });
    let sources = it.sources.iter().map(|from| {
        json!({"source": from.source, "people": from.added.people,
            "customers": from.added.customers})
    });
    Ok(Reply::one(json!({
        "months": it.months.iter().map(month).collect::<Vec<_>>(),
        "sources": sources.collect::<Vec<_>>(),
        "stages": stages.collect::<Vec<_>>(),
        "first_steps": {
            "within_an_hour": it.steps.hour,
            "within_a_day": it.steps.day,
            "within_three_days": it.steps.three_days,
            "later": it.steps.later,
            "waiting": it.steps.waiting,
            "median_secs": it.steps.median_secs,
        },
        "currency": it.currency,
    })))
}
