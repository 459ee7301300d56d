//! What a plugin that means harm does; the house's tests look at what becomes of it.

use oxpi_kit::http::Request;
use oxpi_kit::{Job, Result, approvals, documents, jobs, kv, records};
use serde_json::{Value, json};

/// Computes until it is stopped.
pub fn spin() -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// Asks an address that somebody else chose, with a `Host` of their choice; keeps what came of it.
pub fn ask(job: &Job) -> Result<Value> {
    let text = |name: &str| job.payload[name].as_str();
    let request = Request::get(text("url").unwrap_or_default());
    let answer = request.header_if("host", text("host")).timeout_ms(400).send();
    let outcome = answer.map_or_else(|problem| problem.code, |answer| answer.status().to_string());
    kv::put("asked", outcome.as_bytes())?;
    Ok(json!({"outcome": outcome}))
}

/// Reaches for something by an id that it was told; keeps what came of it.
pub fn reach(job: &Job) -> Result<Value> {
    let id = job.payload["id"].as_str().unwrap_or_default();
    let there = match job.payload["kind"].as_str().unwrap_or_default() {
        "person" => records::get::<Value>("person", id).map(|found| found.is_some()),
        "document" => documents::read(id, 0, 10).map(|_| true),
        "approval" => approvals::state(id).map(|_| true),
        _ => jobs::cancel(id).map(|()| true),
    };
    let outcome = match there {
        Ok(true) => "there".to_owned(),
        Ok(false) => "not-found".to_owned(),
        Err(problem) => problem.code,
    };
    kv::put("reached", outcome.as_bytes())?;
    Ok(json!({"outcome": outcome}))
}
