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
    let impossible = || Error::Conflict { key: "error-passkey-impossible" };
    let url = Url::parse(&app.options.public_url).map_err(Error::internal)?;
    let name = url.domain().filter(|_| is_suitable(&url)).ok_or_else(impossible)?;
    let builder = WebauthnBuilder::new(name, &url).map_err(Error::internal)?;
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
    use super::*;

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
