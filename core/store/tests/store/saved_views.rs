//! Saved views: that they are of every list, and stay when the lists are fewer again.

use domain::{MemberId, SavedViewId};
use store::Db;
use store::saved_views::{self, SavedList, SavedView};

use crate::support::*;

store::both_backends! {
    async fn a_list_has_everybodys_views_and_one_changes_as_it_was_read(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let view = |tenant: &domain::TenantId, member_id, list| {
            world.clock.advance_millis(1);
            SavedView {
                tenant_id: tenant.clone(),
                id: SavedViewId::new(&world.clock, &world.rng),
                member_id,
                name: "View".to_owned(),
                query: "q=x".to_owned(),
                created_at: world.now(),
                list,
            }
        };
        let one = || Some(MemberId::new(&world.clock, &world.rng));
        let rows = [
            view(&tenant, None, SavedList::People),
            view(&tenant, one(), SavedList::People),
            view(&tenant, one(), SavedList::Tasks),
            view(&tenant, one(), SavedList::People),
            view(&other, None, SavedList::People),
        ];
        db.write(move |c| {
            rows.iter().try_for_each(|row| saved_views::insert(c, row))?;
            let all = saved_views::list_of_everybody(c, &tenant, SavedList::People)?;
            assert_eq!(all, [rows[0].clone(), rows[1].clone(), rows[3].clone()]);
            assert!(saved_views::update_query(c, &rows[1], "q=y")?);
            assert!(!saved_views::update_query(c, &rows[1], "q=z")?, "it says something else now");
            let now = saved_views::list_of_everybody(c, &tenant, SavedList::People)?;
            let said: Vec<&str> = now.iter().map(|it| it.query.as_str()).collect();
            assert_eq!(said, ["q=x", "q=y", "q=x"]);
            saved_views::delete(c, &tenant, &rows[0].id)?;
            assert!(!saved_views::update_query(c, &rows[0], "q=z")?, "it is gone");
            Ok(())
        }).await.unwrap();
    }

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
