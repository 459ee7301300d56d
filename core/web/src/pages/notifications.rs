//! What a member was told of, and how they want to hear.

use std::collections::BTreeMap;

use actix_web::web::{Form, Path};
use app::notifications::{self, Kind, Notification, Way};

use crate::answer::{Answer, go, own_path};
use crate::member::Member;
use crate::pages::id;
use crate::views::Choice;
use crate::views::notifications::{NoticeRow, Notifications, WayRow};

/// The list, and the choices.
pub async fn list(member: Member) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let found = notifications::list_notifications(app, ctx).await?;
    let ways = notifications::list_ways(app, ctx).await?;
    let rows: Vec<NoticeRow> = found.into_iter().map(|each| row(&member, each)).collect();
    let page = Notifications {
        unread: rows.iter().filter(|row| row.unread).count(),
        rows,
        ways: ways.into_iter().map(|(kind, way)| way_row(&member, kind, way)).collect(),
        can_mail: app.post.is_on(),
    };
    member.page(&page).await
}

fn row(member: &Member, one: Notification) -> NoticeRow {
    NoticeRow {
        action: format!("/notifications/{}/open", one.id),
        kind: one.kind.to_string(),
        icon: match one.kind {
            Kind::ConnectionNeedsYou | Kind::ConnectionEnds => "connection",
            Kind::ApprovalWaiting | Kind::ApprovalUnknown => "shield",
            Kind::AppointmentUnsent | Kind::SeriesOverlaps | Kind::CalendarBehind => "calendar",
            Kind::PluginStopped => "plugin",
        },
        subject: one.subject,
        at: member.dates().moment(one.created_at),
        unread: one.read_at.is_none(),
    }
}

fn way_row(member: &Member, kind: Kind, current: Way) -> WayRow {
    let choice = |way: Way| {
        let label = member.text(&format!("notice-way-{}", way.as_str()));
        Choice::new(way.as_str(), label, current.as_str())
    };
    WayRow { kind: kind.to_string(), choices: Way::ALL.map(choice).to_vec() }
}

/// Notes that it was read, and goes where it leads.
pub async fn open(member: Member, path: Path<String>) -> Answer {
    let id = id(&path)?;
    let to = notifications::open_notification(&member.web.app, &member.ctx, &id).await?;
    Ok(go(own_path(&to)))
}

/// Notes that all were read.
pub async fn read_all(member: Member) -> Answer {
    notifications::read_all(&member.web.app, &member.ctx).await?;
    Ok(go("/notifications"))
}

/// Chooses how to hear of each kind.
pub async fn choose(member: Member, form: Form<BTreeMap<String, String>>) -> Answer {
    let named = form.into_inner().into_iter();
    let ways = named.filter_map(|(name, way)| Some((name.strip_prefix("way-")?.to_owned(), way)));
    notifications::choose_ways(&member.web.app, &member.ctx, ways.collect()).await?;
    member.said("/notifications", "said-saved")
}
