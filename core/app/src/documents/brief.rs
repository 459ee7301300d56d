//! Files that a plugin keeps and soon deletes again. Where it does so in a loop, a person's page would tell of
//! nothing else: there they are one entry, however many they are. The activity log has each of them.

use domain::PersonId;
use serde_json::{Value, json};
use store::Conn;
use store::documents::Document;

use crate::App;
use crate::audit::{Actor, Who};
use crate::error::Result;
use crate::timeline::{self, New};

/// How soon a file was deleted that was kept briefly; and how soon another such one goes with it.
const BRIEF_SECS: i64 = 24 * 3_600;

const KEPT: &str = "document-kept";
const BRIEF: &str = "document-brief";

/// Before a plugin deletes one of its documents: whom that is about is held, since their page changes. Whoever
/// makes them one with another holds them before the entries of their page, too.
pub(super) fn hold(c: &mut Conn, who: &Who, row: &Document) -> Result<Option<PersonId>> {
    let (Some(person), Actor::Plugin(_)) = (&row.person_id, &who.actor) else { return Ok(None) };
    store::people::lock_many(c, &row.tenant_id, std::slice::from_ref(person))?;
    Ok(Some(person.clone()))
}

/// Puts a document that a plugin kept and deleted within a day on the page of whom it is about, in place of when
/// it was kept and of those that came and went before; answers whether it is such a one.
pub(super) fn tell(
    app: &App,
    c: &mut Conn,
    who: &Who,
    row: &Document,
    held: Option<&PersonId>,
) -> Result<bool> {
    let (Some(person), Actor::Plugin(plugin)) = (held, &who.actor) else { return Ok(false) };
    let since = app.clock.now().plus_secs(-BRIEF_SECS);
    // Who became one with another before they were held isn't whom it is about any more.
    let is_about = row.person_id.as_ref() == Some(person);
    if !is_about || *plugin != row.plugin_id || row.created_at < since {
        return Ok(false);
    }
    let (tenant, by) = (&row.tenant_id, plugin.as_str());
    let its = (KEPT, Some(row.id.as_str()));
    let Some(kept) = store::timeline::find_last(c, tenant, person, its, by, since)? else {
        return Ok(false);
    };
    store::timeline::delete(c, tenant, &kept.id)?;
    let mut count = 1;
    let before = store::timeline::find_last(c, tenant, person, (BRIEF, None), by, since)?;
    if let Some(before) = before {
        count += before.detail_json.0.get("count").and_then(Value::as_i64).unwrap_or(1);
        store::timeline::delete(c, tenant, &before.id)?;
    }
    let new = New {
        person,
        kind: BRIEF.to_owned(),
        entity_id: row.id.as_str(),
        detail: json!({"title": row.name, "count": count}),
    };
    timeline::append(app, c, tenant, who, new)?;
    Ok(true)
}
