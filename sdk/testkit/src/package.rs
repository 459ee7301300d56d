//! Finds the package of a plugin, or compiles and packs it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

const WASM: &str = "wasm32-unknown-unknown";

/// The package folder of the plugin whose crate is in `crate_dir`.
///
/// It is taken from the folder that `OXPI_PLUGINS_DIR` (or `OXPI_TEST_PLUGINS`) names, when it is there:
/// whoever set the variable packed it. Otherwise the crate is compiled and packed into the target folder,
/// which takes a minute the first time and a second when nothing has changed.
pub fn package_of(crate_dir: &Path) -> Result<PathBuf> {
    let (name, id) = names(crate_dir)?;
    for variable in ["OXPI_PLUGINS_DIR", "OXPI_TEST_PLUGINS"] {
        let package = std::env::var_os(variable).map(|dir| PathBuf::from(dir).join(&id));
        if let Some(package) = package.filter(|package| package.join("plugin.wasm").is_file()) {
            return Ok(package);
        }
    }
    let target = target_dir()?;
    // Tests run in several processes at once; one of them builds, the others wait.
    let lock = File::create(target.join("testkit.lock")).context("the target folder")?;
    lock.lock().context("the target folder's lock")?;
    let module = compile(crate_dir, &name, &target.join("plugins"))?;
    let packages = target.join("testkit");
    let packed = packages.join(&id);
    if is_older(&packed.join("plugin.wasm"), &module)
        || is_older(&packed.join("plugin.wasm"), &crate_dir.join("plugin.toml"))
        || newest_locale_is_newer(&packed, crate_dir)
    {
        oxpi_pack::pack(crate_dir, &module, &packages)?;
    }
    Ok(packed)
}

/// The crate's name and the plugin's id.
fn names(crate_dir: &Path) -> Result<(String, String)> {
    let read = |file: &str, section: &str, key: &str| -> Result<String> {
        let path = crate_dir.join(file);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let table: toml::Table = text.parse().with_context(|| path.display().to_string())?;
        let value = table.get(section).and_then(|section| section.get(key)?.as_str());
        value.map(str::to_owned).with_context(|| format!("{}: [{section}] {key}", path.display()))
    };
    Ok((read("Cargo.toml", "package", "name")?, read("plugin.toml", "plugin", "id")?))
}

fn compile(crate_dir: &Path, name: &str, target: &Path) -> Result<PathBuf> {
    let output = compiler(target)
        .current_dir(crate_dir)
        .args(["build", "--quiet", "--lib", "--profile", "plugin", "--target", WASM])
        .args(["--package", name, "--target-dir"])
        .arg(target)
        // What the test's own build was told must not change the plugin's.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .context("cargo does not start")?;
    if !output.status.success() {
        bail!(
            "{name} does not compile for {WASM} (missing? `rustup target add {WASM}`, or pack it \
             elsewhere and set OXPI_PLUGINS_DIR):\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(target.join(WASM).join("plugin").join(format!("{}.wasm", name.replace('-', "_"))))
}

/// Cargo as setup found it fit for plugins: rustup's, or Debian's, which builds the standard library.
fn compiler(target: &Path) -> Command {
    let way = fs::read_to_string(target.join("toolchain")).unwrap_or_default();
    if way.trim() == "debian" {
        let mut cargo = Command::new("/usr/bin/cargo");
        cargo
            .env("RUSTC", "/usr/bin/rustc")
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
        return cargo;
    }
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The target folder that this test was built into: cargo puts tests at `<target>/<profile>/deps/`.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let deps = test.ancestors().find(|folder| folder.ends_with("deps"));
    let target = deps.and_then(Path::parent).and_then(Path::parent);
    target.map(Path::to_owned).context("the test was not built by cargo")
}

fn is_older(file: &Path, than: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    match (time(file), time(than)) {
        (Ok(file), Ok(than)) => file < than,
        _ => true,
    }
}

fn newest_locale_is_newer(packed: &Path, crate_dir: &Path) -> bool {
    let Ok(entries) = fs::read_dir(crate_dir.join("locales")) else { return true };
    let wasm = packed.join("plugin.wasm");
    entries.flatten().any(|entry| is_older(&wasm, &entry.path()))
        || is_older(&wasm, &crate_dir.join("icon.svg"))
}
