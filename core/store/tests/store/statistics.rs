//! What PostgreSQL's planner knows of tables that fill quickly.

use std::sync::mpsc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::{Backend, Conn, Db, Result, people, statistics};

use crate::imports::new_person;
use crate::support::*;

/// What a session may have of its own, by the name of what tells of all tables.
const IN_THE_WAY: &str = "CREATE TEMPORARY TABLE pg_class (oid OID, relname NAME, relnamespace OID, \
    relkind \"char\", relpages INTEGER) ON COMMIT DROP";

store::both_backends! {
    async fn what_is_known_of_tables_grows_with_them(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let all = |numbers: std::ops::Range<usize>| -> Vec<_> {
            let one = |n| new_person(&world, &of, &format!("Person {n}"), &format!("050-{n:07}"));
            numbers.map(one).collect()
        };
        let is_postgres = db.read(|c| Ok(c.backend())).await.unwrap() == Backend::Postgres;
        let mut renewed = Vec::new();
        for some in [all(0..1_000), Vec::new(), all(1_000..4_000)] {
            let of = of.clone();
            db.write(move |c| people::insert_many(c, &of, some)).await.unwrap();
            renewed.push(statistics::renew(&db).await.unwrap() > 0);
        }
        assert_eq!(renewed, [is_postgres, false, is_postgres]);
    }

    async fn a_sessions_own_table_hides_none_of_them(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let one = |n| new_person(&world, &of, &format!("Person {n}"), &format!("050-{n:07}"));
        let all: Vec<_> = (0..1_000).map(one).collect();
        let is_postgres = db.read(|c| Ok(c.backend())).await.unwrap() == Backend::Postgres;
        db.write(move |c| people::insert_many(c, &of, all)).await.unwrap();
        let renewed = db.write(move |c| {
            if is_postgres {
                c.batch_execute(IN_THE_WAY)?;
            }
            statistics::renew_one(c)
        }).await.unwrap();
        assert_eq!(renewed, is_postgres);
    }
}

/// Of how many tables something is known.
fn known(c: &mut Conn) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let sql = "SELECT COUNT(*) AS count FROM pg_class \
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relpages > 0";
    let count: Count = diesel::sql_query(sql).get_result(c)?;
    Ok(count.count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_somebody_holds_loses_nothing_of_the_others() {
    let fresh = store::testing::postgres().await;
    let (db, world) = (fresh.db.clone(), World::new());
    let of = a_tenant(&db, &world).await;
    let one = |n| new_person(&world, &of, &format!("Person {n}"), &format!("050-{n:07}"));
    let all: Vec<_> = (0..1_000).map(one).collect();
    let tenant = of.clone();
    db.write(move |c| people::insert_many(c, &tenant, all)).await.unwrap();
    let before = db.read(known).await.unwrap();
    let (held, is_held) = tokio::sync::oneshot::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let other = db.clone();
    let holding = tokio::spawn(async move {
        let hold = move |c: &mut Conn| -> Result<()> {
            store::testing::hold_people(c)?;
            held.send(()).unwrap();
            may_go.recv().unwrap();
            Ok(())
        };
        other.write(hold).await
    });
    is_held.await.unwrap();
    assert!(statistics::renew(&db).await.is_err(), "somebody holds the people");
    go.send(()).unwrap();
    holding.await.unwrap().unwrap();
    assert!(db.read(known).await.unwrap() > before);
    assert!(statistics::renew(&db).await.unwrap() > 0);
}
