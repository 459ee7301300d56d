//! The person's own account.

use serde::{Deserialize, Serialize};

use super::{Avatar, Choice, Errors, pages};

pages! {
    Profile => "pages/profile.html",
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
