//! Notifications: who is told of what, and what they have read. A notification is written in the
//! transaction of what it tells of. The same matter is told once until it was read or settled, however
//! often it comes up.

use domain::{AccountId, AppointmentId, Locale, NotificationId, Permission, PluginId, TenantId};
use store::appointments::Appointment;
use store::approvals::Approval;
use store::calendars::Calendar;
use store::connections::Connection;
use store::endpoints::Endpoint;
use store::series::Series;
use store::{Conn, Cursor, Page};

use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{endpoints, mail, plugins};

mod choices;
mod people;
mod reminders;
mod work;

pub(crate) use people::*;
pub(crate) use reminders::*;
pub(crate) use work::*;

pub use choices::{ChoicesInput, can_choose, choose, choose_ways, list_ways};
pub use store::notifications::{Kind, Notification};

use choices::way_of;

/// How many the page shows.
pub const LISTED_MAX: i64 = 100;

/// How somebody wants to hear of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// In the workspace and by mail.
    Both,
    /// In the workspace.
    App,
    /// Not at all.
    None,
}

impl Way {
    /// Every way, the loudest first.
    pub const ALL: [Self; 3] = [Self::Both, Self::App, Self::None];

    /// The word in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::App => "app",
            Self::None => "none",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }
}

/// Who is told of a kind.
const fn needs(kind: Kind) -> Permission {
    match kind {
        Kind::ConnectionNeedsYou
        | Kind::ConnectionEnds
        | Kind::CalendarBehind
        | Kind::CalendarEmptied => Permission::ManageConnections,
        Kind::ApprovalWaiting | Kind::ApprovalUnknown => Permission::DecideApprovals,
        Kind::AppointmentUnsent | Kind::SeriesOverlaps => Permission::WriteAppointments,
        Kind::PluginStopped => Permission::ManagePlugins,
        Kind::TaskDue | Kind::TaskAssigned | Kind::TasksAssigned => Permission::WriteTasks,
        Kind::AppointmentSoon => Permission::ReadAppointments,
        Kind::FollowUpDue
        | Kind::ImportDone
        | Kind::ImportFailed
        | Kind::ImportUndone
        // Of tasks as well: whoever may write the one may write the other.
        | Kind::SweepDone
        | Kind::SweepFailed
        | Kind::SweepUndone
        | Kind::PersonAssigned
        | Kind::PeopleAssigned
        | Kind::LeadNew
        | Kind::LeadsNew => Permission::WritePeople,
        Kind::EndpointOff | Kind::ArchiveReady | Kind::ArchiveFailed => Permission::ManageSettings,
    }
}

/// How it is before somebody chooses: what keeps the business from working comes by mail too.
const fn usual(kind: Kind) -> Way {
    match kind {
        Kind::ConnectionNeedsYou
        | Kind::ConnectionEnds
        | Kind::CalendarBehind
        | Kind::CalendarEmptied
        | Kind::ApprovalWaiting
        | Kind::ApprovalUnknown
        | Kind::TaskDue
        | Kind::FollowUpDue
        | Kind::EndpointOff
        | Kind::ImportDone
        | Kind::ImportFailed
        | Kind::ImportUndone
        | Kind::SweepDone
        | Kind::SweepFailed
        | Kind::SweepUndone
        | Kind::ArchiveReady
        | Kind::ArchiveFailed
        | Kind::LeadNew
        | Kind::LeadsNew => Way::Both,
        Kind::AppointmentUnsent
        | Kind::SeriesOverlaps
        | Kind::PluginStopped
        | Kind::TaskAssigned
        | Kind::TasksAssigned
        | Kind::PersonAssigned
        | Kind::PeopleAssigned
        | Kind::AppointmentSoon => Way::App,
    }
}

/// What is told.
struct News<'a> {
    kind: Kind,
    matter: String,
    subject: &'a str,
    href: String,
    /// Only this account, if it is still a member.
    only: Option<&'a AccountId>,
}

