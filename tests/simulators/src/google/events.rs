//! Reading events: one, many, the instances of a series.

use domain::Timestamp;
use serde_json::{Value, json};

use super::api::{Caller, open};
use super::conference;
use super::errors::{Answer, ApiError};
use super::instances::{self, View, is_series, span};
use super::scopes::Need;
use super::state::{Access, Calendar, Event, State, stamp};
use super::sync::{self, Listing, SyncToken, flag};
use super::when;
use crate::http::{Pairs, Request};

const BESIDE_SYNC_TOKEN: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
];

/// How far series without an end are expanded when nobody says.
const HORIZON_SECS: i64 = 2 * 366 * 86_400;

/// What a list asks for.
#[derive(Debug)]
struct Wish {
    single: bool,
    deleted: bool,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    updated_from: Option<Timestamp>,
    text: Option<String>,
    uid: Option<String>,
    private: Vec<(String, String)>,
    shared: Vec<(String, String)>,
}

/// `events.get`.
pub fn get(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    ids: (&str, &str),
) -> Answer<Value> {
    let calendar = open(state, caller, ids.0, Need::ReadEvents, Access::Reader)?;
    let view = view(state, &calendar, &request.query, true)?;
    conference::read(state, &calendar, ids.1)?;
    one(state, &calendar, ids.1, &view)
}

/// An event as it is answered after a read or a write.
pub fn one(state: &State, calendar: &str, id: &str, view: &View) -> Answer<Value> {
    let event = instances::find(state.calendar(calendar)?, id).ok_or_else(ApiError::not_found)?;
    Ok(instances::show(&event, view))
}

/// How the caller wants events shown.
pub fn view(state: &State, calendar: &str, query: &Pairs, details: bool) -> Answer<View> {
    let attendees_max = match query.get("maxAttendees") {
        None => None,
        Some(text) => match text.parse::<usize>() {
            Ok(number) if number >= 1 => Some(number),
            _ => return Err(ApiError::parameter("maxAttendees", "Invalid value")),
        },
    };
    let zone = when::shown_zone(query, &state.calendar(calendar)?.zone)?;
    Ok(View { zone, attendees_max, deleted_details: details })
}

/// `events.list`.
pub fn list(state: &mut State, caller: &Caller, request: &Request, id: &str) -> Answer<Value> {
    let query = &request.query;
    let calendar = open(state, caller, id, Need::ReadEvents, Access::Reader)?;
    sync::refuse_beside_sync_token(query, &BESIDE_SYNC_TOKEN)?;
    let wish = wish(query)?;
    let size = sync::page_size(state, query, 250, 2_500)?;
    let view = view(state, &calendar, query, !query.has("syncToken") || wish.deleted)?;
    let paged = sync::next_page(state, &caller.account, Some(&calendar), query, size)?;
    let page = match paged {
        Some(page) => page,
        None => {
            let since = sync::sync_token(state, &caller.account, Some(&calendar), query)?;
            read_conferences(state, &calendar)?;
            let listing = listing(state, caller, &calendar, query, (&wish, since, &view))?;
            sync::first_page(state, listing, query, size)
        }
    };
    frame(state, caller, &calendar, page)
}

fn listing(
    state: &State,
    caller: &Caller,
    calendar: &str,
    query: &Pairs,
    (wish, since, view): (&Wish, Option<SyncToken>, &View),
) -> Answer<Listing> {
    let held = state.calendar(calendar)?;
    let horizon = wish.to.unwrap_or(state.now().plus_secs(HORIZON_SECS));
    let events = match &since {
        Some(token) => changed(held, token),
        None => chosen(held, wish, horizon),
    };
    let events = ordered(events, held, query)?;
    let restricted = BESIDE_SYNC_TOKEN.iter().filter(|name| !name.starts_with("time"));
    let restricted = since.is_none() && restricted.clone().any(|name| query.has(name));
    let next = (!restricted).then(|| SyncToken {
        account: caller.account.clone(),
        calendar: Some(calendar.to_owned()),
        revision: state.revision(),
        single: since.map_or(wish.single.then_some(horizon), |token| token.single),
        issued: state.now(),
        invalid: false,
    });
    Ok(Listing {
        account: caller.account.clone(),
        calendar: Some(calendar.to_owned()),
        items: events.iter().map(|event| instances::show(event, view)).collect(),
        next,
    })
}

