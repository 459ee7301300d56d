//! The codes of authenticator apps (TOTP, RFC 6238 over RFC 4226: HMAC-SHA-1, six digits, thirty
//! seconds, which every app understands), and recovery codes for when the phone is gone.

use domain::{Rng, Secret, Timestamp};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

/// Bytes of a shared key (RFC 4226 asks for 16 at least and advises 20).
const KEY_BYTES: usize = 20;
/// How long a code is shown, in seconds.
const STEP_SECS: i64 = 30;
const DIGITS: usize = 6;
/// Letters of a recovery code: fifty bits, which the limit of tries makes far more than enough.
const RECOVERY_LETTERS: usize = 10;

/// RFC 4648's alphabet: no digit looks like one of its letters, as 0 and 1 aren't in it.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new shared key.
pub(crate) fn new_key(rng: &dyn Rng) -> Secret {
    let mut bytes = vec![0; KEY_BYTES];
    rng.fill(&mut bytes);
    Secret::new(bytes)
}

/// Base32 without padding (RFC 4648, section 6), as apps want a key that is typed.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn letter(bits: u32) -> char {
    char::from(BASE32[usize::try_from(bits & 31).unwrap_or_default()])
}

/// The thirty seconds a moment is in.
pub(crate) fn step_at(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(STEP_SECS * 1_000)
}

/// The code of a step (RFC 4226, section 5.3).
fn code(key: &[u8], step: i64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&u64::try_from(step).ok()?.to_be_bytes());
    let digest = Zeroizing::new(<[u8; 20]>::from(mac.finalize().into_bytes()));
    let at = usize::from(digest[19] & 15);
    let mut four = [0; 4];
    four.copy_from_slice(&digest[at..at + 4]);
    Some((u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code was typed: this one, the one before, or the next, for clocks that differ.
/// All three are looked at, whichever fits.
pub(crate) fn step_of(key: &Secret, typed: &str, now: Timestamp) -> Option<i64> {
    let typed = digits(typed)?;
    let this = step_at(now);
    let fits = |step: &i64| code(key.expose(), *step) == Some(typed);
    let fitting: Vec<i64> = [this - 1, this, this + 1].into_iter().filter(fits).collect();
    fitting.last().copied()
}

/// Six digits, with any spaces a person puts between them.
fn digits(typed: &str) -> Option<u32> {
    let bare: String = typed.chars().filter(|c| !is_between(*c)).collect();
    let all = bare.len() == DIGITS && bare.bytes().all(|b| b.is_ascii_digit());
    all.then(|| bare.parse().ok()).flatten()
}

fn is_between(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{200e}' | '\u{200f}')
}

/// A new recovery code: two groups of five letters.
pub(crate) fn new_recovery_code(rng: &dyn Rng) -> String {
    let mut bytes = Zeroizing::new([0; RECOVERY_LETTERS]);
    rng.fill(bytes.as_mut());
    let letters: String =
        bytes.iter().map(|b| letter(u32::from(*b)).to_ascii_lowercase()).collect();
    let (first, second) = letters.split_at(RECOVERY_LETTERS / 2);
    format!("{first}-{second}")
}

/// A recovery code as it is hashed: without what people put between letters, in lower case.
/// None for what can't be one.
pub(crate) fn normal_recovery_code(typed: &str) -> Option<String> {
    let bare = typed.chars().filter(|c| !is_between(*c)).map(|c| match c.to_ascii_lowercase() {
        '0' => 'o',
        '1' => 'l',
        other => other,
    });
    let bare: String = bare.collect();
    let known = |b: u8| BASE32.contains(&b.to_ascii_uppercase());
    (bare.len() == RECOVERY_LETTERS && bare.bytes().all(known)).then_some(bare)
}

#[cfg(test)]
mod tests {
    use domain::rng::SeededRng;

    use super::*;

    const RFC_KEY: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits.
        for (secs, expected) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            let step = step_at(Timestamp::from_millis(secs * 1_000));
            assert_eq!(code(RFC_KEY, step), Some(expected), "{secs}");
        }
    }

    #[test]
    fn a_code_is_taken_a_step_early_and_a_step_late_and_no_more() {
        let key = Secret::new(RFC_KEY.to_vec());
        let typed = "081 804";
        let at = |secs: i64| step_of(&key, typed, Timestamp::from_millis(secs * 1_000));
        let own = Some(1_111_111_109 / 30);
        assert_eq!(at(1_111_111_109), own);
        assert_eq!(at(1_111_111_109 - 30), own);
        assert_eq!(at(1_111_111_109 + 30), own);
        assert_eq!(at(1_111_111_109 - 60), None);
        assert_eq!(at(1_111_111_109 + 60), None);
    }

    #[test]
    fn what_is_no_code_fits_nothing() {
        let key = Secret::new(RFC_KEY.to_vec());
        for typed in ["", "81804", "0818045", "08180a", "٠٨١٨٠٤", "-1", "+81804"] {
            let now = Timestamp::from_millis(1_111_111_109_000);
            assert_eq!(step_of(&key, typed, now), None, "{typed}");
        }
    }

    #[test]
    fn keys_are_written_as_apps_read_them() {
        // RFC 4648, section 10, without padding.
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let written = new_recovery_code(&SeededRng::new(3));
        assert_eq!(written.len(), 11);
        let bare = written.replace('-', "");
        for typed in [written.clone(), written.to_uppercase(), format!(" {bare} ")] {
            assert_eq!(normal_recovery_code(&typed).as_deref(), Some(bare.as_str()));
        }
        assert_eq!(normal_recovery_code("O0l1a-b2345").as_deref(), Some("oollab2345"));
        for other in ["", "123456", "abcde-fghi8", "abcde-fghijk"] {
            assert_eq!(normal_recovery_code(other), None, "{other}");
        }
    }
}
