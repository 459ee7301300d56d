//! The root key and where it comes from.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{Rng, Secret};
use zeroize::Zeroizing;

use crate::RootKeyError;
use crate::keys::{KEY_LEN, Key};
use crate::token::{hex, unhex};

/// Names the kind and form of the file to whoever finds it.
const PREFIX: &str = "oxpi-root-key-1:";
/// Whatever is longer is no root key, plain or sealed.
const TEXT_MAX: u64 = 1024;

/// The key that all others come from. Whoever has it and the database has every secret; without it
/// nobody has any.
pub struct RootKey(Key);

/// Somewhere a root key may come from.
pub trait RootKeySource: Send + Sync {
    /// Fetches the key.
    fn load(&self) -> Result<RootKey, RootKeyError>;

    /// Where it comes from, to show to an administrator.
    fn place(&self) -> String;

    /// What is unwise about this source, if anything; shown at every start.
    fn warning(&self) -> Option<&'static str> {
        None
    }
}

impl RootKey {
    /// A key from 32 bytes.
    pub fn from_secret(secret: &Secret) -> Result<Self, RootKeyError> {
        Key::from_slice(secret.expose())
            .map(Self)
            .ok_or_else(|| RootKeyError::Malformed("the secret".to_owned()))
    }

    /// Reads the file at `path`, or creates it with a new key when there is none. Two processes
    /// that start at once end with the same key.
    pub fn load_or_create(path: &Path, rng: &dyn Rng) -> Result<Self, RootKeyError> {
        match Self::load(path) {
            Err(RootKeyError::Missing(_)) => {}
            other => return other,
        }
        create(path, rng)?;
        Self::load(path)
    }

    /// Reads the file at `path`. Refused are links, what is no plain file, and a file that others
    /// than its owner may read or write.
    pub fn load(path: &Path) -> Result<Self, RootKeyError> {
        let text = read_private(path)?;
        parse(&text).ok_or_else(|| RootKeyError::Malformed(path.display().to_string()))
    }

    pub(crate) fn key(&self) -> &Key {
        &self.0
    }
}

/// Reads a file that nobody but its owner may read.
pub(crate) fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, RootKeyError> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(RootKeyError::Missing(path.to_owned()));
        }
        other => other.map_err(failed("look at", path))?,
    };
    if found.file_type().is_symlink() {
        return Err(RootKeyError::SymbolicLink(path.to_owned()));
    }
    if !found.is_file() {
        return Err(RootKeyError::NotAFile(path.to_owned()));
    }
    let mode = found.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(RootKeyError::OpenToOthers { path: path.to_owned(), mode });
    }
    let file = File::open(path).map_err(failed("open", path))?;
    let opened = file.metadata().map_err(failed("look at", path))?;
    // What was looked at is what was opened, not a link put there in between.
    if (opened.dev(), opened.ino()) != (found.dev(), found.ino()) {
        return Err(RootKeyError::Replaced(path.to_owned()));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(TEXT_MAX as usize));
    file.take(TEXT_MAX).read_to_end(&mut text).map_err(failed("read", path))?;
    Ok(text)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RootKeyError {
    let path = path.to_owned();
    move |source| RootKeyError::Io { action, path, source }
}

fn parse(text: &[u8]) -> Option<RootKey> {
    let digits = text.trim_ascii().strip_prefix(PREFIX.as_bytes())?;
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    unhex(digits, &mut bytes)?;
    Some(RootKey(Key::new(*bytes)))
}

/// Writes a new key beside `path` and links it there: the file appears whole or not at all, and
/// never replaces one.
fn create(path: &Path, rng: &dyn Rng) -> Result<(), RootKeyError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut random = Zeroizing::new([0; KEY_LEN]);
    rng.fill(random.as_mut());
    let text = Zeroizing::new(format!("{PREFIX}{}\n", *Zeroizing::new(hex(random.as_ref()))));
    let mut name = [0; 8];
    rng.fill(&mut name);
    let draft = folder.join(format!(".root-key-{}", hex(&name)));
    let linked =
        write_private(&draft, text.as_bytes()).map_err(failed("write", &draft)).and_then(|()| {
            match fs::hard_link(&draft, path) {
                // Another process was first; its key counts.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                other => other.map_err(failed("create", path)),
            }
        });
    let removed = fs::remove_file(&draft).map_err(failed("remove the draft of", &draft));
    linked.and(removed)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("save", path))
}

/// Writes a new file that nobody but its owner may read.
pub(crate) fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path)?;
    // The process's mask may have taken a bit away.
    file.set_permissions(fs::Permissions::from_mode(0o400))?;
    file.write_all(text)?;
    file.sync_all()
}

/// The root key in a file that is created at the first start.
pub struct FileSource {
    path: PathBuf,
    rng: Arc<dyn Rng>,
}

impl FileSource {
    /// The file at this path.
    pub fn new(path: PathBuf, rng: Arc<dyn Rng>) -> Self {
        Self { path, rng }
    }
}

impl RootKeySource for FileSource {
    fn load(&self) -> Result<RootKey, RootKeyError> {
        RootKey::load_or_create(&self.path, self.rng.as_ref())
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }
}

/// The root key in an environment variable, in the form that the file has. Whoever starts the
/// process takes the variable out of it and hands its text over.
pub struct VariableSource {
    name: &'static str,
    text: Secret,
}

impl VariableSource {
    /// What the variable of this name held.
    pub fn new(name: &'static str, text: Secret) -> Self {
        Self { name, text }
    }
}

impl RootKeySource for VariableSource {
    fn load(&self) -> Result<RootKey, RootKeyError> {
        parse(self.text.expose()).ok_or_else(|| RootKeyError::Malformed(self.name.to_owned()))
    }

    fn place(&self) -> String {
        format!("variable {}", self.name)
    }

    fn warning(&self) -> Option<&'static str> {
        Some(
            "the root key came in an environment variable, which whoever starts oxpi writes down \
             somewhere; a file with mode 0400 or a systemd credential is safer",
        )
    }
}

/// The root key as a credential of the service manager: a file, in the form of the plain one, in
/// the folder that systemd names in CREDENTIALS_DIRECTORY (systemd.exec(5)). Who may read it is
/// the manager's to say.
pub struct CredentialSource {
    path: PathBuf,
}

impl CredentialSource {
    /// The credential's name.
    pub const NAME: &str = "oxpi-root-key";

    /// The credential in this folder.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join(Self::NAME) }
    }
}

impl RootKeySource for CredentialSource {
    fn load(&self) -> Result<RootKey, RootKeyError> {
        let path = &self.path;
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => RootKeyError::Missing(path.clone()),
            _ => failed("open", path)(error),
        })?;
        let mut text = Zeroizing::new(Vec::with_capacity(TEXT_MAX as usize));
        file.take(TEXT_MAX).read_to_end(&mut text).map_err(failed("read", path))?;
        parse(&text).ok_or_else(|| RootKeyError::Malformed(path.display().to_string()))
    }

    fn place(&self) -> String {
        format!("credential {}", self.path.display())
    }
}
