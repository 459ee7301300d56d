//! The files of a theme: those of its own folder, over those of the theme it builds on.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use rust_embed::RustEmbed;

use super::BadTheme;

/// The folders of a theme that are looked into; a README or a licence may lie beside them.
const PLACES: [&str; 6] = ["assets", "components", "layouts", "locales", "mail", "pages"];
/// What a folder may hold, in files and in bytes, and how deep.
const FILES_MAX: usize = 1_000;
const FILE_BYTES_MAX: u64 = 4 << 20;
const ALL_BYTES_MAX: u64 = 32 << 20;
const DEPTH_MAX: usize = 6;

type Layer = BTreeMap<String, Cow<'static, [u8]>>;

/// Files by their path in the theme's folder, with `/` between the parts.
#[derive(Clone)]
pub struct Files {
    /// The lowest first.
    layers: Vec<Arc<Layer>>,
}

impl Files {
    /// What the binary carries.
    pub fn embedded<E: RustEmbed>() -> Self {
        let file = |name: Cow<'static, str>| Some((name.to_string(), E::get(&name)?.data));
        Self { layers: vec![Arc::new(E::iter().filter_map(file).collect())] }
    }

    /// What a folder holds. Nothing outside of it is read: a link in it is refused, wherever it leads.
    pub fn in_folder(folder: &Path) -> Result<Self, BadTheme> {
        let mut reading = Reading { layer: Layer::new(), bytes: 0 };
        for place in PLACES {
            let inside = folder.join(place);
            match fs::symlink_metadata(&inside) {
                Ok(about) if about.is_dir() => reading.read(&inside, place, 1)?,
                Ok(_) => return Err(BadTheme::new(place, "is no folder")),
                Err(_) => {}
            }
        }
        Ok(Self { layers: vec![Arc::new(reading.layer)] })
    }

    /// These over those of the theme that they build on.
    #[must_use]
    pub fn over(self, base: &Self) -> Self {
        let layers = base.layers.iter().cloned().chain(self.layers);
        Self { layers: layers.collect() }
    }

    /// A file: the uppermost of its name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.layers.iter().rev().find_map(|layer| layer.get(name)).map(|data| &**data)
    }

    /// The names of all files, sorted.
    pub fn names(&self) -> BTreeSet<&str> {
        self.layers.iter().flat_map(|layer| layer.keys()).map(String::as_str).collect()
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> Result<&str, BadTheme> {
        let data = self.get(name).ok_or_else(|| BadTheme::new(name, "missing"))?;
        std::str::from_utf8(data).map_err(|error| BadTheme::new(name, error))
    }

    /// The texts of each layer's files that end so, the lowest layer first.
    pub fn texts_by_layer(&self, end: &str) -> Result<Vec<Vec<(&str, &str)>>, BadTheme> {
        let mut all = Vec::new();
        for layer in &self.layers {
            let mut texts = Vec::new();
            for (name, data) in layer.iter().filter(|(name, _)| name.ends_with(end)) {
                let text = std::str::from_utf8(data).map_err(|error| BadTheme::new(name, error))?;
                texts.push((name.as_str(), text));
            }
            all.push(texts);
        }
        Ok(all)
    }

    /// Whether the uppermost folder itself has the file.
    pub fn is_own(&self, name: &str) -> bool {
        self.layers.last().is_some_and(|layer| layer.contains_key(name))
    }

    /// The texts of the uppermost folder's own files that end so.
    pub fn own_texts(&self, end: &str) -> impl Iterator<Item = &str> {
        let own = self.layers.last().into_iter().flat_map(|layer| layer.iter());
        let named = own.filter(move |(name, _)| name.ends_with(end));
        named.filter_map(|(_, data)| std::str::from_utf8(data).ok())
    }
}

struct Reading {
    layer: Layer,
    bytes: u64,
}

impl Reading {
    fn read(&mut self, folder: &Path, inside: &str, depth: usize) -> Result<(), BadTheme> {
        let bad = |why: &dyn std::fmt::Display| BadTheme::new(inside, why);
        if depth > DEPTH_MAX {
            return Err(bad(&"is too deep"));
        }
        for entry in fs::read_dir(folder).map_err(|error| bad(&error))? {
            let entry = entry.map_err(|error| bad(&error))?;
            let name = entry.file_name().into_string();
            let name = name.map_err(|_| bad(&"holds a name that is no text"))?;
            if name.starts_with('.') {
                continue;
            }
            let name = format!("{inside}/{name}");
            let kind = entry.file_type().map_err(|error| BadTheme::new(&name, error))?;
            if kind.is_dir() {
                self.read(&entry.path(), &name, depth + 1)?;
            } else if kind.is_file() {
                self.take(&entry.path(), name)?;
            } else {
                return Err(BadTheme::new(&name, "is a link, or no file"));
            }
        }
        Ok(())
    }

    fn take(&mut self, path: &Path, name: String) -> Result<(), BadTheme> {
        let bad = |why: &dyn std::fmt::Display| BadTheme::new(&name, why);
        let file = fs::File::open(path).map_err(|error| bad(&error))?;
        let mut data = Vec::new();
        // One more than may be, so that too large a file is seen to be.
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut data).map_err(|error| bad(&error))?;
        let size = u64::try_from(data.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(size);
        if size > FILE_BYTES_MAX || self.bytes > ALL_BYTES_MAX || self.layer.len() >= FILES_MAX {
            return Err(bad(&"is more than a theme may hold"));
        }
        self.layer.insert(name, Cow::Owned(data));
        Ok(())
    }
}
