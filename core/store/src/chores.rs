//! What the whole installation does every so often, by one of its processes.

use diesel::prelude::*;
use domain::Timestamp;

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::chores;
use crate::scope;

/// Takes a chore whose time has come and sets its next time, `every_ms` from now; answers whether
/// this caller has it. One that is set further ahead than that, by a clock that was wrong since,
/// counts as due.
pub fn take(c: &mut Conn, name: &str, now: Timestamp, every_ms: i64) -> Result<bool> {
    scope::system(c)?;
    let next = now.plus_millis(every_ms).as_millis();
    let insert = diesel::insert_into(chores::table)
        .values((chores::name.eq(name), chores::next_at.eq(next)))
        .on_conflict_do_nothing();
    if each_backend!(c, |c| insert.execute(c)?) > 0 {
        return Ok(true);
    }
    let due = chores::table
        .find(name)
        .filter(chores::next_at.le(now.as_millis()).or(chores::next_at.gt(next)));
    Ok(diesel::update(due).set(chores::next_at.eq(next)).execute(c)? > 0)
}

/// Lets a chore that was taken come again at a time, such as at once where it isn't done yet.
pub fn set_due(c: &mut Conn, name: &str, at: Timestamp) -> Result<()> {
    scope::system(c)?;
    let target = chores::table.find(name);
    diesel::update(target).set(chores::next_at.eq(at.as_millis())).execute(c)?;
    Ok(())
}

/// Whether a chore's time has come, without taking it.
pub fn is_due(c: &mut Conn, name: &str, now: Timestamp, every_ms: i64) -> Result<bool> {
    scope::system(c)?;
    let next: Option<i64> = chores::table.find(name).select(chores::next_at).first(c).optional()?;
    let latest = now.plus_millis(every_ms).as_millis();
    Ok(next.is_none_or(|next| next <= now.as_millis() || next > latest))
}
