//! `[themes]`: where themes besides those of the program are.

use std::path::PathBuf;

use serde::Deserialize;

use super::data::Data;

/// The section.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Themes {
    /// Folders that hold a folder for each theme; empty for the usual ones.
    pub dirs: Vec<PathBuf>,
}

impl Themes {
    /// The folders to look in.
    pub fn folders(&self, data: &Data) -> Vec<PathBuf> {
        if !self.dirs.is_empty() {
            return self.dirs.clone();
        }
        let exe = std::env::current_exe().ok();
        let beside = exe.and_then(|exe| Some(exe.parent()?.join("themes")));
        std::iter::once(data.themes()).chain(beside).collect()
    }
}
