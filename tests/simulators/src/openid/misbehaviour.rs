//! What the provider, or somebody between, gets wrong.

use serde::{Deserialize, Serialize};

/// One thing at a time, until it is told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misbehaviour {
    /// Nothing.
    #[default]
    None,
    /// The token answers another question.
    WrongNonce,
    /// The token answers none.
    NoNonce,
    /// The token is for another application.
    WrongAudience,
    /// The token is for another application as well.
    MoreAudiences,
    /// The token was made for another application.
    OtherParty,
    /// The token says another issuer.
    OtherIssuer,
    /// The description says another issuer.
    OtherIssuerDiscovered,
    /// The way back says another issuer.
    OtherIssuerReturned,
    /// The token is too old.
    Expired,
    /// The token is from next week.
    FromTheFuture,
    /// The token isn't signed and says so.
    Unsigned,
    /// The token is signed with the secret that both have.
    SharedSecret,
    /// The token is signed with the public key as if it were a secret.
    PublicKeyAsSecret,
    /// The token is signed with a key nobody has heard of.
    UnknownKey,
    /// The token names the right key and is signed with another.
    ForeignKey,
    /// A bit of the signature is another.
    AlteredSignature,
    /// The claims were changed after they were signed.
    AlteredClaims,
    /// There is no token.
    NoToken,
    /// There is something that is no token.
    Garbage,
    /// The token says nothing of whom it is about.
    NoSubject,
    /// The token endpoint refuses the code.
    CodeRefused,
    /// The page says that the provider can't just now.
    ServerError,
}
