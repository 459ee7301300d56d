//! Proofs that a webhook's delivery comes from who it says, compared in constant time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Secret, Timestamp};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a secret of the Standard Webhooks specification 1.0.0 begins with where people see it.
pub(crate) const STANDARD_PREFIX: &str = "whsec_";
/// What a signature of it with a shared key begins with.
const STANDARD_VERSION: &str = "v1,";
/// How far a sender's clock may be from ours, in seconds; older deliveries could be somebody's copies.
const STANDARD_DRIFT_SECS: u64 = 300;
/// Signatures of one delivery that are looked at: one for each secret that the sender has at a time.
const STANDARD_SIGNATURES_MAX: usize = 8;

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

/// What a message says of itself in the headers that Standard Webhooks signs.
pub(crate) struct Stamp<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`, in seconds since 1970.
    pub at_secs: i64,
}

impl Stamp<'_> {
    /// The message's signature as `webhook-signature` has it; None for what is no secret.
    pub(crate) fn sign(&self, secret: &Secret, body: &[u8]) -> Option<String> {
        let mac = self.mac(secret, body)?.finalize().into_bytes();
        Some(format!("{STANDARD_VERSION}{}", STANDARD.encode(mac)))
    }

    /// Whether one of the signatures in `said` is ours over this message, sent about `now`.
    pub(crate) fn is_signed(
        &self,
        secret: &Secret,
        body: &[u8],
        said: &str,
        now: Timestamp,
    ) -> bool {
        let is_timely = (now.as_millis() / 1_000).abs_diff(self.at_secs) <= STANDARD_DRIFT_SECS;
        let Some(mac) = self.mac(secret, body) else { return false };
        let fits = |one: &str| {
            let bytes =
                one.strip_prefix(STANDARD_VERSION).and_then(|one| STANDARD.decode(one).ok());
            bytes.is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
        };
        is_timely && said.split(' ').take(STANDARD_SIGNATURES_MAX).any(fits)
    }

    fn mac(&self, secret: &Secret, body: &[u8]) -> Option<Hmac<Sha256>> {
        let text = secret.expose_text()?;
        let text = text.strip_prefix(STANDARD_PREFIX).unwrap_or(text);
        let key = Zeroizing::new(STANDARD.decode(text).ok()?);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{}.{}.", self.id, self.at_secs).as_bytes());
        mac.update(body);
        (!key.is_empty()).then_some(mac)
    }
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
    fn a_stamped_message_is_signed_whole_and_in_time() {
        let secret = Secret::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let bare = Secret::from_text("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let stamp = Stamp { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at_secs: 1_614_265_330 };
        let body = br#"{"test": 2432232314}"#;
        let at = |secs: i64| Timestamp::from_millis((stamp.at_secs + secs) * 1_000);
        let own = stamp.sign(&secret, body).unwrap();
        let said = format!("v1a,AAAA v1,AAAA {own}");
        for key in [&secret, &bare] {
            assert!(stamp.is_signed(key, body, &said, at(0)));
        }
        assert!(stamp.is_signed(&secret, body, &own, at(300)));
        assert!(stamp.is_signed(&secret, body, &own, at(-300)));
        for late in [301, -301, i64::from(i32::MAX)] {
            assert!(!stamp.is_signed(&secret, body, &own, at(late)), "{late}");
        }
        let many = format!("{}{own}", "v1,AAAA ".repeat(STANDARD_SIGNATURES_MAX));
        for bad in ["", "v1,", "v1", &own[..own.len() - 4], &own[3..], many.as_str()] {
            assert!(!stamp.is_signed(&secret, body, bad, at(0)), "{bad}");
        }
        assert!(!stamp.is_signed(&secret, b"{}", &own, at(0)));
        let other = Stamp { id: "msg_other", ..stamp };
        assert!(!other.is_signed(&secret, body, &own, at(0)));
        for bad in ["", "whsec_", "whsec_%%%", "whsec_AAAA"] {
            assert!(!stamp.is_signed(&Secret::from_text(bad.to_owned()), body, &own, at(0)));
        }
    }

    #[test]
    fn only_the_whole_token_fits() {
        let token = Secret::from_text("letmein".to_owned());
        assert!(is_token(&token, "letmein"));
        assert!(!is_token(&token, "letmei"));
        assert!(!is_token(&token, ""));
    }
}
