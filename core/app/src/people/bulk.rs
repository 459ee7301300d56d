//! One act over many people, and taking it back as a whole.

mod keeping;
mod moving;
pub(crate) mod renaming;

use domain::{
    EntryId, MemberId, OwnFieldId, Permission, PersonId, StageId, TagId, TenantId, Timestamp,
    UndoId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Conn;
use store::members::NamedMember;
use store::own_fields::OwnField;
use store::people::{Person, PersonChange};

use super::{change_fields, fields_of, input, record, removing, require_to_write, tell};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;
use crate::own_fields::{self, values};
use crate::pipelines::Stage;
use crate::saved_views;
use crate::sweeps::Words;
use crate::tags::{self, TAG_CHARS_MAX};
use crate::undos::{self, Summary};

use keeping::Before;
use renaming::Renaming;

/// Most people of one act.
pub const BULK_MAX: usize = 1_000;
/// What the undo of such an act is called.
pub(crate) const UNDO: &str = "people";

/// What is done to each of them, as a form says it.
#[derive(Debug, Clone, Default)]
pub struct BulkInput {
    /// `stage`, `owner`, `tag`, `untag`, `follow-up`, `remove`, or the name that forms have for an own
    /// field ([`field_name`](crate::own_fields::field_name)).
    pub act: String,
    /// To what: a stage's, member's or tag's id, a tag's name, a day, a value; empty for removing.
    pub to: String,
}

/// What one act did.
#[derive(Debug, Clone)]
pub struct BulkDone {
    /// How many people it changed.
    pub count: usize,
    /// What takes it back; nothing where nothing changed.
    pub undo: Option<UndoId>,
}

enum Act {
    Stage(Stage),
    Owner(Option<MemberId>),
    Tag(TagId),
    Untag(TagId),
    FollowUp(Option<String>),
    Own(OwnField, Option<(String, String)>),
    Renamed(Renaming),
    Remove,
}

/// What a person was before, in the field that the act changed, and what the act made of it.
#[derive(Debug, Serialize, Deserialize)]
enum Was {
    Stage {
        was: StageId,
        now: StageId,
        /// When they had come into the stage they were in; an act of before that was kept doesn't say.
        #[serde(default)]
        since: Option<Timestamp>,
        /// When they had become a customer.
        #[serde(default)]
        won_at: Option<Timestamp>,
        /// What tells of the move on their page; an act of before that was kept doesn't say.
        #[serde(default)]
        entry: Option<EntryId>,
    },
    Owner {
        was: Option<MemberId>,
        now: Option<MemberId>,
    },
    FollowUp {
        was: Option<String>,
        now: Option<String>,
    },
    Own {
        field: OwnFieldId,
        was: Option<String>,
        now: Option<String>,
    },
    Source {
        was: String,
        now: String,
        /// Whether that is where they came from now.
        own: bool,
        /// Whether it is where they came from first.
        first: bool,
    },
    Tagged(TagId),
    Untagged(TagId),
    /// An act of before it was kept when that was.
    Removed,
    RemovedAt(Timestamp),
}

/// Does one act to all of these people, or to none of them. Who isn't there is passed over. What somebody
/// else is changing of one of them just then comes first, and the act adds to it.
pub async fn change_people(
    app: &App,
    ctx: &Context,
    ids: Vec<PersonId>,
    input: BulkInput,
) -> Result<BulkDone> {
    require_to_write(ctx)?;
    if ids.is_empty() {
        return Err(Error::invalid("people", "error-none-chosen"));
    }
    if ids.len() > BULK_MAX {
        return Err(Error::invalid("people", "error-too-many-chosen"));
    }
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<BulkDone> {
            store::pipelines::hold(c, &ctx.tenant)?;
            store::people::lock_many(c, &ctx.tenant, &ids)?;
            let act = read(&app2, c, &ctx, &input)?;
            if matches!(act, Act::Renamed(_)) {
                saved_views::hold(c, &ctx.tenant)?;
            }
            let people = change_each(&app2, c, &ctx, &ids, &act)?;
            let changed: Vec<PersonId> = people.iter().map(|(id, _)| id.clone()).collect();
            if changed.is_empty() {
                return Ok(BulkDone { count: 0, undo: None });
            }
            let views = renaming::follow(&app2, c, (&ctx.tenant, &Who::from(&ctx)), &input)?;
            let before = Before { people, views };
            let undo = undos::keep(&app2, c, &ctx, UNDO, before.kept()?)?;
            if let Act::Owner(Some(to)) = &act {
                super::giving::tell_given(&app2, c, &ctx, to, &changed, &undo)?;
            }
            Ok(BulkDone { count: changed.len(), undo: Some(undo) })
        })
        .await
}

