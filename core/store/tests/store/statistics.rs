//! What PostgreSQL's planner knows of tables that fill quickly.

use store::{Backend, Db, people, statistics};

use crate::imports::new_person;
use crate::support::*;

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
}
