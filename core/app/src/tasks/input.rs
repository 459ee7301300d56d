//! What forms say of a task, and what is kept of it.

use domain::task::read_clock;
use domain::{AppointmentId, Due, Lead, PersonId, Recurrence};
use jiff::civil::Date;
use store::Conn;
use store::tasks::{LinkKind, NO_DUE, Task, TaskChange};

use super::about::{self, LinkInput};
use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{fields, people};

/// The longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 200;
/// The longest notes, in characters.
pub const NOTES_CHARS_MAX: usize = 8_000;
/// Most things that a task is about.
pub const LINKS_MAX: usize = 20;

/// What the form for a task asks; everything but the title may be empty.
#[derive(Debug, Clone, Default)]
pub struct TaskInput {
    /// What is to be done.
    pub title: String,
    /// Notes for the team.
    pub notes: String,
    /// The member who is to do it; empty is nobody.
    pub assignee: String,
    /// The day, ISO 8601.
    pub day: String,
    /// The time on that day, such as `09:30`.
    pub time: String,
    /// How long before somebody is reminded, such as `30m` or `1d`; empty is as they chose for all.
    pub lead: String,
    /// How it comes again.
    pub rule: Option<Recurrence>,
    /// Ids of the people it is about; empty ones don't count.
    pub people: Vec<String>,
    /// Ids of the appointments it is about; empty ones don't count.
    pub appointments: Vec<String>,
    /// What else it is about.
    pub links: Vec<LinkInput>,
}

/// What is kept of a form.
pub(crate) struct Draft {
    /// The task's own fields.
    pub change: TaskChange,
    /// What it is about.
    pub links: Vec<(LinkKind, String)>,
}

impl TaskInput {
    pub(crate) fn draft(
        &self,
        app: &App,
        c: &mut Conn,
        ctx: &Context,
        before: Option<&Task>,
    ) -> Result<Draft> {
        let due = self.due()?;
        let zone = match before {
            // What wasn't moved stays on the clock it was entered by.
            Some(before) if before.due == due => before.zone.clone(),
            _ => ctx.zone.clone(),
        };
        let (rule, rule_from) = self.rule(due, before)?;
        let change = TaskChange {
            title: fields::required_line("title", &self.title, TITLE_CHARS_MAX)?,
            notes: fields::paragraph("notes", &self.notes, NOTES_CHARS_MAX)?,
            assignee_id: self.assignee(c, ctx, before)?,
            due,
            due_at: match due {
                Some(due) => due.ends(&zone).ok_or_else(|| wrong_day("day"))?,
                None => NO_DUE,
            },
            zone,
            lead: self.lead()?,
            rule,
            rule_from,
            done_at: before.and_then(|before| before.done_at),
            done_by: before.and_then(|before| before.done_by.clone()),
        };
        Ok(Draft { change, links: self.links(app, c, ctx, before)? })
    }

    fn due(&self) -> Result<Option<Due>> {
        let day: Option<Date> = match people::input::day("day", &self.day)? {
            Some(day) => Some(day.parse().map_err(|_| wrong_day("day"))?),
            None => None,
        };
        let time = match self.time.trim() {
            "" => None,
            text => Some(read_clock(text).ok_or_else(|| wrong_day("time"))?),
        };
        match (day, time) {
            (Some(day), time) if (1..9_999).contains(&day.year()) => Ok(Some(Due { day, time })),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Error::invalid("day", "error-task-time-needs-day")),
            _ => Err(wrong_day("day")),
        }
    }

    /// The rule and the day it counts from: where the form moves the task, it goes on from there.
    fn rule(
        &self,
        due: Option<Due>,
        before: Option<&Task>,
    ) -> Result<(Option<Recurrence>, Option<Due>)> {
        let Some(rule) = &self.rule else { return Ok((None, None)) };
        let Some(due) = due else {
            return Err(Error::invalid("day", "error-task-repeat-needs-day"));
        };
        let from = Some(Due::on(due.day));
        let Some(before) = before.filter(|before| before.rule.as_ref() == Some(rule)) else {
            return Ok((Some(rule.clone()), from));
        };
        match (before.due, before.rule_from) {
            (Some(old), Some(first)) if old.day == due.day => Ok((Some(rule.clone()), Some(first))),
            (Some(old), Some(first)) => {
                let done = rule.dates(first.day).take_while(|day| *day < old.day).count();
                Ok((rule.rest(done).or_else(|| Some(rule.clone())), from))
            }
            _ => Ok((Some(rule.clone()), from)),
        }
    }

    fn lead(&self) -> Result<Option<Lead>> {
        match self.lead.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| Error::invalid("lead", "error-invalid")),
        }
    }

    fn assignee(
        &self,
        c: &mut Conn,
        ctx: &Context,
        before: Option<&Task>,
    ) -> Result<Option<domain::MemberId>> {
        let had = before.and_then(|before| before.assignee_id.as_ref());
        let named = people::input::owner_of(c, &ctx.tenant, &self.assignee, had);
        named.map_err(|error| match error {
            Error::Invalid { key, .. } => Error::invalid("assignee", key),
            other => other,
        })
    }

    /// What the input points at must be the tenant's own, and for who asks; anything else reads like a wrong
    /// id.
    fn links(
        &self,
        app: &App,
        c: &mut Conn,
        ctx: &Context,
        before: Option<&Task>,
    ) -> Result<Vec<(LinkKind, String)>> {
        let mut links: Vec<(LinkKind, String)> = Vec::new();
        for text in self.people.iter().filter(|text| !text.is_empty()) {
            let unknown = || Error::invalid("person", "error-person-unknown");
            let id: PersonId = text.parse().map_err(|_| unknown())?;
            let found = store::people::find(c, &ctx.tenant, &id)?;
            found.filter(|_| ctx.may(about::needs(LinkKind::Person))).ok_or_else(unknown)?;
            links.push((LinkKind::Person, id.to_string()));
        }
        for text in self.appointments.iter().filter(|text| !text.is_empty()) {
            let unknown = || Error::invalid("appointment", "error-appointment-unknown");
            let id: AppointmentId = text.parse().map_err(|_| unknown())?;
            let found = store::appointments::find(c, &ctx.tenant, &id)?;
            found.filter(|_| ctx.may(about::needs(LinkKind::Appointment))).ok_or_else(unknown)?;
            links.push((LinkKind::Appointment, id.to_string()));
        }
        for link in &self.links {
            links.push(about::read(app, c, ctx, link, before.map(|task| &task.id))?);
        }
        if let Some(before) = before {
            links.extend(about::unseen(c, ctx, before)?);
        }
        links.sort_by(|a, b| (a.0.as_str(), &a.1).cmp(&(b.0.as_str(), &b.1)));
        links.dedup();
        if links.len() > LINKS_MAX {
            return Err(Error::invalid("person", "error-task-too-many-links"));
        }
        Ok(links)
    }
}

fn wrong_day(field: &str) -> Error {
    Error::invalid(field, "error-date-invalid")
}
