//! Writes the archive, on a thread that may wait: tables a page at a time, documents piece by piece, and
//! last the manifest, which names every file with its rows, bytes and SHA-256.

use std::io::Write;
use std::time::{Duration, Instant};

use domain::TenantId;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::Conn;
use store::documents::Document;
use store::exports::{Export, Piece, Place, exported_tables, read_tables};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use zip::write::{SimpleFileOptions, StreamWriter};

use crate::App;
use crate::documents;
use crate::error::{Error, Result};

/// Documents that are listed at a time.
const LISTED: i64 = 100;
/// Pieces of tables that wait to be written, at most.
const PIECES: usize = 4;
/// How long one transaction reads.
const MOMENT: Duration = Duration::from_secs(300);

/// Who reads tables: one archive at a time in a process. Each keeps a connection for as long as it reads, and
/// there may be no more connections than jobs that run at once.
static READING: Semaphore = Semaphore::const_new(1);

/// A file of the archive, as the manifest names it.
#[derive(Debug, Serialize)]
struct Entry {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    bytes: u64,
    sha256: String,
}

struct Archive<'a> {
    zip: zip::ZipWriter<StreamWriter<&'a mut dyn Write>>,
    entries: Vec<Entry>,
    /// The file that is being written.
    path: Option<String>,
    digest: Sha256,
    bytes: u64,
}

impl<'a> Archive<'a> {
    fn over(zip: zip::ZipWriter<StreamWriter<&'a mut dyn Write>>) -> Self {
        Self { zip, entries: Vec::new(), path: None, digest: Sha256::new(), bytes: 0 }
    }

    fn begin(&mut self, path: &str) -> Result<()> {
        let options = SimpleFileOptions::default().large_file(true);
        self.zip.start_file(path, options).map_err(Error::internal)?;
        self.path = Some(path.to_owned());
        (self.digest, self.bytes) = (Sha256::new(), 0);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.zip.write_all(bytes).map_err(Error::internal)
    }

    fn end(&mut self, rows: Option<u64>) -> Result<()> {
        let path = self.path.take().ok_or_else(|| Error::internal("no file was begun"))?;
        let digest = std::mem::replace(&mut self.digest, Sha256::new()).finalize();
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.entries.push(Entry { path, rows, bytes: self.bytes, sha256 });
        Ok(())
    }
}

/// What is read on its way to who writes it.
enum Read {
    Documents(Vec<Document>),
    Rows(Piece),
}

/// How the tables were read.
struct Tables {
    documents: Vec<Document>,
    /// The moments that they were read as of; more than one where it took too long.
    moments: Vec<String>,
    count: i64,
}

/// Writes all of it.
pub(super) fn write(app: &App, export: &Export, out: &mut dyn Write) -> Result<()> {
    let handle = Handle::current();
    let zip = zip::ZipWriter::new_stream(out);
    let mut archive = Archive::over(zip);
    let read = write_tables(app, &handle, export, &mut archive)?;
    let documents = i64::try_from(read.documents.len()).map_err(Error::internal)?;
    let (mut done, todo) = (read.count, read.count + documents);
    let mut gone = Vec::new();
    for document in &read.documents {
        if !write_document(app, &handle, document, &mut archive)? {
            gone.push(document.id.to_string());
        }
        done += 1;
        if done % 20 == 0 || done == todo {
            handle.block_on(advance(app, export, done, todo))?;
        }
    }
    write_manifest(app, &handle, export, archive, &read.moments, &gone)
}

async fn advance(app: &App, export: &Export, done: i64, todo: i64) -> Result<()> {
    let (tenant, id) = (export.tenant_id.clone(), export.id.clone());
    Ok(app.db.write(move |c| store::exports::advance(c, &tenant, &id, done, todo)).await?)
}

/// Writes the tables as they come from another thread, which reads them in one transaction: all are as of
/// one moment, and nobody who writes waits for it. One that goes on for longer than [`MOMENT`] would keep
/// SQLite from beginning its log anew, and PostgreSQL from clearing up, so what is left is read as of
/// another.
fn write_tables(
    app: &App,
    handle: &Handle,
    export: &Export,
    archive: &mut Archive<'_>,
) -> Result<Tables> {
    let count = i64::try_from(exported_tables().len()).map_err(Error::internal)?;
    let mut read = Tables { documents: Vec::new(), moments: Vec::new(), count };
    let (mut done, mut rows) = (0, 0_u64);
    let mut place = Some(Place::default());
    while let Some(from) = place {
        let turn = handle.block_on(READING.acquire()).map_err(Error::internal)?;
        read.moments.push(app.clock.now().to_rfc3339());
        let (sender, mut receiver) = mpsc::channel(PIECES);
        let reading = handle.spawn(read_moment(app.clone(), export.clone(), from, sender));
        while let Some(piece) = receiver.blocking_recv() {
            let piece = match piece {
                Read::Documents(documents) => {
                    read.documents = documents;
                    continue;
                }
                Read::Rows(piece) => piece,
            };
            write_rows(&piece, &mut rows, archive)?;
            if piece.is_last {
                done += 1;
                handle.block_on(advance(app, export, done, count))?;
            }
        }
        place = handle.block_on(reading).map_err(Error::internal)??;
        drop(turn);
    }
    Ok(read)
}

