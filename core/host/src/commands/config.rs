//! `oxpi config`

use std::process::ExitCode;

use crate::config::Loaded;

/// Prints every key with its value and source.
pub fn run(loaded: &Loaded) -> ExitCode {
    print!("{}", loaded.show());
    ExitCode::SUCCESS
}
