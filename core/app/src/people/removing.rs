//! Removing somebody, bringing them back, and what became of them.

use domain::{Permission, PersonId, Timestamp};
use serde_json::json;
use store::people::Person;
use store::{Conn, Cursor, Page};

use super::{record, remind, require_to_write, tell};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::undos::Removed;
use crate::{App, notifications};

/// How many merges in a row are followed to whom somebody became.
const MERGES_MAX: usize = 20;

/// Deletes a person; [`restore_person`] undoes it. Deleting them again changes nothing.
pub async fn delete_person(app: &App, ctx: &Context, id: &PersonId) -> Result<()> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            // Whoever was told of them leaves before or after.
            store::pipelines::hold(c, &ctx.tenant)?;
            let person = store::people::find_even_deleted(c, &ctx.tenant, &id)?;
            let person = person.ok_or(Error::NotFound)?;
            if person.deleted_at.is_none() {
                remove(&app2, c, &Who::from(&ctx), &person)?;
            }
            Ok(())
        })
        .await
}

/// Deletes somebody who is there, inside the caller's transaction; answers when that was.
pub(super) fn remove(app: &App, c: &mut Conn, who: &Who, person: &Person) -> Result<Timestamp> {
    let (tenant, id, now) = (&person.tenant_id, &person.id, app.clock.now());
    store::people::delete(c, tenant, id, person.rev, now)?;
    remind(app, c, person)?;
    notifications::person_gone(app, c, person)?;
    tell(app, c, tenant, who, id, "removed", json!({}))?;
    record(app, c, tenant, who, "person.deleted", id, json!({}))?;
    Ok(now)
}

/// Brings a deleted person back; one who isn't deleted stays as they are.
///
/// # Errors
/// [`Error::Conflict`] for somebody who became one with another: that is taken back as a whole.
pub async fn restore_person(app: &App, ctx: &Context, id: &PersonId) -> Result<Person> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Person> {
            let person = store::people::find_even_deleted(c, &ctx.tenant, &id)?;
            let person = person.ok_or(Error::NotFound)?;
            if person.deleted_at.is_none() {
                return Ok(person);
            }
            if store::people::find_merged_into(c, &ctx.tenant, &id)?.is_some() {
                return Err(Error::Conflict { key: "error-person-merged" });
            }
            bring_back(&app2, c, &Who::from(&ctx), &person)?;
            Ok(store::people::get(c, &ctx.tenant, &id)?)
        })
        .await
}

/// Brings somebody back who was deleted on their own, inside the caller's transaction.
pub(super) fn bring_back(app: &App, c: &mut Conn, who: &Who, person: &Person) -> Result<()> {
    let (tenant, id) = (&person.tenant_id, &person.id);
    store::people::restore(c, tenant, id, person.rev)?;
    remind(app, c, person)?;
    tell(app, c, tenant, who, id, "restored", json!({}))?;
    record(app, c, tenant, who, "person.restored", id, json!({}))
}

/// A page of those who were removed and can be brought back, latest first. Who became one with another
/// isn't among them.
pub async fn list_removed(
    app: &App,
    ctx: &Context,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Removed>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<Page<Removed>> {
            let page = store::people::list_removed(c, &tenant, after.as_ref(), limit)?;
            Removed::page(c, &tenant, "person", page, |it| Removed {
                id: it.id.to_string(),
                at: it.deleted_at.unwrap_or(it.updated_at),
                name: it.name,
                by: String::new(),
            })
        })
        .await
}

/// Who somebody became by merging, as long as that stands and that one is there.
pub async fn find_merged(app: &App, ctx: &Context, id: &PersonId) -> Result<Option<PersonId>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (tenant, mut id) = (ctx.tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Option<PersonId>> {
            for _ in 0..MERGES_MAX {
                let Some(into) = store::people::find_merged_into(c, &tenant, &id)? else { break };
                if store::people::find(c, &tenant, &into)?.is_some() {
                    return Ok(Some(into));
                }
                id = into;
            }
            Ok(None)
        })
        .await
}
