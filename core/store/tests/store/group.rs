//! Writes that share a commit: who is answered when, and what one does to the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::testing::TestDb;
use store::{Conn, Db, DbOptions, Error, Result, Target};
use tokio::task::JoinHandle;

use crate::support::successes;

/// Long enough for whatever was going to happen.
const A_WHILE: Duration = Duration::from_millis(50);

async fn fresh() -> TestDb {
    let fresh = store::testing::sqlite().await;
    let tables = "CREATE TABLE notes (n INTEGER PRIMARY KEY); \
        CREATE TABLE replies (n INTEGER REFERENCES notes (n) DEFERRABLE INITIALLY DEFERRED)";
    fresh.db.write(move |c| Ok(c.batch_execute(tables)?)).await.unwrap();
    fresh
}

fn insert(c: &mut Conn, n: i64) -> Result<()> {
    Ok(c.batch_execute(&format!("INSERT INTO notes VALUES ({n})"))?)
}

/// What no statement refuses and no commit takes.
fn insert_uncommittable(c: &mut Conn) -> Result<()> {
    Ok(c.batch_execute("INSERT INTO replies VALUES (-1)")?)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn numbers(c: &mut Conn) -> Result<Vec<i64>> {
    let rows: Vec<Number> = diesel::sql_query("SELECT n FROM notes ORDER BY n").load(c)?;
    Ok(rows.into_iter().map(|row| row.n).collect())
}

async fn stored(db: &Db) -> Vec<i64> {
    db.read(numbers).await.unwrap()
}

/// A write that has begun and waits to be let go.
struct Held {
    go: Sender<()>,
    task: JoinHandle<Result<()>>,
}

impl Held {
    async fn let_go(self) -> Result<()> {
        self.go.send(()).unwrap();
        self.task.await.unwrap()
    }
}

/// Starts a write that does its work, says that it began, and waits.
async fn queue_held(
    db: &Db,
    work: impl FnOnce(&mut Conn) -> Result<()> + Send + 'static,
) -> (Held, Receiver<()>) {
    let ((begun, began), (go, gone)) = (channel(), channel::<()>());
    let task = queue(db, move |c| {
        work(c)?;
        begun.send(()).unwrap();
        gone.recv().unwrap();
        Ok(())
    })
    .await;
    (Held { go, task }, began)
}

async fn wait_for(began: Receiver<()>) {
    tokio::task::spawn_blocking(move || began.recv().unwrap()).await.unwrap();
}

/// Holds the writer, so that whatever comes now waits and will be one group.
async fn hold(db: &Db) -> Held {
    let (held, began) = queue_held(db, |_| Ok(())).await;
    wait_for(began).await;
    // The group that holds it takes no more once it has lasted this long.
    tokio::time::sleep(A_WHILE).await;
    held
}

/// Starts a write; it stands in line when this answers, since the test's runtime has one thread.
async fn queue<T: Send + 'static>(
    db: &Db,
    work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
) -> JoinHandle<Result<T>> {
    let db = db.clone();
    let task = tokio::spawn(async move { db.write(work).await });
    tokio::task::yield_now().await;
    task
}

#[tokio::test]
async fn nobody_is_answered_before_the_commit() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    let first = queue(&fresh.db, |c| insert(c, 1)).await;
    let refused = queue(&fresh.db, |c| insert(c, 1)).await;
    let (last, began) = queue_held(&fresh.db, |c| insert(c, 2)).await;
    held.let_go().await.unwrap();
    wait_for(began).await;
    tokio::time::sleep(A_WHILE).await;
    assert!(!first.is_finished(), "what isn't committed yet was acknowledged");
    assert!(!refused.is_finished(), "a refusal told of a row that may never be there");
    assert!(stored(&fresh.db).await.is_empty());
    last.let_go().await.unwrap();
    first.await.unwrap().unwrap();
    assert!(refused.await.unwrap().is_err());
    assert_eq!(stored(&fresh.db).await, [1, 2]);
}

