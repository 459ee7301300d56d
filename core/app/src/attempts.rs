//! Slows down guessing: tries are counted per account, per address and overall, before the secret is
//! looked at, so that tries made side by side count as well.
//!
//! Who uses up an account's tries locks it for strangers, each time for twice as long. A browser
//! that its owner has signed in with before has tries of its own, so that nobody can keep an owner
//! out by failing on purpose.

use domain::{AccountId, OpenidIdentityId, Timestamp};
use store::Conn;

use crate::App;
use crate::context::Origin;
use crate::error::{Error, Result};

/// How long a window of counting lasts, and a first lock, in seconds.
const WINDOW_SECS: i64 = 15 * 60;
/// Tries an account gets in one window, whether or not there is such an account.
pub const PER_ACCOUNT_MAX: i64 = 10;
/// Tries an address gets in one window, for all accounts together.
pub const PER_ADDRESS_MAX: i64 = 60;
/// Tries everybody gets in one window: a bound on what hashing may cost the machine.
pub const OVERALL_MAX: i64 = 6_000;
/// Mails an account's owner gets in one window because somebody forgot the password.
pub const MAILS_PER_ACCOUNT_MAX: i64 = 3;
/// Wrong links an address may try in one window.
pub const LINKS_PER_ADDRESS_MAX: i64 = 30;
/// Sign-ins an address may begin in one window that keep something until they are finished.
pub const BEGUN_PER_ADDRESS_MAX: i64 = 120;
/// A lock lasts the first one's time doubled this often at most: eight hours.
const DOUBLINGS_MAX: i64 = 5;

/// The counters one attempt moves, always in this order, so that two attempts never wait for each
/// other in a circle: the address's own first and everybody's last, so that what one of them refuses
/// uses up nobody else's tries.
pub(crate) struct Attempt(Vec<Counter>);

struct Counter {
    key: String,
    max: i64,
    /// Whether using it up locks it for ever longer times, and success forgives it.
    is_personal: bool,
}

fn everybody() -> Counter {
    Counter { key: OVERALL.to_owned(), max: OVERALL_MAX, is_personal: false }
}

impl Attempt {
    /// To sign in with a password. `account` is whose address it is, if anybody's.
    pub(crate) fn sign_in(
        app: &App,
        origin: &Origin,
        email: &str,
        account: Option<&AccountId>,
    ) -> Self {
        match account.and_then(|account| known_browser(app, origin, account)) {
            Some(browser) => Self(vec![personal(app, "browser", &browser)]),
            None => Self::by_stranger(app, origin, personal(app, "account", email)),
        }
    }

    /// To pass the second step after the right password.
    pub(crate) fn second_step(app: &App, origin: &Origin, account: &AccountId) -> Self {
        match known_browser(app, origin, account) {
            Some(browser) => Self(vec![personal(app, "browser second", &browser)]),
            None => Self::by_stranger(app, origin, personal(app, "second", account.as_str())),
        }
    }

    /// To sign in with a passkey: each credential has tries of its own, known here or not.
    pub(crate) fn passkey(app: &App, origin: &Origin, credential: &str) -> Self {
        Self::by_stranger(app, origin, personal(app, "passkey", credential))
    }

    /// To be asked for a passkey, which keeps a row until that is over.
    pub(crate) fn begin(app: &App, origin: &Origin) -> Self {
        Self::by_address(app, origin, "begin", BEGUN_PER_ADDRESS_MAX)
    }

    /// To come back from the OpenID provider, whoever it will turn out to be.
    pub(crate) fn openid_return(app: &App, origin: &Origin) -> Self {
        Self::by_anybody(app, origin)
    }

    /// To sign in as who the OpenID provider says: each identity has tries of its own.
    pub(crate) fn openid(app: &App, identity: &OpenidIdentityId) -> Self {
        Self(vec![personal(app, "openid", identity.as_str())])
    }

    /// To show a token that turned out to open nothing.
    pub(crate) fn api(app: &App, origin: &Origin) -> Self {
        Self::by_anybody(app, origin)
    }

    /// To prove again who one is, from within a session: strangers can't use these tries up.
    pub(crate) fn confirm(app: &App, account: &AccountId) -> Self {
        Self(vec![personal(app, "confirm", account.as_str())])
    }

    /// To have a link mailed.
    pub(crate) fn mail(app: &App, origin: &Origin, email: &str) -> Self {
        let mut all =
            Self::by_stranger(app, origin, counter(app, "mail", email, MAILS_PER_ACCOUNT_MAX));
        all.0.retain(|one| one.key != OVERALL);
        all
    }

    fn by_stranger(app: &App, origin: &Origin, whose: Counter) -> Self {
        let mut all = Self::by_address(app, origin, "address", PER_ADDRESS_MAX).0;
        all.push(whose);
        all.push(everybody());
        Self(all)
    }

    fn by_anybody(app: &App, origin: &Origin) -> Self {
        let mut all = Self::by_address(app, origin, "address", PER_ADDRESS_MAX).0;
        all.push(everybody());
        Self(all)
    }

    fn by_address(app: &App, origin: &Origin, kind: &str, max: i64) -> Self {
        let known = !origin.address.is_empty();
        let one = || counter(app, kind, &network_of(&origin.address), max);
        Self(known.then(one).into_iter().collect())
    }

