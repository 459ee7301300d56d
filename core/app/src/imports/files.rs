//! The sealed file of an import: kept until its rows are in.

use std::sync::Arc;

use domain::{DocumentId, TenantId};
use store::Conn;
use store::documents::{Document, Retention};
use store::imports::Import;

use super::apart;
use super::plan::Reading;
use super::reading;
use super::sheet::Sheet;
use crate::App;
use crate::context::Context;
use crate::documents::{self, House};
use crate::error::{Error, Result};

/// Seals a file; answers the row that makes it known.
pub(super) async fn keep(
    app: &App,
    ctx: &Context,
    name: &str,
    bytes: Arc<Vec<u8>>,
) -> Result<Document> {
    let house = House {
        tenant: ctx.tenant.clone(),
        name: name.to_owned(),
        media_type: "application/octet-stream".to_owned(),
        source: "import".to_owned(),
        retention: Retention::Plugin,
    };
    documents::keep_own(app, house, move |out| out.write_all(&bytes)).await
}

/// The rows of the import's file, read so.
pub(super) async fn sheet_of(app: &App, import: &Import, reading: &Reading) -> Result<Sheet> {
    let missing = || Error::Conflict { key: "error-imports-gone" };
    let id = import.document_id.clone().ok_or_else(missing)?;
    let tenant = import.tenant_id.clone();
    let row = app
        .db
        .inspect(move |c| Ok::<_, Error>(store::documents::find(c, &tenant, &id)?))
        .await?
        .ok_or_else(missing)?;
    let whole = usize::try_from(row.size_bytes).map_err(Error::internal)?;
    let bytes = documents::read_body(app, &row, 0, whole).await?;
    let reading = reading.clone();
    apart(move || reading::read(&bytes, &reading)).await
}

/// Forgets the file's row, in the caller's transaction; answers whose body follows.
pub(super) fn forget_row(c: &mut Conn, import: &Import) -> Result<Option<DocumentId>> {
    let Some(id) = &import.document_id else { return Ok(None) };
    match store::documents::delete(c, &import.tenant_id, id) {
        Ok(()) => Ok(Some(id.clone())),
        Err(store::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Deletes the bodies of files whose rows are gone.
pub(super) async fn forget(
    app: &App,
    tenant: &TenantId,
    ids: impl IntoIterator<Item = DocumentId>,
) {
    let ids: Vec<DocumentId> = ids.into_iter().collect();
    if !ids.is_empty() {
        documents::delete_bodies(app, tenant, ids).await;
    }
}
