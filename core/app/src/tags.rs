//! Tags: words that a business puts on people, to find them together.

use domain::{Permission, PersonId, SweepId, TagId, TenantId};
use serde_json::json;
use store::Conn;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::bulk::BULK_MAX;
use crate::people::input::TAGS_MAX;
use crate::sweeps::closing;
use crate::{endpoints, fields, once};

pub use store::tags::Tag;

/// The longest tag, in characters.
pub const TAG_CHARS_MAX: usize = 30;
/// Most tags of a business.
pub const TAGS_OF_BUSINESS_MAX: i64 = 500;

const CREATE: &str = "tag.create";

/// All tags of the business, by name, but those that are being removed: whoever was offered one of them, or
/// sent a form back with one, would make it anew.
pub async fn list_tags(app: &App, ctx: &Context) -> Result<Vec<Tag>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::tags::list(c, &tenant)?)).await
}

/// The tags of these names, each once; those that aren't there yet are made. Empty names don't count.
pub(crate) fn find_or_make(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    names: &[String],
) -> Result<Vec<TagId>> {
    let mut found: Vec<TagId> = Vec::new();
    for name in names {
        let name = fields::line("tags", name, TAG_CHARS_MAX)?;
        if name.is_empty() {
            continue;
        }
        let tag = match store::tags::find_by_name(c, tenant, &name)? {
            Some(tag) => tag.id,
            None => {
                let made = make(app, c, tenant, &name)?;
                endpoints::events::publish(
                    app,
                    c,
                    tenant,
                    "tag.created",
                    made.as_str(),
                    &json!({}),
                )?;
                made
            }
        };
        if !found.contains(&tag) {
            found.push(tag);
        }
    }
    if found.len() > TAGS_MAX {
        return Err(Error::invalid("tags", "error-too-many-tags"));
    }
    Ok(found)
}

fn make(app: &App, c: &mut Conn, tenant: &TenantId, name: &str) -> Result<TagId> {
    if store::tags::count(c, tenant)? >= TAGS_OF_BUSINESS_MAX {
        return Err(Error::invalid("tags", "error-too-many-tags"));
    }
    let tag = Tag::new(tenant.clone(), TagId::new(&*app.clock, &*app.rng), name);
    store::tags::insert(c, &tag)?;
    Ok(tag.id)
}

/// Puts exactly these tags on a person; answers whether that changed any.
pub(crate) fn put_all(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    wanted: &[TagId],
) -> Result<bool> {
    let mut changed = false;
    for (_, tag) in store::tags::list_of(c, tenant, std::slice::from_ref(person))? {
        if !wanted.contains(&tag) {
            changed |= store::tags::take(c, tenant, person, &tag)?;
        }
    }
    for tag in wanted {
        changed |= store::tags::put(c, tenant, person, tag)?;
    }
    Ok(changed)
}

/// Adds a tag, to be put on people later. The same `form_id` adds once, however often it is sent; an empty
/// one doesn't count.
pub async fn create_tag(app: &App, ctx: &Context, name: &str, form_id: &str) -> Result<Tag> {
    require_to_manage(ctx)?;
    let (app2, ctx, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    let name = fields::required_line("name", name, TAG_CHARS_MAX)?;
    app.db
        .transact(move |c| -> Result<Tag> {
            if let Some(done) = once::find::<TagId>(c, &ctx.tenant, CREATE, &form_id)? {
                return Ok(store::tags::get(c, &ctx.tenant, &done)?);
            }
            if store::tags::find_by_name(c, &ctx.tenant, &name)?.is_some() {
                return Err(Error::invalid("name", "error-tag-exists"));
            }
            let id = make(&app2, c, &ctx.tenant, &name)?;
            once::keep(&app2, c, &ctx.tenant, CREATE, &form_id, &id)?;
            record(&app2, c, &ctx, "tag.created", &id)?;
            Ok(store::tags::get(c, &ctx.tenant, &id)?)
        })
        .await
}

/// Gives a tag another name, wherever it is.
pub async fn rename_tag(app: &App, ctx: &Context, id: &TagId, name: &str) -> Result<()> {
    require_to_manage(ctx)?;
    let (app2, ctx, id, name) = (app.clone(), ctx.clone(), id.clone(), name.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            let before = store::tags::get(c, &ctx.tenant, &id)?;
            if before.goes() {
                return Err(Error::NotFound);
            }
            let name = fields::required_line("name", &name, TAG_CHARS_MAX)?;
            if name == before.name {
                return Ok(());
            }
            let same = store::tags::find_by_name(c, &ctx.tenant, &name)?;
            if same.is_some_and(|same| same.id != id) {
                return Err(Error::invalid("name", "error-tag-exists"));
            }
            store::tags::update(c, &Tag::new(ctx.tenant.clone(), id.clone(), &name))?;
            record(&app2, c, &ctx, "tag.renamed", &id)
        })
        .await
}

/// Removes a tag from everybody. From more people than one transaction bears that is done in lots: the answer
/// is where to follow it. Nobody sees the tag any more from now on.
pub async fn delete_tag(app: &App, ctx: &Context, id: &TagId) -> Result<Option<SweepId>> {
    require_to_manage(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Option<SweepId>> {
            store::tenants::lock(c, &ctx.tenant)?;
            let tag = store::tags::get(c, &ctx.tenant, &id)?;
            if let Some(begun) = closing::find_of_tag(c, &ctx.tenant, &id)? {
                // Asked for again.
                return Ok(Some(begun));
            }
            let count = store::tags::count_of(c, &ctx.tenant, &id)?;
            if usize::try_from(count).is_ok_and(|count| count <= BULK_MAX) {
                has_gone(&app2, c, &Who::from(&ctx), (&ctx.tenant, &id))?;
                return Ok(None);
            }
            // Whoever uses its name from now on means another one.
            store::tags::update(c, &tag.nameless())?;
            closing::begin_tag(&app2, c, &ctx, &tag, count).map(Some)
        })
        .await
        .inspect(|_| app.wake_jobs())
}

/// Removes a tag that few have any more, or nobody, and tells of it; one that is gone already stays so.
pub(crate) fn has_gone(
    app: &App,
    c: &mut Conn,
    who: &Who,
    (tenant, id): (&TenantId, &TagId),
) -> Result<()> {
    match store::tags::delete(c, tenant, id) {
        Err(store::Error::NotFound) => return Ok(()),
        other => other?,
    }
    let (entity_id, detail) = (id.as_str(), json!({}));
    let act = Act { action: "tag.deleted", entity: "tag", entity_id, detail };
    audit::append(app, c, tenant, who, &act)
}

fn require_to_manage(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::ManageSettings)
}

fn record(app: &App, c: &mut Conn, ctx: &Context, action: &'static str, id: &TagId) -> Result<()> {
    let act = Act { action, entity: "tag", entity_id: id.as_str(), detail: json!({}) };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
