//! The calendar: a day, a week, a month, or a list of what comes. Drawn here whole; a script puts a grid
//! in its place on which appointments can be moved.

use actix_web::web::Query;
use app::Error;
use app::appointments as booked;
use domain::Permission;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::answer::Answer;
use crate::dates::Dates;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::zone_name;
use crate::views::Tab;
use crate::views::calendar::{CalendarPage, GridFacts};
use crate::week::Hours;

mod agenda;
mod files;
mod grid;
mod items;
mod layers;
mod month;
mod moves;

pub(crate) use files::answer;
pub use files::{export, export_one};
pub use grid::events;
pub use moves::shift;

use items::Item;

/// How many days the list goes ahead.
const AGENDA_DAYS: i64 = 28;

/// Which part of the calendar.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct CalendarQuery {
    view: String,
    date: String,
    week: String,
}

/// How the calendar is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Day,
    Week,
    Month,
    Agenda,
}

impl View {
    const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Agenda];

    const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Agenda => "agenda",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Day => "calendar-day",
            Self::Week => "calendar-week",
            Self::Month => "calendar-month",
            Self::Agenda => "calendar-agenda",
        }
    }

    fn href(self, date: Date) -> String {
        format!("/calendar?view={}&date={date}", self.name())
    }

    /// The first day shown, and the first that isn't any more.
    fn span(self, dates: &Dates<'_>, date: Date) -> (Date, Date) {
        match self {
            Self::Day => (date, date.saturating_add(1.day())),
            Self::Week => {
                let first = dates.first_of_week(date);
                (first, first.saturating_add(7.days()))
            }
            Self::Month => {
                let first = dates.first_of_week(date.first_of_month());
                let last = dates.first_of_week(date.last_of_month());
                (first, last.saturating_add(7.days()))
            }
            Self::Agenda => (date, date.saturating_add(AGENDA_DAYS.days())),
        }
    }

    /// A day of what is before and one of what is after.
    fn beside(self, date: Date) -> (Date, Date) {
        let step = match self {
            Self::Day => 1.day(),
            Self::Week => 7.days(),
            Self::Month => 1.month(),
            Self::Agenda => AGENDA_DAYS.days(),
        };
        let from = if self == Self::Month { date.first_of_month() } else { date };
        (from.saturating_sub(step), from.saturating_add(step))
    }

    fn title(self, dates: &Dates<'_>, date: Date) -> String {
        match self {
            Self::Day => dates.full(date),
            Self::Week => dates.week(dates.first_of_week(date)),
            Self::Month => dates.month_of(date),
            Self::Agenda => {
                let last = date.saturating_add((AGENDA_DAYS - 1).days());
                format!("{} – {}", dates.short(date), dates.short(last))
            }
        }
    }
}

impl CalendarQuery {
    fn view(&self) -> View {
        View::ALL.into_iter().find(|view| view.name() == self.view).unwrap_or(View::Week)
    }

    /// The day that is asked for; today when none is, or none that there is.
    fn day(&self, dates: &Dates<'_>) -> Date {
        let asked = [&self.date, &self.week].into_iter().find_map(|text| text.parse().ok());
        // Far away there are days without a day after them.
        let near = |date: &Date| (1970..2200).contains(&date.year());
        asked.filter(near).unwrap_or_else(|| dates.today())
    }
}

/// What is on from one day to another, which isn't included.
async fn on(
    member: &Member,
    first: Date,
    after: Date,
) -> Result<(booked::OnBetween, Vec<Item>), Failure> {
    let instant = |day| member.ctx.zone.start_of_day(day).ok_or(Error::NotFound);
    let (from, to) = (instant(first)?, instant(after)?);
    let on = booked::get_span(&member.web.app, &member.ctx, from, to).await?;
    let items = items::items(member, &on);
    Ok((on, items))
}

/// The calendar; this week when nothing else is asked for.
pub async fn show(member: Member, query: Query<CalendarQuery>) -> Answer {
    let dates = member.dates();
    let (view, date) = (query.view(), query.day(&dates));
    let (first, after) = view.span(&dates, date);
    let (on, items) = on(&member, first, after).await?;
    let days: Vec<Date> = each_day(first, after);
    let spans: Vec<_> = items.iter().map(|item| item.span).collect();
    let hours = Hours::of(&days, &spans);
    let is_grid = matches!(view, View::Day | View::Week);
    let (before, later) = view.beside(date);
    let is_now =
        days.contains(&dates.today()) && (view != View::Month || same_month(date, dates.today()));
    let tab = |each: View| Tab {
        key: each.key(),
        href: each.href(date),
        count: None,
        current: each == view,
    };
    let role = member.ctx.role;
    let page = CalendarPage {
        view: view.name(),
        tabs: View::ALL.map(tab).to_vec(),
        title: view.title(&dates, date),
        previous: view.href(before),
        next: view.href(later),
        now: (!is_now).then(|| view.href(dates.today())),
        grid: facts(&member, &dates, date, hours),
        hours: if is_grid { hour_names(hours) } else { Vec::new() },
        days: if is_grid { grid::days(&member, &dates, &days, hours, &items) } else { Vec::new() },
        month: if view == View::Month {
            month::days(&dates, date, &days, &items)
        } else {
            Vec::new()
        },
        agenda: if view == View::Agenda { agenda::days(&dates, &days, &items) } else { Vec::new() },
        calendars: layers::calendars(&on),
        makers: layers::makers(&on),
        by_maker: layers::are_by_maker(&on),
        file: format!("/calendar/file?from={first}&to={after}"),
        first_day: first.to_string(),
        last_day: after.saturating_sub(1.day()).to_string(),
        zone: zone_name(&member.ctx.zone),
        has_calendar: !on.calendars.is_empty(),
        can_book: role.may(Permission::WriteAppointments),
        can_connect: role.may(Permission::ManageConnections),
    };
    member.page(&page).await
}

fn each_day(first: Date, after: Date) -> Vec<Date> {
    first.series(1.day()).take_while(|day| *day < after).collect()
}

fn same_month(one: Date, other: Date) -> bool {
    one.first_of_month() == other.first_of_month()
}

fn hour_names(hours: Hours) -> Vec<String> {
    (hours.first..hours.last).map(|hour| format!("{hour:02}:00")).collect()
}

fn facts(member: &Member, dates: &Dates<'_>, date: Date, hours: Hours) -> GridFacts {
    let now = member.web.app.clock.now();
    let sunday = date.saturating_sub(i64::from(date.weekday().to_sunday_zero_offset()).days());
    let names = each_day(sunday, sunday.saturating_add(7.days())).into_iter();
    let names: Vec<String> = names.map(|day| dates.weekday_short(day)).collect();
    GridFacts {
        weekdays: names.join("|"),
        date: date.to_string(),
        first_day: dates.first_of_week(date).weekday().to_sunday_zero_offset(),
        offset: member.ctx.zone.offset(now),
        zone: member.ctx.zone.name().to_owned(),
        hour: hours.first,
    }
}
