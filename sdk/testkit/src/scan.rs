//! Looks through the plugin's memory after every hook for the secrets that its slots place: a plugin
//! must never hold one, whatever a provider echoes.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;
use runtime::{CallContext, MemoryWatch};

/// Secrets that must stay outside, and where one was found.
#[derive(Default)]
pub(crate) struct Scan {
    secrets: Mutex<BTreeSet<String>>,
    complaints: Mutex<BTreeSet<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scan {
    /// Looks for this one from now on.
    pub fn watch_for(&self, secret: &str) {
        lock(&self.secrets).insert(secret.to_owned());
    }

    /// What was found, a sentence each.
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.complaints).iter().cloned().collect()
    }

    fn complain(&self, complaint: String) {
        lock(&self.complaints).insert(complaint);
    }
}

impl MemoryWatch for Scan {
    fn look(&self, _ctx: &CallContext, hook: &'static str, memory: &[u8]) {
        for secret in lock(&self.secrets).iter() {
            let dress = dresses(secret)
                .into_iter()
                .find(|(_, text)| memmem::find(memory, text.as_bytes()).is_some());
            if let Some((name, _)) = dress {
                self.complain(format!(
                    "after {hook}, the secret {secret:?} is in the plugin's memory{name}"
                ));
            }
        }
    }

    fn failed(&self, _ctx: &CallContext, hook: &'static str, why: &str) {
        self.complain(format!("after {hook}, the plugin's memory could not be looked at: {why}"));
    }
}

/// The ways in which a provider is likely to echo a secret.
fn dresses(secret: &str) -> Vec<(&'static str, String)> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let mut all = vec![
        ("", secret.to_owned()),
        (" in hexadecimal", hex.to_uppercase()),
        (" in hexadecimal", hex),
        (" percent-encoded", percent.to_lowercase()),
        (" percent-encoded", percent),
    ];
    // Base64 depends on where in a group of three bytes the secret begins.
    for before in 0..3_usize {
        let shifted = [&vec![0; before][..], bytes].concat();
        let (from, to) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
        for text in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            all.extend(text.get(from..to).map(|text| (" in base64", text.to_owned())));
        }
    }
    all
}
