//! Why somebody who came back from the provider stays outside.

use crate::error::Error;

/// One reason each; the word stands in logs and in the activity log, the key is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A state nobody began with, a used one, a late one, or another browser's.
    State,
    /// The person said no at the provider.
    Declined,
    /// The provider said no.
    Provider,
    /// It doesn't know us.
    Client,
    /// It doesn't accept the code.
    Code,
    /// There is no id token, or it is none.
    Malformed,
    /// No signature, a wrong one, or of a kind or key that doesn't count.
    Signature,
    /// Of another issuer.
    Issuer,
    /// For another application.
    Audience,
    /// Too old, or from the future.
    Expired,
    /// The answer to another question.
    Nonce,
    /// Nobody has linked this identity.
    Unknown,
    /// Another account has.
    Taken,
    /// The invitation is for another address, or the provider doesn't vouch for it.
    Address,
    /// The invitation's address has an account, which signs in first.
    HasAccount,
    /// The invitation was used, withdrawn, or is too old.
    Invitation,
}

impl Refusal {
    /// For logs.
    pub(crate) fn word(self) -> &'static str {
        self.words().0
    }

    /// For people.
    pub(crate) fn error(self) -> Error {
        let (word, key) = self.words();
        Error::invalid(word, key)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::State => ("state", "error-openid-state"),
            Self::Declined => ("declined", "error-openid-declined"),
            Self::Provider => ("provider", "error-openid-refused"),
            Self::Client => ("client", "error-openid-client"),
            Self::Code => ("code", "error-openid-code"),
            Self::Malformed => ("malformed", "error-openid-signature"),
            Self::Signature => ("signature", "error-openid-signature"),
            Self::Issuer => ("issuer", "error-openid-elsewhere"),
            Self::Audience => ("audience", "error-openid-elsewhere"),
            Self::Expired => ("expired", "error-openid-expired"),
            Self::Nonce => ("nonce", "error-openid-nonce"),
            Self::Unknown => ("unknown", "error-openid-unknown"),
            Self::Taken => ("taken", "error-openid-taken"),
            Self::Address => ("address", "error-openid-address"),
            Self::HasAccount => ("has-account", "error-sign-in-to-join"),
            Self::Invitation => ("invitation", "error-invitation-used"),
        }
    }
}
