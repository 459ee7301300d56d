//! The business's settings.

use serde::{Deserialize, Serialize};

use super::{Choice, Errors, pages};

pages! {
    Settings => "pages/settings.html",
}

/// What the form holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    /// The business's name.
    pub business: String,
    /// Its language.
    pub locale: String,
    /// Its time zone.
    pub zone: String,
    /// Its currency.
    pub currency: String,
    /// The colour it wears.
    pub colour: String,
    /// The revision that was being changed.
    pub rev: i64,
}

/// The page.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// What is entered.
    pub form: SettingsForm,
    /// Whether everybody needs a second step.
    pub second_step: bool,
    /// The colours there are.
    pub colours: Vec<&'static str>,
    /// What is wrong with it.
    pub errors: Errors,
    /// The languages.
    pub locales: Vec<Choice>,
    /// The time zones.
    pub zones: Vec<Choice>,
    /// The currencies.
    pub currencies: Vec<Choice>,
}
