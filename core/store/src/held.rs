//! A change that is held to what was seen before it: made only while the business's activity log still
//! ends where it did, since every change is told there. It is looked at when the change begins, and again
//! when it is told, or at its end where it tells of nothing. In between the log is nobody's: whoever
//! changes something holds that first and the log last, and of two who do it each in an order of their own
//! one would be ended.

use std::cell::{Cell, RefCell};

use domain::TenantId;

use crate::audit;
use crate::backend::Conn;
use crate::error::{Error, Result};

tokio::task_local! {
    static HELD: Cell<Option<Held>>;
}

thread_local! {
    // A transaction begins and ends on one thread, and nothing else happens there in between.
    static UNTOLD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// What the next transaction that writes is held to.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    tenant: TenantId,
    seq: i64,
}

/// Runs what makes one change: its first transaction that writes fails with [`Error::Conflict`], having
/// changed nothing, unless the business's log ends at `seq` (0 for an empty one) until it tells of its
/// first change there. From then on until it is committed nobody else's change of that business comes in
/// between.
pub async fn held_to<T>(tenant: TenantId, seq: i64, change: impl Future<Output = T>) -> T {
    HELD.scope(Cell::new(Some(Held { tenant, seq })), change).await
}

/// What the transaction that begins now is held to, if anything; those after it aren't.
pub(crate) fn take() -> Option<Held> {
    HELD.try_with(Cell::take).ok().flatten()
}

/// Looks at it at the beginning of the transaction.
pub(crate) fn check(held: Option<Held>, c: &mut Conn) -> Result<()> {
    // What one before left, which told of nothing.
    UNTOLD.set(None);
    check_ends(held.as_ref(), c)?;
    UNTOLD.set(held);
    Ok(())
}

fn check_ends(held: Option<&Held>, c: &mut Conn) -> Result<()> {
    let Some(held) = held else { return Ok(()) };
    let ends = audit::find_head(c, &held.tenant)?.map_or(0, |(seq, _)| seq);
    if ends == held.seq { Ok(()) } else { Err(Error::Conflict) }
}

/// Looks at it at the end of a transaction that told of nothing: perhaps because what it was to change is as
/// it should be by now, which is somebody else's change. What tells holds the log by then.
pub(crate) fn check_untold(c: &mut Conn) -> Result<()> {
    check_ends(UNTOLD.take().as_ref(), c)
}

/// Looks at it again when the transaction tells of its first change: then it holds the log, which ends here.
pub(crate) fn check_told(tenant: &TenantId, seq: i64) -> Result<()> {
    let held = UNTOLD.with_borrow_mut(|held| held.take_if(|held| held.tenant == *tenant));
    if held.is_some_and(|held| held.seq != seq) { Err(Error::Conflict) } else { Ok(()) }
}
