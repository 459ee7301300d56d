//! Saved views: that they are of every list, and stay when the lists are fewer again.

use domain::{MemberId, SavedViewId};
use store::Db;
use store::saved_views::{self, SavedList, SavedView};

use crate::support::*;

store::both_backends! {
    async fn views_of_other_lists_stay_when_those_of_documents_go(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let view = |list: &SavedList| {
            world.clock.advance_millis(1);
            SavedView {
                tenant_id: tenant.clone(),
                id: SavedViewId::new(&world.clock, &world.rng),
                member_id: None,
                name: list.to_string(),
                query: "q=x".to_owned(),
                created_at: world.now(),
                list: *list,
            }
        };
        let all: Vec<SavedView> = SavedList::ALL.iter().map(view).collect();
        let member = MemberId::new(&world.clock, &world.rng);
        let (rows, of, me) = (all.clone(), tenant.clone(), member.clone());
        db.write(move |c| {
            rows.iter().try_for_each(|row| saved_views::insert(c, row))?;
            assert_eq!(saved_views::list(c, &of, &me)?, rows);
            Ok(())
        }).await.unwrap();
        db.revert_down_to("20261201000396").await.unwrap();
        db.migrate().await.unwrap();
        let left = db.read(move |c| saved_views::list(c, &tenant, &member)).await.unwrap();
        let others: Vec<SavedView> =
            all.into_iter().filter(|view| view.list != SavedList::Documents).collect();
        assert_eq!((left.len(), left), (2, others));
    }
}
