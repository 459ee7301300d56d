//! What the provider holds: people, codes, and a key of its own, made when it starts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use p256::ecdsa::SigningKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::misbehaviour::Misbehaviour;
use crate::google::state::Client;
use crate::ground::Ground;

/// Somebody who has an account at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The provider's own name for them.
    pub subject: String,
    /// Their address.
    pub email: String,
    /// Whether the provider has seen that it is theirs.
    pub email_verified: bool,
    /// What they are called.
    pub name: String,
    /// How they prove who they are.
    pub methods: Vec<String>,
}

/// A code that waits to be exchanged.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub client: String,
    pub subject: String,
    pub redirect: String,
    pub challenge: String,
    pub nonce: Option<String>,
    pub expires: Timestamp,
}

/// Everything.
pub struct State {
    /// Clock and randomness.
    pub ground: Arc<Ground>,
    /// Registered apps by id.
    pub clients: BTreeMap<String, Client>,
    /// Whether any loopback address may be a redirect.
    pub any_loopback_redirect: bool,
    /// Who has an account, by subject.
    pub people: BTreeMap<String, Person>,
    /// What goes wrong.
    pub misbehaviour: Misbehaviour,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) key: SigningKey,
    pub(super) key_id: String,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("people", &self.people.len()).finish_non_exhaustive()
    }
}

impl State {
    /// With two people.
    pub fn new(ground: Arc<Ground>, clients: &[Client], any_loopback_redirect: bool) -> Self {
        let person = |subject: &str, email: &str, name: &str| Person {
            subject: subject.to_owned(),
            email: email.to_owned(),
            email_verified: true,
            name: name.to_owned(),
            methods: vec!["pwd".to_owned()],
        };
        let people = [
            person("7f1c-dana", "dana@example.com", "Dana Levi"),
            person("7f1c-noa", "noa@example.com", "Noa Bar"),
        ];
        let (key, key_id) = new_key(&ground);
        Self {
            clients: clients.iter().map(|one| (one.id.clone(), one.clone())).collect(),
            people: people.map(|one| (one.subject.clone(), one)).into(),
            any_loopback_redirect,
            misbehaviour: Misbehaviour::default(),
            codes: BTreeMap::new(),
            key,
            key_id,
            ground,
        }
    }

    /// Signs with a new key from now on, and publishes it in the old one's place.
    pub fn rotate_key(&mut self) {
        (self.key, self.key_id) = new_key(&self.ground);
    }

    /// The key as others may know it (RFC 7517).
    pub fn public_key(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let part = |from: usize| {
            let bytes = point.as_bytes().get(from..from + 32).unwrap_or_default();
            URL_SAFE_NO_PAD.encode(bytes)
        };
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.key_id,
            "x": part(1), "y": part(33),
        })
    }
}

/// A key of chance: one in the source would teach a bad habit.
pub(super) fn new_key(ground: &Ground) -> (SigningKey, String) {
    loop {
        // Almost every 32 bytes are a key.
        let seed = Sha256::digest(ground.name(64));
        if let Ok(key) = SigningKey::from_slice(&seed) {
            return (key, ground.name(12));
        }
    }
}
