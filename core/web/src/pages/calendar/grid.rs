//! A day or a week as a grid: drawn here, and as data for the script that draws one to move things on.

use actix_web::HttpResponse;
use actix_web::web::Query;
use app::Error;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use super::items::{Item, on_day};
use crate::answer::Answer;
use crate::dates::Dates;
use crate::member::Member;
use crate::views::calendar::{Day, Entry, GridEntry};
use crate::week::{self, Hours, Place, Span};
use domain::Permission;

/// As many days as are asked for at once.
const DAYS_MAX: i32 = 62;

pub(super) fn days(
    member: &Member,
    dates: &Dates<'_>,
    days: &[Date],
    hours: Hours,
    items: &[Item],
) -> Vec<Day> {
    days.iter().map(|day| draw(member, dates, *day, hours, items)).collect()
}

fn draw(member: &Member, dates: &Dates<'_>, day: Date, hours: Hours, items: &[Item]) -> Day {
    let on = on_day(items, day);
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

/// From which day up to which, the last not included.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SpanQuery {
    from: String,
    to: String,
}

impl SpanQuery {
    /// What is asked for; this week where nothing is.
    pub(super) fn days(&self, dates: &Dates<'_>) -> Result<(Date, Date), Error> {
        let day = |field: &str, text: &str, none: Date| match text {
            "" => Ok(none),
            text => text.parse::<Date>().map_err(|_| Error::invalid(field, "error-invalid")),
        };
        let week = dates.first_of_week(dates.today());
        let from = day("from", &self.from, week)?;
        let to = day("to", &self.to, from.saturating_add(7.days()))?;
        let length = from.until(to).map(|span| span.get_days()).unwrap_or_default();
        if (1..=DAYS_MAX).contains(&length) {
            Ok((from, to))
        } else {
            Err(Error::invalid("to", "error-invalid"))
        }
    }
}

/// What is on, as data.
pub async fn events(member: Member, query: Query<SpanQuery>) -> Answer {
    let (from, to) = query.days(&member.dates())?;
    let (_, items) = super::on(&member, from, to).await?;
    let can_book = member.ctx.role.may(Permission::WriteAppointments);
    let told: Vec<GridEntry> = items.iter().map(|item| tell(&member, item, can_book)).collect();
    Ok(HttpResponse::Ok().json(told))
}

fn tell(member: &Member, item: &Item, can_book: bool) -> GridEntry {
    let Entry { id, href, title, more, person, time, all_day, .. } = item.entry.clone();
    let Entry { recurring, online, past, problem, layer, maker, colour, .. } = item.entry.clone();
    let wall = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    GridEntry {
        id,
        title: if title.is_empty() { member.text("busy") } else { title },
        start: wall(item.span.start),
        end: wall(item.span.end),
        all_day,
        movable: can_book && href.is_some(),
        href,
        rev: item.rev,
        person,
        time: if all_day { member.text("all-day") } else { time },
        more,
        recurring,
        online,
        past,
        problem,
        layer,
        maker,
        colour,
    }
}
