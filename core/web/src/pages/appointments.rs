//! An appointment: its page, booking, changing and cancelling it.

use std::collections::HashMap;

use actix_web::web::{Form, Path, Query};
use app::appointments::{self as booked, Appointment, AppointmentInput};
use app::availability::{Taken, TakenBy};
use app::people::{self, Person, PersonFilter, PersonOrder};
use app::plugin_views::Place;
use app::series::{self, Reach};
use app::tasks::LinkKind;
use app::{Error, calendars, event_states};
use domain::{AppointmentId, Permission, PersonId, Recurrence, Timestamp};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::dates::is_whole_days;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::people::choices;
use crate::pages::{id, paragraphs, plugin_views, repeats, tasks, zone_name};
use crate::views::calendar::{
    AppointmentEdit, AppointmentForm, AppointmentPage, AppointmentRow, MergeRow, TakenRow,
};
use crate::views::{Choice, Errors};

/// How many people the form offers.
const PEOPLE_MAX: i64 = 500;

/// Appointments as lists show them, with the names of who they are with.
pub async fn rows(member: &Member, all: Vec<Appointment>) -> Result<Vec<AppointmentRow>, Failure> {
    let names = names_of(member, &all).await?;
    Ok(all.iter().map(|each| row(member, each, &names)).collect())
}

/// The names of the people of these appointments, as far as the role sees them.
pub async fn names_of(
    member: &Member,
    all: &[Appointment],
) -> Result<HashMap<PersonId, String>, Failure> {
    let mut ids: Vec<PersonId> = all.iter().filter_map(|each| each.person_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || !member.ctx.role.may(Permission::ReadPeople) {
        return Ok(HashMap::new());
    }
    let people = people::list_people_by_ids(&member.web.app, &member.ctx, ids).await?;
    Ok(people.into_iter().map(|person| (person.id, person.name)).collect())
}

fn row(
    member: &Member,
    appointment: &Appointment,
    names: &HashMap<PersonId, String>,
) -> AppointmentRow {
    let dates = member.dates();
    let person = appointment.person_id.as_ref().and_then(|id| names.get(id)).cloned();
    AppointmentRow {
        href: format!("/appointments/{}", appointment.id),
        title: appointment.title.clone(),
        person: person.unwrap_or_default(),
        location: appointment.location.clone(),
        day: dates.day(dates.local(appointment.starts_at).date()),
        start: dates.time(appointment.starts_at),
        time: dates.time_span(appointment.starts_at, appointment.ends_at),
        online: appointment.online,
        online_url: appointment.online_url.clone().filter(|url| url.starts_with("https://")),
        cancelled: appointment.status.as_str() == "cancelled",
        past: appointment.ends_at <= member.web.app.clock.now(),
    }
}

/// The page of an appointment.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let appointment = booked::get_appointment(app, ctx, &id(&path)?).await?;
    let names = names_of(&member, std::slice::from_ref(&appointment)).await?;
    let calendars = calendars::list_calendars(app, ctx).await?;
    let calendar =
        calendars.into_iter().find(|each| Some(&each.id) == appointment.calendar_id.as_ref());
    let state = event_states::get_event_state(app, ctx, &appointment.id).await?;
    let rule = series::find_rule(app, ctx, &appointment.id).await?;
    let row = row(&member, &appointment, &names);
    let (sync, meeting) = (appointment.sync_state.as_str(), appointment.online_state.as_str());
    let waits = sync == "pending" || appointment.online && meeting == "pending";
    let person = appointment.person_id.as_ref().filter(|id| names.contains_key(id));
    let about = Some(("appointment", appointment.id.to_string()));
    let page = AppointmentPage {
        panels: plugin_views::slots(&member, Place::Appointment, about).await?,
        tasks: tasks::panel(&member, LinkKind::Appointment, appointment.id.as_str()).await?,
        id: appointment.id.to_string(),
        person_href: person.map(|id| format!("/people/{id}")),
        notes: paragraphs(&appointment.notes),
        rule: rule.map(|rule| repeats::in_words(&member, &rule)),
        other_zone: (appointment.zone != ctx.zone).then(|| zone_name(&appointment.zone)),
        calendar: calendar.map(|calendar| calendar.name),
        event_url: appointment.external_url.clone().filter(|url| url.starts_with("https://")),
        sync: sync.to_owned(),
        sync_problem: problem(&member, &appointment),
        failing_since: state.failing_since.map(|at| member.dates().moment(at)),
        merged_at: state.merged_at.map(|at| member.dates().moment(at)),
        merges: merges(&member, state.merges),
        meeting: if sync == "synced" && meeting == "none" { "unmade" } else { meeting }.to_owned(),
        pending: waits && !row.cancelled,
        can_write: ctx.role.may(Permission::WriteAppointments),
        row,
    };
    member.page(&page).await
}

