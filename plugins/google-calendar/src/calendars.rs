//! The account's calendars, every page of them, each with what the account may do in it.

use oxpi_kit::calendar::{Access, Calendar};
use oxpi_kit::{Result, env};
use serde::Deserialize;

use crate::api;
use crate::errors::or_problem;
use crate::wire::{CalendarEntry, CalendarPage};

/// More pages of 250 than any account has; ends a provider that never stops.
const PAGES_MAX: usize = 20;

/// All calendars.
pub fn list() -> Result<Vec<Calendar>> {
    let mut calendars = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut url = api::calendar_list().query("maxResults", "250");
        if let Some(token) = &token {
            url = url.query("pageToken", token);
        }
        let page: CalendarPage = or_problem(api::get(url)?)?;
        calendars.extend(page.items.into_iter().filter_map(|item| {
            let entry: CalendarEntry = serde_json::from_value(item).ok()?;
            calendar_of(entry)
        }));
        token = page.next_page_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(calendars)
}

/// Those that the business wants to see listed.
pub fn listed() -> Result<Vec<Calendar>> {
    let settings: Settings = env::settings()?;
    let mut all = list()?;
    all.retain(|calendar| settings.show_shared != Some(false) || calendar.access == Access::Owner);
    Ok(all)
}

/// What the business set.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    show_shared: Option<bool>,
}

/// None for one that can't be used at all.
fn calendar_of(entry: CalendarEntry) -> Option<Calendar> {
    if entry.id.is_empty() || entry.deleted == Some(true) {
        return None;
    }
    let access = match entry.access_role.as_deref() {
        Some("owner") => Access::Owner,
        Some("writer" | "writerWithoutPrivateAccess") => Access::Writer,
        Some("none") => return None,
        // What is not known gives no right to write.
        _ => Access::Reader,
    };
    let named = |name: Option<String>| name.filter(|name| !name.trim().is_empty());
    let name = named(entry.summary_override).or(named(entry.summary));
    Some(Calendar {
        name: name.unwrap_or_else(|| entry.id.clone()),
        id: entry.id,
        access,
        primary: entry.primary == Some(true),
        color: entry.background_color.filter(|color| is_color(color)),
        time_zone: entry.time_zone,
    })
}

fn is_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(role: &str) -> CalendarEntry {
        CalendarEntry {
            id: "c1".to_owned(),
            access_role: Some(role.to_owned()),
            ..CalendarEntry::default()
        }
    }

    #[test]
    fn only_an_owner_is_an_owner() {
        let access = |role: &str| calendar_of(entry(role)).map(|calendar| calendar.access);
        assert_eq!(access("owner"), Some(Access::Owner));
        assert_eq!(access("writer"), Some(Access::Writer));
        assert_eq!(access("writerWithoutPrivateAccess"), Some(Access::Writer));
        assert_eq!(access("reader"), Some(Access::Reader));
        assert_eq!(access("freeBusyReader"), Some(Access::Reader));
        assert_eq!(access("Owner of all"), Some(Access::Reader));
        assert_eq!(access("none"), None);
    }

    #[test]
    fn the_accounts_own_name_for_a_calendar_wins() {
        let named = CalendarEntry {
            summary: Some("Team".to_owned()),
            summary_override: Some("My team".to_owned()),
            background_color: Some("red;x:y".to_owned()),
            ..entry("owner")
        };
        let calendar = calendar_of(named).unwrap();
        assert_eq!((calendar.name.as_str(), calendar.color), ("My team", None));
        assert_eq!(calendar_of(entry("owner")).unwrap().name, "c1");
    }
}
