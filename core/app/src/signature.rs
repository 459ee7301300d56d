//! Proofs that a webhook's delivery comes from who it says, compared in constant time.

use domain::Secret;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Whether `said` is `prefix` and the hex HMAC-SHA256 of the raw body (RFC 2104).
pub(crate) fn is_hmac_sha256(key: &Secret, body: &[u8], said: &str, prefix: &str) -> bool {
    let Some(hex) = said.strip_prefix(prefix) else { return false };
    let Some(bytes) = from_hex(hex) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose()) else { return false };
    mac.update(body);
    mac.verify_slice(&bytes).is_ok()
}

/// Whether `said` is the token. Both are hashed under a key first, which makes the comparison's time
/// tell nothing of the token, its length included.
pub(crate) fn is_token(token: &Secret, said: &str) -> bool {
    let digest = |bytes: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(b"oxpi webhook token").ok();
        mac.map(|mut mac| {
            mac.update(bytes);
            mac
        })
    };
    let (Some(ours), Some(theirs)) = (digest(token.expose()), digest(said.as_bytes())) else {
        return false;
    };
    ours.verify(&theirs.finalize().into_bytes()).is_ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_mac_over_the_very_bytes_fits() {
        // RFC 4231, test case 2.
        let key = Secret::from_text("Jefe".to_owned());
        let said = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let body = b"what do ya want for nothing?";
        assert!(is_hmac_sha256(&key, body, said, "sha256="));
        assert!(!is_hmac_sha256(&key, b"what do ya want for nothing? ", said, "sha256="));
        // Half a byte, a byte, and half of it less; a byte more; none at all.
        for left in [1, 2, 32, 64] {
            assert!(!is_hmac_sha256(&key, body, &said[..said.len() - left], "sha256="), "{left}");
        }
        assert!(!is_hmac_sha256(&key, body, &format!("{said}00"), "sha256="));
        assert!(!is_hmac_sha256(&key, body, "sha256=zz", "sha256="));
        assert!(!is_hmac_sha256(&key, body, said, "sha1="));
    }

    #[test]
    fn only_the_whole_token_fits() {
        let token = Secret::from_text("letmein".to_owned());
        assert!(is_token(&token, "letmein"));
        assert!(!is_token(&token, "letmei"));
        assert!(!is_token(&token, ""));
    }
}
