//! The list of people: searched, narrowed and ordered as on its page.

use std::collections::HashMap;

use app::people::{
    self, Consent, Kind, Owned, Person, PersonCursor, PersonFilter, PersonOrder, Sorting, Standing,
    StepWithin, TAGS_ASKED_MAX, Worth,
};
use app::reports::Span;
use app::{money, settings, tags};
use domain::{PersonId, TagId, Timestamp};
use serde_json::{Value, json};

use super::{CONSENTS, KINDS, STANDINGS, shown};
use crate::api::answer::{Answer, Reply};
use crate::api::call::{Call, parameter_error, wrong_parameter};
use crate::api::describe::{
    Fields, about, commas, cursor, day, each, flag, id, instant, limit, text, word,
};
use crate::api::problem::Problem;
use crate::api::{own_fields, patterns};

const ORDERS: &[&str] = &[
    "newest",
    "oldest",
    "name",
    "name-down",
    "changed",
    "value",
    "value-up",
    "follow-up",
    "follow-up-down",
    "stage",
    "stage-down",
    "owner",
    "owner-down",
];
/// The most stages that are asked for at once.
const STAGES_MAX: usize = 50;
/// The most sources that are left out at once.
const OTHER_SOURCES_MAX: usize = 20;
/// How soon a member took the first step.
const STEPS: &[&str] = &["hour", "day", "three-days", "later"];
/// A currency's letters.
const CURRENCY_CHARS: usize = 3;

/// The parameters of the list.
pub fn list_query() -> Fields {
    let mut all = chosen_query();
    all.extend([("limit", limit()), ("after", cursor())]);
    all
}

/// Which of them, and in what order.
pub fn chosen_query() -> Fields {
    let mut all = narrowing();
    all.push(("order", order()));
    all
}

/// Who is asked for, and in what order.
pub async fn chosen(call: &Call) -> Result<(PersonFilter, Sorting), Problem> {
    Ok((filter(call).await?, sorting(call).await?))
}

/// What the list may be narrowed to.
pub fn narrowing() -> Fields {
    let first = "Where they came from first, as reports have it.";
    let tags = "Tags’ ids with commas between them: those who have all of them.";
    let stages = "Stages’ ids with commas between them: those in one of them.";
    let others = "Those who came first from another source than this, as reports have it; empty for \
        those whose source is known. Said several times, from none of them.";
    let currency = "Those with a value in this currency, such as `EUR`; empty for those without.";
    let from = "Those with a value in the business’s currency, of at least so much.";
    let to = "Those with a value in the business’s currency, of at most so much.";
    let step = "Those towards whom a member took the first step so soon, and no sooner. Those who \
        were brought with a list are left out.";
    vec![
        ("q", about(text(people::SEARCH_CHARS_MAX), "Words of a name, number, tag or the notes.")),
        ("standing", word(STANDINGS)),
        ("kind", word(KINDS)),
        ("consent", word(CONSENTS)),
        ("pipeline", about(id(), "Those in a stage of this pipeline.")),
        ("stage", about(commas(id(), STAGES_MAX), stages)),
        ("owner", about(text(40), "A member’s id, `me` or `nobody`.")),
        ("tag", about(commas(id(), TAGS_ASKED_MAX), tags)),
        ("source", text(people::SOURCE_CHARS_MAX)),
        ("first_source", about(text(people::SOURCE_CHARS_MAX), first)),
        ("other_source", about(each(text(people::SOURCE_CHARS_MAX), OTHER_SOURCES_MAX), others)),
        ("currency", about(text(CURRENCY_CHARS), currency)),
        ("value_from", about(amount(), from)),
        ("value_to", about(amount(), to)),
        ("follow_up_until", about(day(), "Those to get back to up to this day.")),
        ("no_follow_up", about(flag(), "Those without a day to get back to them.")),
        ("added_from", about(instant(), "Those who were added from this instant on.")),
        ("added_until", about(instant(), "Those who were added before this instant.")),
        ("won_from", about(instant(), "Customers who became one from this instant on.")),
        ("won_until", about(instant(), "Customers who became one before this instant.")),
        ("waiting", about(flag(), "Those towards whom no member has taken a step yet.")),
        ("step", about(word(STEPS), step)),
        ("field", own_fields::asked()),
    ]
}

fn amount() -> Value {
    json!({"type": "string", "pattern": patterns::AMOUNT})
}

fn order() -> Value {
    let own = json!({"type": "string", "pattern": patterns::OWN_ORDER});
    let ways = json!({"anyOf": [word(ORDERS), own]});
    about(
        ways,
        "With `-down` the last first. By `value-up`, `follow-up` and `follow-up-down` only those who \
         have such a thing; so by `own-` and an own field’s id, also with `-down`.",
    )
}

