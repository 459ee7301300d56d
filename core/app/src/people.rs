//! People: leads and customers, which are stages of one person.
//!
//! A phone number is kept as it was typed, and beside it its international form, understood by the
//! country that the business's time zone tells: see [`store::contacts`].

pub mod apart;
pub(crate) mod at_once;
pub mod board;
pub mod bulk;
mod changes;
pub mod doubles;
mod giving;
pub mod input;
mod lists;
pub mod merge;
pub mod numbers;
mod removing;

use domain::{EntryId, Permission, PersonId, TenantId, Timestamp};
use serde_json::{Value, json};
use store::Conn;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::Result;
use crate::own_fields::{OwnField, OwnValue, values};
use crate::{attributions, notifications, once, tags, timeline};

pub use input::{ContactInput, DetailsInput, PersonInput};
pub use lists::*;
pub use numbers::list_dialled;
pub use removing::*;
use store::reminders::Subject;

pub use store::Page;
pub use store::contacts::{Contact, ContactKind};
pub use store::people::{
    Consent, Kind, OwnAsk, OwnFilter, Owned, Person, PersonChange, PersonCursor, PersonFilter,
    PersonOrder, Sorting, Standing, StepWithin, Worth,
};

use input::Draft;

/// The longest company name, in characters.
pub const COMPANY_CHARS_MAX: usize = 120;
/// The longest word on where somebody came from, in characters.
pub const SOURCE_CHARS_MAX: usize = 60;
/// The longest notes, in characters.
pub const NOTES_CHARS_MAX: usize = 8_000;
/// The longest search, in characters.
pub const SEARCH_CHARS_MAX: usize = 100;
/// Most tags that a list is narrowed by at once.
pub const TAGS_ASKED_MAX: usize = 10;
/// Most sources that a list offers to filter by.
const SOURCES_MAX: i64 = 100;

/// One of the people.
pub async fn get_person(app: &App, ctx: &Context, id: &PersonId) -> Result<Person> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db.inspect(move |c| Ok(store::people::get(c, &tenant, &id)?)).await
}

/// A person with what is kept beside them.
#[derive(Debug, Clone)]
pub struct WholePerson {
    /// The person.
    pub person: Person,
    /// All of their numbers and addresses, in order.
    pub contacts: Vec<Contact>,
    /// Their tags, by name.
    pub tags: Vec<tags::Tag>,
    /// The own fields there are, in order.
    pub own_fields: Vec<OwnField>,
    /// What they have of them.
    pub own: Vec<OwnValue>,
    /// Where they came from first, where that is known.
    pub attribution: Option<store::attributions::Attribution>,
}

/// One of the people with all that is kept of them.
pub async fn get_whole_person(app: &App, ctx: &Context, id: &PersonId) -> Result<WholePerson> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<WholePerson> {
            let person = store::people::get(c, &tenant, &id)?;
            let contacts = store::contacts::list(c, &tenant, &id)?;
            let on = store::tags::list_of(c, &tenant, std::slice::from_ref(&id))?;
            let mut tags = store::tags::list(c, &tenant)?;
            tags.retain(|tag| on.iter().any(|(_, id)| *id == tag.id));
            let own_fields = store::own_fields::list(c, &tenant)?;
            let own = store::own_fields::list_of(c, &tenant, std::slice::from_ref(&id))?;
            let attribution = store::attributions::find(c, &tenant, &id)?;
            Ok(WholePerson { person, contacts, tags, own_fields, own, attribution })
        })
        .await
}

