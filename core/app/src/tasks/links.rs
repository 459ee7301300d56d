//! What tasks are about, and telling of them there.

use domain::{Permission, PersonId, TaskId};
use serde_json::{Value, json};
use store::Conn;
use store::tasks::{LinkKind, Task};

use super::about::{names_of, needs};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{timeline, undos};

/// Most tasks that the page of a person or an appointment shows.
const SHOWN_MAX: i64 = 20;

/// Something that a task is about, by its name of today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Which task.
    pub task: TaskId,
    /// What kind it is.
    pub kind: LinkKind,
    /// Its id, or an address in the web.
    pub id: String,
    /// What it is called: a person's name, a title, an account, a file, a host.
    pub name: String,
}

/// Something by its name of today, whatever is about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What kind it is.
    pub kind: LinkKind,
    /// Its id, or an address in the web.
    pub id: String,
    /// What it is called: a person's name, a title, an account, a file, a host.
    pub name: String,
}

/// What these tasks are about, as far as the role sees it; what is gone is left out.
pub async fn list_linked(app: &App, ctx: &Context, tasks: Vec<TaskId>) -> Result<Vec<Linked>> {
    Ok(list_all_linked(app, ctx, tasks).await?.0)
}

/// The same, and of what kind and to which task what this reader doesn't see of it is.
pub async fn list_all_linked(
    app: &App,
    ctx: &Context,
    tasks: Vec<TaskId>,
) -> Result<(Vec<Linked>, Vec<(TaskId, LinkKind)>)> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .inspect(move |c| -> Result<_> {
            let links = store::tasks::list_links(c, &ctx.tenant, &tasks)?;
            let (links, unseen): (Vec<_>, Vec<_>) =
                links.into_iter().partition(|link| ctx.may(needs(link.kind)));
            let names = names_of(&app2, c, &ctx, &links)?;
            let mut linked = Vec::new();
            for link in links {
                let (task, kind, id) = (link.task_id, link.kind, link.entity_id);
                let name = names.get(&(kind, id.clone())).cloned();
                linked.extend(name.map(|name| Linked { task, kind, id, name }));
            }
            Ok((linked, unseen.into_iter().map(|link| (link.task_id, link.kind)).collect()))
        })
        .await
}

/// The tasks about something: open ones first.
pub async fn list_about(
    app: &App,
    ctx: &Context,
    kind: LinkKind,
    entity: &str,
) -> Result<Vec<Task>> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let (tenant, entity) = (ctx.tenant.clone(), entity.to_owned());
    app.db
        .inspect(move |c| Ok(store::tasks::list_about(c, &tenant, kind, &entity, SHOWN_MAX)?))
        .await
}

/// What a task is about.
pub(super) fn of(c: &mut Conn, task: &Task) -> Result<Vec<(LinkKind, String)>> {
    let links = store::tasks::list_links(c, &task.tenant_id, std::slice::from_ref(&task.id))?;
    Ok(links.into_iter().map(|link| (link.kind, link.entity_id)).collect())
}

/// Puts what happened with a task on the pages of the people it is about.
pub(super) fn tell(app: &App, c: &mut Conn, who: &Who, task: &Task, what: &str) -> Result<()> {
    let links = of(c, task)?;
    tell_to(app, c, who, task, what, links.iter())
}

/// The same, for some of what it is about.
pub(super) fn tell_to<'a>(
    app: &App,
    c: &mut Conn,
    who: &Who,
    task: &Task,
    what: &str,
    links: impl Iterator<Item = &'a (LinkKind, String)>,
) -> Result<()> {
    tell_with(app, c, who, task, what, json!({"title": task.title}), links)
}

/// Tells that a task was changed: to whom it was given, where that is what changed.
pub(super) fn tell_change<'a>(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: &Task,
    after: &Task,
    links: impl Iterator<Item = &'a (LinkKind, String)>,
) -> Result<()> {
    let links: Vec<_> = links.collect();
    if links.is_empty() {
        return Ok(());
    }
    let (title, links) = (&after.title, links.into_iter());
    if before.assignee_id == after.assignee_id {
        return tell_with(app, c, who, after, "changed", json!({"title": title}), links);
    }
    let Some(assignee) = &after.assignee_id else {
        return tell_with(app, c, who, after, "unassigned", json!({"title": title}), links);
    };
    let team = store::members::list(c, &after.tenant_id)?;
    let to = undos::member(&team, Some(assignee));
    tell_with(app, c, who, after, "assigned", json!({"title": title, "to": to}), links)
}

fn tell_with<'a>(
    app: &App,
    c: &mut Conn,
    who: &Who,
    task: &Task,
    what: &str,
    detail: Value,
    links: impl Iterator<Item = &'a (LinkKind, String)>,
) -> Result<()> {
    for (_, id) in links.filter(|(kind, _)| *kind == LinkKind::Person) {
        let person: PersonId = id.parse().map_err(Error::internal)?;
        // Somebody who was erased for good has no page.
        if store::people::find_even_deleted(c, &task.tenant_id, &person)?.is_none() {
            continue;
        }
        let new = timeline::New {
            person: &person,
            kind: format!("task-{what}"),
            entity_id: task.id.as_str(),
            detail: detail.clone(),
        };
        timeline::append(app, c, &task.tenant_id, who, new)?;
    }
    Ok(())
}