fn problem(member: &Member, appointment: &Appointment) -> Option<String> {
    let word = appointment.sync_problem.as_deref()?;
    let known = |key: &&str| member.web.theme.texts.has(member.ctx.locale, key);
    let prefixed = format!("problem-{word}");
    let key = [word, &prefixed].into_iter().find(known).unwrap_or("problem-failed");
    Some(member.text(key))
}

fn merges(member: &Member, all: Vec<event_states::Merge>) -> Vec<MergeRow> {
    let row = |merge: event_states::Merge| MergeRow {
        other: in_words(member, &merge.field, merge.other),
        field: merge.field,
    };
    all.into_iter().map(row).collect()
}

/// A value of a field that two sides had changed, as people read it.
pub fn in_words(member: &Member, field: &str, value: String) -> String {
    if field != "time" {
        return value;
    }
    let dates = member.dates();
    let span = |value: &str| {
        let (from, to) = value.split_once('/')?;
        let (from, to) = (Timestamp::parse_rfc3339(from)?, Timestamp::parse_rfc3339(to)?);
        Some(format!("{}, {}", dates.day(dates.local(from).date()), dates.time_span(from, to)))
    };
    span(&value).unwrap_or_default()
}

/// What takes the time that was wanted.
pub(super) async fn taken_rows(member: &Member, by: Vec<Taken>) -> Result<Vec<TakenRow>, Failure> {
    let with = |taken: &Taken| match &taken.by {
        TakenBy::Appointment { person, .. } => person.clone(),
        TakenBy::Busy { .. } => None,
    };
    let ids: Vec<PersonId> = by.iter().filter_map(with).collect();
    let mut names = HashMap::new();
    if !ids.is_empty() && member.ctx.role.may(Permission::ReadPeople) {
        let people = people::list_people_by_ids(&member.web.app, &member.ctx, ids).await?;
        names.extend(people.into_iter().map(|person| (person.id, person.name)));
    }
    let dates = member.dates();
    let row = |taken: Taken| {
        let day = dates.day(dates.local(taken.starts_at).date());
        let when = match taken.all_day {
            true => day,
            false => format!("{day}, {}", dates.time_span(taken.starts_at, taken.ends_at)),
        };
        let person = with(&taken).and_then(|id| names.get(&id).cloned()).unwrap_or_default();
        match taken.by {
            TakenBy::Appointment { id, title, .. } => TakenRow {
                href: Some(format!("/appointments/{id}")),
                title,
                person,
                calendar: String::new(),
                when,
            },
            TakenBy::Busy { calendar, title } => {
                TakenRow { href: None, title, person, calendar, when }
            }
        }
    };
    Ok(by.into_iter().map(row).collect())
}

/// The form again, with what is wrong or what takes the time.
async fn refused(
    member: &Member,
    appointment: Option<&Appointment>,
    form: AppointmentForm,
    mut error: Error,
) -> Answer {
    let taken = match &mut error {
        Error::Taken { by } => taken_rows(member, std::mem::take(by)).await?,
        _ => Vec::new(),
    };
    edit_page(member, appointment, form, form_errors(error)?, taken).await
}

