//! Calendars that a tenant chose among those of its connections.

use diesel::prelude::*;
use domain::{CalendarId, ConnectionId, TenantId, Timestamp, Zone};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, found};
use crate::schema::{appointments, calendars};
use crate::scope;

words! {
    /// What the connected account may do with a calendar.
    pub enum Access {
        /// Everything.
        Owner = "owner",
        /// Add and change events.
        Writer = "writer",
        /// See events.
        Reader = "reader",
    }
}

words! {
    /// How much of events made elsewhere is shown here.
    pub enum Detail {
        /// When they take up time.
        Busy = "busy",
        /// Their titles too.
        Title = "title",
        /// Their places and notes too.
        All = "all",
    }
}

words! {
    /// What becomes of the appointments whose events are missing.
    pub enum MissingAnswer {
        /// They are cancelled: the events were deleted on purpose.
        Cancel = "cancel",
        /// Their events are made anew.
        Restore = "restore",
    }
}

row! {
    /// A calendar.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Calendar: calendars, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: CalendarId as String,
        pub connection_id: ConnectionId as String,
        pub external_id: String,
        pub name: String,
        pub color: String,
        pub zone: Zone as String,
        pub access: Access as String,
        pub is_default: bool,
        pub cursor: Option<String>,
        pub pulled_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub created_at: Timestamp as i64,
        pub detail: Detail as String,
        pub failing_since: Option<Timestamp> as Opt<i64, Timestamp>,
        pub problem: Option<String>,
        pub is_behind: bool,
        pub missing: Option<i64>,
        pub missing_answer: Option<MissingAnswer> as Opt<String, MissingAnswer>,
        pub blocks: bool,
    }
}

row! {
    /// What the provider may have changed of a calendar.
    #[derive(Debug, Clone, PartialEq)]
    pub struct CalendarChange: calendars, [AsChangeset] {
        pub name: String,
        pub color: String,
        pub zone: Zone as String,
        pub access: Access as String,
    }
}

/// The calendar, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &CalendarId) -> Result<Option<Calendar>> {
    scope::tenant(c, tenant)?;
    let query = calendars::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Calendar::as_select()).first(c).optional()?)
}

/// The calendar, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &CalendarId) -> Result<Calendar> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// The calendar, while other transactions that lock it wait for this one; on SQLite writers wait for
/// each other anyway.
pub fn lock(c: &mut Conn, tenant: &TenantId, id: &CalendarId) -> Result<Calendar> {
    scope::tenant(c, tenant)?;
    let row = calendars::table.find((tenant.as_str(), id.as_str())).select(calendars::id);
    let found: Option<String> = each_backend!(
        c,
        Sqlite(c) => row.first(c).optional()?,
        Postgres(c) => row.for_no_key_update().first(c).optional()?
    );
    found.ok_or(Error::NotFound)?;
    get(c, tenant, id)
}

/// The calendar that new appointments go to.
pub fn find_default(c: &mut Conn, tenant: &TenantId) -> Result<Option<Calendar>> {
    scope::tenant(c, tenant)?;
    let query = calendars::table
        .filter(calendars::tenant_id.eq(tenant.as_str()))
        .filter(calendars::is_default.eq(true))
        .order(calendars::id);
    Ok(query.select(Calendar::as_select()).first(c).optional()?)
}

/// The tenant's calendars, by name.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Calendar>> {
    scope::tenant(c, tenant)?;
    Ok(calendars::table
        .filter(calendars::tenant_id.eq(tenant.as_str()))
        .order((calendars::name, calendars::id))
        .select(Calendar::as_select())
        .load(c)?)
}

/// The calendars of one connection, by name.
pub fn list_of_connection(
    c: &mut Conn,
    tenant: &TenantId,
    connection: &ConnectionId,
) -> Result<Vec<Calendar>> {
    scope::tenant(c, tenant)?;
    Ok(calendars::table
        .filter(calendars::tenant_id.eq(tenant.as_str()))
        .filter(calendars::connection_id.eq(connection.as_str()))
        .order((calendars::name, calendars::id))
        .select(Calendar::as_select())
        .load(c)?)
}

