//! Home: what is on today, how many people there are, and what a new business has still to do.

use domain::{Permission, TenantId, Timestamp, Zone};
use store::Conn;
use store::appointments::{Appointment, Status};
use store::connections::ConnectionState;
use store::people::{PersonFilter, Stage};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, approvals};

/// The home page. A part the role can't see is None.
#[derive(Debug, Clone)]
pub struct Home {
    /// Today's appointments, by start; today is the business's.
    pub today: Option<Vec<Appointment>>,
    /// How many people there are.
    pub people: Option<PeopleCount>,
    /// How many proposals of plugins wait for this reader.
    pub approvals: i64,
    /// The first steps, for who can take them.
    pub checklist: Option<Checklist>,
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
}

impl Checklist {
    /// Whether nothing is left to do.
    pub const fn is_done(self) -> bool {
        self.has_people && self.has_connection && self.has_colleague
    }
}

/// Gathers the home page in one view of the database.
pub async fn get_home(app: &App, ctx: &Context) -> Result<Home> {
    let (app2, ctx, now) = (app.clone(), ctx.clone(), app.clock.now());
    app.db
        .inspect(move |c| -> Result<Home> {
            let may = |permission| ctx.role.may(permission);
            let today = may(Permission::ReadAppointments)
                .then(|| today(c, &ctx.tenant, &ctx.zone, now))
                .transpose()?;
            let people = may(Permission::ReadPeople).then(|| count(c, &ctx.tenant)).transpose()?;
            let checklist = match people {
                Some(people) if may(Permission::ManageTeam) => {
                    Some(checklist(c, &ctx.tenant, people)?)
                }
                _ => None,
            };
            let approvals = approvals::count_waiting(&app2, c, &ctx)?;
            Ok(Home { today, people, approvals, checklist })
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

fn count(c: &mut Conn, tenant: &TenantId) -> Result<PeopleCount> {
    let mut of = |stage| {
        let filter = PersonFilter { stage: Some(stage), ..PersonFilter::default() };
        store::people::count(c, tenant, &filter)
    };
    Ok(PeopleCount { leads: of(Stage::Lead)?, customers: of(Stage::Customer)? })
}

fn checklist(c: &mut Conn, tenant: &TenantId, people: PeopleCount) -> Result<Checklist> {
    let connections = store::connections::list(c, tenant)?;
    Ok(Checklist {
        has_people: people.leads + people.customers > 0,
        has_connection: connections.iter().any(|one| one.state != ConnectionState::Disconnected),
        has_colleague: store::members::list(c, tenant)?.len() > 1,
    })
}
