//! The first page of a working day.

use app::home::Checklist;
use app::{Error, accounts, connections, home};
use domain::Permission;

use crate::answer::{Answer, go};
use crate::error::Failure;
use crate::member::{Account, Member};
use crate::pages::{appointments, connections::rows as connection_rows};
use crate::views::home::{Home, Task};
use crate::visit::Visit;

/// How far ahead the next appointment is looked for, in seconds.
const AHEAD_SECS: i64 = 30 * 24 * 3_600;

/// Home; a new installation is opened first, a stranger signs in.
pub async fn show(visit: Visit, account: Result<Account, Failure>) -> Answer {
    let account = match account {
        Err(Failure::App(Error::SignedOut)) => {
            let fresh = app::tenants::needs_first_run(&visit.web.app).await?;
            return Ok(go(if fresh { "/welcome" } else { "/sign-in" }));
        }
        other => other?,
    };
    let Account { visit, login, context } = account;
    let member = Member { visit, login, ctx: context.ok_or(Failure::NoTenant)? };
    let page = page(&member).await?;
    member.page(&page).await
}

async fn page(member: &Member) -> Result<Home, Failure> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let home = home::get_home(app, ctx).await?;
    let profile = accounts::get_profile(app, &member.login).await?;
    let sees_connections = ctx.role.may(Permission::ReadPlugins);
    let mut known =
        if sees_connections { connections::list_connections(app, ctx).await? } else { vec![] };
    known.retain(|connection| connection.state.as_str() != "disconnected");
    let dates = member.dates();
    let now = app.clock.now();
    let sees_appointments = home.today.is_some();
    let today = home.today.unwrap_or_default();
    let next = if sees_appointments && today.iter().all(|each| each.ends_at <= now) {
        let (ahead, _) =
            app::appointments::list_between(app, ctx, now, now.plus_secs(AHEAD_SECS)).await?;
        ahead.into_iter().find(|each| each.status.as_str() == "booked" && each.starts_at > now)
    } else {
        None
    };
    let checklist = checklist(home.checklist);
    Ok(Home {
        part_of_day: part_of_day(dates.local(now).hour()),
        first_name: profile.name.split_whitespace().next().unwrap_or_default().to_owned(),
        date: dates.full(dates.today()),
        sees_appointments,
        can_book: ctx.role.may(Permission::WriteAppointments),
        today: appointments::rows(member, today).await?,
        next: appointments::rows(member, next.into_iter().collect()).await?.pop(),
        approvals: home.approvals,
        sees_connections,
        connections: connection_rows(member, known),
        done: checklist.iter().filter(|task| task.done).count(),
        checklist,
    })
}

fn checklist(steps: Option<Checklist>) -> Vec<Task> {
    let Some(steps) = steps.filter(|steps| !steps.is_done()) else { return Vec::new() };
    vec![
        Task { key: "connection", href: "/connections", done: steps.has_connection },
        Task { key: "people", href: "/people/new", done: steps.has_people },
        Task { key: "team", href: "/team", done: steps.has_colleague },
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
