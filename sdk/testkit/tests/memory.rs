//! The testkit finds a secret that a plugin holds.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use oxpi_testkit::{Host, HostBuilder};
use serde_json::{Value, json};

fn sample() -> HostBuilder {
    Host::builder_for(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample"))
}

async fn run(host: &Host, payload: Value) {
    host.run_job("count", &payload, 1).await.unwrap();
}

#[tokio::test]
#[should_panic(expected = "the secret \"hunter2-hunter2\" is in the plugin's memory")]
async fn a_secret_in_the_plugins_memory_fails_the_test() {
    let host = sample().start().await;
    host.watch_for("hunter2-hunter2");
    // Handed in here; a provider's echo that got through would be no different.
    run(&host, json!({"leak": "hunter2-hunter2"})).await;
    host.finish();
}

#[tokio::test]
#[should_panic(expected = "is in the plugin's memory in base64")]
async fn so_does_one_in_base64() {
    let host = sample().start().await;
    host.watch_for("hunter2-hunter2");
    // "Bearer hunter2-hunter2"
    run(&host, json!({"leak": "QmVhcmVyIGh1bnRlcjItaHVudGVyMg=="})).await;
    host.finish();
}

#[tokio::test]
async fn a_secret_that_stays_outside_fails_nothing_and_the_scan_can_be_left_out() {
    let host = sample().start().await;
    host.watch_for("hunter2-hunter2");
    run(&host, json!({"other": "hunter"})).await;
    host.finish();
    let host = sample().without_memory_scan().start().await;
    host.watch_for("hunter2-hunter2");
    run(&host, json!({"leak": "hunter2-hunter2"})).await;
    host.finish();
}
