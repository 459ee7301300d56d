//! Pages of a server that has no root key yet.

use serde::Serialize;

use super::{Errors, pages};

pages! {
    Unseal => "pages/sealed/unseal.html",
    Sealed => "pages/sealed/sealed.html",
}

/// Asks for the passphrase.
#[derive(Debug, Clone, Serialize)]
pub struct Unseal {
    /// Why it failed.
    pub errors: Errors,
    /// Minutes until another try makes sense, after too many.
    pub wait_minutes: Option<u64>,
}

/// What is shown in the place of every other page.
#[derive(Debug, Clone, Serialize)]
pub struct Sealed {
    /// Whether the passphrase was given and the workspace is being opened.
    pub opening: bool,
}
