//! Streams of changes that are open in this process: how many there may be, one look at a business's
//! log for all who listen to it, and the end of them when the server stops.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::{App, Error};
use domain::TenantId;
use tokio::sync::watch;

/// Streams of one session: a browser needs one, whatever its tabs.
const OF_SESSION_MAX: usize = 4;
/// Streams of the process.
const OPEN_MAX: usize = 2_000;
/// How old what is known of a log may be.
const FRESH: Duration = Duration::from_millis(900);
/// Businesses that are remembered; with more than these, all are looked at anew.
const KNOWN_MAX: usize = 5_000;
/// When somebody who is refused may come again, in seconds.
const AGAIN_SECS: u64 = 60;

type Counts = Arc<Mutex<HashMap<String, usize>>>;

/// The streams that are open.
pub struct Live {
    open: Counts,
    heads: Mutex<HashMap<TenantId, (Instant, i64)>>,
    closing: watch::Sender<bool>,
}

impl Default for Live {
    fn default() -> Self {
        let (closing, _) = watch::channel(false);
        Self { open: Arc::default(), heads: Mutex::default(), closing }
    }
}

/// A stream's place among them, given back when it is dropped.
pub struct Slot {
    open: Counts,
    session: String,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.session);
            }
        }
    }
}

impl Live {
    /// A place for one more stream of this session.
    ///
    /// # Errors
    /// [`Error::Limited`] where it has enough, or the process does.
    pub fn enter(&self, session: &str) -> Result<Slot, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.get(session).copied().unwrap_or(0);
        if all >= OPEN_MAX || own >= OF_SESSION_MAX {
            return Err(Error::Limited { retry_after_secs: AGAIN_SECS });
        }
        open.insert(session.to_owned(), own + 1);
        Ok(Slot { open: self.open.clone(), session: session.to_owned() })
    }

    /// Where a business's log ends: one look a second serves all who listen to it.
    pub async fn head(&self, app: &App, tenant: &TenantId) -> Result<i64, Error> {
        if let Some(head) = self.known(tenant) {
            return Ok(head);
        }
        let head = app::live::find_head(app, tenant).await?;
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        if heads.len() >= KNOWN_MAX {
            heads.clear();
        }
        heads.insert(tenant.clone(), (Instant::now(), head));
        Ok(head)
    }

    fn known(&self, tenant: &TenantId) -> Option<i64> {
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.get(tenant).filter(|(at, _)| at.elapsed() < FRESH).map(|(_, head)| *head)
    }

    /// Ends every stream; new ones end at once.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Tells when it is to end.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_a_few_streams_and_gets_their_places_back() {
        let live = Live::default();
        let mut held: Vec<Slot> = (0..OF_SESSION_MAX).map(|_| live.enter("a").unwrap()).collect();
        assert!(matches!(live.enter("a"), Err(Error::Limited { .. })));
        let other = live.enter("b").unwrap();
        held.pop();
        held.push(live.enter("a").unwrap());
        drop((held, other));
        assert!(live.open.lock().unwrap().is_empty());
    }
}
