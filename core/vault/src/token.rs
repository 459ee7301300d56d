//! Opaque tokens for sessions, invitations and resets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Rng;
use zeroize::Zeroizing;

/// A new token: 256 random bits as 43 characters that need no escaping in an address.
pub fn generate(rng: &dyn Rng) -> String {
    let mut bytes = Zeroizing::new([0u8; 32]);
    rng.fill(bytes.as_mut());
    URL_SAFE_NO_PAD.encode(bytes.as_ref())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// Reads exactly as many hexadecimal digits as `bytes` take; `None` for anything else.
pub fn unhex<const N: usize>(text: &[u8], bytes: &mut [u8; N]) -> Option<()> {
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let [high, low] = [pair[0], pair[1]].map(|c| char::from(c).to_digit(16));
        *byte = u8::try_from(high? * 16 + low?).ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use domain::rng::SeededRng;

    use super::*;

    #[test]
    fn tokens_are_long_differ_and_need_no_escaping() {
        let rng = SeededRng::new(1);
        let (one, other) = (generate(&rng), generate(&rng));
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }

    #[test]
    fn hexadecimal_round_trips_and_refuses_the_rest() {
        let bytes: [u8; 32] = std::array::from_fn(|i| (i * 9) as u8);
        let mut read = [0; 32];
        assert_eq!(unhex(hex(&bytes).as_bytes(), &mut read), Some(()));
        assert_eq!(read, bytes);
        assert_eq!(unhex(&[b'0'; 63], &mut read), None);
        assert_eq!(unhex(&[b'g'; 64], &mut read), None);
        assert_eq!(unhex(&[0xff; 64], &mut read), None);
    }
}
