//! Where a business wants to be told of what happens.

use diesel::prelude::*;
use domain::{EndpointId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Opt, TextList};
use crate::error::{Error, Result, found, settled};
use crate::schema::endpoints;
use crate::scope;

words! {
    /// Why an endpoint is off that nobody turned off.
    pub enum OffReason {
        /// The receiver said that it is gone for good.
        Gone = "gone",
        /// Nothing arrived for days.
        Failing = "failing",
    }
}

row! {
    /// An endpoint. No kinds are all there are and will be.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Endpoint: endpoints, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: EndpointId as String,
        pub url: String,
        pub description: String,
        pub kinds: TextList as String,
        pub enabled: bool,
        pub off_reason: Option<OffReason> as Opt<String, OffReason>,
        pub failing_since: Option<Timestamp> as Opt<i64, Timestamp>,
        pub old_secret_until: Option<Timestamp> as Opt<i64, Timestamp>,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
        pub rev: i64,
    }
}

row! {
    /// What a form may change of an endpoint.
    #[derive(Debug, Clone, PartialEq)]
    pub struct EndpointChange: endpoints, [AsChangeset] {
        pub url: String,
        pub description: String,
        pub kinds: TextList as String,
    }
}

/// The endpoint, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &EndpointId) -> Result<Option<Endpoint>> {
    scope::tenant(c, tenant)?;
    let query = endpoints::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Endpoint::as_select()).first(c).optional()?)
}

/// The endpoint, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &EndpointId) -> Result<Endpoint> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// The endpoint, if the tenant has it; it is this transaction's until that ends. Whoever changes its
/// deliveries takes it first, so that nobody waits for each other in a circle.
pub fn lock(c: &mut Conn, tenant: &TenantId, id: &EndpointId) -> Result<Option<Endpoint>> {
    scope::tenant(c, tenant)?;
    let query = endpoints::table.find((tenant.as_str(), id.as_str()));
    Ok(each_backend!(
        c,
        Sqlite(c) => query.select(Endpoint::as_select()).first(c).optional()?,
        Postgres(c) => {
            query.select(Endpoint::as_select()).for_no_key_update().first(c).optional()?
        }
    ))
}

/// All endpoints of the tenant, in the order in which they were added.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Endpoint>> {
    scope::tenant(c, tenant)?;
    Ok(endpoints::table
        .filter(endpoints::tenant_id.eq(tenant.as_str()))
        .order((endpoints::created_at, endpoints::id))
        .select(Endpoint::as_select())
        .load(c)?)
}

/// Those that are on.
pub fn list_enabled(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Endpoint>> {
    scope::tenant(c, tenant)?;
    Ok(endpoints::table
        .filter(endpoints::tenant_id.eq(tenant.as_str()))
        .filter(endpoints::enabled.eq(true))
        .order((endpoints::created_at, endpoints::id))
        .select(Endpoint::as_select())
        .load(c)?)
}

/// Adds an endpoint.
pub fn insert(c: &mut Conn, row: &Endpoint) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(endpoints::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Changes the endpoint if it still has the revision.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed it meanwhile.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    id: &EndpointId,
    change: &EndpointChange,
    rev: i64,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target =
        endpoints::table.find((tenant.as_str(), id.as_str())).filter(endpoints::rev.eq(rev));
    let set =
        (change.clone(), endpoints::updated_at.eq(now.as_millis()), endpoints::rev.eq(rev + 1));
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Turns the endpoint on or off; answers whether that changed it. One that is turned on begins anew: what
/// failed before counts no more.
pub fn set_enabled(
    c: &mut Conn,
    tenant: &TenantId,
    id: &EndpointId,
    enabled: bool,
    reason: Option<OffReason>,
    now: Timestamp,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = endpoints::table
        .find((tenant.as_str(), id.as_str()))
        .filter(endpoints::enabled.ne(enabled));
    let set = (
        endpoints::enabled.eq(enabled),
        endpoints::off_reason.eq(reason.map(OffReason::as_str)),
        endpoints::failing_since.eq(None::<i64>),
        endpoints::updated_at.eq(now.as_millis()),
        endpoints::rev.eq(endpoints::rev + 1),
    );
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Notes that a message arrived: whatever failed before counts no more.
pub fn note_success(c: &mut Conn, tenant: &TenantId, id: &EndpointId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let failing = endpoints::table
        .find((tenant.as_str(), id.as_str()))
        .filter(endpoints::failing_since.is_not_null());
    diesel::update(failing).set(endpoints::failing_since.eq(None::<i64>)).execute(c)?;
    Ok(())
}

/// Notes that a message did not arrive; the first one since one did counts.
pub fn note_failure(
    c: &mut Conn,
    tenant: &TenantId,
    id: &EndpointId,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let working = endpoints::table
        .find((tenant.as_str(), id.as_str()))
        .filter(endpoints::failing_since.is_null());
    diesel::update(working).set(endpoints::failing_since.eq(now.as_millis())).execute(c)?;
    Ok(())
}

/// Notes until when the secret before this one signs too.
pub fn set_old_secret_until(
    c: &mut Conn,
    tenant: &TenantId,
    id: &EndpointId,
    until: Option<Timestamp>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = endpoints::table.find((tenant.as_str(), id.as_str()));
    let set = endpoints::old_secret_until.eq(until.map(Timestamp::as_millis));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Endpoints of all tenants whose secret before this one has had its time.
pub fn list_with_old_secrets(c: &mut Conn, now: Timestamp) -> Result<Vec<Endpoint>> {
    scope::system(c)?;
    Ok(endpoints::table
        .filter(endpoints::old_secret_until.le(now.as_millis()))
        .order((endpoints::tenant_id, endpoints::id))
        .select(Endpoint::as_select())
        .load(c)?)
}

/// Removes an endpoint with its deliveries.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &EndpointId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(endpoints::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}
