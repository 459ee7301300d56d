//! What came of each row.

use diesel::prelude::*;
use domain::{ImportId, PersonId, TenantId};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::Result;
use crate::page::bounded;
use crate::schema::import_results;
use crate::scope;

words! {
    /// What came of a row.
    pub enum Outcome {
        /// Somebody new.
        Made = "made",
        /// Somebody who was there, changed.
        Changed = "changed",
        /// Nothing: they are there already.
        Skipped = "skipped",
        /// Nothing: something is wrong with it.
        Refused = "refused",
    }
}

row! {
    /// What came of a row.
    #[derive(Debug, Clone, PartialEq)]
    pub struct RowResult: import_results, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub import_id: ImportId as String,
        pub row_number: i64,
        pub outcome: Outcome as String,
        pub person_id: Option<PersonId> as Opt<String, PersonId>,
        pub rev: i64,
        pub before_json: Option<Json> as Opt<String, Json>,
        pub place: i64,
        pub problem: String,
        pub cells_json: Option<Json> as Opt<String, Json>,
        pub kept: bool,
    }
}

/// Writes down what came of rows.
pub fn insert_results(c: &mut Conn, tenant: &TenantId, rows: Vec<RowResult>) -> Result<()> {
    scope::tenant(c, tenant)?;
    let insert = diesel::insert_into(import_results::table).values(rows);
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Notes that this import touched a person once more, where it had and nobody else has since. Answers
/// whether that was so: then how they were before is known already.
pub fn touch(
    c: &mut Conn,
    tenant: &TenantId,
    import: &ImportId,
    person: &PersonId,
    (from, to): (i64, i64),
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = import_results::table
        .filter(import_results::tenant_id.eq(tenant.as_str()))
        .filter(import_results::import_id.eq(import.as_str()))
        .filter(import_results::person_id.eq(person.as_str()))
        .filter(import_results::outcome.ne(Outcome::Skipped.as_str()))
        .filter(import_results::rev.eq(from));
    Ok(diesel::update(target).set(import_results::rev.eq(to)).execute(c)? > 0)
}

/// What came of rows after a number, in their order; of one outcome or all.
pub fn list_results(
    c: &mut Conn,
    tenant: &TenantId,
    import: &ImportId,
    outcomes: &[Outcome],
    after: i64,
    limit: i64,
) -> Result<Vec<RowResult>> {
    scope::tenant(c, tenant)?;
    Ok(import_results::table
        .filter(import_results::tenant_id.eq(tenant.as_str()))
        .filter(import_results::import_id.eq(import.as_str()))
        .filter(import_results::outcome.eq_any(outcomes.iter().map(|it| it.as_str())))
        .filter(import_results::row_number.gt(after))
        .order(import_results::row_number)
        .limit(bounded(limit))
        .select(RowResult::as_select())
        .load(c)?)
}

/// Notes that whoever these rows brought or changed stayed when their import was undone.
pub fn keep(c: &mut Conn, tenant: &TenantId, import: &ImportId, rows: &[i64]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = import_results::table
        .filter(import_results::tenant_id.eq(tenant.as_str()))
        .filter(import_results::import_id.eq(import.as_str()))
        .filter(import_results::row_number.eq_any(rows));
    diesel::update(target).set(import_results::kept.eq(true)).execute(c)?;
    Ok(())
}

/// The rows after a number whose people stayed when their import was undone, in their order.
pub fn list_kept(
    c: &mut Conn,
    tenant: &TenantId,
    import: &ImportId,
    after: i64,
    limit: i64,
) -> Result<Vec<RowResult>> {
    scope::tenant(c, tenant)?;
    Ok(import_results::table
        .filter(import_results::tenant_id.eq(tenant.as_str()))
        .filter(import_results::import_id.eq(import.as_str()))
        .filter(import_results::kept)
        .filter(import_results::row_number.gt(after))
        .order(import_results::row_number)
        .limit(bounded(limit))
        .select(RowResult::as_select())
        .load(c)?)
}

/// Forgets up to `limit` of what came of an import's rows, so that nobody waits long; answers how many, and 0
/// when there are no more.
pub fn delete_some_results(
    c: &mut Conn,
    tenant: &TenantId,
    import: &ImportId,
    limit: i64,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let its = || {
        import_results::table
            .filter(import_results::tenant_id.eq(tenant.as_str()))
            .filter(import_results::import_id.eq(import.as_str()))
    };
    let first_to_stay: Option<i64> = its()
        .order(import_results::row_number)
        .offset(limit)
        .limit(1)
        .select(import_results::row_number)
        .first(c)
        .optional()?;
    Ok(match first_to_stay {
        Some(first) => {
            diesel::delete(its().filter(import_results::row_number.lt(first))).execute(c)?
        }
        None => diesel::delete(its()).execute(c)?,
    })
}
