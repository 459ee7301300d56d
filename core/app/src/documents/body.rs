//! The sealed bytes of documents: written before their row, read in pieces.

use std::io::{Read, Write};

use domain::DocumentId;
use runtime::{CallContext, NewDocument};
use store::data_keys::DataKey;
use store::documents::{Document, Retention};
use vault::{Label, Opener, WrappedKey};

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
        person_id: None,
        added_by: None,
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

/// A body of which the rest is still sealed.
pub(super) struct Sealed {
    body: Box<dyn Read + Send>,
    opener: Opener,
}

/// A body that is there, from its beginning.
pub(super) fn begin(app: &App, row: &Document, key: &DataKey) -> Result<Option<Sealed>> {
    let found = app.blobs.open(&row.tenant_id, &row.id).map_err(no_room)?;
    let Some(body) = found else { return Ok(None) };
    let wrapped = WrappedKey::from_bytes(&key.wrapped).map_err(|e| untrusted(app, row, e))?;
    let opener = app.vault.open_stream(&wrapped, &label(row), &row.head);
    Ok(Some(Sealed { body, opener: opener.map_err(|e| untrusted(app, row, e))? }))
}

/// The next piece of a body, and what is left of it. The last may be empty: with it the body is known to be
/// whole.
pub(super) fn next_piece(
    app: &App,
    row: &Document,
    sealed: Sealed,
) -> Result<(Vec<u8>, Option<Sealed>)> {
    let Sealed { mut body, mut opener } = sealed;
    let mut piece = vec![0; PIECE];
    loop {
        let count = body.read(&mut piece).map_err(no_room)?;
        if count == 0 {
            let last = opener.finish().map_err(|e| untrusted(app, row, e))?;
            return Ok((last.expose().to_vec(), None));
        }
        let opened = opener.push(&piece[..count]).map_err(|e| untrusted(app, row, e))?;
        if !opened.expose().is_empty() {
            return Ok((opened.expose().to_vec(), Some(Sealed { body, opener })));
        }
    }
}

/// What was changed from outside is told where secrets that were are.
fn untrusted(app: &App, row: &Document, error: vault::Error) -> Error {
    alarm::raise(app, &row.tenant_id, &format!("document/{}", row.id), error.into())
}

/// The row as it is now, with the key of its head, both of one moment: keys are exchanged, and documents
/// deleted, while somebody reads.
pub(super) async fn with_key(app: &App, row: &Document) -> Result<(Document, DataKey)> {
    let (tenant, id) = (row.tenant_id.clone(), row.id.clone());
    app.db
        .inspect(move |c| -> Result<_> {
            let row = store::documents::get(c, &tenant, &id)?;
            let key = store::data_keys::find(c, &tenant, row.key_id)?;
            Ok((row, key.ok_or(Error::NotFound)?))
        })
        .await
}

/// Why there is no body: somebody deleted the document since its row was read, or it is lost.
async fn without_body(app: &App, row: &Document) -> Error {
    let (tenant, id) = (row.tenant_id.clone(), row.id.clone());
    let now = app.db.inspect(move |c| store::documents::find(c, &tenant, &id)).await;
    match now {
        Ok(Some(_)) => Error::internal("a document without its bytes"),
        Ok(None) => Error::NotFound,
        Err(error) => error.into(),
    }
}

/// Bytes of a document from `offset`, at most `max`; none at its end.
pub(crate) async fn read_body(
    app: &App,
    row: &Document,
    offset: u64,
    max: usize,
) -> Result<Vec<u8>> {
    let (row, key) = with_key(app, row).await?;
    let (app2, row2) = (app.clone(), row.clone());
    let read = tokio::task::spawn_blocking(move || open(&app2, &row2, &key, offset, max));
    match read.await.map_err(Error::internal)?? {
        Some(bytes) => Ok(bytes),
        None => Err(without_body(app, &row).await),
    }
}

/// Opens the body from its beginning, as each piece hangs on the one before, and keeps what is asked
/// for. Read to its end, the body is known to be whole. Nothing where there is no body.
fn open(
    app: &App,
    row: &Document,
    key: &DataKey,
    offset: u64,
    max: usize,
) -> Result<Option<Vec<u8>>> {
    let Some(sealed) = begin(app, row, key)? else { return Ok(None) };
    let (mut at, mut out, mut rest) = (0_u64, Vec::new(), Some(sealed));
    while let Some(sealed) = rest.take() {
        let (plain, more) = next_piece(app, row, sealed)?;
        let skip = usize::try_from(offset.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = plain.get(skip..).unwrap_or_default();
        out.extend_from_slice(&wanted[..wanted.len().min(max - out.len())]);
        at += plain.len() as u64;
        // A reader of all goes on to the end, which tells that nothing is missing.
        if out.len() == max && at > offset.saturating_add(max as u64) {
            break;
        }
        rest = more;
    }
    Ok(Some(out))
}

/// A body on its way out: each piece is opened when somebody takes it, so that neither a large file nor a
/// slow reader holds memory or a thread. What was deleted since goes out whole.
pub struct Pieces {
    app: App,
    row: Document,
    /// Opened already: what is wrong with it from the beginning is known before anything is sent.
    first: Option<Vec<u8>>,
    rest: Option<Sealed>,
}

impl Pieces {
    /// The next piece; none at the end, when the body is known to be whole.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the rest isn't what was kept: what was taken before is no file.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let Some(rest) = self.rest.take() else { return Ok(None) };
        let (app, row) = (self.app.clone(), self.row.clone());
        let next = tokio::task::spawn_blocking(move || next_piece(&app, &row, rest));
        let (piece, rest) = next.await.map_err(Error::internal)??;
        self.rest = rest;
        // Only the last may be empty, and then that was all.
        Ok((!piece.is_empty()).then_some(piece))
    }
}

/// The body of a document, to be taken piece by piece.
pub(super) async fn take_body(app: &App, row: &Document) -> Result<Pieces> {
    let (row, key) = with_key(app, row).await?;
    let (app2, row2) = (app.clone(), row.clone());
    let begun = tokio::task::spawn_blocking(move || match begin(&app2, &row2, &key)? {
        Some(sealed) => next_piece(&app2, &row2, sealed).map(Some),
        None => Ok(None),
    });
    match begun.await.map_err(Error::internal)?? {
        Some((first, rest)) => Ok(Pieces { app: app.clone(), row, first: Some(first), rest }),
        None => Err(without_body(app, &row).await),
    }
}

/// Opens the body piece by piece, as long as they are taken.
pub(super) fn open_pieces(
    app: &App,
    row: &Document,
    key: &DataKey,
    mut take: impl FnMut(Vec<u8>) -> bool,
) -> Result<()> {
    let begun = begin(app, row, key)?;
    let mut rest = Some(begun.ok_or_else(|| Error::internal("a document without its bytes"))?);
    while let Some(sealed) = rest.take() {
        let (piece, more) = next_piece(app, row, sealed)?;
        if !take(piece) {
            break;
        }
        rest = more;
    }
    Ok(())
}