/// Does one act to each of them; answers what those were before in whom it changed something.
fn change_each(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    ids: &[PersonId],
    act: &Act,
) -> Result<Vec<(PersonId, Was)>> {
    let (who, mut before) = (Who::from(ctx), Vec::new());
    let people = match act {
        // Who was removed is of the same source as the others when they are brought back.
        Act::Renamed(_) => store::people::list_by_ids_even_removed(c, &ctx.tenant, ids)?,
        _ => store::people::list_by_ids(c, &ctx.tenant, ids)?,
    };
    for person in people {
        if let Some(was) = apply(app, c, &who, &person, act)? {
            before.push((person.id, was));
        }
    }
    Ok(before)
}

/// Does one act to some of many, inside the caller's transaction; answers what each was before that it
/// changed. A tag that was removed since the act began isn't made anew.
pub(crate) fn change_lot(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    input: &BulkInput,
    ids: &[String],
) -> Result<Vec<(String, Value)>> {
    let act = match input.act.as_str() {
        "tag" => Act::Tag(known_tag(c, &ctx.tenant, input.to.trim())?),
        _ => read(app, c, ctx, input)?,
    };
    let ids: Vec<PersonId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    store::people::lock_many(c, &ctx.tenant, &ids)?;
    let before = change_each(app, c, ctx, &ids, &act)?;
    let plain = |(id, was): (PersonId, Was)| -> Result<(String, Value)> {
        Ok((id.to_string(), serde_json::to_value(was)?))
    };
    before.into_iter().map(plain).collect()
}

/// What an act is, before it is done: refuses what can't be.
pub(crate) fn words(app: &App, c: &mut Conn, ctx: &Context, input: &BulkInput) -> Result<Words> {
    let fixed = input.to.trim().to_owned();
    if input.act == "tag" {
        // It may be new: then it is made when the act begins.
        let to = fields::required_line("to", &fixed, TAG_CHARS_MAX)?;
        return Ok(Words { what: "people-tagged", fixed: to.clone(), to });
    }
    let act = read(app, c, ctx, input)?;
    let named = |c: &mut Conn, member: &MemberId| -> Result<String> {
        Ok(undos::member(&store::members::list(c, &ctx.tenant)?, Some(member)))
    };
    let (what, to) = match act {
        Act::Stage(stage) => ("people-stage", stage.name),
        Act::Owner(None) => ("people-disowned", String::new()),
        Act::Owner(Some(member)) => ("people-owner", named(c, &member)?),
        Act::FollowUp(None) => ("people-no-follow-up", String::new()),
        Act::FollowUp(Some(day)) => ("people-follow-up", day),
        Act::Own(field, _) => ("people-own", field.name),
        Act::Tag(_) => ("people-tagged", fixed.clone()),
        Act::Untag(_) => ("people-untagged", fixed.clone()),
        Act::Renamed(renaming) => ("people-source", renaming.to),
        Act::Remove => ("people-removed", String::new()),
    };
    Ok(Words { what, to, fixed })
}

