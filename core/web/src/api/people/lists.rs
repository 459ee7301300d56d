//! The list of people: searched, narrowed and ordered as on its page.

use std::collections::HashMap;

use app::people::{
    self, Kind, Owned, Person, PersonCursor, PersonFilter, PersonOrder, Sorting, Standing,
};
use app::reports::Span;
use app::tags;
use domain::{PersonId, TagId, Timestamp};
use serde_json::{Value, json};

use super::{KINDS, STANDINGS, shown};
use crate::api::answer::{Answer, Reply};
use crate::api::call::{Call, wrong_parameter};
use crate::api::describe::{
    Fields, about, commas, cursor, day, flag, id, instant, limit, text, word,
};
use crate::api::problem::Problem;
use crate::api::{own_fields, patterns};

const ORDERS: &[&str] = &["newest", "name", "changed", "value", "follow-up"];
/// The most stages that are asked for at once.
const STAGES_MAX: usize = 50;
/// The most tags.
const TAGS_MAX: usize = 10;

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
    vec![
        ("q", about(text(people::SEARCH_CHARS_MAX), "A part of a name, number or address.")),
        ("standing", word(STANDINGS)),
        ("kind", word(KINDS)),
        ("stage", about(commas(id(), STAGES_MAX), stages)),
        ("owner", about(text(40), "A member’s id, `me` or `nobody`.")),
        ("tag", about(commas(id(), TAGS_MAX), tags)),
        ("source", text(people::SOURCE_CHARS_MAX)),
        ("first_source", about(text(people::SOURCE_CHARS_MAX), first)),
        ("follow_up_until", about(day(), "Those to get back to up to this day.")),
        ("added_from", about(instant(), "Those who were added from this instant on.")),
        ("added_until", about(instant(), "Those who were added before this instant.")),
        ("won_from", about(instant(), "Customers who became one from this instant on.")),
        ("won_until", about(instant(), "Customers who became one before this instant.")),
        ("waiting", about(flag(), "Those towards whom no member has taken a step yet.")),
        ("field", own_fields::asked()),
    ]
}

fn order() -> Value {
    let own = json!({"type": "string", "pattern": patterns::OWN_ORDER});
    let ways = json!({"anyOf": [word(ORDERS), own]});
    about(
        ways,
        "By `own-` and an own field’s id, with `-down` for the last first, those who have something \
         of it.",
    )
}

/// Who is asked for.
async fn filter(call: &Call) -> Result<PersonFilter, Problem> {
    Ok(PersonFilter {
        search: call.asked("q").map(str::trim).filter(|q| !q.is_empty()).map(str::to_owned),
        standing: call.asked_as::<Standing>("standing")?,
        kind: call.asked_as::<Kind>("kind")?,
        stages: call.asked_list("stage")?,
        owner: match call.asked("owner") {
            Some("me") => Some(Owned::By(call.ctx().member.clone())),
            Some("nobody") => Some(Owned::ByNobody),
            _ => call.asked_as("owner")?.map(Owned::By),
        },
        tags: call.asked_list("tag")?,
        source: call.asked("source").map(str::to_owned),
        first_source: call.asked("first_source").map(str::to_owned),
        follow_up_until: call.asked("follow_up_until").map(str::to_owned),
        added: span(call, "added_from", "added_until"),
        won: span(call, "won_from", "won_until"),
        waiting: call.asked("waiting") == Some("true"),
        own: own_fields::filter(call).await?,
        ..PersonFilter::default()
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
