//! This installation as the site that passkeys are for (the "relying party"): its name is the host of
//! the public address, and answers count from exactly that address.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::AccountId;
use url::Url;
use webauthn_rs::prelude::{Passkey, Uuid, Webauthn, WebauthnBuilder};

use crate::App;
use crate::error::{Error, Result};

/// What devices call the site.
const NAME: &str = "OXPI";

/// Whether browsers can keep passkeys for this installation: they do for a name and never for a bare
/// number address, and only by https or on the machine itself.
pub fn is_possible(app: &App) -> bool {
    Url::parse(&app.options.public_url).is_ok_and(|url| is_suitable(&url))
}

fn is_suitable(url: &Url) -> bool {
    let Some(name) = url.domain() else { return false };
    url.scheme() == "https" || name == "localhost" || name.ends_with(".localhost")
}

/// The site. Challenges are of the library's own making, from the system's randomness.
pub(super) fn of(app: &App) -> Result<Webauthn> {
    at(&Url::parse(&app.options.public_url).map_err(Error::internal)?)
}

fn at(url: &Url) -> Result<Webauthn> {
    let impossible = || Error::Conflict { key: "error-passkey-impossible" };
    let name = url.domain().filter(|_| is_suitable(url)).ok_or_else(impossible)?;
    let builder = WebauthnBuilder::new(name, url).map_err(Error::internal)?;
    // Neither other ports nor subdomains: the default, and on purpose.
    builder.rp_name(NAME).build().map_err(Error::internal)
}

/// What a passkey says its owner is: the account's id, which tells nothing about a person.
pub(super) fn handle_of(account: &AccountId) -> Result<Uuid> {
    Uuid::parse_str(account.as_str()).map_err(Error::internal)
}

/// A credential's id as it is kept: base64url, as browsers write it.
pub(super) fn text_of(id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// The bytes again.
pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// How often it says it was used. The library keeps that to itself, but not what it writes.
pub(super) fn counter_of(passkey: &Passkey) -> Result<i64> {
    let written = serde_json::to_value(passkey)?;
    let counter = written.pointer("/cred/counter").and_then(serde_json::Value::as_i64);
    counter.ok_or_else(|| Error::internal("a passkey without a counter"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::to_value;
    use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

    use super::super::authenticator::{Authenticator, tampered};
    use super::*;

    const ADDRESS: &str = "https://oxpi.example";

    fn party() -> Webauthn {
        at(&Url::parse(ADDRESS).unwrap()).unwrap()
    }

    /// What comes of a device's answer after this change to it.
    fn added(device: &mut Authenticator, change: impl FnOnce(String) -> String) -> Option<Passkey> {
        let party = party();
        let (asked, state) =
            party.start_passkey_registration(Uuid::from_u128(7), "a@x.il", "A", None).unwrap();
        let answer = change(device.create(&to_value(asked).unwrap()));
        let read: RegisterPublicKeyCredential = serde_json::from_str(&answer).ok()?;
        party.finish_passkey_registration(&read, &state).ok()
    }

    fn is_let_in(
        device: &mut Authenticator,
        passkey: &Passkey,
        change: impl FnOnce(String) -> String,
    ) -> bool {
        let party = party();
        let (asked, state) = party.start_discoverable_authentication().unwrap();
        let answer = change(device.get(&to_value(asked).unwrap()));
        let Ok(read) = serde_json::from_str::<PublicKeyCredential>(&answer) else { return false };
        party.finish_discoverable_authentication_v2(&read, state, passkey).is_ok()
    }

    const SIGNED: [&str; 3] = ["clientDataJSON", "authenticatorData", "signature"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn no_bytes_instead_of_an_answers_let_anybody_in(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            name in prop::sample::select(SIGNED.to_vec()),
        ) {
            let mut device = Authenticator::at(ADDRESS);
            let passkey = added(&mut device, |answer| answer).unwrap();
            let is_in = is_let_in(&mut device, &passkey, |answer| {
                tampered(&answer, name, |held| *held = bytes)
            });
            prop_assert!(!is_in);
        }

        #[test]
        fn one_changed_byte_keeps_everybody_out(
            place in any::<prop::sample::Index>(),
            mask in 1_u8..,
            name in prop::sample::select(SIGNED.to_vec()),
        ) {
            let mut device = Authenticator::at(ADDRESS);
            let passkey = added(&mut device, |answer| answer).unwrap();
            prop_assert!(is_let_in(&mut device, &passkey, |answer| answer));
            let is_in = is_let_in(&mut device, &passkey, |answer| {
                tampered(&answer, name, |held| {
                    let at = place.index(held.len());
                    held[at] ^= mask;
                })
            });
            prop_assert!(!is_in);
        }

        #[test]
        fn what_claims_to_be_a_new_passkey_is_read_without_harm(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            place in any::<prop::sample::Index>(),
        ) {
            let mut device = Authenticator::at(ADDRESS);
            let replaced = added(&mut device, |answer| {
                tampered(&answer, "attestationObject", |held| *held = bytes.clone())
            });
            prop_assert!(replaced.is_none());
            // Cut anywhere, and with anything behind it: refused or read, and never a panic.
            added(&mut device, |answer| {
                tampered(&answer, "attestationObject", |held| {
                    held.truncate(place.index(held.len()));
                    held.extend(bytes);
                })
            });
        }

        #[test]
        fn no_text_is_an_answer(text in "[\\[\\]{}\":,a-zA-Z0-9 ]{0,200}") {
            prop_assert!(super::super::read::<PublicKeyCredential>(&text).is_err());
        }
    }

    #[test]
    fn passkeys_want_a_name_and_a_safe_way() {
        for (address, fits) in [
            ("https://office.example", true),
            ("https://office.example:8443", true),
            ("http://localhost:8080", true),
            ("http://office.example", false),
            ("http://127.0.0.1:8080", false),
            ("https://[::1]", false),
            ("https://192.0.2.7", false),
        ] {
            assert_eq!(Url::parse(address).is_ok_and(|url| is_suitable(&url)), fits, "{address}");
        }
    }
}
