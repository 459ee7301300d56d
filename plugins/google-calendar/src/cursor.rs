//! Where reading changes goes on: within a first reading, within later ones, or at the next one.
//!
//! Google wants each page asked for with the parameters of the first, so they are in here too.

use serde::{Deserialize, Serialize};

/// A place to go on from. On the wire it is JSON, opaque to everyone else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// First reading: events that end after this; all of them when it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Later readings: what changed since this token was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<String>,
    /// The next page of either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

impl Cursor {
    /// The beginning: everything that ends after `from`.
    pub fn first(from: String) -> Self {
        Self { from: Some(from), ..Self::default() }
    }

    /// Reads what [`Cursor::to_text`] wrote; None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let cursor: Self = serde_json::from_str(text).ok()?;
        (cursor.from.is_some() != cursor.sync.is_some()).then_some(cursor)
    }

    /// As text to keep.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The parameters to ask with.
    pub fn params(&self) -> Vec<(&'static str, &str)> {
        let named = [("timeMin", &self.from), ("syncToken", &self.sync), ("pageToken", &self.page)];
        let named = named.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        named.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Where to go on after a page, and whether that is now. A last page gives a sync token; should
    /// Google give none because of the time range, everything is read without one. None when that
    /// gave none either.
    pub fn after(
        &self,
        next_page: Option<String>,
        next_sync: Option<String>,
    ) -> Option<(Self, bool)> {
        let some = |token: Option<String>| token.filter(|token| !token.is_empty());
        if let Some(page) = some(next_page) {
            return Some((Self { page: Some(page), ..self.clone() }, true));
        }
        if let Some(sync) = some(next_sync) {
            return Some((Self { sync: Some(sync), ..Self::default() }, false));
        }
        let ranged = self.from.as_deref().is_some_and(|from| !from.is_empty());
        ranged.then(|| (Self::first(String::new()), true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_goes_page_by_page_and_then_from_its_token() {
        let first = Cursor::first("2026-11-01T00:00:00Z".to_owned());
        let (second, more) = first.after(Some("p2".to_owned()), None).unwrap();
        assert!(more);
        assert_eq!(second.params(), [("timeMin", "2026-11-01T00:00:00Z"), ("pageToken", "p2")]);
        let (next, more) = second.after(None, Some("s1".to_owned())).unwrap();
        assert!(!more);
        assert_eq!(next.params(), [("syncToken", "s1")]);
        let (paged, _) = next.after(Some("p9".to_owned()), None).unwrap();
        assert_eq!(paged.params(), [("syncToken", "s1"), ("pageToken", "p9")]);
        assert_eq!(Cursor::parse(&paged.to_text()), Some(paged));
        assert_eq!(next.after(None, None), None);
    }

    #[test]
    fn a_range_that_gives_no_token_is_given_up() {
        let ranged = Cursor::first("2026-11-01T00:00:00Z".to_owned());
        let (all, more) = ranged.after(None, None).unwrap();
        assert!(more && all.params().is_empty());
        assert_eq!(Cursor::parse(&all.to_text()), Some(all.clone()));
        assert_eq!(all.after(None, None), None);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "{}", "null", "s1", r#"{"sync":"a","from":"b"}"#, r#"{"page":"p"}"#] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
