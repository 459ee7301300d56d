//! From the start of the process to its first page.

use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::measure::{Times, ms};
use crate::place::{Build, Place};
use crate::report::{Report, Row};
use crate::server::Server;

const STARTS: usize = 10;

/// Measures starts over a folder that was used before, and the very first.
pub async fn measure(build: &Build, report: &mut Report) -> Result<()> {
    let place = Place::new(build, "start").await?;
    let (mut starts, mut processes) = (Times::default(), Times::default());
    for _ in 0..STARTS {
        let start = Instant::now();
        let said = Command::new(&build.oxpi).arg("--version").output()?;
        ensure!(said.status.success(), "oxpi --version failed");
        processes.add(start.elapsed());
        let server = Server::start(build, &place.data, "all", &build.all_packages())?;
        starts.add(server.first_page("/sign-in").await?);
    }
    let what = "oxpi --version";
    report.add(
        Row::new("start to first page, p50", ms(starts.p50()), "ms")
            .against(what, ms(processes.p50()))
            .below(500.0),
    );
    report.add(Row::new("start to first page, slowest", ms(starts.share(1.0)), "ms").below(500.0));
    let fresh = build.folder.join(format!("first-{}", std::process::id()));
    std::fs::create_dir_all(&fresh)?;
    let server = Server::start(build, &fresh, "all", &build.all_packages())?;
    let first = server.first_page("/welcome").await?;
    drop(server);
    std::fs::remove_dir_all(&fresh)?;
    report.add(Row::new("the very first start, plugins compiled", ms(first), "ms"));
    Ok(())
}
