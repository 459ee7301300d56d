//! Approvals change their state once, by one of many.

use domain::{AccountId, ApprovalId, TenantId};
use store::approvals::{self, Approval, ApprovalState, Ask, Listed, Wanted};
use store::{Db, Error, Json};

use crate::support::*;

fn approval(world: &World, tenant: &TenantId, key: &str) -> Approval {
    Approval {
        tenant_id: tenant.clone(),
        id: ApprovalId::new(&world.clock, &world.rng),
        plugin_id: plugin(),
        once_key: key.to_owned(),
        state: ApprovalState::Waiting,
        effect: "spend".to_owned(),
        route: "ads".to_owned(),
        digest: vec![7; 32],
        method: "POST".to_owned(),
        url: "https://api.example.com/ads".to_owned(),
        headers_json: Json(serde_json::json!([])),
        body: b"{}".to_vec(),
        connection_id: None,
        words_json: Json(serde_json::json!({"title": "Ad"})),
        proposed_at: world.now(),
        expires_at: world.now().plus_secs(3_600),
        decided_at: None,
        decided_by: None,
        reason: None,
        used_at: None,
        settled_at: None,
        answer_status: None,
        asked_at: None,
        asked_by: None,
        asked_json: None,
        replaces: None,
        replaced_by: None,
    }
}

fn by(world: &World) -> AccountId {
    AccountId::new(&world.clock, &world.rng)
}

