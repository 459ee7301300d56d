//! Times, and what they come to.

use std::time::{Duration, Instant};

/// How long each of many turns took.
#[derive(Default, Clone)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Adds a turn.
    pub fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Adds what others measured.
    pub fn extend(&mut self, others: Times) {
        self.0.extend(others.0);
    }

    /// Does something and adds how long it took.
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.add(start.elapsed());
        done
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that this share of them (0 to 1) took at most.
    pub fn share(&self, share: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list of some thousands"
        )]
        let at = (last as f64 * share).round() as usize;
        sorted.get(at).copied().unwrap_or_default()
    }

    /// What half of them took at most.
    pub fn p50(&self) -> Duration {
        self.share(0.5)
    }

    /// What all but one in a hundred took at most.
    pub fn p99(&self) -> Duration {
        self.share(0.99)
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// How many a second.
#[allow(clippy::cast_precision_loss, reason = "counts of some thousands")]
pub fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// Microseconds.
pub fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_sorted_times() {
        let mut times = Times::default();
        (1..=100).rev().for_each(|n| times.add(Duration::from_millis(n)));
        assert_eq!(ms(times.p50()).round(), 51.0);
        assert_eq!(ms(times.p99()).round(), 99.0);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
