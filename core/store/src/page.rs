//! Pages of long lists by keyset: a page continues after the last row of the one before, so rows
//! that come and go in between are neither skipped nor shown twice.

use std::fmt;
use std::str::FromStr;

use domain::Timestamp;

/// The place after a row of a list ordered by time and id. As text it is opaque to everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) at: i64,
    pub(crate) id: String,
}

/// Text that no list handed out as a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct BadCursor;

impl Cursor {
    /// After the row with this time and id.
    pub fn new(at: Timestamp, id: &str) -> Self {
        Self { at: at.as_millis(), id: id.to_owned() }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (at, id) = text.split_once('.').ok_or(BadCursor)?;
        if id.is_empty() || id.len() > 128 {
            return Err(BadCursor);
        }
        Ok(Self { at: at.parse().map_err(|_| BadCursor)?, id: id.to_owned() })
    }
}

/// A part of a list, and where the next begins, if there is more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = Cursor> {
    /// The rows.
    pub items: Vec<T>,
    /// What to ask the next page with.
    pub next: Option<C>,
}

/// The most rows a page may have, whatever is asked for.
const LIMIT_MAX: i64 = 500;

/// A limit within bounds.
pub(crate) fn bounded(limit: i64) -> i64 {
    limit.clamp(1, LIMIT_MAX)
}

impl<T, C> Page<T, C> {
    /// From the rows of a query that asked for one more than the limit.
    pub(crate) fn cut(mut items: Vec<T>, limit: i64, after: impl FnOnce(&T) -> C) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if items.len() <= limit {
            return Self { items, next: None };
        }
        items.truncate(limit);
        let next = items.last().map(after);
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = Cursor::new(Timestamp::from_millis(-5), "a.b");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for bad in ["", "12", "x.y", "12.", "."] {
            assert_eq!(bad.parse::<Cursor>(), Err(BadCursor), "{bad}");
        }
    }
}
