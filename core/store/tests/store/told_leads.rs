//! Of which leads members are told together.

use domain::{MemberId, Role, TenantId};
use store::{Db, members, people, told_leads};

use crate::support::*;

async fn a_member(db: &Db, world: &World, tenant: &TenantId, email: &str) -> MemberId {
    let account = an_account(db, world, email).await;
    let row = world.member(tenant, &account, Role::Owner);
    let id = row.id.clone();
    db.write(move |c| members::insert(c, &row)).await.unwrap();
    id
}

store::both_backends! {
    async fn a_lead_is_forgotten_by_each_member_until_none_is_left(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let ruth = a_member(&db, &world, &tenant, "ruth@x.il").await;
        let avi = a_member(&db, &world, &tenant, "avi@x.il").await;
        let theirs = a_member(&db, &world, &other, "noa@x.il").await;
        let rows = [world.person(&tenant, "A"), world.person(&tenant, "B"), world.person(&other, "C")];
        db.write(move |c| {
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            let [a, b, c_] = rows.map(|row| row.id);
            for member in [&ruth, &ruth, &avi] {
                told_leads::put(c, &tenant, member, &a)?;
            }
            told_leads::put(c, &tenant, &ruth, &b)?;
            told_leads::put(c, &other, &theirs, &c_)?;
            let mut both = vec![ruth.clone(), avi.clone()];
            both.sort();
            assert_eq!(told_leads::list_members(c, &tenant, &a)?, both);
            assert!(told_leads::list_members(c, &tenant, &c_)?.is_empty(), "another business's");
            assert!(told_leads::delete(c, &tenant, &ruth, &a)?);
            assert!(!told_leads::delete(c, &tenant, &ruth, &a)?, "twice is once");
            assert_eq!(told_leads::find_first(c, &tenant, &ruth)?, Some(b.clone()));
            assert_eq!(told_leads::find_first(c, &tenant, &avi)?, Some(a.clone()));
            told_leads::delete_of(c, &tenant, &ruth)?;
            assert_eq!(told_leads::find_first(c, &tenant, &ruth)?, None);
            assert_eq!(told_leads::list_members(c, &tenant, &a)?, std::slice::from_ref(&avi));
            // Who is removed for good is told of no more.
            people::delete(c, &tenant, &a, 1, START)?;
            people::purge(c, &tenant, START.plus_secs(1))?;
            assert_eq!(told_leads::find_first(c, &tenant, &avi)?, None);
            assert_eq!(told_leads::find_first(c, &other, &theirs)?, Some(c_));
            Ok(())
        }).await.unwrap();
    }
}
