//! Slows down whoever asks too often. Counted per network address, in this process: the windows that
//! must hold across processes (signing in) are kept in the database by `app`.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::state::Web;
use crate::visit::client_ip;

/// After so many counted requests the addresses that have been quiet are forgotten.
const SWEEP_EVERY: usize = 10_000;

/// Counts requests per address.
pub struct Limits<C: Clock = DefaultClock> {
    per_address: Option<RateLimiter<IpAddr, Addresses, C, NoOpMiddleware<C::Instant>>>,
    clock: C,
    counted: AtomicUsize,
}

type Addresses = HashMapStateStore<IpAddr>;

impl Limits {
    /// So many requests a minute for each address, all of them at once if need be; 0 for no limit.
    pub fn new(per_minute: u32) -> Self {
        Self::with_clock(per_minute, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limits<C> {
    fn with_clock(per_minute: u32, clock: C) -> Self {
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        let store = Addresses::default();
        let per_address = quota.map(|quota| RateLimiter::new(quota, store, clock.clone()));
        Self { per_address, clock, counted: AtomicUsize::new(0) }
    }

    /// Counts a request, or says in how long the address may come again. This machine is not
    /// counted: it is a probe, an administrator, or a proxy that nobody has configured yet, behind
    /// which everybody would share one count.
    fn count(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.per_address else { return Ok(()) };
        if address.is_loopback() {
            return Ok(());
        }
        if self.counted.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        let late =
            |not_until: governor::NotUntil<C::Instant>| not_until.wait_time_from(self.clock.now());
        limiter.check_key(&network(address)).map_err(late)
    }
}

/// Who has one address of IPv6 usually has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(wide) => match wide.to_ipv4_mapped() {
            Some(narrow) => IpAddr::V4(narrow),
            None => {
                let [a, b, c, d, ..] = wide.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
        },
    }
}

/// Refuses requests of addresses that have used up their share. Files of the theme don't count:
/// they are cached, and cost nothing.
pub async fn limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let is_free = request.path().starts_with("/assets/") || is_probe(request.path());
    let waits = match request.app_data::<web::Data<Web>>() {
        Some(web) if !is_free => {
            client_ip(web, request.request()).and_then(|address| web.limits.count(address).err())
        }
        _ => None,
    };
    let Some(wait) = waits else { return Ok(next.call(request).await?.map_into_left_body()) };
    let secs = wait.as_secs() + 1;
    request.extensions_mut().insert(Wait(secs));
    let (request, _) = request.into_parts();
    let answer = HttpResponse::build(StatusCode::TOO_MANY_REQUESTS)
        .insert_header((RETRY_AFTER, secs))
        .finish();
    Ok(ServiceResponse::new(request, answer.map_into_right_body()))
}

/// Seconds until a limited address may come again, for its page.
#[derive(Debug, Clone, Copy)]
pub struct Wait(pub u64);

fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_that_asks_too_often_waits_and_others_do_not() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::with_clock(60, clock.clone());
        for _ in 0..60 {
            limits.count(address("203.0.113.7")).unwrap();
        }
        let wait = limits.count(address("203.0.113.7")).unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        limits.count(address("203.0.113.8")).unwrap();
        clock.advance(Duration::from_secs(1));
        limits.count(address("203.0.113.7")).unwrap();
        limits.count(address("203.0.113.7")).unwrap_err();
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_and_mapped_addresses_as_themselves() {
        let limits = Limits::with_clock(1, FakeRelativeClock::default());
        limits.count(address("2001:db8:1:2::1")).unwrap();
        limits.count(address("2001:db8:1:2:ffff::9")).unwrap_err();
        limits.count(address("2001:db8:1:3::1")).unwrap();
        limits.count(address("::ffff:203.0.113.7")).unwrap();
        limits.count(address("203.0.113.7")).unwrap_err();
    }

    #[test]
    fn this_machine_and_a_limit_of_nothing_are_not_counted() {
        let limits = Limits::with_clock(1, FakeRelativeClock::default());
        for _ in 0..9 {
            limits.count(address("127.0.0.1")).unwrap();
            limits.count(address("::1")).unwrap();
        }
        let none = Limits::with_clock(0, FakeRelativeClock::default());
        for _ in 0..9 {
            none.count(address("203.0.113.7")).unwrap();
        }
    }

    #[test]
    fn addresses_that_have_been_quiet_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::with_clock(60, clock.clone());
        let before = SWEEP_EVERY - 1;
        for n in 0..before {
            let n = u32::try_from(n).unwrap();
            limits.count(IpAddr::from((0xCB00_0000 + n).to_be_bytes())).unwrap();
        }
        let held = |limits: &Limits<FakeRelativeClock>| limits.per_address.as_ref().unwrap().len();
        assert_eq!(held(&limits), before);
        clock.advance(Duration::from_secs(120));
        limits.count(address("203.0.113.7")).unwrap();
        assert_eq!(held(&limits), 1);
    }
}
