//! `[database]`: which database.

use std::fmt;

use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// A PostgreSQL address; empty for SQLite.
    pub url: DatabaseUrl,
    /// The same PostgreSQL database as the owner of its tables; empty for `url` itself.
    pub owner_url: DatabaseUrl,
    /// Most connections at a time.
    pub connections: Connections,
    /// Seconds a statement may take.
    pub statement_secs: u64,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::default(),
            owner_url: DatabaseUrl::default(),
            connections: Connections(8),
            statement_secs: 30,
        }
    }
}

/// How many connections; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Connections(pub u32);

impl TryFrom<u32> for Connections {
    type Error = String;
    fn try_from(number: u32) -> Result<Self, String> {
        if (1..=1_000).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("{number} is out of range; expected 1 to 1000"))
        }
    }
}

/// A PostgreSQL address, or nothing. It may hold a password, so it doesn't print itself.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address with its password, if there is one.
    pub fn expose(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }

    /// The address with what may be secret hidden.
    pub fn hidden(&self) -> String {
        hide(&self.0)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.hidden())
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let known = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if text.is_empty() || known && url::Url::parse(&text).is_ok() {
            Ok(Self(text))
        } else {
            // Not repeated: it may hold a password.
            Err("expected postgres://user:password@host:5432/name, or nothing for SQLite"
                .to_owned())
        }
    }
}

/// An address without its password; parameters may hold one too.
pub fn hide(url: &str) -> String {
    if url.is_empty() {
        return String::new();
    }
    let Ok(mut parsed) = url::Url::parse(url) else { return "(hidden)".to_owned() };
    if parsed.password().is_some() && parsed.set_password(Some("hidden")).is_err() {
        return "(hidden)".to_owned();
    }
    let names: Vec<String> = parsed.query_pairs().map(|(name, _)| name.into_owned()).collect();
    if names.iter().any(|name| name.to_ascii_lowercase().contains("pass")) {
        parsed.set_query(None);
    }
    parsed.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() -> Result<(), String> {
        for url in [
            "postgres://u:s3cret@h:5432/d",
            "postgresql://u:s3cret@h/d?sslmode=require",
            "postgres://u@h/d?password=s3cret",
            "postgres://u@h/d?sslPassword=s3cret&a=b",
        ] {
            let url = DatabaseUrl::try_from(url.to_owned())?;
            assert!(url.expose().is_some_and(|url| url.contains("s3cret")));
            assert!(!url.hidden().contains("s3cret"), "{}", url.hidden());
            assert!(!format!("{url:?}").contains("s3cret"));
        }
        Ok(())
    }

    #[test]
    fn another_kind_of_address_is_refused_without_repeating_it() {
        for bad in ["mysql://u:s3cret@h/d", "s3cret", "postgres:s3cret"] {
            let error = DatabaseUrl::try_from(bad.to_owned()).err().unwrap_or_default();
            assert!(error.contains("postgres://") && !error.contains("s3cret"), "{error}");
        }
    }
}
