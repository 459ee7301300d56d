//! A state works once.

use store::Db;
use store::oauth_flows::{self, OauthFlow};

use crate::support::*;

async fn begin(db: &Db, world: &World, state: &str) -> OauthFlow {
    let tenant = a_tenant(db, world).await;
    let account = an_account(db, world, &format!("{tenant}@x.il")).await;
    let flow = OauthFlow {
        state_hash: state.to_owned(),
        tenant_id: tenant,
        account_id: account,
        plugin_id: plugin(),
        provider: "acme".to_owned(),
        connection_id: None,
        redirect_uri: "http://127.0.0.1:8080/connections/callback".to_owned(),
        verifier_sealed: vec![0, 159, 255],
        created_at: START,
        expires_at: START.plus_secs(600),
        expected_account: None,
    };
    let stored = flow.clone();
    db.write(move |c| oauth_flows::insert(c, &flow)).await.unwrap();
    stored
}

store::both_backends! {
    async fn a_state_works_once_however_many_try(db: Db) {
        let world = World::new();
        for round in 0..4 {
            let state = format!("state-{round}");
            let flow = begin(&db, &world, &state).await;
            let results = at_once(&db, 16, move |_, c| oauth_flows::take(c, &state, START)).await;
            assert_eq!(successes(&results), 1);
            assert!(results.into_iter().flatten().all(|taken| taken == flow));
        }
    }

    async fn an_expired_state_is_refused(db: Db) {
        let world = World::new();
        begin(&db, &world, "s").await;
        let late = START.plus_secs(600);
        assert_not_found(db.write(move |c| oauth_flows::take(c, "s", late)).await);
        assert_not_found(db.write(|c| oauth_flows::take(c, "unknown", START)).await);
        begin(&db, &world, "t").await;
        assert_eq!(db.write(move |c| oauth_flows::delete_expired(c, late)).await.unwrap(), 2);
    }

    async fn who_left_and_did_not_come_back_is_known_until_then(db: Db) {
        let world = World::new();
        let flow = begin(&db, &world, "left").await;
        db.write(move |c| {
            let left = |c: &mut store::Conn, provider: &str| {
                oauth_flows::find_left(c, &flow.tenant_id, &flow.account_id, &plugin(), provider)
            };
            assert_eq!(left(c, "acme")?, Some(START));
            assert_eq!(left(c, "other")?, None);
            oauth_flows::take(c, "left", START)?;
            assert_eq!(left(c, "acme")?, None);
            Ok(())
        }).await.unwrap();
    }
}
