//! Businesses.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use domain::phone::{self, Country};
use domain::{Locale, TenantId, Timestamp, Zone};

use crate::backend::Conn;
use crate::error::{Error, Result, settled};
use crate::schema::tenants;
use crate::scope;

words! {
    /// The colour that a business's pages and mails wear; the theme knows what each looks like.
    pub enum Colour {
        /// A dark green; the usual one.
        Pine = "pine",
        /// Between green and blue.
        Lake = "lake",
        /// Blue.
        Blue = "blue",
        /// Violet.
        Violet = "violet",
        /// Purple.
        Plum = "plum",
        /// A dark pink.
        Rose = "rose",
        /// Between red and brown.
        Brick = "brick",
        /// A yellowish green.
        Olive = "olive",
        /// Nearly grey.
        Slate = "slate",
    }
}

row! {
    /// A business.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Tenant: tenants, [Queryable, Selectable, Insertable] {
        pub id: TenantId as String,
        pub name: String,
        pub locale: Locale as String,
        pub zone: Zone as String,
        pub currency: String,
        pub created_at: Timestamp as i64,
        pub rev: i64,
        pub second_step: bool,
        pub colour: Colour as String,
        pub theme: String,
        pub logo: Option<String>,
    }
}

row! {
    /// What a business's settings may change.
    #[derive(Debug, Clone, PartialEq)]
    pub struct TenantChange: tenants, [AsChangeset] {
        pub name: String,
        pub locale: Locale as String,
        pub zone: Zone as String,
        pub currency: String,
        pub colour: Colour as String,
        pub theme: String,
    }
}

/// The tenant, if there is one.
pub fn find(c: &mut Conn, id: &TenantId) -> Result<Option<Tenant>> {
    scope::tenant(c, id)?;
    let query = tenants::table.find(id.as_str()).select(Tenant::as_select());
    Ok(query.first(c).optional()?)
}

/// The tenant, or [`Error::NotFound`].
pub fn get(c: &mut Conn, id: &TenantId) -> Result<Tenant> {
    scope::tenant(c, id)?;
    find(c, id)?.ok_or(Error::NotFound)
}

/// The country of a tenant, whose numbers are typed there without its code; none where its zone doesn't
/// tell.
pub fn find_country(c: &mut Conn, id: &TenantId) -> Result<Option<Country>> {
    scope::tenant(c, id)?;
    Ok(phone::country_of(&get(c, id)?.zone))
}

/// Every tenant of the instance, oldest first.
pub fn list(c: &mut Conn) -> Result<Vec<Tenant>> {
    scope::system(c)?;
    Ok(tenants::table.order(tenants::id).select(Tenant::as_select()).load(c)?)
}

/// How many tenants the instance has; none means that the first run is still to come.
pub fn count(c: &mut Conn) -> Result<i64> {
    scope::system(c)?;
    Ok(tenants::table.count().get_result(c)?)
}

/// Adds a tenant.
pub fn insert(c: &mut Conn, tenant: &Tenant) -> Result<()> {
    scope::tenant(c, &tenant.id)?;
    diesel::insert_into(tenants::table).values(tenant.clone()).execute(c)?;
    Ok(())
}

/// Changes the tenant if it still has the revision; answers the new one.
pub fn update(c: &mut Conn, id: &TenantId, change: &TenantChange, rev: i64) -> Result<i64> {
    scope::tenant(c, id)?;
    let target = tenants::table.find(id.as_str()).filter(tenants::rev.eq(rev));
    let rows = diesel::update(target).set((change.clone(), tenants::rev.eq(rev + 1))).execute(c)?;
    settled(rows, || Ok(find(c, id)?.is_some()))?;
    Ok(rev + 1)
}

/// Says whether everybody in the business needs a second step when signing in.
pub fn set_second_step(c: &mut Conn, id: &TenantId, needed: bool) -> Result<()> {
    scope::tenant(c, id)?;
    let set = (tenants::second_step.eq(needed), tenants::rev.eq(tenants::rev + 1));
    crate::error::found(diesel::update(tenants::table.find(id.as_str())).set(set).execute(c)?)
}

/// Says which logo the business has, by its digest.
pub fn set_logo(c: &mut Conn, id: &TenantId, digest: Option<&str>) -> Result<()> {
    scope::tenant(c, id)?;
    let set = tenants::logo.eq(digest);
    crate::error::found(diesel::update(tenants::table.find(id.as_str())).set(set).execute(c)?)
}

/// Deletes the tenant and everything that belongs to it, but its audit chain.
///
/// # Errors
/// [`Error::NotFound`] when there is no such tenant.
pub fn delete(c: &mut Conn, id: &TenantId) -> Result<()> {
    scope::tenant(c, id)?;
    // Children whose foreign keys restrict; the rest goes by cascade.
    use crate::schema::{appointments, calendars, oauth_flows, search_words, secrets};
    let of = id.as_str();
    diesel::delete(appointments::table.filter(appointments::tenant_id.eq(of))).execute(c)?;
    diesel::delete(calendars::table.filter(calendars::tenant_id.eq(of))).execute(c)?;
    diesel::delete(oauth_flows::table.filter(oauth_flows::tenant_id.eq(of))).execute(c)?;
    diesel::delete(secrets::table.filter(secrets::tenant_id.eq(of))).execute(c)?;
    crate::error::found(diesel::delete(tenants::table.find(of)).execute(c)?)?;
    // On PostgreSQL they refer to no business. Whoever wrote some until now was waited for just before, and
    // nobody writes any from here on.
    diesel::delete(search_words::table.filter(search_words::tenant_id.eq(of))).execute(c)?;
    Ok(())
}

/// Makes other transactions that lock the same tenant wait for this one. For rules over several
/// rows, such as "a tenant always has an owner"; on SQLite writers wait for each other anyway.
pub fn lock(c: &mut Conn, id: &TenantId) -> Result<()> {
    scope::tenant(c, id)?;
    let row = tenants::table.find(id.as_str()).select(tenants::id);
    let found: Option<String> = each_backend!(
        c,
        Sqlite(c) => row.first(c).optional()?,
        Postgres(c) => row.for_no_key_update().first(c).optional()?
    );
    found.map(drop).ok_or(Error::NotFound)
}

/// Makes others that add a tenant this way wait for this transaction: for the first run, of which
/// one may succeed while there is no row yet to wait at.
pub fn lock_all(c: &mut Conn) -> Result<()> {
    scope::system(c)?;
    each_backend!(
        c,
        Sqlite(_c) => {},
        Postgres(c) => c.batch_execute("LOCK TABLE tenants IN SHARE ROW EXCLUSIVE MODE")?
    );
    Ok(())
}
