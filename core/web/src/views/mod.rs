//! What templates are given: one typed struct a page, with every date, number and sentence of
//! another's making already in the reader's words.

use std::collections::BTreeMap;

use app::tenants::Brand;
use domain::Locale;
use serde::Serialize;

pub mod account;
pub mod activity;
pub mod api_tokens;
pub mod approvals;
pub mod calendar;
pub mod calendar_feeds;
pub mod calendar_imports;
pub mod checkups;
pub mod components;
pub mod connections;
pub mod documents;
pub mod door;
pub mod doubles;
pub mod endpoints;
pub mod errors;
pub mod exports;
pub mod home;
pub mod imports;
pub mod jobs;
pub mod logins;
pub mod notifications;
pub mod own_fields;
pub mod people;
pub mod pictures;
pub mod pipelines;
pub mod plugin_views;
pub mod plugins;
pub mod reports;
pub mod sealed;
pub mod search;
pub mod settings;
pub mod sources;
pub mod sweeps;
pub mod tasks;
pub mod team;
pub mod undos;

/// A page: what its template needs and which template that is.
pub trait Page: Serialize {
    /// The template's name within the theme.
    const TEMPLATE: &'static str;
}

/// Declares the template of each page struct.
macro_rules! pages {
    ($($name:ident => $template:literal,)*) => {$(
        impl $crate::views::Page for $name {
            const TEMPLATE: &'static str = $template;
        }
    )*};
}
pub(crate) use pages;

/// What every page has around its content.
#[derive(Debug, Clone, Serialize)]
pub struct Shell {
    /// The reader's language.
    pub locale: Locale,
    /// HTML's `dir`.
    pub dir: &'static str,
    /// Allows this page's own scripts.
    pub nonce: String,
    /// `auto`, `light` or `dark`.
    pub appearance: String,
    /// The colour that the business wears.
    pub colour: &'static str,
    /// The theme it chose.
    pub theme: String,
    /// Where its logo is, if it has one.
    pub logo: Option<String>,
    /// Its name, where the page is one of a business.
    pub business: Option<String>,
    /// Whether providers are simulators.
    pub sandbox: bool,
    /// Where this page is, for forms that come back to it.
    pub path: String,
    /// The languages there are.
    pub languages: Vec<Choice>,
    /// The navigation, as far as the role sees it.
    pub nav: Vec<NavItem>,
    /// The pages of plugins, as far as the role sees them.
    pub apps: Vec<AppItem>,
    /// Who is signed in, and where.
    pub member: Option<MemberView>,
    /// The key of what has just been done, said once.
    pub said: Option<String>,
    /// The same in a plugin's words.
    pub told: Option<String>,
    /// Where that is taken back, if it can be.
    pub undo: Option<String>,
    /// Whether the page is what a sent form was answered with.
    pub answers_form: bool,
}

impl Shell {
    /// The same as a business shows itself.
    #[must_use]
    pub fn worn_by(self, brand: &Brand) -> Self {
        let Brand { colour, theme, logo, name } = brand.clone();
        Self { colour: colour.as_str(), theme, logo, business: Some(name), ..self }
    }
}

/// A place in the navigation.
#[derive(Debug, Clone, Serialize)]
pub struct NavItem {
    /// Its name's key.
    pub key: &'static str,
    /// Its address.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// `work`, `tools` or `business`.
    pub group: &'static str,
    /// Whether the page is in it.
    pub current: bool,
    /// Whether a phone shows it in the bar rather than behind "more".
    pub in_bar: bool,
}

/// A plugin's page in the navigation.
#[derive(Debug, Clone, Serialize)]
pub struct AppItem {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// The address of the plugin's icon.
    pub icon: Option<String>,
    /// Whether the page is in it.
    pub current: bool,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize)]
pub struct MemberView {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their picture.
    pub avatar: Avatar,
    /// The business's name.
    pub tenant: String,
    /// The business's picture.
    pub tenant_avatar: Avatar,
    /// Whether there is another business to switch to.
    pub many_tenants: bool,
    /// From where on the page is told of changes.
    pub live: i64,
    /// How many notifications they haven't read.
    pub unread: i64,
}

/// Initials on a colour that stays the same for the same name.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Avatar {
    /// One or two letters.
    pub initials: String,
    /// Which of the four colours.
    pub hue: u8,
}

impl Avatar {
    /// The avatar of a name.
    pub fn of(name: &str) -> Self {
        let mut words = name
            .split_whitespace()
            .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
        let (first, last) = (words.next(), words.next_back());
        let initials: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
        let sum = name.chars().fold(0_u32, |sum, letter| sum.wrapping_mul(31) ^ u32::from(letter));
        Self { initials, hue: u8::try_from(sum % 4).unwrap_or(0) }
    }
}

/// One of several to choose from; the label is in the reader's words.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it is the one chosen.
    pub selected: bool,
}

impl Choice {
    /// A choice, selected when its value is the current one.
    pub fn new(value: impl Into<String>, label: impl Into<String>, current: &str) -> Self {
        let value = value.into();
        Self { selected: value == current, label: label.into(), value }
    }
}

/// What is wrong with a form: the key of a text for each field.
pub type Errors = BTreeMap<String, String>;

/// A tab above a list.
#[derive(Debug, Clone, Serialize)]
pub struct Tab {
    /// Its name's key.
    pub key: &'static str,
    /// Its address.
    pub href: String,
    /// How many it holds, where that is known.
    pub count: Option<i64>,
    /// Whether it is the one shown.
    pub current: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(Avatar::of("Dana Ben Ami").initials, "DA");
        assert_eq!(Avatar::of("דנה לוי").initials, "דל");
        assert_eq!(Avatar::of("  (omer) ").initials, "O");
        assert_eq!(Avatar::of("").initials, "");
    }
}
