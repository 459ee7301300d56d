//! Notifications are told once until they were read, and are their member's alone.

use domain::{NotificationId, Role, TenantId};
use store::notifications::{self, Kind, Notification};
use store::{Db, member_choices, members};

use crate::support::*;

async fn a_member(db: &Db, world: &World, tenant: &TenantId, email: &str) -> domain::MemberId {
    let account = an_account(db, world, email).await;
    let row = world.member(tenant, &account, Role::Owner);
    let id = row.id.clone();
    db.write(move |c| members::insert(c, &row)).await.unwrap();
    id
}

fn notice(world: &World, tenant: &TenantId, of: &domain::MemberId, matter: &str) -> Notification {
    Notification {
        tenant_id: tenant.clone(),
        id: NotificationId::new(&world.clock, &world.rng),
        member_id: of.clone(),
        kind: Kind::ConnectionNeedsYou,
        matter: matter.to_owned(),
        subject: "maya@example.com".to_owned(),
        href: "/connections".to_owned(),
        created_at: world.now(),
        read_at: None,
    }
}

store::both_backends! {
    async fn the_same_matter_is_told_once_until_it_was_read(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let ruth = a_member(&db, &world, &tenant, "ruth@x.il").await;
        let avi = a_member(&db, &world, &tenant, "avi@x.il").await;
        let (first, second) = (notice(&world, &tenant, &ruth, "a"), notice(&world, &tenant, &ruth, "a"));
        let theirs = notice(&world, &tenant, &avi, "a");
        let now = world.now();
        db.write(move |c| {
            assert!(notifications::put(c, &first)?);
            assert!(!notifications::put(c, &second)?, "it is unread still");
            assert!(notifications::put(c, &theirs)?, "somebody else's");
            assert_eq!(notifications::count_unread(c, &tenant, &ruth)?, 1);
            // Nobody reads another's.
            notifications::mark_read(c, &tenant, &avi, &first.id, now)?;
            assert_eq!(notifications::count_unread(c, &tenant, &ruth)?, 1);
            assert!(notifications::find(c, &tenant, &avi, &first.id)?.is_none());
            notifications::mark_read(c, &tenant, &ruth, &first.id, now)?;
            assert_eq!(notifications::count_unread(c, &tenant, &ruth)?, 0);
            assert!(notifications::put(c, &second)?, "it came up again");
            assert_eq!(notifications::list(c, &tenant, &ruth, 10)?.len(), 1);
            assert_eq!(notifications::settle_of(c, &tenant, &ruth, "b", now)?, 0);
            assert_eq!(notifications::settle_of(c, &tenant, &ruth, "a", now)?, 1);
            assert_eq!(notifications::count_unread(c, &tenant, &ruth)?, 0);
            assert_eq!(notifications::count_unread(c, &tenant, &avi)?, 1);
            assert!(notifications::put(c, &second)?, "it came up once more");
            assert_eq!(notifications::settle(c, &tenant, "a", now)?, 2);
            assert_eq!(notifications::delete_before(c, now.plus_secs(1))?, 2);
            Ok(())
        }).await.unwrap();
    }

    async fn what_was_told_unread_is_found_and_told_anew_as_another_kind(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let ruth = a_member(&db, &world, &tenant, "ruth@x.il").await;
        let avi = a_member(&db, &world, &tenant, "avi@x.il").await;
        let one = Notification { kind: Kind::LeadNew, ..notice(&world, &tenant, &ruth, "leads") };
        let many = Notification { kind: Kind::LeadsNew, ..notice(&world, &tenant, &ruth, "leads") };
        let now = world.now();
        db.write(move |c| {
            let unread = |c: &mut store::Conn, of: &domain::MemberId| -> store::Result<Option<Kind>> {
                Ok(notifications::find_unread(c, &tenant, of, "leads")?.map(|it| it.kind))
            };
            notifications::put(c, &one)?;
            assert_eq!((unread(c, &ruth)?, unread(c, &avi)?), (Some(Kind::LeadNew), None));
            notifications::put(c, &many)?;
            assert_eq!(unread(c, &ruth)?, Some(Kind::LeadsNew));
            assert_eq!(notifications::list(c, &tenant, &ruth, 10)?.len(), 1);
            notifications::mark_all_read(c, &tenant, &ruth, now)?;
            assert_eq!(unread(c, &ruth)?, None);
            Ok(())
        }).await.unwrap();
    }

    async fn what_is_unread_is_told_otherwise_and_what_was_read_stays(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let ruth = a_member(&db, &world, &tenant, "ruth@x.il").await;
        let first = notice(&world, &tenant, &ruth, "leads");
        let said = |subject: &str| Notification {
            kind: Kind::LeadsNew,
            subject: subject.to_owned(),
            href: "/people".to_owned(),
            created_at: START.plus_secs(60),
            ..first.clone()
        };
        let (two, one) = (said("2"), said("1"));
        db.write(move |c| {
            notifications::put(c, &first)?;
            notifications::retell(c, &two)?;
            let wanted = Notification { created_at: first.created_at, ..two };
            assert_eq!(notifications::list(c, &tenant, &ruth, 10)?, [wanted]);
            notifications::mark_all_read(c, &tenant, &ruth, START)?;
            notifications::retell(c, &one)?;
            assert_eq!(notifications::list(c, &tenant, &ruth, 10)?[0].subject, "2");
            Ok(())
        }).await.unwrap();
    }

    async fn a_choice_takes_the_place_of_the_one_before(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let ruth = a_member(&db, &world, &tenant, "ruth@x.il").await;
        db.write(move |c| {
            member_choices::put(c, &tenant, &ruth, "a", "1")?;
            member_choices::put(c, &tenant, &ruth, "a", "2")?;
            assert_eq!(member_choices::find(c, &tenant, &ruth, "a")?.as_deref(), Some("2"));
            assert_eq!(member_choices::list(c, &tenant, &ruth)?.len(), 1);
            assert_eq!(member_choices::find(c, &tenant, &ruth, "b")?, None);
            Ok(())
        }).await.unwrap();
    }
}
