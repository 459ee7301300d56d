//! `make bench`: measures what OXPI holds itself to, each figure beside a baseline of the same run,
//! and writes a table and `bench.json`. A missed goal is said, not an error.
//!
//!     oxpi-bench [plugins|neighbours|start|memory|webhooks|pages|imports]...
//!
//! README.md beside this says what each figure is.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its table is what it is for")]

// As the runtime's own tests know it, some of whose parts are used here.
extern crate runtime as oxpi_runtime;

mod bare;
mod client;
#[allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "written for the runtime's tests, which need more of it"
)]
#[path = "../../../core/runtime/tests/plugins/fake.rs"]
mod fake;
#[allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "written for the runtime's tests, which need more of it"
)]
#[path = "../../../core/runtime/tests/plugins/guests.rs"]
mod guests;
#[allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "written for the runtime's tests, which need more of it"
)]
#[path = "../../../core/runtime/tests/plugins/hostile_guests.rs"]
mod hostile_guests;
mod imports;
mod measure;
mod memory;
mod neighbours;
mod pages;
mod place;
mod plugins;
mod report;
mod server;
mod start;
mod webhooks;

use std::process::ExitCode;

use anyhow::{Result, bail};
use place::Build;
use report::Report;

const GROUPS: [&str; 7] =
    ["plugins", "neighbours", "start", "memory", "webhooks", "pages", "imports"];

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("oxpi-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(wanted: Vec<String>) -> Result<()> {
    if let Some(unknown) = wanted.iter().find(|name| !GROUPS.contains(&name.as_str())) {
        bail!("there is no {unknown:?}; there are {}", GROUPS.join(", "));
    }
    let build = Build::find()?;
    let mut report = Report::default();
    for group in GROUPS {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == group) {
            continue;
        }
        eprintln!("measuring {group} …");
        // Each has a runtime of its own, so that threads of the one before are gone.
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            match group {
                "plugins" => plugins::measure(&build, &mut report).await,
                "neighbours" => neighbours::measure(&mut report).await,
                "start" => start::measure(&build, &mut report).await,
                "memory" => memory::measure(&build, &mut report).await,
                "webhooks" => webhooks::measure(&build, &mut report).await,
                "imports" => imports::measure(&build, &mut report).await,
                _ => pages::measure(&build, &mut report).await,
            }
        })?;
    }
    report.write(&build.target.join("bench.json"))?;
    print!("{report}");
    Ok(())
}
