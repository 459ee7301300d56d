//! Sets up the log, which goes to standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

use crate::config::log::{Format, Level, Log};

/// Libraries that have much to say below this about things that are not ours.
const QUIET: [&str; 9] = [
    "cranelift_codegen=warn",
    "wasmtime=warn",
    "wasmtime_internal_cranelift=warn",
    "regalloc2=warn",
    "hyper=warn",
    "hyper_util=warn",
    "reqwest=warn",
    "rustls=warn",
    "mio=warn",
];

/// Starts the log. Called once; a second call changes nothing.
pub fn start(log: Log) {
    let builder =
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter(log.level));
    let started = match log.format {
        Format::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        Format::Json => builder.json().flatten_event(true).with_ansi(false).try_init(),
    };
    // Only a second start can fail; the first one's log is as good.
    drop(started);
}

fn filter(level: Level) -> EnvFilter {
    let level = match level {
        Level::Error => tracing::Level::ERROR,
        Level::Warn => tracing::Level::WARN,
        Level::Info => tracing::Level::INFO,
        Level::Debug => tracing::Level::DEBUG,
        Level::Trace => tracing::Level::TRACE,
    };
    let base = EnvFilter::default().add_directive(level.into());
    if level <= tracing::Level::WARN {
        return base;
    }
    let quiet = QUIET.iter().filter_map(|text| text.parse::<Directive>().ok());
    quiet.fold(base, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_stay_quiet_unless_something_is_wrong() {
        let shown = filter(Level::Debug).to_string();
        assert!(shown.contains("debug"), "{shown}");
        for name in QUIET {
            assert!(shown.contains(name), "{name} in {shown}");
        }
        assert_eq!(filter(Level::Error).to_string(), "error");
    }
}
