//! Finding people, appointments, tasks, documents and notes by words, as far as the role sees them.

use domain::{Permission, PersonId};
use store::appointments::Appointment;
use store::documents::Document;
use store::tasks::Task;

use crate::App;
use crate::context::Context;
use crate::error::Result;
use crate::people::{Person, SEARCH_CHARS_MAX};

pub use store::timeline::FoundNote;

/// The most that is found of each kind.
pub const EACH_MAX: usize = 6;

/// The most notes that are found: they stand beside what has a name.
pub const NOTES_MAX: usize = 3;

/// As many appointments are looked through for those that fit by more than whom they are with.
const LOOKED_THROUGH: usize = 100;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// People, who fits best first; none for a role that doesn't see them.
    pub people: Vec<Person>,
    /// Appointments, what is to come first; none for a role that doesn't see them.
    pub appointments: Vec<Appointment>,
    /// Open tasks, what fits best first; none for a role that doesn't see them.
    pub tasks: Vec<Task>,
    /// Documents, what fits best first; none for a role that doesn't see them.
    pub documents: Vec<Document>,
    /// Notes about people, what fits best first; none for a role that doesn't see people.
    pub notes: Vec<FoundNote>,
}

/// Looks for a text among people, appointments, tasks, documents and notes. Blank text finds nothing; a long
/// one counts by its beginning.
pub async fn search(app: &App, ctx: &Context, text: &str) -> Result<Found> {
    let text: String = text.trim().chars().take(SEARCH_CHARS_MAX).collect();
    if text.is_empty() {
        return Ok(Found::default());
    }
    let (ctx, now) = (ctx.clone(), app.clock.now());
    let look = move |c: &mut store::Conn| {
        let mut found = Found::default();
        if ctx.may(Permission::ReadPeople) {
            found.people = store::people::search(c, &ctx.tenant, &text, EACH_MAX)?;
        }
        if ctx.may(Permission::ReadPeople) {
            found.notes = store::timeline::search(c, &ctx.tenant, &text, NOTES_MAX)?;
        }
        if ctx.may(Permission::ReadAppointments) {
            let ids: Vec<PersonId> = found.people.iter().map(|it| it.id.clone()).collect();
            let sees_people = ctx.may(Permission::ReadPeople);
            let most = if sees_people { EACH_MAX } else { LOOKED_THROUGH };
            let mut all = store::appointments::search(c, &ctx.tenant, &text, &ids, now, most)?;
            // A name tells whom an appointment is with, which is for who sees people.
            all.retain(|it| sees_people || store::appointments::says(it, &text));
            all.truncate(EACH_MAX);
            found.appointments = all;
        }
        if ctx.may(Permission::ReadTasks) {
            found.tasks = store::tasks::search(c, &ctx.tenant, &text, EACH_MAX)?;
        }
        if ctx.may(Permission::ReadDocuments) {
            found.documents = store::documents::search(c, &ctx.tenant, &text, EACH_MAX)?;
        }
        Ok(found)
    };
    Ok(app.db.read(look).await?)
}

/// The notes that fit a text best, the best first; none for a role that doesn't see people.
pub async fn search_notes(app: &App, ctx: &Context, text: &str) -> Result<Vec<FoundNote>> {
    let text: String = text.trim().chars().take(SEARCH_CHARS_MAX).collect();
    if text.is_empty() || !ctx.may(Permission::ReadPeople) {
        return Ok(Vec::new());
    }
    let tenant = ctx.tenant.clone();
    Ok(app.db.read(move |c| store::timeline::search(c, &tenant, &text, NOTES_MAX)).await?)
}

/// How many things get their words in one transaction, and how many such there are in a row.
const AT_ONCE: i64 = 200;
const IN_A_ROW: usize = 10;

/// Whether something is still without words.
pub(crate) async fn is_behind(app: &App) -> Result<bool> {
    Ok(!app.db.read(store::search::progress).await?.is_empty())
}

/// Gives some of what was there before there was this search its words; answers how many, and 0 once
/// everything has them.
pub(crate) async fn catch_up(app: &App) -> Result<usize> {
    let mut done = 0;
    for _ in 0..IN_A_ROW {
        let left = app.db.read(store::search::progress).await?;
        let Some(next) = left.into_iter().next() else { break };
        let (tenant, kind) = (next.tenant_id.clone(), next.kind);
        let step = move |c: &mut store::Conn| store::search::catch_up(c, &tenant, kind, AT_ONCE);
        let count = app.db.write(step).await?;
        done += count;
        let (tenant, of) = (next.tenant_id, next.todo);
        if count == 0 {
            tracing::info!(%tenant, %kind, of, "everything has its words to be found by");
        } else {
            tracing::debug!(%tenant, %kind, done = next.done, of, "gives words to be found by");
        }
    }
    Ok(done)
}
