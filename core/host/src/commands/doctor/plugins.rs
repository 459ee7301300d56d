//! The plugins: found, readable, loadable.

use std::collections::BTreeSet;

use vault::Vault;

use super::Finding;
use crate::commands::plugin::load;
use crate::config::Config;
use crate::house::Bench;

const ABOUT: &str = "plugins";

/// Loads every package as `serve` would, on a thread that may take its time.
pub async fn look(config: &Config, vault: Option<&Vault>) -> Vec<Finding> {
    let folders = config.plugins.folders(&config.data);
    let found: Vec<_> = folders.iter().flat_map(|folder| crate::packages::find(folder)).collect();
    if found.is_empty() {
        let places: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
        let what = format!("there are none in {}", places.join(" or "));
        return vec![Finding::unwise(ABOUT, what, "install one: oxpi plugin install FILE")];
    }
    let bench = match Bench::new(config, vault) {
        Ok(bench) => bench,
        Err(error) => {
            let mend =
                "the engine reserves address space: raise `ulimit -v`, or lower plugins.calls";
            return vec![Finding::wrong(ABOUT, format!("{error:#}"), mend)];
        }
    };
    let mut findings = Vec::new();
    let mut strangers: BTreeSet<_> = config.plugin_limits.plugins().cloned().collect();
    for package in found {
        let (engine, path) = (bench.engine.clone(), package.path.clone());
        let loaded = tokio::task::spawn_blocking(move || load(&engine, &path)).await;
        let shown = package.path.display();
        findings.push(match loaded {
            Ok(Ok(plugin)) => {
                let about = &plugin.manifest().plugin;
                strangers.remove(&about.id);
                Finding::good(ABOUT, format!("{} {} loads", about.id, about.version))
            }
            Ok(Err(error)) => Finding::wrong(
                ABOUT,
                format!("{shown}: {error:#}"),
                format!("install a package that fits this version, or remove {shown}"),
            ),
            Err(error) => Finding::wrong(ABOUT, format!("{shown}: {error}"), "remove it"),
        });
    }
    for id in strangers {
        let what = format!("plugin_limits.{id}: no plugin of this name loads");
        findings.push(Finding::unwise(ABOUT, what, "correct the name, or take the limits out"));
    }
    findings
}
