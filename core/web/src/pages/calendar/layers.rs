//! What of the calendar can be shown and hidden, and in which colours it stands.

use std::collections::HashMap;

use app::appointments::OnBetween;
use domain::CalendarId;

use crate::views::calendar::Layer;

/// Marks what is in no calendar but ours; it has the business's own colour.
const HERE: &str = "here";
/// The colours of connected calendars, in turn: neighbours are told apart easily.
const COLOURS: [&str; 8] = ["blue", "brick", "violet", "olive", "plum", "lake", "rose", "slate"];

/// Which calendar has which colour.
pub(super) type Colours = HashMap<String, &'static str>;

/// The mark of what is in a calendar.
pub(super) fn of(calendar: Option<&CalendarId>) -> String {
    calendar.map_or_else(|| HERE.to_owned(), ToString::to_string)
}

/// The colours of the calendars: by when they were chosen, so that each keeps its own.
pub(super) fn colours(on: &OnBetween) -> Colours {
    let mut ids: Vec<String> = on.calendars.iter().map(|each| each.id.to_string()).collect();
    ids.sort_unstable();
    ids.into_iter().zip(COLOURS.into_iter().cycle()).collect()
}

/// The calendars, ours first; none where there is but ours.
pub(super) fn calendars(on: &OnBetween) -> Vec<Layer> {
    if on.calendars.is_empty() {
        return Vec::new();
    }
    let colours = colours(on);
    let here = Layer { id: HERE.to_owned(), name: String::new(), colour: "" };
    let connected = on.calendars.iter().map(|each| {
        let id = each.id.to_string();
        let colour = colours.get(&id).copied().unwrap_or_default();
        Layer { id, name: each.name.clone(), colour }
    });
    std::iter::once(here).chain(connected).collect()
}

/// Whose appointments there are; none where they are all one member's.
pub(super) fn makers(on: &OnBetween) -> Vec<Layer> {
    if on.makers.len() < 2 {
        return Vec::new();
    }
    let layer = |(id, name): &(domain::AccountId, String)| Layer {
        id: id.to_string(),
        name: name.clone(),
        colour: "",
    };
    on.makers.iter().map(layer).collect()
}
