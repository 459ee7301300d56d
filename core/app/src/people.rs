//! People: leads and customers, which are stages of one person.
//!
//! A phone number is kept as it was typed. Its international form is found when it is needed, from
//! the country that the business's time zone tells: see [`dialled`].

use domain::{Permission, PersonId, TenantId, Zone, phone};
use serde_json::{Value, json};
use store::Conn;
use store::idempotency::Answer;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;

pub use store::people::{Person, PersonChange, PersonFilter, Stage};
pub use store::{Cursor, Page};

/// The longest company name, in characters.
pub const COMPANY_CHARS_MAX: usize = 120;
/// The longest word on where somebody came from, in characters.
pub const SOURCE_CHARS_MAX: usize = 60;
/// The longest notes, in characters.
pub const NOTES_CHARS_MAX: usize = 8_000;
/// The longest search, in characters.
pub const SEARCH_CHARS_MAX: usize = 100;

/// What the form for a person asks; everything but the name may be empty.
#[derive(Debug, Clone, Default)]
pub struct PersonInput {
    /// `lead` or `customer`; empty is a lead when adding and no change when changing.
    pub stage: String,
    /// Their name.
    pub name: String,
    /// The company they speak for.
    pub company: String,
    /// Their phone number, in any spelling.
    pub phone: String,
    /// Their e-mail address.
    pub email: String,
    /// Where they came from, such as `website`.
    pub source: String,
    /// Notes for the team.
    pub notes: String,
}

impl PersonInput {
    /// The clean fields; `stage` where the form names none.
    pub(crate) fn check(&self, stage: Stage) -> Result<PersonChange> {
        Ok(PersonChange {
            stage: match self.stage.trim() {
                "" => stage,
                word => stage_of("stage", word)?,
            },
            name: fields::required_line("name", &self.name, fields::NAME_CHARS_MAX)?,
            company: fields::line("company", &self.company, COMPANY_CHARS_MAX)?,
            phone: fields::optional_phone("phone", &self.phone)?.unwrap_or_default(),
            email: fields::optional_email("email", &self.email)?.unwrap_or_default(),
            source: fields::line("source", &self.source, SOURCE_CHARS_MAX)?,
            notes: fields::paragraph("notes", &self.notes, NOTES_CHARS_MAX)?,
        })
    }
}

fn stage_of(field: &str, word: &str) -> Result<Stage> {
    word.parse().map_err(|_| Error::invalid(field, "error-stage-unknown"))
}

/// A person's phone number as it is dialled from anywhere, where that can be known.
pub fn dialled(person: &Person, zone: &Zone) -> Option<String> {
    phone::to_e164(&person.phone, phone::country_of(zone))
}

/// A page of people, newest first.
pub async fn list_people(
    app: &App,
    ctx: &Context,
    filter: PersonFilter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Person>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let filter = searchable(filter, &ctx.zone)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| Ok(store::people::list(c, &tenant, &filter, after.as_ref(), limit)?))
        .await
}

/// A phone number is looked for by the digits that all its spellings share.
fn searchable(filter: PersonFilter, zone: &Zone) -> Result<PersonFilter> {
    let Some(typed) = &filter.search else { return Ok(filter) };
    let line = fields::line("search", typed, SEARCH_CHARS_MAX)?;
    let home = phone::country_of(zone);
    let digits = phone::to_e164(&line, home).map(|e164| {
        let code = home.map_or("", |country| country.code);
        let digits = e164.trim_start_matches('+');
        digits.strip_prefix(code).unwrap_or(digits).to_owned()
    });
    Ok(PersonFilter { search: Some(digits.unwrap_or(line)), ..filter })
}

/// One of the people.
pub async fn get_person(app: &App, ctx: &Context, id: &PersonId) -> Result<Person> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db.inspect(move |c| Ok(store::people::get(c, &tenant, &id)?)).await
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

