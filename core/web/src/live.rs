//! Streams of changes that are open in this process: how many there may be, one look at a business's
//! log for all who listen to it, and the end of them when the server stops.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::{App, Error};
use domain::TenantId;
use tokio::sync::watch;

/// Streams of one session: a browser needs one, whatever its tabs. One more ends the oldest: that a
/// browser has left a page is not seen before the next word to it.
const OF_SESSION_MAX: usize = 4;
/// Streams of the process.
const OPEN_MAX: usize = 2_000;
/// How old what is known of a log may be.
const FRESH: Duration = Duration::from_millis(900);
/// Businesses that are remembered; with more than these, all are looked at anew.
const KNOWN_MAX: usize = 5_000;
/// When somebody who is refused may come again, in seconds.
const AGAIN_SECS: u64 = 60;

/// Each session's streams, oldest first.
type Streams = Arc<Mutex<HashMap<String, VecDeque<watch::Sender<bool>>>>>;

/// The streams that are open.
pub struct Live {
    open: Streams,
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
    open: Streams,
    session: String,
    ended: watch::Receiver<bool>,
}

impl Slot {
    /// Comes back when a newer stream has taken this one's place.
    pub async fn ended(&mut self) {
        // Without its sender it isn't among them any more.
        let _ = self.ended.wait_for(|ended| *ended).await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.session) {
            own.retain(|one| !one.subscribe().same_channel(&self.ended));
            if own.is_empty() {
                open.remove(&self.session);
            }
        }
    }
}

impl Live {
    /// A place for one more stream of this session; its oldest ends where it has enough.
    ///
    /// # Errors
    /// [`Error::Limited`] where the process has enough.
    pub fn enter(&self, session: &str) -> Result<Slot, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().map(VecDeque::len).sum();
        if all >= OPEN_MAX {
            return Err(Error::Limited { retry_after_secs: AGAIN_SECS });
        }
        let own = open.entry(session.to_owned()).or_default();
        if own.len() >= OF_SESSION_MAX
            && let Some(oldest) = own.pop_front()
        {
            oldest.send_replace(true);
        }
        let (end, ended) = watch::channel(false);
        own.push_back(end);
        Ok(Slot { open: self.open.clone(), session: session.to_owned(), ended })
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

    #[tokio::test]
    async fn a_session_has_a_few_streams_of_which_the_oldest_ends() {
        let live = Live::default();
        let mut held: Vec<Slot> = (0..OF_SESSION_MAX).map(|_| live.enter("a").unwrap()).collect();
        let (other, mut newest) = (live.enter("b").unwrap(), live.enter("a").unwrap());
        let moment = Duration::from_millis(20);
        assert!(tokio::time::timeout(moment, held[0].ended()).await.is_ok(), "the oldest");
        assert!(tokio::time::timeout(moment, held[1].ended()).await.is_err());
        assert!(tokio::time::timeout(moment, newest.ended()).await.is_err());
        drop(held.remove(0));
        assert_eq!(live.open.lock().unwrap()["a"].len(), OF_SESSION_MAX);
        drop((held, other, newest));
        assert!(live.open.lock().unwrap().is_empty());
    }
}