/// Who is asked for.
async fn filter(call: &Call) -> Result<PersonFilter, Problem> {
    Ok(PersonFilter {
        search: call.asked("q").map(str::trim).filter(|q| !q.is_empty()).map(str::to_owned),
        standing: call.asked_as::<Standing>("standing")?,
        kind: call.asked_as::<Kind>("kind")?,
        consent: call.asked_as::<Consent>("consent")?,
        pipeline: call.asked_as("pipeline")?,
        stages: call.asked_list("stage")?,
        owner: owned(call)?,
        tags: call.asked_list("tag")?,
        source: call.asked("source").map(str::to_owned),
        first_source: call.asked("first_source").map(str::to_owned),
        other_sources: call.asked_each("other_source").to_vec(),
        currency: call.asked("currency").map(str::to_owned),
        has_value: false,
        worth: worth(call).await?,
        follow_up_until: call.asked("follow_up_until").map(str::to_owned),
        no_follow_up: call.asked("no_follow_up") == Some("true"),
        added: span(call, "added_from", "added_until"),
        won: span(call, "won_from", "won_until"),
        waiting: call.asked("waiting") == Some("true"),
        step: call.asked_as::<StepWithin>("step")?,
        own: own_fields::filter(call).await?,
    })
}

/// What those who are asked for may be worth, read in the business's currency.
async fn worth(call: &Call) -> Result<Option<Worth>, Problem> {
    let end = |name: &'static str| (name, call.asked(name).unwrap_or_default());
    let (from, to) = (end("value_from"), end("value_to"));
    if from.1.is_empty() && to.1.is_empty() {
        return Ok(None);
    }
    let currency = settings::get_tenant(call.app(), call.ctx()).await?.currency;
    let (from, to) = money::range(from, to, &currency).map_err(parameter_error)?;
    Ok(Some(Worth { currency, from, to }))
}

/// Who looks after those who are asked for.
pub fn owned(call: &Call) -> Result<Option<Owned>, Problem> {
    Ok(match call.asked("owner") {
        Some("me") => Some(Owned::By(call.ctx().member.clone())),
        Some("nobody") => Some(Owned::ByNobody),
        _ => call.asked_as("owner")?.map(Owned::By),
    })
}

/// A span of which either end may be left open.
fn span(call: &Call, from: &str, until: &str) -> Option<Span> {
    let at = |name: &str| call.asked(name).and_then(Timestamp::parse_rfc3339);
    let (from, until) = (at(from), at(until));
    from.or(until)?;
    Some(Span {
        from: from.unwrap_or(Timestamp::from_millis(i64::MIN)),
        until: until.unwrap_or(Timestamp::from_millis(i64::MAX)),
    })
}

async fn sorting(call: &Call) -> Result<Sorting, Problem> {
    let wrong = || wrong_parameter("order");
    let Some(text) = call.asked("order") else { return Ok(PersonOrder::Newest.into()) };
    let Some(own) = text.strip_prefix("own-") else {
        return Ok(text.parse::<PersonOrder>().map_err(|_| wrong())?.into());
    };
    let (id, down) = own.strip_suffix("-down").map_or((own, false), |id| (id, true));
    let fields = app::own_fields::list_fields(call.app(), call.ctx()).await?;
    let field = fields.into_iter().find(|field| field.id.as_str() == id).ok_or_else(wrong)?;
    Ok(Sorting::Own { field: field.id, down })
}

/// A page of the list.
pub async fn list(call: Call) -> Answer {
    let (filter, order) = chosen(&call).await?;
    let after: Option<PersonCursor> = call.after()?;
    let page =
        people::list_people(call.app(), call.ctx(), filter, order, after, call.limit()).await?;
    let ids: Vec<PersonId> = page.items.iter().map(|person| person.id.clone()).collect();
    let own = own_fields::of_people(&call, &ids).await?;
    let dialled = people::list_dialled(call.app(), call.ctx(), ids.clone()).await?;
    let tags = tags_of(&call, ids).await?;
    let row = |person: &Person| {
        let tags = tags.get(&person.id).cloned().unwrap_or_default();
        let own = own.get(&person.id).cloned().unwrap_or_default();
        shown(person, dialled.get(&person.id).map(String::as_str), tags, own)
    };
    let items = page.items.iter().map(row).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

async fn tags_of(
    call: &Call,
    ids: Vec<PersonId>,
) -> Result<HashMap<PersonId, Vec<String>>, Problem> {
    let on = people::list_tags_of(call.app(), call.ctx(), ids).await?;
    let names: HashMap<TagId, String> = tags::list_tags(call.app(), call.ctx())
        .await?
        .into_iter()
        .map(|tag| (tag.id, tag.name))
        .collect();
    let mut all: HashMap<PersonId, Vec<String>> = HashMap::new();
    for (person, tag) in on {
        all.entry(person).or_default().extend(names.get(&tag).cloned());
    }
    all.values_mut().for_each(|names| names.sort());
    Ok(all)
}
