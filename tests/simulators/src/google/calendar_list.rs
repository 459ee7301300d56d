//! The calendars a person sees, and the calendars themselves.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::api::{Caller, body, grant, open};
use super::channels;
use super::errors::{Answer, ApiError};
use super::scopes::{Need, Subject};
use super::state::{Access, Calendar, State};
use super::sync::{self, Listing, SyncToken};
use super::when;
use crate::http::Request;

/// `calendarList.list`.
pub fn list(state: &mut State, caller: &Caller, request: &Request) -> Answer<Value> {
    let query = &request.query;
    grant(caller, Need::ReadList, Subject::default())?;
    sync::refuse_beside_sync_token(query, &["minAccessRole"])?;
    let least = match query.get("minAccessRole") {
        None => Access::FreeBusyReader,
        Some(text) => Access::parse(text)
            .ok_or_else(|| ApiError::parameter("minAccessRole", "Invalid string value"))?,
    };
    sync::flag(query, "showDeleted")?;
    sync::flag(query, "showHidden")?;
    let size = sync::page_size(state, query, 100, 250)?;
    let paged = sync::next_page(state, &caller.account, None, query, size)?;
    let mut page = match paged {
        Some(page) => page,
        None => {
            let since = sync::sync_token(state, &caller.account, None, query)?;
            let listing = listing(state, caller, least, since);
            sync::first_page(state, listing, query, size)
        }
    };
    page["kind"] = json!("calendar#calendarList");
    page["etag"] = json!(format!("\"l{}\"", state.revision()));
    Ok(page)
}

fn listing(state: &State, caller: &Caller, least: Access, since: Option<SyncToken>) -> Listing {
    let seen = since.map_or(0, |token| token.revision);
    let wanted = |held: &&Calendar| {
        held.access.get(&caller.account).is_some_and(|access| *access >= least)
            && held.revision > seen
    };
    let mut calendars: Vec<&Calendar> = state.calendars.values().filter(wanted).collect();
    calendars.sort_by_key(|held| (held.id != caller.account, held.revision));
    let next = SyncToken {
        account: caller.account.clone(),
        calendar: None,
        revision: state.revision(),
        single: None,
        issued: state.now(),
        invalid: false,
    };
    Listing {
        account: caller.account.clone(),
        calendar: None,
        items: calendars.into_iter().map(|held| entry(held, caller)).collect(),
        next: Some(next),
    }
}

/// `calendarList.get`.
pub fn get(state: &State, caller: &Caller, id: &str) -> Answer<Value> {
    let id = open(state, caller, id, Need::ReadList, Access::FreeBusyReader)?;
    Ok(entry(state.calendar(&id)?, caller))
}

fn entry(held: &Calendar, caller: &Caller) -> Value {
    let access = held.access.get(&caller.account).copied().unwrap_or(Access::Reader);
    let owner = access == Access::Owner;
    let reminders = json!([{"method": "popup", "minutes": 10}]);
    let mut entry = json!({
        "kind": "calendar#calendarListEntry",
        "etag": format!("\"e{}\"", held.revision),
        "id": held.id,
        "summary": held.summary,
        "timeZone": held.zone_name(),
        "colorId": "14",
        "backgroundColor": held.color,
        "foregroundColor": "#000000",
        "selected": true,
        "accessRole": access.name(),
        "defaultReminders": if owner { reminders } else { json!([]) },
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    });
    if !held.description.is_empty() {
        entry["description"] = json!(held.description);
    }
    if held.id == caller.account {
        entry["primary"] = json!(true);
    }
    entry
}

/// `calendars.get`.
pub fn get_calendar(state: &State, caller: &Caller, id: &str) -> Answer<Value> {
    let id = open(state, caller, id, Need::ReadCalendar, Access::Reader)?;
    Ok(resource(state.calendar(&id)?))
}

fn resource(held: &Calendar) -> Value {
    let mut calendar = json!({
        "kind": "calendar#calendar",
        "etag": format!("\"c{}\"", held.revision),
        "id": held.id,
        "summary": held.summary,
        "timeZone": held.zone_name(),
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    });
    if !held.description.is_empty() {
        calendar["description"] = json!(held.description);
    }
    calendar
}

/// `calendars.insert`.
pub fn insert_calendar(state: &mut State, caller: &Caller, request: &Request) -> Answer<Value> {
    grant(caller, Need::MakeCalendar, Subject { made_by_app: true, owned: true })?;
    let body = body(request)?;
    let Some(summary) = body["summary"].as_str().filter(|text| !text.is_empty()) else {
        return Err(ApiError::required("Missing title."));
    };
    let zone = match body["timeZone"].as_str() {
        None => TimeZone::UTC,
        Some(name) => when::zone(name).ok_or_else(|| ApiError::invalid("Invalid time zone."))?,
    };
    let id = format!("c_{}@group.calendar.google.com", state.ground.name(52));
    let held = Calendar {
        id: id.clone(),
        summary: summary.to_owned(),
        description: body["description"].as_str().unwrap_or_default().to_owned(),
        zone,
        color: "#7986cb".to_owned(),
        access: [(caller.account.clone(), Access::Owner)].into(),
        made_by: Some(caller.client.clone()),
        events: Default::default(),
        conference_requests: Vec::new(),
        revision: state.next_revision(),
    };
    let answer = resource(&held);
    state.calendars.insert(id, held);
    channels::announce(state, None);
    Ok(answer)
}
