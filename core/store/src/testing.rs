//! Databases for tests: each test gets a fresh one, migrated, that is gone afterwards. On
//! PostgreSQL it is a database of the server in `OXPI_TEST_POSTGRES`, which `tests/with-postgres`
//! sets; where that is missing, the test process runs that script itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "only tests come here")]

pub mod unfiltered;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};

use self::unfiltered::Unfiltered;
use crate::{Db, DbOptions, Target};

/// A database of one test.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// How it was opened, for opening it once more.
    pub options: DbOptions,
    /// Takes the filters out of what passes, where the database is one without them.
    pub unfiltered: Option<Unfiltered>,
    /// Removes it; dropped last.
    _place: Place,
}

enum Place {
    Folder(#[allow(dead_code, reason = "dropping it removes it")] tempfile::TempDir),
    Database(String),
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Database(name) = self {
            // A test that fails unwinds through here; a second panic would hide why.
            if let Ok(mut admin) = PgConnection::establish(server()) {
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                let _gone_with_the_server_otherwise = admin.batch_execute(&drop);
            }
        }
    }
}

impl TestDb {
    /// Runs statements past the store and all its rules, as somebody does who has the database.
    pub fn tamper(&self, sql: &str) {
        match &self.options.target {
            Target::Sqlite(path) => {
                let path = path.to_str().expect("a path of a test");
                let mut conn = SqliteConnection::establish(path).expect("the file is there");
                conn.batch_execute("PRAGMA busy_timeout = 60000").expect("a setting");
                conn.batch_execute(sql).expect("the statements run");
            }
            Target::Postgres(url) => {
                let mut conn = PgConnection::establish(url).expect("the server is there");
                conn.batch_execute(sql).expect("the statements run");
            }
        }
    }
}

/// A fresh SQLite database.
pub async fn sqlite() -> TestDb {
    let folder = folder();
    let file = folder.path().join("test.sqlite");
    std::fs::copy(sqlite_template().await, &file).expect("the template is there");
    let options = patient(Target::Sqlite(file));
    let db = Db::open(&options).await.expect("a fresh database opens");
    TestDb { db, options, unfiltered: None, _place: Place::Folder(folder) }
}

/// The migrated file that all others are copied from, beside the program that runs: copying is faster than
/// migrating. What is older than the program was made before its migrations were what they are.
async fn sqlite_template() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    let template = program.with_file_name("test-template.sqlite");
    let made = |path: &Path| std::fs::metadata(path).and_then(|of| of.modified()).ok();
    if made(&template) > made(&program) {
        return template;
    }
    let folder = folder();
    let options = patient(Target::Sqlite(folder.path().join("first.sqlite")));
    let db = Db::open(&options).await.expect("a fresh database opens");
    db.migrate().await.expect("a fresh database migrates");
    let place = Place::Folder(folder);
    let first = TestDb { db, options, unfiltered: None, _place: place };
    // Others may be making one too; whoever ends last gives the same.
    let own = template.with_extension(std::process::id().to_string());
    first.tamper(&format!("VACUUM INTO '{}'", own.display()));
    std::fs::rename(&own, &template).expect("a file can be renamed");
    template
}

/// In memory where the system has a place for it: tests needn't outlive a power cut, and waiting
/// for a disk is most of what they would do.
fn folder() -> tempfile::TempDir {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}

/// Waits long for a connection: a busy machine is no failure.
fn patient(target: Target) -> DbOptions {
    DbOptions { wait: Duration::from_secs(120), ..DbOptions::new(target) }
}

/// A fresh PostgreSQL database.
pub async fn postgres() -> TestDb {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    let name = format!("test_{}_{count}", std::process::id());
    let mut admin = PgConnection::establish(server()).expect("the server is there");
    template(&mut admin).await;
    let create = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}");
    admin.batch_execute(&create).expect("a database can be made");
    let options = patient(Target::Postgres(address(&name)));
    let db = Db::open(&options).await.expect("a fresh database opens");
    TestDb { db, options, unfiltered: None, _place: Place::Database(name) }
}

/// A fresh PostgreSQL database where our own filters keep tenants apart, alone.
pub async fn postgres_by_filters_alone() -> TestDb {
    let fresh = postgres().await;
    fresh.tamper(
        "DO $$ DECLARE it record; BEGIN \
         FOR it IN SELECT polrelid::regclass AS name FROM pg_policy LOOP \
         EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', it.name); END LOOP; END $$",
    );
    fresh
}

/// A fresh PostgreSQL database where row level security keeps tenants apart, alone.
pub async fn postgres_by_row_security_alone() -> TestDb {
    without_filters(postgres().await).await
}

/// The same database, with a stand-in before it that takes our filters out of every statement.
pub async fn without_filters(fresh: TestDb) -> TestDb {
    let Target::Postgres(url) = &fresh.options.target else { panic!("SQLite has filters alone") };
    let (head, tail) = url.rsplit_once('@').expect("an address with a user");
    let (server, name) = tail.split_once('/').expect("an address ends in a database's name");
    let unfiltered = Unfiltered::start(server);
    let through = format!("{head}@127.0.0.1:{}/{name}", unfiltered.port);
    let db =
        Db::open(&patient(Target::Postgres(through))).await.expect("the stand-in passes it on");
    TestDb { db, unfiltered: Some(unfiltered), ..fresh }
}