/// Adds a person. The same `form_id` adds once, however often it is sent; an empty one doesn't count.
pub async fn create_person(
    app: &App,
    ctx: &Context,
    input: PersonInput,
    form_id: &str,
) -> Result<Person> {
    require_to_write(ctx)?;
    let fields = input.check(Stage::Lead)?;
    let (app2, ctx, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    app.db
        .transact(move |c| -> Result<Person> {
            if let Some(done) = added_before(c, &ctx.tenant, &form_id)? {
                return Ok(done);
            }
            let person = insert(&app2, c, &ctx.tenant, &Who::from(&ctx), fields)?;
            remember(&app2, c, &person, form_id)?;
            Ok(person)
        })
        .await
}

const CREATE: &str = "person.create";

fn added_before(c: &mut Conn, tenant: &TenantId, form_id: &str) -> Result<Option<Person>> {
    if form_id.is_empty() {
        return Ok(None);
    }
    let Some(answer) = store::idempotency::find(c, tenant, CREATE, form_id)? else {
        return Ok(None);
    };
    let id: PersonId = serde_json::from_value(answer.result_json.0)?;
    Ok(Some(store::people::get(c, tenant, &id)?))
}

fn remember(app: &App, c: &mut Conn, person: &Person, form_id: String) -> Result<()> {
    if form_id.is_empty() {
        return Ok(());
    }
    let answer = Answer {
        tenant_id: person.tenant_id.clone(),
        scope: CREATE.to_owned(),
        key: form_id,
        result_json: json!(person.id).into(),
        created_at: app.clock.now(),
    };
    // Somebody else is adding the same: give up, the next try finds theirs.
    let kept = store::idempotency::insert(c, &answer)?;
    if kept { Ok(()) } else { Err(Error::Conflict { key: "error-exists-already" }) }
}

/// Adds a person inside the caller's transaction.
pub(crate) fn insert(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    who: &Who,
    fields: PersonChange,
) -> Result<Person> {
    let now = app.clock.now();
    let PersonChange { stage, name, company, phone, email, source, notes } = fields;
    let person = Person {
        tenant_id: tenant.clone(),
        id: PersonId::new(&*app.clock, &*app.rng),
        stage,
        name,
        company,
        phone,
        email,
        source,
        notes,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        rev: 1,
    };
    store::people::insert(c, &person)?;
    record(app, c, tenant, who, "person.created", &person.id, json!({"stage": person.stage}))?;
    Ok(person)
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
            let before = store::people::get(c, &ctx.tenant, &id)?;
            let fields = input.check(before.stage)?;
            change(&app2, c, &Who::from(&ctx), &before, fields, expected_rev)
        })
        .await
}

/// Moves a person to another stage, whatever else was changed meanwhile.
pub async fn change_stage(app: &App, ctx: &Context, id: &PersonId, stage: &str) -> Result<Person> {
    require_to_write(ctx)?;
    let stage = stage_of("stage", stage)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Person> {
            let before = store::people::get(c, &ctx.tenant, &id)?;
            let fields = PersonChange { stage, ..fields_of(&before) };
            change(&app2, c, &Who::from(&ctx), &before, fields, before.rev)
        })
        .await
}

/// Changes a person inside the caller's transaction. What changes nothing leaves no trace.
pub(crate) fn change(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: &Person,
    fields: PersonChange,
    expected_rev: i64,
) -> Result<Person> {
    if before.rev == expected_rev && fields == fields_of(before) {
        return Ok(before.clone());
    }
    let (tenant, id) = (&before.tenant_id, &before.id);
    store::people::update(c, tenant, id, &fields, expected_rev, app.clock.now())?;
    let changed = changed(&fields_of(before), &fields);
    if fields.stage != before.stage {
        let detail = json!({"from": before.stage, "to": fields.stage});
        record(app, c, tenant, who, "person.stage-changed", id, detail)?;
    }
    if !changed.is_empty() {
        record(app, c, tenant, who, "person.changed", id, json!({"fields": changed}))?;
    }
    Ok(store::people::get(c, tenant, id)?)
}

fn fields_of(person: &Person) -> PersonChange {
    let Person { stage, name, company, phone, email, source, notes, .. } = person.clone();
    PersonChange { stage, name, company, phone, email, source, notes }
}

/// The names of what differs: what it was and is belongs to the person, not to the log.
fn changed(before: &PersonChange, after: &PersonChange) -> Vec<&'static str> {
    let fields = [
        ("name", before.name != after.name),
        ("company", before.company != after.company),
        ("phone", before.phone != after.phone),
        ("email", before.email != after.email),
        ("source", before.source != after.source),
        ("notes", before.notes != after.notes),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// Deletes a person; [`restore_person`] undoes it. Deleting them again changes nothing.
pub async fn delete_person(app: &App, ctx: &Context, id: &PersonId) -> Result<()> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let person = store::people::find_even_deleted(c, &ctx.tenant, &id)?;
            let person = person.ok_or(Error::NotFound)?;
            if person.deleted_at.is_some() {
                return Ok(());
            }
            store::people::delete(c, &ctx.tenant, &id, person.rev, app2.clock.now())?;
            record(&app2, c, &ctx.tenant, &Who::from(&ctx), "person.deleted", &id, json!({}))
        })
        .await
}

/// Brings a deleted person back; one who isn't deleted stays as they are.
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
            store::people::restore(c, &ctx.tenant, &id, person.rev)?;
            record(&app2, c, &ctx.tenant, &Who::from(&ctx), "person.restored", &id, json!({}))?;
            Ok(store::people::get(c, &ctx.tenant, &id)?)
        })
        .await
}

fn require_to_write(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::WritePeople)
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
