//! Programs from PyPI that tests need, pinned, each with an environment made once and kept beside the build.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest, Sha256};

/// The Python of an environment with what `tests/<name>/requirements.txt` lists. `OXPI_CACHE_DIR`, where
/// set, keeps it across checkouts.
pub fn environment(cache: &Path, name: &str) -> Result<PathBuf> {
    let requirements = format!("{}/{name}/requirements.txt", env!("CARGO_MANIFEST_DIR"));
    let wanted = fs::read(&requirements)?;
    let hash: String = Sha256::digest(&wanted).iter().take(6).map(|b| format!("{b:02x}")).collect();
    let kept = std::env::var_os("OXPI_CACHE_DIR").filter(|dir| !dir.is_empty());
    let folder =
        kept.map_or_else(|| cache.to_owned(), PathBuf::from).join(format!("{name}-{hash}"));
    fs::create_dir_all(&folder)?;
    // Tests run in processes of their own; one of them makes it, the others wait.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    let python = folder.join("venv/bin/python");
    if !folder.join("done").exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder.join("venv")))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        run(pip.args(["-r", &requirements])).with_context(|| {
            format!(
                "what tests/{name} lists could not be installed. This test needs python3 with venv \
                 (apt-get install python3-venv) and pip's package index, once"
            )
        })?;
        fs::write(folder.join("done"), b"")?;
    }
    Ok(python)
}

/// Runs to the end and answers what was printed; the error carries it.
pub fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    ensure!(output.status.success(), "{command:?} ended with {}\n{out}\n{err}", output.status);
    Ok(out)
}

/// The same for a command that reads this.
pub fn run_on(command: &mut Command, input: &str) -> Result<String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{command:?} ended with {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
