//! Pages for somebody who isn't at work in a business yet: first run, sign-in, invitation, switcher.

use serde::{Deserialize, Serialize};

use super::{Avatar, Choice, Errors, pages};

pages! {
    Welcome => "pages/door/welcome.html",
    SignIn => "pages/door/sign-in.html",
    AcceptInvitation => "pages/door/invitation.html",
    Tenants => "pages/door/tenants.html",
    Reset => "pages/door/reset.html",
    Forgot => "pages/door/forgot.html",
    SecondStep => "pages/door/second.html",
    Confirm => "pages/door/confirm.html",
    OpenidLeaving => "pages/door/openid-leaving.html",
    OpenidRefused => "pages/door/openid-refused.html",
}

/// What the first-run form holds. Passwords are never shown again and aren't part of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WelcomeForm {
    /// The business's name.
    pub business: String,
    /// Its language.
    pub locale: String,
    /// Its time zone.
    pub zone: String,
    /// Its currency.
    pub currency: String,
    /// The owner's name.
    pub name: String,
    /// The owner's address.
    pub email: String,
}

/// The first page of a new installation.
#[derive(Debug, Clone, Serialize)]
pub struct Welcome {
    /// What was entered.
    pub form: WelcomeForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Whether the zone is the person's own choice and not to be guessed over.
    pub zone_chosen: bool,
    /// The languages.
    pub locales: Vec<Choice>,
    /// The time zones.
    pub zones: Vec<Choice>,
    /// The currencies.
    pub currencies: Vec<Choice>,
}

/// Signing in.
#[derive(Debug, Clone, Serialize)]
pub struct SignIn {
    /// The address entered.
    pub email: String,
    /// Where to go afterwards: a path of ours.
    pub next: String,
    /// Why it failed.
    pub errors: Errors,
    /// Minutes until another try makes sense, after too many.
    pub wait_minutes: Option<u64>,
    /// Whether a link for a new password can be mailed.
    pub can_mail: bool,
    /// Whether passkeys work for this installation.
    pub passkey: bool,
    /// The OpenID provider's name, where there is one.
    pub openid: Option<String>,
}

/// On the way to the OpenID provider.
#[derive(Debug, Clone, Serialize)]
pub struct OpenidLeaving {
    /// What people call it.
    pub provider: String,
    /// Where it is.
    pub address: String,
}

/// Back from there in vain.
#[derive(Debug, Clone, Serialize)]
pub struct OpenidRefused {
    /// What people call the provider.
    pub provider: String,
    /// Why: a key; empty after too many tries.
    pub key: String,
    /// Minutes until another try makes sense, after too many.
    pub wait_minutes: Option<u64>,
    /// Finds the line in the log.
    pub code: String,
    /// Where to go from here: a path of ours.
    pub back: String,
}

/// Accepting an invitation.
#[derive(Debug, Clone, Serialize)]
pub struct AcceptInvitation {
    /// The path of this invitation.
    pub action: String,
    /// The business that invites.
    pub business: String,
    /// Its picture.
    pub avatar: Avatar,
    /// Who invites.
    pub invited_by: String,
    /// The role it gives.
    pub role: String,
    /// The address it is for.
    pub email: String,
    /// Whether the address has an account already, which then signs in with its password.
    pub has_account: bool,
    /// Whether it is that account's session that looks.
    pub signed_in: bool,
    /// Whether it may sign in with a passkey first.
    pub passkey: bool,
    /// The OpenID provider's name, where that is a way to sign in first or to join.
    pub openid: Option<String>,
    /// The name entered.
    pub name: String,
    /// What is wrong.
    pub errors: Errors,
}

/// The businesses an account may enter.
#[derive(Debug, Clone, Serialize)]
pub struct Tenants {
    /// Those.
    pub tenants: Vec<TenantRow>,
}

/// One of them.
#[derive(Debug, Clone, Serialize)]
pub struct TenantRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub avatar: Avatar,
    /// The account's role in it.
    pub role: String,
    /// Whether the session is in it now.
    pub current: bool,
}

/// Choosing a new password by link.
#[derive(Debug, Clone, Serialize)]
pub struct Reset {
    /// The path of this link.
    pub action: String,
    /// Whose password it is.
    pub email: String,
    /// What is wrong.
    pub errors: Errors,
}

/// Asking for such a link.
#[derive(Debug, Clone, Serialize)]
pub struct Forgot {
    /// The address entered.
    pub email: String,
    /// Whether the mail is on its way, if there is such an account.
    pub sent: bool,
    /// Whether mail leaves this machine at all.
    pub can_mail: bool,
    /// What is wrong.
    pub errors: Errors,
    /// Minutes until another try makes sense, after too many.
    pub wait_minutes: Option<u64>,
}

/// The second step of signing in.
#[derive(Debug, Clone, Serialize)]
pub struct SecondStep {
    /// Where to go afterwards: a path of ours.
    pub next: String,
    /// Whether an authenticator app can be used.
    pub app: bool,
    /// Whether a passkey can be used.
    pub passkey: bool,
    /// Why it failed.
    pub errors: Errors,
    /// Minutes until another try makes sense, after too many.
    pub wait_minutes: Option<u64>,
}

/// Proving once more who it is, before something that a borrowed browser must not do.
#[derive(Debug, Clone, Serialize)]
pub struct Confirm {
    /// Where the form goes: what was to be done, or the page that only confirms.
    pub action: String,
    /// What was filled in there, sent again with the proof.
    pub fields: Vec<Field>,
    /// Who it must be.
    pub email: String,
    /// Whether a code is asked for, and not the password.
    pub code: bool,
    /// Whether a passkey can be used.
    pub passkey: bool,
    /// Where to go back to instead.
    pub back: String,
    /// What is wrong.
    pub errors: Errors,
    /// Minutes until another try makes sense, after too many.
    pub wait_minutes: Option<u64>,
}

/// A field that is sent again as it was.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}
