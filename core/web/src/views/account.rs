//! The person's own account.

use serde::{Deserialize, Serialize};

use super::{Avatar, Choice, Errors, pages};

pages! {
    Profile => "pages/profile.html",
    AppEnrolment => "pages/profile/app.html",
    NewPasskey => "pages/profile/passkey.html",
    RecoveryCodes => "pages/profile/codes.html",
}

/// What the form holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their number.
    pub phone: String,
    /// Their language; empty for the business's.
    pub locale: String,
    /// The password, asked for when the address changes.
    #[serde(skip_serializing)]
    pub password: String,
}

/// The page.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// What is entered.
    pub form: ProfileForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Their picture.
    pub avatar: Avatar,
    /// The languages.
    pub locales: Vec<Choice>,
    /// Where they are signed in.
    pub sessions: Vec<SessionRow>,
    /// Whether the business waits for a second step.
    pub owes_second_step: bool,
    /// Their second factors.
    pub factors: FactorRows,
    /// Who they are at the OpenID provider, where there is one.
    pub openid: Option<IdentityRows>,
}

/// Identities at the OpenID provider.
#[derive(Debug, Clone, Serialize)]
pub struct IdentityRows {
    /// What people call the provider.
    pub provider: String,
    /// Those that are linked.
    pub identities: Vec<IdentityRow>,
}

/// An identity.
#[derive(Debug, Clone, Serialize)]
pub struct IdentityRow {
    /// Its id.
    pub id: String,
    /// How its owner recognises it; may be empty.
    pub label: String,
    /// When it was linked.
    pub added: String,
    /// When it was last used; empty for never.
    pub used: String,
}

/// Second factors, as the profile shows them.
#[derive(Debug, Clone, Serialize)]
pub struct FactorRows {
    /// Since when an authenticator app is asked for; empty when none is.
    pub app_since: String,
    /// The passkeys.
    pub passkeys: Vec<PasskeyRow>,
    /// Whether passkeys work for this installation.
    pub passkeys_possible: bool,
    /// Recovery codes that are left.
    pub codes_left: i64,
    /// Whether there is any second factor, so that recovery codes make sense.
    pub any: bool,
}

/// A passkey.
#[derive(Debug, Clone, Serialize)]
pub struct PasskeyRow {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added: String,
    /// When it was last used; empty for never.
    pub used: String,
}

/// Adding a passkey.
#[derive(Debug, Clone, Serialize)]
pub struct NewPasskey {
    /// The name entered, or a likely one.
    pub name: String,
    /// Whether passkeys work for this installation.
    pub possible: bool,
    /// What is wrong.
    pub errors: Errors,
}

/// Setting an authenticator app up.
#[derive(Debug, Clone, Serialize)]
pub struct AppEnrolment {
    /// The key as a picture to scan: a data address.
    pub picture: String,
    /// The same key in groups of four, to type.
    pub key: String,
    /// What is wrong with the code.
    pub errors: Errors,
}

/// Recovery codes, shown once.
#[derive(Debug, Clone, Serialize)]
pub struct RecoveryCodes {
    /// Those.
    pub codes: Vec<String>,
    /// The same as one text, to copy.
    pub text: String,
}

/// Where somebody is signed in.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRow {
    /// Names it.
    pub id: String,
    /// The browser, in words.
    pub device: String,
    /// The address.
    pub address: String,
    /// When it was last used.
    pub seen: String,
    /// Whether it is this one.
    pub current: bool,
}
