//! How much of large bodies this process holds at once, of one account and of all: nobody fills its memory.
//! Whoever comes while there is no room waits for a while, and nothing of theirs is read until then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::AccountId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room is counted in pieces of so many bytes.
const PIECE: usize = 1 << 20;
/// The pieces of all. While it is taken apart a body needs three to four times its size.
const OF_ALL: usize = 160;
/// The pieces of one account: the largest body has room.
const OF_ONE: usize = 72;
/// How long somebody waits.
const WAITS: Duration = Duration::from_secs(60);

/// The room there is.
pub struct Rooms {
    all: Arc<Semaphore>,
    own: Mutex<HashMap<AccountId, Arc<Semaphore>>>,
    waits: Duration,
}

impl Default for Rooms {
    fn default() -> Self {
        let all = Arc::new(Semaphore::new(OF_ALL));
        Self { all, own: Mutex::default(), waits: WAITS }
    }
}

/// Room for a body, given back when it is dropped.
pub struct Room {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Rooms {
    /// Room for so many bytes of somebody's; none where there was none for too long.
    pub async fn enter(&self, who: &AccountId, bytes: usize) -> Option<Room> {
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).ok()?;
        let (own, all) = (self.own_of(who), self.all.clone());
        let both = async {
            // Their own first: whoever sends much at once waits for themselves and is in nobody's way.
            let own = own.acquire_many_owned(pieces).await.ok()?;
            let all = all.acquire_many_owned(pieces).await.ok()?;
            Some(Room { _own: own, _all: all })
        };
        tokio::time::timeout(self.waits, both).await.ok().flatten()
    }

    fn own_of(&self, who: &AccountId) -> Arc<Semaphore> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever sends nothing is forgotten: nobody else holds theirs.
        own.retain(|_, one| Arc::strong_count(one) > 1);
        own.entry(who.clone()).or_insert_with(|| Arc::new(Semaphore::new(OF_ONE))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::middleware::intake::BYTES_MAX;
    use futures_util::FutureExt as _;

    fn account(n: u8) -> AccountId {
        format!("01900000-0000-7000-8000-0000000000{n:02}").parse().unwrap()
    }

    fn rooms() -> Rooms {
        Rooms { waits: Duration::from_millis(20), ..Rooms::default() }
    }

    #[tokio::test]
    async fn one_account_waits_for_itself_and_keeps_nobody_else_out() {
        let rooms = rooms();
        let held = rooms.enter(&account(1), OF_ONE * PIECE).await.unwrap();
        assert!(rooms.enter(&account(1), 1).await.is_none());
        assert!(rooms.enter(&account(2), OF_ONE * PIECE).await.is_some());
        drop(held);
        assert!(rooms.enter(&account(1), OF_ONE * PIECE).await.is_some());
        rooms.own_of(&account(3));
        assert_eq!(rooms.own.lock().unwrap().len(), 1, "who sends nothing is remembered");
    }

    #[tokio::test]
    async fn whoever_waits_for_themselves_takes_nothing_of_the_others_meanwhile() {
        let (rooms, one) = (rooms(), account(1));
        let held = rooms.enter(&one, OF_ONE * PIECE).await.unwrap();
        let mut waiting = std::pin::pin!(rooms.enter(&one, OF_ONE * PIECE));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(rooms.enter(&account(2), OF_ONE * PIECE).await.is_some());
        drop(held);
    }

    #[tokio::test]
    async fn all_together_have_no_more_than_there_is() {
        let rooms = rooms();
        let mut held = Vec::new();
        for n in 1..=2 {
            held.push(rooms.enter(&account(n), OF_ONE * PIECE).await.unwrap());
        }
        assert!(rooms.enter(&account(3), OF_ONE * PIECE).await.is_none());
        assert!(rooms.enter(&account(3), PIECE).await.is_some());
        held.pop();
        assert!(rooms.enter(&account(3), OF_ONE * PIECE).await.is_some());
    }

    #[tokio::test]
    async fn the_largest_body_has_room() {
        assert!(rooms().enter(&account(1), BYTES_MAX).await.is_some());
    }
}
