//! Connections: one an account, one refresh at a time.

use store::Db;
use store::connections::{self, ConnectionChange, ConnectionState};

use crate::support::*;

store::both_backends! {
    async fn an_account_is_connected_once(db: Db) {
        let world = World::new();
        let first = a_connection(&db, &world).await;
        let again = world.connection(&first.tenant_id, &first.connected_by, "account-1");
        let (of, id, second) = (first.tenant_id.clone(), first.id.clone(), again.clone());
        let result = db.write(move |c| connections::insert(c, &again)).await;
        assert_unique(result, "connections_one_an_account");
        // Once it is disconnected it may come again, and the old one stays as history.
        db.write(move |c| {
            connections::set_state(c, &of, &id, ConnectionState::Disconnected, None, START)?;
            connections::insert(c, &second)?;
            assert_eq!(connections::list(c, &of)?.len(), 2);
            let found = connections::find_by_account(c, &of, &plugin(), "acme", "account-1")?;
            assert_eq!(found.unwrap().id, second.id);
            assert_eq!(connections::list_of_plugin(c, &of, &plugin())?.len(), 1);
            Ok(())
        }).await.unwrap();
    }

    async fn a_disconnected_one_does_not_come_back(db: Db) {
        let world = World::new();
        let row = a_connection(&db, &world).await;
        db.write(move |c| {
            let (of, id) = (&row.tenant_id, &row.id);
            connections::set_state(c, of, id, ConnectionState::Disconnected, None, START)?;
            let late = connections::set_state(c, of, id, ConnectionState::Working, None, START);
            assert_conflict(late);
            assert_conflict(connections::swap_token(c, of, id, 0, None, START));
            Ok(())
        }).await.unwrap();
    }

    async fn one_refreshes_and_the_others_are_told(db: Db) {
        let world = World::new();
        let row = a_connection(&db, &world).await;
        let (of, id) = (row.tenant_id.clone(), row.id.clone());
        let until = START.plus_secs(30);
        let results = at_once(&db, 12, move |_, c| {
            connections::begin_refresh(c, &of, &id, 0, START, until)
        }).await;
        assert_eq!(successes(&results), 1);
        for refused in results.into_iter().filter(Result::is_err) {
            assert_conflict(refused);
        }
        let (of, id) = (row.tenant_id, row.id);
        db.write(move |c| {
            // Who died at it loses the right.
            connections::begin_refresh(c, &of, &id, 0, until, until.plus_secs(30))?;
            assert_eq!(connections::swap_token(c, &of, &id, 0, Some(until), until)?, 1);
            assert_conflict(connections::swap_token(c, &of, &id, 0, None, until));
            assert_conflict(connections::begin_refresh(c, &of, &id, 0, until, until));
            let stored = connections::get(c, &of, &id)?;
            assert_eq!((stored.token_rev, stored.token_expires_at), (1, Some(until)));
            assert_eq!(stored.refreshing_until, None);
            Ok(())
        }).await.unwrap();
    }

    async fn scopes_and_problems_come_back_as_they_went_in(db: Db) {
        let world = World::new();
        let row = a_connection(&db, &world).await;
        let change = ConnectionChange {
            account_name: "Other".to_owned(),
            account_email: row.account_email.clone(),
            scopes: store::TextList(vec!["a \"b\"".to_owned()]),
            state: ConnectionState::NeedsYou,
            problem: Some("reconnect".to_owned()),
            connected_by: row.connected_by.clone(),
            server: Some("https://dav.example.com/".to_owned()),
            user_name: Some("dana".to_owned()),
        };
        db.write(move |c| {
            let (of, id) = (&row.tenant_id, &row.id);
            assert_eq!(connections::update(c, of, id, &change, 1, START)?, 2);
            assert_conflict(connections::update(c, of, id, &change, 1, START));
            let stored = connections::get(c, of, id)?;
            assert_eq!(stored.scopes, change.scopes);
            assert_eq!((&stored.problem, &stored.server), (&change.problem, &change.server));
            assert_eq!(stored.user_name, change.user_name);
            let cleared = ConnectionChange { problem: None, ..change };
            connections::update(c, of, id, &cleared, 2, START)?;
            assert_eq!(connections::get(c, of, id)?.problem, None);
            Ok(())
        }).await.unwrap();
    }

    async fn the_end_of_a_grant_is_told_once_and_anew_after_connecting_again(db: Db) {
        let world = World::new();
        let row = a_connection(&db, &world).await;
        db.write(move |c| {
            let (of, id) = (&row.tenant_id, &row.id);
            let ending = |c: &mut store::Conn, at| {
                let all = connections::list_ending(c, at);
                all.map(|all| all.into_iter().map(|each| each.id).collect::<Vec<_>>())
            };
            assert!(ending(c, START.plus_secs(900))?.is_empty(), "it has no end");
            let end = START.plus_secs(600);
            connections::set_grant(c, of, id, START, Some(end))?;
            assert!(ending(c, START.plus_secs(599))?.is_empty());
            assert_eq!(ending(c, end)?, std::slice::from_ref(id));
            assert!(connections::mark_end_told(c, of, id, START)?);
            assert!(!connections::mark_end_told(c, of, id, START)?);
            assert!(ending(c, end)?.is_empty());
            connections::set_grant(c, of, id, START, Some(end))?;
            assert_eq!(ending(c, end)?.len(), 1);
            connections::set_state(c, of, id, ConnectionState::NeedsYou, None, START)?;
            assert!(ending(c, end)?.is_empty(), "that is told already");
            Ok(())
        }).await.unwrap();
    }
}
