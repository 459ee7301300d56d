//! Where reading changes goes on: within a first reading, or from what the calendar was at the last one.

use oxpi_kit::Timestamp;
use serde::{Deserialize, Serialize};

/// A place to go on from. On the wire it is JSON, opaque to everyone else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// What the calendar was at when it was read.
    pub mark: Mark,
    /// Its zone, for days and times without one.
    pub zone: String,
    /// What is known begins here.
    pub from: Timestamp,
    /// And ends here: times of events that repeat without end are told up to this.
    pub until: Timestamp,
    /// A first reading has come this far; None when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

/// By what changes are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A sync token (RFC 6578).
    Token(String),
    /// The tag of the whole calendar: it only says that something changed.
    Tag(String),
}

impl Cursor {
    /// Reads what [`Cursor::to_text`] wrote; None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As text to keep.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nothing_else_is_one() {
        let cursor = Cursor {
            mark: Mark::Token("http://x/sync/1".to_owned()),
            zone: "Asia/Jerusalem".to_owned(),
            from: Timestamp::from_millis(0),
            until: Timestamp::from_millis(86_400_000),
            next: Some(Timestamp::from_millis(5_000)),
        };
        assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        for text in ["", "{}", "null", "token", r#"{"mark":{"token":"a"}}"#] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