#[tokio::test]
async fn the_load_counts_writes_that_wait_and_connections_at_work() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    assert_eq!(fresh.db.load().writes_waiting, 0, "one that runs doesn't wait");
    let waits =
        [queue(&fresh.db, |c| insert(c, 1)).await, queue(&fresh.db, |c| insert(c, 2)).await];
    assert_eq!(fresh.db.load().writes_waiting, 2);
    let ((begun, began), (go, gone)) = (channel(), channel::<()>());
    let db = fresh.db.clone();
    let reads = tokio::spawn(async move {
        let look = move |_: &mut Conn| {
            begun.send(()).unwrap();
            gone.recv().unwrap();
            Ok(())
        };
        db.read(look).await
    });
    wait_for(began).await;
    assert_eq!(fresh.db.load().connections_busy, 1);
    go.send(()).unwrap();
    reads.await.unwrap().unwrap();
    held.let_go().await.unwrap();
    for write in waits {
        write.await.unwrap().unwrap();
    }
    let idle = fresh.db.load();
    assert_eq!((idle.connections_busy, idle.writes_waiting), (0, 0));
    assert!(idle.connections_max > 0);
}

#[tokio::test]
async fn a_failure_or_panic_concerns_its_own_write_only() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    let good = queue(&fresh.db, |c| insert(c, 1)).await;
    let failed = queue(&fresh.db, |c| {
        insert(c, 2)?;
        Err::<(), _>(Error::Conflict)
    })
    .await;
    let refused = queue(&fresh.db, |c| {
        insert(c, 3)?;
        insert(c, 1)
    })
    .await;
    let panicked = queue(&fresh.db, |c| {
        insert(c, 4)?;
        panic!("on purpose");
        #[allow(unreachable_code)]
        Ok(())
    })
    .await;
    let last = queue(&fresh.db, |c| insert(c, 5)).await;
    held.let_go().await.unwrap();
    good.await.unwrap().unwrap();
    last.await.unwrap().unwrap();
    assert!(matches!(failed.await.unwrap(), Err(Error::Conflict)));
    assert!(matches!(refused.await.unwrap(), Err(Error::Unique { .. })));
    let message = format!("{:?}", panicked.await.unwrap().unwrap_err());
    assert!(message.contains("on purpose"), "{message}");
    assert_eq!(stored(&fresh.db).await, [1, 5]);
}

#[tokio::test]
async fn a_panic_within_a_transaction_within_is_undone_whole() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    let good = queue(&fresh.db, |c| insert(c, 1)).await;
    let panicked = queue(&fresh.db, |c| {
        insert(c, 2)?;
        c.transaction(|c| -> Result<()> {
            insert(c, 3)?;
            panic!("on purpose")
        })
    })
    .await;
    let after = queue(&fresh.db, |c| insert(c, 4)).await;
    held.let_go().await.unwrap();
    good.await.unwrap().unwrap();
    assert!(matches!(panicked.await.unwrap(), Err(Error::Internal(_))));
    after.await.unwrap().unwrap();
    fresh.db.write(|c| insert(c, 5)).await.unwrap();
    assert_eq!(stored(&fresh.db).await, [1, 4, 5]);
}

#[tokio::test]
async fn a_commit_that_fails_fails_all_of_its_group_and_no_other() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    let first = queue(&fresh.db, |c| insert(c, 1)).await;
    let refused = queue(&fresh.db, |c| insert(c, 1)).await;
    let culprit = queue(&fresh.db, insert_uncommittable).await;
    held.let_go().await.unwrap();
    for task in [first, refused, culprit] {
        let result = task.await.unwrap();
        assert!(matches!(result, Err(Error::Internal(_))), "{result:?}");
    }
    assert!(stored(&fresh.db).await.is_empty());
    fresh.db.write(|c| insert(c, 1)).await.unwrap();
    assert_eq!(stored(&fresh.db).await, [1]);
}

