//! The form of a task, in which some fields come as often as there are.

use actix_web::web::Query;
use app::Error;
use app::tasks::{LinkKind, Linked, Task, TaskInput};
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

/// What the form means.
pub fn input(member: &Member, form: &TaskForm) -> Result<TaskInput, Error> {
    // A rule counts from the day; without one it is refused for that, whatever day it is made with.
    let first = form.day.trim().parse::<Date>().unwrap_or_else(|_| member.dates().today());
    Ok(TaskInput {
        title: form.title.clone(),
        notes: form.notes.clone(),
        assignee: form.assignee.clone(),
        day: form.day.clone(),
        time: form.time.clone(),
        lead: form.lead.clone(),
        rule: repeats::rule(&form.again, first)?,
        people: form.people.clone(),
        appointments: form.appointments.clone(),
    })
}

/// The form of a task as it is.
pub fn of(task: &Task, links: &[Linked]) -> TaskForm {
    let about = |kind: LinkKind| {
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
        people: about(LinkKind::Person),
        appointments: about(LinkKind::Appointment),
        again: task.rule.as_ref().map(repeats::form_of).unwrap_or_default(),
        rev: task.rev,
        ..TaskForm::default()
    }
}
