//! A Python environment with Google's own clients, made once and kept beside the build.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/requirements.txt");

/// The environment's folder. `OXPI_CACHE_DIR`, where set, keeps it across checkouts.
pub fn ready() -> Result<PathBuf> {
    let wanted = fs::read(REQUIREMENTS)?;
    let name: String = Sha256::digest(&wanted).iter().take(6).map(|b| format!("{b:02x}")).collect();
    let cache = std::env::var_os("OXPI_CACHE_DIR").filter(|dir| !dir.is_empty());
    let cache = cache.map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let folder = cache.join(format!("google-python-{name}"));
    fs::create_dir_all(&folder)?;
    // Tests run in processes of their own; one of them makes it, the others wait.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    let done = folder.join("done");
    if !done.exists() {
        make(&folder).context(
            "Google's Python client could not be installed. This test needs python3 with venv \
             (apt-get install python3-venv) and pip's package index, once",
        )?;
        fs::write(done, b"")?;
    }
    Ok(folder)
}

fn make(folder: &Path) -> Result<()> {
    let venv = folder.join("venv");
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "-r",
    ]);
    run(pip.arg(REQUIREMENTS))
}

/// Runs to the end; the error carries what was printed.
pub fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure!(
        output.status.success(),
        "{command:?} ended with {}\n{}\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    Ok(())
}

/// The environment's Python.
pub fn python(folder: &Path) -> PathBuf {
    folder.join("venv/bin/python")
}