store::both_backends! {
    async fn an_approval_is_spent_by_one_of_fifty(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let (row, who) = (approval(&world, &tenant, "a"), by(&world));
        let (id, now) = (row.id.clone(), world.now());
        db.write(move |c| {
            approvals::insert(c, &row)?;
            approvals::decide(c, &row.tenant_id, &row.id, ApprovalState::Approved, &who, None, now)
        }).await.unwrap();
        let spent = at_once(&db, 50, move |_, c| {
            let plugin = plugin();
            let wanted = Wanted { plugin: &plugin, route: "ads", digest: &[7; 32] };
            approvals::spend(c, &tenant, &id, wanted, now)
        }).await;
        assert_eq!(spent.into_iter().filter(|spent| matches!(spent, Ok(true))).count(), 1);
    }

    async fn only_what_matches_is_spent(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (row, who, now) = (approval(&world, &tenant, "a"), by(&world), world.now());
        db.write(move |c| {
            approvals::insert(c, &row)?;
            let (plugin, stranger) = (plugin(), "another".parse().unwrap());
            let right = Wanted { plugin: &plugin, route: "ads", digest: &[7; 32] };
            let id = &row.id;
            assert!(!approvals::spend(c, &tenant, id, right, now)?, "nobody has approved it");
            approvals::decide(c, &tenant, id, ApprovalState::Approved, &who, None, now)?;
            assert_conflict(approvals::decide(
                c, &tenant, id, ApprovalState::Rejected, &who, None, now,
            ));
            assert_not_found(approvals::decide(
                c, &other, id, ApprovalState::Rejected, &who, None, now,
            ));
            assert!(!approvals::spend(c, &other, id, right, now)?);
            assert!(!approvals::spend(c, &tenant, id, Wanted { plugin: &stranger, ..right }, now)?);
            assert!(!approvals::spend(c, &tenant, id, Wanted { route: "posts", ..right }, now)?);
            assert!(!approvals::spend(c, &tenant, id, Wanted { digest: &[8; 32], ..right }, now)?);
            assert!(!approvals::spend(c, &tenant, id, right, row.expires_at)?, "its time is over");
            assert!(approvals::spend(c, &tenant, id, right, now)?);
            assert!(!approvals::spend(c, &tenant, id, right, now)?);
            assert!(!approvals::withdraw(c, &tenant, id)?, "it was sent");
            Ok(())
        }).await.unwrap();
    }

    async fn a_plugins_key_is_taken_once(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let (first, second) = (approval(&world, &tenant, "a"), approval(&world, &tenant, "a"));
        let taken = db.write(move |c| {
            approvals::insert(c, &first)?;
            assert_eq!(approvals::find_by_key(c, &tenant, &plugin(), "a")?, Some(first));
            approvals::insert(c, &second)
        }).await;
        assert!(matches!(taken, Err(Error::Unique { .. })));
    }

    async fn lists_part_what_waits_from_what_is_over(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut rows = Vec::new();
        for n in 0..4 {
            world.clock.advance_millis(1);
            rows.push(approval(&world, &tenant, &n.to_string()));
        }
        rows[3].expires_at = rows[3].proposed_at;
        let (who, now) = (by(&world), world.now());
        db.write(move |c| {
            rows.iter().try_for_each(|row| approvals::insert(c, row))?;
            approvals::decide(c, &tenant, &rows[0].id, ApprovalState::Rejected, &who, Some("no"), now)?;
            assert_eq!(approvals::count_waiting(c, &tenant, now)?, 2);
            assert_eq!(approvals::count_of_plugin(c, &tenant, &plugin())?, 3);
            let waiting = approvals::list_waiting(c, &tenant, now, 9)?;
            // What a list holds has no body, which may be large.
            assert_eq!(waiting, rows[1..3].iter().map(Listed::from).collect::<Vec<_>>());
            let over = approvals::list_settled(c, &tenant, now, None, 1)?;
            assert_eq!((over.items[0].id.clone(), over.next.is_some()), (rows[3].id.clone(), true));
            let rest = approvals::list_settled(c, &tenant, now, over.next.as_deref(), 5)?;
            assert_eq!(rest.items, [Listed { state: ApprovalState::Rejected, ..Listed::from(&rows[0]) }]);
            assert_eq!(approvals::list_overdue(c, now, 9)?, rows[3..]);
            assert!(approvals::expire(c, &tenant, &rows[3].id, now)?);
            assert!(!approvals::expire(c, &tenant, &rows[3].id, now)?);
            assert!(!approvals::expire(c, &tenant, &rows[1].id, now)?, "its time isn't over");
            assert!(approvals::withdraw(c, &tenant, &rows[1].id)?);
            assert!(approvals::list_overdue(c, now, 9)?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn what_became_of_a_sending_is_noted_once_and_only_after_it_was_let_out(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (who, now) = (by(&world), world.now());
        let rows = ["answered", "silent", "under way"].map(|key| approval(&world, &tenant, key));
        db.write(move |c| {
            let plugin = plugin();
            let wanted = Wanted { plugin: &plugin, route: "ads", digest: &[7; 32] };
            for row in &rows {
                approvals::insert(c, row)?;
                approvals::decide(c, &tenant, &row.id, ApprovalState::Approved, &who, None, now)?;
                assert!(!approvals::settle(c, &tenant, &row.id, Some(200), now)?, "nobody sent it");
                assert!(approvals::spend(c, &tenant, &row.id, wanted, now)?);
            }
            let later = now.plus_secs(9);
            let [answered, silent, _] = &rows;
            assert!(!approvals::settle(c, &other, &answered.id, Some(200), later)?);
            assert!(approvals::settle(c, &tenant, &answered.id, Some(503), later)?);
            assert!(!approvals::settle(c, &tenant, &answered.id, None, later)?, "it is noted");
            assert!(approvals::settle(c, &tenant, &silent.id, None, later)?);
            assert!(!approvals::settle(c, &tenant, &silent.id, Some(200), later)?, "it was given up");
            let got = approvals::get(c, &tenant, &answered.id)?;
            assert_eq!(
                (got.state, got.answer_status, got.settled_at),
                (ApprovalState::Sent, Some(503), Some(later))
            );
            let got = approvals::get(c, &tenant, &silent.id)?;
            assert_eq!((got.state, got.answer_status), (ApprovalState::Unknown, None));
            assert!(approvals::list_unanswered(c, now, 9)?.is_empty(), "it was let out just now");
            let left = approvals::list_unanswered(c, later, 9)?;
            assert_eq!(left.iter().map(|row| &row.id).collect::<Vec<_>>(), [&rows[2].id]);
            assert_eq!(approvals::delete_before(c, later)?, 2, "what is under way stays");
            Ok(())
        }).await.unwrap();
    }

    async fn of_many_who_ask_for_a_change_or_reject_at_once_one_does(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let (row, who) = (approval(&world, &tenant, "a"), by(&world));
        let (id, now) = (row.id.clone(), world.now());
        let written = row.clone();
        db.write(move |c| approvals::insert(c, &written)).await.unwrap();
        let (tenant2, id2, who2) = (tenant.clone(), id.clone(), who.clone());
        let done = at_once(&db, 30, move |n, c| {
            let what = Json(serde_json::json!({"fields": {"n": n}}));
            if n % 2 == 0 {
                approvals::ask_change(c, &tenant2, &id2, Ask { by: &who2, what: &what, at: now })
            } else {
                approvals::decide(c, &tenant2, &id2, ApprovalState::Rejected, &who2, None, now)
            }
        }).await;
        assert!(done.iter().all(|one| matches!(one, Ok(()) | Err(Error::Conflict))), "{done:?}");
        let last = db.read(move |c| approvals::get(c, &tenant, &id)).await.unwrap();
        // Whoever asked was first or nobody was; what is to be changed is rejected all the same.
        assert_eq!(last.state, ApprovalState::Rejected);
        assert_eq!(successes(&done), 1 + usize::from(last.asked_at.is_some()), "{last:?}");
    }

    async fn nothing_is_sent_on_what_is_to_be_changed_until_it_is_approved_again(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (row, who, now) = (approval(&world, &tenant, "a"), by(&world), world.now());
        db.write(move |c| {
            let plugin = plugin();
            let wanted = Wanted { plugin: &plugin, route: "ads", digest: &[7; 32] };
            let what = Json(serde_json::json!({"fields": {"text": "x"}}));
            let ask = Ask { by: &who, what: &what, at: now };
            let id = &row.id;
            approvals::insert(c, &row)?;
            approvals::decide(c, &tenant, id, ApprovalState::Approved, &who, None, now)?;
            assert_not_found(approvals::ask_change(c, &other, id, ask));
            approvals::ask_change(c, &tenant, id, ask)?;
            assert!(!approvals::spend(c, &tenant, id, wanted, now)?);
            assert_conflict(approvals::ask_change(c, &tenant, id, ask));
            assert_conflict(approvals::decide(
                c, &tenant, id, ApprovalState::Approved, &who, None, now,
            ));
            assert_conflict(approvals::decide(
                c, &tenant, id, ApprovalState::Rejected, &who, None, row.expires_at,
            ));
            let asked = approvals::get(c, &tenant, id)?;
            assert_eq!(asked.state, ApprovalState::Changing);
            assert_eq!((asked.decided_at, asked.decided_by), (None, None));
            assert_eq!((asked.asked_at, asked.asked_json), (Some(now), Some(what.clone())));
            assert_eq!(approvals::count_waiting(c, &tenant, now)?, 0);
            assert!(approvals::list_unanswered_asks(c, now, None, 9)?.is_empty(), "it was asked just now");
            let later = now.plus_secs(1);
            assert_eq!(approvals::list_unanswered_asks(c, later, None, 9)?.len(), 1);
            let last = (now, id.clone());
            let behind = approvals::list_unanswered_asks(c, later, Some(&last), 9)?;
            assert!(behind.is_empty(), "none is behind it");
            assert!(!approvals::give_back(c, &tenant, id, later, &what)?, "another ask");
            assert!(!approvals::give_back(c, &other, id, now, &what)?);
            assert!(approvals::give_back(c, &tenant, id, now, &what)?);
            assert!(!approvals::give_back(c, &tenant, id, now, &what)?, "it waits already");
            assert!(!approvals::spend(c, &tenant, id, wanted, later)?, "nobody has approved it again");
            approvals::decide(c, &tenant, id, ApprovalState::Approved, &who, None, later)?;
            assert!(approvals::spend(c, &tenant, id, wanted, later)?);
            Ok(())
        }).await.unwrap();
    }

    async fn a_place_is_taken_by_one_of_the_same_plugin_while_something_may_come_of_it(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (row, who, now) = (approval(&world, &tenant, "a"), by(&world), world.now());
        let new = ApprovalId::new(&world.clock, &world.rng);
        db.write(move |c| {
            let (plugin, stranger) = (plugin(), "another".parse().unwrap());
            let id = &row.id;
            approvals::insert(c, &row)?;
            let what = Json(serde_json::json!({}));
            approvals::ask_change(c, &tenant, id, Ask { by: &who, what: &what, at: now })?;
            assert!(!approvals::replace(c, &tenant, id, &stranger, &new, now)?);
            assert!(!approvals::replace(c, &other, id, &plugin, &new, now)?);
            assert!(!approvals::replace(c, &tenant, id, &plugin, &new, row.expires_at)?);
            assert!(approvals::replace(c, &tenant, id, &plugin, &new, now)?);
            assert!(!approvals::replace(c, &tenant, id, &plugin, &new, now)?, "it is taken");
            let got = approvals::get(c, &tenant, id)?;
            assert_eq!((got.state, got.replaced_by), (ApprovalState::Replaced, Some(new)));
            assert!(!approvals::give_back(c, &tenant, id, now, &what)?);
            assert!(!approvals::withdraw(c, &tenant, id)?);
            assert!(!approvals::expire(c, &tenant, id, row.expires_at)?);
            assert_eq!(approvals::delete_before(c, now.plus_secs(1))?, 1);
            Ok(())
        }).await.unwrap();
    }

    async fn people_compare_with_the_last_that_they_had_to_do_with(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let rows: Vec<Approval> =
            (0..60).map(|n| approval(&world, &tenant, &n.to_string())).collect();
        let (who, now) = (by(&world), world.now());
        db.write(move |c| {
            let mut before = None;
            for row in &rows {
                approvals::insert(c, &Approval { replaces: before, ..row.clone() })?;
                before = Some(row.id.clone());
            }
            let basis = |c: &mut store::Conn, of: usize| {
                let found = approvals::find_basis(c, &tenant, &rows[of].id)?;
                Ok::<_, Error>(found.map(|found| (found.id, found.is_cut)))
            };
            let is = |of: usize, is_cut| Some((rows[of].id.clone(), is_cut));
            assert_eq!(basis(c, 0)?, is(0, false));
            assert_eq!(basis(c, 49)?, is(0, false), "nobody had to do with any of them");
            assert_eq!(basis(c, 59)?, is(10, true), "there are more");
            let what = Json(serde_json::json!({}));
            let ask = Ask { by: &who, what: &what, at: now };
            approvals::ask_change(c, &tenant, &rows[20].id, ask)?;
            let approved = ApprovalState::Approved;
            approvals::decide(c, &tenant, &rows[30].id, approved, &who, None, now)?;
            assert_eq!(basis(c, 29)?, is(20, false));
            assert_eq!(basis(c, 59)?, is(30, false));
            assert_eq!(approvals::find_basis(c, &other, &rows[0].id)?, None);
            Ok(())
        }).await.unwrap();
    }

    async fn what_is_being_changed_expires_and_is_not_forgotten(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let (row, who, now) = (approval(&world, &tenant, "a"), by(&world), world.now());
        db.write(move |c| {
            approvals::insert(c, &row)?;
            let what = Json(serde_json::json!({}));
            approvals::ask_change(c, &tenant, &row.id, Ask { by: &who, what: &what, at: now })?;
            assert_eq!(approvals::delete_before(c, now.plus_secs(1))?, 0, "it is open");
            assert_eq!(approvals::list_overdue(c, row.expires_at, 9)?.len(), 1);
            assert!(approvals::expire(c, &tenant, &row.id, row.expires_at)?);
            Ok(())
        }).await.unwrap();
    }
}
