//! The language a person reads and the direction it runs in.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use crate::Zone;

/// A language the workspace is written in. A third one is a line here and a folder of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English.
    En,
    /// Hebrew.
    He,
}

/// Text that names no language we have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such language: {0:?}")]
pub struct UnknownLocale(pub String);

impl Locale {
    /// Every language, in the order a menu shows them.
    pub const ALL: [Self; 2] = [Self::En, Self::He];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::He => "he",
        }
    }

    /// HTML's `dir`.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::En => "ltr",
            Self::He => "rtl",
        }
    }

    /// The language's name in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::He => "עברית",
        }
    }

    /// The day that weeks begin with for those who read it, by the clocks of a zone.
    pub fn first_weekday(self, zone: &Zone) -> Weekday {
        let is_sunday = self == Self::He
            || zone.name() == "Asia/Jerusalem"
            || zone.name().starts_with("America/");
        if is_sunday { Weekday::Sunday } else { Weekday::Monday }
    }

    /// The best language for an `Accept-Language` header (RFC 9110, section 12.5.4), if any fits.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',').take(32) {
            let mut pieces = part.split(';');
            let Ok(locale) = pieces.next().unwrap_or_default().parse::<Self>() else { continue };
            let weight =
                pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            if weight > best.map_or(0.0, |(most, _)| most) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;
    /// Reads a tag by its primary language; `iw` is Hebrew's old code, which some phones still send.
    fn from_str(text: &str) -> Result<Self, UnknownLocale> {
        let primary = text.trim().split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Ok(Self::En),
            "he" | "iw" => Ok(Self::He),
            _ => Err(UnknownLocale(text.chars().take(32).collect())),
        }
    }
}

impl TryFrom<String> for Locale {
    type Error = UnknownLocale;
    fn try_from(text: String) -> Result<Self, UnknownLocale> {
        text.parse()
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> String {
        locale.tag().to_owned()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_we_have_wins() {
        assert_eq!(Locale::from_accept_language("fr, he-IL;q=0.8, en;q=0.5"), Some(Locale::He));
        assert_eq!(Locale::from_accept_language("en-US,iw;q=0.9"), Some(Locale::En));
        assert_eq!(Locale::from_accept_language("fr"), None);
        assert_eq!(Locale::from_accept_language("he;q=0"), None);
    }
}
