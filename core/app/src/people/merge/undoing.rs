//! Taking a merge back: two are there again, each with what was theirs.

use domain::{OwnFieldId, TaskId, TenantId};
use serde_json::{Value, json};
use store::Conn;
use store::examples::{Example, ExampleKind};
use store::people::Person;
use store::timeline::Entry;

use super::filling::{self, Filled, said};
use super::{Merged, first, tags_of};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::own_fields::values::{self, OwnChange};
use crate::people::{ContactKind, Draft, change, fields_of, record, require_to_write, tell};
use crate::undos::{self, Summary};
use crate::{App, attributions};

/// Takes a merge back: the other is there again with what was theirs. What was filled in from them is
/// put back field by field, where it still is what the merge made of it; what happened since stays with
/// the one that stayed.
///
/// # Errors
/// [`Error::Conflict`] while a later merge stands in the way: then nothing is taken back.
pub(crate) fn take_back(app: &App, c: &mut Conn, ctx: &Context, state: Value) -> Result<usize> {
    require_to_write(ctx)?;
    let all = read(state)?;
    store::pipelines::hold(c, &ctx.tenant)?;
    let both = all.iter().flat_map(|it| [it.kept.clone(), it.gone.clone()]);
    store::people::lock_many(c, &ctx.tenant, &both.collect::<Vec<_>>())?;
    let mut count = 0;
    // What the last of them made stands on what those before it made.
    for merged in all.iter().rev() {
        let is_erased = store::people::find_even_deleted(c, &ctx.tenant, &merged.gone)?.is_none();
        // Of several, who was erased for good since keeps nobody else from coming back.
        if is_erased && all.len() > 1 {
            continue;
        }
        take_one_back(app, c, ctx, merged)?;
        count += 1;
    }
    Ok(count)
}

/// What was kept of one act: one merge, or several into one.
fn read(state: Value) -> Result<Vec<Merged>> {
    Ok(match state {
        Value::Array(_) => serde_json::from_value(state)?,
        one => vec![serde_json::from_value(one)?],
    })
}

fn take_one_back(app: &App, c: &mut Conn, ctx: &Context, merged: &Merged) -> Result<()> {
    let (tenant, who) = (&ctx.tenant, Who::from(ctx));
    let gone = store::people::find_even_deleted(c, tenant, &merged.gone)?;
    // Erased for good since: there is nobody to give anything back to.
    let gone = gone.ok_or(Error::NotFound)?;
    require_latest(c, tenant, merged)?;
    if gone.deleted_at.is_some() {
        store::people::restore(c, tenant, &merged.gone, gone.rev)?;
        crate::people::remind(app, c, &gone)?;
    }
    store::timeline::hand_back(c, tenant, &merged.entries, &merged.kept, &merged.gone)?;
    let booked = &merged.appointments;
    store::people::hand_back_appointments(c, tenant, booked, &merged.kept, &merged.gone)?;
    store::people::hand_back_series(c, tenant, &merged.series, &merged.kept, &merged.gone)?;
    let files = &merged.documents;
    store::documents::hand_back(c, tenant, files, &merged.kept, &merged.gone)?;
    let theirs = merged.tasks.iter().filter(|task| !merged.both.contains(task));
    let theirs: Vec<TaskId> = theirs.cloned().collect();
    store::tasks::hand_back_links(c, tenant, &theirs, &merged.kept, &merged.gone)?;
    store::tasks::share_links(c, tenant, &merged.both, &merged.kept, &merged.gone)?;
    for other in &merged.apart {
        store::people::unset_apart(c, tenant, &merged.kept, other)?;
    }
    let kept = store::people::find(c, tenant, &merged.kept)?;
    if let Some(kept) = &kept {
        undo_kept(app, c, &who, kept, merged)?;
    }
    tell_both(app, c, &who, merged, &gone)?;
    record(app, c, tenant, &who, "person.unmerged", &merged.gone, json!({}))
}

/// While one of the two has become one with somebody else, what was theirs is that one's: taken back now,
/// the other would come back with nothing.
fn require_latest(c: &mut Conn, tenant: &TenantId, merged: &Merged) -> Result<()> {
    let kept_is_gone = store::people::find_merged_into(c, tenant, &merged.kept)?.is_some();
    let into = store::people::find_merged_into(c, tenant, &merged.gone)?;
    if kept_is_gone || into.is_some_and(|into| into != merged.kept) {
        return Err(Error::Conflict { key: "error-merge-later" });
    }
    Ok(())
}

/// Says on both pages that it was taken back, and where it says that they became one, that they aren't.
fn tell_both(app: &App, c: &mut Conn, who: &Who, merged: &Merged, gone: &Person) -> Result<()> {
    let tenant = &gone.tenant_id;
    let told = match &merged.told {
        Some(id) => store::timeline::find(c, tenant, id)?,
        None => None,
    };
    if let Some(Entry { id, .. }) = told {
        let detail = json!({"other": gone.name, "undone": true});
        store::timeline::update(c, tenant, &id, &detail.into())?;
    }
    let kept = store::people::find_even_deleted(c, tenant, &merged.kept)?;
    if let Some(kept) = kept {
        tell(app, c, tenant, who, &kept.id, "unmerged", json!({"other": gone.name}))?;
        tell(app, c, tenant, who, &gone.id, "unmerged", json!({"other": kept.name}))?;
    }
    Ok(())
}

