//! Transactions, connections and failures.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use store::{Backend, Db, DbOptions, Error, Target, tenants};

use crate::support::*;

store::both_backends! {
    async fn what_fails_leaves_nothing_behind(db: Db) {
        let world = World::new();
        let tenant = world.tenant();
        let id = tenant.id.clone();
        let result = db.write(move |c| {
            tenants::insert(c, &tenant)?;
            Err::<(), _>(Error::Conflict)
        });
        assert_conflict(result.await);
        assert!(db.read(move |c| tenants::find(c, &id)).await.unwrap().is_none());
    }

    async fn a_reader_can_not_write(db: Db) {
        let tenant = World::new().tenant();
        let result = db.read(move |c| tenants::insert(c, &tenant)).await;
        assert!(result.is_err());
        assert_eq!(db.read(tenants::count).await.unwrap(), 0);
    }

    async fn a_reader_sees_one_moment(db: Db) {
        let world = World::new();
        let tenant = world.tenant();
        let (seen, go) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
        let reader = {
            let db = db.clone();
            let (seen, go) = (seen.0, go.1);
            tokio::spawn(async move {
                db.read(move |c| {
                    let before = tenants::count(c)?;
                    seen.send(()).unwrap();
                    go.recv().unwrap();
                    Ok((before, tenants::count(c)?))
                })
                .await
            })
        };
        tokio::task::spawn_blocking(move || seen.1.recv().unwrap()).await.unwrap();
        db.write(move |c| tenants::insert(c, &tenant)).await.unwrap();
        go.0.send(()).unwrap();
        assert_eq!(reader.await.unwrap().unwrap(), (0, 0));
        assert_eq!(db.read(tenants::count).await.unwrap(), 1);
    }

    async fn a_panic_ends_its_transaction_only(db: Db) {
        let world = World::new();
        let tenant = world.tenant();
        let result: Result<(), _> = db.write(move |c| {
            tenants::insert(c, &tenant)?;
            panic!("on purpose")
        }).await;
        assert!(matches!(result, Err(Error::Internal(_))));
        assert_eq!(db.read(tenants::count).await.unwrap(), 0);
        a_tenant(&db, &world).await;
    }

    async fn a_transaction_within_rolls_back_alone(db: Db) {
        let world = World::new();
        let (kept, lost) = (world.tenant(), world.tenant());
        db.write(move |c| {
            tenants::insert(c, &kept)?;
            let inner = c.transaction(|c| {
                tenants::insert(c, &lost)?;
                Err::<(), _>(Error::Conflict)
            });
            assert_conflict(inner);
            Ok(())
        }).await.unwrap();
        assert_eq!(db.read(tenants::count).await.unwrap(), 1);
    }

    async fn many_writers_at_once_all_get_their_turn(db: Db) {
        let results = at_once(&db, 40, |n, c| {
            let world = World { rng: domain::rng::SeededRng::new(n as u64), ..World::new() };
            tenants::insert(c, &world.tenant())
        }).await;
        assert_eq!(successes(&results), 40);
        assert_eq!(db.read(tenants::count).await.unwrap(), 40);
    }

    async fn foreign_keys_are_enforced(db: Db) {
        let world = World::new();
        let nowhere = world.tenant().id;
        let person = world.person(&nowhere, "Dana");
        assert_not_found(db.write(move |c| store::people::insert(c, &person, &[])).await);
    }

    async fn ping_answers(db: Db) {
        db.ping().await.unwrap();
    }
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = BigInt)]
    synchronous: i64,
    #[diesel(sql_type = BigInt)]
    foreign_keys: i64,
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

const SETTINGS: &str = "SELECT s.synchronous, f.foreign_keys, j.journal_mode \
    FROM pragma_synchronous s, pragma_foreign_keys f, pragma_journal_mode j";