/// A connection waits for a person.
pub(crate) fn connection_needs_you(app: &App, c: &mut Conn, of: &Connection) -> Result<()> {
    let news = News {
        kind: Kind::ConnectionNeedsYou,
        matter: connection_matter(of),
        subject: if of.account_email.is_empty() { &of.account_name } else { &of.account_email },
        href: format!("/connections/{}", of.id),
        only: None,
    };
    tell(app, c, &of.tenant_id, &news)
}

/// A connection ends soon by itself.
pub(crate) fn connection_ends(app: &App, c: &mut Conn, of: &Connection) -> Result<()> {
    let news = News {
        kind: Kind::ConnectionEnds,
        matter: end_matter(of),
        subject: if of.account_email.is_empty() { &of.account_name } else { &of.account_email },
        href: format!("/connections/{}", of.id),
        only: None,
    };
    tell(app, c, &of.tenant_id, &news)
}

/// A connection works again, or is gone.
pub(crate) fn connection_settled(app: &App, c: &mut Conn, of: &Connection) -> Result<()> {
    settle(app, c, &of.tenant_id, &connection_matter(of))?;
    settle(app, c, &of.tenant_id, &end_matter(of))
}

fn end_matter(of: &Connection) -> String {
    format!("connection-ends/{}", of.id)
}

fn connection_matter(of: &Connection) -> String {
    format!("connection/{}", of.id)
}

/// A calendar has not been in step for a while.
pub(crate) fn calendar_behind(app: &App, c: &mut Conn, of: &Calendar) -> Result<()> {
    let news = News {
        kind: Kind::CalendarBehind,
        matter: calendar_matter(of),
        subject: &of.name,
        href: format!("/connections/{}", of.connection_id),
        only: None,
    };
    tell(app, c, &of.tenant_id, &news)
}

/// A calendar is in step again, or no longer used.
pub(crate) fn calendar_settled(app: &App, c: &mut Conn, of: &Calendar) -> Result<()> {
    settle(app, c, &of.tenant_id, &calendar_matter(of))
}

/// Most events of appointments are missing from a calendar, and somebody has to say why.
pub(crate) fn calendar_emptied(app: &App, c: &mut Conn, of: &Calendar) -> Result<()> {
    let news = News {
        kind: Kind::CalendarEmptied,
        matter: emptied_matter(of),
        subject: &of.name,
        href: format!("/connections/{}", of.connection_id),
        only: None,
    };
    tell(app, c, &of.tenant_id, &news)
}

/// It was said, the events are there again, or the calendar is no longer used.
pub(crate) fn calendar_filled(app: &App, c: &mut Conn, of: &Calendar) -> Result<()> {
    settle(app, c, &of.tenant_id, &emptied_matter(of))
}

fn emptied_matter(of: &Calendar) -> String {
    format!("calendar-emptied/{}", of.id)
}

fn calendar_matter(of: &Calendar) -> String {
    format!("calendar/{}", of.id)
}

/// A plugin proposed something: however much it proposes, one notification.
pub(crate) fn approval_waiting(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
) -> Result<()> {
    let news = News {
        kind: Kind::ApprovalWaiting,
        matter: format!("approval/{plugin}"),
        subject: plugin.as_str(),
        href: "/approvals".to_owned(),
        only: None,
    };
    tell(app, c, tenant, &news)
}

/// Something of a plugin's was decided: where nothing of its waits any more, it is settled.
pub(crate) fn approval_decided(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
) -> Result<()> {
    if store::approvals::count_of_plugin(c, tenant, plugin)? > 0 {
        return Ok(());
    }
    settle(app, c, tenant, &format!("approval/{plugin}"))
}

/// An approved request was let out, and nobody knows whether it arrived.
pub(crate) fn approval_unknown(app: &App, c: &mut Conn, of: &Approval) -> Result<()> {
    let news = News {
        kind: Kind::ApprovalUnknown,
        matter: format!("approval-unknown/{}", of.id),
        subject: of.plugin_id.as_str(),
        href: format!("/approvals/{}", of.id),
        only: None,
    };
    tell(app, c, &of.tenant_id, &news)
}

