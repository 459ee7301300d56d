//! Pictures within pages.

use serde::Serialize;

/// A picture.
#[derive(Debug, Clone, Serialize)]
pub struct PictureRow {
    /// What it shows, in words.
    pub alt: String,
    /// It itself, as an address that holds it; empty where it can't be shown.
    pub src: String,
}
