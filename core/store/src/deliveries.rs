//! Messages to endpoints: what is on its way, what arrived, and each try.

use diesel::prelude::*;
use domain::{DeliveryId, EndpointId, JobId, OutboxId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, found};
use crate::page::{Cursor, Page, bounded};
use crate::schema::{deliveries, delivery_tries};
use crate::scope;

words! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// On its way, or waiting for another try.
        Waiting = "waiting",
        /// The receiver has it.
        Done = "done",
        /// It was tried enough.
        Failed = "failed",
        /// The endpoint was turned off before.
        Stopped = "stopped",
    }
}

words! {
    /// How a try ended.
    pub enum TryEnd {
        /// The receiver took it.
        Accepted = "accepted",
        /// The receiver answered something else than yes.
        Rejected = "rejected",
        /// The receiver said to ask elsewhere.
        Moved = "moved",
        /// The receiver said that it is gone for good.
        Gone = "gone",
        /// Nobody answered there.
        Unreachable = "unreachable",
        /// Its certificate isn't to be trusted.
        Untrusted = "untrusted",
        /// No answer in time.
        TimedOut = "timed-out",
        /// The address leads to where nothing is sent.
        Refused = "refused",
    }
}

row! {
    /// A delivery.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Delivery: deliveries, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: DeliveryId as String,
        pub endpoint_id: EndpointId as String,
        pub event_id: OutboxId as String,
        pub kind: String,
        pub body: String,
        pub state: DeliveryState as String,
        pub job_id: JobId as String,
        pub step: i64,
        pub tries: i64,
        pub next_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub created_at: Timestamp as i64,
        pub ended_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

row! {
    /// A try.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Try: delivery_tries, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub delivery_id: DeliveryId as String,
        pub number: i64,
        pub at: Timestamp as i64,
        pub ended: TryEnd as String,
        pub status: Option<u16> as Opt<i64, u16>,
        pub ms: i64,
        pub answer: String,
    }
}

/// Adds a delivery, unless the endpoint has one of the same event; answers whether it did.
pub fn insert(c: &mut Conn, row: &Delivery) -> Result<bool> {
    scope::tenant(c, &row.tenant_id)?;
    let insert =
        diesel::insert_into(deliveries::table).values(row.clone()).on_conflict_do_nothing();
    Ok(each_backend!(c, |c| insert.execute(c)?) > 0)
}

/// The delivery, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &DeliveryId) -> Result<Option<Delivery>> {
    scope::tenant(c, tenant)?;
    let query = deliveries::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Delivery::as_select()).first(c).optional()?)
}

/// The delivery, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &DeliveryId) -> Result<Delivery> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// A page of an endpoint's deliveries, newest first; only those in a state, if one is named.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    endpoint: &EndpointId,
    state: Option<DeliveryState>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Delivery>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = deliveries::table
        .filter(deliveries::tenant_id.eq(tenant.as_str()))
        .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(deliveries::state.eq(state.as_str()));
    }
    if let Some(after) = after {
        let same = deliveries::created_at.eq(after.at).and(deliveries::id.lt(after.id.clone()));
        query = query.filter(deliveries::created_at.lt(after.at).or(same));
    }
    let rows: Vec<Delivery> = query
        .order((deliveries::created_at.desc(), deliveries::id.desc()))
        .limit(limit + 1)
        .select(Delivery::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.created_at, last.id.as_str())))
}

/// How many deliveries an endpoint has in each state that it has any in.
pub fn count_by_state(
    c: &mut Conn,
    tenant: &TenantId,
    endpoint: &EndpointId,
) -> Result<Vec<(DeliveryState, i64)>> {
    scope::tenant(c, tenant)?;
    let counts: Vec<(String, i64)> = deliveries::table
        .filter(deliveries::tenant_id.eq(tenant.as_str()))
        .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
        .group_by(deliveries::state)
        .select((deliveries::state, diesel::dsl::count_star()))
        .load(c)?;
    let known = |(state, count): (String, i64)| {
        state.parse().map(|state| (state, count)).map_err(Error::internal)
    };
    counts.into_iter().map(known).collect()
}

