//! Teams, and the owner who always stays.

use domain::Role;
use store::{Db, members};

use crate::support::*;

store::both_backends! {
    async fn a_team_is_listed_with_names(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let (ruth, avi) =
            (an_account(&db, &world, "ruth@x.il").await, an_account(&db, &world, "avi@x.il").await);
        let rows = [
            world.member(&tenant, &ruth, Role::Owner),
            world.member(&tenant, &avi, Role::Member),
        ];
        let of = tenant.clone();
        db.write(move |c| rows.iter().try_for_each(|row| members::insert(c, row))).await.unwrap();
        let team = db.read(move |c| members::list(c, &of)).await.unwrap();
        let names: Vec<_> = team.iter().map(|m| (m.name.as_str(), m.member.role)).collect();
        assert_eq!(names, [("avi", Role::Member), ("ruth", Role::Owner)]);
        let tenants = db.read(move |c| members::list_of_account(c, &avi)).await.unwrap();
        assert_eq!(tenants.len(), 1);
        assert_eq!(tenants[0].0.id, tenant);
    }

    async fn an_account_is_a_member_once(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let account = an_account(&db, &world, "ruth@x.il").await;
        let rows = [Role::Owner, Role::Admin].map(|role| world.member(&tenant, &account, role));
        let result = db
            .write(move |c| rows.iter().try_for_each(|row| members::insert(c, row)))
            .await;
        assert_unique(result, "members_tenant_id_account_id_key");
    }

    async fn an_address_signs_in_once(db: Db) {
        let world = World::new();
        an_account(&db, &world, "ruth@x.il").await;
        let again = world.account(" Ruth@X.IL ");
        let result = db.write(move |c| store::accounts::insert(c, &again)).await;
        assert_unique(result, "accounts_email_key");
        let found = db.read(|c| store::accounts::find_by_email(c, "RUTH@x.il")).await.unwrap();
        assert!(found.is_some());
    }

    async fn the_last_owner_stays(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let account = an_account(&db, &world, "ruth@x.il").await;
        let owner = world.member(&tenant, &account, Role::Owner);
        let (of, id) = (tenant.clone(), owner.id.clone());
        db.write(move |c| members::insert(c, &owner)).await.unwrap();
        let (of2, id2) = (of.clone(), id.clone());
        let result = db.write(move |c| members::update_role(c, &of2, &id2, Role::Admin)).await;
        assert_conflict(result);
        assert_conflict(db.write(move |c| members::delete(c, &of, &id)).await);
    }

    async fn two_owners_can_not_both_leave_at_once(db: Db) {
        let world = World::new();
        for _ in 0..5 {
            let tenant = a_tenant(&db, &world).await;
            let mut owners = Vec::new();
            for name in ["a", "b"] {
                let account = an_account(&db, &world, &format!("{name}@{tenant}")).await;
                owners.push(world.member(&tenant, &account, Role::Owner));
            }
            let ids: Vec<_> = owners.iter().map(|owner| owner.id.clone()).collect();
            db.write(move |c| owners.iter().try_for_each(|row| members::insert(c, row)))
                .await
                .unwrap();
            let of = tenant.clone();
            let left = at_once(&db, 2, move |n, c| members::delete(c, &of, &ids[n])).await;
            assert_eq!(successes(&left), 1);
            let owners = db.read(move |c| members::count_owners(c, &tenant)).await.unwrap();
            assert_eq!(owners, 1);
        }
    }

    async fn another_tenants_member_is_not_found(db: Db) {
        let world = World::new();
        let (mine, theirs) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let account = an_account(&db, &world, "ruth@x.il").await;
        let member = world.member(&theirs, &account, Role::Member);
        let id = member.id.clone();
        db.write(move |c| members::insert(c, &member)).await.unwrap();
        let result = db.write(move |c| members::update_role(c, &mine, &id, Role::Owner)).await;
        assert_not_found(result);
    }
}
