//! What is on, as every view of the calendar shows it, before it has its place.

use app::appointments as booked;
use jiff::civil::Date;

use super::layers;
use crate::dates::is_whole_days;
use crate::member::Member;
use crate::pages::paragraphs;
use crate::views::calendar::Entry;
use crate::week::Span;

/// Something that is on.
pub(super) struct Item {
    /// When, as the wall clock says.
    pub span: Span,
    /// What is shown of it.
    pub entry: Entry,
    /// The appointment's revision; 0 for a busy time.
    pub rev: i64,
}

impl Item {
    /// Where it stands in a list of a day: what is about days comes first.
    pub fn order(&self) -> (bool, jiff::civil::DateTime) {
        (!self.span.all_day, self.span.start)
    }
}

/// The ones on a day, in order.
pub(super) fn on_day(items: &[Item], day: Date) -> Vec<&Item> {
    let mut on: Vec<&Item> = items.iter().filter(|item| item.span.touches(day)).collect();
    on.sort_by_key(|item| item.order());
    on
}

/// Everything between two instants, by start.
pub(super) fn items(member: &Member, on: &booked::OnBetween) -> Vec<Item> {
    let (dates, now) = (member.dates(), member.web.app.clock.now());
    let span = |from, to, all_day| Span { start: dates.local(from), end: dates.local(to), all_day };
    let (colours, of_makers) = (layers::colours(on), layers::colours_of_makers(on));
    let whole = |from, to| is_whole_days(dates.local(from), dates.local(to));
    let worn = |maker: &str, entry: Entry| match of_makers.get(maker) {
        Some(colour) => Entry { maker: maker.to_owned(), colour, ..entry },
        None => Entry { maker: maker.to_owned(), ..entry },
    };
    let booked = on.appointments.iter().map(|each| Item {
        span: span(each.starts_at, each.ends_at, whole(each.starts_at, each.ends_at)),
        rev: each.rev,
        entry: Entry {
            id: each.id.to_string(),
            href: Some(format!("/appointments/{}", each.id)),
            title: each.title.clone(),
            person: each
                .person_id
                .as_ref()
                .and_then(|id| on.names.get(id))
                .cloned()
                .unwrap_or_default(),
            time: dates.time_span(each.starts_at, each.ends_at),
            all_day: whole(each.starts_at, each.ends_at),
            recurring: on.recurring.contains(&each.id),
            online: each.online,
            past: each.ends_at <= now,
            problem: each.sync_state.as_str() == "failed",
            place: each.location.clone(),
            ..worn(
                each.created_by.as_ref().map(|id| id.as_str()).unwrap_or_default(),
                blank(layers::of(each.calendar_id.as_ref()), &colours),
            )
        },
    });
    let busy = on.busy.iter().map(|each| Item {
        span: span(each.starts_at, each.ends_at, each.all_day),
        rev: 0,
        entry: Entry {
            id: format!("{}-{}", each.calendar_id, each.external_id),
            title: each.title.clone(),
            more: more(each),
            time: dates.time_span(each.starts_at, each.ends_at),
            all_day: each.all_day,
            past: each.ends_at <= now,
            ..blank(layers::of(Some(&each.calendar_id)), &colours)
        },
    });
    let mut items: Vec<Item> = booked.chain(busy).collect();
    items.sort_by_key(|item| item.span.start);
    items
}

/// Where it is and what is noted of it, as far as that is shown.
fn more(busy: &booked::BusyBlock) -> Vec<String> {
    let place = Some(busy.location.clone()).filter(|place| !place.is_empty());
    place.into_iter().chain(paragraphs(&busy.notes)).collect()
}

fn blank(layer: String, colours: &layers::Colours) -> Entry {
    Entry {
        id: String::new(),
        href: None,
        title: String::new(),
        more: Vec::new(),
        person: String::new(),
        time: String::new(),
        all_day: false,
        row: 1,
        rows: 1,
        lane: 1,
        lanes: 1,
        short: false,
        recurring: false,
        online: false,
        past: false,
        problem: false,
        place: String::new(),
        maker: String::new(),
        colour: colours.get(&layer).copied().unwrap_or_default(),
        layer,
    }
}
