//! No byte of a token gets into a guest's memory, however a provider echoes it.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oxpi_runtime::{CallContext, EgressConfig, MemoryWatch};
use serde_json::json;

use crate::fake::{Fake, House, TOKEN};
use crate::guests;
use crate::server::start;

/// A token as providers might write it back.
pub fn dresses(token: &str) -> Vec<String> {
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let escaped: String = token.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let strict: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    vec![
        token.to_owned(),
        STANDARD.encode(format!("Bearer {token}")),
        STANDARD.encode(format!("x{token}y")),
        STANDARD.encode(format!("xy:{token}")),
        URL_SAFE_NO_PAD.encode(format!("{{\"t\":\"{token}\"}}")),
        STANDARD.encode(token),
        hex.clone(),
        hex.to_uppercase(),
        percent.to_lowercase(),
        percent,
        strict.to_lowercase(),
        strict,
        escaped,
        token.replace('/', "\\/"),
        token.replace('+', "&#43;").replace('/', "&#x2F;").replace('=', "&#x3D;"),
    ]
}

/// Remembers every memory it is shown.
#[derive(Default)]
struct Camera {
    seen: Mutex<Vec<(&'static str, Vec<u8>)>>,
    failures: Mutex<Vec<String>>,
}

impl MemoryWatch for Camera {
    fn look(&self, _: &CallContext, hook: &'static str, memory: &[u8]) {
        self.seen.lock().unwrap().push((hook, memory.to_vec()));
    }

    fn failed(&self, _: &CallContext, _: &'static str, why: &str) {
        self.failures.lock().unwrap().push(why.to_owned());
    }
}

fn holds(memory: &[u8], needle: &str) -> bool {
    memchr::memmem::find(memory, needle.as_bytes()).is_some()
}

#[tokio::test]
async fn no_dress_of_a_token_reaches_a_guests_memory() {
    let server = start().await;
    let all = format!("*=http://{}", server.address).parse().unwrap();
    let camera = Arc::new(Camera::default());
    let house = House::watched(
        Fake::default(),
        EgressConfig { redirects: vec![all], lookup: None },
        camera.clone(),
    );
    let plugin = house.load(&guests::asking(), guests::fetcher());
    for path in ["forms", "echo"] {
        let url = format!("https://api.acme.example/v1/{path}");
        let answer = house.engine.run_job(&plugin, house.ctx(&plugin), &url, &json!({}), 1).await;
        // Without quotes it is no JSON; what counts is what the guest has read.
        assert!(path == "forms" || answer.is_ok(), "{answer:?}");
    }
    assert!(server.heads.lock().unwrap()[0].contains(TOKEN), "the provider had it");
    let seen = camera.seen.lock().unwrap();
    assert!(camera.failures.lock().unwrap().is_empty() && seen.len() >= 2);
    assert!(seen.iter().any(|(_, memory)| holds(memory, "********")), "the answer was read");
    for (hook, memory) in seen.iter() {
        for dress in dresses(TOKEN) {
            assert!(!holds(memory, &dress), "{hook}: {dress}");
        }
        // No part of it either, in any alignment that base64 has.
        for part in ["ya29.s3cr3t", "token+of==acme", "s3cr3t/token"] {
            assert!(!holds(memory, part), "{hook}: {part}");
        }
    }
}

#[tokio::test]
async fn the_scan_finds_a_token_that_is_there() {
    let camera = Arc::new(Camera::default());
    let house = House::watched(Fake::default(), EgressConfig::default(), camera.clone());
    let plugin = house.load(guests::MANIFEST, guests::job(guests::FINE));
    // Handed in as the payload, which is what a leak would look like.
    let ctx = house.ctx(&plugin);
    house.engine.run_job(&plugin, ctx, "work", &json!({"t": TOKEN}), 1).await.unwrap();
    assert!(camera.seen.lock().unwrap().iter().any(|(_, memory)| holds(memory, TOKEN)));
    // After a crash and a spent budget as well.
    for code in ["unreachable", guests::SPIN] {
        let plugin = house.load(guests::MANIFEST, guests::job(code));
        camera.seen.lock().unwrap().clear();
        let ctx = house.ctx(&plugin);
        house.engine.run_job(&plugin, ctx, "work", &json!({"t": TOKEN}), 1).await.unwrap_err();
        assert!(camera.seen.lock().unwrap().iter().any(|(_, memory)| holds(memory, TOKEN)));
    }
    assert!(camera.failures.lock().unwrap().is_empty());
}
