//! How an appointment comes again: from the form's fields to a rule, from a rule to words, and the page
//! that gives a series another rule.

use actix_web::web::{Form, Path};
use app::appointments::{self as booked, Appointment};
use app::series::{self, Reach, Shape};
use app::settings::get_tenant;
use app::{Error, Result as AppResult};
use domain::recurrence::{Ends, Every};
use domain::{AppointmentId, Permission, Recurrence};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::appointments::{reach, taken_rows};
use crate::pages::id;
use crate::views::calendar::{AppointmentForm, RepeatsEdit, TakenRow};
use crate::views::{Choice, Errors};

/// What the form offers, and its texts.
const REPEATS: [(&str, &str); 7] = [
    ("", "repeat-never"),
    ("day", "repeat-day"),
    ("week", "repeat-week"),
    ("month", "repeat-month"),
    ("month-end", "repeat-month-end"),
    ("weekday", "repeat-weekday"),
    ("year", "repeat-year"),
];

/// How often an appointment may come again.
pub fn choices(member: &Member, form: &AppointmentForm) -> Vec<Choice> {
    let choice = |(value, key): (&str, &str)| Choice::new(value, member.text(key), &form.repeat);
    REPEATS.map(choice).to_vec()
}

/// The days of the week, in the order of the reader's weeks; their values are the form's fields.
pub fn weekdays(member: &Member, form: &AppointmentForm) -> Vec<Choice> {
    let dates = member.dates();
    let first = dates.first_of_week(dates.today());
    let choice = |n: i64| {
        let day = first.saturating_add(n.days());
        let number = day.weekday().to_monday_one_offset();
        Choice {
            value: format!("on_{number}"),
            label: dates.weekday_short(day),
            selected: chosen(form).contains(&day.weekday()),
        }
    };
    (0..7).map(choice).collect()
}

fn chosen(form: &AppointmentForm) -> Vec<Weekday> {
    let all = [&form.on_1, &form.on_2, &form.on_3, &form.on_4, &form.on_5, &form.on_6, &form.on_7];
    let days = (1_i8..).zip(all).filter(|(_, on)| *on == "on");
    days.filter_map(|(number, _)| Weekday::from_monday_one_offset(number).ok()).collect()
}

/// The rule that a form asks for, of something that is on this day; its weeks are the business's.
pub async fn asked(
    member: &Member,
    form: &AppointmentForm,
    first: Date,
) -> AppResult<Option<Recurrence>> {
    let Some(rule) = rule(form, first)? else { return Ok(None) };
    let tenant = get_tenant(&member.web.app, &member.ctx).await?;
    Ok(Some(rule.of_weeks_from(tenant.locale.first_weekday(&tenant.zone))))
}

fn rule(form: &AppointmentForm, first: Date) -> Result<Option<Recurrence>, Error> {
    let every = match form.repeat.as_str() {
        "" => return Ok(None),
        "day" => Every::Day,
        "week" => Every::Week,
        "month" => Every::Month,
        "month-end" => Every::MonthEnd,
        "weekday" => Every::MonthOn(nth(first), first.weekday()),
        "year" => Every::Year,
        _ => return Err(Error::invalid("repeat", "error-invalid")),
    };
    let number = |field: &str, text: &str| -> Result<Option<u32>, Error> {
        match text.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| Error::invalid(field, "error-invalid")),
        }
    };
    let count = number("count", &form.count)?;
    let ends = match (form.until.trim(), count) {
        ("", None) => Ends::Never,
        ("", Some(count)) => Ends::After(count),
        (until, None) => {
            Ends::Until(until.parse().map_err(|_| Error::invalid("until", "error-invalid"))?)
        }
        _ => return Err(Error::invalid("count", "error-repeat-two-ends")),
    };
    let interval = number("interval", &form.interval)?.unwrap_or(1);
    let interval =
        u16::try_from(interval).map_err(|_| Error::invalid("interval", "error-invalid"))?;
    let mut days = Vec::new();
    if every == Every::Week {
        days = chosen(form);
        // The day it is on is one of them.
        if !days.is_empty() {
            days.push(first.weekday());
        }
    }
    let rule = Recurrence::new(every, interval, days, ends);
    let wrong = |bad: domain::recurrence::BadRule| match bad.0.as_str() {
        "count" => Error::invalid("count", "error-invalid"),
        _ => Error::invalid("interval", "error-invalid"),
    };
    rule.map(Some).map_err(wrong)
}

