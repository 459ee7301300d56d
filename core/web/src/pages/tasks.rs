//! Tasks: a task's page, adding, changing and doing it, and what other pages show of tasks.

pub mod choices;
mod form;
pub mod list;

use std::collections::HashMap;

use actix_web::web::{Form, Path, Query};
use app::reminders;
use app::tasks::{self, LinkKind, Linked, Named, Task, bulk};
use domain::{Lead, MemberId, Permission, TaskId};
use serde::Deserialize;

use crate::answer::{Answer, form_errors, own_path};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::{id, notifications, paragraphs, repeats, zone_name};
use crate::views::tasks::{TaskEdit, TaskForm, TaskLink, TaskPage, TaskPanel, TaskRow};
use crate::views::{Avatar, Choice, Errors};

/// The names that rows of tasks need: of members, and of what the tasks are about.
pub struct Names {
    members: Vec<(MemberId, String)>,
    links: HashMap<TaskId, Vec<TaskLink>>,
}

impl Names {
    /// Those of these tasks.
    pub async fn load(member: &Member, all: &[Task]) -> Result<Self, Failure> {
        let (app, ctx) = (&member.web.app, &member.ctx);
        let ids = all.iter().map(|task| task.id.clone()).collect();
        let mut links: HashMap<TaskId, Vec<TaskLink>> = HashMap::new();
        let (seen, unseen) = tasks::list_all_linked(app, ctx, ids).await?;
        for Linked { task, kind, id, name } in seen {
            links.entry(task).or_default().push(link(kind, id, name));
        }
        // That there is more is no secret; what it is may be.
        for (task, kind) in unseen {
            let word = member.text(&format!("task-about-{kind}-unseen"));
            links.entry(task).or_default().push(TaskLink::unseen(kind.to_string(), word));
        }
        Ok(Self { members: tasks::list_assignees(app, ctx).await?, links })
    }

    /// Who may be given tasks; the reader comes first.
    fn assignees(&self, member: &Member, current: &str) -> Vec<Choice> {
        let is_me = |id: &MemberId| *id == member.ctx.member;
        let (mine, others): (Vec<_>, Vec<_>) = self.members.iter().partition(|(id, _)| is_me(id));
        let choice = |(id, name): &(MemberId, String)| Choice::new(id.as_str(), name, current);
        mine.into_iter().chain(others).map(choice).collect()
    }

    fn row(&self, member: &Member, task: &Task) -> TaskRow {
        let dates = member.dates();
        let now = member.web.app.clock.now();
        let assignee = self.members.iter().find(|(id, _)| Some(id) == task.assignee_id.as_ref());
        let assignee = assignee.map(|(_, name)| name.clone()).unwrap_or_default();
        TaskRow {
            id: task.id.to_string(),
            href: format!("/tasks/{}", task.id),
            title: task.title.clone(),
            done: task.done_at.is_some(),
            when: match (task.done_at, task.due) {
                (Some(at), _) => dates.moment(at),
                (None, Some(due)) => dates.due(due),
                (None, None) => String::new(),
            },
            late: task.done_at.is_none() && task.due_at <= now,
            avatar: Avatar::of(&assignee),
            assignee,
            repeats: task.rule.is_some(),
            links: self.links.get(&task.id).cloned().unwrap_or_default(),
        }
    }
}

fn link(kind: LinkKind, id: String, name: String) -> TaskLink {
    let (href, icon) = match kind {
        LinkKind::Address => (id.clone(), "globe"),
        _ => (page_of(kind, &id), icon(kind)),
    };
    TaskLink { kind: kind.to_string(), is_out: kind == LinkKind::Address, id, name, href, icon }
}

/// Where the page is of what has one here.
fn page_of(kind: LinkKind, id: &str) -> String {
    match kind {
        LinkKind::Person => format!("/people/{id}"),
        LinkKind::Appointment => format!("/appointments/{id}"),
        LinkKind::Task => format!("/tasks/{id}"),
        LinkKind::Approval => format!("/approvals/{id}"),
        LinkKind::Connection => format!("/connections/{id}"),
        LinkKind::Import => format!("/imports/{id}"),
        LinkKind::Address => String::new(),
    }
}

const fn icon(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Person => "person",
        LinkKind::Appointment => "calendar",
        LinkKind::Task => "task",
        LinkKind::Approval => "shield",
        LinkKind::Connection => "connection",
        LinkKind::Import => "people",
        LinkKind::Address => "globe",
    }
}

