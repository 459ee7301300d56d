//! `oxpi plugin`

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use domain::Locale;
use runtime::manifest::Manifest;
use runtime::{Engine, Plugin};
use vault::Vault;

use crate::cli::Plugin as Command;
use crate::config::Config;
use crate::house::{self, Bench};
use crate::packages::{self, Found};

/// Runs one of the plugin commands.
pub fn run(config: &Config, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => Ok(list(config)),
        Command::Check { dir } => {
            let plugin = load(&bench(config)?.engine, dir)?;
            describe(&plugin);
            Ok(ExitCode::SUCCESS)
        }
        Command::Install { dir } => install(config, dir),
    }
}

fn bench(config: &Config) -> anyhow::Result<Bench> {
    let vault = house::present_root_key(config).map(Vault::new);
    Bench::new(config, vault.as_ref())
}

fn load(engine: &Engine, dir: &Path) -> anyhow::Result<Plugin> {
    engine.load(dir).with_context(|| format!("{} is no plugin package", dir.display()))
}

fn list(config: &Config) -> ExitCode {
    let folders = config.plugins.folders(&config.data);
    let found: Vec<Found> = folders.iter().flat_map(|folder| packages::find(folder)).collect();
    for package in &found {
        match &package.manifest {
            Ok(manifest) => {
                let about = &manifest.plugin;
                println!("{} {}  {}", about.id, about.version, package.dir.display());
            }
            Err(error) => println!("(broken)  {}: {error}", package.dir.display()),
        }
    }
    if found.is_empty() {
        println!("No plugins. Looked in:");
        folders.iter().for_each(|folder| println!("  {}", folder.display()));
    }
    let broken = found.iter().any(|package| package.manifest.is_err());
    if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn describe(plugin: &Plugin) {
    let about = &plugin.manifest().plugin;
    let text = |key: &str| plugin.texts().text(Locale::En, key, &[]);
    println!("{} {} by {}", about.id, about.version, about.publisher);
    println!("{}: {}", text(&about.name), text(&about.description));
    println!("made for ABI {}, package {}", about.abi, plugin.hash());
    println!("asks for:");
    for ask in plugin.manifest().asks() {
        let reason = ask.reason.as_deref().map(text).unwrap_or_default();
        println!("  {}  {reason}", ask.id);
    }
}

fn install(config: &Config, dir: &Path) -> anyhow::Result<ExitCode> {
    let bench = bench(config)?;
    let plugin = load(&bench.engine, dir)?;
    let about = &plugin.manifest().plugin;
    let place = config.data.plugins().join(about.id.as_str());
    if place.join("plugin.toml").is_file() {
        let before = load(&bench.engine, &place);
        let before = before.as_ref().map(|p| (p.manifest(), p.hash()));
        if let Ok(before) = before {
            permit(before, (plugin.manifest(), plugin.hash()))?;
        }
    }
    house::prepare_folder(&config.data.dir)?;
    packages::copy(dir, &place)?;
    println!("{} {} is installed in {}.", about.id, about.version, place.display());
    println!("It is loaded when oxpi starts next; each business turns it on for itself.");
    Ok(ExitCode::SUCCESS)
}

/// Whether a package may take the place of another of its id.
fn permit(before: (&Manifest, &str), after: (&Manifest, &str)) -> anyhow::Result<()> {
    let ((old, old_hash), (new, new_hash)) =
        ((&before.0.plugin, before.1), (&after.0.plugin, after.1));
    if old.publisher != new.publisher {
        bail!(
            "{} is installed from {:?}; this one is from {:?}. Remove the other first, if that is \
             meant",
            old.id,
            old.publisher,
            new.publisher
        );
    }
    if new.version < old.version {
        bail!("{} {} is installed, which is newer than {}", old.id, old.version, new.version);
    }
    if new.version == old.version && new_hash != old_hash {
        bail!(
            "{} {} is installed with other contents; a changed package needs a new version",
            old.id,
            old.version
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(version: &str, publisher: &str) -> Manifest {
        let text = format!(
            "[plugin]\nid = \"acme-tools\"\nversion = \"{version}\"\nabi = \"1.0\"\npublisher = \
             \"{publisher}\"\nname = \"name\"\ndescription = \"description\"\n"
        );
        Manifest::parse(&text).expect("a manifest")
    }

    #[test]
    fn only_a_newer_version_of_the_same_publisher_takes_the_place() {
        let old = manifest("1.2.0", "Acme");
        let permitted = |version, publisher, hash| {
            permit((&old, "h1"), (&manifest(version, publisher), hash)).is_ok()
        };
        assert!(permitted("1.2.1", "Acme", "h2"));
        assert!(permitted("1.2.0", "Acme", "h1"), "the same again");
        assert!(!permitted("1.2.0", "Acme", "h2"), "changed under the same version");
        assert!(!permitted("1.1.9", "Acme", "h2"), "a downgrade");
        assert!(!permitted("1.2.1", "Mallory", "h2"), "another publisher");
    }
}
