//! Counters that slow down guessing. A key names an account, a browser, an address or everybody.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::Timestamp;

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::sign_in_attempts;

/// A window that has passed begins anew, unless it is locked. Strikes stay when the window that
/// ended was locked, and are forgiven when it was not.
const ADD: &str = "\
    INSERT INTO sign_in_attempts (key, window_start, count) VALUES ($1, $2, 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN sign_in_attempts.window_start <= $3
                AND sign_in_attempts.locked_until <= excluded.window_start
            THEN 1 ELSE sign_in_attempts.count + 1 END,
        strikes = CASE WHEN sign_in_attempts.window_start <= $3
                AND sign_in_attempts.locked_until <= sign_in_attempts.window_start
            THEN 0 ELSE sign_in_attempts.strikes END,
        window_start = CASE WHEN sign_in_attempts.window_start <= $3
                AND sign_in_attempts.locked_until <= excluded.window_start
            THEN excluded.window_start ELSE sign_in_attempts.window_start END
    RETURNING window_start, count, strikes, locked_until";

/// A counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Attempts {
    /// When the present window began, in milliseconds.
    #[diesel(sql_type = BigInt)]
    pub window_start: i64,
    /// How many there were in it.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// How many windows in a row were locked.
    #[diesel(sql_type = BigInt)]
    pub strikes: i64,
    /// Until when nothing is tried, in milliseconds; 0 for never locked.
    #[diesel(sql_type = BigInt)]
    pub locked_until: i64,
}

/// Counts one more; a window that has passed begins anew. Answers the counter with this one in it.
pub fn add(c: &mut Conn, key: &str, now: Timestamp, window_ms: i64) -> Result<Attempts> {
    let query = diesel::sql_query(ADD)
        .bind::<Text, _>(key)
        .bind::<BigInt, _>(now.as_millis())
        .bind::<BigInt, _>(now.plus_millis(-window_ms).as_millis());
    Ok(query.get_result(c)?)
}

/// How many there were in the present window.
pub fn count(c: &mut Conn, key: &str, now: Timestamp, window_ms: i64) -> Result<i64> {
    let since = now.plus_millis(-window_ms).as_millis();
    let current =
        sign_in_attempts::table.find(key).filter(sign_in_attempts::window_start.gt(since));
    Ok(current.select(sign_in_attempts::count).first(c).optional()?.unwrap_or(0))
}

/// Locks the counter, which is one strike more.
pub fn lock(c: &mut Conn, key: &str, until: Timestamp) -> Result<()> {
    diesel::update(sign_in_attempts::table.find(key))
        .set((
            sign_in_attempts::locked_until.eq(until.as_millis()),
            sign_in_attempts::strikes.eq(sign_in_attempts::strikes + 1),
        ))
        .execute(c)?;
    Ok(())
}

/// Forgets the counter, as after a successful sign-in.
pub fn delete(c: &mut Conn, key: &str) -> Result<()> {
    diesel::delete(sign_in_attempts::table.find(key)).execute(c)?;
    Ok(())
}

/// Forgets counters whose window began, and whose lock ended, before.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    let old = sign_in_attempts::table
        .filter(sign_in_attempts::window_start.lt(before.as_millis()))
        .filter(sign_in_attempts::locked_until.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
