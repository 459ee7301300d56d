//! Lists of people: which, how many, and what lists of them show beside.

use domain::{MemberId, Permission, PersonId, TagId, TenantId};
use store::contacts::ContactKind;
use store::people::{Person, PersonCursor, PersonFilter, Sorting};
use store::{Conn, Page};

use super::{SEARCH_CHARS_MAX, SOURCES_MAX, bulk};
use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;
use crate::pipelines::PipelineStages;
use crate::tags::Tag;

/// A page of people.
pub async fn list_people(
    app: &App,
    ctx: &Context,
    filter: PersonFilter,
    order: impl Into<Sorting>,
    after: Option<PersonCursor>,
    limit: i64,
) -> Result<Page<Person, PersonCursor>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let filter = searchable(filter)?;
    let (tenant, order) = (ctx.tenant.clone(), order.into());
    app.db
        .inspect(move |c| {
            Ok(store::people::list(c, &tenant, &filter, order, after.as_ref(), limit)?)
        })
        .await
}

/// The people who fit a text best, at most so many, the best first; nobody for blank text.
pub async fn search_people(
    app: &App,
    ctx: &Context,
    text: &str,
    most: usize,
) -> Result<Vec<Person>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let text: String = text.trim().chars().take(SEARCH_CHARS_MAX).collect();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::people::search(c, &tenant, &text, most)?)).await
}

/// How many people match.
pub async fn count_people(app: &App, ctx: &Context, filter: PersonFilter) -> Result<i64> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let filter = searchable(filter)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::people::count(c, &tenant, &filter)?)).await
}

/// Where the business's people came from, each source once.
pub async fn list_sources(app: &App, ctx: &Context) -> Result<Vec<String>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::people::list_sources(c, &tenant, SOURCES_MAX)?)).await
}

pub(crate) fn searchable(filter: PersonFilter) -> Result<PersonFilter> {
    let Some(typed) = &filter.search else { return Ok(filter) };
    let line = fields::line("search", typed, SEARCH_CHARS_MAX)?;
    Ok(PersonFilter { search: Some(line), ..filter })
}

/// Everybody of the team who may look after people, by name.
pub async fn list_owners(app: &App, ctx: &Context) -> Result<Vec<(MemberId, String)>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| owners_in(c, &tenant)).await
}

/// What lists of people tell their rows with.
#[derive(Debug, Clone)]
pub struct RowNames {
    /// All stages.
    pub pipelines: Vec<PipelineStages>,
    /// Everybody who may look after people, by name.
    pub owners: Vec<(MemberId, String)>,
    /// All tags.
    pub tags: Vec<Tag>,
}

/// The names that rows of people are told with, in one view of the database.
pub async fn get_row_names(app: &App, ctx: &Context) -> Result<RowNames> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<RowNames> {
            Ok(RowNames {
                pipelines: crate::pipelines::list_in(c, &tenant)?,
                owners: owners_in(c, &tenant)?,
                tags: store::tags::list(c, &tenant)?,
            })
        })
        .await
}

fn owners_in(c: &mut Conn, tenant: &TenantId) -> Result<Vec<(MemberId, String)>> {
    let named = store::members::list(c, tenant)?;
    let sees = named.into_iter().filter(|it| it.member.role.may(Permission::ReadPeople));
    Ok(sees.map(|it| (it.member.id, it.name)).collect())
}

/// Those who match, as far as one act reaches.
///
/// # Errors
/// Where they are more than that: nobody is changed by surprise.
pub async fn list_matching_ids(
    app: &App,
    ctx: &Context,
    filter: PersonFilter,
) -> Result<Vec<PersonId>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let filter = searchable(filter)?;
    let tenant = ctx.tenant.clone();
    let most = i64::try_from(bulk::BULK_MAX).unwrap_or(i64::MAX) + 1;
    let ids: Vec<PersonId> = app
        .db
        .inspect(move |c| Ok::<_, Error>(store::people::list_ids(c, &tenant, &filter, most)?))
        .await?;
    if ids.len() > bulk::BULK_MAX {
        return Err(Error::invalid("people", "error-too-many-chosen"));
    }
    Ok(ids)
}

/// Others who may be the same person: who share a number or an e-mail address, and of whom nobody said that
/// they are somebody else.
pub async fn list_alike(app: &App, ctx: &Context, id: &PersonId) -> Result<Vec<Person>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Vec<Person>> {
            let own = store::contacts::list(c, &tenant, &id)?;
            let mut alike = Vec::new();
            for kind in [ContactKind::Phone, ContactKind::Email] {
                let its = own.iter().filter(|contact| contact.kind == kind);
                let keys: Vec<String> = its.map(|contact| contact.match_key.clone()).collect();
                alike.extend(store::contacts::list_sharing(c, &tenant, kind, &keys, Some(&id))?);
            }
            alike.sort();
            alike.dedup();
            if !alike.is_empty() {
                let apart = store::people::list_apart(c, &tenant, std::slice::from_ref(&id))?;
                alike.retain(|it| apart.iter().all(|(one, other)| one != it && other != it));
            }
            Ok(store::people::list_by_ids(c, &tenant, &alike)?)
        })
        .await
}

/// Which tags these people have, each pair once.
pub async fn list_tags_of(
    app: &App,
    ctx: &Context,
    ids: Vec<PersonId>,
) -> Result<Vec<(PersonId, TagId)>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::tags::list_of(c, &tenant, &ids)?)).await
}

/// The named people, in no particular order, such as those of a day's appointments; who isn't there
/// is left out.
pub async fn list_people_by_ids(
    app: &App,
    ctx: &Context,
    ids: Vec<PersonId>,
) -> Result<Vec<Person>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::people::list_by_ids(c, &tenant, &ids)?)).await
}
