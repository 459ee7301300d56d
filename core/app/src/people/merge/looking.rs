//! What somebody would be once others became one with them, before anybody says that they shall.

use domain::PersonId;
use store::contacts::Contact;
use store::people::{Person, PersonChange};

use super::{add_contacts, each_once, filling, tags_of};
use crate::App;
use crate::context::Context;
use crate::error::Result;
use crate::people::{person_of, require_to_write};
use crate::tags::Tag;

/// What would come of a merge.
#[derive(Debug, Clone)]
pub struct Look {
    /// The one that stays, as they would be.
    pub person: Person,
    /// All of their numbers and addresses, in order.
    pub contacts: Vec<Contact>,
    /// Their tags, by name.
    pub tags: Vec<Tag>,
    /// Who would be deleted, as they are.
    pub gone: Vec<Person>,
}

/// What a merge would make of `keep`; nothing is changed.
///
/// # Errors
/// As for [`merge_all`](super::merge_all).
pub async fn look_at_merge(
    app: &App,
    ctx: &Context,
    keep: &PersonId,
    others: &[PersonId],
) -> Result<Look> {
    require_to_write(ctx)?;
    let others = each_once(keep, others)?;
    let (tenant, keep) = (ctx.tenant.clone(), keep.clone());
    app.db
        .inspect(move |c| -> Result<Look> {
            let mut person = store::people::get(c, &tenant, &keep)?;
            let mut contacts = store::contacts::list(c, &tenant, &keep)?;
            let mut on = tags_of(c, &tenant, &keep)?;
            let mut gone = Vec::new();
            for other in &others {
                let other = store::people::get(c, &tenant, other)?;
                let (fields, _) = filling::filled(c, &person, &other)?;
                let theirs = store::contacts::list(c, &tenant, &other.id)?;
                add_contacts(&mut contacts, theirs, &person)?;
                on.extend(tags_of(c, &tenant, &other.id)?);
                person = changed(person, fields);
                gone.push(other);
            }
            let mut tags = store::tags::list(c, &tenant)?;
            tags.retain(|tag| on.contains(&tag.id));
            Ok(Look { person, contacts, tags, gone })
        })
        .await
}

/// The same person with these fields.
fn changed(person: Person, fields: PersonChange) -> Person {
    let Person { tenant_id, id, created_at, updated_at, rev, .. } = person;
    let stage_since = fields.stage_since;
    Person { stage_since, updated_at, rev, ..person_of(&tenant_id, &id, fields, created_at) }
}