/// Adds a person. The same `form_id` adds once, however often it is sent; an empty one doesn't count.
pub async fn create_person(
    app: &App,
    ctx: &Context,
    input: PersonInput,
    form_id: &str,
) -> Result<Person> {
    require_to_write(ctx)?;
    let (app2, ctx, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    app.db
        .transact(move |c| -> Result<Person> {
            if let Some(done) = once::find::<PersonId>(c, &ctx.tenant, CREATE, &form_id)? {
                return Ok(store::people::get(c, &ctx.tenant, &done)?);
            }
            let person = insert(&app2, c, &ctx.tenant, &Who::from(&ctx), &input)?;
            giving::tell_of_new(&app2, c, &ctx, &person)?;
            once::keep(&app2, c, &ctx.tenant, CREATE, &form_id, &person.id)?;
            Ok(person)
        })
        .await
}

const CREATE: &str = "person.create";

/// Adds a person inside the caller's transaction.
pub(crate) fn insert(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    who: &Who,
    input: &PersonInput,
) -> Result<Person> {
    store::pipelines::hold(c, tenant)?;
    let now = app.clock.now();
    let id = PersonId::new(&*app.clock, &*app.rng);
    let Draft { change, contacts, tags, own, .. } = input.draft(app, c, tenant, &id, None)?;
    let person = person_of(tenant, &id, change, now);
    store::people::insert(c, &person, &contacts)?;
    tags::put_all(c, tenant, &person.id, &tags.unwrap_or_default())?;
    values::put(c, tenant, &person.id, &own)?;
    attributions::put_first(c, &person, &input.attribution)?;
    let detail = json!({"stage": person.standing, "source": person.source});
    tell(app, c, tenant, who, &person.id, "created", detail)?;
    if person.follow_up_on.is_some() {
        remind(app, c, &person)?;
    }
    record(app, c, tenant, who, "person.created", &person.id, json!({"stage": person.standing}))?;
    Ok(person)
}

/// Somebody new of whom this is known.
pub(crate) fn person_of(
    tenant: &TenantId,
    id: &PersonId,
    change: PersonChange,
    now: Timestamp,
) -> Person {
    Person {
        tenant_id: tenant.clone(),
        id: id.clone(),
        kind: change.kind,
        standing: change.standing,
        stage_id: change.stage_id,
        stage_since: now,
        won_at: change.won_at,
        name: change.name,
        company: change.company,
        phone: change.phone,
        email: change.email,
        source: change.source,
        notes: change.notes,
        owner_id: change.owner_id,
        value: change.value,
        value_currency: change.value_currency,
        follow_up_on: change.follow_up_on,
        consent: change.consent,
        consent_at: change.consent_at,
        consent_note: change.consent_note,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        rev: 1,
    }
}

/// Changes a person who still is at `expected_rev`.
pub async fn update_person(
    app: &App,
    ctx: &Context,
    id: &PersonId,
    input: PersonInput,
    expected_rev: i64,
) -> Result<Person> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Person> {
            store::pipelines::hold(c, &ctx.tenant)?;
            let before = store::people::get(c, &ctx.tenant, &id)?;
            let draft = input.draft(&app2, c, &ctx.tenant, &id, Some(&before))?;
            let after = change(&app2, c, &Who::from(&ctx), &before, draft, expected_rev)?;
            if after.owner_id != before.owner_id {
                giving::tell_owner(&app2, c, &ctx, &after)?;
            }
            Ok(after)
        })
        .await
}

/// Moves a person to another stage, whatever else was changed meanwhile. The stage is named by its id,
/// or by what it makes of people: `lead` or `customer`.
pub async fn change_stage(app: &App, ctx: &Context, id: &PersonId, stage: &str) -> Result<Person> {
    require_to_write(ctx)?;
    let (app2, ctx, id, stage) = (app.clone(), ctx.clone(), id.clone(), stage.to_owned());
    app.db
        .transact(move |c| -> Result<Person> {
            store::pipelines::hold(c, &ctx.tenant)?;
            let before = store::people::get(c, &ctx.tenant, &id)?;
            let stage = input::stage_of(c, &ctx.tenant, &stage, Some(&before))?;
            let fields = to_stage(&app2, &before, &stage);
            change_fields(&app2, c, &Who::from(&ctx), &before, fields)
        })
        .await
}

