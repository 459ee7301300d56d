//! What tasks are about.

use std::collections::HashSet;

use diesel::prelude::*;
use domain::{PersonId, TaskId, TenantId};

use super::Task;
use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::page::bounded;
use crate::schema::{task_links, tasks};
use crate::scope;

/// Most rows that one statement names.
const MOVED_AT_ONCE: usize = 500;

words! {
    /// What a task may be about.
    pub enum LinkKind {
        /// One of the people.
        Person = "person",
        /// An appointment.
        Appointment = "appointment",
        /// Another task.
        Task = "task",
        /// What a plugin proposed to do.
        Approval = "approval",
        /// A connected account.
        Connection = "connection",
        /// A list of people that somebody brought.
        Import = "import",
        /// An address in the web, which stands in the place of an id.
        Address = "address",
    }
}

row! {
    /// What a task is about.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Link: task_links, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub task_id: TaskId as String,
        pub kind: LinkKind as String,
        pub entity_id: String,
    }
}

/// What these tasks are about, in no particular order.
pub fn list_links(c: &mut Conn, tenant: &TenantId, of: &[TaskId]) -> Result<Vec<Link>> {
    scope::tenant(c, tenant)?;
    Ok(task_links::table
        .filter(task_links::tenant_id.eq(tenant.as_str()))
        .filter(task_links::task_id.eq_any(of.iter().map(TaskId::as_str)))
        .order((task_links::kind.desc(), task_links::entity_id))
        .select(Link::as_select())
        .load(c)?)
}

/// Links a task with exactly these; answers whether that changed any.
pub fn put_links(
    c: &mut Conn,
    tenant: &TenantId,
    task: &TaskId,
    wanted: &[(LinkKind, String)],
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let before = list_links(c, tenant, std::slice::from_ref(task))?;
    let mut changed = false;
    for link in &before {
        if !wanted.iter().any(|(kind, id)| *kind == link.kind && *id == link.entity_id) {
            let key = (tenant.as_str(), task.as_str(), link.kind.as_str(), &*link.entity_id);
            changed |= diesel::delete(task_links::table.find(key)).execute(c)? > 0;
        }
    }
    for (kind, id) in wanted {
        let row = Link {
            tenant_id: tenant.clone(),
            task_id: task.clone(),
            kind: *kind,
            entity_id: id.clone(),
        };
        let insert = diesel::insert_into(task_links::table).values(row).on_conflict_do_nothing();
        changed |= each_backend!(c, |c| insert.execute(c)?) > 0;
    }
    Ok(changed)
}

/// The tasks about something: open ones by when they are due, then those that are done.
pub fn list_about(
    c: &mut Conn,
    tenant: &TenantId,
    kind: LinkKind,
    entity: &str,
    limit: i64,
) -> Result<Vec<Task>> {
    scope::tenant(c, tenant)?;
    let ids = task_links::table
        .filter(task_links::tenant_id.eq(tenant.as_str()))
        .filter(task_links::kind.eq(kind.as_str()))
        .filter(task_links::entity_id.eq(entity))
        .select(task_links::task_id);
    Ok(tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::deleted_at.is_null())
        .filter(tasks::id.eq_any(ids))
        .order((tasks::done_at.is_not_null(), tasks::done_at.desc(), tasks::due_at, tasks::id))
        .limit(bounded(limit))
        .select(Task::as_select())
        .load(c)?)
}

/// Makes what is about the one person about the other; answers which tasks.
pub fn hand_over_links(
    c: &mut Conn,
    tenant: &TenantId,
    from: &PersonId,
    to: &PersonId,
) -> Result<Vec<TaskId>> {
    scope::tenant(c, tenant)?;
    let ids = about_person(c, tenant, from)?;
    hand_back_links(c, tenant, &ids, from, to)?;
    Ok(ids)
}

/// The tasks that are about both of these people.
pub fn list_about_both(
    c: &mut Conn,
    tenant: &TenantId,
    one: &PersonId,
    other: &PersonId,
) -> Result<Vec<TaskId>> {
    scope::tenant(c, tenant)?;
    let others: HashSet<TaskId> = about_person(c, tenant, other)?.into_iter().collect();
    let mut both = about_person(c, tenant, one)?;
    both.retain(|id| others.contains(id));
    Ok(both)
}

fn about_person(c: &mut Conn, tenant: &TenantId, person: &PersonId) -> Result<Vec<TaskId>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<String> = task_links::table
        .filter(task_links::tenant_id.eq(tenant.as_str()))
        .filter(task_links::kind.eq(LinkKind::Person.as_str()))
        .filter(task_links::entity_id.eq(person.as_str()))
        .select(task_links::task_id)
        .load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Makes those of these tasks that are about the one person about the other.
pub fn hand_back_links(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[TaskId],
    from: &PersonId,
    to: &PersonId,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    share_links(c, tenant, ids, from, to)?;
    for part in ids.chunks(MOVED_AT_ONCE) {
        let theirs = task_links::table
            .filter(task_links::tenant_id.eq(tenant.as_str()))
            .filter(task_links::kind.eq(LinkKind::Person.as_str()))
            .filter(task_links::task_id.eq_any(part.iter().map(TaskId::as_str)))
            .filter(task_links::entity_id.eq(from.as_str()));
        diesel::delete(theirs).execute(c)?;
    }
    Ok(())
}

/// Makes those of these tasks that are about the one person about the other too.
pub fn share_links(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[TaskId],
    with: &PersonId,
    to: &PersonId,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    for part in ids.chunks(MOVED_AT_ONCE) {
        let about: Vec<String> = task_links::table
            .filter(task_links::tenant_id.eq(tenant.as_str()))
            .filter(task_links::kind.eq(LinkKind::Person.as_str()))
            .filter(task_links::task_id.eq_any(part.iter().map(TaskId::as_str)))
            .filter(task_links::entity_id.eq(with.as_str()))
            .select(task_links::task_id)
            .load(c)?;
        for task in about {
            let row = Link {
                tenant_id: tenant.clone(),
                task_id: task.parse().map_err(Error::internal)?,
                kind: LinkKind::Person,
                entity_id: to.to_string(),
            };
            // It may be about both already.
            let insert =
                diesel::insert_into(task_links::table).values(row).on_conflict_do_nothing();
            each_backend!(c, |c| insert.execute(c)?);
        }
    }
    Ok(())
}
