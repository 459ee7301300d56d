//! What PostgreSQL's planner knows of tables that fill quickly.

use diesel::connection::SimpleConnection;
use store::{Backend, Db, people, statistics};

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
            renewed.push(db.write(statistics::renew).await.unwrap() > 0);
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
            statistics::renew(c)
        }).await.unwrap();
        assert_eq!(renewed > 0, is_postgres);
    }
}