/// The same person in another stage.
pub(crate) fn to_stage(
    app: &App,
    before: &Person,
    stage: &crate::pipelines::Stage,
) -> PersonChange {
    if stage.id == before.stage_id {
        return fields_of(before);
    }
    PersonChange {
        standing: stage.outcome.standing(),
        stage_id: stage.id.clone(),
        stage_since: app.clock.now(),
        won_at: input::won_at(Some(before), stage, app.clock.now()),
        ..fields_of(before)
    }
}

/// Changes some of a person's own fields, but none of their numbers and addresses, inside the
/// caller's transaction.
pub(crate) fn change_fields(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: &Person,
    change: PersonChange,
) -> Result<Person> {
    change_with(app, c, who, before, change, Vec::new())
}

/// [`change_fields`], and what they have of the business's own fields.
pub(crate) fn change_with(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: &Person,
    change: PersonChange,
    own: Vec<values::OwnChange>,
) -> Result<Person> {
    let contacts = store::contacts::list(c, &before.tenant_id, &before.id)?;
    let draft = Draft { contacts, own, ..Draft::of(change) };
    self::change(app, c, who, before, draft, before.rev)
}

/// Changes a person inside the caller's transaction. What changes nothing leaves no trace.
pub(crate) fn change(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: &Person,
    draft: Draft,
    expected_rev: i64,
) -> Result<Person> {
    let (tenant, id) = (&before.tenant_id, &before.id);
    let Draft { change: fields, contacts, tags: wanted, own, first_source } = draft;
    let own = values::differing(c, tenant, id, own)?;
    let old = store::contacts::list(c, tenant, id)?;
    let mut changed = changed(&fields_of(before), &fields);
    // What a number is understood as may have become known since: nobody changed that.
    let said = |it: &Contact| (it.kind, it.value.clone(), it.label.clone());
    if !contacts.iter().map(said).eq(old.iter().map(said)) {
        changed.push("contacts");
    }
    let moves = fields.stage_id != before.stage_id;
    let first = attributions::corrected(c, before, &fields.source, first_source.as_deref())?;
    if first.is_some() {
        changed.push(attributions::FIRST_SOURCE);
    }
    let is_same = changed.is_empty() && own.is_empty() && !moves;
    if before.rev == expected_rev && is_same && !retags(c, before, &wanted)? {
        return Ok(before.clone());
    }
    values::put(c, tenant, id, &own)?;
    store::people::update(c, tenant, id, &fields, &contacts, expected_rev, app.clock.now())?;
    if let Some(first) = &first {
        attributions::put(c, first)?;
    }
    if let Some(wanted) = wanted
        && tags::put_all(c, tenant, id, &wanted)?
    {
        changed.push("tags");
    }
    if moves {
        tell_move(app, c, who, before, &fields)?;
    }
    if before.follow_up_on != fields.follow_up_on || before.owner_id != fields.owner_id {
        remind(app, c, before)?;
    }
    if before.owner_id != fields.owner_id {
        notifications::person_settled(app, c, before)?;
    }
    if !changed.is_empty() || !own.is_empty() {
        let told = changes::Told { fields: &changed, own: &own, first: first.as_ref() };
        changes::tell(app, c, who, (before, &fields), &told)?;
    }
    Ok(store::people::get(c, tenant, id)?)
}

fn retags(c: &mut Conn, before: &Person, wanted: &Option<Vec<domain::TagId>>) -> Result<bool> {
    let Some(wanted) = wanted else { return Ok(false) };
    let (tenant, id) = (&before.tenant_id, std::slice::from_ref(&before.id));
    let on = store::tags::list_of(c, tenant, id)?;
    Ok(on.len() != wanted.len() || on.iter().any(|(_, tag)| !wanted.contains(tag)))
}

/// Moves a person to another stage and changes nothing else of them, inside the caller's transaction; answers
/// the entry that tells of it on their page.
fn move_there(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: &Person,
    there: &PersonChange,
) -> Result<EntryId> {
    let (tenant, id) = (&before.tenant_id, &before.id);
    let contacts = store::contacts::list(c, tenant, id)?;
    store::people::update(c, tenant, id, there, &contacts, before.rev, app.clock.now())?;
    tell_move(app, c, who, before, there)
}

