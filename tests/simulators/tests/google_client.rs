//! Google's own Python client makes its round trip against the simulator.

mod venv;

use std::process::Command;

use anyhow::Result;
use oxpi_simulators::Simulator;

#[test]
fn googles_own_client_makes_its_round_trip() -> Result<()> {
    let folder = venv::ready()?;
    let simulator = Simulator::start()?;
    simulator.google().allow_redirect("http://127.0.0.1:8080/connections/google/back");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/google_client.py");
    let mut command = Command::new(venv::python(&folder));
    command.arg("-B").arg(script).env("SIMULATOR_URL", &simulator.url);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    venv::run(&mut command)
}
