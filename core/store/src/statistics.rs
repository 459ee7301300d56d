//! What PostgreSQL's planner knows of tables. Its own renewing comes once a minute; whoever fills tables
//! faster renews it in between, or plans made for nobody walk through everybody.

use diesel::prelude::*;

use crate::backend::Conn;
use crate::db::Db;
use crate::error::Result;
use crate::scope;

/// Most tables that are looked at in one go.
const TABLES_MAX: i64 = 200;

#[derive(QueryableByName)]
struct Renewed {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    tables: i64,
}

/// Looks anew at tables that have grown to more than twice of what was known of them, the smallest first, each
/// in a transaction of its own: where one can't be looked at, what is known of those before it stays. Answers
/// how many they were.
///
/// # Errors
/// [`Error::Unavailable`](crate::Error::Unavailable) and the like where somebody else has long been at one.
pub async fn renew(db: &Db) -> Result<i64> {
    let mut tables = 0;
    while tables < TABLES_MAX && db.write(renew_one).await? {
        tables += 1;
    }
    Ok(tables)
}

/// Looks anew at the smallest such table; answers whether there was one. Others can't look at it until the
/// transaction ends.
pub fn renew_one(c: &mut Conn) -> Result<bool> {
    scope::system(c)?;
    let renewed: Option<Renewed> = each_backend!(
        c,
        Sqlite(_c) => None,
        Postgres(c) => Some(
            diesel::sql_query("SELECT oxpi_renew_statistics() AS tables").get_result(c)?
        )
    );
    Ok(renewed.is_some_and(|it| it.tables > 0))
}