#[tokio::test]
async fn a_transaction_that_sqlite_gave_up_fails_its_group() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    let first = queue(&fresh.db, |c| insert(c, 1)).await;
    // As SQLite does by itself where it must, such as without memory.
    let given_up = queue(&fresh.db, |c| Ok(c.batch_execute("ROLLBACK")?)).await;
    let next = queue(&fresh.db, |c| insert(c, 2)).await;
    held.let_go().await.unwrap();
    assert!(first.await.unwrap().is_err());
    assert!(given_up.await.unwrap().is_err());
    next.await.unwrap().unwrap();
    assert_eq!(stored(&fresh.db).await, [2]);
}

#[tokio::test]
async fn writes_run_in_order_and_see_those_before() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    let mut tasks = Vec::new();
    for n in 0..300_i64 {
        let work = move |c: &mut Conn| {
            assert_eq!(numbers(c)?, (0..n).collect::<Vec<_>>());
            insert(c, n)
        };
        tasks.push(queue(&fresh.db, work).await);
    }
    held.let_go().await.unwrap();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(stored(&fresh.db).await.len(), 300);
}

#[tokio::test]
async fn a_group_that_lasts_takes_no_more() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    let (_never, nothing) = channel::<()>();
    let long = queue(&fresh.db, move |c| {
        assert!(nothing.recv_timeout(A_WHILE).is_err());
        insert(c, 1)
    })
    .await;
    let fails = queue(&fresh.db, insert_uncommittable).await;
    held.let_go().await.unwrap();
    long.await.unwrap().unwrap();
    assert!(fails.await.unwrap().is_err(), "it was a group of its own");
    assert_eq!(stored(&fresh.db).await, [1]);
}

#[tokio::test]
async fn who_goes_before_their_turn_never_runs() {
    let fresh = fresh().await;
    let held = hold(&fresh.db).await;
    let gone = queue(&fresh.db, |c| insert(c, 1)).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    let stays = queue(&fresh.db, |c| insert(c, 2)).await;
    held.let_go().await.unwrap();
    stays.await.unwrap().unwrap();
    assert_eq!(stored(&fresh.db).await, [2]);
}

#[tokio::test]
async fn who_waited_too_long_never_runs() {
    let fresh = fresh().await;
    let options = DbOptions { wait: A_WHILE, ..fresh.options.clone() };
    let db = Db::open(&options).await.unwrap();
    let (held, began) = queue_held(&db, |c| insert(c, 1)).await;
    wait_for(began).await;
    assert!(matches!(db.write(|c| insert(c, 2)).await, Err(Error::Timeout)));
    // The one that holds it took longer than anybody may wait, but it had begun.
    held.let_go().await.unwrap();
    db.write(|c| insert(c, 3)).await.unwrap();
    assert_eq!(stored(&db).await, [1, 3]);
}

#[tokio::test]
async fn once_begun_it_ends_though_nobody_waits() {
    let fresh = fresh().await;
    let (held, began) = queue_held(&fresh.db, |c| insert(c, 1)).await;
    wait_for(began).await;
    held.task.abort();
    held.go.send(()).unwrap();
    fresh.db.write(|c| insert(c, 2)).await.unwrap();
    assert_eq!(stored(&fresh.db).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_is_waited_for_and_loses_nothing() {
    let fresh = fresh().await;
    let other = Db::open(&fresh.options).await.unwrap();
    let add = |c: &mut Conn| {
        let next = numbers(c)?.len() as i64;
        insert(c, next)
    };
    let mut tasks = Vec::new();
    for n in 0..200 {
        let db = if n % 2 == 0 { fresh.db.clone() } else { other.clone() };
        tasks.push(tokio::spawn(async move { db.write(add).await }));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    // Two that counted the same rows would have chosen the same number.
    assert_eq!(successes(&results), 200);
    assert_eq!(stored(&other).await.len(), 200);
}

#[tokio::test]
async fn a_database_that_stays_locked_is_unavailable() {
    let fresh = fresh().await;
    let options = DbOptions { statement_max: Duration::from_millis(20), ..fresh.options.clone() };
    let other = Db::open(&options).await.unwrap();
    let (held, began) = queue_held(&fresh.db, |c| insert(c, 1)).await;
    wait_for(began).await;
    let ran = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&ran);
    let refused = other
        .write(move |_| {
            told.store(true, Ordering::SeqCst);
            Ok(())
        })
        .await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    assert!(!ran.load(Ordering::SeqCst));
    held.let_go().await.unwrap();
    other.write(|c| insert(c, 2)).await.unwrap();
    assert_eq!(stored(&other).await, [1, 2]);
}

#[test]
fn a_runtime_that_shuts_down_takes_nobody_elses_write_with_it() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().max_blocking_threads(1).build().unwrap()
    };
    let (ends, stays) = (runtime(), runtime());
    let fresh = stays.block_on(fresh());
    let (go, gone) = channel::<()>();
    let busy = ends.spawn_blocking(move || gone.recv());
    // Its group waits for the only thread, which is busy.
    let lost = ends.block_on(queue(&fresh.db, |c| insert(c, 1)));
    let kept = stays.block_on(queue(&fresh.db, |c| insert(c, 2)));
    ends.shutdown_background();
    go.send(()).unwrap();
    stays.block_on(kept).unwrap().unwrap();
    drop((busy, lost));
    assert_eq!(stays.block_on(stored(&fresh.db)), [2]);
}

