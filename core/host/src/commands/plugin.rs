//! `oxpi plugin`

mod author;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use app::App;
use domain::{Locale, PluginId};
use runtime::manifest::Version;
use runtime::{Engine, Package, Plugin};
use vault::Vault;

use crate::cli::Plugin as Command;
use crate::config::Config;
use crate::house::{self, Bench};
use crate::packages::{self, Found, Kind};
use crate::root_key;

/// Runs one of the plugin commands.
pub async fn run(config: &Config, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => return Ok(list(config)),
        Command::Check { path } => describe(&load(&bench(config)?.engine, path)?),
        Command::Key { file } => author::key(file)?,
        Command::Pack { dir, out, key } => author::pack(dir, out, key.as_deref())?,
        Command::Sign { file, key } => author::sign(file, key)?,
        Command::Verify { file } => return author::verify(file),
        Command::Install { file, accept_new_publisher } => {
            install(config, file, *accept_new_publisher).await?;
        }
        Command::Rollback { id } => return roll_back(config, id).await,
        Command::Remove { id, version } => remove(config, id, version.as_deref()).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn bench(config: &Config) -> anyhow::Result<Bench> {
    let vault = root_key::present(config).map(Vault::new);
    Bench::new(config, vault.as_ref())
}

/// A folder's plugin, or a package file's.
pub fn load(engine: &Engine, path: &Path) -> anyhow::Result<Plugin> {
    let none = || format!("{} is no plugin package", path.display());
    if path.is_dir() {
        return engine.load(path).with_context(none);
    }
    let package = Package::read(&packages::read_file(path)?).with_context(none)?;
    engine.load_files(package.into_files()).with_context(none)
}

fn list(config: &Config) -> ExitCode {
    let folders = config.plugins.folders(&config.data);
    let found: Vec<Found> = folders.iter().flat_map(|folder| packages::find(folder)).collect();
    for package in &found {
        match &package.manifest {
            Ok(manifest) => {
                let about = &manifest.plugin;
                let kind = match package.kind {
                    Kind::Folder => "folder",
                    Kind::Signed => "signed",
                    Kind::Unsigned => "copy of a folder",
                };
                println!("{} {}  {kind}  {}", about.id, about.version, package.path.display());
            }
            Err(error) => println!("(broken)  {}: {error}", package.path.display()),
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
    if let Some(key) = &about.publisher_key {
        println!("publisher's key {}", key.fingerprint());
    }
    println!("asks for:");
    for ask in plugin.manifest().asks() {
        let reason = ask.reason.as_deref().map(text).unwrap_or_default();
        println!("  {}  {reason}", ask.id);
    }
}

async fn workspace(config: &Config) -> anyhow::Result<App> {
    house::open(config, config.server.public_url(config.server.address.port)).await
}

async fn install(config: &Config, file: &Path, accept_new: bool) -> anyhow::Result<()> {
    if file.is_dir() {
        bail!(
            "{} is a folder. Pack and sign it (oxpi plugin pack), or let plugins.dirs in the \
             configuration name the folder it is in",
            file.display()
        );
    }
    let bytes = packages::read_file(file)?;
    let none = || format!("{} is no plugin package", file.display());
    let broken = Package::read(&bytes).err();
    // Where there is nothing yet nothing is made for it; an installation's record tells of it.
    let is_there = config.database.url.expose().is_some() || config.data.sqlite().exists();
    if let Some(error) = broken.clone().filter(|_| !is_there) {
        return Err(error).with_context(none);
    }
    let app = workspace(config).await?;
    let installed = app::plugins::install_package(&app, bytes, accept_new).await;
    app::incidents::write_down(&app).await;
    let installed = match broken {
        Some(_) => installed.with_context(none)?,
        None => installed?,
    };
    println!(
        "{} {} is installed in {}.",
        installed.id,
        installed.version,
        installed.path.display()
    );
    println!("Its publisher is {}, key {}.", installed.publisher, installed.key.fingerprint());
    println!(
        "A running oxpi takes it in within a minute. Each business goes on with the version it has \
         where this one asks for more, until somebody there allows it."
    );
    Ok(())
}

async fn roll_back(config: &Config, id: &str) -> anyhow::Result<ExitCode> {
    let id: PluginId = id.parse().with_context(|| format!("{id:?} is no plugin"))?;
    let app = workspace(config).await?;
    app::plugins::load_packages(&app, &config.plugins.folders(&config.data)).await;
    let outcomes = app::plugins::roll_back_everywhere(&app, &id).await?;
    let mut failed = false;
    for (tenant, outcome) in &outcomes {
        match outcome {
            Ok(()) => println!("{tenant}: back on the version before"),
            Err(error) => {
                failed = true;
                println!("{tenant}: {error}");
            }
        }
    }
    if outcomes.is_empty() {
        println!("No business has a version of {id} to go back to.");
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn remove(config: &Config, id: &str, version: Option<&str>) -> anyhow::Result<()> {
    let id: PluginId = id.parse().with_context(|| format!("{id:?} is no plugin"))?;
    let version: Option<Version> = version.map(str::parse).transpose()?;
    let app = workspace(config).await?;
    let removed = app::plugins::remove_packages(&app, &id, version).await?;
    for version in &removed {
        println!("{id} {version} is removed.");
    }
    if removed.is_empty() {
        bail!("there is no package of {id} that no business has or can go back to");
    }
    Ok(())
}
