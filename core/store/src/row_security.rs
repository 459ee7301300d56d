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

/// Why the login could take off what the role it works as is held by: an injected RESET ROLE makes it the
/// login again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginWeakness {
    /// No policy counts for a superuser.
    #[error("the login {0} is a superuser, or may become one")]
    Superuser(String),
    /// No policy counts for who has BYPASSRLS.
    #[error("the login {0} has BYPASSRLS, or may become a role that has")]
    Bypasses(String),
    /// An owner can take the policies off.
    #[error("the login {0} owns tables, or may become the role that does")]
    Owner(String),
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

/// What a role is, and what it may become.
const ROLE: &str = "\
    SELECT r.rolname::text AS name,
        EXISTS (SELECT FROM pg_roles o
            WHERE o.rolsuper AND pg_has_role(r.oid, o.oid, 'MEMBER')) AS superuser,
        EXISTS (SELECT FROM pg_roles o
            WHERE o.rolbypassrls AND pg_has_role(r.oid, o.oid, 'MEMBER')) AS bypasses,
        EXISTS (SELECT FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
                AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns
    FROM pg_roles r WHERE r.rolname = ";

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Tables without exactly the one policy that `oxpi_confine` makes, as PostgreSQL itself writes it:
/// any other text, however alike, is another policy.
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
                    AND p.polpermissive AND p.polroles = '{0}' AND p.polwithcheck IS NULL
                    AND pg_get_expr(p.polqual, p.polrelid) = format(
                        '((( SELECT current_setting(''oxpi.tenant''::text, true) AS current_setting) = %1$I) '
                        || 'OR (( SELECT current_setting(''oxpi.tenant''::text, true) '
                        || 'AS current_setting) = ''*''::text))',
                        CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END)))
    ORDER BY c.relname";

/// Everything that is weak; nothing on SQLite, which has no roles.
pub fn weaknesses(c: &mut Conn) -> Result<Vec<Weakness>> {
    if c.backend() == Backend::Sqlite {
        return Ok(Vec::new());
    }
    let Role { name, superuser, bypasses, owns } = role(c, "current_user")?;
    let mut found = Vec::new();
    if superuser {
        found.push(Weakness::Superuser(name.clone()));
    }
    if bypasses {
        found.push(Weakness::Bypasses(name.clone()));
    }
    if owns {
        found.push(Weakness::Owner(name));
    }
    let tables: Vec<Table> = diesel::sql_query(UNGUARDED).load(c)?;
    found.extend(tables.into_iter().map(|table| Weakness::Table(table.name)));
    Ok(found)
}

/// What is weak about the login behind the role; nothing on SQLite, which has none.
pub fn login_weaknesses(c: &mut Conn) -> Result<Vec<LoginWeakness>> {
    if c.backend() == Backend::Sqlite {
        return Ok(Vec::new());
    }
    let Role { name, superuser, bypasses, owns } = role(c, "session_user")?;
    if superuser {
        // May become all the others.
        return Ok(vec![LoginWeakness::Superuser(name)]);
    }
    let mut found = Vec::new();
    if bypasses {
        found.push(LoginWeakness::Bypasses(name.clone()));
    }
    if owns {
        found.push(LoginWeakness::Owner(name));
    }
    Ok(found)
}

fn role(c: &mut Conn, which: &'static str) -> Result<Role> {
    Ok(diesel::sql_query(format!("{ROLE}{which}")).get_result(c)?)
}