fn known_tag(c: &mut Conn, tenant: &TenantId, name: &str) -> Result<TagId> {
    let tag = store::tags::find_by_name(c, tenant, name)?;
    Ok(tag.ok_or(Error::invalid("to", "error-tag-unknown"))?.id)
}

/// Makes what an act over many needs to be there: a new tag.
pub(crate) fn prepare(app: &App, c: &mut Conn, ctx: &Context, input: &BulkInput) -> Result<()> {
    read(app, c, ctx, input).map(drop)
}

fn read(app: &App, c: &mut Conn, ctx: &Context, input: &BulkInput) -> Result<Act> {
    let (tenant, to) = (&ctx.tenant, input.to.trim());
    Ok(match input.act.as_str() {
        "stage" if !to.is_empty() => Act::Stage(input::stage_of(c, tenant, to, None)?),
        "owner" => Act::Owner(input::owner(c, tenant, to)?),
        "follow-up" => Act::FollowUp(input::day("to", to)?),
        "tag" => {
            let made = tags::find_or_make(app, c, tenant, &[to.to_owned()])?;
            Act::Tag(made.into_iter().next().ok_or(Error::invalid("to", "error-required"))?)
        }
        "untag" => Act::Untag(known_tag(c, tenant, to)?),
        renaming::ACT => {
            // It is the business's word, and views of others follow it.
            ctx.require(Permission::ManageSettings)?;
            Act::Renamed(Renaming::read(to)?)
        }
        "remove" => Act::Remove,
        act => return own_field(c, tenant, act, to),
    })
}

fn own_field(c: &mut Conn, tenant: &TenantId, act: &str, to: &str) -> Result<Act> {
    let named = |it: &OwnField| own_fields::field_name(it.id.as_str()) == act;
    let field = store::own_fields::list(c, tenant)?.into_iter().find(named);
    let unknown = match act.starts_with(&own_fields::field_name("")) {
        true => "error-own-field-unknown",
        false => "error-required",
    };
    let field = field.ok_or_else(|| Error::invalid("act", unknown))?;
    let value = values::read(&field, "to", to, None)?;
    Ok(Act::Own(field, value))
}

/// What the person was before; nothing where the act changes nothing of them.
fn apply(app: &App, c: &mut Conn, who: &Who, person: &Person, act: &Act) -> Result<Option<Was>> {
    let (tenant, id) = (&person.tenant_id, &person.id);
    let (was, fields) = match act {
        Act::Stage(stage) => return moving::moved(app, c, who, person, stage),
        Act::Owner(owner) => {
            let was = Was::Owner { was: person.owner_id.clone(), now: owner.clone() };
            (was, PersonChange { owner_id: owner.clone(), ..fields_of(person) })
        }
        Act::FollowUp(day) => {
            let was = Was::FollowUp { was: person.follow_up_on.clone(), now: day.clone() };
            (was, PersonChange { follow_up_on: day.clone(), ..fields_of(person) })
        }
        Act::Tag(tag) => {
            let is_new = store::tags::put(c, tenant, id, tag)?;
            return retagged(app, c, who, person, is_new, Was::Tagged(tag.clone()));
        }
        Act::Untag(tag) => {
            let was_on = store::tags::take(c, tenant, id, tag)?;
            return retagged(app, c, who, person, was_on, Was::Untagged(tag.clone()));
        }
        Act::Renamed(renaming) => return renaming::rename(app, c, who, person, renaming),
        Act::Own(field, value) => return filled(app, c, who, person, field, value.clone()),
        Act::Remove => {
            let at = removing::remove(app, c, who, person)?;
            return Ok(Some(Was::RemovedAt(at)));
        }
    };
    if fields == fields_of(person) {
        return Ok(None);
    }
    change_fields(app, c, who, person, fields)?;
    Ok(Some(was))
}

