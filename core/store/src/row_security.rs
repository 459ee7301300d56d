//! Whether row level security stands behind the filters: what PostgreSQL's own catalogue says about
//! the role that this process works as, and about each table.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::backend::{Backend, Conn};
use crate::error::Result;

/// The role that the server works as; migrations make it.
pub const APP_ROLE: &str = "oxpi_app";

/// Why rows of one tenant are not kept from another by the database itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// No policy counts for a superuser.
    #[error("the role {0} is a superuser")]
    Superuser(String),
    /// No policy counts for who has BYPASSRLS.
    #[error("the role {0} has BYPASSRLS")]
    Bypasses(String),
    /// An owner can take the policies off.
    #[error("the role {0} owns tables")]
    Owner(String),
    /// A table of tenants' rows lacks a policy, or it isn't forced.
    #[error("the table {0} has no forced row level security")]
    Table(String),
}

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    superuser: bool,
    #[diesel(sql_type = Bool)]
    bypasses: bool,
    #[diesel(sql_type = Bool)]
    owns: bool,
}

const ROLE: &str = "\
    SELECT r.rolname::text AS name, r.rolsuper AS superuser, r.rolbypassrls AS bypasses,
        EXISTS (SELECT FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
                AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns
    FROM pg_roles r WHERE r.rolname = current_user";

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

const UNGUARDED: &str = "\
    SELECT c.relname::text AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND (c.relname = 'tenants' OR EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) = 1
            AND EXISTS (SELECT FROM pg_policy p
                WHERE p.polrelid = c.oid AND p.polname = 'oxpi_scope' AND p.polcmd = '*'
                    AND pg_get_expr(p.polqual, p.polrelid) LIKE '%oxpi.tenant%'))
    ORDER BY c.relname";

/// Everything that is weak; nothing on SQLite, which has no roles.
pub fn weaknesses(c: &mut Conn) -> Result<Vec<Weakness>> {
    if c.backend() == Backend::Sqlite {
        return Ok(Vec::new());
    }
    let role: Role = diesel::sql_query(ROLE).get_result(c)?;
    let mut found = Vec::new();
    if role.superuser {
        found.push(Weakness::Superuser(role.name.clone()));
    }
    if role.bypasses {
        found.push(Weakness::Bypasses(role.name.clone()));
    }
    if role.owns {
        found.push(Weakness::Owner(role.name));
    }
    let tables: Vec<Table> = diesel::sql_query(UNGUARDED).load(c)?;
    found.extend(tables.into_iter().map(|table| Weakness::Table(table.name)));
    Ok(found)
}
