//! Documents about people: listed, given to another when two become one, and gone for good when they are.

use diesel::prelude::*;
use domain::{DocumentId, PersonId, TenantId};

use super::{Document, gone};
use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::schema::documents;
use crate::scope;
use crate::search;

/// Most rows that one statement names.
const MOVED_AT_ONCE: usize = 500;

/// All documents about these people, the house's own files too.
pub fn list_about(c: &mut Conn, tenant: &TenantId, people: &[PersonId]) -> Result<Vec<DocumentId>> {
    scope::tenant(c, tenant)?;
    let mut all = Vec::new();
    for part in people.chunks(MOVED_AT_ONCE) {
        let ids: Vec<String> = documents::table
            .filter(documents::tenant_id.eq(tenant.as_str()))
            .filter(documents::person_id.eq_any(part.iter().map(PersonId::as_str)))
            .order(documents::id)
            .select(documents::id)
            .load(c)?;
        for id in ids {
            all.push(id.parse().map_err(Error::internal)?);
        }
    }
    Ok(all)
}

/// Gives all documents about a person to another; answers which.
pub fn hand_over(
    c: &mut Conn,
    tenant: &TenantId,
    from: &PersonId,
    to: &PersonId,
) -> Result<Vec<DocumentId>> {
    scope::tenant(c, tenant)?;
    let ids = list_about(c, tenant, std::slice::from_ref(from))?;
    let theirs = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::person_id.eq(from.as_str()));
    diesel::update(theirs).set(documents::person_id.eq(to.as_str())).execute(c)?;
    // The other may have been deleted, so that theirs were found by nothing.
    search::of_documents(c, tenant, &ids)?;
    Ok(ids)
}

/// Gives those of these documents that are about the one to the other.
pub fn hand_back(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[DocumentId],
    from: &PersonId,
    to: &PersonId,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    for part in ids.chunks(MOVED_AT_ONCE) {
        let these = documents::table
            .filter(documents::tenant_id.eq(tenant.as_str()))
            .filter(documents::person_id.eq(from.as_str()))
            .filter(documents::id.eq_any(part.iter().map(DocumentId::as_str)));
        diesel::update(these).set(documents::person_id.eq(to.as_str())).execute(c)?;
    }
    search::of_documents(c, tenant, ids)
}

/// Deletes all that is about these people; answers the ids, whose bodies are to be deleted after this is
/// committed.
pub fn delete_of_people(
    c: &mut Conn,
    tenant: &TenantId,
    people: &[PersonId],
) -> Result<Vec<DocumentId>> {
    scope::tenant(c, tenant)?;
    let mut all = Vec::new();
    for part in people.chunks(MOVED_AT_ONCE) {
        let theirs = || {
            documents::table
                .filter(documents::tenant_id.eq(tenant.as_str()))
                .filter(documents::person_id.eq_any(part.iter().map(PersonId::as_str)))
        };
        let rows: Vec<Document> = theirs().select(Document::as_select()).load(c)?;
        diesel::delete(theirs()).execute(c)?;
        all.extend(gone(c, tenant, rows)?);
    }
    Ok(all)
}