fn filled(
    app: &App,
    c: &mut Conn,
    who: &Who,
    person: &Person,
    field: &OwnField,
    value: Option<(String, String)>,
) -> Result<Option<Was>> {
    let was = own_value(c, person, &field.id)?;
    let now = value.as_ref().map(|(value, _)| value.clone());
    if was == now {
        return Ok(None);
    }
    let own = vec![values::change(&person.id, field, value)];
    super::change_with(app, c, who, person, fields_of(person), own)?;
    Ok(Some(Was::Own { field: field.id.clone(), was, now }))
}

/// What the person has of the field.
fn own_value(c: &mut Conn, person: &Person, field: &OwnFieldId) -> Result<Option<String>> {
    let id = std::slice::from_ref(&person.id);
    let all = store::own_fields::list_of(c, &person.tenant_id, id)?;
    Ok(all.into_iter().find(|it| it.field_id == *field).map(|it| it.value))
}

fn retagged(
    app: &App,
    c: &mut Conn,
    who: &Who,
    person: &Person,
    changed: bool,
    was: Was,
) -> Result<Option<Was>> {
    if !changed {
        return Ok(None);
    }
    let (tenant, id, detail) = (&person.tenant_id, &person.id, json!({"fields": ["tags"]}));
    // Or a form that was opened before, or a list that is taken back, would put back the tags of then.
    store::people::touch_many(c, tenant, std::slice::from_ref(id), app.clock.now())?;
    tell(app, c, tenant, who, id, "changed", detail.clone())?;
    record(app, c, tenant, who, "person.changed", id, detail)?;
    Ok(Some(was))
}

/// Takes an act back: of everybody in whom what it made is still as it made it. What somebody changed
/// since stays theirs. Answers how many that were.
pub(crate) fn take_back(app: &App, c: &mut Conn, ctx: &Context, state: Value) -> Result<usize> {
    require_to_write(ctx)?;
    let Before { people, views } = Before::read(state)?;
    let ids: Vec<PersonId> = people.iter().map(|(id, _)| id.clone()).collect();
    store::pipelines::hold(c, &ctx.tenant)?;
    store::people::lock_many(c, &ctx.tenant, &ids)?;
    if !views.is_empty() {
        saved_views::hold(c, &ctx.tenant)?;
    }
    let who = Who::from(ctx);
    let mut count = 0;
    for (id, was) in people {
        count += usize::from(revert(app, c, ctx, &who, &id, was)?);
    }
    saved_views::take_back(app, c, (&ctx.tenant, &who), &views)?;
    Ok(count)
}

/// Takes an act back of one of many; answers whether what it made was still as it made it.
pub(crate) fn take_back_of(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    id: &str,
    was: Value,
) -> Result<bool> {
    let (id, was): (PersonId, Was) =
        (id.parse().map_err(Error::internal)?, serde_json::from_value(was)?);
    revert(app, c, ctx, &Who::from(ctx), &id, was)
}

/// What an act was, in a few words.
pub(crate) fn summary(
    c: &mut Conn,
    tenant: &TenantId,
    team: &[NamedMember],
    state: Value,
) -> Result<Option<Summary>> {
    let before = Before::read(state)?.people;
    let Some((_, first)) = before.first() else { return Ok(None) };
    let (what, to) = match first {
        Was::Stage { now, .. } => {
            let stage = store::pipelines::find_stage(c, tenant, now)?;
            ("people-stage", stage.map(|it| it.name).unwrap_or_default())
        }
        Was::Owner { now: None, .. } => ("people-disowned", String::new()),
        Was::Owner { now, .. } => ("people-owner", undos::member(team, now.as_ref())),
        Was::FollowUp { now: None, .. } => ("people-no-follow-up", String::new()),
        Was::FollowUp { now, .. } => ("people-follow-up", now.clone().unwrap_or_default()),
        Was::Own { field, .. } => {
            let fields = store::own_fields::list_even_removed(c, tenant)?;
            let field = fields.into_iter().find(|it| it.id == *field);
            ("people-own", field.map(|it| it.name).unwrap_or_default())
        }
        Was::Source { now, .. } => ("people-source", now.clone()),
        Was::Tagged(tag) => ("people-tagged", tag_name(c, tenant, tag)?),
        Was::Untagged(tag) => ("people-untagged", tag_name(c, tenant, tag)?),
        Was::Removed | Was::RemovedAt(_) => ("people-removed", String::new()),
    };
    let names = undos::names(&before, |(id, _)| {
        Ok(store::people::find_even_deleted(c, tenant, id)?.map(|it| it.name))
    })?;
    Ok(Some(Summary { what, count: before.len(), names, to }))
}

