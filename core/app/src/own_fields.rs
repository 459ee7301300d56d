//! Own fields: what a business keeps of its people beyond what every business does, as it sets it up.

mod keys;
pub(crate) mod values;

use domain::{OwnFieldId, Permission, PersonId};
use serde_json::json;
use store::Conn;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{fields, once};

pub use store::own_fields::{FieldOption, OwnField, OwnKind, OwnValue};
pub(crate) use values::named_document;
pub use values::{OwnInput, document, field_name, key_of, range};

/// Most own fields of a business.
pub const OWN_FIELDS_MAX: usize = 40;
/// Most that are kept, with those that were removed.
pub const OWN_FIELDS_KEPT_MAX: usize = 200;
/// Most options of a field, retired ones among them.
pub const OPTIONS_MAX: usize = 60;
/// The longest name of a field or an option, in characters.
pub const OWN_NAME_CHARS_MAX: usize = 40;
/// The longest word of help, in characters.
pub const HELP_CHARS_MAX: usize = 120;

const CREATE: &str = "own-field.create";

/// What the settings say of a field.
#[derive(Debug, Clone, Default)]
pub struct FieldInput {
    /// Its name.
    pub name: String,
    /// What it holds; it stays what it was at first.
    pub kind: String,
    /// A word of help; may be empty.
    pub help: String,
    /// Its options in order, where its kind has any. One that isn't named here stays as it is.
    pub options: Vec<OptionInput>,
}

/// What the settings say of an option. A new one has no id; without a name it doesn't count.
#[derive(Debug, Clone, Default)]
pub struct OptionInput {
    /// Its id.
    pub id: String,
    /// Its name; an empty one retires an option that was there.
    pub name: String,
    /// Whether nobody can choose it any more.
    pub retired: bool,
}

/// The fields in their order.
pub async fn list_fields(app: &App, ctx: &Context) -> Result<Vec<OwnField>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::own_fields::list(c, &tenant)?)).await
}

/// The fields in their order, and those that were removed.
pub async fn list_fields_even_removed(app: &App, ctx: &Context) -> Result<Vec<OwnField>> {
    require_to_manage(ctx)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::own_fields::list_even_removed(c, &tenant)?)).await
}

/// What these people have of the fields.
pub async fn list_values_of(
    app: &App,
    ctx: &Context,
    people: Vec<PersonId>,
) -> Result<Vec<OwnValue>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::own_fields::list_of(c, &tenant, &people)?)).await
}

/// Adds a field. The same `form_id` adds once, however often it is sent; an empty one doesn't count.
pub async fn create_field(
    app: &App,
    ctx: &Context,
    input: FieldInput,
    form_id: &str,
) -> Result<OwnField> {
    require_to_manage(ctx)?;
    let (app2, ctx, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    app.db
        .transact(move |c| -> Result<OwnField> {
            store::tenants::lock(c, &ctx.tenant)?;
            if let Some(done) = once::find::<OwnFieldId>(c, &ctx.tenant, CREATE, &form_id)? {
                return Ok(store::own_fields::get(c, &ctx.tenant, &done)?);
            }
            let all = store::own_fields::list_even_removed(c, &ctx.tenant)?;
            if all.len() >= OWN_FIELDS_KEPT_MAX || living(&all).count() >= OWN_FIELDS_MAX {
                return Err(Error::invalid("name", "error-too-many-own-fields"));
            }
            let kind = input.kind.trim().parse::<OwnKind>();
            let mut field = OwnField {
                tenant_id: ctx.tenant.clone(),
                id: OwnFieldId::new(&*app2.clock, &*app2.rng),
                kind: kind.map_err(|_| Error::invalid("kind", "error-required"))?,
                name: String::new(),
                help: String::new(),
                position: all.iter().map(|it| it.position + 1).max().unwrap_or(0),
                options_json: json!([]).into(),
                removed_at: None,
            };
            input.apply(&all, &mut field)?;
            store::own_fields::insert(c, &field)?;
            once::keep(&app2, c, &ctx.tenant, CREATE, &form_id, &field.id)?;
            record(&app2, c, &ctx, "own-field.created", &field.id)?;
            Ok(field)
        })
        .await
}

/// Changes a field's name, help and options.
pub async fn update_field(
    app: &App,
    ctx: &Context,
    id: &OwnFieldId,
    input: FieldInput,
) -> Result<()> {
    require_to_manage(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            let all = store::own_fields::list_even_removed(c, &ctx.tenant)?;
            let before = living(&all).find(|it| it.id == id).ok_or(Error::NotFound)?;
            let mut field = before.clone();
            input.apply(&all, &mut field)?;
            if field == *before {
                return Ok(());
            }
            let moved = moved(before, &field);
            if !moved.is_empty() {
                // Whoever is just given one of them has it by then under the key that it had.
                store::pipelines::lock(c, &ctx.tenant)?;
            }
            store::own_fields::update(c, &field)?;
            for option in moved {
                store::own_fields::rekey(c, &ctx.tenant, &id, &option.id, &option.key)?;
            }
            record(&app2, c, &ctx, "own-field.changed", &id)
        })
        .await
}

/// The options that have another key now, whose values get another place in lists; those of the others stay.
fn moved(before: &OwnField, after: &OwnField) -> Vec<FieldOption> {
    let had = before.options();
    let mut options = after.options();
    options.retain(|it| had.iter().any(|was| was.id == it.id && was.key != it.key));
    options
}

