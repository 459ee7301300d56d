//! The plugins: found, readable, loadable.

use domain::Secret;
use runtime::Engine;
use vault::{RootKey, Vault};

use super::Finding;
use crate::config::Config;
use crate::{house, packages};

const ABOUT: &str = "plugins";

/// Loads every package as `serve` would, on a thread that may take its time.
pub async fn look(config: &Config, vault: Option<&Vault>) -> Vec<Finding> {
    let folders = config.plugins.folders(&config.data);
    let found: Vec<_> = folders.iter().flat_map(|folder| packages::find(folder)).collect();
    if found.is_empty() {
        let places: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
        let what = format!("there are none in {}", places.join(" or "));
        return vec![Finding::unwise(ABOUT, what, "install one: oxpi plugin install DIR")];
    }
    let engine = match engine(config, vault) {
        Ok(engine) => engine,
        Err(error) => {
            let mend =
                "the engine reserves address space: raise `ulimit -v`, or lower plugins.calls";
            return vec![Finding::wrong(ABOUT, format!("{error:#}"), mend)];
        }
    };
    let mut findings = Vec::new();
    for package in found {
        let (engine, dir) = (engine.clone(), package.dir.clone());
        let loaded = tokio::task::spawn_blocking(move || engine.load(&dir)).await;
        let shown = package.dir.display();
        findings.push(match loaded {
            Ok(Ok(plugin)) => {
                let about = &plugin.manifest().plugin;
                Finding::good(ABOUT, format!("{} {} loads", about.id, about.version))
            }
            Ok(Err(error)) => Finding::wrong(
                ABOUT,
                format!("{shown}: {error}"),
                format!("install a package that fits this version, or remove {shown}"),
            ),
            Err(error) => Finding::wrong(ABOUT, format!("{shown}: {error}"), "remove it"),
        });
    }
    findings
}

/// With the installation's own key its cache is used; without one, a cache key of this run only.
fn engine(config: &Config, vault: Option<&Vault>) -> anyhow::Result<Engine> {
    if let Some(vault) = vault {
        return house::bare_engine(config, vault);
    }
    let mut bytes = vec![0; 32];
    domain::Rng::fill(&domain::rng::SystemRng, &mut bytes);
    house::bare_engine(config, &Vault::new(RootKey::from_secret(&Secret::new(bytes))?))
}
