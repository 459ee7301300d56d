//! Telling one member of what they have to do or to be at.

use domain::text::grouped;
use domain::{MemberId, NotificationId, ReminderId, TaskId, TenantId};
use store::Conn;
use store::notifications::{Kind, Notification};
use store::tasks::Task;

use super::{News, Way, settle, tell, way_of};
use crate::error::Result;
use crate::{App, mail};

/// A reminder that comes now.
pub(crate) struct Reminded<'a> {
    /// To whom.
    pub member: &'a MemberId,
    /// As what.
    pub kind: Kind,
    /// Which one.
    pub reminder: &'a ReminderId,
    /// For which time it comes.
    pub time: i64,
    /// The name of what it reminds of.
    pub subject: &'a str,
    /// Where its page is.
    pub href: &'a str,
}

const REMINDER: &str = "reminder/";

/// Tells a member of something by all the ways they chose for it.
pub(crate) fn remind(app: &App, c: &mut Conn, tenant: &TenantId, of: &Reminded<'_>) -> Result<()> {
    let way = way_of(c, tenant, of.member, of.kind)?;
    if way == Way::None {
        return Ok(());
    }
    let row = Notification {
        tenant_id: tenant.clone(),
        id: NotificationId::new(&*app.clock, &*app.rng),
        member_id: of.member.clone(),
        kind: of.kind,
        matter: format!("{REMINDER}{}", of.reminder),
        subject: of.subject.to_owned(),
        href: of.href.to_owned(),
        created_at: app.clock.now(),
        read_at: None,
    };
    store::notifications::put(c, &row)?;
    if way == Way::Both {
        let account = store::members::get(c, tenant, of.member)?.account_id;
        mail::remind(app, c, tenant, &account, of.kind, (of.reminder, of.time))?;
    }
    Ok(())
}

/// The reminder that a notification comes from, if it does.
pub(crate) fn reminder_of(told: &Notification) -> Option<ReminderId> {
    told.matter.strip_prefix(REMINDER)?.parse().ok()
}

/// Nobody needs to read of a reminder any more.
pub(crate) fn reminder_settled(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    id: &ReminderId,
) -> Result<()> {
    settle(app, c, tenant, &format!("{REMINDER}{id}"))
}

/// Somebody gave a task to another.
pub(crate) fn task_assigned(app: &App, c: &mut Conn, of: &Task, to: &MemberId) -> Result<()> {
    let Some(member) = store::members::find(c, &of.tenant_id, to)? else { return Ok(()) };
    let news = News {
        kind: Kind::TaskAssigned,
        matter: task_matter(&of.id),
        subject: &of.title,
        href: format!("/tasks/{}", of.id),
        only: Some(&member.account_id),
    };
    tell(app, c, &of.tenant_id, &news)
}

/// Somebody gave many tasks to another by one act, which has this id: one notification, however many they are.
pub(crate) fn tasks_assigned(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    act: &str,
    (to, count): (&MemberId, i64),
) -> Result<()> {
    let Some(member) = store::members::find(c, tenant, to)? else { return Ok(()) };
    let subject = grouped(&count.to_string());
    let news = News {
        kind: Kind::TasksAssigned,
        matter: given_matter(act),
        subject: &subject,
        href: "/tasks".to_owned(),
        only: Some(&member.account_id),
    };
    tell(app, c, tenant, &news)
}

/// The act was taken back: nobody has to read that it gave them anything.
pub(crate) fn tasks_taken_back(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    act: &str,
) -> Result<()> {
    settle(app, c, tenant, &given_matter(act))
}

fn given_matter(act: &str) -> String {
    format!("tasks-assigned/{act}")
}

/// A task is done or gone.
pub(crate) fn task_settled(app: &App, c: &mut Conn, tenant: &TenantId, id: &TaskId) -> Result<()> {
    settle(app, c, tenant, &task_matter(id))
}

fn task_matter(id: &TaskId) -> String {
    format!("task/{id}")
}
