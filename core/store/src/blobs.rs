//! Where the sealed bodies of documents lie: a folder on this machine, or whatever else keeps this
//! promise. Nothing here sees a plain byte.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use domain::{DocumentId, TenantId, Timestamp};

/// How long an unfinished body is left alone: another process may be writing it.
const DRAFT_AGE_MAX_SECS: i64 = 3_600;

/// A store of sealed bodies by tenant and document. Calls block.
pub trait Blobs: Send + Sync {
    /// Begins a body. Nothing is there under its name before [`Draft::commit`].
    fn create(&self, tenant: &TenantId, id: &DocumentId) -> io::Result<Box<dyn Draft>>;

    /// Reads a body; None when there is none.
    fn open(&self, tenant: &TenantId, id: &DocumentId) -> io::Result<Option<Box<dyn Read + Send>>>;

    /// Deletes a body; answers whether there was one.
    fn delete(&self, tenant: &TenantId, id: &DocumentId) -> io::Result<bool>;

    /// Deletes every body of a tenant; answers how many there were.
    fn delete_all(&self, tenant: &TenantId) -> io::Result<usize>;

    /// Bodies that were finished before this time.
    fn list_before(&self, before: Timestamp) -> io::Result<Vec<(TenantId, DocumentId)>>;
}

/// A body being written; dropping it leaves nothing.
pub trait Draft: Write + Send {
    /// Makes the body durable and gives it its name.
    fn commit(self: Box<Self>) -> io::Result<()>;
}

/// A folder, readable by its owner only: a folder for each tenant, a file for each document.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Opens or makes the folder, and clears away what a crash left unfinished.
    pub fn open(root: &Path, now: Timestamp) -> io::Result<Self> {
        let folder = Self { root: root.to_owned() };
        make(&folder.drafts())?;
        for entry in fs::read_dir(folder.drafts())?.flatten() {
            if modified(&entry.path())? < now.plus_secs(-DRAFT_AGE_MAX_SECS) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(folder)
    }

    fn drafts(&self) -> PathBuf {
        self.root.join("unfinished")
    }

    /// Ids are UUIDs by their type, so no path leads elsewhere.
    fn place(&self, tenant: &TenantId, id: &DocumentId) -> PathBuf {
        self.root.join(tenant.as_str()).join(id.as_str())
    }
}

fn make(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

fn modified(path: &Path) -> io::Result<Timestamp> {
    let age = fs::metadata(path)?.modified()?.duration_since(UNIX_EPOCH);
    let millis = age.map(|age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
    Ok(Timestamp::from_millis(millis.unwrap_or(0)))
}

fn absent<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Blobs for Folder {
    fn create(&self, tenant: &TenantId, id: &DocumentId) -> io::Result<Box<dyn Draft>> {
        let (place, draft) = (self.place(tenant, id), self.drafts().join(id.as_str()));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        Ok(Box::new(FileDraft { file, draft, place, committed: false }))
    }

    fn open(&self, tenant: &TenantId, id: &DocumentId) -> io::Result<Option<Box<dyn Read + Send>>> {
        let file = absent(File::open(self.place(tenant, id)))?;
        Ok(file.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn delete(&self, tenant: &TenantId, id: &DocumentId) -> io::Result<bool> {
        Ok(absent(fs::remove_file(self.place(tenant, id)))?.is_some())
    }

    fn delete_all(&self, tenant: &TenantId) -> io::Result<usize> {
        let dir = self.root.join(tenant.as_str());
        let Some(files) = absent(fs::read_dir(&dir))? else { return Ok(0) };
        let mut gone = 0;
        for file in files {
            gone += usize::from(absent(fs::remove_file(file?.path()))?.is_some());
        }
        absent(fs::remove_dir(&dir))?;
        File::open(&self.root)?.sync_all()?;
        Ok(gone)
    }

    fn list_before(&self, before: Timestamp) -> io::Result<Vec<(TenantId, DocumentId)>> {
        let mut found = Vec::new();
        for dir in fs::read_dir(&self.root)?.flatten() {
            let Ok(tenant) = dir.file_name().to_string_lossy().parse::<TenantId>() else {
                continue;
            };
            for file in fs::read_dir(dir.path())?.flatten() {
                let Ok(id) = file.file_name().to_string_lossy().parse::<DocumentId>() else {
                    continue;
                };
                if absent(modified(&file.path()))?.is_some_and(|at| at < before) {
                    found.push((tenant.clone(), id));
                }
            }
        }
        Ok(found)
    }
}

struct FileDraft {
    file: File,
    draft: PathBuf,
    place: PathBuf,
    committed: bool,
}

impl Write for FileDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Draft for FileDraft {
    fn commit(mut self: Box<Self>) -> io::Result<()> {
        self.file.sync_all()?;
        let dir = self.place.parent().ok_or(io::ErrorKind::NotFound)?.to_owned();
        make(&dir)?;
        fs::rename(&self.draft, &self.place)?;
        self.committed = true;
        // The name is durable when its folder is, and the folder's own name when the root is.
        File::open(&dir)?.sync_all()?;
        match dir.parent() {
            Some(root) => File::open(root)?.sync_all(),
            None => Ok(()),
        }
    }
}

impl Drop for FileDraft {
    fn drop(&mut self) {
        if !self.committed {
            // What can't be removed now is removed at the next start.
            let _ = fs::remove_file(&self.draft);
        }
    }
}
