//! What others hear of whom an import or its undoing changes: reminders, and endpoints that are told of
//! changes.

use domain::TenantId;
use serde_json::json;
use store::Conn;
use store::people::{Person, PersonChange};

use crate::error::Result;
use crate::own_fields::values::OwnChange;
use crate::{App, endpoints, people};

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

/// Keeps reminders in step with a change that was made, and tells endpoints of it as of one that was made
/// by hand. Of who has no day to get back to them, no reminder is looked for.
pub(super) fn changed(app: &App, c: &mut Conn, of: &Change<'_>, are_told: bool) -> Result<()> {
    let Change { before, after, fields, own } = of;
    let has_day = before.follow_up_on.is_some() || after.follow_up_on.is_some();
    let differs = before.follow_up_on != after.follow_up_on || before.owner_id != after.owner_id;
    if has_day && differs {
        people::remind(app, c, before)?;
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
