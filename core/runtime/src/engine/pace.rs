//! How much of the machine's time one tenant's plugins get while others want some too. Whoever took
//! more than that rests before the next call, so that a thousand short calls that end in a trap
//! weigh no more than one that is stopped by its budget.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::TenantId;

/// The part of the threads' time that is one tenant's for sure.
const SHARE: f64 = 0.25;
/// What a tenant may take at once before it counts, in seconds on a CPU.
const BURST_SECS: f64 = 0.1;
/// A tenant that called within this time wants some too.
const ACTIVE: Duration = Duration::from_secs(1);
/// The longest rest before one call.
const REST_MAX: Duration = Duration::from_millis(500);
/// Tenants that are remembered before the idle ones are forgotten.
const REMEMBERED: usize = 64;
/// How much of what the longest of the latest calls took is forgotten with each call.
const FORGOTTEN: u32 = 8;

/// Who took how much, lately.
pub(super) struct Pacer {
    /// Seconds on a CPU that a tenant gets in each second.
    rate: f64,
    paces: Mutex<Paces>,
}

#[derive(Default)]
struct Paces {
    tenants: HashMap<TenantId, Pace>,
    /// How many there may be before the idle ones are looked for.
    remembered: usize,
    /// The last two tenants that called, and when.
    latest: [Option<(TenantId, Instant)>; 2],
}

/// What a tenant has left, in seconds on a CPU; below zero it owes.
struct Pace {
    left: f64,
    at: Instant,
    lately: Option<Duration>,
}

/// How a tenant's next call begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beginning {
    /// How long it waits before.
    pub(super) rest: Duration,
    /// CPU time of the longest of its calls lately; none for a tenant that hasn't called for a while.
    pub(super) lately: Option<Duration>,
}

impl Pacer {
    /// For an engine with so many threads.
    pub(super) fn new(threads: usize) -> Self {
        let rate = SHARE * f64::from(u32::try_from(threads.max(1)).unwrap_or(1));
        Self { rate, paces: Mutex::default() }
    }

    /// A tenant wants to make a call.
    pub(super) fn begin(&self, tenant: &TenantId, now: Instant) -> Beginning {
        let mut paces = self.locked();
        let alone = !paces.others_call(tenant, now);
        paces.note(tenant, now);
        let pace = self.refill(&mut paces, tenant, now);
        let owes = if alone { 0.0 } else { (-pace.left).max(0.0) };
        let rest = Duration::from_secs_f64(owes / self.rate).min(REST_MAX);
        Beginning { rest, lately: pace.lately }
    }

    /// A tenant's call took this much.
    pub(super) fn spend(&self, tenant: &TenantId, cpu: Duration, now: Instant) {
        let mut paces = self.locked();
        // What is owed is never more than one long call, or it would rest for what is long past.
        let pace = self.refill(&mut paces, tenant, now);
        pace.left = (pace.left - cpu.as_secs_f64()).max(-self.rate);
        let before = pace.lately.unwrap_or_default();
        pace.lately = Some(cpu.max(before - before / FORGOTTEN));
    }

    fn refill<'a>(&self, paces: &'a mut Paces, tenant: &TenantId, now: Instant) -> &'a mut Pace {
        let full = |pace: &Pace| {
            pace.left + self.rate * now.saturating_duration_since(pace.at).as_secs_f64()
        };
        if paces.tenants.len() > paces.remembered.max(REMEMBERED) {
            paces.tenants.retain(|_, pace| full(pace) < BURST_SECS);
            paces.tenants.shrink_to(REMEMBERED);
            // Looking through all at each call would cost more than it frees.
            paces.remembered = paces.tenants.len() * 2;
        }
        let pace = paces.tenants.entry(tenant.clone()).or_insert_with(|| Pace {
            left: BURST_SECS,
            at: now,
            lately: None,
        });
        pace.left = full(pace).min(BURST_SECS);
        pace.at = now;
        pace
    }

    fn locked(&self) -> MutexGuard<'_, Paces> {
        self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Paces {
    fn others_call(&self, tenant: &TenantId, now: Instant) -> bool {
        self.latest
            .iter()
            .flatten()
            .any(|(id, at)| id != tenant && now.saturating_duration_since(*at) < ACTIVE)
    }

    fn note(&mut self, tenant: &TenantId, now: Instant) {
        match &mut self.latest[0] {
            Some((id, at)) if id == tenant => *at = now,
            _ => {
                self.latest.swap(0, 1);
                self.latest[0] = Some((tenant.clone(), now));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    fn tenants() -> (TenantId, TenantId) {
        let (clock, rng) = (ManualClock::at(0), SeededRng::new(1));
        (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng))
    }

    const CALL: Duration = Duration::from_millis(10);

    /// Ten-millisecond calls one after the other, for so long: how many there were.
    fn calls(pacer: &Pacer, tenant: &TenantId, other: Option<&TenantId>, secs: u64) -> u32 {
        let began = Instant::now();
        let (mut now, mut count) = (began, 0);
        while now < began + Duration::from_secs(secs) {
            if let Some(other) = other {
                assert_eq!(pacer.begin(other, now).rest, Duration::ZERO, "who took little rests");
            }
            now += pacer.begin(tenant, now).rest + CALL;
            pacer.spend(tenant, CALL, now);
            count += 1;
        }
        count
    }

    #[test]
    fn who_is_alone_has_the_whole_machine() {
        let (one, _) = tenants();
        assert_eq!(calls(&Pacer::new(2), &one, None, 5), 500);
    }

    #[test]
    fn beside_others_it_gets_its_share_and_what_it_may_take_at_once() {
        let (one, other) = tenants();
        let most = |secs: f64| ((0.5 * secs + BURST_SECS) / CALL.as_secs_f64()) as u32 + 2;
        let count = calls(&Pacer::new(2), &one, Some(&other), 5);
        assert!((240..=most(5.0)).contains(&count), "{count}");
    }

    #[test]
    fn a_long_call_is_forgiven_after_a_second() {
        let (one, other) = tenants();
        let (pacer, now) = (Pacer::new(2), Instant::now());
        pacer.begin(&other, now);
        pacer.spend(&one, Duration::from_secs(60), now);
        assert_eq!(pacer.begin(&one, now).rest, REST_MAX);
        pacer.begin(&other, now + ACTIVE);
        assert_eq!(pacer.begin(&one, now + ACTIVE).rest, Duration::ZERO);
    }

    #[test]
    fn one_long_call_counts_for_some_of_the_next_and_not_for_ever() {
        let (one, _) = tenants();
        let (pacer, now) = (Pacer::new(2), Instant::now());
        assert_eq!(pacer.begin(&one, now).lately, None);
        pacer.spend(&one, Duration::from_millis(8), now);
        let short = Duration::from_micros(80);
        pacer.spend(&one, short, now);
        assert_eq!(pacer.begin(&one, now).lately, Some(Duration::from_millis(7)));
        (0..50).for_each(|_| pacer.spend(&one, short, now));
        assert_eq!(pacer.begin(&one, now).lately, Some(short));
    }

    #[test]
    fn many_tenants_are_forgotten_again() {
        let (clock, rng) = (ManualClock::at(0), SeededRng::new(1));
        let (pacer, now) = (Pacer::new(2), Instant::now());
        for _ in 0..3 * REMEMBERED {
            pacer.begin(&TenantId::new(&clock, &rng), now);
        }
        assert!(pacer.locked().tenants.len() <= REMEMBERED + 1);
        assert!(pacer.locked().tenants.capacity() <= REMEMBERED * 4);
    }
}
