//! Connecting an account by a server's address, a user name and a password.

use serde::Serialize;

use super::checkups::{CheckupBlock, GuideRow};
use super::{Errors, pages};

pages! {
    LoginPage => "pages/connections/login.html",
}

/// The form of a provider where people type a password.
#[derive(Debug, Clone, Serialize)]
pub struct LoginPage {
    /// Where the form goes.
    pub action: String,
    /// The plugin's name.
    pub plugin: String,
    /// The plugin's icon.
    pub icon: Option<String>,
    /// The provider's name.
    pub provider: String,
    /// What there is to know first, one paragraph a line.
    pub guide: Vec<GuideRow>,
    /// Servers that many use.
    pub servers: Vec<ServerRow>,
    /// The server as it was typed, or as it is known.
    pub server: String,
    /// The user name.
    pub user: String,
    /// Whether an account that is there is connected again.
    pub again: bool,
    /// The host of another server that the typed one sends on to; `server` has its address then.
    pub elsewhere: Option<String>,
    /// What is wrong.
    pub errors: Errors,
    /// How far it came.
    pub checkup: Option<CheckupBlock>,
}

/// A server that many use.
#[derive(Debug, Clone, Serialize)]
pub struct ServerRow {
    /// Its name.
    pub name: String,
    /// Its address; empty where everybody has their own.
    pub address: String,
    /// Where to make an app password.
    pub guide: String,
}
