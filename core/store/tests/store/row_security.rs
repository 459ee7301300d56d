//! Row level security on PostgreSQL: forced on every table of tenants' rows, for a role that can't
//! look past it, and every function of the store says whose rows it is about.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::row_security::{LoginWeakness, Weakness, login_weaknesses, weaknesses};
use store::testing::TestDb;
use store::{Conn, Db, DbOptions, Error, Result, Target, people};

use crate::support::*;

async fn weak(db: &TestDb) -> Vec<Weakness> {
    db.db.read(weaknesses).await.unwrap()
}

#[tokio::test]
async fn every_table_of_tenants_is_guarded_and_the_role_can_not_look_past() {
    let fresh = store::testing::postgres().await;
    assert_eq!(weak(&fresh).await, []);
    fresh.tamper("CREATE TABLE later (tenant_id TEXT NOT NULL)");
    assert_eq!(weak(&fresh).await, [Weakness::Table("later".to_owned())]);
    fresh.tamper("SELECT oxpi_confine()");
    assert_eq!(weak(&fresh).await, []);
    for broken in [
        "ALTER TABLE people NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE people DISABLE ROW LEVEL SECURITY",
        "DROP POLICY oxpi_scope ON people",
        "CREATE POLICY too_wide ON people USING (TRUE)",
        // All of these have the right words in them.
        "ALTER POLICY oxpi_scope ON people USING (TRUE OR \
            (SELECT current_setting('oxpi.tenant', TRUE)) IN (tenant_id, '*'))",
        "ALTER POLICY oxpi_scope ON people USING (\
            (SELECT current_setting('oxpi.tenant', TRUE)) IN (tenant_id, '*', 'open'))",
        "ALTER POLICY oxpi_scope ON people USING (\
            (SELECT current_setting('oxpi.tenant', TRUE)) IN (id, '*'))",
        "ALTER POLICY oxpi_scope ON people USING (\
            (SELECT current_setting('oxpi.tenant2', TRUE)) IN (tenant_id, '*'))",
        "ALTER POLICY oxpi_scope ON people WITH CHECK (TRUE)",
        "ALTER POLICY oxpi_scope ON people TO pg_monitor",
    ] {
        fresh.tamper(broken);
        assert_eq!(weak(&fresh).await, [Weakness::Table("people".to_owned())], "{broken}");
        fresh.tamper(
            "DROP POLICY IF EXISTS too_wide ON people; DROP POLICY IF EXISTS oxpi_scope ON people; \
             SELECT oxpi_confine()",
        );
        assert_eq!(weak(&fresh).await, [], "{broken}");
    }
    fresh.tamper("ALTER TABLE people OWNER TO oxpi_app");
    assert_eq!(weak(&fresh).await, [Weakness::Owner("oxpi_app".to_owned())]);
}

/// The same database by the address of this login, which is made anew.
async fn signed_in_as(fresh: &TestDb, login: &str, rights: &str) -> Db {
    let login = format!("{login}_{}", std::process::id());
    fresh.tamper(&format!(
        "DROP ROLE IF EXISTS {login}; CREATE ROLE {login} LOGIN {rights}; GRANT oxpi_app TO {login}"
    ));
    let Target::Postgres(url) = &fresh.options.target else { panic!("SQLite has no logins") };
    let (_, place) = url.split_once('@').unwrap();
    let owner = Some(fresh.options.target.clone());
    let target = Target::Postgres(format!("postgres://{login}@{place}"));
    Db::open(&DbOptions { target, owner, ..fresh.options.clone() }).await.unwrap()
}

