//! Files that no plugin keeps, sealed: lists that somebody brought, archives that somebody asked for, and what
//! members added. They lie where documents do; no plugin has their owner's name, and of them no list of
//! documents shows any but what members added.

use std::io::Write;

use domain::{DocumentId, PluginId, TenantId};
use sha2::{Digest as _, Sha256};
use store::blobs::Draft;
use store::documents::{Document, OWN, Retention};
use tokio::sync::mpsc;
use vault::{Sealer, WrappedKey};

use super::body::{label, no_room, open_pieces, with_key};
use crate::error::{Error, Result};
use crate::{App, secrets};

/// A file of OXPI's own.
pub(crate) struct House {
    pub tenant: TenantId,
    pub name: String,
    pub media_type: String,
    /// What it is for.
    pub source: String,
    pub retention: Retention,
}

/// Who owns such files.
pub(crate) fn own() -> Result<PluginId> {
    OWN.parse().map_err(Error::internal)
}

/// Seals what `fill` writes, piece by piece, off the runtime's threads; answers the row that makes it
/// known. Until that is inserted the body is an orphan, which a sweep would find.
pub(crate) async fn keep_own(
    app: &App,
    house: House,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static,
) -> Result<Document> {
    let tenant = house.tenant.clone();
    let key = app.db.inspect(move |c| secrets::active_key(c, &tenant)).await?;
    let id = DocumentId::new(&*app.clock, &*app.rng);
    let mut row = Document {
        tenant_id: house.tenant,
        once_key: id.to_string(),
        id,
        plugin_id: own()?,
        name: house.name,
        media_type: house.media_type,
        size_bytes: 0,
        mac: Vec::new(),
        key_id: key.key_id,
        head: Vec::new(),
        retention: house.retention,
        connection_id: None,
        source: house.source,
        created_at: app.clock.now(),
        person_id: None,
        added_by: None,
    };
    let app = app.clone();
    let written = tokio::task::spawn_blocking(move || -> Result<Document> {
        let wrapped = WrappedKey::from_bytes(&key.wrapped)?;
        let (sealer, head) = app.vault.seal_stream(&wrapped, &label(&row))?;
        let draft = app.blobs.create(&row.tenant_id, &row.id).map_err(no_room)?;
        let mut out = Sealing { sealer, draft, digest: Sha256::new(), size: 0 };
        fill(&mut out).map_err(no_room)?;
        let Sealing { sealer, mut draft, digest, size } = out;
        draft.write_all(&sealer.finish()?).map_err(no_room)?;
        draft.commit().map_err(no_room)?;
        row.size_bytes = size;
        row.mac = app.vault.mac("document", Some(&row.tenant_id), &digest.finalize()).to_vec();
        row.head = head.to_vec();
        Ok(row)
    });
    written.await.map_err(Error::internal)?
}

struct Sealing {
    sealer: Sealer,
    draft: Box<dyn Draft>,
    digest: Sha256,
    size: i64,
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let sealed = self.sealer.push(bytes).map_err(std::io::Error::other)?;
        self.draft.write_all(&sealed)?;
        self.digest.update(bytes);
        self.size += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.draft.flush()
    }
}

/// The bytes of a file, piece by piece, as they are opened on another thread; a piece that is an error is
/// the last. Read to its end, the file is known to be whole.
pub(crate) async fn stream_body(
    app: &App,
    row: &Document,
) -> Result<mpsc::Receiver<Result<Vec<u8>>>> {
    let (row, key) = with_key(app, row).await?;
    let app = app.clone();
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let sent = open_pieces(&app, &row, &key, |piece| sender.blocking_send(Ok(piece)).is_ok());
        if let Err(error) = sent {
            let _ = sender.blocking_send(Err(error));
        }
    });
    Ok(receiver)
}
