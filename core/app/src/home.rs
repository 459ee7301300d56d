//! Home: what is on today, how many people there are, and what a new business has still to do.

use domain::{Permission, TenantId, Timestamp, Zone};
use store::Conn;
use store::appointments::{Appointment, Status};
use store::connections::{Connection, ConnectionState};
use store::examples::ExampleKind;
use store::people::{Person, PersonFilter, PersonOrder, Span, Standing};
use store::tasks::Task;

use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::settings::DEFAULT_THEME;
use crate::tenants::{Colour, Tenant};
use crate::{App, approvals, reports, tasks};

/// How far ahead the next appointment is looked for, in seconds.
const AHEAD_SECS: i64 = 30 * 24 * 3_600;

/// How many tasks are shown, and how many people; the lists have all.
const SHOWN: i64 = 6;

/// The home page. A part the role can't see is None.
#[derive(Debug, Clone)]
pub struct Home {
    /// Today's appointments, by start; today is the business's.
    pub today: Option<Vec<Appointment>>,
    /// The next one, when none of today's is left.
    pub next: Option<Appointment>,
    /// The reader's open tasks that are due by the end of today, the longest due first.
    pub tasks: Option<DueTasks>,
    /// Whom somebody is to get back to by the end of today, who waits longest first.
    pub waiting: Option<Waiting>,
    /// To whom nobody turned yet of those who came lately, newest first: as many as wait in the report.
    pub fresh: Option<Fresh>,
    /// Accounts at providers that are connected, newest first.
    pub connections: Option<Vec<Connection>>,
    /// How many people there are.
    pub people: Option<PeopleCount>,
    /// How many proposals of plugins wait for this reader.
    pub approvals: i64,
    /// How many things didn't work and wait for somebody; 0 for who doesn't see them.
    pub given_up: i64,
    /// The first steps, for who can take them.
    pub checklist: Option<Checklist>,
    /// Examples to look around with, for who may bring and remove them.
    pub examples: Option<Examples>,
}

/// Whether there are examples, or could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Examples {
    /// There is nobody yet: they can be brought.
    Offered,
    /// They are there and can be removed.
    There,
}

/// What a member has to do by the end of today.
#[derive(Debug, Clone)]
pub struct DueTasks {
    /// The first of them.
    pub first: Vec<Task>,
    /// How many there are.
    pub count: i64,
}

/// Those who wait for somebody to get back to them.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The first of them.
    pub first: Vec<Person>,
    /// How many there are.
    pub count: i64,
}

/// Those to whom nobody turned yet.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// The first of them.
    pub first: Vec<Person>,
    /// How many there are.
    pub count: i64,
    /// When they came: other lists of them say the same.
    pub span: Span,
}

/// How many people of each stage there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeopleCount {
    /// Those who might become customers.
    pub leads: i64,
    /// Those who are.
    pub customers: i64,
}

/// Which of the first steps were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checklist {
    /// Somebody is in the list of people.
    pub has_people: bool,
    /// An account at a provider is connected.
    pub has_connection: bool,
    /// Somebody else is in the team.
    pub has_colleague: bool,
    /// The business has a logo, or a colour or look of its own choice.
    pub has_look: bool,
}

impl Checklist {
    /// Whether nothing is left to do.
    pub const fn is_done(self) -> bool {
        self.has_people && self.has_connection && self.has_colleague && self.has_look
    }
}

/// Gathers the home page in one view of the database.
pub async fn get_home(app: &App, ctx: &Context) -> Result<Home> {
    let (app2, ctx, now) = (app.clone(), ctx.clone(), app.clock.now());
    app.db
        .inspect(move |c| -> Result<Home> {
            let may = |permission| ctx.may(permission);
            let today = may(Permission::ReadAppointments)
                .then(|| today(c, &ctx.tenant, &ctx.zone, now))
                .transpose()?;
            let next = match &today {
                Some(today) if today.iter().all(|each| each.ends_at <= now) => {
                    let until = now.plus_secs(AHEAD_SECS);
                    store::appointments::find_next(c, &ctx.tenant, now, until)?
                }
                _ => None,
            };
            let tasks = may(Permission::ReadTasks).then(|| due(c, &ctx, now)).transpose()?;
            let waiting = may(Permission::ReadPeople).then(|| waiting(c, &ctx, now)).transpose()?;
            let fresh = may(Permission::ReadPeople).then(|| fresh(c, &ctx, now)).transpose()?;
            let connections = connected(c, &ctx.tenant)?;
            let people = may(Permission::ReadPeople).then(|| count(c, &ctx.tenant)).transpose()?;
            let checklist = match people {
                Some(people) if may(Permission::ManageTeam) && !is_put_away(c, &ctx)? => {
                    Some(checklist(c, &ctx.tenant, people, &connections)?)
                }
                _ => None,
            };
            let examples = match people {
                Some(people) if may(Permission::ManageSettings) => examples(c, &ctx, people)?,
                _ => None,
            };
            let connections = may(Permission::ReadPlugins).then_some(connections);
            let approvals = approvals::count_waiting(&app2, c, &ctx)?;
            let given_up = if may(Permission::ManageJobs) {
                store::jobs::count_dead(c, &ctx.tenant)?
            } else {
                0
            };
            Ok(Home {
                today,
                next,
                tasks,
                waiting,
                fresh,
                connections,
                people,
                approvals,
                given_up,
                checklist,
                examples,
            })
        })
        .await
}

