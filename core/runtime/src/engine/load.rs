//! From a package to a plugin that can be called.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use domain::text::Catalogue;
use domain::{Locale, PluginId};
use sha2::{Digest, Sha256};
use wasmtime::component::InstancePre;

use super::state::State;
use super::{Engine, gate, hex, invoke};
use crate::compile::compile_here;
use crate::error::LoadError;
use crate::manifest::Manifest;
use crate::plain;

/// Bytes of a component; the largest language runtime we know is 12 MB.
pub(crate) const COMPONENT_BYTES_MAX: u64 = 64 << 20;
/// Bytes of any other file.
pub(crate) const FILE_BYTES_MAX: u64 = 512 << 10;

/// An optional interface that a plugin offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Export {
    /// `lifecycle`
    Lifecycle,
    /// `job-handler`
    JobHandler,
    /// `webhook-handler`
    WebhookHandler,
    /// `event-handler`
    EventHandler,
    /// `view-provider`
    ViewProvider,
    /// `account-checker`
    AccountChecker,
    /// `connection-checker`
    ConnectionChecker,
    /// `calendar-provider`
    CalendarProvider,
}

/// A plugin's package in memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PluginFiles {
    /// `plugin.toml`
    pub manifest: String,
    /// `plugin.wasm`
    pub component: Vec<u8>,
    /// `icon.svg`, where the manifest names one.
    pub icon: Option<Vec<u8>>,
    /// `locales/<tag>.ftl`
    pub locales: Vec<(Locale, String)>,
}

/// A loaded plugin. Cheap to clone.
#[derive(Clone)]
pub struct Plugin(Arc<Loaded>);

struct Loaded {
    manifest: Manifest,
    texts: Catalogue,
    icon: Option<Vec<u8>>,
    exports: BTreeSet<Export>,
    hash: String,
    pre: InstancePre<State>,
    indices: invoke::Indices,
}

impl Plugin {
    /// Its name everywhere.
    pub fn id(&self) -> &PluginId {
        &self.0.manifest.plugin.id
    }

    /// What it is and asks for.
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// Its texts in each language.
    pub fn texts(&self) -> &Catalogue {
        &self.0.texts
    }

    /// Its icon's bytes.
    pub fn icon(&self) -> Option<&[u8]> {
        self.0.icon.as_deref()
    }

    /// The optional interfaces it offers.
    pub fn exports(&self) -> &BTreeSet<Export> {
        &self.0.exports
    }

    /// Hex SHA-256 of the whole package.
    pub fn hash(&self) -> &str {
        &self.0.hash
    }

    pub(super) fn pre(&self) -> &InstancePre<State> {
        &self.0.pre
    }

    pub(super) fn indices(&self) -> &invoke::Indices {
        &self.0.indices
    }
}

impl PluginFiles {
    /// Reads a package's folder.
    pub fn read(dir: &Path) -> Result<Self, LoadError> {
        let manifest = text(dir, "plugin.toml")?;
        let component = bytes(dir, "plugin.wasm", COMPONENT_BYTES_MAX)?;
        let icon_path = dir.join("icon.svg");
        let icon =
            icon_path.exists().then(|| bytes(dir, "icon.svg", FILE_BYTES_MAX)).transpose()?;
        let mut locales = Vec::new();
        for locale in Locale::ALL {
            let file = format!("locales/{locale}.ftl");
            if dir.join(&file).exists() {
                locales.push((locale, text(dir, &file)?));
            }
        }
        Ok(Self { manifest, component, icon, locales })
    }