/// What happened since a sync token, deletions always among it.
fn changed(held: &Calendar, token: &SyncToken) -> Vec<Event> {
    let mut events: Vec<Event> =
        held.events.values().filter(|event| event.revision > token.revision).cloned().collect();
    events.sort_by_key(|event| event.revision);
    let Some(horizon) = token.single else { return events };
    let mut singles: Vec<Event> = Vec::new();
    for event in events {
        let expanded =
            if is_series(&event) { instances::expand(held, &event, horizon) } else { vec![event] };
        for event in expanded {
            if !singles.iter().any(|single| single.json["id"] == event.json["id"]) {
                singles.push(event);
            }
        }
    }
    singles
}

/// What a list without a sync token chooses.
fn chosen(held: &Calendar, wish: &Wish, horizon: Timestamp) -> Vec<Event> {
    let mut events: Vec<&Event> = held.events.values().collect();
    events.sort_by_key(|event| event.order);
    let mut found = Vec::new();
    for event in events {
        let exception = event.json.contains_key("recurringEventId");
        match (wish.single, is_series(event)) {
            (true, true) => found.append(&mut instances::expand(held, event, horizon)),
            (true, false) if exception => {}
            _ => found.push(event.clone()),
        }
    }
    found.retain(|event| is_wanted(held, event, wish, horizon));
    found
}

fn is_wanted(held: &Calendar, event: &Event, wish: &Wish, horizon: Timestamp) -> bool {
    let cancelled = event.json["status"] == "cancelled";
    let exception = event.json.contains_key("recurringEventId") && !wish.single;
    let updated = event.json["updated"].as_str().and_then(Timestamp::parse_rfc3339);
    if cancelled && !wish.deleted && wish.updated_from.is_none() && !exception {
        return false;
    }
    if wish.updated_from.is_some() && updated < wish.updated_from {
        return false;
    }
    let in_time = match is_series(event) {
        true => {
            instances::expand(held, event, horizon).iter().any(|one| is_in_time(held, one, wish))
        }
        false => is_in_time(held, event, wish),
    };
    in_time && has_text(event, wish) && has_properties(event, wish)
}

fn is_in_time(held: &Calendar, event: &Event, wish: &Wish) -> bool {
    let (start, end) = span(event, held);
    wish.from.is_none_or(|from| end > from) && wish.to.is_none_or(|to| start < to)
}

fn has_text(event: &Event, wish: &Wish) -> bool {
    let text = |name: &str| event.json.get(name).and_then(Value::as_str).unwrap_or_default();
    if wish.uid.as_deref().is_some_and(|uid| uid != text("iCalUID")) {
        return false;
    }
    let Some(wanted) = &wish.text else { return true };
    let guests = event.json.get("attendees").map(Value::to_string).unwrap_or_default();
    let all = [text("summary"), text("description"), text("location"), &guests].join("\n");
    let all = all.to_lowercase();
    wanted.to_lowercase().split_whitespace().all(|word| all.contains(word))
}

fn has_properties(event: &Event, wish: &Wish) -> bool {
    let held = event.json.get("extendedProperties").unwrap_or(&Value::Null);
    let all = |kind: &str, wanted: &[(String, String)]| {
        wanted.iter().all(|(name, value)| held[kind][name] == *value)
    };
    all("private", &wish.private) && all("shared", &wish.shared)
}

fn ordered(mut events: Vec<Event>, held: &Calendar, query: &Pairs) -> Answer<Vec<Event>> {
    match query.get("orderBy") {
        None => {}
        Some("startTime") if flag(query, "singleEvents")? => {
            events.sort_by_key(|event| span(event, held).0);
        }
        Some("startTime") => {
            let message = "The requested ordering is not available for the particular query.";
            return Err(ApiError::new(400, "badRequest", message).at("parameter", "orderBy"));
        }
        Some("updated") => events.sort_by_key(|event| event.revision),
        Some(_) => return Err(ApiError::parameter("orderBy", "Invalid string value")),
    }
    Ok(events)
}