/// Reads what there is as of this moment, and gives it away piece by piece.
async fn read_moment(
    app: App,
    export: Export,
    from: Place,
    sender: mpsc::Sender<Read>,
) -> Result<Option<Place>> {
    let until = Instant::now() + MOMENT;
    app.db
        .inspect(move |c| -> Result<Option<Place>> {
            let (tenant, asker) = (&export.tenant_id, &export.created_by);
            if from == Place::default() {
                let documents = list_documents(c, tenant)?;
                // Who wrote has stopped; it says itself why.
                if sender.blocking_send(Read::Documents(documents)).is_err() {
                    return Ok(None);
                }
            }
            let mut take = |piece| sender.blocking_send(Read::Rows(piece)).is_ok();
            Ok(read_tables(c, tenant, asker, from, until, &mut take)?)
        })
        .await
}

fn list_documents(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Document>> {
    let (mut all, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = store::exports::list_documents(c, tenant, after.as_deref(), LISTED)?;
        all.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

/// Writes some rows of a table; `rows` counts them until it is done.
fn write_rows(piece: &Piece, rows: &mut u64, archive: &mut Archive<'_>) -> Result<()> {
    let path = format!("data/{}.jsonl", piece.table);
    if archive.path.as_deref() != Some(&path) {
        archive.begin(&path)?;
        *rows = 0;
    }
    for row in &piece.rows {
        archive.write(row.as_bytes())?;
        archive.write(b"\n")?;
        *rows += 1;
    }
    if piece.is_last {
        archive.end(Some(*rows))?;
    }
    Ok(())
}

/// Writes a document as it is opened, piece by piece; answers whether it was there. One that somebody
/// removed since its row was read is not.
fn write_document(
    app: &App,
    handle: &Handle,
    document: &Document,
    archive: &mut Archive<'_>,
) -> Result<bool> {
    let name = documents::file_name(&safe_name(&document.name), &document.media_type);
    let path = format!("documents/{}/{name}", document.id);
    let mut pieces = match handle.block_on(documents::stream_body(app, document)) {
        Ok(pieces) => pieces,
        Err(error) => return unless_gone(app, handle, document, error),
    };
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Ok(piece) => {
                if archive.path.is_none() {
                    archive.begin(&path)?;
                }
                archive.write(&piece)?;
            }
            Err(error) if archive.path.is_none() => {
                return unless_gone(app, handle, document, error);
            }
            Err(error) => return Err(error),
        }
    }
    // What ends too early, or never begins, is no document.
    if archive.path.is_none() || u64::try_from(document.size_bytes) != Ok(archive.bytes) {
        return Err(Error::internal("a document is not as long as it should be"));
    }
    archive.end(None)?;
    Ok(true)
}

fn unless_gone(app: &App, handle: &Handle, document: &Document, error: Error) -> Result<bool> {
    let (tenant, id) = (document.tenant_id.clone(), document.id.clone());
    let found = handle.block_on(
        app.db.inspect(move |c| Ok::<_, Error>(store::documents::find(c, &tenant, &id)?)),
    )?;
    if found.is_none() { Ok(false) } else { Err(error) }
}

fn write_manifest(
    app: &App,
    handle: &Handle,
    export: &Export,
    mut archive: Archive<'_>,
    moments: &[String],
    gone: &[String],
) -> Result<()> {
    let tenant = export.tenant_id.clone();
    let business = handle
        .block_on(app.db.inspect(move |c| Ok::<_, Error>(store::tenants::get(c, &tenant)?)))?;
    let manifest = serde_json::json!({
        "format": "oxpi-export",
        "version": 1,
        "business": business.name,
        "id": export.tenant_id,
        "made_at": app.clock.now().to_rfc3339(),
        "made_for": export.created_by,
        "moments": moments,
        "about": "data/ has one table a file, one row a line, as JSON. documents/ has the files, by id. \
                  Passwords, keys and what services gave access with are in no export. How somebody signs \
                  in is told of who asked for the archive; of others only that and when.",
        "files": archive.entries,
        "gone": gone,
    });
    let options = SimpleFileOptions::default();
    archive.zip.start_file("manifest.json", options).map_err(Error::internal)?;
    let text = serde_json::to_vec_pretty(&manifest)?;
    archive.zip.write_all(&text).map_err(Error::internal)?;
    archive.zip.finish().map_err(Error::internal)?;
    Ok(())
}

/// A name that leads nowhere else, on any system.
fn safe_name(name: &str) -> String {
    let keep = |letter: char| {
        if letter.is_control() || r#"/\:*?"<>|"#.contains(letter) { '_' } else { letter }
    };
    let safe: String = name.chars().take(100).map(keep).collect();
    let safe = safe.trim_matches(['.', ' ']);
    if safe.is_empty() { "file".to_owned() } else { safe.to_owned() }
}

#[cfg(test)]
mod tests;
