//! `make bench`: measures what OXPI holds itself to, each figure beside a baseline of the same run,
//! and writes a table and `bench.json`. A missed goal is said, not an error.
//!
//!     oxpi-bench [plugins|neighbours|start|memory|webhooks|pages|imports|people|search]... [--people N]
//!
//! README.md beside this says what each figure is.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its table is what it is for")]

// As the runtime's own tests know it, some of whose parts are used here.
extern crate runtime as oxpi_runtime;

mod bare;
mod client;
mod crowd;
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
mod people;
mod place;
mod plugins;
mod report;
mod search;
mod server;
mod start;
mod webhooks;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use place::Build;
use report::Report;

const GROUPS: [&str; 9] = [
    "plugins",
    "neighbours",
    "start",
    "memory",
    "webhooks",
    "pages",
    "imports",
    "people",
    "search",
];

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("oxpi-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut wanted: Vec<String>) -> Result<()> {
    let mut people = None;
    if let Some(at) = wanted.iter().position(|word| word == "--people") {
        let count = wanted.get(at + 1).context("--people needs a number")?;
        people = Some(count.parse().context("--people needs a number")?);
        wanted.drain(at..=at + 1);
    }
    if let Some(unknown) = wanted.iter().find(|name| !GROUPS.contains(&name.as_str())) {
        bail!("there is no {unknown:?}; there are {}", GROUPS.join(", "));
    }
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
                "search" => search::measure(&mut report, people.unwrap_or(search::PEOPLE)).await,
                "people" => {
                    let people = people.unwrap_or(people::PEOPLE);
                    people::measure(&Build::find()?, &mut report, people).await
                }
                "plugins" => plugins::measure(&Build::find()?, &mut report).await,
                "neighbours" => neighbours::measure(&mut report).await,
                "start" => start::measure(&Build::find()?, &mut report).await,
                "memory" => memory::measure(&Build::find()?, &mut report).await,
                "webhooks" => webhooks::measure(&Build::find()?, &mut report).await,
                "imports" => imports::measure(&Build::find()?, &mut report).await,
                _ => pages::measure(&Build::find()?, &mut report).await,
            }
        })?;
    }
    report.write(&place::target()?.join("bench.json"))?;
    print!("{report}");
    Ok(())
}
