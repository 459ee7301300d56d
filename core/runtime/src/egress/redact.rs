//! Removes a secret's bytes from what a provider answers, in whatever spelling an echo comes in. The
//! answer streams through, and a secret cut in two by a packet is still found.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use domain::Secret;
use memchr::memmem;

use super::spelt;

/// Secrets shorter than this are not looked for: they would be found in everything.
const SECRET_BYTES_MIN: usize = 4;

/// Overwrites secrets in a stream of bytes with asterisks, so that lengths stay.
#[derive(Default)]
pub(crate) struct Redactor {
    /// Secrets whose bytes may each be written in several ways.
    spelt: Vec<Secret>,
    /// Other ways to write a whole secret, longest first.
    encoded: Vec<Secret>,
    held: Vec<u8>,
}

impl Redactor {
    /// Looks for these secrets: as they are, with any of their bytes written as addresses, forms,
    /// JSON and pages write them, in hexadecimal, and wherever they are in something in base64.
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.look_for(secret);
            // The password of a name and password stands for itself too.
            if let Some((_, password)) = secret.expose_text().and_then(|text| text.split_once(':'))
            {
                redactor.look_for(&Secret::from_text(password.to_owned()));
            }
        }
        redactor.encoded.sort_by_key(|encoded| std::cmp::Reverse(encoded.len()));
        redactor
    }

    fn look_for(&mut self, secret: &Secret) {
        if secret.len() < SECRET_BYTES_MIN {
            return;
        }
        self.spelt.push(secret.clone());
        // A few characters of base64 are in everything.
        let long = encodings_of(secret.expose()).filter(|text| text.len() >= 2 * SECRET_BYTES_MIN);
        self.encoded.extend(long.map(Secret::from_text));
    }

    /// Takes bytes in and gives out those that can't be the beginning of a secret.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.spelt.is_empty() {
            return bytes.to_vec();
        }
        self.held.extend_from_slice(bytes);
        self.overwrite();
        let spelt = self.spelt.iter().map(|secret| secret.len() * spelt::BYTES_MAX);
        let longest = spelt.chain(self.encoded.iter().map(Secret::len)).max().unwrap_or(0);
        let safe = self.held.len().saturating_sub(longest.saturating_sub(1));
        self.held.drain(..safe).collect()
    }

    /// What was held back, at the end.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// A whole piece at once.
    pub(crate) fn whole(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = self.push(bytes);
        out.extend(self.finish());
        out
    }

    fn overwrite(&mut self) {
        for secret in &self.spelt {
            for (from, to) in spelt::find_all(&self.held, secret.expose()) {
                self.held[from..to].fill(b'*');
            }
        }
        for encoded in &self.encoded {
            let found: Vec<usize> = memmem::find_iter(&self.held, encoded.expose()).collect();
            for at in found {
                self.held[at..at + encoded.len()].fill(b'*');
            }
        }
    }
}

fn encodings_of(bytes: &[u8]) -> impl Iterator<Item = String> {
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let upper = hex.to_uppercase();
    [hex, upper].into_iter().chain(base64_inside(bytes))
}

/// How base64 writes these bytes wherever they stand in what is encoded: for each of the three ways
/// that groups of three bytes can fall, the characters that these bytes alone decide.
fn base64_inside(bytes: &[u8]) -> impl Iterator<Item = String> {
    let ends = [STANDARD_NO_PAD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)];
    let inside = (0..3_usize).flat_map(move |before| {
        let mut shifted = vec![0; before];
        shifted.extend_from_slice(bytes);
        // The first characters hold bits of what stands before, the last of what follows.
        let (from, to) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
        [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)]
            .map(|text| text.get(from..to).unwrap_or_default().to_owned())
    });
    ends.into_iter().chain(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(secret: &str) -> Redactor {
        Redactor::new(&[Secret::from_text(secret.to_owned())])
    }

    #[test]
    fn a_secret_is_found_however_the_bytes_are_cut() {
        let text = b"{\"echo\":\"tok/en+123\",\"next\":1}";
        for cut in 0..text.len() {
            let mut redactor = redactor("tok/en+123");
            let mut out = redactor.push(&text[..cut]);
            out.extend(redactor.push(&text[cut..]));
            out.extend(redactor.finish());
            assert_eq!(out, b"{\"echo\":\"**********\",\"next\":1}", "cut at {cut}");
        }
    }

    #[test]
    fn every_spelling_is_found() {
        let secret = "na\"me:p ss/wörd";
        for echo in [
            secret.to_owned(),
            "na\\\"me:p ss/wörd".into(),
            STANDARD_NO_PAD.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
            "na%22me%3Ap+ss%2Fw%C3%B6rd".into(),
            "p ss/wörd".into(),
            "na&quot;me:p ss&#47;w%C3%b6rd".into(),
        ] {
            let out = redactor(secret).whole(format!("<{echo}>").as_bytes());
            assert!(
                out.iter().all(|b| b"<*>".contains(b)),
                "{echo}: {}",
                String::from_utf8_lossy(&out)
            );
        }
    }

    #[test]
    fn without_secrets_nothing_is_held_back() {
        assert_eq!(Redactor::default().push(b"abc"), b"abc");
        assert_eq!(redactor("x").push(b"xxx"), b"xxx");
    }

    #[test]
    fn base64_of_more_than_the_secret_is_found_in_each_alignment() {
        let secret = "ya29.s3cr3t-token";
        for (before, after) in [("", ""), ("a", "b"), ("ab", "c"), ("abc", "de"), ("Bearer ", "\n")]
        {
            let text = URL_SAFE_NO_PAD.encode(format!("{before}{secret}{after}"));
            let out = String::from_utf8(redactor(secret).whole(text.as_bytes())).unwrap();
            // At most a character at either end shares bits with its neighbours.
            assert!(out.matches('*').count() >= secret.len() * 8 / 6 - 2, "{before:?}: {out}");
        }
    }
}