/// Tasks as lists show them.
pub async fn rows(member: &Member, all: &[Task]) -> Result<Vec<TaskRow>, Failure> {
    if all.is_empty() {
        // The search of a role that sees none asks for none's names.
        return Ok(Vec::new());
    }
    let names = Names::load(member, all).await?;
    Ok(all.iter().map(|task| names.row(member, task)).collect())
}

/// The tasks about something, for its page.
pub async fn panel(member: &Member, kind: LinkKind, about: &str) -> Result<TaskPanel, Failure> {
    let role = member.ctx.role;
    if !role.may(Permission::ReadTasks) {
        return Ok(TaskPanel::default());
    }
    let all = tasks::list_about(&member.web.app, &member.ctx, kind, about).await?;
    let back = page_of(kind, about);
    Ok(TaskPanel {
        rows: rows(member, &all).await?,
        all: (kind == LinkKind::Person && !all.is_empty())
            .then(|| list::address("/tasks", &[("who", "all"), ("person", about)])),
        add: list::address("/tasks/new", &[(kind.as_str(), about), ("back", back.as_str())]),
        back,
        sees: true,
        can_write: role.may(Permission::WriteTasks),
    })
}

/// One task.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    page(&member, &id(&path)?, Errors::new()).await
}

async fn page(member: &Member, which: &TaskId, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let task = tasks::get_task(app, ctx, which).await?;
    let names = Names::load(member, std::slice::from_ref(&task)).await?;
    let dates = member.dates();
    let next = reminders::find_of_task(app, ctx, which).await?;
    let snooze = |word: &str| Choice::new(word, member.text(&format!("snooze-{word}")), "");
    let page = TaskPage {
        row: names.row(member, &task),
        notes: paragraphs(&task.notes),
        rule: task.rule.as_ref().map(|rule| repeats::in_words(member, rule)),
        lead: task.lead.map(|lead| in_words(member, lead)).unwrap_or_default(),
        reminded: next.map(|at| dates.moment(at)),
        snoozes: if task.due.is_some() && task.done_at.is_none() {
            reminders::SNOOZES.map(snooze).to_vec()
        } else {
            Vec::new()
        },
        other_zone: (task.zone != ctx.zone && task.due.is_some_and(|due| due.time.is_some()))
            .then(|| zone_name(&task.zone)),
        added: dates.moment(task.created_at),
        can_write: ctx.role.may(Permission::WriteTasks),
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// How long before, as people say it.
pub fn in_words(member: &Member, lead: Lead) -> String {
    let (key, n) = match lead {
        Lead::Never => ("lead-never", 0),
        Lead::Minutes(0) => ("lead-now", 0),
        Lead::Minutes(mins) if mins % 60 == 0 => ("lead-hours", mins / 60),
        Lead::Minutes(mins) => ("lead-minutes", mins),
        Lead::Days(days) => ("lead-days", days),
    };
    member.text_with(key, &[("n", &n.to_string())])
}

/// How long before somebody may be reminded, one of them chosen.
pub fn leads(member: &Member, current: &str) -> Vec<Choice> {
    let choice = |lead: Lead| Choice::new(lead.to_string(), in_words(member, lead), current);
    reminders::LEADS.map(choice).to_vec()
}

/// What a link to the form may fill in.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NewQuery {
    title: String,
    day: String,
    person: String,
    appointment: String,
    back: String,
}

/// The form for a new task.
pub async fn show_new(member: Member, query: Query<NewQuery>) -> Answer {
    member.ctx.require_to_see(Permission::ReadTasks)?;
    member.ctx.require(Permission::WriteTasks)?;
    let query = query.into_inner();
    let one = |id: String| if id.is_empty() { Vec::new() } else { vec![id] };
    let form = TaskForm {
        form_id: member.web.random(16),
        title: query.title,
        day: query.day,
        assignee: member.ctx.member.to_string(),
        people: one(query.person),
        appointments: one(query.appointment),
        back: query.back,
        ..TaskForm::default()
    };
    edit_page(&member, None, form, Errors::new()).await
}

async fn edit_page(member: &Member, task: Option<&Task>, form: TaskForm, errors: Errors) -> Answer {
    let own = task.map(|task| format!("/tasks/{}", task.id));
    let back = match form.back.as_str() {
        "" => own.clone().unwrap_or_else(|| "/tasks".to_owned()),
        back => own_path(back).to_owned(),
    };
    let usual = Choice::new("", member.text("lead-usual"), &form.lead);
    let page = TaskEdit {
        action: own.unwrap_or_else(|| "/tasks".to_owned()),
        back,
        is_new: task.is_none(),
        assignees: Names::load(member, &[]).await?.assignees(member, &form.assignee),
        leads: [usual].into_iter().chain(leads(member, &form.lead)).collect(),
        repeats: repeats::choices(member, &form.again),
        weekdays: repeats::weekdays(member, &form.again),
        about: about(member, &form).await?,
        choices: choices::offered(member).await?,
        zone: zone_name(&member.ctx.zone),
        form,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// What a form says that the task is about, by name; what isn't there has none.
async fn about(member: &Member, form: &TaskForm) -> Result<Vec<TaskLink>, Failure> {
    let named = tasks::list_named(&member.web.app, &member.ctx, form::about(form)).await?;
    Ok(named.into_iter().map(|Named { kind, id, name }| link(kind, id, name)).collect())
}

/// Adds a task.
pub async fn create(member: Member, form: Form<form::Pairs>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let form = form::read(form.into_inner());
    let made = match form::input(&member, &form, None).await {
        Ok(input) => tasks::create_task(app, ctx, input, &form.form_id).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(task) => {
            let own = format!("/tasks/{}", task.id);
            let to = if form.back.is_empty() { own.as_str() } else { own_path(&form.back) };
            member.said(to, "said-task-added")
        }
        Err(error) if form.quick == "on" => {
            list::page_with(&member, form, form_errors(error)?).await
        }
        Err(error) => edit_page(&member, None, form, form_errors(error)?).await,
    }
}

/// The form of a task.
pub async fn show_edit(member: Member, path: Path<String>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let task = tasks::get_task(app, ctx, &id(&path)?).await?;
    member.ctx.require(Permission::WriteTasks)?;
    let links = tasks::list_linked(app, ctx, vec![task.id.clone()]).await?;
    edit_page(&member, Some(&task), form::of(&task, &links), Errors::new()).await
}

/// Changes a task.
pub async fn update(member: Member, path: Path<String>, form: Form<form::Pairs>) -> Answer {
    let (app, ctx, form) = (&member.web.app, &member.ctx, form::read(form.into_inner()));
    let which: TaskId = id(&path)?;
    let before = tasks::get_task(app, ctx, &which).await?;
    let changed = match form::input(&member, &form, Some(&before)).await {
        Ok(input) => tasks::change_task(app, ctx, &which, input, form.rev).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(task) => member.said(&format!("/tasks/{}", task.id), "said-saved"),
        Err(error) => edit_page(&member, Some(&before), form, form_errors(error)?).await,
    }
}

/// Where to go after an act on one task.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct BackForm {
    back: String,
    snooze: String,
}

impl BackForm {
    fn to(&self, own: &str) -> String {
        if self.back.is_empty() { own.to_owned() } else { own_path(&self.back).to_owned() }
    }
}

/// Notes that a task is done.
pub async fn finish(member: Member, path: Path<String>, form: Form<BackForm>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let which: TaskId = id(&path)?;
    tasks::get_task(app, ctx, &which).await?;
    let act = bulk::BulkInput { act: "done".to_owned(), to: String::new() };
    let done = bulk::change_tasks(app, ctx, vec![which.clone()], act).await?;
    let to = form.to(&format!("/tasks/{which}"));
    match done.undo {
        Some(undo) => member.said_undo(&to, "said-task-done", &format!("/undo/{undo}/restore")),
        None => member.said(&to, "said-nothing-changed"),
    }
}

/// Takes back that a task is done.
pub async fn reopen(member: Member, path: Path<String>, form: Form<BackForm>) -> Answer {
    let which: TaskId = id(&path)?;
    tasks::reopen_task(&member.web.app, &member.ctx, &which).await?;
    member.said(&form.to(&format!("/tasks/{which}")), "said-task-reopened")
}

/// Reminds the member of a task once more.
pub async fn snooze(member: Member, path: Path<String>, form: Form<BackForm>) -> Answer {
    let which: TaskId = id(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    match reminders::snooze_task(app, ctx, &which, &form.snooze).await {
        Ok(at) => notifications::snoozed(&member, &form.to(&format!("/tasks/{which}")), at),
        Err(error) => page(&member, &which, form_errors(error)?).await,
    }
}

/// Removes a task.
pub async fn remove(member: Member, path: Path<String>) -> Answer {
    let which: TaskId = id(&path)?;
    tasks::delete_task(&member.web.app, &member.ctx, &which).await?;
    member.said_undo("/tasks", "said-task-removed", &format!("/tasks/{which}/restore"))
}

/// Brings a removed task back.
pub async fn restore(member: Member, path: Path<String>) -> Answer {
    let task = tasks::restore_task(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said(&format!("/tasks/{}", task.id), "said-task-restored")
}
