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

/// The colours of the calendars, where those are told apart by colour: by when they were chosen, so that
/// each keeps its own.
pub(super) fn colours(on: &OnBetween) -> Colours {
    if are_by_maker(on) {
        return Colours::new();
    }
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

/// Whose appointments there are, each in a colour of their own where the calendars need none; none where
/// they are all one member's.
pub(super) fn makers(on: &OnBetween) -> Vec<Layer> {
    if on.makers.len() < 2 {
        return Vec::new();
    }
    let colours = colours_of_makers(on);
    let layer = |(id, name): &(domain::AccountId, String)| Layer {
        id: id.to_string(),
        name: name.clone(),
        colour: colours.get(&id.to_string()).copied().unwrap_or_default(),
    };
    on.makers.iter().map(layer).collect()
}

/// Whether colours tell people apart rather than calendars: where several make appointments, and all of
/// them are in one calendar.
pub(super) fn are_by_maker(on: &OnBetween) -> bool {
    on.makers.len() > 1 && on.calendars.len() < 2
}

/// The colours of the people, if they have any. Somebody keeps theirs from week to week, whoever else is
/// there, as long as no two would have the same.
pub(super) fn colours_of_makers(on: &OnBetween) -> Colours {
    let mut given = Colours::new();
    if !are_by_maker(on) {
        return given;
    }
    for (id, _) in &on.makers {
        let own =
            id.as_str().bytes().fold(0_usize, |sum, byte| sum * 31 % 9_973 + usize::from(byte));
        let mut turn = (0..COLOURS.len()).map(|step| COLOURS[(own + step) % COLOURS.len()]);
        let is_free = |colour: &&str| given.values().all(|taken| taken != colour);
        let colour = turn.find(is_free).unwrap_or(COLOURS[own % COLOURS.len()]);
        given.insert(id.to_string(), colour);
    }
    given
}
