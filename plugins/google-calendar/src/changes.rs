//! What changed in a calendar, a page at a time, by Google's sync tokens.
//!
//! Repeating events come as their single instances (`singleEvents`), so that each takes its time
//! where it really is. The first reading begins a month back: sync tokens refuse a time range later,
//! but keep to the one of the reading they came from.

use oxpi_kit::calendar::Changes;
use oxpi_kit::{Problem, Result, env, log, t};

use crate::api;
use crate::cursor::Cursor;
use crate::errors::Failure;
use crate::mapping::event_of;
use crate::wire::{EventPage, LIST_FIELDS};

/// Events that a first reading brings: 250 are about 200 KB, far below a call's limits.
const PAGE: &str = "250";
const MONTH_MS: i64 = 31 * 24 * 3_600_000;

/// A page of changes since the cursor; without one, of everything from a month ago on.
pub fn page(calendar: &str, since: Option<&str>) -> Result<Changes> {
    let cursor = match since {
        Some(text) => Cursor::parse(text).ok_or_else(|| resync("unreadable cursor"))?,
        None => Cursor::first(env::now().plus_millis(-MONTH_MS).to_string()),
    };
    let mut url = api::events(calendar)
        .query("singleEvents", "true")
        .query("maxResults", PAGE)
        .query("fields", LIST_FIELDS);
    for (name, value) in cursor.params() {
        url = url.query(name, value);
    }
    let page = api::get(url)?.map_err(|failure| refused(failure, since.is_some()))?;
    changes_of(page, &cursor)
}

/// 410 says that the token is too old, 400 that it is none; a calendar that is gone is neither.
fn refused(failure: Failure, has_cursor: bool) -> Problem {
    match failure.status {
        410 => resync("410"),
        400 if has_cursor => resync("400"),
        _ => failure.into_problem(),
    }
}

fn changes_of(page: EventPage, cursor: &Cursor) -> Result<Changes> {
    let zone = page.time_zone.unwrap_or_else(env::time_zone);
    let count = page.items.len();
    let events: Vec<_> = page
        .items
        .into_iter()
        .filter_map(|item| event_of(item, &zone, &|local, zone| env::instant(local, zone)))
        .collect();
    if events.len() < count {
        log::warn("events left out", &[("count", &(count - events.len()).to_string())]);
    }
    let next = cursor.after(page.next_page_token, page.next_sync_token);
    let (next, more) = next.ok_or_else(|| {
        Problem::unavailable(t!("error-unavailable")).with_detail("a last page without a token")
    })?;
    Ok(Changes { events, replaced: Vec::new(), more, cursor: next.to_text() })
}

fn resync(detail: &str) -> Problem {
    Problem::resync(t!("error-resync")).with_detail(detail)
}
