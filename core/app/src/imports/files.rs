//! The sealed file of an import: kept until its rows are in.

use std::ops::Deref;
use std::sync::Arc;

use domain::{DocumentId, TenantId};
use store::Conn;
use store::documents::{Document, Retention};
use store::imports::Import;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::apart;
use super::plan::{Format, Reading};
use super::reading::{self, FILE_BYTES_MAX};
use super::sheet::Sheet;
use crate::App;
use crate::context::Context;
use crate::documents::{self, House};
use crate::error::{Error, Result};

/// Room is counted in pieces of so many bytes of files.
const PIECE: usize = 1 << 20;
/// How much of files is read at once, of all businesses: two of the largest. While it is read a file needs about
/// three times its size, and its rows a little more than once.
const ROOM_PIECES: usize = 2 * FILE_BYTES_MAX / PIECE;
/// What there is left. Whoever comes while there is none waits for those before.
static ROOM: Semaphore = Semaphore::const_new(ROOM_PIECES);
/// How many times its size a file that is packed has at least once it is read.
const PACKED: usize = 4;

/// Waits for room to read a file of so many bytes.
pub(super) async fn room_for(bytes: usize, is_packed: bool) -> Result<SemaphorePermit<'static>> {
    let pieces = u32::try_from(pieces_of(bytes, is_packed)).map_err(Error::internal)?;
    ROOM.acquire_many(pieces).await.map_err(Error::internal)
}

/// The pieces of a file. What is packed has no more than any other file once it is read.
fn pieces_of(bytes: usize, is_packed: bool) -> usize {
    let bytes = if is_packed { bytes.saturating_mul(PACKED).min(FILE_BYTES_MAX) } else { bytes };
    bytes.div_ceil(PIECE).min(ROOM_PIECES)
}

/// The rows of a file with the room that they take, which is given back with them.
#[derive(Debug, Default)]
pub(super) struct Held {
    sheet: Sheet,
    _room: Option<SemaphorePermit<'static>>,
}

impl Deref for Held {
    type Target = Sheet;

    fn deref(&self) -> &Sheet {
        &self.sheet
    }
}

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
pub(super) async fn sheet_of(app: &App, import: &Import, reading: &Reading) -> Result<Held> {
    let missing = || Error::Conflict { key: "error-imports-gone" };
    let id = import.document_id.clone().ok_or_else(missing)?;
    let tenant = import.tenant_id.clone();
    let row = app
        .db
        .inspect(move |c| Ok::<_, Error>(store::documents::find(c, &tenant, &id)?))
        .await?
        .ok_or_else(missing)?;
    let whole = usize::try_from(row.size_bytes).map_err(Error::internal)?;
    let room = room_for(whole, reading.format == Format::Workbook).await?;
    let bytes = documents::read_body(app, &row, 0, whole).await?;
    let reading = reading.clone();
    // Who goes away meanwhile gives the room back no sooner than it is read.
    apart(move || {
        let sheet = reading::read(&bytes, &reading)?;
        Ok(Held { sheet, _room: Some(room) })
    })
    .await
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

#[cfg(test)]
mod tests {
    use super::super::reading::WORKBOOK_BYTES_MAX;
    use super::*;

    #[test]
    fn two_of_the_largest_files_have_room_and_what_is_packed_takes_more_than_it_shows() {
        assert_eq!(pieces_of(FILE_BYTES_MAX, false) * 2, ROOM_PIECES);
        assert_eq!(pieces_of(WORKBOOK_BYTES_MAX, true) * 2, ROOM_PIECES);
        assert_eq!((pieces_of(PIECE, false), pieces_of(PIECE, true)), (1, PACKED));
        assert_eq!(pieces_of(1, true), 1);
        assert_eq!(pieces_of(usize::MAX, false), ROOM_PIECES, "nobody waits for ever");
    }
}
