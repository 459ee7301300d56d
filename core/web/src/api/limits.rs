//! How often a token may ask: so many requests a minute, counted in this process, and told with each
//! answer so that a program can pace itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{ApiTokenId, Timestamp};

const WINDOW_SECS: i64 = 60;
/// More tokens than this and those that have been quiet are forgotten.
const TOKENS_MAX: usize = 10_000;

/// Counts requests for each token.
pub struct TokenLimits {
    per_minute: u32,
    windows: Mutex<HashMap<ApiTokenId, Window>>,
}

#[derive(Clone, Copy)]
struct Window {
    began: Timestamp,
    count: u32,
}

/// What is left of a token's share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Requests a minute.
    pub limit: u32,
    /// Requests that are left in this one.
    pub left: u32,
    /// Seconds until the next.
    pub reset_secs: i64,
    /// Whether this request was within it.
    pub is_within: bool,
}

impl Left {
    /// The headers that tell it, as the IETF's draft has them.
    pub fn headers(self) -> [(&'static str, String); 2] {
        let Self { limit, left, reset_secs, .. } = self;
        [
            ("RateLimit-Policy", format!("\"token\";q={limit};w={WINDOW_SECS}")),
            ("RateLimit", format!("\"token\";r={left};t={reset_secs}")),
        ]
    }
}

impl TokenLimits {
    /// So many requests a minute for each token; 0 for no limit.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, windows: Mutex::default() }
    }

    /// Counts a request; None where nothing is counted.
    pub fn count(&self, token: &ApiTokenId, now: Timestamp) -> Option<Left> {
        if self.per_minute == 0 {
            return None;
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over =
            |window: &Window| !(0..WINDOW_SECS * 1_000).contains(&now.millis_since(window.began));
        if windows.len() > TOKENS_MAX {
            windows.retain(|_, window| !is_over(window));
        }
        let window = windows.entry(token.clone()).or_insert(Window { began: now, count: 0 });
        if is_over(window) {
            *window = Window { began: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        let passed = now.millis_since(window.began).div_euclid(1_000);
        Some(Left {
            limit: self.per_minute,
            left: self.per_minute.saturating_sub(window.count),
            reset_secs: (WINDOW_SECS - passed).max(1),
            is_within: window.count <= self.per_minute,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(last: u8) -> ApiTokenId {
        format!("01900000-0000-7000-8000-0000000000{last:02}").parse().unwrap()
    }

    #[test]
    fn a_token_that_asks_too_often_waits_for_the_next_minute_and_others_do_not() {
        let (limits, start) = (TokenLimits::new(2), Timestamp::from_millis(0));
        let asked = |one: u8, secs: i64| limits.count(&token(one), start.plus_secs(secs)).unwrap();
        assert_eq!(asked(1, 0), Left { limit: 2, left: 1, reset_secs: 60, is_within: true });
        assert_eq!(asked(1, 20), Left { limit: 2, left: 0, reset_secs: 40, is_within: true });
        assert!(!asked(1, 59).is_within);
        assert!(asked(2, 59).is_within);
        assert_eq!(asked(1, 60), Left { limit: 2, left: 1, reset_secs: 60, is_within: true });
        assert_eq!(TokenLimits::new(0).count(&token(1), start), None);
    }
}