fn today(c: &mut Conn, tenant: &TenantId, zone: &Zone, now: Timestamp) -> Result<Vec<Appointment>> {
    let date = zone.local(now).date();
    let day = |date| zone.start_of_day(date).ok_or_else(|| Error::internal("no such day"));
    let (from, to) = (day(date)?, day(date.tomorrow().map_err(Error::internal)?)?);
    let mut on = store::appointments::list_between(c, tenant, from, to)?;
    on.retain(|appointment| appointment.status == Status::Booked);
    Ok(on)
}

/// What is due is what the list of tasks shows for today.
fn due(c: &mut Conn, ctx: &Context, now: Timestamp) -> Result<DueTasks> {
    let filter = tasks::due_today(ctx, now);
    let first = store::tasks::list(c, &ctx.tenant, &filter, None, SHOWN)?.items;
    Ok(DueTasks { first, count: store::tasks::count(c, &ctx.tenant, &filter)? })
}

/// As the list of people shows those to get back to by today.
fn waiting(c: &mut Conn, ctx: &Context, now: Timestamp) -> Result<Waiting> {
    let filter = PersonFilter {
        follow_up_until: Some(ctx.zone.local(now).date().to_string()),
        ..PersonFilter::default()
    };
    let order = PersonOrder::FollowUp;
    let first = store::people::list(c, &ctx.tenant, &filter, order, None, SHOWN)?.items;
    Ok(Waiting { first, count: store::people::count(c, &ctx.tenant, &filter)? })
}

/// As the report counts those who wait, and the list shows them that it leads to.
fn fresh(c: &mut Conn, ctx: &Context, now: Timestamp) -> Result<Fresh> {
    let (filter, span) = reports::waiting(&ctx.zone, now)?;
    let count = store::people::count(c, &ctx.tenant, &filter)?;
    // Where nobody waits, as after a long list was brought, all of them would be gone through once more.
    let first = match count {
        0 => Vec::new(),
        _ => {
            let order = PersonOrder::Newest;
            store::people::list(c, &ctx.tenant, &filter, order, None, SHOWN)?.items
        }
    };
    Ok(Fresh { first, count, span })
}

fn count(c: &mut Conn, tenant: &TenantId) -> Result<PeopleCount> {
    let mut of = |standing| {
        let filter = PersonFilter { standing: Some(standing), ..PersonFilter::default() };
        store::people::count(c, tenant, &filter)
    };
    Ok(PeopleCount { leads: of(Standing::Lead)?, customers: of(Standing::Customer)? })
}

fn examples(c: &mut Conn, ctx: &Context, people: PeopleCount) -> Result<Option<Examples>> {
    if store::examples::count(c, &ctx.tenant)? > 0 {
        return Ok(Some(Examples::There));
    }
    Ok((people.leads + people.customers == 0).then_some(Examples::Offered))
}

fn connected(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Connection>> {
    let mut all = store::connections::list(c, tenant)?;
    all.retain(|one| one.state != ConnectionState::Disconnected);
    Ok(all)
}

fn checklist(
    c: &mut Conn,
    tenant: &TenantId,
    people: PeopleCount,
    connections: &[Connection],
) -> Result<Checklist> {
    Ok(Checklist {
        has_people: people.leads + people.customers
            > store::examples::count_of(c, tenant, ExampleKind::Person)?,
        has_connection: !connections.is_empty(),
        has_colleague: store::members::list(c, tenant)?.len() > 1,
        has_look: has_look(&store::tenants::get(c, tenant)?),
    })
}

fn has_look(tenant: &Tenant) -> bool {
    tenant.logo.is_some() || tenant.colour != Colour::Pine || tenant.theme != DEFAULT_THEME
}

const CHECKLIST: &str = "home.checklist";
const AWAY: &str = "away";

fn is_put_away(c: &mut Conn, ctx: &Context) -> Result<bool> {
    let chosen = store::member_choices::find(c, &ctx.tenant, &ctx.member, CHECKLIST)?;
    Ok(chosen.as_deref() == Some(AWAY))
}

/// Puts the first steps away, for the member who asks. Twice is once.
pub async fn put_checklist_away(app: &App, ctx: &Context) -> Result<()> {
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            if is_put_away(c, &ctx)? {
                return Ok(());
            }
            store::member_choices::put(c, &ctx.tenant, &ctx.member, CHECKLIST, AWAY)?;
            let act = Act {
                action: "member.checklist-put-away",
                entity: "member",
                entity_id: ctx.member.as_str(),
                detail: serde_json::json!({}),
            };
            audit::append(&app2, c, &ctx.tenant, &Who::from(&ctx), &act)
        })
        .await
}
