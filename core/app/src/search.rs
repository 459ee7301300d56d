//! Finding people, appointments and tasks by a few letters, as far as the role sees them.

use domain::{Permission, PersonId};
use store::appointments::Appointment;
use store::tasks::{Task, TaskFilter};

use crate::App;
use crate::context::Context;
use crate::error::Result;
use crate::people::{self, Person, PersonFilter, PersonOrder, SEARCH_CHARS_MAX};
use crate::tasks;

/// The most that is found of each kind.
pub const EACH_MAX: usize = 6;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// People, newest first; none for a role that doesn't see them.
    pub people: Vec<Person>,
    /// Appointments, what is to come first; none for a role that doesn't see them.
    pub appointments: Vec<Appointment>,
    /// Open tasks, the soonest due first; none for a role that doesn't see them.
    pub tasks: Vec<Task>,
}

/// Looks for a text among people, appointments and tasks. Blank text finds nothing; a long one counts by
/// its beginning.
pub async fn search(app: &App, ctx: &Context, text: &str) -> Result<Found> {
    let text: String = text.trim().chars().take(SEARCH_CHARS_MAX).collect();
    if text.is_empty() {
        return Ok(Found::default());
    }
    let sought = text.clone();
    let found = if ctx.may(Permission::ReadPeople) {
        let filter = PersonFilter { search: Some(text.clone()), ..PersonFilter::default() };
        let most = i64::try_from(EACH_MAX).unwrap_or(i64::MAX);
        people::list_people(app, ctx, filter, PersonOrder::Newest, None, most).await?.items
    } else {
        Vec::new()
    };
    let appointments = if ctx.may(Permission::ReadAppointments) {
        let ids: Vec<PersonId> = found.iter().map(|person| person.id.clone()).collect();
        let (tenant, now) = (ctx.tenant.clone(), app.clock.now());
        let look = move |c: &mut store::Conn| {
            store::appointments::search(c, &tenant, &text, &ids, now, EACH_MAX)
        };
        app.db.read(look).await?
    } else {
        Vec::new()
    };
    let tasks = if ctx.may(Permission::ReadTasks) {
        let filter = TaskFilter { search: Some(sought), ..TaskFilter::default() };
        let most = i64::try_from(EACH_MAX).unwrap_or(i64::MAX);
        tasks::list_tasks(app, ctx, filter, None, most).await?.items
    } else {
        Vec::new()
    };
    Ok(Found { people: found, appointments, tasks })
}