/// Notes that a person came into another stage, under the names that both have now.
fn tell_move(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: &Person,
    after: &PersonChange,
) -> Result<EntryId> {
    let (tenant, id) = (&before.tenant_id, &before.id);
    let mut name = |stage| -> Result<String> {
        let found = store::pipelines::find_stage(c, tenant, stage)?;
        Ok(found.map(|stage| stage.name).unwrap_or_default())
    };
    let detail = json!({"from": name(&before.stage_id)?, "to": name(&after.stage_id)?});
    let new = timeline::New { person: id, kind: "stage".to_owned(), entity_id: "", detail };
    let entry = timeline::append(app, c, tenant, who, new)?;
    let detail = json!({"from": before.standing, "to": after.standing});
    record(app, c, tenant, who, "person.stage-changed", id, detail)?;
    Ok(entry)
}

pub(crate) fn fields_of(person: &Person) -> PersonChange {
    let it = person.clone();
    PersonChange {
        kind: it.kind,
        standing: it.standing,
        stage_id: it.stage_id,
        stage_since: it.stage_since,
        won_at: it.won_at,
        name: it.name,
        company: it.company,
        phone: it.phone,
        email: it.email,
        source: it.source,
        notes: it.notes,
        owner_id: it.owner_id,
        value: it.value,
        value_currency: it.value_currency,
        follow_up_on: it.follow_up_on,
        consent: it.consent,
        consent_at: it.consent_at,
        consent_note: it.consent_note,
    }
}

/// The names of what differs, but the stage and what comes with it: what it was and is belongs to the
/// person, not to the log.
pub(crate) fn changed(before: &PersonChange, after: &PersonChange) -> Vec<&'static str> {
    let value = |it: &PersonChange| (it.value, it.value_currency.clone());
    let consent = |it: &PersonChange| (it.consent, it.consent_at, it.consent_note.clone());
    let stays = before.stage_id == after.stage_id;
    let fields = [
        ("kind", before.kind != after.kind),
        ("name", before.name != after.name),
        ("company", before.company != after.company),
        ("phone", before.phone != after.phone),
        ("email", before.email != after.email),
        ("source", before.source != after.source),
        ("notes", before.notes != after.notes),
        ("owner", before.owner_id != after.owner_id),
        ("value", value(before) != value(after)),
        ("follow-up", before.follow_up_on != after.follow_up_on),
        ("consent", consent(before) != consent(after)),
        ("customer-since", stays && before.won_at != after.won_at),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

fn require_to_write(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::WritePeople)
}

/// Makes the reminders of getting back to a person what they should be now.
pub(crate) fn remind(app: &App, c: &mut Conn, person: &Person) -> Result<()> {
    let (tenant, id) = (&person.tenant_id, person.id.as_str());
    crate::reminders::replan(app, c, tenant, Subject::Person, id)
}

/// Puts something about a person on their own page.
fn tell(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    who: &Who,
    person: &PersonId,
    kind: &'static str,
    detail: Value,
) -> Result<()> {
    let new = timeline::New { person, kind: kind.to_owned(), entity_id: "", detail };
    timeline::append(app, c, tenant, who, new)?;
    Ok(())
}

fn record(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    who: &Who,
    action: &'static str,
    id: &PersonId,
    detail: Value,
) -> Result<()> {
    let act = Act { action, entity: "person", entity_id: id.as_str(), detail };
    audit::append(app, c, tenant, who, &act)
}

/// Notes in the activity log what was done to many at once; who they were stands where that was done.
pub(crate) fn record_many(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    who: &Who,
    action: &'static str,
    detail: Value,
) -> Result<()> {
    audit::append(app, c, tenant, who, &Act { action, entity: "person", entity_id: "", detail })
}
