//! A change that is held to what was seen before it: made only while the business's activity log still
//! ends where it did, since every change is told there.

use std::cell::Cell;

use domain::TenantId;

use crate::audit;
use crate::backend::Conn;
use crate::error::{Error, Result};

tokio::task_local! {
    static HELD: Cell<Option<Held>>;
}

/// What the next transaction that writes is held to.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    tenant: TenantId,
    seq: i64,
}

/// Runs what makes one change: its first transaction that writes fails with [`Error::Conflict`], having
/// changed nothing, unless the business's log ends at `seq` (0 for an empty one). From then on until it
/// is committed nobody else's change of that business comes in between.
pub async fn held_to<T>(tenant: TenantId, seq: i64, change: impl Future<Output = T>) -> T {
    HELD.scope(Cell::new(Some(Held { tenant, seq })), change).await
}

/// What the transaction that begins now is held to, if anything; those after it aren't.
pub(crate) fn take() -> Option<Held> {
    HELD.try_with(Cell::take).ok().flatten()
}

/// Looks at it at the beginning of the transaction.
pub(crate) fn check(held: Option<Held>, c: &mut Conn) -> Result<()> {
    let Some(Held { tenant, seq }) = held else { return Ok(()) };
    if audit::lock_head(c, &tenant)?.0 == seq { Ok(()) } else { Err(Error::Conflict) }
}
