//! The little of `plugin.toml` that packing needs. The runtime judges the whole of it.

use anyhow::{Context, Result, bail, ensure};
use toml::Table;

use crate::Component;

/// Imports that everybody has without asking; what they reach, routes and slots say.
const UNASKED: [&str; 5] = ["http", "crypto", "env", "log", "i18n"];

pub struct Manifest {
    pub id: String,
    pub icon: String,
    capabilities: Vec<String>,
    ports: Vec<String>,
}

pub fn parse(text: &str) -> Result<Manifest> {
    let table: Table = text.parse()?;
    let plugin = table.get("plugin").and_then(|value| value.as_table()).context("no [plugin]")?;
    let word = |key: &str| plugin.get(key).and_then(|value| value.as_str());
    let id = word("id").context("[plugin] has no id")?;
    ensure!(is_plain(id), "[plugin] id {id:?}: lower-case words joined by hyphens, 2 to 64 long");
    let keys = |name: &str| -> Vec<String> {
        let section = table.get(name).and_then(|value| value.as_table());
        section.map(|section| section.keys().cloned().collect()).unwrap_or_default()
    };
    let offered = |name: &String| table["ports"].get(name).and_then(|v| v.as_bool()) == Some(true);
    Ok(Manifest {
        id: id.to_owned(),
        icon: word("icon").unwrap_or("icon.svg").to_owned(),
        capabilities: keys("capabilities"),
        ports: keys("ports").into_iter().filter(offered).collect(),
    })
}

impl Manifest {
    /// What the manifest says and what the component is must agree.
    pub fn check(&self, component: &Component) -> Result<()> {
        for port in &self.ports {
            let export = format!("{port}-provider");
            if !component.exports.contains(&export) {
                bail!("[ports] offers {port}, but the component does not export {export}");
            }
        }
        for import in &component.imports {
            let asked = UNASKED.contains(&import.as_str()) || self.capabilities.contains(import);
            ensure!(asked, "the component imports {import}, but [capabilities] has no {import}");
        }
        Ok(())
    }
}

fn is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let words = id.split('-').all(|word| !word.is_empty() && word.bytes().all(plain));
    words && (2..=64).contains(&id.len()) && id.as_bytes()[0].is_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(imports: &[&str], exports: &[&str]) -> Component {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Component { imports: owned(imports), exports: owned(exports) }
    }

    #[test]
    fn an_id_that_is_a_path_is_refused() {
        for id in ["../x", "a", "A-b", "a--b", "9a", ""] {
            assert!(parse(&format!("[plugin]\nid = {id:?}")).is_err(), "{id}");
        }
    }

    #[test]
    fn a_port_needs_its_export_and_an_import_its_capability() -> Result<()> {
        let manifest = parse(
            "[plugin]\nid = \"my-calendar\"\n[capabilities]\nkv = { reason = \"why\" }\n\
             [ports]\ncalendar = true\n",
        )?;
        let export = ["calendar-provider"];
        assert!(manifest.check(&component(&["http", "kv"], &export)).is_ok());
        assert!(manifest.check(&component(&["http"], &["job-handler"])).is_err());
        assert!(manifest.check(&component(&["records"], &export)).is_err());
        Ok(())
    }
}
