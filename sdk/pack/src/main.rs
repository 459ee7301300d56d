//! `oxpi-pack <crate-dir> <core.wasm> <out-dir>`: packs a compiled plugin.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = || args.next().context("usage: oxpi-pack <crate-dir> <core.wasm> <out-dir>");
    let package = oxpi_pack::pack(&next()?, &next()?, &next()?)?;
    writeln!(
        std::io::stdout(),
        "{}: {} KB, imports {}, exports {}",
        package.folder.display(),
        package.wasm_bytes / 1024,
        package.component.imports.join(" "),
        package.component.exports.join(" "),
    )?;
    Ok(())
}