/// What a link to the form may fill in.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NewQuery {
    person: String,
    date: String,
    start: String,
    end: String,
    days: i64,
    last: String,
}

impl NewQuery {
    /// When it is to be by the wall clock; what isn't said follows from what is, or from the next full
    /// hour.
    fn times(&self, next: DateTime) -> (DateTime, DateTime) {
        let date = self.date.parse().unwrap_or_else(|_| next.date());
        let start = date.to_datetime(self.start.parse().unwrap_or_else(|_| next.time()));
        let last = date.saturating_add(self.days.clamp(0, booked::DAYS_MAX).days());
        let end = self.end.parse::<Time>().ok().map(|end| last.to_datetime(end));
        let end = end.filter(|end| *end > start);
        (start, end.unwrap_or_else(|| start.saturating_add(1.hour())))
    }
}

/// The form for a new appointment: when the link says, else the next full hour and an hour long; in the
/// default calendar.
pub async fn show_new(member: Member, query: Query<NewQuery>) -> Answer {
    member.ctx.require_to_see(Permission::ReadAppointments)?;
    member.ctx.require(Permission::WriteAppointments)?;
    let next = member.ctx.zone.local(member.web.app.clock.now().plus_secs(3_600));
    let next = next.with().minute(0).second(0).subsec_nanosecond(0).build().unwrap_or(next);
    let (start, end) = query.times(next);
    let calendars = calendars::list_calendars(&member.web.app, &member.ctx).await?;
    let default = calendars.iter().find(|calendar| calendar.is_default);
    let form = AppointmentForm {
        form_id: member.web.random(16),
        person: query.person.clone(),
        date: start.date().to_string(),
        start: clock(start),
        end: clock(end),
        days: i64::from(days_between(start, end)),
        all_day: if query.last.is_empty() { String::new() } else { "on".to_owned() },
        last: query.last.clone(),
        calendar: default.map(|calendar| calendar.id.to_string()).unwrap_or_default(),
        ..AppointmentForm::default()
    };
    edit_page(&member, None, form, Errors::new(), Vec::new()).await
}

fn days_between(start: DateTime, end: DateTime) -> i32 {
    start.date().until(end.date()).map(|span| span.get_days()).unwrap_or_default()
}

fn clock(local: DateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

async fn edit_page(
    member: &Member,
    appointment: Option<&Appointment>,
    form: AppointmentForm,
    errors: Errors,
    taken: Vec<TakenRow>,
) -> Answer {
    let own = appointment.map(|each| format!("/appointments/{}", each.id));
    let calendars = calendars::list_calendars(&member.web.app, &member.ctx).await?;
    let choices = calendars
        .iter()
        .map(|each| Choice::new(each.id.to_string(), each.name.clone(), &form.calendar));
    let own_rule = match appointment {
        Some(each) => series::find_rule(&member.web.app, &member.ctx, &each.id).await?,
        None => None,
    };
    let page = AppointmentEdit {
        action: own.clone().unwrap_or_else(|| "/appointments".to_owned()),
        back: own.unwrap_or_else(|| "/calendar".to_owned()),
        is_new: appointment.is_none(),
        people: people_choices(member, &form.person).await?,
        calendars: choices.collect(),
        repeats: if own_rule.is_none() && appointment.is_none() {
            repeats::choices(member, &form)
        } else {
            Vec::new()
        },
        weekdays: repeats::weekdays(member, &form),
        rule: own_rule.map(|rule| repeats::in_words(member, &rule)),
        calendar_fixed: appointment.is_some_and(|each| each.external_id.is_some()),
        zone: zone_name(&member.ctx.zone),
        form,
        errors,
        taken,
    };
    member.form_page(&page, &page.errors).await
}

/// The people that a form offers, by name.
pub(super) async fn people_choices(member: &Member, chosen: &str) -> Result<Vec<Choice>, Failure> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    if !ctx.role.may(Permission::ReadPeople) {
        return Ok(Vec::new());
    }
    let found =
        people::list_people(app, ctx, PersonFilter::default(), PersonOrder::Name, None, PEOPLE_MAX)
            .await?;
    let mut people: Vec<Person> = found.items;
    if people.iter().all(|person| person.id.as_str() != chosen)
        && let Ok(wanted) = chosen.parse::<PersonId>()
    {
        people.extend(people::list_people_by_ids(app, ctx, vec![wanted]).await?);
    }
    people.sort_by_key(|person| person.name.to_lowercase());
    let called = people.iter().zip(choices::labels(&people));
    let choice = |(each, label): (&Person, String)| Choice::new(each.id.as_str(), label, chosen);
    Ok(called.map(choice).collect())
}

