//! Own fields: what a business keeps of its people beyond what every business does.

use diesel::prelude::*;
use domain::{OwnFieldId, PersonId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, found};
use crate::fold;
use crate::schema::{person_field_values, person_fields};
use crate::scope;
use crate::search;

/// How many characters of a text its order goes by.
const KEY_CHARS: usize = 60;

words! {
    /// What a field holds.
    pub enum OwnKind {
        /// One line.
        Text = "text",
        /// Several lines.
        Paragraph = "paragraph",
        /// A decimal number.
        Number = "number",
        /// A day.
        Day = "day",
        /// Yes or no.
        YesNo = "yes-no",
        /// One of the field's options.
        Choice = "choice",
        /// An address in the web.
        Link = "link",
    }
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldOption {
    /// What people have as their value; never given to another.
    pub id: String,
    /// What it is called now.
    pub name: String,
    /// Whether nobody can choose it any more; who has it keeps it.
    pub retired: bool,
    /// What values of it are ordered by, byte by byte.
    #[serde(default)]
    pub key: String,
}

/// What values of the option at a place are ordered by at first.
pub fn first_key(at: usize) -> String {
    format!("{at:03}")
}

row! {
    /// A field. One with `removed_at` is shown nowhere, and what people have of it is kept.
    #[derive(Debug, Clone, PartialEq)]
    pub struct OwnField: person_fields, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: OwnFieldId as String,
        pub kind: OwnKind as String,
        pub name: String,
        pub help: String,
        pub position: i64,
        pub options_json: Json as String,
        pub removed_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

row! {
    /// What a person has of a field.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OwnValue: person_field_values, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub person_id: PersonId as String,
        pub field_id: OwnFieldId as String,
        pub value: String,
        pub sort_key: String,
    }
}

impl OwnField {
    /// What can be chosen, in order, with what is retired. Options that were kept before they had keys are
    /// ordered by their places.
    pub fn options(&self) -> Vec<FieldOption> {
        let kept: Option<Vec<FieldOption>> =
            serde_json::from_value(self.options_json.0.clone()).ok();
        let mut options = kept.unwrap_or_default();
        for (at, option) in options.iter_mut().enumerate().filter(|(_, it)| it.key.is_empty()) {
            option.key = first_key(at);
        }
        options
    }

    /// The name of an option, or the value itself where it isn't one.
    pub fn option_name(&self, value: &str) -> String {
        let found = self.options().into_iter().find(|option| option.id == value);
        found.map_or_else(|| value.to_owned(), |option| option.name)
    }

    /// The words of a value that somebody is found by; none where nobody looks for such.
    pub(crate) fn found_by(&self, value: &str) -> Option<String> {
        match self.kind {
            OwnKind::Text | OwnKind::Number => Some(value.to_owned()),
            OwnKind::Choice => Some(self.option_name(value)),
            OwnKind::Link => {
                let bare = value.split_once("://").map_or(value, |(_, rest)| rest);
                Some(bare.strip_prefix("www.").unwrap_or(bare).to_owned())
            }
            OwnKind::Paragraph | OwnKind::Day | OwnKind::YesNo => None,
        }
    }
}

/// What texts are ordered by.
pub fn text_key(text: &str) -> String {
    fold::fold(text).chars().take(KEY_CHARS).collect()
}

/// The fields of a tenant in their order, without those that were removed.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<OwnField>> {
    scope::tenant(c, tenant)?;
    let mut all = list_even_removed(c, tenant)?;
    all.retain(|field| field.removed_at.is_none());
    Ok(all)
}

/// The fields of a tenant in their order, removed ones among them.
pub fn list_even_removed(c: &mut Conn, tenant: &TenantId) -> Result<Vec<OwnField>> {
    scope::tenant(c, tenant)?;
    Ok(person_fields::table
        .filter(person_fields::tenant_id.eq(tenant.as_str()))
        .order((person_fields::position, person_fields::id))
        .select(OwnField::as_select())
        .load(c)?)
}

/// The field, removed or not, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &OwnFieldId) -> Result<OwnField> {
    scope::tenant(c, tenant)?;
    let query = person_fields::table.find((tenant.as_str(), id.as_str()));
    query.select(OwnField::as_select()).first(c).optional()?.ok_or(Error::NotFound)
}

/// Adds a field.
pub fn insert(c: &mut Conn, row: &OwnField) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(person_fields::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Changes all of a field but its kind. Where what people are found by changes with it, they are gone
/// through again.
pub fn update(c: &mut Conn, row: &OwnField) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let before = get(c, &row.tenant_id, &row.id)?;
    let target = person_fields::table.find((row.tenant_id.as_str(), row.id.as_str()));
    let set = (
        person_fields::name.eq(&row.name),
        person_fields::help.eq(&row.help),
        person_fields::position.eq(row.position),
        person_fields::options_json.eq(String::from(row.options_json.clone())),
        person_fields::removed_at.eq(row.removed_at.map(Timestamp::as_millis)),
    );
    found(diesel::update(target).set(set).execute(c)?)?;
    let comes_or_goes = before.removed_at.is_some() != row.removed_at.is_some();
    let renamed = before.options().iter().any(|was| row.option_name(&was.id) != was.name);
    if comes_or_goes && row.found_by("").is_some() || renamed {
        search::again(c, &row.tenant_id)?;
    }
    Ok(())
}

/// Gives what people have of one value of a field another place in lists.
pub fn rekey(
    c: &mut Conn,
    tenant: &TenantId,
    field: &OwnFieldId,
    value: &str,
    key: &str,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let rows = person_field_values::table
        .filter(person_field_values::tenant_id.eq(tenant.as_str()))
        .filter(person_field_values::field_id.eq(field.as_str()))
        .filter(person_field_values::value.eq(value));
    diesel::update(rows).set(person_field_values::sort_key.eq(key)).execute(c)?;
    Ok(())
}

/// What these people have of all fields, removed ones among them, in no particular order.
pub fn list_of(c: &mut Conn, tenant: &TenantId, people: &[PersonId]) -> Result<Vec<OwnValue>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<&str> = people.iter().map(PersonId::as_str).collect();
    Ok(person_field_values::table
        .filter(person_field_values::tenant_id.eq(tenant.as_str()))
        .filter(person_field_values::person_id.eq_any(ids))
        .select(OwnValue::as_select())
        .load(c)?)
}

/// Gives a person values in the place of those they had of these fields; None leaves nothing of one.
pub fn put(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    values: &[(OwnFieldId, Option<OwnValue>)],
) -> Result<()> {
    scope::tenant(c, tenant)?;
    for (field, value) in values {
        let old = (tenant.as_str(), person.as_str(), field.as_str());
        diesel::delete(person_field_values::table.find(old)).execute(c)?;
        if let Some(value) = value {
            diesel::insert_into(person_field_values::table).values(value.clone()).execute(c)?;
        }
    }
    if values.is_empty() {
        return Ok(());
    }
    search::of_people(c, tenant, std::slice::from_ref(person))
}
