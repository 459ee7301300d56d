//! Passwords: hashing with Argon2id (64 MiB, two passes; the range that OWASP's password storage
//! sheet asks for or more), and which ones are too easy to guess.
//!
//! Hashing takes about a tenth of a second and 64 MiB, so these functions block: call them on a
//! thread that may. No more than [`AT_ONCE`] run together.

use domain::Secret;

use crate::Error;
use crate::gate::Gate;
use crate::sodium::{self, PASSWORD_MEMORY_KIB, PASSWORD_PASSES};

mod strength;

pub use strength::{LENGTH_MAX, LENGTH_MIN, Weak, check_strength};

/// How many hashes are made at once.
pub const AT_ONCE: usize = 4;

static GATE: Gate = Gate::new(AT_ONCE);

/// The hash of a password that nobody has, with today's cost.
const NOBODYS: &str = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The most memory a stored hash may ask for; a hash with more was not made here.
const MEMORY_KIB_MAX: usize = 256 * 1024;

/// Hashes a password for storing, as a text that names its own cost and salt.
pub fn hash(password: &Secret) -> Result<String, Error> {
    let _place = GATE.enter();
    sodium::hash_password(password.expose())
}

/// Whether the stored hash is of this password. A text that is no hash fits no password.
pub fn verify(stored: &str, password: &Secret) -> bool {
    if cost(stored).is_none_or(|(memory_kib, _)| memory_kib > MEMORY_KIB_MAX) {
        return false;
    }
    let _place = GATE.enter();
    sodium::verify_password(stored, password.expose())
}

/// Takes as long as [`verify`], for names that no account has: the time tells nobody which exist.
pub fn verify_nothing(password: &Secret) {
    // Kept from being optimised away; the answer is always no.
    std::hint::black_box(verify(NOBODYS, password));
}

/// Whether a stored hash was made with another cost than today's, so that the next successful
/// sign-in should store a new one.
pub fn needs_rehash(stored: &str) -> bool {
    cost(stored) != Some((PASSWORD_MEMORY_KIB, PASSWORD_PASSES))
}

/// Memory in KiB and passes of a hash in the PHC text format.
fn cost(stored: &str) -> Option<(usize, usize)> {
    let numbers = stored.strip_prefix("$argon2id$v=19$m=")?.split('$').next()?;
    let (memory, rest) = numbers.split_once(",t=")?;
    let passes = rest.strip_suffix(",p=1")?;
    Some((memory.parse().ok()?, passes.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from_text(text.to_owned())
    }

    #[test]
    fn a_hash_fits_its_password_only() -> Result<(), Error> {
        let stored = hash(&secret("four plain words here"))?;
        assert!(verify(&stored, &secret("four plain words here")));
        assert!(!verify(&stored, &secret("four plain words herE")));
        assert!(!needs_rehash(&stored));
        assert_ne!(stored, hash(&secret("four plain words here"))?, "salts differ");
        Ok(())
    }

    #[test]
    fn a_text_that_is_no_hash_fits_nothing() {
        let huge = NOBODYS.replace("m=65536", "m=99999999");
        let long = format!("{NOBODYS}{}", "A".repeat(200));
        for text in
            ["", "$", "plain", "$argon2id$", "$argon2id$v=19$m=65536,t=2,p=1$", &huge, &long]
        {
            assert!(!verify(text, &secret("")), "{text}");
        }
    }

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        assert!(!needs_rehash(NOBODYS));
        // It must be one that the library reads to the end, or it would answer at once.
        let start = std::time::Instant::now();
        verify_nothing(&secret("whatever"));
        let nothing = start.elapsed();
        let start = std::time::Instant::now();
        assert!(!verify("$argon2id$v=19$m=65536,t=2,p=1$bm90", &secret("whatever")));
        assert!(nothing > start.elapsed() * 10, "{nothing:?}");
    }

    #[test]
    fn an_older_cost_asks_for_a_new_hash() {
        assert!(needs_rehash(&NOBODYS.replace("t=2", "t=1")));
        assert!(needs_rehash("$argon2i$v=19$m=65536,t=2,p=1$AAAA$AAAA"));
    }
}
