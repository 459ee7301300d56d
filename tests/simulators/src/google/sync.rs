//! Pages and sync tokens of lists.

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors::{Answer, ApiError};
use super::state::State;
use crate::http::Pairs;

/// What a sync token stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncToken {
    /// The account it was given to.
    pub account: String,
    /// The calendar; none for the list of calendars.
    pub calendar: Option<String>,
    /// The last change it has seen.
    pub revision: u64,
    /// Whether series were expanded, and up to when.
    pub single: Option<Timestamp>,
    /// When it was given.
    pub issued: Timestamp,
    /// Whether it was taken back.
    pub invalid: bool,
}

/// What a page token stands for: the rest of a list as it was.
#[derive(Debug, Clone)]
pub struct PageToken {
    account: String,
    calendar: Option<String>,
    sync_token: Option<String>,
    rest: Vec<Value>,
    next: Option<SyncToken>,
}

/// A list that is about to be answered.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Who asks.
    pub account: String,
    /// The calendar; none for the list of calendars.
    pub calendar: Option<String>,
    /// Everything, in order.
    pub items: Vec<Value>,
    /// The sync token of the last page, where one is given.
    pub next: Option<SyncToken>,
}

/// The page size: the caller's wish within the API's bound and the simulator's setting.
pub fn page_size(state: &State, query: &Pairs, usual: usize, most: usize) -> Answer<usize> {
    let wish = match query.get("maxResults") {
        None => usual,
        Some(text) => match text.parse::<usize>() {
            Ok(number) if number >= 1 => number,
            _ => {
                let message =
                    format!("Invalid value '{text}'. Values must be within the range: [1, {most}]");
                return Err(ApiError::parameter("maxResults", &message));
            }
        },
    };
    let cap = if state.settings.page_size_max == 0 { most } else { state.settings.page_size_max };
    Ok(wish.min(most).min(cap))
}

/// The first page of a list.
pub fn first_page(state: &mut State, listing: Listing, query: &Pairs, size: usize) -> Value {
    let page = PageToken {
        account: listing.account,
        calendar: listing.calendar,
        sync_token: query.get("syncToken").map(str::to_owned),
        rest: listing.items,
        next: listing.next,
    };
    let size = if state.settings.empty_first_page { 0 } else { size };
    turn(state, page, size)
}

/// The page that a page token names, if the query has one.
pub fn next_page(
    state: &mut State,
    account: &str,
    calendar: Option<&str>,
    query: &Pairs,
    size: usize,
) -> Answer<Option<Value>> {
    let Some(text) = query.filled("pageToken") else { return Ok(None) };
    let page = state.page_tokens.get(text).filter(|page| {
        let sync = query.get("syncToken");
        page.account == account
            && page.calendar.as_deref() == calendar
            && (sync.is_none() || sync == page.sync_token.as_deref())
    });
    match page.cloned() {
        Some(page) => Ok(Some(turn(state, page, size))),
        None => {
            let error = ApiError::invalid("Invalid page token value.");
            Err(error.at("parameter", "pageToken"))
        }
    }
}

/// Answers `items` and either a token for the rest or the sync token.
fn turn(state: &mut State, mut page: PageToken, size: usize) -> Value {
    let more = page.rest.len() > size || size == 0;
    let rest = page.rest.split_off(size.min(page.rest.len()));
    let mut answer = json!({"items": page.rest});
    if more {
        let name = format!("P{}", state.ground.name(32));
        answer["nextPageToken"] = json!(name);
        state.page_tokens.insert(name, PageToken { rest, ..page });
    } else if let Some(next) = page.next {
        let name = format!("S{}", state.ground.name(32));
        answer["nextSyncToken"] = json!(name);
        state.sync_tokens.insert(name, next);
    }
    answer
}

/// The sync token of a query, if it has one and it still works.
///
/// One of another list is a mistake (400); one that is old, taken back or forgotten asks for a full
/// sync (410).
pub fn sync_token(
    state: &State,
    account: &str,
    calendar: Option<&str>,
    query: &Pairs,
) -> Answer<Option<SyncToken>> {
    let Some(text) = query.filled("syncToken") else { return Ok(None) };
    let wrong = || ApiError::invalid("Invalid sync token value.").at("parameter", "syncToken");
    let shaped = text.len() == 33 && text.starts_with('S');
    if !shaped || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(wrong());
    }
    let Some(token) = state.sync_tokens.get(text) else {
        return Err(ApiError::full_sync_required());
    };
    if token.account != account || token.calendar.as_deref() != calendar {
        return Err(wrong());
    }
    let age = state.now().millis_since(token.issued) / 1_000;
    if token.invalid || age > state.settings.sync_token_secs {
        return Err(ApiError::full_sync_required());
    }
    Ok(Some(token.clone()))
}

/// Refuses parameters that can't stand beside a sync token.
pub fn refuse_beside_sync_token(query: &Pairs, names: &[&str]) -> Answer<()> {
    match names.iter().find(|name| query.has("syncToken") && query.has(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("Sync token cannot be used with request restrictions: {name}.");
            Err(ApiError::new(400, "badRequest", &message).at("parameter", name))
        }
    }
}

/// A parameter that is `true` or `false`.
pub fn flag(query: &Pairs, name: &str) -> Answer<bool> {
    match query.get(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            Err(ApiError::parameter(name, &format!("Invalid boolean value: '{other}'.")))
        }
    }
}
