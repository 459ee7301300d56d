//! Time: UTC milliseconds, always from a [`Clock`], never from SQL.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This many milliseconds later (earlier when negative); stops at the ends of the range.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This many seconds later (earlier when negative).
    pub const fn plus_secs(self, secs: i64) -> Self {
        self.plus_millis(secs.saturating_mul(1_000))
    }

    /// Milliseconds from `earlier` to this instant; negative when it is later.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC, such as `2026-03-01T09:30:00Z`.
    pub fn to_rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).map(|t| t.to_string()).unwrap_or_default()
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }
}

impl From<i64> for Timestamp {
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

impl From<Timestamp> for i64 {
    fn from(time: Timestamp) -> i64 {
        time.0
    }
}

/// Where the present comes from.
pub trait Clock: Send + Sync {
    /// Now, cut to milliseconds.
    fn now(&self) -> Timestamp;

    /// What of this clock's milliseconds was given away.
    fn places(&self) -> &Places;
}

/// Places within a clock's milliseconds, one behind the other: of two things made in the same one it can
/// be told which was first.
#[derive(Debug)]
pub struct Places(Mutex<(Timestamp, u32)>);

impl Places {
    const fn new() -> Self {
        Self(Mutex::new((Timestamp(0), 0)))
    }

    /// Now by this clock, and a place in it behind every one that was taken there before; the first that
    /// is taken is this. Where the clock is set back, places go back with it.
    pub(crate) fn take(&self, clock: &dyn Clock, first: u32) -> (Timestamp, u32) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Asked for under the lock: nobody takes a place in a moment that is over for another.
        let now = clock.now();
        let place = if last.0 == now { last.1.saturating_add(1) } else { first };
        *last = (now, place);
        (now, place)
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the system's clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn places(&self) -> &Places {
        static PLACES: Places = Places::new();
        &PLACES
    }
}

/// A clock that stands still until it is told to move; for tests and simulations.
#[derive(Debug)]
pub struct ManualClock {
    millis: AtomicI64,
    places: Places,
}

impl ManualClock {
    /// A clock showing this many milliseconds since the epoch.
    pub fn at(millis: i64) -> Self {
        Self { millis: AtomicI64::new(millis), places: Places::new() }
    }

    /// Moves the clock; negative sets it back.
    pub fn advance_millis(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.millis.load(Ordering::SeqCst))
    }

    fn places(&self) -> &Places {
        &self.places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_round_trips_to_the_millisecond() {
        let time = Timestamp::from_millis(1_772_357_400_123);
        assert_eq!(Timestamp::parse_rfc3339(&time.to_rfc3339()), Some(time));
        let offset = Timestamp::parse_rfc3339("2026-03-01T11:30:00+02:00");
        assert_eq!(offset, Timestamp::parse_rfc3339("2026-03-01T09:30:00Z"));
        assert_eq!(Timestamp::parse_rfc3339("yesterday"), None);
    }

    /// Says whether somebody else could take a place while it is asked.
    struct Asked(Places);

    impl Clock for Asked {
        fn now(&self) -> Timestamp {
            Timestamp(i64::from(self.0.0.try_lock().is_ok()))
        }

        fn places(&self) -> &Places {
            &self.0
        }
    }

    #[test]
    fn nobody_takes_a_place_while_another_is_told_the_time() {
        let clock = Asked(Places::new());
        assert_eq!(clock.places().take(&clock, 1).0, Timestamp(0));
        assert_eq!(clock.now(), Timestamp(1), "it tells both");
    }
}
