//! Looking for somebody by their whole number.

use store::Db;
use store::people::{self, NewPerson, PersonFilter};

use crate::imports::new_person;
use crate::support::*;

store::both_backends! {
    async fn a_number_that_very_many_have_finds_all_of_them(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let one = |n| new_person(&world, &tenant, &format!("Noa {n}"), "+972501234567");
        let all: Vec<NewPerson> = (0..2_001).map(one).collect();
        db.write(move |c| {
            people::insert_many(c, &tenant, all)?;
            let search = Some("+972 50 123-4567".to_owned());
            let filter = PersonFilter { search, ..PersonFilter::default() };
            assert_eq!(people::count(c, &tenant, &filter)?, 2_001);
            assert_eq!(people::list_ids(c, &tenant, &filter, 9_000)?.len(), 2_001);
            Ok(())
        }).await.unwrap();
    }
}