    /// Counts the attempt. Answers how often the account's or the browser's own counter was moved in
    /// this window, or [`Error::Limited`] when one is used up; those after that one stay as they are.
    pub(crate) async fn count(&self, app: &App) -> Result<i64> {
        let now = app.clock.now();
        let counters: Vec<_> =
            self.0.iter().map(|one| (one.key.clone(), one.max, one.is_personal)).collect();
        let counted = app
            .db
            .transact(move |c| -> Result<Counted> {
                let mut own = 0;
                for (key, max, is_personal) in counters {
                    let counted = bump(c, &key, max, is_personal, now)?;
                    if counted.wait_secs.is_some() {
                        return Ok(counted);
                    }
                    own = if is_personal { counted.count } else { own };
                }
                Ok(Counted { count: own, wait_secs: None })
            })
            .await?;
        match counted.wait_secs {
            Some(retry_after_secs) => Err(Error::Limited { retry_after_secs }),
            None => Ok(counted.count),
        }
    }

    /// Forgets what is the account's or the browser's own, after the right secret.
    pub(crate) fn forgive(&self, c: &mut Conn) -> Result<()> {
        for one in self.0.iter().filter(|one| one.is_personal) {
            store::sign_in_attempts::delete(c, &one.key)?;
        }
        Ok(())
    }
}

const OVERALL: &str = "overall";

/// Forgets every try on an account, after a reset or by an admin's hand.
pub(crate) fn forgive_all(app: &App, c: &mut Conn, account: &AccountId, email: &str) -> Result<()> {
    let second = personal(app, "second", account.as_str());
    let confirm = personal(app, "confirm", account.as_str());
    Attempt(vec![personal(app, "account", email), second, confirm]).forgive(c)
}

/// Refuses an address that has tried too many links that are none.
pub(crate) async fn before_link(app: &App, origin: &Origin) -> Result<()> {
    let all = Attempt::by_address(app, origin, "link", LINKS_PER_ADDRESS_MAX);
    let Some(one) = all.0.into_iter().next() else { return Ok(()) };
    let (now, window) = (app.clock.now(), WINDOW_SECS * 1_000);
    let tried = move |c: &mut Conn| store::sign_in_attempts::count(c, &one.key, now, window);
    if app.db.read(tried).await? < LINKS_PER_ADDRESS_MAX {
        return Ok(());
    }
    Err(Error::Limited { retry_after_secs: u64::try_from(WINDOW_SECS).unwrap_or(1) })
}

/// Counts a link that turned out to be none. Right ones aren't counted: nobody guesses those.
pub(crate) async fn after_link<T>(app: &App, origin: &Origin, result: Result<T>) -> Result<T> {
    if matches!(result, Err(Error::NotFound)) {
        let wrong = Attempt::by_address(app, origin, "link", LINKS_PER_ADDRESS_MAX);
        wrong.count(app).await?;
    }
    result
}

fn personal(app: &App, kind: &str, whose: &str) -> Counter {
    Counter { is_personal: true, ..counter(app, kind, whose, PER_ACCOUNT_MAX) }
}

/// The counters' names are keyed hashes: a list of failed sign-ins is nobody's business.
fn counter(app: &App, kind: &str, whose: &str, max: i64) -> Counter {
    let key = format!("{kind}:{}", app.vault.hash_token("sign-in attempts", whose));
    Counter { key, max, is_personal: false }
}

/// What a browser keeps once somebody has signed in with it: a random word and the proof that it
/// goes with this account. It opens nothing.
pub fn mark_of_browser(app: &App, account: &AccountId) -> String {
    let word = vault::token::generate(&*app.rng);
    let proof = proof_of_browser(app, account, &word);
    format!("{word}.{proof}")
}

fn proof_of_browser(app: &App, account: &AccountId, word: &str) -> String {
    app.vault.hash_token("known browser", &format!("{account} {word}"))
}

/// The browser's word, if it is one that this account has signed in with.
fn known_browser(app: &App, origin: &Origin, account: &AccountId) -> Option<String> {
    let (word, proof) = origin.browser.as_deref()?.split_once('.')?;
    let expected = proof_of_browser(app, account, word);
    // Compared as keyed hashes: how long it takes tells nothing of how much was right.
    let hash = |text: &str| app.vault.hash_token("compare", text);
    (hash(&expected) == hash(proof)).then(|| format!("{account} {word}"))
}

struct Counted {
    count: i64,
    wait_secs: Option<u64>,
}

fn bump(c: &mut Conn, key: &str, max: i64, is_personal: bool, now: Timestamp) -> Result<Counted> {
    let counter = store::sign_in_attempts::add(c, key, now, WINDOW_SECS * 1_000)?;
    let locked = Timestamp::from_millis(counter.locked_until);
    let until = if locked > now {
        Some(locked)
    } else if counter.count <= max {
        None
    } else if is_personal {
        let until = now.plus_secs(WINDOW_SECS << counter.strikes.clamp(0, DOUBLINGS_MAX));
        store::sign_in_attempts::lock(c, key, until)?;
        Some(until)
    } else {
        Some(Timestamp::from_millis(counter.window_start).plus_secs(WINDOW_SECS))
    };
    let wait =
        |until: Timestamp| u64::try_from(until.millis_since(now).max(0) / 1_000 + 1).unwrap_or(1);
    Ok(Counted { count: counter.count, wait_secs: until.map(wait) })
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
