//! Copies SQLite's log of writes into the file beside the thread that writes, so that nobody's write
//! waits for it. Under load the two never meet: the log begins anew only when all of it is copied and
//! nobody writes, so the writer still copies what is left once the log is long (`pool.rs`).

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::SimpleConnection;

use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::pool::Source;

/// Transactions between two copies; about a thousand pages under load.
const EVERY: u32 = 64;

/// Counts transactions and copies now and then.
pub(crate) struct Checkpoints {
    source: Source,
    since: AtomicU32,
    is_underway: AtomicBool,
    conn: Mutex<Option<Conn>>,
}

impl Checkpoints {
    /// With connections from this source.
    pub(crate) fn new(source: Source) -> Self {
        let (since, is_underway) = (AtomicU32::new(0), AtomicBool::new(false));
        Self { source, since, is_underway, conn: Mutex::new(None) }
    }

    /// A transaction was committed. Where no runtime is at hand the writer copies by itself.
    pub(crate) fn committed(self: &Arc<Self>) {
        if self.since.fetch_add(1, Ordering::Relaxed) + 1 < EVERY {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.is_underway.swap(true, Ordering::AcqRel) {
            return;
        }
        self.since.store(0, Ordering::Relaxed);
        let this = Arc::clone(self);
        runtime.spawn_blocking(move || {
            if let Err(error) = this.copy() {
                tracing::debug!(%error, "the log of writes was not copied");
            }
            this.is_underway.store(false, Ordering::Release);
        });
    }

    fn copy(&self) -> Result<()> {
        let mut kept = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut conn = match kept.take() {
            Some(conn) => conn,
            None => self.source.open()?,
        };
        conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)").map_err(Error::from)?;
        *kept = Some(conn);
        Ok(())
    }
}