fn tag_name(c: &mut Conn, tenant: &TenantId, id: &TagId) -> Result<String> {
    let found = store::tags::list(c, tenant)?.into_iter().find(|it| it.id == *id);
    Ok(found.map(|it| it.name).unwrap_or_default())
}

fn revert(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    who: &Who,
    id: &PersonId,
    was: Was,
) -> Result<bool> {
    let tenant = &ctx.tenant;
    if matches!(was, Was::Removed | Was::RemovedAt(_)) {
        let Some(person) = store::people::find_even_deleted(c, tenant, id)? else {
            return Ok(false);
        };
        // Who became one with another since is there again when that is taken back.
        let is_merged = store::people::find_merged_into(c, tenant, id)?.is_some();
        // Whom somebody else removed since stays so.
        let is_another = matches!(was, Was::RemovedAt(at) if person.deleted_at != Some(at));
        if person.deleted_at.is_none() || is_another || is_merged {
            return Ok(false);
        }
        removing::bring_back(app, c, who, &person)?;
        return Ok(true);
    }
    if let Was::Source { was, now, own, first } = was {
        let back = Renaming { from: now, to: was };
        return renaming::take_back(app, c, (tenant, who), id, &back, (own, first));
    }
    let Some(person) = store::people::find(c, tenant, id)? else { return Ok(false) };
    let fields = match was {
        Was::Stage { was, now, since, won_at, entry } if person.stage_id == now => {
            // A stage that was removed meanwhile can't take anybody back.
            let Some(stage) = input::stage_to_return_to(c, tenant, &was)? else {
                return Ok(false);
            };
            let back = moving::back_in(app, &person, &stage, since, won_at);
            moving::move_back(app, c, who, &person, &back, entry.as_ref())?;
            return Ok(true);
        }
        Was::Owner { was, now } if person.owner_id == now => {
            // Somebody who left meanwhile gets nobody back.
            let there = match &was {
                Some(member) => store::members::find(c, tenant, member)?.is_some(),
                None => true,
            };
            PersonChange { owner_id: was.filter(|_| there), ..fields_of(&person) }
        }
        Was::FollowUp { was, now } if person.follow_up_on == now => {
            PersonChange { follow_up_on: was, ..fields_of(&person) }
        }
        Was::Own { field, was, now } if own_value(c, &person, &field)? == now => {
            let field = store::own_fields::get(c, tenant, &field)?;
            let before = was.as_deref().unwrap_or_default();
            let value = values::read(&field, "to", before, Some(before))?;
            return Ok(filled(app, c, who, &person, &field, value)?.is_some());
        }
        Was::Tagged(tag) => {
            let was = Was::Untagged(tag.clone());
            let off = store::tags::take(c, tenant, id, &tag)?;
            return Ok(retagged(app, c, who, &person, off, was)?.is_some());
        }
        Was::Untagged(tag) => {
            let known = store::tags::list(c, tenant)?.iter().any(|one| one.id == tag);
            let on = known && store::tags::put(c, tenant, id, &tag)?;
            return Ok(retagged(app, c, who, &person, on, Was::Tagged(tag))?.is_some());
        }
        _ => return Ok(false),
    };
    change_fields(app, c, who, &person, fields)?;
    Ok(true)
}