#[tokio::test]
async fn sqlite_is_durable_and_keeps_a_log_ahead() {
    let fresh = store::testing::sqlite().await;
    for writes in [false, true] {
        let ask = |c: &mut store::Conn| -> store::Result<Setting> {
            Ok(diesel::sql_query(SETTINGS).get_result(c)?)
        };
        let setting = if writes { fresh.db.write(ask).await } else { fresh.db.read(ask).await };
        let setting = setting.unwrap();
        // 2 is FULL.
        assert_eq!((setting.synchronous, setting.foreign_keys), (2, 1));
        assert_eq!(setting.journal_mode, "wal");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn sqlite_is_compiled_so_that_small_queries_are_quick() {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }
    let fresh = store::testing::sqlite().await;
    let options: Vec<Found> =
        fresh.db.read(|c| Ok(diesel::sql_query("PRAGMA compile_options").load(c)?)).await.unwrap();
    let has = |wanted: &str| options.iter().any(|found| found.compile_options == wanted);
    // As .cargo/config.toml says, and why.
    assert!(has("ENABLE_QPSG") && has("THREADSAFE=2") && !has("ENABLE_MEMORY_MANAGEMENT"));
}

#[tokio::test]
async fn only_the_owner_reads_the_files() {
    use std::os::unix::fs::PermissionsExt;
    // One that is made as any other is, not copied.
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("own.sqlite"));
    let db = Db::open(&DbOptions::new(target)).await.unwrap();
    db.migrate().await.unwrap();
    a_tenant(&db, &World::new()).await;
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() > 1, "{files:?}");
    for entry in files {
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} is {mode:o}", entry.file_name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_too_long_is_told_so() {
    let fresh = store::testing::sqlite().await;
    let options = DbOptions { wait: Duration::from_millis(50), ..fresh.options.clone() };
    let db = Db::open(&options).await.unwrap();
    let (began, go) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
    let long = {
        let db = db.clone();
        let (began, go) = (began.0, go.1);
        tokio::spawn(async move {
            db.write(move |_| {
                began.send(()).unwrap();
                go.recv().unwrap();
                Ok(())
            })
            .await
        })
    };
    tokio::task::spawn_blocking(move || began.1.recv().unwrap()).await.unwrap();
    assert!(matches!(db.write(tenants::count).await, Err(Error::Timeout)));
    go.0.send(()).unwrap();
    long.await.unwrap().unwrap();
    db.write(tenants::count).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let url = "postgres://nobody@127.0.0.1:1/nothing".to_owned();
    let opened = Db::open(&DbOptions::new(Target::Postgres(url))).await;
    assert!(matches!(opened.err(), Some(Error::Unavailable(_))));
    let path = std::path::PathBuf::from("/nonexistent/folder/db.sqlite");
    let opened = Db::open(&DbOptions::new(Target::Sqlite(path))).await;
    assert!(matches!(opened.err(), Some(Error::Unavailable(_))));
}

#[tokio::test]
async fn an_address_is_not_printed_with_its_password() {
    let target = Target::Postgres("postgres://me:hunter2@localhost/x".to_owned());
    assert!(!format!("{:?}", DbOptions::new(target)).contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_server_closed_are_replaced() {
    let fresh = store::testing::postgres().await;
    assert_eq!(fresh.db.backend(), Backend::Postgres);
    a_tenant(&fresh.db, &World::new()).await;
    fresh.tamper(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    // One more may meet a dead connection; then the rest are new.
    let _may_fail = fresh.db.read(tenants::count).await;
    fresh.db.read(tenants::count).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_takes_as_long_as_it_takes() {
    let fresh = store::testing::postgres().await;
    let undone = fresh.db.revert_down_to("20261130000387").await.unwrap();
    let Target::Postgres(url) = fresh.options.target.clone() else { panic!("not PostgreSQL") };
    let (held, is_held) = std::sync::mpsc::channel();
    let another = tokio::task::spawn_blocking(move || {
        let mut other = PgConnection::establish(&url).unwrap();
        other.batch_execute("SELECT pg_advisory_lock(7305021982001)").unwrap();
        held.send(()).unwrap();
        other.batch_execute("SELECT pg_sleep(1.5)").unwrap();
    });
    tokio::task::spawn_blocking(move || is_held.recv().unwrap()).await.unwrap();
    let hurried = DbOptions { statement_max: Duration::from_millis(500), ..fresh.options.clone() };
    let db = Db::open(&hurried).await.unwrap();
    assert_eq!(db.migrate().await.unwrap().len(), undone.len());
    another.await.unwrap();
    assert!(db.pending().await.unwrap().is_empty());
}