const TEMPLATE: &str = "oxpi_template";

/// Makes the migrated database that all others are copied from, once a server: copying is faster
/// than migrating.
async fn template(admin: &mut PgConnection) {
    admin.batch_execute("SELECT pg_advisory_lock(1)").expect("a lock");
    let made = admin.batch_execute(&format!("CREATE DATABASE {TEMPLATE}"));
    if made.is_ok() {
        let target = Target::Postgres(address(TEMPLATE));
        let db = Db::open(&patient(target)).await.expect("the template opens");
        db.migrate().await.expect("the template migrates");
    }
    admin.batch_execute("SELECT pg_advisory_unlock(1)").expect("the lock is ours");
}

/// The address of another database of the same server.
fn address(name: &str) -> String {
    let (server, _) = server().rsplit_once('/').expect("an address ends in a database's name");
    format!("{server}/{name}")
}

/// The address of the test server.
fn server() -> &'static str {
    static SERVER: OnceLock<(String, Option<Child>)> = OnceLock::new();
    &SERVER
        .get_or_init(|| match std::env::var("OXPI_TEST_POSTGRES") {
            Ok(url) => (url, None),
            Err(_) => start(),
        })
        .0
}

/// Runs the script with a command that ends when this process does: at its standard input's end.
fn start() -> (String, Option<Child>) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/with-postgres");
    let mut child = Command::new("bash")
        .arg(script)
        .args(["sh", "-c", "echo \"$OXPI_TEST_POSTGRES\"; exec cat >/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("bash runs");
    let mut url = String::new();
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
    lines.read_line(&mut url).expect("the script answers");
    assert!(!url.trim().is_empty(), "PostgreSQL doesn't start: run tests/with-postgres true");
    (url.trim().to_owned(), Some(child))
}

/// Declares tests that run on both databases, each on a fresh one:
///
/// ```ignore
/// store::both_backends! {
///     async fn a_person_is_found(db: Db) { … }
/// }
/// ```
#[macro_export]
macro_rules! both_backends {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: $ty:ty) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            async fn test($db: $ty) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let fresh = $crate::testing::sqlite().await;
                test(fresh.db.clone()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let fresh = $crate::testing::postgres().await;
                test(fresh.db.clone()).await;
            }
        }
    )*};
}

/// What the jobs of a tenant were told, as text.
pub fn job_payloads(c: &mut crate::Conn, tenant: &domain::TenantId) -> crate::Result<Vec<String>> {
    use crate::schema::jobs;
    crate::scope::tenant(c, tenant)?;
    use diesel::prelude::*;
    Ok(jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .select(jobs::payload_json)
        .load(c)?)
}

/// Keeps others from adding or changing people until this transaction ends; looking stays possible. SQLite's
/// writers wait for each other anyway.
pub fn hold_people(c: &mut crate::Conn) -> crate::Result<()> {
    if let crate::Conn::Postgres(c) = c {
        c.batch_execute("LOCK TABLE people IN SHARE MODE")?;
    }
    Ok(())
}

/// Keeps others from noting in a business's activity log what they did until this transaction ends.
pub fn hold_log(c: &mut crate::Conn, tenant: &domain::TenantId) -> crate::Result<()> {
    crate::audit::lock_head(c, tenant).map(drop)
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Who waits for another transaction to end waits for no table, and so for none of this database: what they
/// hold tells which it is.
const WAITING: &str = "SELECT COUNT(DISTINCT pid) AS count FROM pg_locks WHERE NOT granted \
    AND pid IN (SELECT pid FROM pg_locks WHERE database = \
        (SELECT oid FROM pg_database WHERE datname = current_database()))";

/// How many transactions of this database wait for others; on SQLite nobody can tell.
pub fn count_waiting(c: &mut crate::Conn) -> crate::Result<i64> {
    if c.backend() == crate::Backend::Sqlite {
        return Ok(0);
    }
    let found: Count = diesel::sql_query(WAITING).get_result(c)?;
    Ok(found.count)
}

/// How many rows a business has, table by table; its activity log is left out.
pub fn count_rows(
    c: &mut crate::Conn,
    tenant: &domain::TenantId,
) -> crate::Result<BTreeMap<&'static str, i64>> {
    crate::scope::tenant(c, tenant)?;
    let mut all = BTreeMap::new();
    for &table in crate::deletions::TABLES {
        let text = format!("SELECT COUNT(*) AS count FROM {table} WHERE tenant_id = $1");
        let query = diesel::sql_query(text).bind::<diesel::sql_types::Text, _>(tenant.as_str());
        let found: Count = query.get_result(c)?;
        all.insert(table, found.count);
    }
    Ok(all)
}

/// How many half-done acts there are.
pub fn count_ceremonies(c: &mut crate::Conn) -> crate::Result<i64> {
    use crate::schema::ceremonies;
    use diesel::prelude::*;
    Ok(ceremonies::table.count().get_result(c)?)
}