/// What is counted twice: when it was looked at, and when it is written.
async fn add_as_many_as_there_are(db: &Db) -> Result<usize> {
    db.transact_after(|c: &mut Conn| {
        let seen = numbers(c)?.len();
        assert!(insert(c, 99).is_err(), "looking is not writing");
        Ok(move |c: &mut Conn| {
            (0..seen).try_for_each(|n| insert(c, 100 + i64::try_from(n).unwrap()))?;
            Ok(numbers(c)?.len())
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_and_the_write_that_follows_it_are_one_visit() {
    let fresh = fresh().await;
    fresh.db.write(|c| insert(c, 1).and(insert(c, 2))).await.unwrap();
    assert_eq!(add_as_many_as_there_are(&fresh.db).await.unwrap(), 4);
    assert_eq!(stored(&fresh.db).await, [1, 2, 100, 101]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_look_forbids_is_not_written() {
    let fresh = fresh().await;
    let forbidden = |_: &mut Conn| Err(Error::Conflict).map(|()| |c: &mut Conn| insert(c, 1));
    assert!(matches!(fresh.db.transact_after(forbidden).await, Err(Error::Conflict)));
    type Write = fn(&mut Conn) -> Result<()>;
    let panics = |_: &mut Conn| -> Result<Write> { panic!("while it looked") };
    assert!(matches!(fresh.db.transact_after(panics).await, Err(Error::Internal(_))));
    assert!(stored(&fresh.db).await.is_empty());
    fresh.db.write(|c| insert(c, 2)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_while_it_is_looked_never_writes() {
    let fresh = fresh().await;
    let ((begun, began), (go, gone)) = (channel(), channel::<()>());
    let db = fresh.db.clone();
    let task = tokio::spawn(async move {
        db.transact_after(move |_: &mut Conn| -> Result<_> {
            begun.send(()).unwrap();
            gone.recv().unwrap();
            Ok(|c: &mut Conn| insert(c, 1))
        })
        .await
    });
    wait_for(began).await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    go.send(()).unwrap();
    tokio::time::sleep(A_WHILE).await;
    assert!(stored(&fresh.db).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_writes_is_copied_beside_the_one_who_writes() {
    let fresh = fresh().await;
    for n in 0..200 {
        fresh.db.write(move |c| insert(c, n)).await.unwrap();
    }
    let Target::Sqlite(path) = &fresh.options.target else { unreachable!() };
    let alone = path.with_extension("alone");
    // Far fewer pages than make the writer copy by itself.
    for _ in 0..100 {
        std::fs::copy(path, &alone).unwrap();
        let db = Db::open(&DbOptions::new(Target::Sqlite(alone.clone()))).await.unwrap();
        if db.read(numbers).await.is_ok_and(|copied| copied.len() >= 64) {
            return;
        }
        drop(db);
        tokio::time::sleep(A_WHILE).await;
    }
    panic!("the file by itself has nothing of what was written");
}