/// A form that says a rule.
pub fn form_of(rule: &Recurrence) -> AppointmentForm {
    let mut form = AppointmentForm {
        repeat: match rule.every() {
            Every::Day => "day",
            Every::Week => "week",
            Every::Month => "month",
            Every::MonthEnd => "month-end",
            Every::MonthOn(..) => "weekday",
            Every::Year => "year",
        }
        .to_owned(),
        reach: "following".to_owned(),
        ..AppointmentForm::default()
    };
    if rule.interval() > 1 {
        form.interval = rule.interval().to_string();
    }
    match rule.ends() {
        Ends::Never => {}
        Ends::Until(last) => form.until = last.to_string(),
        Ends::After(count) => form.count = count.to_string(),
    }
    for day in rule.days() {
        let fields = [
            &mut form.on_1,
            &mut form.on_2,
            &mut form.on_3,
            &mut form.on_4,
            &mut form.on_5,
            &mut form.on_6,
            &mut form.on_7,
        ];
        let at = usize::try_from(day.to_monday_zero_offset()).unwrap_or(0);
        if let Some(field) = fields.into_iter().nth(at) {
            "on".clone_into(field);
        }
    }
    form
}

/// How an appointment's series repeats, to be changed.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    let which: AppointmentId = id(&path)?;
    let (each, shape) = shape(&member, &which).await?;
    let form = shape.as_ref().map(|shape| form_of(&shape.rule)).unwrap_or_default();
    page(&member, &each, shape.as_ref(), form, (Errors::new(), Vec::new())).await
}

async fn shape(member: &Member, which: &AppointmentId) -> AppResult<(Appointment, Option<Shape>)> {
    let each = booked::get_appointment(&member.web.app, &member.ctx, which).await?;
    member.ctx.require(Permission::WriteAppointments)?;
    Ok((each, series::find_shape(&member.web.app, &member.ctx, which).await?))
}

async fn page(
    member: &Member,
    each: &Appointment,
    shape: Option<&Shape>,
    form: AppointmentForm,
    (errors, taken): (Errors, Vec<TakenRow>),
) -> Answer {
    let mut repeats = choices(member, &form);
    repeats.retain(|choice| !choice.value.is_empty());
    let page = RepeatsEdit {
        href: format!("/appointments/{}", each.id),
        title: each.title.clone(),
        rule: shape.map(|shape| in_words(member, &shape.rule)),
        over: shape.is_some_and(|shape| shape.coming.is_none()),
        weekdays: weekdays(member, &form),
        repeats,
        form,
        errors,
        taken,
    };
    member.form_page(&page, &page.errors).await
}

