//! The first page of a working day.

use app::home::{Checklist, Examples};
use app::plugin_views::Place;
use app::{Error, examples, home};
use domain::Permission;

use crate::answer::{Answer, go};
use crate::error::Failure;
use crate::member::{Account, Member};
use crate::pages::people::list::Names;
use crate::pages::{
    appointments, connections::rows as connection_rows, plugin_views, reports, tasks,
};
use crate::views::home::{DueTasks, Fresh, Home, PeopleCount, Task, Waiting};
use crate::visit::Visit;

/// Home; a new installation is opened first, a stranger signs in.
pub async fn show(visit: Visit, account: Result<Account, Failure>) -> Answer {
    let account = match account {
        Err(Failure::App(Error::SignedOut)) => {
            let fresh = app::tenants::needs_first_run(&visit.web.app).await?;
            return Ok(go(if fresh { "/welcome" } else { "/sign-in" }));
        }
        other => other?,
    };
    let member = account.at_work()?;
    let page = page(&member).await?;
    member.page(&page).await
}

async fn page(member: &Member) -> Result<Home, Failure> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let home = home::get_home(app, ctx).await?;
    let name = &member.frame().await?.profile.name;
    let dates = member.dates();
    let now = app.clock.now();
    let sees_appointments = home.today.is_some();
    let has_next = home.next.is_some();
    let mut today = home.today.unwrap_or_default();
    today.extend(home.next);
    let mut today = appointments::rows(member, today).await?;
    let next = if has_next { today.pop() } else { None };
    let tasks = match &home.tasks {
        Some(due) => Some(DueTasks {
            rows: tasks::rows(member, &due.first).await?,
            more: due.count - i64::try_from(due.first.len()).unwrap_or(due.count),
        }),
        None => None,
    };
    let waiting = waiting(member, home.waiting).await?;
    let fresh = fresh(member, home.fresh).await?;
    let checklist = checklist(home.checklist);
    let panels = plugin_views::slots(member, Place::Home, None).await?;
    Ok(Home {
        panels,
        part_of_day: part_of_day(dates.local(now).hour()),
        first_name: name.split_whitespace().next().unwrap_or_default().to_owned(),
        date: dates.full(dates.today()),
        sees_appointments,
        can_book: ctx.role.may(Permission::WriteAppointments),
        today,
        next,
        tasks,
        waiting,
        fresh,
        can_add_tasks: ctx.role.may(Permission::WriteTasks),
        can_bring: ctx.may(Permission::WritePeople),
        approvals: home.approvals,
        sees_connections: home.connections.is_some(),
        connections: connection_rows(member, home.connections.unwrap_or_default()).await?,
        given_up: home.given_up,
        people: home
            .people
            .map(|count| PeopleCount { leads: count.leads, customers: count.customers }),
        done: checklist.iter().filter(|task| task.done).count(),
        checklist,
        examples: home.examples.map(|examples| match examples {
            Examples::Offered => "offered",
            Examples::There => "there",
        }),
    })
}

async fn waiting(
    member: &Member,
    found: Option<home::Waiting>,
) -> Result<Option<Waiting>, Failure> {
    let Some(home::Waiting { first, count }) = found else { return Ok(None) };
    if first.is_empty() {
        return Ok(Some(Waiting { rows: Vec::new(), more: 0 }));
    }
    let names = Names::load(member).await?;
    let more = count - i64::try_from(first.len()).unwrap_or(count);
    let rows = first.iter().map(|person| names.row(member, person)).collect();
    Ok(Some(Waiting { rows, more }))
}

async fn fresh(member: &Member, found: Option<home::Fresh>) -> Result<Option<Fresh>, Failure> {
    let Some(home::Fresh { first, count, span }) = found else { return Ok(None) };
    let href = reports::waiting_list(member, span);
    if first.is_empty() {
        return Ok(Some(Fresh { rows: Vec::new(), count, more: 0, href }));
    }
    let names = Names::load(member).await?;
    let more = count - i64::try_from(first.len()).unwrap_or(count);
    let rows = first.iter().map(|person| names.row(member, person)).collect();
    Ok(Some(Fresh { rows, count, more, href }))
}

/// Brings examples to look around with.
pub async fn bring_examples(member: Member) -> Answer {
    examples::bring(&member.web.app, &member.ctx).await?;
    member.said("/", "said-examples-brought")
}

/// Removes them.
pub async fn remove_examples(member: Member) -> Answer {
    examples::remove(&member.web.app, &member.ctx).await?;
    member.said("/", "said-examples-removed")
}

/// Puts the first steps away.
pub async fn put_checklist_away(member: Member) -> Answer {
    home::put_checklist_away(&member.web.app, &member.ctx).await?;
    Ok(go("/"))
}

fn checklist(steps: Option<Checklist>) -> Vec<Task> {
    let Some(steps) = steps.filter(|steps| !steps.is_done()) else { return Vec::new() };
    vec![
        Task { key: "connection", href: "/connections", done: steps.has_connection },
        Task { key: "people", href: "/imports", done: steps.has_people },
        Task { key: "team", href: "/team", done: steps.has_colleague },
        Task { key: "look", href: "/settings", done: steps.has_look },
    ]
}

fn part_of_day(hour: i8) -> &'static str {
    match hour {
        5..=11 => "morning",
        12..=16 => "afternoon",
        17..=22 => "evening",
        _ => "night",
    }
}