/// An appointment could not be sent to its calendar, even after several tries.
pub(crate) fn appointment_unsent(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    id: &AppointmentId,
) -> Result<()> {
    let Some(appointment) = store::appointments::find(c, tenant, id)? else { return Ok(()) };
    // A calendar that can't be asked either is told of once, and what waits for it goes by itself.
    if appointment.sync_problem.as_deref() != Some("error-provider-rejected")
        && let Some(calendar) = &appointment.calendar_id
        && store::calendars::find(c, tenant, calendar)?.is_some_and(|it| it.failing_since.is_some())
    {
        return Ok(());
    }
    let news = News {
        kind: Kind::AppointmentUnsent,
        matter: format!("appointment/{id}"),
        subject: &appointment.title,
        href: format!("/appointments/{id}"),
        only: appointment.created_by.as_ref(),
    };
    tell(app, c, tenant, &news)
}

/// An appointment reached its calendar after all.
pub(crate) fn appointment_settled(app: &App, c: &mut Conn, of: &Appointment) -> Result<()> {
    settle(app, c, &of.tenant_id, &format!("appointment/{}", of.id))
}

/// A series was carried on over something that is there: `at` is the first such appointment. Whoever made
/// the series would have been asked.
pub(crate) fn series_overlaps(
    app: &App,
    c: &mut Conn,
    of: &Series,
    at: &Appointment,
) -> Result<()> {
    let news = News {
        kind: Kind::SeriesOverlaps,
        matter: format!("series/{}", of.id),
        subject: &of.title,
        href: format!("/appointments/{}", at.id),
        only: of.created_by.as_ref(),
    };
    tell(app, c, &of.tenant_id, &news)
}

/// An endpoint was turned off, because nothing arrived there.
pub(crate) fn endpoint_off(app: &App, c: &mut Conn, of: &Endpoint) -> Result<()> {
    let host = endpoints::host_of(of);
    let news = News {
        kind: Kind::EndpointOff,
        matter: endpoint_matter(of),
        subject: if of.description.is_empty() { &host } else { &of.description },
        href: format!("/settings/webhooks/{}", of.id),
        only: None,
    };
    tell(app, c, &of.tenant_id, &news)
}

/// It is on again, or gone.
pub(crate) fn endpoint_settled(app: &App, c: &mut Conn, of: &Endpoint) -> Result<()> {
    settle(app, c, &of.tenant_id, &endpoint_matter(of))
}

fn endpoint_matter(of: &Endpoint) -> String {
    format!("endpoint/{}", of.id)
}

/// A plugin had to be stopped.
pub(crate) fn plugin_stopped(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
) -> Result<()> {
    let news = News {
        kind: Kind::PluginStopped,
        matter: format!("plugin/{plugin}"),
        subject: plugin.as_str(),
        href: format!("/plugins/{plugin}"),
        only: None,
    };
    tell(app, c, tenant, &news)
}

fn tell(app: &App, c: &mut Conn, tenant: &TenantId, news: &News<'_>) -> Result<()> {
    tell_by(app, c, tenant, news, true)
}

/// Tells of something, by mail only where that is `worth_mail`.
fn tell_by(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    news: &News<'_>,
    worth_mail: bool,
) -> Result<()> {
    let may = |role: domain::Role| role.may(needs(news.kind));
    let team = store::members::list(c, tenant)?;
    let all: Vec<_> = team.into_iter().map(|named| named.member).filter(|m| may(m.role)).collect();
    let theirs = |account: &AccountId| news.only.is_none_or(|only| only == account);
    // Whoever it concerns may have left: then everybody who could act hears of it.
    let left = !all.iter().any(|member| theirs(&member.account_id));
    for member in all.iter().filter(|member| left || theirs(&member.account_id)) {
        let way = way_of(c, tenant, &member.id, news.kind)?;
        if way == Way::None {
            continue;
        }
        let row = Notification {
            tenant_id: tenant.clone(),
            id: NotificationId::new(&*app.clock, &*app.rng),
            member_id: member.id.clone(),
            kind: news.kind,
            matter: news.matter.clone(),
            subject: news.subject.to_owned(),
            href: news.href.clone(),
            created_at: app.clock.now(),
            read_at: None,
        };
        let is_news = store::notifications::put(c, &row)?;
        if is_news && worth_mail && way == Way::Both {
            mail::tell_news(
                app,
                c,
                tenant,
                &member.account_id,
                news.kind,
                news.subject,
                &news.href,
            )?;
        }
    }
    Ok(())
}