fn input(member: &Member, form: &AppointmentForm) -> Result<AppointmentInput, Error> {
    let date: Date = form.date.parse().map_err(|_| Error::invalid("date", "error-invalid"))?;
    let time = |field: &str, text: &str| -> Result<Time, Error> {
        text.parse().map_err(|_| Error::invalid(field, "error-invalid"))
    };
    let instant = |field: &str, local: DateTime| -> Result<Timestamp, Error> {
        member.ctx.zone.instant(local).ok_or_else(|| Error::invalid(field, "error-invalid"))
    };
    let (start, end) = if form.all_day == "on" {
        let last = match form.last.as_str() {
            "" => date,
            text => text.parse().map_err(|_| Error::invalid("last", "error-invalid"))?,
        };
        if last < date {
            return Err(Error::invalid("last", "error-ends-before-start"));
        }
        (date.at(0, 0, 0, 0), last.saturating_add(1.day()).at(0, 0, 0, 0))
    } else {
        let last = date.saturating_add(form.days.clamp(0, booked::DAYS_MAX).days());
        let start = date.to_datetime(time("starts_at", &form.start)?);
        (start, last.to_datetime(time("ends_at", &form.end)?))
    };
    Ok(AppointmentInput {
        person: optional("person", &form.person, "error-person-unknown")?,
        title: form.title.clone(),
        notes: form.notes.clone(),
        location: form.location.clone(),
        starts_at: instant("starts_at", start)?,
        ends_at: instant("ends_at", end)?,
        zone: member.ctx.zone.clone(),
        online: form.online == "on",
        calendar: optional("calendar", &form.calendar, "error-calendar-unknown")?,
    })
}

async fn input_and_rule(
    member: &Member,
    form: &AppointmentForm,
) -> Result<(AppointmentInput, Option<Recurrence>), Error> {
    let input = input(member, form)?;
    let first = member.ctx.zone.local(input.starts_at).date();
    let rule = repeats::asked(member, form, first).await?;
    // The one that is booked is the first of them; of what the form offers only this can name another.
    let begins = rule.as_ref().and_then(|rule| rule.dates(first).next());
    if begins.is_some_and(|day| day != first) {
        return Err(Error::invalid("repeat", "error-repeat-month-end"));
    }
    Ok((input, rule))
}

/// How many of a series a form means; None for the one appointment.
pub(super) fn reach(text: &str) -> Option<Reach> {
    match text {
        "following" => Some(Reach::Following),
        "all" => Some(Reach::All),
        _ => None,
    }
}

/// What a text says; nothing where it is empty.
pub(super) fn optional<T: std::str::FromStr>(
    field: &str,
    text: &str,
    key: &str,
) -> Result<Option<T>, Error> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::invalid(field, key)),
    }
}

/// Books an appointment.
pub async fn book(member: Member, form: Form<AppointmentForm>) -> Answer {
    let (app, ctx, mut form) = (&member.web.app, &member.ctx, form.into_inner());
    // Late in the evening the form proposes an end after midnight; an earlier hour ends on its day.
    if form.end > form.start {
        form.days = 0;
    }
    let made = match input_and_rule(&member, &form).await {
        Ok((input, Some(rule))) => {
            let anyway = form.anyway == "on";
            series::book_series(app, ctx, input, rule, &form.form_id, anyway).await
        }
        Ok((input, None)) if form.anyway == "on" => {
            booked::book_anyway(app, ctx, input, &form.form_id).await
        }
        Ok((input, None)) => booked::book_appointment(app, ctx, input, &form.form_id).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => member.said(&format!("/appointments/{}", made.id), "said-appointment-booked"),
        Err(error) => refused(&member, None, form, error).await,
    }
}