/// Deliveries of an endpoint that did not arrive and were made since then, oldest first.
pub fn list_failed_since(
    c: &mut Conn,
    tenant: &TenantId,
    endpoint: &EndpointId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Delivery>> {
    scope::tenant(c, tenant)?;
    Ok(deliveries::table
        .filter(deliveries::tenant_id.eq(tenant.as_str()))
        .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
        .filter(deliveries::state.eq_any(["failed", "stopped"]))
        .filter(deliveries::created_at.ge(since.as_millis()))
        .order((deliveries::created_at, deliveries::id))
        .limit(bounded(limit))
        .select(Delivery::as_select())
        .load(c)?)
}

/// The tries of a delivery, latest first.
pub fn list_tries(c: &mut Conn, tenant: &TenantId, id: &DeliveryId) -> Result<Vec<Try>> {
    scope::tenant(c, tenant)?;
    Ok(delivery_tries::table
        .filter(delivery_tries::tenant_id.eq(tenant.as_str()))
        .filter(delivery_tries::delivery_id.eq(id.as_str()))
        .order(delivery_tries::number.desc())
        .limit(bounded(100))
        .select(Try::as_select())
        .load(c)?)
}

/// The last try of each of these deliveries that has one.
pub fn list_last_tries(c: &mut Conn, tenant: &TenantId, of: &[Delivery]) -> Result<Vec<Try>> {
    scope::tenant(c, tenant)?;
    let all: Vec<Try> = delivery_tries::table
        .filter(delivery_tries::tenant_id.eq(tenant.as_str()))
        .filter(delivery_tries::delivery_id.eq_any(of.iter().map(|one| one.id.as_str())))
        .order((delivery_tries::delivery_id, delivery_tries::number.desc()))
        .select(Try::as_select())
        .load(c)?;
    let mut last: Vec<Try> = Vec::new();
    for one in all {
        if last.last().is_none_or(|kept| kept.delivery_id != one.delivery_id) {
            last.push(one);
        }
    }
    Ok(last)
}

/// Counts a try; the delivery is this transaction's from here on, and comes back as it is now.
///
/// # Errors
/// [`Error::NotFound`] when the delivery is gone.
pub fn count_try(c: &mut Conn, tenant: &TenantId, id: &DeliveryId) -> Result<Delivery> {
    scope::tenant(c, tenant)?;
    let target = deliveries::table.find((tenant.as_str(), id.as_str()));
    let rows =
        diesel::update(target).set(deliveries::tries.eq(deliveries::tries + 1)).execute(c)?;
    found(rows)?;
    get(c, tenant, id)
}

/// Adds a try to the log.
pub fn insert_try(c: &mut Conn, row: &Try) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(delivery_tries::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Where a delivery stands after a try, or a person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The state.
    pub state: DeliveryState,
    /// The job that may send it.
    pub job_id: JobId,
    /// Tries since it was last begun.
    pub step: i64,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Notes where a delivery stands.
pub fn update(c: &mut Conn, tenant: &TenantId, id: &DeliveryId, to: &Step) -> Result<()> {
    scope::tenant(c, tenant)?;
    let set = (
        deliveries::state.eq(to.state.as_str()),
        deliveries::job_id.eq(to.job_id.as_str()),
        deliveries::step.eq(to.step),
        deliveries::next_at.eq(to.next_at.map(Timestamp::as_millis)),
        deliveries::ended_at.eq(to.ended_at.map(Timestamp::as_millis)),
    );
    let target = deliveries::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Stops what is on its way to an endpoint; answers how many that were.
pub fn stop(
    c: &mut Conn,
    tenant: &TenantId,
    endpoint: &EndpointId,
    now: Timestamp,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let waiting = deliveries::table
        .filter(deliveries::tenant_id.eq(tenant.as_str()))
        .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
        .filter(deliveries::state.eq(DeliveryState::Waiting.as_str()));
    let set = (
        deliveries::state.eq(DeliveryState::Stopped.as_str()),
        deliveries::next_at.eq(None::<i64>),
        deliveries::ended_at.eq(now.as_millis()),
    );
    Ok(diesel::update(waiting).set(set).execute(c)?)
}

/// Removes deliveries of all tenants that were made before, with their tries; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = deliveries::table.filter(deliveries::created_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
