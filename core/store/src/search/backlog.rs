//! What was there before there were words to search by: gone through some at a time, in the order of ids.
//! What comes or changes meanwhile gets its words at once.

use diesel::prelude::*;
use domain::TenantId;

use super::{Kind, things};
use crate::backend::Conn;
use crate::documents::seen;
use crate::error::{Error, Result};
use crate::schema::{appointments, documents, people, search_backlog, tasks, timeline};
use crate::scope;

row! {
    /// How far one kind of things of a business is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Progress: search_backlog, [Queryable, Selectable] {
        pub tenant_id: TenantId as String,
        pub kind: Kind as String,
        pub after_id: String,
        pub blank: bool,
        pub done: i64,
        pub todo: i64,
    }
}

/// What is still to be gone through, of all businesses; the smallest first, so that few wait for many.
pub fn progress(c: &mut Conn) -> Result<Vec<Progress>> {
    scope::system(c)?;
    Ok(search_backlog::table
        .order((search_backlog::todo, search_backlog::tenant_id, search_backlog::kind))
        .limit(100)
        .select(Progress::as_select())
        .load(c)?)
}

/// Whether things of a kind may still be without words.
pub(super) fn is_behind(c: &mut Conn, tenant: &TenantId, kind: Kind) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let row = search_backlog::table.find((tenant.as_str(), kind.as_str()));
    let blank: Option<bool> = row.select(search_backlog::blank).first(c).optional()?;
    Ok(blank.unwrap_or(false))
}

/// Gives the next so many things of a kind their words; answers how many there were. When there are no
/// more, the business is no longer behind.
pub fn catch_up(c: &mut Conn, tenant: &TenantId, kind: Kind, limit: i64) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let row = search_backlog::table.find((tenant.as_str(), kind.as_str()));
    let query = row.select(search_backlog::after_id);
    let after: Option<String> = each_backend!(
        c,
        Sqlite(c) => query.first(c).optional()?,
        Postgres(c) => query.for_update().first(c).optional()?
    );
    let Some(after) = after else { return Ok(0) };
    let ids = next(c, tenant, kind, &after, limit)?;
    let Some(last) = ids.last() else {
        diesel::delete(row).execute(c)?;
        return Ok(0);
    };
    match kind {
        Kind::Person => things::of_people(c, tenant, &parsed(&ids)?)?,
        Kind::Appointment => things::of_appointments(c, tenant, &parsed(&ids)?)?,
        Kind::Task => things::of_tasks(c, tenant, &parsed(&ids)?)?,
        Kind::Note => things::of_notes(c, tenant, &parsed(&ids)?)?,
        Kind::Document => things::of_documents(c, tenant, &parsed(&ids)?)?,
    }
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let set =
        (search_backlog::after_id.eq(last), search_backlog::done.eq(search_backlog::done + count));
    diesel::update(row).set(set).execute(c)?;
    Ok(ids.len())
}

/// Has everybody gone through again: what they are found by is other than it was. Until their turn comes
/// they are found by what they had.
pub(crate) fn again(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let kind = Kind::Person.as_str();
    let todo: i64 =
        people::table.filter(people::tenant_id.eq(tenant.as_str())).count().get_result(c)?;
    let row = search_backlog::table.find((tenant.as_str(), kind));
    let set = (
        search_backlog::after_id.eq(""),
        search_backlog::done.eq(0),
        search_backlog::todo.eq(todo),
    );
    if diesel::update(row).set(set).execute(c)? > 0 {
        return Ok(());
    }
    let values = (
        search_backlog::tenant_id.eq(tenant.as_str()),
        search_backlog::kind.eq(kind),
        search_backlog::blank.eq(false),
        set,
    );
    diesel::insert_into(search_backlog::table).values(values).execute(c)?;
    Ok(())
}

fn next(
    c: &mut Conn,
    tenant: &TenantId,
    kind: Kind,
    after: &str,
    limit: i64,
) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    macro_rules! next_of {
        ($table:ident) => {
            $table::table
                .filter($table::tenant_id.eq(tenant.as_str()))
                .filter($table::id.gt(after))
                .order($table::id)
                .limit(limit)
                .select($table::id)
                .load(c)?
        };
    }
    Ok(match kind {
        Kind::Person => next_of!(people),
        Kind::Appointment => next_of!(appointments),
        Kind::Task => next_of!(tasks),
        Kind::Note => timeline::table
            .filter(timeline::tenant_id.eq(tenant.as_str()))
            .filter(timeline::kind.eq(crate::timeline::NOTE))
            .filter(timeline::id.gt(after))
            .order(timeline::id)
            .limit(limit)
            .select(timeline::id)
            .load(c)?,
        Kind::Document => documents::table
            .filter(documents::tenant_id.eq(tenant.as_str()))
            .filter(seen!())
            .filter(documents::id.gt(after))
            .order(documents::id)
            .limit(limit)
            .select(documents::id)
            .load(c)?,
    })
}

fn parsed<T: std::str::FromStr>(ids: &[String]) -> Result<Vec<T>>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    ids.iter().map(|id| id.parse().map_err(Error::internal)).collect()
}
