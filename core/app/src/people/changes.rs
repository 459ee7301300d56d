//! What was and what is, of the fields whose history a person's page tells. It belongs to the person and goes
//! with them: the activity log has the fields' names alone.

use serde_json::{Map, Value, json};
use store::Conn;
use store::people::{Person, PersonChange};

use super::{fields_of, record};
use crate::App;
use crate::attributions::{Corrected, FIRST_SOURCE};
use crate::audit::Who;
use crate::error::Result;
use crate::own_fields::values;

/// What changed.
pub(super) struct Told<'a> {
    /// The names of the fields.
    pub fields: &'a [&'static str],
    /// Own fields.
    pub own: &'a [values::OwnChange],
    /// Where they came from first.
    pub first: Option<&'a Corrected>,
}

/// Notes what changed of a person: on their page with what was and is, and own fields by the names they
/// have now; in the log by names and ids alone.
pub(super) fn tell(
    app: &App,
    c: &mut Conn,
    who: &Who,
    (before, after): (&Person, &PersonChange),
    changed: &Told<'_>,
) -> Result<()> {
    let Told { fields, own, first } = changed;
    let (tenant, id) = (&before.tenant_id, &before.id);
    let detail = |own: Vec<&str>| match own.is_empty() {
        true => json!({"fields": fields}),
        false => json!({"fields": fields, "own": own}),
    };
    let living = own.iter().filter(|it| it.field.removed_at.is_none());
    let mut told = detail(living.map(|it| it.field.name.as_str()).collect());
    let mut changes = of(&fields_of(before), after);
    if let Some(first) = first {
        let (from, to) = (said(&first.was), said(&first.now.source));
        changes.insert(FIRST_SOURCE.to_owned(), json!({"from": from, "to": to}));
    }
    if !changes.is_empty() {
        told["changes"] = changes.into();
    }
    super::tell(app, c, tenant, who, id, "changed", told)?;
    let ids = own.iter().map(|it| it.field.id.as_str()).collect();
    // Who follows the business's people was told that they are gone, and hears of it when they are back.
    let action = match before.deleted_at {
        None => "person.changed",
        Some(_) => "person.removed-changed",
    };
    record(app, c, tenant, who, action, id, detail(ids))
}

/// By the field's name what it was and what it is; nothing of what stayed. A member is told of by their id,
/// under which their name is looked up when it is read.
fn of(before: &PersonChange, after: &PersonChange) -> Map<String, Value> {
    let pairs = [
        ("source", said(&before.source), said(&after.source)),
        ("owner", json!(before.owner_id), json!(after.owner_id)),
        ("value", worth(before), worth(after)),
        ("follow-up", json!(before.follow_up_on), json!(after.follow_up_on)),
        ("consent", json!(before.consent), json!(after.consent)),
    ];
    let differing = pairs.into_iter().filter(|(_, from, to)| from != to);
    differing.map(|(name, from, to)| (name.to_owned(), json!({"from": from, "to": to}))).collect()
}

/// Nothing for what isn't known.
fn said(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn worth(it: &PersonChange) -> Value {
    if it.value == 0 {
        return Value::Null;
    }
    json!({"amount": it.value, "currency": it.value_currency})
}
