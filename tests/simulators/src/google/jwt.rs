//! Id tokens: JWTs signed with HMAC-SHA256 and the app's own secret (RFC 7515, RFC 7518 3.2).
//!
//! Google signs with RSA; a simulator that kept a private key in its source would teach a bad habit.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A signed token of these claims.
pub fn sign(claims: &Value, secret: &str) -> String {
    let header = json!({"alg": "HS256", "typ": "JWT", "kid": "simulator"});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(hmac_sha256(secret.as_bytes(), signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The claims of a token, if this secret signed it.
pub fn verify(token: &str, secret: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if signature != hmac_sha256(secret.as_bytes(), signed.as_bytes()) {
        return None;
    }
    claims(token)
}

/// The claims of a token, whoever signed it.
pub fn claims(token: &str) -> Option<Value> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// RFC 2104.
fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner =
        Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(data).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_agrees_with_rfc_4231() {
        let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn another_secret_does_not_verify() {
        let token = sign(&json!({"sub": "1"}), "a");
        assert_eq!(verify(&token, "a"), Some(json!({"sub": "1"})));
        assert_eq!(verify(&token, "b"), None);
    }
}
