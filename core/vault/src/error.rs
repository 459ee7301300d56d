//! What can go wrong. No variant carries a secret, and none says more about a refused seal than
//! that it was refused.

use std::io;
use std::path::PathBuf;

use crate::manifest::Finding;

/// Why something could not be sealed, opened or hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Bytes that can't be an envelope or a wrapped key, such as cut ones.
    #[error("not a valid {0}: the bytes are cut or have something added")]
    Malformed(&'static str),
    /// A format that this version does not know.
    #[error("the {what} has format {format}, which this version does not know")]
    UnknownFormat {
        /// What was read.
        what: &'static str,
        /// The format it claims.
        format: u8,
    },
    /// The envelope names another data key than the one given.
    #[error("sealed with data key {sealed_with}, but data key {given} was given")]
    OtherKey {
        /// The data key the envelope names.
        sealed_with: u32,
        /// The data key that was given.
        given: u32,
    },
    /// The seal does not fit this key and this label: altered, moved, or another root key.
    #[error("the seal does not fit this key and label")]
    Refused,
    /// This root key is not the one this installation's data was sealed with.
    #[error("this is not the root key that this installation's data was sealed with")]
    WrongRootKey,
    /// What is stored is not what was stored last.
    #[error("the stored secrets were changed from outside: {}", .0.as_str())]
    Tampered(Finding),
    /// A text too long to be part of a label.
    #[error("a part of the label is longer than {max} bytes")]
    LabelTooLong {
        /// The longest a part may be.
        max: usize,
    },
    /// The cryptographic library did not start, or had no memory.
    #[error("the cryptographic library failed: {0}")]
    Library(&'static str),
}

/// Why there is no root key.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// There is no file.
    #[error("no root key at {0}")]
    Missing(PathBuf),
    /// The path is a symbolic link, which somebody else may point elsewhere.
    #[error("the root key {0} is a symbolic link; put the file itself there")]
    SymbolicLink(PathBuf),
    /// The path is a folder, a device or a socket.
    #[error("the root key {0} is not a plain file")]
    NotAFile(PathBuf),
    /// Others than the owner may read or write the file.
    #[error("the root key {path} is open to others (mode {mode:04o}); run: chmod 0400 {path}")]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file changed while it was being opened.
    #[error("the root key {0} was replaced while it was being opened")]
    Replaced(PathBuf),
    /// What was read is not a root key.
    #[error("{0} does not hold a root key (64 hexadecimal digits after `oxpi-root-key-1:`)")]
    Malformed(String),
    /// The operating system refused.
    #[error("cannot {action} the root key {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}