/// Tries at once to write the event that couldn't be written.
pub async fn send_again(member: Member, path: Path<String>) -> Answer {
    let which: AppointmentId = id(&path)?;
    event_states::send_again(&member.web.app, &member.ctx, &which).await?;
    member.said(&format!("/appointments/{which}"), "said-appointment-sent-again")
}

/// The form of an appointment.
pub async fn show_edit(member: Member, path: Path<String>) -> Answer {
    let each = booked::get_appointment(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.ctx.require(Permission::WriteAppointments)?;
    let (start, end) = (member.ctx.zone.local(each.starts_at), member.ctx.zone.local(each.ends_at));
    let whole = is_whole_days(start, end);
    // Whoever makes it about hours finds some to begin with.
    let (from, to) = if whole {
        (start.date().at(9, 0, 0, 0), start.date().at(10, 0, 0, 0))
    } else {
        (start, end)
    };
    let form = AppointmentForm {
        person: each.person_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        title: each.title.clone(),
        date: start.date().to_string(),
        start: clock(from),
        end: clock(to),
        days: i64::from(days_between(from, to)),
        location: each.location.clone(),
        online: if each.online { "on".to_owned() } else { String::new() },
        calendar: each.calendar_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        notes: each.notes.clone(),
        rev: each.rev,
        all_day: if whole { "on".to_owned() } else { String::new() },
        last: if whole { end.date().saturating_sub(1.day()).to_string() } else { String::new() },
        ..AppointmentForm::default()
    };
    edit_page(&member, Some(&each), form, Errors::new(), Vec::new()).await
}

/// Changes an appointment.
pub async fn change(member: Member, path: Path<String>, form: Form<AppointmentForm>) -> Answer {
    let (app, ctx, form) = (&member.web.app, &member.ctx, form.into_inner());
    let which: AppointmentId = id(&path)?;
    let changed = match input(&member, &form) {
        Ok(input) if reach(&form.reach).is_some() => {
            let (reach, anyway) = (reach(&form.reach).unwrap_or(Reach::All), form.anyway == "on");
            series::change_series(app, ctx, &which, input, form.rev, reach, anyway).await
        }
        Ok(input) if form.anyway == "on" => {
            booked::change_anyway(app, ctx, &which, input, form.rev).await
        }
        Ok(input) => booked::change_appointment(app, ctx, &which, input, form.rev).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => member.said(&format!("/appointments/{which}"), "said-appointment-changed"),
        Err(error) => {
            let before = booked::get_appointment(app, ctx, &which).await?;
            refused(&member, Some(&before), form, error).await
        }
    }
}

/// How many of a series are cancelled.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct CancelForm {
    reach: String,
}

/// Cancels an appointment, or several of its series.
pub async fn cancel(member: Member, path: Path<String>, form: Form<CancelForm>) -> Answer {
    let which: AppointmentId = id(&path)?;
    if let Some(reach) = reach(&form.reach) {
        let undo = series::cancel_series(&member.web.app, &member.ctx, &which, reach).await?;
        let undo = format!("/undo/{undo}/restore");
        return member.said_undo("/calendar", "said-series-cancelled", &undo);
    }
    booked::cancel_appointment(&member.web.app, &member.ctx, &which).await?;
    let page = format!("/appointments/{which}");
    member.said_undo(&page, "said-appointment-cancelled", &format!("{page}/restore"))
}

/// Takes a cancellation back.
pub async fn restore(member: Member, path: Path<String>) -> Answer {
    let which: AppointmentId = id(&path)?;
    booked::restore_appointment(&member.web.app, &member.ctx, &which).await?;
    member.said(&format!("/appointments/{which}"), "said-appointment-restored")
}
