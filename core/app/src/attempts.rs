//! Slows down guessing: attempts to sign in are counted per account, per address and overall, before
//! the password is looked at, so that tries made side by side count as well.

use domain::Timestamp;
use store::Conn;

use crate::App;
use crate::error::{Error, Result};

/// How long a window of counting lasts, in seconds.
const WINDOW_SECS: i64 = 15 * 60;
/// Tries an account gets in one window, whether or not there is such an account.
pub const PER_ACCOUNT_MAX: i64 = 10;
/// Tries an address gets in one window, for all accounts together.
pub const PER_ADDRESS_MAX: i64 = 60;
/// Tries everybody gets in one window: a bound on what hashing may cost the machine.
pub const OVERALL_MAX: i64 = 6_000;

/// The counters one attempt moves.
pub(crate) struct Attempt {
    account: String,
    address: Option<String>,
}

impl Attempt {
    /// An attempt on this e-mail address from this network address. The counters' names are keyed
    /// hashes: a list of failed sign-ins is nobody's business.
    pub(crate) fn new(app: &App, email: &str, address: &str) -> Self {
        let key = |kind: &str, what: &str| {
            format!("{kind}:{}", app.vault.hash_token("sign-in attempts", what))
        };
        let known = !address.is_empty();
        Self {
            account: key("account", email),
            address: known.then(|| key("address", &network_of(address))),
        }
    }

    /// Counts the attempt. Answers how often the account was tried in this window, or
    /// [`Error::Limited`] when any of the counters is used up.
    pub(crate) async fn count(&self, app: &App) -> Result<i64> {
        let now = app.clock.now();
        let (account, address) = (self.account.clone(), self.address.clone());
        let counted = app
            .db
            .transact(move |c| -> Result<[Option<Counted>; 3]> {
                // Always in this order, so that two attempts never wait for each other in a circle.
                Ok([
                    Some(bump(c, "overall", OVERALL_MAX, now)?),
                    address.map(|key| bump(c, &key, PER_ADDRESS_MAX, now)).transpose()?,
                    Some(bump(c, &account, PER_ACCOUNT_MAX, now)?),
                ])
            })
            .await?;
        let worst = counted.iter().flatten().filter(|one| one.count > one.max);
        match worst.map(|one| one.retry_after_secs).max() {
            Some(retry_after_secs) => Err(Error::Limited { retry_after_secs }),
            None => Ok(counted[2].as_ref().map_or(0, |one| one.count)),
        }
    }

    /// Forgets the account's tries, after the right password or by an admin's hand.
    pub(crate) fn forgive(&self, c: &mut Conn) -> Result<()> {
        Ok(store::sign_in_attempts::delete(c, &self.account)?)
    }
}

struct Counted {
    count: i64,
    max: i64,
    retry_after_secs: u64,
}

fn bump(c: &mut Conn, key: &str, max: i64, now: Timestamp) -> Result<Counted> {
    let counter = store::sign_in_attempts::add(c, key, now, WINDOW_SECS * 1_000)?;
    let ends = Timestamp::from_millis(counter.window_start).plus_secs(WINDOW_SECS);
    let left = ends.millis_since(now).max(0) / 1_000 + 1;
    Ok(Counted { count: counter.count, max, retry_after_secs: u64::try_from(left).unwrap_or(1) })
}

/// An IPv6 customer has a whole /64; counting single addresses of it would count nothing.
fn network_of(address: &str) -> String {
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => format!(
                "{:x}:{:x}:{:x}:{:x}::/64",
                v6.segments()[0],
                v6.segments()[1],
                v6.segments()[2],
                v6.segments()[3]
            ),
        },
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_one_network_count_together() {
        assert_eq!(network_of("2001:db8:1:2::5"), network_of("2001:db8:1:2:ffff::9"));
        assert_ne!(network_of("2001:db8:1:2::5"), network_of("2001:db8:1:3::5"));
        assert_eq!(network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"));
    }
}
