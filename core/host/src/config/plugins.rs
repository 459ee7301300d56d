//! `[plugins]`: where plugins are and how many of their calls run.

use std::path::PathBuf;

use serde::Deserialize;

use super::data::Data;

/// The section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugins {
    /// Folders of packages; empty for the usual ones.
    pub dirs: Vec<PathBuf>,
    /// Calls that run at once.
    pub calls: u32,
    /// Calls of one business and plugin that run at once.
    pub calls_per_tenant: u32,
    /// Calls that may wait.
    pub queue: u32,
    /// Seconds that compiling one may take.
    pub compile_secs: u64,
    /// Mebibytes of address space that compiling one may take.
    pub compile_memory_mib: u32,
}

impl Default for Plugins {
    fn default() -> Self {
        Self {
            dirs: Vec::new(),
            calls: 64,
            calls_per_tenant: 16,
            queue: 256,
            compile_secs: 60,
            compile_memory_mib: 2048,
        }
    }
}

impl Plugins {
    /// The folders to look in; of two packages of one plugin the higher version counts.
    pub fn folders(&self, data: &Data) -> Vec<PathBuf> {
        if !self.dirs.is_empty() {
            return self.dirs.clone();
        }
        let exe = std::env::current_exe().ok();
        let beside = exe.and_then(|exe| Some(exe.parent()?.join("plugins")));
        std::iter::once(data.plugins()).chain(beside).collect()
    }
}