/// Gives a series another rule.
pub async fn change(member: Member, path: Path<String>, form: Form<AppointmentForm>) -> Answer {
    let (app, ctx, form) = (&member.web.app, &member.ctx, form.into_inner());
    let which: AppointmentId = id(&path)?;
    let (each, shape) = shape(&member, &which).await?;
    let changed = match wanted(&member, &form, shape.as_ref()).await {
        Ok((rule, reach)) => {
            series::change_rule(app, ctx, &which, rule, reach, form.anyway == "on").await
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(done) => {
            let to = format!("/appointments/{}", done.first.id);
            let some = "said-series-rule-changed-some";
            member.said(&to, if done.kept == 0 { "said-series-rule-changed" } else { some })
        }
        Err(mut error) => {
            let taken = match &mut error {
                Error::Taken { by } => taken_rows(&member, std::mem::take(by)).await?,
                _ => Vec::new(),
            };
            let errors = form_errors(error)?;
            page(&member, &each, shape.as_ref(), form, (errors, taken)).await
        }
    }
}

/// The rule that a form asks for, and for how many.
async fn wanted(
    member: &Member,
    form: &AppointmentForm,
    shape: Option<&Shape>,
) -> AppResult<(Recurrence, Reach)> {
    let shape = shape.ok_or_else(|| Error::invalid("form", "error-no-series"))?;
    let reach = reach(&form.reach).ok_or_else(|| Error::invalid("reach", "error-invalid"))?;
    let first = shape.first(reach).ok_or_else(|| Error::invalid("form", "error-series-over"))?;
    let rule = asked(member, form, first).await?;
    let rule = rule.ok_or_else(|| Error::invalid("repeat", "error-invalid"))?;
    Ok((rule.of_weeks_as(&shape.rule), reach))
}

/// Which of its weekday in its month a day is; the fifth is the last.
fn nth(day: Date) -> i8 {
    let nth = (day.day() - 1) / 7 + 1;
    if nth > 4 { -1 } else { nth }
}

/// A rule in the reader's words.
pub fn in_words(member: &Member, rule: &Recurrence) -> String {
    let dates = member.dates();
    let key = match rule.every() {
        Every::Day => "repeats-day",
        Every::Week => "repeats-week",
        Every::Month | Every::MonthEnd | Every::MonthOn(..) => "repeats-month",
        Every::Year => "repeats-year",
    };
    let mut words = member.text_with(key, &[("n", &rule.interval().to_string())]);
    let monday = Date::constant(2024, 1, 1);
    let name = |day: &Weekday| {
        dates.weekday_short(monday.saturating_add(i64::from(day.to_monday_zero_offset()).days()))
    };
    if rule.every() == Every::MonthEnd {
        words = format!("{words}: {}", member.text("repeats-month-end"));
    }
    if !rule.days().is_empty() {
        let first = dates.first_of_week(monday).weekday();
        let mut days = rule.days().to_vec();
        days.sort_by_key(|day| day.since(first));
        let days: Vec<String> = days.iter().map(name).collect();
        words = format!("{words}: {}", days.join(", "));
    }
    match rule.ends() {
        Ends::Never => words,
        Ends::Until(last) => {
            let until = member.text_with("repeats-until", &[("date", &dates.short(last))]);
            format!("{words}, {until}")
        }
        Ends::After(count) => {
            let times = member.text_with("repeats-times", &[("n", &count.to_string())]);
            format!("{words}, {times}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn form(repeat: &str) -> AppointmentForm {
        AppointmentForm { repeat: repeat.to_owned(), ..AppointmentForm::default() }
    }

    fn read(form: &AppointmentForm) -> String {
        rule(form, date(2026, 11, 24)).unwrap().map(|rule| rule.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_form_is_a_rule() {
        assert_eq!(read(&form("")), "");
        assert_eq!(read(&form("weekday")), "FREQ=MONTHLY;BYDAY=4TU");
        assert_eq!(read(&form("month-end")), "FREQ=MONTHLY;BYMONTHDAY=-1");
        let weekly = AppointmentForm {
            on_4: "on".to_owned(),
            interval: "2".to_owned(),
            count: "6".to_owned(),
            ..form("week")
        };
        assert_eq!(read(&weekly), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=6");
        let until = AppointmentForm { until: "2026-12-31".to_owned(), ..form("day") };
        assert_eq!(read(&until), "FREQ=DAILY;UNTIL=20261231");
    }

    #[test]
    fn the_fifth_of_a_weekday_is_the_last() {
        assert_eq!(nth(date(2026, 11, 30)), -1);
        assert_eq!(nth(date(2026, 11, 28)), 4);
        assert_eq!(nth(date(2026, 11, 1)), 1);
    }

    #[test]
    fn what_makes_no_rule_names_its_field() {
        let field = |form: AppointmentForm| match rule(&form, date(2026, 11, 24)) {
            Err(Error::Invalid { field, .. }) => field,
            other => format!("{other:?}"),
        };
        let with = |interval: &str, count: &str, until: &str| AppointmentForm {
            interval: interval.to_owned(),
            count: count.to_owned(),
            until: until.to_owned(),
            ..form("day")
        };
        assert_eq!(field(with("0", "", "")), "interval");
        assert_eq!(field(with("x", "", "")), "interval");
        assert_eq!(field(with("", "0", "")), "count");
        assert_eq!(field(with("", "3", "2026-12-31")), "count");
        assert_eq!(field(with("", "", "soon")), "until");
        assert_eq!(field(form("hourly")), "repeat");
    }
}
