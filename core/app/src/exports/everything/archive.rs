//! Writes the archive, on a thread that may wait: tables a page at a time, documents one by one, and last
//! the manifest, which names every file with its rows, bytes and SHA-256.

use std::io::Write;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::documents::Document;
use store::exports::{Export, ExportedTable, exported_tables, read_rows, reading_of};
use tokio::runtime::Handle;
use zip::write::{SimpleFileOptions, StreamWriter};

use crate::App;
use crate::documents;
use crate::error::{Error, Result};

/// Rows that are fetched at a time.
const FETCHED: i64 = 500;
/// Documents that are listed at a time.
const LISTED: i64 = 100;

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
    digest: Sha256,
    bytes: u64,
}

impl Archive<'_> {
    fn begin(&mut self, path: &str) -> Result<()> {
        let options = SimpleFileOptions::default().large_file(true);
        self.zip.start_file(path, options).map_err(Error::internal)?;
        (self.digest, self.bytes) = (Sha256::new(), 0);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.zip.write_all(bytes).map_err(Error::internal)
    }

    fn end(&mut self, path: String, rows: Option<u64>) {
        let digest = std::mem::replace(&mut self.digest, Sha256::new()).finalize();
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.entries.push(Entry { path, rows, bytes: self.bytes, sha256 });
    }
}

/// Writes all of it.
pub(super) fn write(app: &App, export: &Export, out: &mut dyn Write) -> Result<()> {
    let handle = Handle::current();
    let tables = exported_tables();
    let documents = handle.block_on(list_documents(app, export))?;
    let todo = i64::try_from(tables.len() + documents.len()).map_err(Error::internal)?;
    let zip = zip::ZipWriter::new_stream(out);
    let mut archive = Archive { zip, entries: Vec::new(), digest: Sha256::new(), bytes: 0 };
    let mut done = 0;
    for table in &tables {
        write_table(app, &handle, export, table, &mut archive)?;
        done += 1;
        handle.block_on(advance(app, export, done, todo))?;
    }
    for document in documents {
        let path = format!("documents/{}/{}", document.id, safe_name(&document.name));
        let whole = usize::try_from(document.size_bytes).map_err(Error::internal)?;
        let body = handle.block_on(documents::read_body(app, &document, 0, whole))?;
        archive.begin(&path)?;
        archive.write(&body)?;
        archive.end(path, None);
        done += 1;
        if done % 20 == 0 {
            handle.block_on(advance(app, export, done, todo))?;
        }
    }
    write_manifest(app, &handle, export, archive)
}

async fn advance(app: &App, export: &Export, done: i64, todo: i64) -> Result<()> {
    let (tenant, id) = (export.tenant_id.clone(), export.id.clone());
    Ok(app.db.write(move |c| store::exports::advance(c, &tenant, &id, done, todo)).await?)
}

async fn list_documents(app: &App, export: &Export) -> Result<Vec<Document>> {
    let tenant = export.tenant_id.clone();
    app.db
        .inspect(move |c| -> Result<Vec<Document>> {
            let (mut all, mut before) = (Vec::new(), None::<String>);
            loop {
                let page = store::documents::list(c, &tenant, before.as_deref(), LISTED)?;
                all.extend(page.items);
                match page.next {
                    Some(next) => before = Some(next),
                    None => return Ok(all),
                }
            }
        })
        .await
}

fn write_table(
    app: &App,
    handle: &Handle,
    export: &Export,
    table: &ExportedTable,
    archive: &mut Archive<'_>,
) -> Result<()> {
    let path = format!("data/{}.jsonl", table.name);
    let wanted = table.clone();
    let reading =
        handle.block_on(app.db.inspect(move |c| Ok::<_, Error>(reading_of(c, &wanted)?)))?;
    let (mut after, mut rows) = (None::<String>, 0_u64);
    archive.begin(&path)?;
    loop {
        let (tenant, reading) = (export.tenant_id.clone(), reading.clone());
        let (page, next) = handle.block_on(app.db.inspect(move |c| {
            Ok::<_, Error>(read_rows(c, &tenant, &reading, after.as_deref(), FETCHED)?)
        }))?;
        for row in page {
            archive.write(row.as_bytes())?;
            archive.write(b"\n")?;
            rows += 1;
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    archive.end(path, Some(rows));
    Ok(())
}

fn write_manifest(
    app: &App,
    handle: &Handle,
    export: &Export,
    mut archive: Archive<'_>,
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
        "about": "data/ has one table a file, one row a line, as JSON. documents/ has the files, by id. \
                  Passwords, keys and what services gave access with are in no export.",
        "files": archive.entries,
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
mod tests {
    use super::safe_name;

    #[test]
    fn names_of_documents_lead_nowhere_else() {
        assert_eq!(safe_name("חשבונית 7.pdf"), "חשבונית 7.pdf");
        assert_eq!(safe_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(safe_name("a\\b:c\n"), "a_b_c_");
        assert_eq!(safe_name(".."), "file");
    }
}