/// Moves a field before the one that it stands behind; the first stays.
pub async fn move_field_up(app: &App, ctx: &Context, id: &OwnFieldId) -> Result<()> {
    require_to_manage(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            let mut all = store::own_fields::list(c, &ctx.tenant)?;
            let at = all.iter().position(|it| it.id == id).ok_or(Error::NotFound)?;
            if at == 0 {
                return Ok(());
            }
            all.swap(at, at - 1);
            for (position, field) in (0..).zip(all) {
                if field.position != position {
                    store::own_fields::update(c, &OwnField { position, ..field })?;
                }
            }
            record(&app2, c, &ctx, "own-field.moved", &id)
        })
        .await
}

/// Removes a field; what people have of it is kept, and [`restore_field`] brings it back. Removing it
/// again changes nothing.
pub async fn remove_field(app: &App, ctx: &Context, id: &OwnFieldId) -> Result<()> {
    require_to_manage(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            let field = store::own_fields::get(c, &ctx.tenant, &id)?;
            if field.removed_at.is_some() {
                return Ok(());
            }
            let removed_at = Some(app2.clock.now());
            store::own_fields::update(c, &OwnField { removed_at, ..field })?;
            record(&app2, c, &ctx, "own-field.removed", &id)
        })
        .await
}

/// Brings a removed field back with all that people had of it; one that is there stays as it is.
///
/// # Errors
/// [`Error::Conflict`] where another has its name meanwhile, or there are as many as there may be.
pub async fn restore_field(app: &App, ctx: &Context, id: &OwnFieldId) -> Result<()> {
    require_to_manage(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            let field = store::own_fields::get(c, &ctx.tenant, &id)?;
            if field.removed_at.is_none() {
                return Ok(());
            }
            let all = store::own_fields::list(c, &ctx.tenant)?;
            if all.len() >= OWN_FIELDS_MAX {
                return Err(Error::Conflict { key: "error-too-many-own-fields" });
            }
            if is_taken(&all, &field.id, &field.name) {
                return Err(Error::Conflict { key: "error-own-field-exists" });
            }
            store::own_fields::update(c, &OwnField { removed_at: None, ..field })?;
            record(&app2, c, &ctx, "own-field.restored", &id)
        })
        .await
}

impl FieldInput {
    fn apply(&self, all: &[OwnField], field: &mut OwnField) -> Result<()> {
        field.name = fields::required_line("name", &self.name, OWN_NAME_CHARS_MAX)?;
        if is_taken(all, &field.id, &field.name) {
            return Err(Error::invalid("name", "error-own-field-exists"));
        }
        field.help = fields::line("help", &self.help, HELP_CHARS_MAX)?;
        if field.kind == OwnKind::Choice {
            let had = field.options();
            let options = self.options(&had)?;
            // That options of before are kept without their keys is no change.
            if options != had {
                field.options_json = serde_json::to_value(options)?.into();
            }
        }
        Ok(())
    }

    /// The options that are named in their order, then those that aren't, so that no value is lost.
    fn options(&self, before: &[FieldOption]) -> Result<Vec<FieldOption>> {
        let number = |it: &FieldOption| it.id.parse::<u32>().unwrap_or(0);
        let mut last = before.iter().map(number).max().unwrap_or(0);
        let mut options: Vec<FieldOption> = Vec::new();
        for said in &self.options {
            let known = before.iter().find(|it| it.id == said.id);
            let name = fields::line("options", &said.name, OWN_NAME_CHARS_MAX)?;
            let option = match known {
                Some(known) if name.is_empty() => FieldOption { retired: true, ..known.clone() },
                Some(known) => FieldOption { name, retired: said.retired, ..known.clone() },
                None if name.is_empty() => continue,
                None => {
                    last += 1;
                    let (id, key) = (last.to_string(), String::new());
                    FieldOption { id, name, retired: said.retired, key }
                }
            };
            if options.iter().all(|it| it.id != option.id) {
                options.push(option);
            }
        }
        let kept = before.iter().filter(|it| options.iter().all(|has| has.id != it.id));
        let kept: Vec<FieldOption> = kept.cloned().collect();
        options.extend(kept);
        check(&options)?;
        keys::assign(&mut options);
        Ok(options)
    }
}

fn check(options: &[FieldOption]) -> Result<()> {
    let wrong = |key| Err(Error::invalid("options", key));
    if options.len() > OPTIONS_MAX {
        return wrong("error-too-many-options");
    }
    if options.iter().all(|it| it.retired) {
        return wrong("error-own-field-no-options");
    }
    let mut names: Vec<String> = options
        .iter()
        .filter(|it| !it.retired)
        .map(|it| store::own_fields::text_key(&it.name))
        .collect();
    names.sort();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return wrong("error-option-twice");
    }
    Ok(())
}

fn living(all: &[OwnField]) -> impl Iterator<Item = &OwnField> {
    all.iter().filter(|field| field.removed_at.is_none())
}

/// Whether another field has this name, however it is written.
fn is_taken(all: &[OwnField], id: &OwnFieldId, name: &str) -> bool {
    let key = store::own_fields::text_key;
    living(all).any(|it| it.id != *id && key(&it.name) == key(name))
}

fn require_to_manage(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::ManageSettings)
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    id: &OwnFieldId,
) -> Result<()> {
    let act = Act { action, entity: "own-field", entity_id: id.as_str(), detail: json!({}) };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