fn wish(query: &Pairs) -> Answer<Wish> {
    let deleted = flag(query, "showDeleted")?;
    if query.has("syncToken") && query.get("showDeleted") == Some("false") {
        let message = "Sync token cannot be used with showDeleted=false.";
        return Err(ApiError::new(400, "badRequest", message).at("parameter", "showDeleted"));
    }
    let (from, to) = (when::parameter(query, "timeMin")?, when::parameter(query, "timeMax")?);
    if from.is_some() && to.is_some() && from >= to {
        let error = ApiError::new(400, "timeRangeEmpty", "The specified time range is empty.");
        return Err(ApiError { domain: "calendar", ..error }.at("parameter", "timeMax"));
    }
    Ok(Wish {
        single: flag(query, "singleEvents")?,
        deleted,
        from,
        to,
        updated_from: when::parameter(query, "updatedMin")?,
        text: query.filled("q").map(str::to_owned),
        uid: query.filled("iCalUID").map(str::to_owned),
        private: properties(query, "privateExtendedProperty")?,
        shared: properties(query, "sharedExtendedProperty")?,
    })
}

fn properties(query: &Pairs, name: &str) -> Answer<Vec<(String, String)>> {
    let pair = |text: &str| match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(ApiError::parameter(name, "Invalid extended property constraint.")),
    };
    query.all(name).into_iter().map(pair).collect()
}

fn read_conferences(state: &mut State, calendar: &str) -> Answer<()> {
    let events = state.calendar(calendar)?.events.iter();
    let pending = events.filter(|(_, event)| conference::is_pending(&event.json));
    let pending: Vec<String> = pending.map(|(id, _)| id.clone()).collect();
    pending.iter().try_for_each(|id| conference::read(state, calendar, id))
}

/// The list's own fields around a page.
fn frame(state: &State, caller: &Caller, calendar: &str, mut page: Value) -> Answer<Value> {
    let held = state.calendar(calendar)?;
    let access = held.access.get(&caller.account).copied().unwrap_or(Access::Reader);
    let last = held.events.values().map(|event| event.revision).max().unwrap_or(held.revision);
    page["kind"] = json!("calendar#events");
    page["etag"] = json!(format!("\"p{last}\""));
    page["summary"] = json!(held.summary);
    page["description"] = json!(held.description);
    page["updated"] = json!(stamp(state.now()));
    page["timeZone"] = json!(held.zone_name());
    page["accessRole"] = json!(access.name());
    let reminders = json!([{"method": "popup", "minutes": 10}]);
    page["defaultReminders"] = if access == Access::Owner { reminders } else { json!([]) };
    Ok(page)
}

/// `events.instances`.
pub fn instances(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    ids: (&str, &str),
) -> Answer<Value> {
    let query = &request.query;
    let calendar = open(state, caller, ids.0, Need::ReadEvents, Access::Reader)?;
    let wish = Wish { single: true, ..wish(query)? };
    let size = sync::page_size(state, query, 250, 2_500)?;
    let view = view(state, &calendar, query, true)?;
    let paged = sync::next_page(state, &caller.account, Some(&calendar), query, size)?;
    let page = match paged {
        Some(page) => page,
        None => {
            let held = state.calendar(&calendar)?;
            let series = held.events.get(ids.1).ok_or_else(ApiError::not_found)?;
            if !is_series(series) {
                return Err(ApiError::invalid("Not a recurring event."));
            }
            let horizon = wish.to.unwrap_or(state.now().plus_secs(HORIZON_SECS));
            let mut found = instances::expand(held, series, horizon);
            found.retain(|event| is_wanted(held, event, &wish, horizon));
            let items = found.iter().map(|event| instances::show(event, &view)).collect();
            let (account, calendar) = (caller.account.clone(), Some(calendar.clone()));
            sync::first_page(state, Listing { account, calendar, items, next: None }, query, size)
        }
    };
    frame(state, caller, &calendar, page)
}
