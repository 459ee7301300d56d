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
    /// The theme its pages are drawn in.
    pub theme: String,
    /// The revision that was being changed.
    pub rev: i64,
}

/// A theme to choose.
#[derive(Debug, Clone, Serialize)]
pub struct ThemeChoice {
    /// What is sent.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is like; may be empty.
    pub about: String,
    /// The address of a picture of it.
    pub preview: Option<String>,
    /// Whether it is the one chosen.
    pub selected: bool,
}

/// The page.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// What is entered.
    pub form: SettingsForm,
    /// Whether everybody needs a second step.
    pub second_step: bool,
    /// The themes there are.
    pub themes: Vec<ThemeChoice>,
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
