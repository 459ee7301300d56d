//! `[metrics]`: figures for whoever watches the process.

use domain::Secret;
use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The token that opens `/metrics`; empty for no such page.
    pub token: Token,
}

/// Characters of the shortest token.
const CHARS_MIN: usize = 16;

/// A token; may be empty. It isn't shown.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "Token()" } else { "Token(…)" })
    }
}

impl Token {
    /// The token, if there is one.
    pub fn secret(&self) -> Option<Secret> {
        (!self.0.is_empty()).then(|| Secret::from_text(self.0.clone()))
    }
}

impl TryFrom<String> for Token {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let fits = text.len() >= CHARS_MIN && text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || fits {
            Ok(Self(text))
        } else {
            Err(format!("the token needs at least {CHARS_MIN} visible ASCII characters"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_is_not_shown() {
        assert_eq!(Token::try_from(String::new()).map(|t| t.secret().is_none()), Ok(true));
        let token = Token::try_from("prometheus-reads-this".to_owned());
        assert!(token.as_ref().is_ok_and(|token| token.secret().is_some()));
        assert!(!format!("{token:?}").contains("prometheus"));
        for bad in ["short", "has a space in it, and more", "שלום שלום שלום שלום"] {
            assert!(Token::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