fn undo_kept(app: &App, c: &mut Conn, who: &Who, kept: &Person, merged: &Merged) -> Result<()> {
    let tenant = &kept.tenant_id;
    let mut contacts = store::contacts::list(c, tenant, &kept.id)?;
    let came = |it: &store::contacts::Contact| {
        merged.contacts.iter().any(|(kind, value)| *kind == it.kind.as_str() && *value == it.value)
    };
    contacts.retain(|it| !came(it));
    for (position, contact) in (0..).zip(contacts.iter_mut()) {
        contact.position = position;
    }
    let mut on = tags_of(c, tenant, &kept.id)?;
    on.retain(|tag| !merged.tags.contains(tag));
    if merged.was_example && !has_others(c, kept)? {
        let (tenant_id, kind) = (tenant.clone(), ExampleKind::Person);
        let entity_id = kept.id.to_string();
        store::examples::insert(c, &Example { tenant_id, kind, entity_id })?;
    }
    let mut fields = fields_of(kept);
    filling::put_back(c, tenant, &mut fields, &still_made(kept, merged))?;
    // A first number or address that went with the other's isn't the person's any more.
    let has = |kind, value: &str| contacts.iter().any(|it| it.kind == kind && it.value == value);
    if !has(ContactKind::Phone, &fields.phone) {
        fields.phone = first(&contacts, ContactKind::Phone);
    }
    if !has(ContactKind::Email, &fields.email) {
        fields.email = first(&contacts, ContactKind::Email);
    }
    let own = own_to_empty(c, kept, merged)?;
    let stays = filling::but_stage(&fields, kept);
    let draft = Draft { contacts, tags: Some(on), own, ..Draft::of(stays) };
    let after = change(app, c, who, kept, draft, kept.rev)?;
    filling::stand_there(app, c, who, &after, &fields)?;
    if merged.touched && is_touch_made(c, kept, merged)? {
        attributions::put_back(c, kept, merged.touch.as_ref())?;
    }
    Ok(())
}

/// Whether where they came from first still is what the merge made of it: what was corrected since stays. Of a
/// merge of before that was kept nobody knows, and it goes back.
fn is_touch_made(c: &mut Conn, kept: &Person, merged: &Merged) -> Result<bool> {
    let now = store::attributions::find(c, &kept.tenant_id, &kept.id)?;
    Ok(merged.touch_made.is_none() || merged.touch_made == now)
}

/// Whether somebody else who is no example became one with them, and still is.
fn has_others(c: &mut Conn, kept: &Person) -> Result<bool> {
    let tenant = &kept.tenant_id;
    for other in store::people::list_merged_into(c, tenant, &kept.id)? {
        if !store::examples::is_one(c, tenant, ExampleKind::Person, other.as_str())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Those fields that came from the other and still are what the merge made of them, with what they were.
fn still_made(kept: &Person, merged: &Merged) -> Filled {
    if merged.made.is_empty() {
        // A merge of before it was kept what was made of each: all of them or none.
        return if kept.rev == merged.rev { merged.filled.clone() } else { Filled::new() };
    }
    let now = fields_of(kept);
    let is_still = |name: &str| {
        merged.made.iter().any(|(made, value)| made == name && *value == said(&now, name))
    };
    merged.filled.iter().filter(|(name, _)| is_still(name)).cloned().collect()
}

/// Emptying those own fields that came from the other, where they still are as they came.
fn own_to_empty(c: &mut Conn, kept: &Person, merged: &Merged) -> Result<Vec<OwnChange>> {
    let tenant = &kept.tenant_id;
    let has = store::own_fields::list_of(c, tenant, std::slice::from_ref(&kept.id))?;
    let fields = store::own_fields::list_even_removed(c, tenant)?;
    let came = |field: &OwnFieldId, value: &str| {
        merged.own.iter().any(|(its, was)| its == field && was == value)
    };
    let gone = has.iter().filter(|it| came(&it.field_id, &it.value)).filter_map(|it| {
        let field = fields.iter().find(|field| field.id == it.field_id)?;
        Some(values::change(&kept.id, field, None))
    });
    Ok(gone.collect())
}

/// What the act was, in a few words; nothing where nobody is left who could be given back.
pub(crate) fn summary(c: &mut Conn, tenant: &TenantId, state: Value) -> Result<Option<Summary>> {
    let all = read(state)?;
    let Some(first) = all.first() else { return Ok(None) };
    let kept = store::people::find_even_deleted(c, tenant, &first.kept)?;
    let to = kept.map(|it| it.name).unwrap_or_default();
    let names = undos::names(&all, |it| {
        Ok(store::people::find_even_deleted(c, tenant, &it.gone)?.map(|it| it.name))
    })?;
    if names.is_empty() {
        return Ok(None);
    }
    Ok(Some(Summary { what: "merged", count: all.len(), names, to }))
}
