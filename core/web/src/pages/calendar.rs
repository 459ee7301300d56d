//! The week.

use actix_web::web::Query;
use app::Error;
use app::appointments as booked;
use domain::Permission;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::answer::Answer;
use crate::dates::Dates;
use crate::member::Member;
use crate::pages::{paragraphs, zone_name};
use crate::views::calendar::{Day, Entry, Week};
use crate::week::{self, Hours, Place, Span};

/// Which week.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WeekQuery {
    week: String,
}

/// Something of the week, before it has its place.
struct Item {
    span: Span,
    entry: Entry,
}

/// The week of a day; this week when none is named.
pub async fn show(member: Member, query: Query<WeekQuery>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let dates = member.dates();
    let asked: Date = query.week.parse().unwrap_or_else(|_| dates.today());
    let first = dates.first_of_week(asked);
    let days: Vec<Date> = (0..7).map(|day| first.saturating_add(i64::from(day).days())).collect();
    let after = first.saturating_add(7.days());
    let instant = |day| ctx.zone.start_of_day(day).ok_or(Error::NotFound);
    let on = booked::get_span(app, ctx, instant(first)?, instant(after)?).await?;
    let items = items(&member, &dates, &on);
    let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
    let hours = Hours::of(&days, &spans);
    let role = ctx.role;
    let page = Week {
        title: dates.week(first),
        previous: format!("/calendar?week={}", first.saturating_sub(7.days())),
        next: format!("/calendar?week={after}"),
        is_this_week: days.contains(&dates.today()),
        hours: (hours.first..hours.last).map(|hour| format!("{hour:02}:00")).collect(),
        days: days.iter().map(|day| draw_day(&member, &dates, *day, hours, &items)).collect(),
        rows: hours.rows(),
        zone: zone_name(&ctx.zone),
        has_calendar: on.has_calendar,
        can_book: role.may(Permission::WriteAppointments),
        can_connect: role.may(Permission::ManageConnections),
    };
    member.page(&page).await
}

fn items(member: &Member, dates: &Dates<'_>, on: &booked::OnBetween) -> Vec<Item> {
    let now = member.web.app.clock.now();
    let span = |from, to, all_day| Span { start: dates.local(from), end: dates.local(to), all_day };
    let booked = on.appointments.iter().map(|each| Item {
        span: span(each.starts_at, each.ends_at, false),
        entry: Entry {
            href: Some(format!("/appointments/{}", each.id)),
            title: each.title.clone(),
            person: each
                .person_id
                .as_ref()
                .and_then(|id| on.names.get(id))
                .cloned()
                .unwrap_or_default(),
            time: dates.time_span(each.starts_at, each.ends_at),
            online: each.online,
            past: each.ends_at <= now,
            problem: each.sync_state.as_str() == "failed",
            ..blank()
        },
    });
    let busy = on.busy.iter().map(|each| Item {
        span: span(each.starts_at, each.ends_at, each.all_day),
        entry: Entry {
            title: each.title.clone(),
            more: more(each),
            time: dates.time_span(each.starts_at, each.ends_at),
            all_day: each.all_day,
            ..blank()
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

fn blank() -> Entry {
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
        online: false,
        past: false,
        problem: false,
    }
}

fn draw_day(member: &Member, dates: &Dates<'_>, day: Date, hours: Hours, items: &[Item]) -> Day {
    let on: Vec<&Item> = items.iter().filter(|item| item.span.touches(day)).collect();
    let spans: Vec<Span> = on.iter().map(|item| item.span).collect();
    let places = week::place(day, hours, &spans);
    let is_today = day == dates.today();
    let now = dates.local(member.web.app.clock.now());
    Day {
        date: day.to_string(),
        weekday: dates.weekday_short(day),
        weekday_long: dates.weekday(day),
        number: day.day().to_string(),
        full: dates.full(day),
        is_today,
        now_row: if is_today { hours.row_of(now) } else { None },
        entries: on
            .iter()
            .zip(places)
            .enumerate()
            .map(|(n, (item, place))| placed(&item.entry, place, format!("entry-{day}-{n}")))
            .collect(),
    }
}

fn placed(entry: &Entry, place: Place, id: String) -> Entry {
    let Place { row, rows, lane, lanes } = place;
    Entry { id, row, rows, lane, lanes, short: rows < 3, ..entry.clone() }
}