fn settle(app: &App, c: &mut Conn, tenant: &TenantId, matter: &str) -> Result<()> {
    store::notifications::settle(c, tenant, matter, app.clock.now())?;
    Ok(())
}

/// What a notification is about, for people: a plugin by its name in their language.
pub(crate) fn subject_for(app: &App, kind: Kind, subject: &str, locale: Locale) -> String {
    let is_plugin =
        matches!(kind, Kind::ApprovalWaiting | Kind::ApprovalUnknown | Kind::PluginStopped);
    match subject.parse::<PluginId>() {
        Ok(id) if is_plugin => plugins::name_of(app, &id, locale),
        _ => subject.to_owned(),
    }
}

/// A member's own notifications, newest first.
pub async fn list_notifications(app: &App, ctx: &Context) -> Result<Vec<Notification>> {
    let (tenant, member) = (ctx.tenant.clone(), ctx.member.clone());
    let list = move |c: &mut Conn| store::notifications::list(c, &tenant, &member, LISTED_MAX);
    let mut all = app.db.read(list).await?;
    for one in &mut all {
        one.subject = subject_for(app, one.kind, &one.subject, ctx.locale);
    }
    Ok(all)
}

/// A page of a member's own notifications, newest first.
pub async fn page_notifications(
    app: &App,
    ctx: &Context,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Notification>> {
    let (tenant, member) = (ctx.tenant.clone(), ctx.member.clone());
    let list = move |c: &mut Conn| {
        store::notifications::list_after(c, &tenant, &member, after.as_ref(), limit)
    };
    let mut page = app.db.read(list).await?;
    for one in &mut page.items {
        one.subject = subject_for(app, one.kind, &one.subject, ctx.locale);
    }
    Ok(page)
}

/// One of a member's own notifications.
pub async fn get_notification(
    app: &App,
    ctx: &Context,
    id: &NotificationId,
) -> Result<Notification> {
    let (tenant, member, id) = (ctx.tenant.clone(), ctx.member.clone(), id.clone());
    let find = move |c: &mut Conn| store::notifications::find(c, &tenant, &member, &id);
    let mut one = app.db.read(find).await?.ok_or(Error::NotFound)?;
    one.subject = subject_for(app, one.kind, &one.subject, ctx.locale);
    Ok(one)
}

/// Notes that a member has read one of theirs, and answers where it leads. What somebody has read is
/// their own affair: the activity log doesn't say.
pub async fn open_notification(app: &App, ctx: &Context, id: &NotificationId) -> Result<String> {
    let (ctx, id, now) = (ctx.clone(), id.clone(), app.clock.now());
    app.db
        .transact(move |c| -> Result<String> {
            let found = store::notifications::find(c, &ctx.tenant, &ctx.member, &id)?;
            let href = found.ok_or(Error::NotFound)?.href;
            store::notifications::mark_read(c, &ctx.tenant, &ctx.member, &id, now)?;
            Ok(href)
        })
        .await
}

/// Notes that a member has read all of theirs. Twice is once.
pub async fn read_all(app: &App, ctx: &Context) -> Result<()> {
    let (ctx, now) = (ctx.clone(), app.clock.now());
    app.db
        .transact(move |c| -> Result<()> {
            store::notifications::mark_all_read(c, &ctx.tenant, &ctx.member, now)?;
            Ok(())
        })
        .await
}
