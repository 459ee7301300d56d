//! What a member was told of, and how they want to hear.

use std::collections::BTreeMap;

use actix_web::web::{Form, Path};
use app::Error;
use app::notifications::{self, Kind, Notification, Way};
use app::reminders::{self, Habits, HabitsInput};
use domain::task::clock;
use domain::{Permission, Quiet, Timestamp};
use jiff::civil::Time;
use serde::Deserialize;

use crate::answer::{Answer, form_errors, go, own_path};
use crate::member::Member;
use crate::pages::{id, tasks};
use crate::views::notifications::{HabitLeads, HabitsForm, NoticeRow, Notifications, WayRow};
use crate::views::{Choice, Errors};

/// The list, and the choices.
pub async fn list(member: Member) -> Answer {
    let habits = habits_form(&reminders::get_habits(&member.web.app, &member.ctx).await?);
    page(&member, habits, Errors::new()).await
}

async fn page(member: &Member, form: HabitsForm, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let found = notifications::list_notifications(app, ctx).await?;
    let ways = notifications::list_ways(app, ctx).await?;
    let rows: Vec<NoticeRow> = found.into_iter().map(|each| row(member, each)).collect();
    let snooze = |word: &str| Choice::new(word, member.text(&format!("snooze-{word}")), "");
    let page = Notifications {
        unread: rows.iter().filter(|row| row.unread).count(),
        rows,
        ways: ways.into_iter().map(|(kind, way)| way_row(member, kind, way)).collect(),
        can_mail: app.post.is_on(),
        snoozes: reminders::SNOOZES.map(snooze).to_vec(),
        reminds: ctx.role.may(Permission::ReadTasks),
        leads: HabitLeads {
            tasks: tasks::leads(member, &form.tasks),
            appointments: tasks::leads(member, &form.appointments),
            follow_ups: tasks::leads(member, &form.follow_ups)
                .into_iter()
                // Of a day it is its morning, however many minutes before.
                .filter(|lead| !lead.value.ends_with('m') || lead.value == "0m")
                .collect(),
        },
        form,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

fn row(member: &Member, one: Notification) -> NoticeRow {
    NoticeRow {
        action: format!("/notifications/{}/open", one.id),
        kind: one.kind.to_string(),
        icon: match one.kind {
            Kind::ConnectionNeedsYou | Kind::ConnectionEnds | Kind::EndpointOff => "connection",
            Kind::ApprovalWaiting | Kind::ApprovalUnknown => "shield",
            Kind::AppointmentUnsent
            | Kind::SeriesOverlaps
            | Kind::CalendarBehind
            | Kind::CalendarEmptied => "calendar",
            Kind::PluginStopped => "plugin",
            Kind::TaskDue | Kind::TaskAssigned | Kind::TasksAssigned => "task",
            Kind::AppointmentSoon => "clock",
            Kind::FollowUpDue | Kind::PersonAssigned | Kind::LeadNew => "person",
            Kind::ImportDone
            | Kind::ImportFailed
            | Kind::ImportUndone
            | Kind::SweepDone
            | Kind::SweepFailed
            | Kind::SweepUndone
            | Kind::PeopleAssigned
            | Kind::LeadsNew => "people",
            Kind::ArchiveReady | Kind::ArchiveFailed => "out",
        },
        snooze: one
            .matter
            .starts_with("reminder/")
            .then(|| format!("/notifications/{}/snooze", one.id)),
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

/// Until when a reminder rests.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SnoozeForm {
    snooze: String,
}

/// Lets a reminder come again.
pub async fn snooze(member: Member, path: Path<String>, form: Form<SnoozeForm>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let done = reminders::snooze_notification(app, ctx, &id(&path)?, &form.snooze).await;
    match done {
        Ok(at) => snoozed(&member, "/notifications", at),
        Err(Error::Conflict { key: "error-snooze-late" }) => {
            member.said("/notifications", "said-snooze-late")
        }
        Err(Error::Conflict { .. }) => member.said("/notifications", "said-reminder-over"),
        Err(error) => Err(error.into()),
    }
}

/// To another page, which says when a snoozed reminder comes.
pub fn snoozed(member: &Member, to: &str, at: Timestamp) -> Answer {
    member.told(to, &format!("{}: {}", member.text("said-snoozed"), member.dates().moment(at)))
}

fn habits_form(habits: &Habits) -> HabitsForm {
    let quiet = |at: fn(&Quiet) -> Time| habits.quiet.as_ref().map(|it| clock(at(it)));
    HabitsForm {
        tasks: habits.tasks.to_string(),
        appointments: habits.appointments.to_string(),
        follow_ups: habits.follow_ups.to_string(),
        morning: clock(habits.morning),
        quiet_from: quiet(|it| it.from).unwrap_or_default(),
        quiet_until: quiet(|it| it.until).unwrap_or_default(),
    }
}

/// Chooses how to be reminded.
pub async fn remind(member: Member, form: Form<HabitsForm>) -> Answer {
    member.ctx.require_to_see(Permission::ReadTasks)?;
    let form = form.into_inner();
    let input = HabitsInput {
        tasks: form.tasks.clone(),
        appointments: form.appointments.clone(),
        follow_ups: form.follow_ups.clone(),
        morning: form.morning.clone(),
        quiet_from: form.quiet_from.clone(),
        quiet_until: form.quiet_until.clone(),
    };
    match reminders::choose_habits(&member.web.app, &member.ctx, input).await {
        Ok(()) => member.said("/notifications", "said-saved"),
        Err(error) => page(&member, form, form_errors(error)?).await,
    }
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
