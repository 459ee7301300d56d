//! A device that keeps passkeys, in software (WebAuthn level 2, sections 6 and 7; CTAP2's canonical
//! CBOR by hand). It does what it is told: tests set what a real one would never do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// A device, and the browser around it.
pub struct Authenticator {
    /// Where the browser says it is.
    pub origin: String,
    /// For which site the device signs.
    pub site: String,
    /// Whether the device asks for finger, face or code.
    pub verifies: bool,
    /// What the counter says next; grows by one with each use.
    pub counter: u32,
    /// What the device keeps.
    pub keys: Vec<Key>,
}

/// A passkey with its private half.
#[derive(Clone)]
pub struct Key {
    /// The credential's id.
    pub id: Vec<u8>,
    /// Whose it is.
    pub handle: Vec<u8>,
    signing: SigningKey,
}

impl Authenticator {
    /// A device in a browser at this address, such as `https://office.example`.
    pub fn at(origin: &str) -> Self {
        let host = origin.split("://").nth(1).unwrap_or_default();
        Self {
            origin: origin.to_owned(),
            site: host.split(':').next().unwrap_or_default().to_owned(),
            verifies: true,
            counter: 1,
            keys: Vec::new(),
        }
    }

    /// Makes a passkey; answers what the page's script would send.
    pub fn create(&mut self, options: &Value) -> String {
        let wish = &options["publicKey"];
        let handle = bytes(&wish["user"]["id"]);
        // Apart for each device and wish, and the same in each run of a test.
        let seed = Sha256::digest([bytes(&wish["challenge"]), handle.clone()].concat());
        let signing = SigningKey::from_slice(&seed).unwrap();
        let id = Sha256::digest(seed).to_vec();
        let client = self.client_data("webauthn.create", wish);
        let mut data = self.data(HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(id.len()).unwrap().to_be_bytes());
        data.extend(&id);
        data.extend(public_key(&signing));
        let mut object = vec![0xa3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        self.keys.push(Key { id: id.clone(), handle, signing });
        let response = json!({
            "clientDataJSON": text(client.as_bytes()),
            "attestationObject": text(&object),
            "transports": ["internal", "hybrid", "from-next-year"],
        });
        json!({"id": text(&id), "rawId": text(&id), "type": "public-key", "response": response})
            .to_string()
    }

    /// Uses the passkey that was asked for, or the latest.
    pub fn get(&mut self, options: &Value) -> String {
        let allowed: Vec<Vec<u8>> = options["publicKey"]["allowCredentials"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| bytes(&one["id"]))
            .collect();
        let fits = |key: &&Key| allowed.is_empty() || allowed.contains(&key.id);
        let key = self.keys.iter().rev().find(fits).unwrap().clone();
        self.get_with(options, &key)
    }

    /// Uses this passkey, asked for or not.
    pub fn get_with(&mut self, options: &Value, key: &Key) -> String {
        let client = self.client_data("webauthn.get", &options["publicKey"]);
        let data = self.data(0);
        let signed = [data.as_slice(), &Sha256::digest(client.as_bytes())].concat();
        let signature: Signature = key.signing.sign(&signed);
        let response = json!({
            "clientDataJSON": text(client.as_bytes()),
            "authenticatorData": text(&data),
            "signature": text(signature.to_der().as_bytes()),
            "userHandle": text(&key.handle),
        });
        json!({"id": text(&key.id), "rawId": text(&key.id), "type": "public-key",
            "response": response})
        .to_string()
    }

    fn client_data(&self, kind: &str, wish: &Value) -> String {
        let challenge = &wish["challenge"];
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
    }

    fn data(&mut self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = Sha256::digest(self.site.as_bytes()).to_vec();
        data.push(PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        self.counter = self.counter.saturating_add(1);
        data
    }
}

/// COSE: an elliptic curve key for ES256 on P-256, x and y.
fn public_key(signing: &SigningKey) -> Vec<u8> {
    let point = signing.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    [&head, x, &[0x22, 0x58, 0x20], y].concat()
}

/// Changes what an answer holds under a name, such as `signature`.
pub fn tampered(answer: &str, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut answer: Value = serde_json::from_str(answer).unwrap();
    let mut held = bytes(&answer["response"][name]);
    change(&mut held);
    answer["response"][name] = text(&held).into();
    answer.to_string()
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap_or_default()).unwrap()
}
