//! What the page of reports counts.

use app::reports::{self, Period, Steps, Won};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::{Call, refused_parameter, wrong_parameter};
use super::describe::{Fields, about, day, id, instant, or_null, said, text, whole, word};
use super::problem::Problem;
use super::schema::Named;
use super::{patterns, people};

const MONTHS: &str = "Oldest first. Of the first and the last only the days that are asked for; \
    their `first_day` is the first of those.";
const BEFORE: &str = "The same numbers of the period before, of as many months or days as have \
    begun of the one that is asked for.";

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
    let span = || {
        vec![
            ("first_day", day()),
            ("from", about(instant(), "When it begins in the business’s time zone.")),
            ("until", about(instant(), ends)),
        ]
    };
    let mut month = span();
    month.extend(added());
    month.push(("won", about(many(money()), "Who became a customer in it.")));
    let mut source = vec![("source", about(said(), "Empty where it isn't known."))];
    source.extend(added());
    let mut stage = money();
    stage["properties"]["stage"] = id();
    stage["required"] = json!(["currency", "people", "value", "stage"]);
    let steps = || {
        whole(vec![
            ("within_an_hour", number()),
            ("within_a_day", number()),
            ("within_three_days", number()),
            ("later", number()),
            ("waiting", about(number(), "Nobody turned to them yet.")),
            ("median_secs", or_null(number())),
        ])
    };
    let mut before = span();
    before.extend(added());
    before.extend([
        ("won", about(many(money()), "Who became a customer in it.")),
        ("first_steps", steps()),
    ]);
    let mut report = span();
    report.extend([
        ("months", about(many(whole(month)), MONTHS)),
        (
            "sources",
            about(many(whole(source)), "Where the people of these months came from first."),
        ),
        ("stages", about(many(stage), "What each stage holds now.")),
        ("first_steps", about(steps(), "How soon a member turned to who came.")),
        ("before", about(whole(before), BEFORE)),
        ("currency", about(said(), "The business's own.")),
    ]);
    vec![("Report", whole(report))]
}

/// The parameters of the report.
pub fn query() -> Fields {
    let months = json!({"type": "integer", "enum": reports::MONTHS, "default": reports::MONTHS[0]});
    let named = Period::NAMED.map(|(name, _)| name);
    let own =
        "The first day of a report of other days, with `to`, in place of `months` and `period`.";
    vec![
        ("months", about(months, "How many, the present one included.")),
        ("period", about(word(&named), "Another period, in place of `months`.")),
        ("from", about(day(), own)),
        ("to", about(day(), "Its last day. It touches 60 months at most.")),
        ("pipeline", about(id(), "Of those in a stage of this pipeline.")),
        ("owner", about(text(40), "Of whom this member looks after: an id, `me` or `nobody`.")),
    ]
}

/// The report of a period.
pub async fn show(call: Call) -> Answer {
    let (pipeline, owner) = (call.asked_as("pipeline")?, people::owned(&call)?);
    let period = period(&call)?;
    let found = reports::get_report_of(call.app(), call.ctx(), period, pipeline, owner).await;
    let it = found.map_err(|error| match error {
        app::Error::Invalid { field, key } => refused_parameter(&field, &key),
        other => other.into(),
    })?;
    let sum = |currency: &str, people: i64, value: i64| {
        json!({"currency": currency, "people": people,
            "value": app::money::typed(value, currency)})
    };
    let won = |all: &[Won]| -> Vec<Value> {
        all.iter().map(|won| sum(&won.currency, won.people, won.value)).collect()
    };
    let month = |month: &reports::Month| {
        json!({"first_day": month.first.to_string(), "from": month.span.from.to_rfc3339(),
            "until": month.span.until.to_rfc3339(), "people": month.added.people,
            "customers": month.added.customers, "won": won(&month.won)})
    };
    let before = &it.before;
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
        "first_day": it.first.to_string(),
        "from": it.span.from.to_rfc3339(),
        "until": it.span.until.to_rfc3339(),
        "months": it.months.iter().map(month).collect::<Vec<_>>(),
        "sources": sources.collect::<Vec<_>>(),
        "stages": stages.collect::<Vec<_>>(),
        "first_steps": steps(&it.steps),
        "before": {
            "first_day": before.first.to_string(),
            "from": before.span.from.to_rfc3339(),
            "until": before.span.until.to_rfc3339(),
            "people": before.added.people,
            "customers": before.added.customers,
            "won": won(&before.won),
            "first_steps": steps(&before.steps),
        },
        "currency": it.currency,
    })))
}

fn steps(of: &Steps) -> Value {
    json!({
        "within_an_hour": of.hour,
        "within_a_day": of.day,
        "within_three_days": of.three_days,
        "later": of.later,
        "waiting": of.waiting,
        "median_secs": of.median_secs,
    })
}

/// What is asked for: days, a period with a name, or months.
fn period(call: &Call) -> Result<Period, Problem> {
    if call.asked("from").is_some() || call.asked("to").is_some() {
        let end = |name: &str| -> Result<Date, Problem> {
            let day: Option<Date> = call.asked_as(name)?;
            day.ok_or_else(|| refused_parameter(name, "error-required"))
        };
        return Ok(Period::Days(end("from")?, end("to")?));
    }
    if let Some(name) = call.asked("period") {
        return Period::named(name).ok_or_else(|| wrong_parameter("period"));
    }
    let months: Option<u8> = call.asked_as("months")?;
    Ok(Period::Months(months.unwrap_or(reports::MONTHS[0])))
}
