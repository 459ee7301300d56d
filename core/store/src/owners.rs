//! Whose an id is, of all businesses: for telling of somebody who asks with another's.

use diesel::prelude::*;
use domain::TenantId;

use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::schema::{
    api_tokens, appointments, approvals, calendar_imports, calendars, connections, deliveries,
    documents, endpoints, exports, imports, invitations, jobs, members, notifications, people,
    person_fields, pipelines, saved_views, stages, sweeps, tags, tasks, undos,
};
use crate::scope;

macro_rules! look {
    ($c:ident, $id:ident, $($table:ident),*) => {$(
        let query = $table::table.filter($table::id.eq($id)).select($table::tenant_id);
        let found: Option<String> = query.first($c).optional()?;
        if let Some(found) = found {
            return found.parse().map(Some).map_err(Error::internal);
        }
    )*};
}

/// The business that has something of this id that its pages lead to.
pub fn find(c: &mut Conn, id: &str) -> Result<Option<TenantId>> {
    scope::system(c)?;
    look!(
        c,
        id,
        people,
        appointments,
        connections,
        calendars,
        members,
        invitations,
        jobs,
        approvals,
        documents,
        notifications,
        calendar_imports,
        imports,
        exports,
        pipelines,
        stages,
        tags,
        person_fields,
        tasks,
        saved_views,
        undos,
        sweeps,
        api_tokens,
        endpoints,
        deliveries
    );
    Ok(None)
}
