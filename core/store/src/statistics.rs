//! What PostgreSQL's planner knows of tables. Its own renewing comes once a minute; whoever fills tables
//! faster renews it in between, or plans made for nobody walk through everybody.

use diesel::prelude::*;

use crate::backend::Conn;
use crate::error::Result;
use crate::scope;

#[derive(QueryableByName)]
struct Renewed {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    tables: i64,
}

/// Looks anew at tables that have grown to more than twice of what was known of them; answers how many
/// they were. In a transaction of its own: others can't look at the same tables until it ends.
///
/// # Errors
/// [`Error::Unavailable`](crate::Error::Unavailable) and the like where somebody else has long been at it.
pub fn renew(c: &mut Conn) -> Result<i64> {
    scope::system(c)?;
    let renewed: Option<Renewed> = each_backend!(
        c,
        Sqlite(_c) => None,
        Postgres(c) => Some(
            diesel::sql_query("SELECT oxpi_renew_statistics() AS tables").get_result(c)?
        )
    );
    Ok(renewed.map_or(0, |it| it.tables))
}
