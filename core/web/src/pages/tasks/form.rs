//! The form of a task, in which some fields come as often as there are.

use actix_web::web::Query;
use app::Error;
use app::tasks::{LinkInput, LinkKind, Linked, Task, TaskInput};
use domain::task::clock;
use jiff::civil::Date;

use crate::member::Member;
use crate::pages::repeats;
use crate::views::calendar::AppointmentForm;
use crate::views::tasks::TaskForm;

/// A form as it was sent.
pub type Pairs = Vec<(String, String)>;

/// The fields that say how it comes again.
const AGAIN: [&str; 11] = [
    "repeat", "interval", "until", "count", "on_1", "on_2", "on_3", "on_4", "on_5", "on_6", "on_7",
];

/// What was sent; what isn't a field is passed over.
pub fn read(pairs: Pairs) -> TaskForm {
    let mut form = TaskForm::default();
    let mut again = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        match name.as_str() {
            "form_id" => form.form_id = value,
            "title" => form.title = value,
            "notes" => form.notes = value,
            "assignee" => form.assignee = value,
            "day" => form.day = value,
            "time" => form.time = value,
            "lead" => form.lead = value,
            "person" if !value.is_empty() => form.people.push(value),
            "appointment" if !value.is_empty() => form.appointments.push(value),
            "about" => put_about(&mut form, &value),
            "address" => form.address = value,
            "rev" => form.rev = value.parse().unwrap_or_default(),
            "back" => form.back = value,
            "quick" => form.quick = value,
            name if AGAIN.contains(&name) => {
                again.append_pair(name, &value);
            }
            _ => {}
        }
    }
    let again = Query::<AppointmentForm>::from_query(&again.finish());
    form.again = again.map(Query::into_inner).unwrap_or_default();
    form
}

/// What was chosen or stays ticked: a kind and an id, or an address, with a colon between.
fn put_about(form: &mut TaskForm, value: &str) {
    match value.split_once(':') {
        Some(("person", id)) => form.people.push(id.to_owned()),
        Some(("appointment", id)) => form.appointments.push(id.to_owned()),
        Some(_) => form.links.push(value.to_owned()),
        None => {}
    }
}

/// What the form means, of a task as it was before.
pub async fn input(
    member: &Member,
    form: &TaskForm,
    before: Option<&Task>,
) -> Result<TaskInput, Error> {
    // A rule counts from the day; without one it is refused for that, whatever day it is made with.
    let first = form.day.trim().parse::<Date>().unwrap_or_else(|_| member.dates().today());
    let rule = repeats::asked(member, &form.again, first).await?;
    let rule = match before.and_then(|before| before.rule.as_ref()) {
        Some(before) => rule.map(|rule| rule.of_weeks_as(before)),
        None => rule,
    };
    Ok(TaskInput {
        title: form.title.clone(),
        notes: form.notes.clone(),
        assignee: form.assignee.clone(),
        day: form.day.clone(),
        time: form.time.clone(),
        lead: form.lead.clone(),
        rule,
        people: form.people.clone(),
        appointments: form.appointments.clone(),
        links: others(form),
    })
}

/// What it is about besides people and appointments: what was chosen, and an address that was typed.
fn others(form: &TaskForm) -> Vec<LinkInput> {
    let chosen = form.links.iter().filter_map(|each| each.split_once(':'));
    let typed = Some(("address", form.address.trim())).filter(|(_, typed)| !typed.is_empty());
    let input = |(kind, id): (&str, &str)| LinkInput { kind: kind.to_owned(), id: id.to_owned() };
    chosen.chain(typed).map(input).collect()
}

/// All that it is about, but what is being typed.
pub fn about(form: &TaskForm) -> Vec<LinkInput> {
    let of = |kind: LinkKind, id: &String| LinkInput { kind: kind.to_string(), id: id.clone() };
    let people = form.people.iter().map(|id| of(LinkKind::Person, id));
    let booked = form.appointments.iter().map(|id| of(LinkKind::Appointment, id));
    let all = people.chain(booked);
    let typed = TaskForm { address: String::new(), ..form.clone() };
    all.chain(others(&typed)).collect()
}

/// The form of a task as it is.
pub fn of(task: &Task, links: &[Linked]) -> TaskForm {
    let its_own = |kind: LinkKind| {
        let its = links.iter().filter(|link| link.kind == kind);
        its.map(|link| link.id.clone()).collect()
    };
    let time = task.due.and_then(|due| due.time);
    TaskForm {
        title: task.title.clone(),
        notes: task.notes.clone(),
        assignee: task.assignee_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        day: task.due.map(|due| due.day.to_string()).unwrap_or_default(),
        time: time.map(clock).unwrap_or_default(),
        lead: task.lead.map(|lead| lead.to_string()).unwrap_or_default(),
        people: its_own(LinkKind::Person),
        appointments: its_own(LinkKind::Appointment),
        links: links.iter().filter_map(other).collect(),
        again: task.rule.as_ref().map(repeats::form_of).unwrap_or_default(),
        rev: task.rev,
        ..TaskForm::default()
    }
}

fn other(link: &Linked) -> Option<String> {
    match link.kind {
        LinkKind::Person | LinkKind::Appointment => None,
        kind => Some(format!("{kind}:{}", link.id)),
    }
}
