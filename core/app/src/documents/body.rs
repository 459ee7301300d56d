//! The sealed bytes of documents: written before their row, read in pieces.

use std::io::{Read, Write};
use std::sync::Arc;

use domain::DocumentId;
use runtime::{CallContext, NewDocument};
use store::blobs::Blobs;
use store::data_keys::DataKey;
use store::documents::{Document, Retention};
use vault::{Label, WrappedKey};

use crate::error::{Error, Result};
use crate::secrets::alarm;
use crate::{App, secrets};

/// Bytes read of a body at once.
const PIECE: usize = 256 << 10;

pub(super) fn label<'a>(row: &'a Document) -> Label<'a> {
    Label {
        tenant: &row.tenant_id,
        owner: row.plugin_id.as_str(),
        name: "document",
        record: row.id.as_str(),
        version: 1,
    }
}

/// Seals a file and writes its body; answers the row that makes it known. Until that is inserted the
/// body is an orphan, which a sweep would find.
pub(crate) async fn keep_body(
    app: &App,
    ctx: &CallContext,
    document: NewDocument,
) -> Result<Document> {
    let tenant = ctx.tenant.clone();
    let key = app.db.inspect(move |c| secrets::active_key(c, &tenant)).await?;
    let mut row = Document {
        tenant_id: ctx.tenant.clone(),
        id: DocumentId::new(&*app.clock, &*app.rng),
        plugin_id: ctx.plugin.clone(),
        once_key: document.idempotency_key,
        name: document.name,
        media_type: document.media_type,
        size_bytes: i64::try_from(document.bytes.len()).map_err(Error::internal)?,
        mac: app.vault.mac("document", Some(&ctx.tenant), &document.bytes).to_vec(),
        key_id: key.key_id,
        head: Vec::new(),
        retention: if document.with_connection { Retention::Connection } else { Retention::Plugin },
        connection_id: document.connection,
        source: document.source,
        created_at: app.clock.now(),
    };
    let (app, bytes) = (app.clone(), zeroize::Zeroizing::new(document.bytes));
    let written = tokio::task::spawn_blocking(move || -> Result<Document> {
        let wrapped = WrappedKey::from_bytes(&key.wrapped)?;
        let (mut sealer, head) = app.vault.seal_stream(&wrapped, &label(&row))?;
        let mut draft = app.blobs.create(&row.tenant_id, &row.id).map_err(no_room)?;
        for piece in bytes.chunks(PIECE) {
            draft.write_all(&sealer.push(piece)?).map_err(no_room)?;
        }
        draft.write_all(&sealer.finish()?).map_err(no_room)?;
        draft.commit().map_err(no_room)?;
        row.head = head.to_vec();
        Ok(row)
    });
    written.await.map_err(Error::internal)?
}

pub(super) fn no_room(error: std::io::Error) -> Error {
    Error::unavailable("error-documents-unavailable", error)
}

/// Bytes of a document from `offset`, at most `max`; none at its end.
pub(crate) async fn read_body(
    app: &App,
    row: &Document,
    offset: u64,
    max: usize,
) -> Result<Vec<u8>> {
    let (tenant, key_id) = (row.tenant_id.clone(), row.key_id);
    let key = app.db.inspect(move |c| store::data_keys::find(c, &tenant, key_id)).await?;
    let key = key.ok_or(Error::NotFound)?;
    let (app, row) = (app.clone(), row.clone());
    let read = tokio::task::spawn_blocking(move || open(&app, &row, &key, offset, max));
    read.await.map_err(Error::internal)?
}

/// Opens the body from its beginning, as each piece hangs on the one before, and keeps what is asked
/// for. Read to its end, the body is known to be whole.
fn open(app: &App, row: &Document, key: &DataKey, offset: u64, max: usize) -> Result<Vec<u8>> {
    let blobs: &Arc<dyn Blobs> = &app.blobs;
    let found = blobs.open(&row.tenant_id, &row.id).map_err(no_room)?;
    let mut body = found.ok_or_else(|| Error::internal("a document without its bytes"))?;
    // What was changed from outside is told where secrets that were are.
    let untrusted = |error: vault::Error| {
        alarm::raise(app, &row.tenant_id, &format!("document/{}", row.id), error.into())
    };
    let wrapped = WrappedKey::from_bytes(&key.wrapped).map_err(untrusted)?;
    let opener = app.vault.open_stream(&wrapped, &label(row), &row.head);
    let mut opener = opener.map_err(untrusted)?;
    let (mut at, mut out) = (0_u64, Vec::new());
    let mut piece = vec![0; PIECE];
    let take = |plain: &[u8], at: &mut u64, out: &mut Vec<u8>| {
        let skip = usize::try_from(offset.saturating_sub(*at)).unwrap_or(usize::MAX);
        let wanted = plain.get(skip..).unwrap_or_default();
        out.extend_from_slice(&wanted[..wanted.len().min(max - out.len())]);
        *at += plain.len() as u64;
    };
    loop {
        let count = body.read(&mut piece).map_err(no_room)?;
        if count == 0 {
            take(opener.finish().map_err(untrusted)?.expose(), &mut at, &mut out);
            return Ok(out);
        }
        let opened = opener.push(&piece[..count]).map_err(untrusted)?;
        take(opened.expose(), &mut at, &mut out);
        // A reader of all goes on to the end, which tells that nothing is missing.
        if out.len() == max && at > offset.saturating_add(max as u64) {
            return Ok(out);
        }
    }
}

/// Opens the body piece by piece, as long as they are taken.
pub(super) fn open_pieces(
    app: &App,
    row: &Document,
    key: &DataKey,
    mut take: impl FnMut(Vec<u8>) -> bool,
) -> Result<()> {
    let found = app.blobs.open(&row.tenant_id, &row.id).map_err(no_room)?;
    let mut body = found.ok_or_else(|| Error::internal("a document without its bytes"))?;
    let untrusted = |error: vault::Error| {
        alarm::raise(app, &row.tenant_id, &format!("document/{}", row.id), error.into())
    };
    let wrapped = WrappedKey::from_bytes(&key.wrapped).map_err(untrusted)?;
    let mut opener = app.vault.open_stream(&wrapped, &label(row), &row.head).map_err(untrusted)?;
    let mut piece = vec![0; PIECE];
    loop {
        let count = body.read(&mut piece).map_err(no_room)?;
        if count == 0 {
            take(opener.finish().map_err(untrusted)?.expose().to_vec());
            return Ok(());
        }
        let opened = opener.push(&piece[..count]).map_err(untrusted)?;
        if !opened.expose().is_empty() && !take(opened.expose().to_vec()) {
            return Ok(());
        }
    }
}