    /// Hex SHA-256 over every file with its name and length, so that no two packages share one.
    pub fn hash(&self) -> String {
        let mut all = Sha256::new();
        let mut add = |name: &str, bytes: &[u8]| {
            all.update((name.len() as u64).to_le_bytes());
            all.update(name);
            all.update((bytes.len() as u64).to_le_bytes());
            all.update(bytes);
        };
        add("plugin.toml", self.manifest.as_bytes());
        add("plugin.wasm", &self.component);
        add("icon.svg", self.icon.as_deref().unwrap_or_default());
        let mut locales: Vec<_> = self.locales.iter().collect();
        locales.sort_by_key(|(locale, _)| locale.tag());
        for (locale, texts) in locales {
            add(locale.tag(), texts.as_bytes());
        }
        hex(&all.finalize())
    }
}

fn bytes(dir: &Path, name: &str, bytes_max: u64) -> Result<Vec<u8>, LoadError> {
    let wrong = |reason: String| LoadError::File { file: name.to_owned(), reason };
    let path = dir.join(name);
    let about = std::fs::metadata(&path).map_err(|error| wrong(error.to_string()))?;
    if !about.is_file() || about.len() > bytes_max {
        return Err(wrong(format!("must be a file of at most {bytes_max} bytes")));
    }
    std::fs::read(&path).map_err(|error| wrong(error.to_string()))
}

fn text(dir: &Path, name: &str) -> Result<String, LoadError> {
    String::from_utf8(bytes(dir, name, FILE_BYTES_MAX)?)
        .map_err(|_| LoadError::File { file: name.to_owned(), reason: "is not UTF-8".to_owned() })
}

impl Engine {
    /// Reads a package's folder and loads it. Compiling may take a second, a minute at the most: call
    /// from a thread that may block.
    pub fn load(&self, dir: &Path) -> Result<Plugin, LoadError> {
        self.load_files(PluginFiles::read(dir)?)
    }

    /// Loads a package that is in memory; blocks as [`Engine::load`] does.
    pub fn load_files(&self, files: PluginFiles) -> Result<Plugin, LoadError> {
        if files.component.len() as u64 > COMPONENT_BYTES_MAX {
            let reason = format!("must be a file of at most {COMPONENT_BYTES_MAX} bytes");
            return Err(LoadError::File { file: "plugin.wasm".to_owned(), reason });
        }
        let hash = files.hash();
        let manifest = Manifest::parse(&files.manifest)?;
        if manifest.plugin.icon.is_some() && files.icon.is_none() {
            let reason = "the manifest names it, but it is not there".to_owned();
            return Err(LoadError::File { file: "icon.svg".to_owned(), reason });
        }
        let texts = catalogue(&files.locales)?;
        let inner = &self.0;
        let compile = |wasm: &[u8]| match &inner.compiler {
            Some(compiler) => compiler.compile(wasm),
            None => compile_here(&inner.engine, wasm),
        };
        let rng = inner.world.rng.as_ref();
        let component = inner.cache.load(&inner.engine, &files.component, rng, compile)?;
        let exports = gate::check(&inner.engine, &component).map_err(LoadError::Gate)?;
        gate::check_promises(&manifest, &exports).map_err(LoadError::Gate)?;
        let pre = inner.linker.instantiate_pre(&component).map_err(|error| {
            LoadError::Gate(format!(
                "what it needs has another shape than the contract's: {error:#}"
            ))
        })?;
        let indices = invoke::Indices::of(&pre, &exports).map_err(LoadError::Gate)?;
        let icon = files.icon;
        Ok(Plugin(Arc::new(Loaded { manifest, texts, icon, exports, hash, pre, indices })))
    }
}

fn catalogue(locales: &[(Locale, String)]) -> Result<Catalogue, LoadError> {
    let mut texts = Catalogue::default();
    for (locale, source) in locales {
        if let Some(line) = plain::line_of_deceit(source) {
            return Err(LoadError::File {
                file: format!("locales/{locale}.ftl"),
                reason: format!("line {line} has a character that controls or turns text round"),
            });
        }
        texts.add(*locale, source).map_err(|error| LoadError::File {
            file: format!("locales/{locale}.ftl"),
            reason: error.to_string(),
        })?;
    }
    Ok(texts)
}
