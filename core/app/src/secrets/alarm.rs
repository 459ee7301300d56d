//! What happens when stored secrets are not what was stored: an error that a person understands, a
//! line in the log, and an entry in the tenant's audit chain, written by a transaction of its own
//! because the one that noticed fails.

use domain::{AccountId, TenantId};
use serde_json::json;
use vault::Finding;

use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};
use crate::{App, accounts};

/// The translation key of the error.
pub(crate) const UNTRUSTED: &str = "error-secrets-untrusted";

/// The same finding is told to the audit chain once within this time.
const REPEAT_SECS: i64 = 3600;
/// Findings that are remembered for it.
const REMEMBERED_MAX: usize = 1000;

/// Why a secret can't be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trouble(vault::Error);

impl From<vault::Error> for Trouble {
    fn from(error: vault::Error) -> Self {
        Self(error)
    }
}

impl From<Finding> for Trouble {
    fn from(finding: Finding) -> Self {
        Self(vault::Error::Tampered(finding))
    }
}

impl Trouble {
    /// A word for it, which translation keys use.
    pub(crate) const fn word(self) -> &'static str {
        match self.0 {
            vault::Error::Tampered(finding) => finding.as_str(),
            vault::Error::Refused => "seal-refused",
            vault::Error::OtherKey { .. } => "key-swapped",
            vault::Error::UnknownFormat { .. } => "format-unknown",
            vault::Error::Malformed(_) => "malformed",
            vault::Error::WrongRootKey
            | vault::Error::LabelTooLong { .. }
            | vault::Error::Library(_) => "unknown",
        }
    }

    /// Whether it is an attack or damage, not a failing machine.
    const fn is_finding(self) -> bool {
        !matches!(self.0, vault::Error::LabelTooLong { .. } | vault::Error::Library(_))
    }
}

/// Tells of it and answers the error for whoever asked for `what`.
pub(crate) fn raise(app: &App, tenant: &TenantId, what: &str, trouble: Trouble) -> Error {
    if !trouble.is_finding() {
        return trouble.0.into();
    }
    let finding = trouble.word();
    tell(app, tenant, what, finding);
    Error::unavailable(UNTRUSTED, format_args!("{what}: {finding}"))
}

/// Tells of an account's secret, which belongs to no one business, in the logs of all that the account
/// is a member of; answers the error for whoever asked for it.
pub(crate) fn raise_of_account(
    app: &App,
    account: &AccountId,
    realm: &TenantId,
    name: &str,
    trouble: Trouble,
) -> Error {
    if !trouble.is_finding() {
        return trouble.0.into();
    }
    let finding = trouble.word();
    tracing::error!(%account, name, finding, "an account's secret was changed from outside");
    if is_new(app, realm, name, finding)
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        let (app, account, realm, name) =
            (app.clone(), account.clone(), realm.clone(), name.to_owned());
        runtime.spawn(async move {
            if let Err(error) = note_of_account(&app, &account, &name, finding).await {
                forget(&app, &realm, &name, finding);
                tracing::error!(%account, %error, "a finding of the vault could not be audited");
            }
        });
    }
    Error::unavailable(UNTRUSTED, format_args!("account {name}: {finding}"))
}

async fn note_of_account(
    app: &App,
    account: &AccountId,
    name: &str,
    finding: &'static str,
) -> Result<()> {
    let (app2, account) = (app.clone(), account.clone());
    let detail = json!({"finding": finding, "name": format!("account {name}")});
    app.db
        .transact(move |c| {
            let who = Who::system();
            let action = "vault.tampering-found";
            accounts::note_more(&app2, c, &account, &who, action, &detail)
        })
        .await
}

/// Tells the log and the audit chain.
pub(crate) fn tell(app: &App, tenant: &TenantId, what: &str, finding: &'static str) {
    tracing::error!(%tenant, what, finding, "stored secrets were changed from outside");
    if is_new(app, tenant, what, finding)
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        let (app, tenant, what) = (app.clone(), tenant.clone(), what.to_owned());
        runtime.spawn(async move {
            if let Err(error) = note(&app, &tenant, &what, finding).await {
                forget(&app, &tenant, &what, finding);
                tracing::error!(%tenant, %error, "a finding of the vault could not be audited");
            }
        });
    }
}

/// Whether this was not told within the hour; from now on it was.
pub(crate) fn is_new(app: &App, tenant: &TenantId, what: &str, finding: &'static str) -> bool {
    let now = app.clock.now();
    let mut told = app.witness.told();
    if told.len() >= REMEMBERED_MAX {
        told.clear();
    }
    let before = told.insert((tenant.clone(), what.to_owned(), finding), now);
    before.is_none_or(|at| at.plus_secs(REPEAT_SECS) <= now)
}

/// It could not be told: the next time it is.
fn forget(app: &App, tenant: &TenantId, what: &str, finding: &'static str) {
    app.witness.told().remove(&(tenant.clone(), what.to_owned(), finding));
}

async fn note(app: &App, tenant: &TenantId, what: &str, finding: &'static str) -> Result<()> {
    let (app2, tenant, what) = (app.clone(), tenant.clone(), what.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            let act = Act {
                action: "vault.tampering-found",
                entity: "secret",
                entity_id: &what,
                detail: json!({"finding": finding, "name": what}),
            };
            audit::append(&app2, c, &tenant, &Who::system(), &act)
        })
        .await
}
