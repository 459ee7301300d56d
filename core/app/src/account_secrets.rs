//! Secrets of an account, such as the key it shares with an authenticator app. Accounts belong to
//! no tenant, so each secret has a data key of its own, wrapped under the account's id and stored,
//! behind its length in one byte, in front of the envelope: deleting the row destroys both.

use domain::{AccountId, Secret, TenantId};
use vault::{Label, WrappedKey};

use crate::App;
use crate::error::{Error, Result};
use crate::secrets::alarm;

/// The account's place in the key hierarchy. Ids are never shared between accounts and tenants
/// (UUIDv7), so neither is a key.
fn realm(account: &AccountId) -> Result<TenantId> {
    account.as_str().parse().map_err(Error::internal)
}

fn label<'a>(realm: &'a TenantId, name: &'a str) -> Label<'a> {
    Label { tenant: realm, owner: "account", name, record: "", version: 1 }
}

/// Seals a secret of the account, such as `totp`.
pub(crate) fn seal(app: &App, account: &AccountId, name: &str, secret: &Secret) -> Result<Vec<u8>> {
    let realm = realm(account)?;
    let key = app.vault.new_data_key(&realm, 1, 1)?;
    let envelope = app.vault.seal(&key, &label(&realm, name), secret)?;
    let wrapped = key.as_bytes();
    let length = u8::try_from(wrapped.len()).map_err(Error::internal)?;
    Ok([&[length], wrapped, &envelope].concat())
}

/// Opens what [`seal`] made for the same account and name. What was changed from outside is told in the
/// log of every business of the account.
pub(crate) fn open(app: &App, account: &AccountId, name: &str, sealed: &[u8]) -> Result<Secret> {
    let realm = realm(account)?;
    unseal(app, &realm, name, sealed)
        .map_err(|error| alarm::raise_of_account(app, account, &realm, name, error.into()))
}

fn unseal(
    app: &App,
    realm: &TenantId,
    name: &str,
    sealed: &[u8],
) -> std::result::Result<Secret, vault::Error> {
    let cut = || vault::Error::Malformed("sealed secret of an account");
    let (length, rest) = sealed.split_first().ok_or_else(cut)?;
    let (wrapped, envelope) = rest.split_at_checked(usize::from(*length)).ok_or_else(cut)?;
    app.vault.open(&WrappedKey::from_bytes(wrapped)?, &label(realm, name), envelope)
}
