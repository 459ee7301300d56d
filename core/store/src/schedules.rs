//! What happens again and again. Of several processes one makes each occurrence happen.

use diesel::prelude::*;
use domain::{PluginId, ScheduleId, TenantId, Timestamp, Zone};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, found, settled};
use crate::schema::schedules;
use crate::scope;

row! {
    /// A schedule; `kind` and `payload_json` are those of the jobs it makes.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Schedule: schedules, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: ScheduleId as String,
        pub plugin_id: Option<PluginId> as Opt<String, PluginId>,
        pub name: String,
        pub kind: String,
        pub payload_json: Json as String,
        pub cron: String,
        pub zone: Zone as String,
        pub next_at: Timestamp as i64,
        pub paused: bool,
    }
}

row! {
    /// What may be changed of a schedule.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ScheduleChange: schedules, [AsChangeset] {
        pub kind: String,
        pub payload_json: Json as String,
        pub cron: String,
        pub zone: Zone as String,
        pub next_at: Timestamp as i64,
        pub paused: bool,
    }
}

/// The schedule, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &ScheduleId) -> Result<Option<Schedule>> {
    scope::tenant(c, tenant)?;
    let query = schedules::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Schedule::as_select()).first(c).optional()?)
}

/// The schedule of this name, of a plugin or of the house itself.
pub fn find_by_name(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: Option<&PluginId>,
    name: &str,
) -> Result<Option<Schedule>> {
    scope::tenant(c, tenant)?;
    let named = list(c, tenant)?;
    Ok(named.into_iter().find(|s| s.plugin_id.as_ref() == plugin && s.name == name))
}

/// The tenant's schedules, soonest first.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Schedule>> {
    scope::tenant(c, tenant)?;
    Ok(schedules::table
        .filter(schedules::tenant_id.eq(tenant.as_str()))
        .order((schedules::next_at, schedules::id))
        .select(Schedule::as_select())
        .load(c)?)
}

/// Up to `limit` schedules of all tenants whose time has come, longest overdue first.
pub fn due(c: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<Schedule>> {
    scope::system(c)?;
    Ok(schedules::table
        .filter(schedules::paused.eq(false))
        .filter(schedules::next_at.le(now.as_millis()))
        .order((schedules::next_at, schedules::id))
        .limit(limit)
        .select(Schedule::as_select())
        .load(c)?)
}

/// When the next schedule's time comes.
pub fn next_due(c: &mut Conn) -> Result<Option<Timestamp>> {
    scope::system(c)?;
    let next: Option<i64> = schedules::table
        .filter(schedules::paused.eq(false))
        .select(diesel::dsl::min(schedules::next_at))
        .first(c)?;
    Ok(next.map(Timestamp::from_millis))
}

/// Adds a schedule.
///
/// # Errors
/// [`Error::Unique`] (`schedules_one_a_name`) when the name is taken.
pub fn insert(c: &mut Conn, schedule: &Schedule) -> Result<()> {
    scope::tenant(c, &schedule.tenant_id)?;
    diesel::insert_into(schedules::table).values(schedule.clone()).execute(c)?;
    Ok(())
}

/// Changes the schedule.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ScheduleId,
    change: &ScheduleChange,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = schedules::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(change.clone()).execute(c)?)
}

/// Moves the schedule from one occurrence to the next. Enqueue the occurrence's job in the same
/// transaction: whoever moves it makes it happen.
///
/// # Errors
/// [`Error::Conflict`] when somebody else moved or paused it: leave this occurrence to them.
pub fn advance(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ScheduleId,
    from: Timestamp,
    to: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = schedules::table
        .find((tenant.as_str(), id.as_str()))
        .filter(schedules::next_at.eq(from.as_millis()))
        .filter(schedules::paused.eq(false));
    let rows = diesel::update(target).set(schedules::next_at.eq(to.as_millis())).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Pauses the schedule.
pub fn pause(c: &mut Conn, tenant: &TenantId, id: &ScheduleId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = schedules::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(schedules::paused.eq(true)).execute(c)?)
}

/// Pauses or resumes every schedule of a plugin; answers how many there are.
pub fn set_paused_of_plugin(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    paused: bool,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = schedules::table
        .filter(schedules::tenant_id.eq(tenant.as_str()))
        .filter(schedules::plugin_id.eq(plugin.as_str()));
    Ok(diesel::update(target).set(schedules::paused.eq(paused)).execute(c)?)
}

/// Deletes the schedule.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &ScheduleId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(schedules::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}

/// Deletes every schedule of a plugin; answers how many.
pub fn delete_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = schedules::table
        .filter(schedules::tenant_id.eq(tenant.as_str()))
        .filter(schedules::plugin_id.eq(plugin.as_str()));
    Ok(diesel::delete(target).execute(c)?)
}

/// The schedule, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &ScheduleId) -> Result<Schedule> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}
