//! Whose rows a transaction may touch. On PostgreSQL row level security is forced on every table of
//! a tenant's: rows are there for the scope that was entered, and without one there are none. Every
//! function about a tenant's data enters that tenant's scope first; what is about several, or comes
//! before the tenant is known, enters the system's. SQLite has no such thing: there the filters
//! stand alone.
//!
//! The scope is a setting of the transaction (`oxpi.tenant`), gone when that ends. Which one it is
//! stands here too, so that entering it again costs nothing.

use std::cell::RefCell;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use domain::TenantId;

use crate::backend::Conn;
use crate::error::Result;

/// The setting's value for all tenants' rows; no tenant's id is spelled so. The policies know it too
/// (`migrations/postgres/2026-11-23-000020_row_security`).
const SYSTEM: &str = "*";

/// What a transaction entered last, and how deep within transactions that was.
struct Entered {
    name: String,
    depth: Option<u32>,
}

thread_local! {
    // A transaction begins and ends on one thread, and nothing else happens there in between.
    static ENTERED: RefCell<Option<Entered>> = const { RefCell::new(None) };
}

/// Enters a tenant's scope.
pub(crate) fn tenant(c: &mut Conn, id: &TenantId) -> Result<()> {
    enter(c, id.as_str())
}

/// Enters the scope of what should be a tenant's id, for verifying what lies in the database.
pub(crate) fn named(c: &mut Conn, id: &str) -> Result<()> {
    // Nobody gets into the system's scope by a name.
    enter(c, if id == SYSTEM { "" } else { id })
}

/// Enters the system's scope: all tenants' rows.
pub(crate) fn system(c: &mut Conn) -> Result<()> {
    enter(c, SYSTEM)
}

/// Forgets what was entered: a transaction begins or has ended.
pub(crate) fn forget() {
    ENTERED.with_borrow_mut(|entered| *entered = None);
}

fn enter(c: &mut Conn, name: &str) -> Result<()> {
    let depth = c.depth();
    if matches!(c, Conn::Sqlite(_)) || is_entered(name, depth) {
        return Ok(());
    }
    // One that fails leaves nobody believing that it worked.
    forget();
    if is_id(name) {
        // In one journey to the server and without a plan: each transaction begins with this.
        c.batch_execute(&format!("SET LOCAL oxpi.tenant = '{name}'"))?;
    } else {
        diesel::sql_query("SELECT set_config('oxpi.tenant', $1, TRUE)")
            .bind::<Text, _>(name)
            .execute(c)?;
    }
    let entered = Entered { name: name.to_owned(), depth };
    ENTERED.with_borrow_mut(|place| *place = Some(entered));
    Ok(())
}

/// Whether nothing in the name means anything to SQL.
fn is_id(name: &str) -> bool {
    name == SYSTEM || name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// What was entered in a transaction within another may have been rolled back with it, so it counts
/// in the outermost alone.
fn is_entered(name: &str, depth: Option<u32>) -> bool {
    ENTERED.with_borrow(|entered| {
        let same = |entered: &Entered| entered.name == name && entered.depth == depth;
        depth == Some(1) && entered.as_ref().is_some_and(same)
    })
}
