//! Making one person of two or several, and taking it back.
//!
//! The one that stays keeps what it says; what it leaves empty comes from the other, with all numbers
//! and addresses, tags, notes, appointments, documents and everything that happened, and it stands where the
//! further of the two does. The other is deleted as people are, so that nothing is lost before its time.

mod filling;
mod looking;
mod undoing;

use domain::phone::Country;
use domain::{
    AppointmentId, DocumentId, EntryId, OwnFieldId, PersonId, SeriesId, TagId, TaskId, TenantId,
    UndoId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;
use store::attributions::Attribution;
use store::contacts::Contact;
use store::examples::ExampleKind;
use store::people::{Person, PersonChange};

use super::input::CONTACTS_MAX;
use super::{ContactKind, Draft, change, record, require_to_write};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::own_fields::values::{self, OwnChange};
use crate::{notifications, timeline, undos};

use filling::Filled;
pub use looking::{Look, look_at_merge};
pub(crate) use undoing::{summary, take_back};

/// What the undo of a merge is called.
pub(crate) const UNDO: &str = "merge";
/// Most people who become one with another at once.
pub const MERGED_MAX: usize = 19;

/// What a merge can be taken back with.
#[derive(Debug, Serialize, Deserialize)]
struct Merged {
    kept: PersonId,
    gone: PersonId,
    /// The revision that the merge made of the one that stays.
    rev: i64,
    contacts: Vec<(String, String)>,
    tags: Vec<TagId>,
    entries: Vec<EntryId>,
    appointments: Vec<AppointmentId>,
    #[serde(default)]
    series: Vec<SeriesId>,
    #[serde(default)]
    documents: Vec<DocumentId>,
    #[serde(default)]
    tasks: Vec<TaskId>,
    /// Those of them that were about both.
    #[serde(default)]
    both: Vec<TaskId>,
    /// Who is somebody else than the one that stays, as was said of the other.
    #[serde(default)]
    apart: Vec<PersonId>,
    /// Own fields of the one that stays that came from the other, and with which value.
    #[serde(default)]
    own: Vec<(OwnFieldId, String)>,
    /// Fields of the one that stays that came from the other, and what they were.
    filled: Filled,
    /// What the merge made of these fields; nothing of them for one of before this was kept.
    #[serde(default)]
    made: Filled,
    /// Whether the merge changed where they came from first, and what was known before.
    touched: bool,
    touch: Option<Attribution>,
    /// What the merge made of that; nothing where it changed nothing, and for one of before this was kept.
    #[serde(default)]
    touch_made: Option<Attribution>,
    /// What tells of it on the page of the one that stays.
    #[serde(default)]
    told: Option<EntryId>,
    /// Whether the one that stays was an example, which what is one's own made of it no more.
    #[serde(default)]
    was_example: bool,
}

/// Makes one of two people: `keep` stays, `other` is deleted. Answers what takes it back.
pub async fn merge_people(
    app: &App,
    ctx: &Context,
    keep: &PersonId,
    other: &PersonId,
) -> Result<UndoId> {
    merge_all(app, ctx, keep, std::slice::from_ref(other)).await
}

/// Makes one of several people: `keep` stays, the others are deleted. One act, which is taken back as a whole
/// by what is answered.
///
/// # Errors
/// [`Error::Invalid`] at `other` where there are none or too many of them, one is the one that stays, or all
/// of them have more than a person may have.
pub async fn merge_all(
    app: &App,
    ctx: &Context,
    keep: &PersonId,
    others: &[PersonId],
) -> Result<UndoId> {
    require_to_write(ctx)?;
    let others = each_once(keep, others)?;
    let (app2, ctx, keep) = (app.clone(), ctx.clone(), keep.clone());
    app.db
        .transact(move |c| -> Result<UndoId> {
            let tenant = &ctx.tenant;
            store::pipelines::hold(c, tenant)?;
            // What somebody is just changing of any of them comes first.
            let all: Vec<PersonId> = others.iter().chain([&keep]).cloned().collect();
            store::people::lock_many(c, tenant, &all)?;
            let mut done = Vec::new();
            for other in &others {
                let kept = store::people::get(c, tenant, &keep)?;
                let gone = store::people::get(c, tenant, other)?;
                done.push(merge_one(&app2, c, &ctx, &kept, &gone)?);
            }
            let state = match done.as_slice() {
                [one] => serde_json::to_value(one)?,
                all => serde_json::to_value(all)?,
            };
            undos::keep(&app2, c, &ctx, UNDO, state)
        })
        .await
}

/// The others, each once.
fn each_once(keep: &PersonId, others: &[PersonId]) -> Result<Vec<PersonId>> {
    let mut all: Vec<PersonId> = Vec::new();
    for other in others {
        if other == keep {
            return Err(Error::invalid("other", "error-merge-same"));
        }
        if !all.contains(other) {
            all.push(other.clone());
        }
    }
    if all.is_empty() {
        return Err(Error::invalid("other", "error-none-chosen"));
    }
    if all.len() > MERGED_MAX {
        return Err(Error::invalid("other", "error-merge-many"));
    }
    Ok(all)
}

/// Makes one of two, and tells of it.
fn merge_one(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    kept: &Person,
    gone: &Person,
) -> Result<Merged> {
    let (tenant, who) = (&ctx.tenant, Who::from(ctx));
    let mut merged = merge_in(app, c, &who, kept, gone)?;
    let now = store::people::get(c, tenant, &kept.id)?;
    let mut detail = json!({"other": gone.name});
    if now.stage_id != kept.stage_id {
        let stage = store::pipelines::find_stage(c, tenant, &now.stage_id)?;
        detail["stage"] = stage.map(|stage| stage.name).into();
    }
    let kind = "merged".to_owned();
    let new = timeline::New { person: &kept.id, kind, entity_id: "", detail };
    merged.told = Some(timeline::append(app, c, tenant, &who, new)?);
    record(app, c, tenant, &who, "person.merged", &kept.id, json!({"other": gone.id}))?;
    Ok(merged)
}

fn merge_in(app: &App, c: &mut Conn, who: &Who, kept: &Person, gone: &Person) -> Result<Merged> {
    let tenant = &kept.tenant_id;
    let mut contacts = store::contacts::list(c, tenant, &kept.id)?;
    let added = add_contacts(&mut contacts, store::contacts::list(c, tenant, &gone.id)?, kept)?;
    let mut on: Vec<TagId> = tags_of(c, tenant, &kept.id)?;
    let tags: Vec<TagId> =
        tags_of(c, tenant, &gone.id)?.into_iter().filter(|it| !on.contains(it)).collect();
    on.extend(tags.iter().cloned());
    let (fields, filled) = filling::filled(c, kept, gone)?;
    let made =
        filled.iter().map(|(name, _)| (name.clone(), filling::said(&fields, name))).collect();
    let entries = store::timeline::hand_over(c, tenant, &gone.id, &kept.id)?;
    let appointments = store::people::hand_over_appointments(c, tenant, &gone.id, &kept.id)?;
    let series = store::people::hand_over_series(c, tenant, &gone.id, &kept.id)?;
    let documents = store::documents::hand_over(c, tenant, &gone.id, &kept.id)?;
    let both = store::tasks::list_about_both(c, tenant, &gone.id, &kept.id)?;
    let tasks = store::tasks::hand_over_links(c, tenant, &gone.id, &kept.id)?;
    let apart = store::people::share_apart(c, tenant, &gone.id, &kept.id)?;
    let own_touch = store::attributions::find(c, tenant, &kept.id)?;
    touch(c, tenant, kept, gone)?;
    store::people::delete(c, tenant, &gone.id, gone.rev, app.clock.now())?;
    store::people::note_merged(c, tenant, &gone.id, &kept.id)?;
    super::remind(app, c, gone)?;
    let was_example = make_own(c, kept, gone)?;
    let own = own_of_other(c, kept, gone)?;
    let came = |it: &OwnChange| Some((it.field.id.clone(), it.value.as_ref()?.value.clone()));
    let own_came = own.iter().filter_map(came).collect();
    let stays = filling::but_stage(&fields, kept);
    let draft = Draft { contacts, tags: Some(on), own, ..Draft::of(stays) };
    let after = change(app, c, who, kept, draft, kept.rev)?;
    let after = filling::stand_there(app, c, who, &after, &fields)?;
    // Last, since it may hold the log.
    notifications::person_gone(app, c, gone)?;
    let now_touch = store::attributions::find(c, tenant, &kept.id)?;
    let touched = now_touch != own_touch;
    Ok(Merged {
        kept: kept.id.clone(),
        gone: gone.id.clone(),
        rev: after.rev,
        contacts: added,
        tags,
        entries,
        appointments,
        series,
        documents,
        tasks,
        both,
        apart,
        own: own_came,
        filled,
        made,
        touched,
        touch: own_touch,
        touch_made: now_touch.filter(|_| touched),
        told: None,
        was_example,
    })
}

/// An example that takes in somebody who is none is the business's own from then on, so that what is one's
/// own doesn't go with the examples; answers whether that is so.
fn make_own(c: &mut Conn, kept: &Person, gone: &Person) -> Result<bool> {
    let (tenant, kind) = (&kept.tenant_id, ExampleKind::Person);
    if store::examples::is_one(c, tenant, kind, gone.id.as_str())? {
        return Ok(false);
    }
    Ok(store::examples::delete(c, tenant, kind, kept.id.as_str())?)
}

/// What the other has of own fields that one has nothing of, removed fields among them.
fn own_of_other(c: &mut Conn, kept: &Person, gone: &Person) -> Result<Vec<OwnChange>> {
    let tenant = &kept.tenant_id;
    let has = store::own_fields::list_of(c, tenant, std::slice::from_ref(&kept.id))?;
    let theirs = store::own_fields::list_of(c, tenant, std::slice::from_ref(&gone.id))?;
    let fields = store::own_fields::list_even_removed(c, tenant)?;
    let lacks = |id: &OwnFieldId| has.iter().all(|it| it.field_id != *id);
    let come = theirs.into_iter().filter(|it| lacks(&it.field_id)).filter_map(|it| {
        let field = fields.iter().find(|field| field.id == it.field_id)?;
        Some(values::change(&kept.id, field, Some((it.value, it.sort_key))))
    });
    Ok(come.collect())
}

/// The other's contacts after one's own, each once; answers which came.
fn add_contacts(
    own: &mut Vec<Contact>,
    others: Vec<Contact>,
    kept: &Person,
) -> Result<Vec<(String, String)>> {
    let mut added = Vec::new();
    for contact in others {
        let same = |it: &Contact| {
            it.kind == contact.kind
                && (it.value == contact.value
                    || !contact.match_key.is_empty() && it.match_key == contact.match_key)
        };
        if own.iter().any(same) {
            continue;
        }
        added.push((contact.kind.to_string(), contact.value.clone()));
        own.push(Contact { person_id: kept.id.clone(), ..contact });
    }
    // Both first ones stand in the person's row too.
    if own.len() > CONTACTS_MAX + 2 {
        return Err(Error::invalid("other", "error-too-many-contacts"));
    }
    for (position, contact) in (0..).zip(own.iter_mut()) {
        contact.position = position;
    }
    Ok(added)
}

/// Numbers and addresses that a list names, put to those that somebody has: each once, and the first of a
/// kind in their own row where that has none.
pub(crate) fn with_contacts(
    person: &Person,
    fields: &mut PersonChange,
    mut own: Vec<Contact>,
    said: &[(ContactKind, String, String)],
    home: Option<Country>,
) -> Result<Vec<Contact>> {
    let of = (&person.tenant_id, &person.id);
    let named =
        said.iter().map(|(kind, value, label)| Contact::said(of, 0, *kind, (value, label), home));
    add_contacts(&mut own, named.collect(), person)?;
    fields.phone = first(&own, ContactKind::Phone);
    fields.email = first(&own, ContactKind::Email);
    Ok(own)
}

fn tags_of(c: &mut Conn, tenant: &TenantId, person: &PersonId) -> Result<Vec<TagId>> {
    let on = store::tags::list_of(c, tenant, std::slice::from_ref(person))?;
    Ok(on.into_iter().map(|(_, tag)| tag).collect())
}

/// The earlier first touch is the person's.
fn touch(c: &mut Conn, tenant: &TenantId, kept: &Person, gone: &Person) -> Result<()> {
    let own = store::attributions::find(c, tenant, &kept.id)?;
    let Some(other) = store::attributions::find(c, tenant, &gone.id)? else { return Ok(()) };
    if own.is_some_and(|own| own.at <= other.at) {
        return Ok(());
    }
    store::attributions::delete(c, tenant, &kept.id)?;
    store::attributions::put_first(c, &Attribution { person_id: kept.id.clone(), ..other })?;
    Ok(())
}

fn first(contacts: &[Contact], kind: ContactKind) -> String {
    let found = contacts.iter().find(|it| it.kind == kind);
    found.map(|it| it.value.clone()).unwrap_or_default()
}