/// Adds a calendar.
///
/// # Errors
/// [`Error::Unique`] (`calendars_tenant_id_connection_id_external_id_key`) when it is there.
pub fn insert(c: &mut Conn, calendar: &Calendar) -> Result<()> {
    scope::tenant(c, &calendar.tenant_id)?;
    diesel::insert_into(calendars::table).values(calendar.clone()).execute(c)?;
    Ok(())
}

/// Takes over what the provider says of it.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    id: &CalendarId,
    change: &CalendarChange,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = calendars::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(change.clone()).execute(c)?)
}

/// Makes it the only calendar that new appointments go to.
pub fn set_default(c: &mut Conn, tenant: &TenantId, id: &CalendarId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let others = calendars::table
        .filter(calendars::tenant_id.eq(tenant.as_str()))
        .filter(calendars::id.ne(id.as_str()));
    diesel::update(others).set(calendars::is_default.eq(false)).execute(c)?;
    let target = calendars::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(calendars::is_default.eq(true)).execute(c)?)
}

/// Notes how far its events were pulled; without a cursor the next pull begins anew.
pub fn set_cursor(
    c: &mut Conn,
    tenant: &TenantId,
    id: &CalendarId,
    cursor: Option<&str>,
    pulled_at: Option<Timestamp>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = calendars::table.find((tenant.as_str(), id.as_str()));
    let set = (
        calendars::cursor.eq(cursor),
        calendars::pulled_at.eq(pulled_at.map(Timestamp::as_millis)),
    );
    found(diesel::update(target).set(set).execute(c)?)
}

/// Notes how much of events made elsewhere is shown; `anew` has the next pull begin anew.
pub fn set_detail(
    c: &mut Conn,
    tenant: &TenantId,
    id: &CalendarId,
    detail: Detail,
    anew: bool,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = || calendars::table.find((tenant.as_str(), id.as_str()));
    if anew {
        diesel::update(target()).set(calendars::cursor.eq(None::<String>)).execute(c)?;
    }
    let set = calendars::detail.eq(detail.as_str());
    found(diesel::update(target()).set(set).execute(c)?)
}

/// Notes whether what is in it takes the time in its account's other calendars as well.
pub fn set_blocks(c: &mut Conn, tenant: &TenantId, id: &CalendarId, blocks: bool) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = calendars::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(calendars::blocks.eq(blocks)).execute(c)?)
}

/// How asking a calendar what changed goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Since when it fails.
    pub failing_since: Option<Timestamp>,
    /// Why: a word that has a text.
    pub problem: Option<String>,
    /// Whether people were told.
    pub is_behind: bool,
}

/// Notes how asking it goes.
pub fn set_health(c: &mut Conn, tenant: &TenantId, id: &CalendarId, health: &Health) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = calendars::table.find((tenant.as_str(), id.as_str()));
    let set = (
        calendars::failing_since.eq(health.failing_since.map(Timestamp::as_millis)),
        calendars::problem.eq(health.problem.as_deref()),
        calendars::is_behind.eq(health.is_behind),
    );
    found(diesel::update(target).set(set).execute(c)?)
}

/// Notes how many events were missing, too many to take it for somebody's wish; none settles it.
pub fn set_missing(
    c: &mut Conn,
    tenant: &TenantId,
    id: &CalendarId,
    missing: Option<i64>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = calendars::table.find((tenant.as_str(), id.as_str()));
    let set = (calendars::missing.eq(missing), calendars::missing_answer.eq(None::<String>));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Notes what people answered to events that are missing, and has the next pull begin anew.
pub fn answer_missing(
    c: &mut Conn,
    tenant: &TenantId,
    id: &CalendarId,
    answer: MissingAnswer,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = calendars::table.find((tenant.as_str(), id.as_str()));
    let set = (calendars::missing_answer.eq(answer.as_str()), calendars::cursor.eq(None::<String>));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Removes the calendar and its busy blocks. Its appointments stay and lose their link, because
/// an event's id means nothing without its calendar.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &CalendarId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let linked = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.eq(id.as_str()));
    let none = None::<String>;
    diesel::update(linked)
        .set((
            appointments::calendar_id.eq(&none),
            appointments::external_id.eq(&none),
            appointments::etag.eq(&none),
            appointments::external_url.eq(&none),
            appointments::sync_state.eq("none"),
            appointments::sync_problem.eq(&none),
            appointments::link_rev.eq(appointments::link_rev + 1),
        ))
        .execute(c)?;
    found(diesel::delete(calendars::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}
