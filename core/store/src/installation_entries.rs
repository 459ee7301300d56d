//! The installation's own record: what belongs to no business.

use diesel::prelude::*;
use domain::{InstallationEntryId, Timestamp};

use crate::backend::Conn;
use crate::columns::Json;
use crate::error::Result;
use crate::page::bounded;
use crate::schema::installation_entries;
use crate::scope;

row! {
    /// An entry. Nothing in it is a secret or about a person.
    #[derive(Debug, Clone, PartialEq)]
    pub struct InstallationEntry: installation_entries, [Queryable, Selectable, Insertable] {
        pub id: InstallationEntryId as String,
        pub at: Timestamp as i64,
        pub kind: String,
        pub count: i64,
        pub detail_json: Json as String,
    }
}

/// Adds an entry.
pub fn insert(c: &mut Conn, entry: &InstallationEntry) -> Result<()> {
    scope::system(c)?;
    diesel::insert_into(installation_entries::table).values(entry.clone()).execute(c)?;
    Ok(())
}

/// The newest entries, newest first.
pub fn list(c: &mut Conn, limit: i64) -> Result<Vec<InstallationEntry>> {
    scope::system(c)?;
    Ok(installation_entries::table
        .order(installation_entries::id.desc())
        .limit(bounded(limit))
        .select(InstallationEntry::as_select())
        .load(c)?)
}

/// Removes the oldest beyond this many; answers how many went.
pub fn trim(c: &mut Conn, keep: i64) -> Result<usize> {
    scope::system(c)?;
    let newest_to_go: Option<String> = installation_entries::table
        .order(installation_entries::id.desc())
        .offset(keep)
        .limit(1)
        .select(installation_entries::id)
        .first(c)
        .optional()?;
    let Some(newest_to_go) = newest_to_go else { return Ok(0) };
    let old = installation_entries::table.filter(installation_entries::id.le(newest_to_go));
    Ok(diesel::delete(old).execute(c)?)
}

/// Removes those of before; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = installation_entries::table.filter(installation_entries::at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
