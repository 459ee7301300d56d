//! The binary `oxpi`: command line and wiring, nothing else.
//!
//! Invariant: no rule of the business is here. A command reads the configuration, puts the rooms
//! together and calls one of them.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program answers on its standard output and error"
)]

mod cli;
mod commands;
mod config;
mod control;
mod handed;
mod house;
mod logging;
mod packages;
mod root_key;
mod terminal;
mod unsealing;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command, Compilation};
use config::log::{Level, Log};
use config::{ConfigError, Input, Loaded};
use runtime::compile::ChildLimits;

/// The exit code of wrong usage or configuration; other failures have 1.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    if let Err(error) = handed::take_root_key() {
        eprintln!("oxpi: the root key can't be taken out of {}: {error}", config::ROOT_KEY);
        return ExitCode::from(WRONG_USAGE);
    }
    no_core_dumps();
    let cli = Cli::parse();
    if let Command::CompilePlugin(Compilation { cpu_secs, memory_bytes }) = cli.command {
        // Before anything is read: this process gets a component from a stranger and nothing else.
        return runtime::compile::compile_stdin(ChildLimits { cpu_secs, memory_bytes });
    }
    let loaded = match read_configuration(&cli) {
        Ok(loaded) => loaded,
        Err(error) => {
            eprintln!("oxpi: {error}");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    match run(cli.command, &loaded) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("oxpi: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// A core dump would hold keys and tokens, and so would what a debugger sees.
fn no_core_dumps() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0) {
        eprintln!("oxpi: core dumps can't be turned off: {error}");
    }
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        eprintln!("oxpi: this process's memory can't be closed to others: {error}");
    }
}

fn read_configuration(cli: &Cli) -> Result<Loaded, ConfigError> {
    config::load(Input {
        file: cli.config.clone(),
        folder: std::path::PathBuf::new(),
        variables: std::env::vars_os(),
    })
}

fn run(command: Command, loaded: &Loaded) -> anyhow::Result<ExitCode> {
    let config = &loaded.config;
    if !matches!(command, Command::Serve { .. }) {
        // Commands answer on standard output; of the log only what went wrong.
        logging::start(Log { level: Level::Warn, ..config.log });
    }
    match command {
        Command::Config => Ok(commands::config::run(loaded)),
        Command::Plugin(command) => wait_for(commands::plugin::run(config, &command)),
        // Answered before there was a configuration.
        Command::CompilePlugin(_) => Ok(ExitCode::FAILURE),
        Command::Serve { role } => wait_for(commands::serve::run(config, role)),
        Command::Migrate => wait_for(commands::migrate::run(config)),
        Command::Doctor => wait_for(commands::doctor::run(config)),
        Command::Audit(command) => wait_for(commands::audit::run(config, command)),
        Command::Vault(command) => wait_for(commands::vault::run(config, command)),
        Command::Unseal => commands::vault::unseal(config),
        Command::Seal => commands::vault::seal(config),
        Command::Admin(command) => wait_for(commands::admin::run(config, command)),
    }
}

fn wait_for(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// An error with its causes, one a line, without repeating what a cause already said.
fn told(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_each_cause_once() {
        let error = anyhow::anyhow!("no space left").context("can't write: no space left");
        assert_eq!(told(&error), "can't write: no space left");
        let error = anyhow::anyhow!("no space left").context("can't write");
        assert_eq!(told(&error), "can't write\n  because: no space left");
    }
}
