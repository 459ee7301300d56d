//! Which events of calendar files are here already, by their UIDs.

use diesel::prelude::*;
use domain::{AppointmentId, SeriesId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::Result;
use crate::schema::imported_events;
use crate::scope;

/// As many UIDs as one question asks for.
const ASKED_MAX: usize = 500;

row! {
    /// What became of an event, and its last word: either an appointment or a series.
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct ImportedEvent: imported_events, [Queryable, Selectable, Insertable, AsChangeset] {
        pub tenant_id: TenantId as String,
        pub uid: String,
        pub appointment_id: Option<AppointmentId> as Opt<String, AppointmentId>,
        pub series_id: Option<SeriesId> as Opt<String, SeriesId>,
        pub sequence: i64,
        pub stamp: Timestamp as i64,
        pub digest: String,
    }
}

/// Those of these UIDs that are known.
pub fn list(c: &mut Conn, tenant: &TenantId, uids: &[String]) -> Result<Vec<ImportedEvent>> {
    scope::tenant(c, tenant)?;
    let mut all = Vec::new();
    for some in uids.chunks(ASKED_MAX) {
        let found: Vec<ImportedEvent> = imported_events::table
            .filter(imported_events::tenant_id.eq(tenant.as_str()))
            .filter(imported_events::uid.eq_any(some))
            .select(ImportedEvent::as_select())
            .load(c)?;
        all.extend(found);
    }
    Ok(all)
}

/// Keeps what is known now, in place of what was before.
pub fn put(c: &mut Conn, row: &ImportedEvent) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let insert = diesel::insert_into(imported_events::table)
        .values(row.clone())
        .on_conflict((imported_events::tenant_id, imported_events::uid))
        .do_update()
        .set(row.clone());
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Forgets an event; one that isn't known is none.
pub fn delete(c: &mut Conn, tenant: &TenantId, uid: &str) -> Result<()> {
    scope::tenant(c, tenant)?;
    diesel::delete(imported_events::table.find((tenant.as_str(), uid))).execute(c)?;
    Ok(())
}
