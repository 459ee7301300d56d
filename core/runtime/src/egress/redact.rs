//! Removes a secret's bytes from what a provider answers, in the spellings an echo comes in. The
//! answer streams through, and a secret cut in two by a packet is still found.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use domain::Secret;
use memchr::memmem;

/// Secrets shorter than this are not looked for: they would be found in everything.
const SECRET_BYTES_MIN: usize = 4;

/// Overwrites secrets in a stream of bytes with asterisks, so that lengths stay.
#[derive(Default)]
pub(crate) struct Redactor {
    spellings: Vec<Secret>,
    held: Vec<u8>,
}

impl Redactor {
    /// Looks for these secrets, each as it is and as JSON, addresses, forms and base64 write it.
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let mut spellings: Vec<Secret> = Vec::new();
        for secret in secrets {
            for spelling in spellings_of(secret) {
                let known = spellings.iter().any(|other| other.expose() == spelling.expose());
                if !known && spelling.len() >= SECRET_BYTES_MIN {
                    spellings.push(spelling);
                }
            }
        }
        Self { spellings, held: Vec::new() }
    }

    /// Takes bytes in and gives out those that can't be the beginning of a secret.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.spellings.is_empty() {
            return bytes.to_vec();
        }
        self.held.extend_from_slice(bytes);
        self.overwrite();
        let longest = self.spellings.iter().map(Secret::len).max().unwrap_or(0);
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
        for spelling in &self.spellings {
            let found: Vec<usize> = memmem::find_iter(&self.held, spelling.expose()).collect();
            for at in found {
                self.held[at..at + spelling.len()].fill(b'*');
            }
        }
    }
}

fn spellings_of(secret: &Secret) -> Vec<Secret> {
    let bytes = secret.expose();
    let mut found = vec![secret.clone()];
    found.extend(
        [STANDARD_NO_PAD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)].map(Secret::from_text),
    );
    found.push(Secret::from_text(url::form_urlencoded::byte_serialize(bytes).collect()));
    if let Some(text) = secret.expose_text() {
        if let Ok(json) = serde_json::to_string(text) {
            found.push(Secret::from_text(json.trim_matches('"').to_owned()));
        }
        // The password of a name and password stands for itself too.
        if let Some((_, password)) = text.split_once(':') {
            found.push(Secret::from_text(password.to_owned()));
        }
    }
    found
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
}
