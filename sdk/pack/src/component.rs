//! Module to component, and what a component imports and exports.

use anyhow::{Context, Result, bail, ensure};
use wit_component::{ComponentEncoder, DecodedWasm, decode};

/// The package of the contract; its version follows after an `@`.
const CONTRACT: &str = "oxpi:plugin/";

/// What a component imports and exports: interface names such as `http` and `job-handler`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The interfaces it asks for, sorted.
    pub imports: Vec<String>,
    /// The hooks it offers, sorted.
    pub exports: Vec<String>,
}

/// A module (or a component, which stays as it is) to a validated component.
pub fn encode(wasm: &[u8]) -> Result<Vec<u8>> {
    // The fifth to eighth byte of a component are its version and layer: 0d 00 01 00.
    if wasm.get(4..8) == Some(&[0x0d, 0, 1, 0]) {
        return Ok(wasm.to_vec());
    }
    let component = ComponentEncoder::default()
        .module(wasm)
        .context("not a module built for wasm32-unknown-unknown")?
        .validate(true)
        .encode()
        .context("the module does not make a component")?;
    let hooks = inspect(&component)?.exports;
    ensure!(!hooks.is_empty(), "the module exports no hook: is there an oxpi_kit::plugin! in it?");
    Ok(component)
}

/// Reads a component's imports and exports; anything outside the contract is refused.
pub fn inspect(wasm: &[u8]) -> Result<Component> {
    let DecodedWasm::Component(resolve, world) = decode(wasm).context("not a component")? else {
        bail!("not a component but a bare interface package");
    };
    let world = &resolve.worlds[world];
    let names = |keys: Vec<String>| -> Result<Vec<String>> {
        let mut names = keys.iter().map(|key| of_contract(key)).collect::<Result<Vec<_>>>()?;
        // Types are no capability: every interface brings them along.
        names.retain(|name| name != "types");
        names.sort();
        Ok(names)
    };
    Ok(Component {
        imports: names(world.imports.keys().map(|key| resolve.name_world_key(key)).collect())?,
        exports: names(world.exports.keys().map(|key| resolve.name_world_key(key)).collect())?,
    })
}

fn of_contract(key: &str) -> Result<String> {
    let name = key.strip_prefix(CONTRACT).and_then(|rest| rest.split('@').next());
    ensure!(name.is_some(), "{key} is not of the contract ({CONTRACT}…)");
    Ok(name.unwrap_or_default().to_owned())
}
