//! Counters that slow down guessing. A key names an account, an address or everybody.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::Timestamp;

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::sign_in_attempts;

const ADD: &str = "\
    INSERT INTO sign_in_attempts (key, window_start, count) VALUES ($1, $2, 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN sign_in_attempts.window_start <= $3
            THEN 1 ELSE sign_in_attempts.count + 1 END,
        window_start = CASE WHEN sign_in_attempts.window_start <= $3
            THEN excluded.window_start ELSE sign_in_attempts.window_start END
    RETURNING window_start, count";

/// A counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Attempts {
    /// When the present window began, in milliseconds.
    #[diesel(sql_type = BigInt)]
    pub window_start: i64,
    /// How many there were in it.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
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

/// Forgets the counter, as after a successful sign-in.
pub fn delete(c: &mut Conn, key: &str) -> Result<()> {
    diesel::delete(sign_in_attempts::table.find(key)).execute(c)?;
    Ok(())
}

/// Forgets counters whose window began before.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    let old = sign_in_attempts::table.filter(sign_in_attempts::window_start.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
