//! What others hear of whom an import or its undoing changes: reminders, endpoints that are told of changes,
//! and whoever looks after people from then on.

use std::collections::BTreeMap;

use domain::{MemberId, TenantId};
use serde_json::json;
use store::Conn;
use store::imports::Import;
use store::people::{Person, PersonChange};

use super::running::beginner;
use crate::error::Result;
use crate::own_fields::values::OwnChange;
use crate::{App, endpoints, notifications, people};

/// What becomes of somebody who is there.
pub(super) struct Change<'a> {
    pub before: &'a Person,
    pub after: &'a PersonChange,
    /// The names of what differs.
    pub fields: &'a [&'static str],
    /// What differs of own fields.
    pub own: &'a [OwnChange],
}

/// Whether any endpoint is told of anything: asked once for a lot, so that its rows needn't.
pub(super) fn are_endpoints_told(c: &mut Conn, tenant: &TenantId) -> Result<bool> {
    Ok(!store::endpoints::list_enabled(c, tenant)?.is_empty())
}

/// Keeps reminders and notifications in step with a change that was made, and tells endpoints of it as of one
/// that was made by hand. Of who has no day to get back to them, no reminder is looked for.
pub(super) fn changed(app: &App, c: &mut Conn, of: &Change<'_>, are_told: bool) -> Result<()> {
    let Change { before, after, fields, own } = of;
    let has_day = before.follow_up_on.is_some() || after.follow_up_on.is_some();
    let differs = before.follow_up_on != after.follow_up_on || before.owner_id != after.owner_id;
    if has_day && differs {
        people::remind(app, c, before)?;
    }
    if before.owner_id != after.owner_id {
        notifications::person_settled(app, c, before)?;
    }
    if !are_told {
        return Ok(());
    }
    let (tenant, id) = (&before.tenant_id, before.id.as_str());
    if before.stage_id != after.stage_id {
        let detail = json!({"from": before.standing, "to": after.standing});
        endpoints::events::publish(app, c, tenant, "person.stage-changed", id, &detail)?;
    }
    let fields: Vec<&str> = fields.iter().copied().filter(|field| *field != "stage").collect();
    if fields.is_empty() && own.is_empty() {
        return Ok(());
    }
    let own: Vec<&str> = own.iter().map(|it| it.field.id.as_str()).collect();
    let detail = match own.is_empty() {
        true => json!({"fields": fields}),
        false => json!({"fields": fields, "own": own}),
    };
    endpoints::events::publish(app, c, tenant, "person.changed", id, &detail)
}

/// Keeps to whom some rows gave people, until it is told.
pub(super) fn keep_given(
    c: &mut Conn,
    import: &Import,
    more: BTreeMap<MemberId, i64>,
) -> Result<()> {
    if more.is_empty() {
        return Ok(());
    }
    let (tenant, id) = (&import.tenant_id, &import.id);
    let mut given = store::imports::list_given(c, tenant, id)?;
    for (to, count) in more {
        *given.entry(to).or_default() += count;
    }
    Ok(store::imports::put_given(c, tenant, id, &given)?)
}

/// Tells whoever an import gave people to, once it has ended: once, however many they are. Whoever began it
/// knows.
pub(super) fn given(app: &App, c: &mut Conn, import: &Import) -> Result<()> {
    let (tenant, id) = (&import.tenant_id, &import.id);
    let by = store::members::find_by_account(c, tenant, beginner(import))?.map(|by| by.id);
    for (to, count) in store::imports::list_given(c, tenant, id)? {
        if by.as_ref() != Some(&to) {
            notifications::people_assigned(app, c, tenant, id.as_str(), (&to, count))?;
        }
    }
    Ok(())
}
