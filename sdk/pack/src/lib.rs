//! Turns a compiled plugin into a component and lays out its package.
//!
//! A package is a folder named after the plugin: `plugin.toml`, `plugin.wasm`, `icon.svg` and
//! `locales/`. The component is made without any adapter: a module that asks for WASI is refused.

mod component;
mod manifest;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

pub use component::{Component, encode, inspect};

const ICON_BYTES_MAX: u64 = 64 * 1024;

/// A package that was laid out.
#[derive(Debug)]
pub struct Package {
    /// Its folder.
    pub folder: PathBuf,
    /// What its component imports and exports.
    pub component: Component,
    /// The component's size.
    pub wasm_bytes: usize,
}

/// Lays out the package of the plugin in `source` (where `plugin.toml` is), compiled to the module
/// `core_wasm`, as a folder in `out`; one that was there is replaced as a whole.
pub fn pack(source: &Path, core_wasm: &Path, out: &Path) -> Result<Package> {
    let module = read(core_wasm)?;
    let wasm = encode(&module).with_context(|| format!("{}", core_wasm.display()))?;
    let component = inspect(&wasm)?;
    let path = source.join("plugin.toml");
    let manifest = manifest::parse(&fs::read_to_string(&path).with_context(|| shown(&path))?)
        .with_context(|| shown(&path))?;
    manifest.check(&component).with_context(|| shown(&path))?;

    let folder = out.join(&manifest.id);
    let fresh = out.join(format!(".{}.new", manifest.id));
    remove(&fresh)?;
    fs::create_dir_all(fresh.join("locales")).with_context(|| shown(&fresh))?;
    fs::copy(&path, fresh.join("plugin.toml"))?;
    fs::write(fresh.join("plugin.wasm"), &wasm)?;
    copy_icon(&source.join(&manifest.icon), &fresh.join("icon.svg"))?;
    copy_locales(&source.join("locales"), &fresh.join("locales"))?;
    remove(&folder)?;
    fs::rename(&fresh, &folder).with_context(|| shown(&folder))?;
    Ok(Package { folder, component, wasm_bytes: wasm.len() })
}

fn copy_icon(from: &Path, to: &Path) -> Result<()> {
    let size = fs::metadata(from).with_context(|| shown(from))?.len();
    ensure!(size <= ICON_BYTES_MAX, "{}: larger than {ICON_BYTES_MAX} bytes", from.display());
    let text = fs::read_to_string(from).with_context(|| shown(from))?;
    // The host shows icons as images, where scripts don't run; still nobody needs one.
    let plain = text.contains("<svg") && !text.to_ascii_lowercase().contains("<script");
    ensure!(plain, "{}: not a plain SVG image", from.display());
    fs::write(to, text).with_context(|| shown(to))
}

fn copy_locales(from: &Path, to: &Path) -> Result<()> {
    let mut has_english = false;
    for entry in fs::read_dir(from).with_context(|| shown(from))? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.ends_with(".ftl") {
            has_english |= name == "en.ftl";
            fs::copy(&path, to.join(name)).with_context(|| shown(&path))?;
        }
    }
    if !has_english {
        bail!("{}: en.ftl is missing; every other language falls back to it", from.display());
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| shown(folder))
        }
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| shown(path))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest component: it imports and exports nothing.
    const EMPTY: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

    struct Source {
        _root: tempfile::TempDir,
        crate_dir: PathBuf,
        wasm: PathBuf,
        out: PathBuf,
    }

    fn source(icon: &str, manifest: &str) -> Result<Source> {
        let root = tempfile::tempdir()?;
        let crate_dir = root.path().join("crate");
        fs::create_dir_all(crate_dir.join("locales"))?;
        fs::write(crate_dir.join("plugin.toml"), manifest)?;
        fs::write(crate_dir.join("icon.svg"), icon)?;
        fs::write(crate_dir.join("locales/en.ftl"), "plugin-name = Empty")?;
        let wasm = root.path().join("core.wasm");
        fs::write(&wasm, EMPTY)?;
        let out = root.path().join("out");
        Ok(Source { _root: root, crate_dir, wasm, out })
    }

    #[test]
    fn a_package_is_replaced_as_a_whole() -> Result<()> {
        let source = source("<svg/>", "[plugin]\nid = \"empty-one\"")?;
        let first = pack(&source.crate_dir, &source.wasm, &source.out)?;
        fs::write(first.folder.join("left-over"), "")?;
        let second = pack(&source.crate_dir, &source.wasm, &source.out)?;
        let mut names: Vec<_> = fs::read_dir(&second.folder)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<_>>()?;
        names.sort();
        assert_eq!(names, ["icon.svg", "locales", "plugin.toml", "plugin.wasm"]);
        assert!(second.folder.join("locales/en.ftl").is_file());
        assert_eq!(fs::read_dir(&source.out)?.count(), 1);
        Ok(())
    }

    #[test]
    fn an_icon_with_a_script_is_refused() -> Result<()> {
        let source = source("<svg><SCRIPT/></svg>", "[plugin]\nid = \"empty-one\"")?;
        assert!(pack(&source.crate_dir, &source.wasm, &source.out).is_err());
        Ok(())
    }

    #[test]
    fn what_is_no_plugin_is_refused() {
        assert!(encode(b"not wasm").is_err());
        let plain_module = [0, b'a', b's', b'm', 1, 0, 0, 0];
        assert!(encode(&plain_module).is_err());
    }
}