#[tokio::test]
async fn a_login_that_could_take_its_role_off_is_found() {
    let fresh = store::testing::postgres().await;
    // The tests' own login made the tables, and is a superuser.
    let own = fresh.db.read(login_weaknesses).await.unwrap();
    assert!(matches!(&own[..], [LoginWeakness::Superuser(_)]), "{own:?}");
    let found = async |login: &str, rights: &str, more: &str| {
        let db = signed_in_as(&fresh, login, rights).await;
        let name = format!("{login}_{}", std::process::id());
        if !more.is_empty() {
            fresh.tamper(&more.replace("LOGIN", &name));
        }
        assert_eq!(db.read(weaknesses).await.unwrap(), [], "{login}");
        let found = db.read(login_weaknesses).await.unwrap();
        drop(db);
        fresh.tamper(&format!("REASSIGN OWNED BY {name} TO CURRENT_USER; DROP ROLE {name}"));
        (name, found)
    };
    let (_, plain) = found("oxpi_plain", "", "").await;
    assert_eq!(plain, [], "a member of oxpi_app and no more");
    let (name, bypasses) = found("oxpi_bypasses", "BYPASSRLS", "").await;
    assert_eq!(bypasses, [LoginWeakness::Bypasses(name)]);
    let (name, owner) = found("oxpi_owner", "", "ALTER TABLE people OWNER TO LOGIN").await;
    assert_eq!(owner, [LoginWeakness::Owner(name)]);
    let of_another = "CREATE ROLE oxpi_strong BYPASSRLS; GRANT oxpi_strong TO LOGIN";
    let (name, becomes) = found("oxpi_becomes", "", of_another).await;
    fresh.tamper("DROP ROLE oxpi_strong");
    assert_eq!(becomes, [LoginWeakness::Bypasses(name)]);
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(c: &mut Conn) -> Result<i64> {
    let query = diesel::sql_query("SELECT count(*) AS count FROM people");
    Ok(query.get_result::<Count>(c)?.count)
}

/// Two tenants with a person each.
async fn two(db: &Db) -> (domain::TenantId, domain::TenantId) {
    let world = World::new();
    let (one, other) = (a_tenant(db, &world).await, a_tenant(db, &world).await);
    for tenant in [&one, &other] {
        let person = world.person(tenant, "Dana");
        db.write(move |c| people::insert(c, &person, &[])).await.unwrap();
    }
    (one, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_scope_there_are_no_rows_and_with_one_its_own_alone() {
    let fresh = store::testing::postgres().await;
    let (one, other) = two(&fresh.db).await;
    // No filter stands in these queries: the database alone decides.
    assert_eq!(fresh.db.read(count).await.unwrap(), 0);
    let mine = one.clone();
    let seen = fresh.db.write(move |c| {
        people::list_by_ids(c, &mine, &[])?;
        let mine = count(c)?;
        store::tenants::list(c)?;
        let all = count(c)?;
        people::list_by_ids(c, &other, &[])?;
        Ok((mine, all, count(c)?))
    });
    assert_eq!(seen.await.unwrap(), (1, 2, 1));
    // The next transaction on the same connection begins with nothing.
    assert_eq!(fresh.db.read(count).await.unwrap(), 0);
    let into_another = fresh.db.write(move |c| {
        people::list_by_ids(c, &one, &[])?;
        c.batch_execute("UPDATE people SET tenant_id = 'elsewhere'")?;
        Ok(())
    });
    assert!(matches!(into_another.await, Err(Error::Internal(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_that_was_rolled_back_is_entered_again() {
    let fresh = store::testing::postgres().await;
    let (one, other) = two(&fresh.db).await;
    let seen = fresh.db.write(move |c| {
        // Each time the scope that the inner one ended with is the first that is asked for afterwards:
        // whoever believed that it still stands would see the rows of the one before.
        people::list_by_ids(c, &one, &[])?;
        let inner = c.transaction(|c| {
            people::list_by_ids(c, &other, &[])?;
            store::tenants::list(c)?;
            Err::<(), _>(Error::Conflict)
        });
        assert_conflict(inner);
        store::tenants::list(c)?;
        let all = count(c)?;
        let inner = c.transaction(|c| {
            people::list_by_ids(c, &one, &[])?;
            Err::<(), _>(Error::Conflict)
        });
        assert_conflict(inner);
        people::list_by_ids(c, &one, &[])?;
        Ok((all, count(c)?))
    });
    assert_eq!(seen.await.unwrap(), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_guard_is_enough_and_without_both_rows_leak() {
    use store::testing::{
        postgres_by_filters_alone, postgres_by_row_security_alone, without_filters,
    };
    let bare = without_filters(postgres_by_filters_alone().await).await;
    let guarded = [postgres_by_filters_alone().await, postgres_by_row_security_alone().await];
    for (fresh, leak) in guarded.into_iter().map(|fresh| (fresh, 0)).chain([(bare, 1)]) {
        let (one, other) = two(&fresh.db).await;
        let seen = fresh.db.read(move |c| {
            let mine = people::list_after(c, &one, None, 10)?;
            let all = people::count(c, &one, &people::PersonFilter::default())?;
            let theirs = people::list_after(c, &other, None, 10)?;
            let id = theirs.into_iter().find(|p| p.tenant_id == other).unwrap().id;
            let found = people::find(c, &one, &id)?.is_some();
            Ok((mine.len() - 1, all - 1, found))
        });
        let (listed, counted, found) = seen.await.unwrap();
        assert_eq!((listed, counted, found), (leak, leak as i64, leak == 1));
        let removed = fresh.unfiltered.as_ref().map(|unfiltered| unfiltered.removed());
        assert!(removed.is_none_or(|count| count > 2), "{removed:?}");
    }
}

#[tokio::test]
async fn the_server_s_role_can_not_rewrite_what_happened() {
    let fresh = store::testing::postgres().await;
    for sql in ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "DROP TABLE audit"] {
        let refused = fresh.db.write(move |c| Ok(c.batch_execute(sql)?)).await;
        assert!(refused.is_err(), "{sql}");
    }
}

/// Nouns of the whole installation: their tables have no tenant's rows.
const INSTANCE_WIDE: [&str; 4] = ["accounts", "plugin_publishers", "plugins", "sign_in_attempts"];
/// What isn't about a noun.
const MACHINERY: [&str; 13] = [
    "backend",
    "columns",
    "db",
    "error",
    "fold",
    "group",
    "lib",
    "migrate",
    "page",
    "pool",
    "row_security",
    "schema",
    "scope",
];

/// Files under a folder, each with the noun it is about.
fn sources(folder: &Path, noun: Option<&str>, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let noun = noun.map_or(stem, str::to_owned);
        if path.is_dir() {
            sources(&path, Some(&noun), found);
        } else {
            found.push((noun, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_function_says_whose_rows_it_is_about() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), None, &mut found);
    let nouns = found.iter().filter(|(noun, _)| {
        noun != "testing"
            && !INSTANCE_WIDE.contains(&noun.as_str())
            && !MACHINERY.contains(&noun.as_str())
    });
    let (mut functions, mut silent) = (0, Vec::new());
    for (noun, text) in nouns {
        for function in text.split("\npub fn ").skip(1) {
            let body = function.split("\n}\n").next().unwrap();
            if body.contains("c: &mut Conn") {
                functions += 1;
                // The first statement, so that nothing comes before it.
                let first = body.split("{\n").nth(1).unwrap_or_default().trim_start();
                if !first.starts_with("scope::") {
                    silent.push(format!("{noun}::{}", function.split(['(', '<']).next().unwrap()));
                }
            }
        }
    }
    assert!(functions > 150, "{functions}");
    assert!(silent.is_empty(), "begin these with scope::tenant or scope::system: {silent:?}");
}
