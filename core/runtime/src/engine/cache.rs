//! Compiled code on disk, so that a start doesn't compile. A file is named by the engine's settings
//! and the component's hash and begins with a MAC; one that doesn't verify is compiled anew.

use std::hash::{Hash, Hasher};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use domain::{Rng, Secret};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::compile::{CODE_BYTES_MAX, CompileError};

const MAC_BYTES: usize = 32;

/// The folder of compiled code.
pub(super) struct Cache {
    dir: PathBuf,
    key: Secret,
}

impl Cache {
    /// Uses this folder, made if need be, for its owner alone.
    pub(super) fn open(dir: PathBuf, key: Secret) -> std::io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
        Ok(Self { dir, key })
    }

    /// The component, from the cache or compiled now. Failing to write the cache is no failure.
    pub(super) fn load(
        &self,
        engine: &Engine,
        wasm: &[u8],
        rng: &dyn Rng,
        compile: impl FnOnce(&[u8]) -> Result<Vec<u8>, CompileError>,
    ) -> Result<Component, CompileError> {
        let name = file_name(engine, wasm);
        let path = self.dir.join(&name);
        if let Some(component) = self.read(engine, &name, &path) {
            return Ok(component);
        }
        let code = compile(wasm)?;
        let component = deserialize(engine, &code)
            .map_err(|error| CompileError::Invalid(format!("its code doesn't load: {error:#}")))?;
        if let Err(error) = self.write(&name, &path, &code, rng) {
            tracing::warn!(%error, "compiled plugin code was not kept");
        }
        Ok(component)
    }

    fn read(&self, engine: &Engine, name: &str, path: &Path) -> Option<Component> {
        let size = std::fs::metadata(path).ok()?.len();
        if size > (MAC_BYTES + CODE_BYTES_MAX) as u64 {
            tracing::warn!(file = name, size, "compiled plugin code is larger than any we wrote");
            return None;
        }
        let file = std::fs::read(path).ok()?;
        let (mac, code) = file.split_at_checked(MAC_BYTES)?;
        if self.mac(name, code)?.verify_slice(mac).is_err() {
            tracing::warn!(
                file = name,
                "compiled plugin code was changed by somebody; compiling anew"
            );
            return None;
        }
        deserialize(engine, code)
            .inspect_err(|error| tracing::warn!(%error, "compiled plugin code doesn't load"))
            .ok()
    }

    fn write(&self, name: &str, path: &Path, code: &[u8], rng: &dyn Rng) -> std::io::Result<()> {
        let mac = self.mac(name, code).ok_or(std::io::ErrorKind::InvalidInput)?;
        let mut random = [0u8; 8];
        rng.fill(&mut random);
        let draft = self.dir.join(format!("{}.draft", u64::from_le_bytes(random)));
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        let written = file
            .write_all(&mac.finalize().into_bytes())
            .and_then(|()| file.write_all(code))
            .and_then(|()| std::fs::rename(&draft, path));
        if written.is_err() {
            let _ = std::fs::remove_file(&draft);
        }
        written
    }

    /// The MAC covers the name too, so that one plugin's code can't be put in another's place.
    fn mac(&self, name: &str, code: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose()).ok()?;
        mac.update(&(name.len() as u64).to_le_bytes());
        mac.update(name.as_bytes());
        mac.update(code);
        Some(mac)
    }
}

#[allow(unsafe_code, reason = "native code is loaded from bytes; see SAFETY")]
fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the bytes are what wasmtime's own compiler made of a component, in one of two ways.
    // Either this process just got them from its compiler, which is a part of this program, run here
    // or as a child whose pipe nobody else holds. Or they come from a file whose MAC the caller
    // verified, made with a key that never leaves this process, over them and over the name, which
    // holds the engine's settings and the component's hash. They are a copy in memory that nobody
    // changes afterwards. wasmtime itself checks its version and the settings once more.
    unsafe { Component::deserialize(engine, code) }
}

fn file_name(engine: &Engine, wasm: &[u8]) -> String {
    let mut settings = Digester(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut settings);
    let mut all = Sha256::new();
    all.update(settings.0.finalize());
    all.update(Sha256::digest(wasm));
    format!("{}.code", super::hex(&all.finalize()))
}

/// Lets `Hash` feed SHA-256: the standard hasher may differ between builds.
struct Digester(Sha256);

impl Hasher for Digester {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0 // Nobody asks; the digest is read whole.
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;

    const EMPTY: &str = "(component)";

    fn cache(dir: &Path, key: u8) -> Cache {
        Cache::open(dir.to_owned(), Secret::new(vec![key; 32])).unwrap()
    }

    fn load(cache: &Cache, engine: &Engine, wasm: &[u8]) {
        let compile = |wasm: &[u8]| crate::compile::compile_here(engine, wasm);
        cache.load(engine, wasm, &SeededRng::new(1), compile).unwrap();
    }

    fn only_file(dir: &Path) -> PathBuf {
        let files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|f| f.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        files[0].clone()
    }

    #[test]
    fn code_is_kept_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let wasm = wat::parse_str(EMPTY).unwrap();
        load(&cache(dir.path(), 1), &engine, &wasm);
        let name = file_name(&engine, &wasm);
        let path = only_file(dir.path());
        assert!(cache(dir.path(), 1).read(&engine, &name, &path).is_some());
        assert!(cache(dir.path(), 2).read(&engine, &name, &path).is_none(), "another key");
        assert!(cache(dir.path(), 1).read(&engine, "other.code", &path).is_none(), "another name");
    }

    #[test]
    fn changed_code_is_never_loaded_and_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let wasm = wat::parse_str(EMPTY).unwrap();
        let cache = cache(dir.path(), 1);
        load(&cache, &engine, &wasm);
        let (name, path) = (file_name(&engine, &wasm), only_file(dir.path()));
        let good = std::fs::read(&path).unwrap();
        for at in [0, MAC_BYTES - 1, MAC_BYTES, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            std::fs::write(&path, &bad).unwrap();
            assert!(cache.read(&engine, &name, &path).is_none(), "byte {at}");
        }
        for short in [0, 1, MAC_BYTES, good.len() - 1] {
            std::fs::write(&path, &good[..short]).unwrap();
            assert!(cache.read(&engine, &name, &path).is_none(), "{short} bytes");
        }
        load(&cache, &engine, &wasm);
        assert!(cache.read(&engine, &name, &path).is_some());
    }
}
