//! The archive a package is. Reading goes by the plain headers alone: names, lengths and kinds that
//! the format's later extensions could set differently are never looked at.

use std::io::Read;

use domain::Locale;
use tar::{Archive, Builder, EntryType, Header};

use super::PackageError;
use crate::engine::{COMPONENT_BYTES_MAX, FILE_BYTES_MAX, PluginFiles};

const LIST: &str = "FILES";
const SIGNATURE: &str = "SIGNATURE";
/// Bytes of a whole package: the largest component, the other files, their headers and padding.
const PACKAGE_BYTES_MAX: usize = 80 << 20;

/// What an archive holds.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) list: String,
    pub(super) signature: Option<String>,
    pub(super) files: PluginFiles,
}

fn form(reason: impl Into<String>) -> PackageError {
    PackageError::Form(reason.into())
}

/// A locale's file in a package.
fn locale_file(locale: Locale) -> String {
    format!("locales/{locale}.ftl")
}

/// Every file but the list and the signature, in their order.
pub(super) fn entries(files: &PluginFiles) -> Vec<(String, &[u8])> {
    let mut all = vec![
        ("plugin.toml".to_owned(), files.manifest.as_bytes()),
        ("plugin.wasm".to_owned(), files.component.as_slice()),
    ];
    all.extend(files.icon.as_deref().map(|icon| ("icon.svg".to_owned(), icon)));
    let mut locales: Vec<_> = files.locales.iter().collect();
    locales.sort_by_key(|(locale, _)| locale.tag());
    all.extend(locales.into_iter().map(|(locale, text)| (locale_file(*locale), text.as_bytes())));
    all
}

/// How long a file of this name may be; None for a name that packages don't have.
fn bytes_max(name: &str) -> Option<u64> {
    match name {
        "plugin.wasm" => Some(COMPONENT_BYTES_MAX),
        LIST | SIGNATURE | "plugin.toml" | "icon.svg" => Some(FILE_BYTES_MAX),
        _ => Locale::ALL.iter().any(|l| locale_file(*l) == name).then_some(FILE_BYTES_MAX),
    }
}

pub(super) fn check_sizes(files: &PluginFiles) -> Result<(), PackageError> {
    for (name, bytes) in entries(files) {
        if bytes_max(&name).is_none_or(|most| bytes.len() as u64 > most) {
            return Err(form(format!("{name} is too large")));
        }
    }
    Ok(())
}

pub(super) fn write(
    list: &str,
    signature: Option<String>,
    files: &PluginFiles,
) -> Result<Vec<u8>, PackageError> {
    let mut tar = Builder::new(Vec::new());
    let mut add = |name: &str, bytes: &[u8]| -> std::io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_path(name)?;
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes.len() as u64);
        // Neither times nor owners, so that the same files make the same package anywhere.
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        tar.append(&header, bytes)
    };
    let mut all = || -> std::io::Result<()> {
        add(LIST, list.as_bytes())?;
        if let Some(signature) = &signature {
            add(SIGNATURE, signature.as_bytes())?;
        }
        for (name, bytes) in entries(files) {
            add(&name, bytes)?;
        }
        Ok(())
    };
    all().and_then(|()| tar.into_inner()).map_err(|error| form(error.to_string()))
}

pub(super) fn read(bytes: &[u8]) -> Result<Parts, PackageError> {
    if bytes.len() > PACKAGE_BYTES_MAX {
        return Err(form(format!("it is larger than {} MB", PACKAGE_BYTES_MAX >> 20)));
    }
    let broken = |error: std::io::Error| form(error.to_string());
    let mut archive = Archive::new(bytes);
    let mut parts = Parts::default();
    let mut seen = Vec::new();
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let shown: String = name.chars().take(60).collect();
        if entry.header().entry_type() != EntryType::Regular {
            return Err(form(format!("{shown:?} is not a plain file")));
        }
        let Some(most) = bytes_max(&name) else {
            return Err(form(format!("{shown:?} has no place in it")));
        };
        if seen.contains(&name) {
            return Err(form(format!("{name} is there twice")));
        }
        let mut content = Vec::new();
        entry.by_ref().take(most + 1).read_to_end(&mut content).map_err(broken)?;
        if content.len() as u64 > most {
            return Err(form(format!("{name} is too large")));
        }
        keep(&mut parts, &name, content)?;
        seen.push(name);
    }
    for needed in [LIST, "plugin.toml", "plugin.wasm"] {
        if !seen.iter().any(|name| name == needed) {
            return Err(form(format!("{needed} is missing")));
        }
    }
    Ok(parts)
}

fn keep(parts: &mut Parts, name: &str, content: Vec<u8>) -> Result<(), PackageError> {
    if name == "plugin.wasm" {
        parts.files.component = content;
        return Ok(());
    }
    if name == "icon.svg" {
        parts.files.icon = Some(content);
        return Ok(());
    }
    let text = String::from_utf8(content).map_err(|_| form(format!("{name} is not UTF-8")))?;
    match name {
        LIST => parts.list = text,
        SIGNATURE => parts.signature = Some(text),
        "plugin.toml" => parts.files.manifest = text,
        _ => {
            let locale = Locale::ALL.into_iter().find(|locale| locale_file(*locale) == name);
            parts.files.locales.extend(locale.map(|locale| (locale, text)));
        }
    }
    Ok(())
}
