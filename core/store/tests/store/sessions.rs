//! Sessions and the counters of sign-in tries.

use domain::AccountId;
use store::sessions::{self, Session};
use store::{Db, sign_in_attempts};

use crate::support::*;

fn session(account: &AccountId, token: &str) -> Session {
    Session {
        token_hash: token.to_owned(),
        account_id: account.clone(),
        tenant_id: None,
        created_at: START,
        seen_at: START,
        expires_at: START.plus_secs(60),
        address: "127.0.0.1".to_owned(),
        device: "test".to_owned(),
        second_step_elsewhere: false,
        proved_until: START,
    }
}

async fn sign_in(db: &Db, account: &AccountId, tokens: &[&str]) {
    let rows: Vec<_> = tokens.iter().map(|token| session(account, token)).collect();
    db.write(move |c| rows.iter().try_for_each(|row| sessions::insert(c, row))).await.unwrap();
}

store::both_backends! {
    async fn a_session_lasts_until_it_expires(db: Db) {
        let world = World::new();
        let account = an_account(&db, &world, "a@x.il").await;
        sign_in(&db, &account, &["one"]).await;
        let late = START.plus_secs(60);
        assert!(db.read(|c| sessions::find(c, "one", START)).await.unwrap().is_some());
        assert!(db.read(move |c| sessions::find(c, "one", late)).await.unwrap().is_none());
        db.write(move |c| sessions::touch(c, "one", START, late.plus_secs(1))).await.unwrap();
        assert!(db.read(move |c| sessions::find(c, "one", late)).await.unwrap().is_some());
    }

    async fn a_changed_password_ends_the_other_sessions(db: Db) {
        let world = World::new();
        let (mine, theirs) =
            (an_account(&db, &world, "a@x.il").await, an_account(&db, &world, "b@x.il").await);
        sign_in(&db, &mine, &["one", "two", "three"]).await;
        sign_in(&db, &theirs, &["four"]).await;
        let of = mine.clone();
        let ended =
            db.write(move |c| sessions::delete_others(c, &of, Some("two"))).await.unwrap();
        assert_eq!(ended, 2);
        let left = db.read(move |c| sessions::list(c, &mine, START)).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].token_hash, "two");
        assert!(db.read(|c| sessions::find(c, "four", START)).await.unwrap().is_some());
    }

    async fn the_old_token_is_worth_nothing_after_rotation(db: Db) {
        let world = World::new();
        let account = an_account(&db, &world, "a@x.il").await;
        let tenant = a_tenant(&db, &world).await;
        sign_in(&db, &account, &["old"]).await;
        let to = tenant.clone();
        db.write(move |c| sessions::rotate(c, "old", "new", Some(&to))).await.unwrap();
        assert!(db.read(|c| sessions::find(c, "old", START)).await.unwrap().is_none());
        let new = db.read(|c| sessions::find(c, "new", START)).await.unwrap().unwrap();
        assert_eq!(new.tenant_id, Some(tenant));
    }

    async fn tries_are_counted_in_windows(db: Db) {
        let add = |at: i64| {
            let at = START.plus_millis(at);
            db.write(move |c| sign_in_attempts::add(c, "account:1", at, 1_000))
        };
        assert_eq!(add(0).await.unwrap().count, 1);
        assert_eq!(add(999).await.unwrap().count, 2);
        let third = add(1_000).await.unwrap();
        assert_eq!((third.count, third.window_start), (1, START.plus_millis(1_000).as_millis()));
        let count = |at: i64| {
            let at = START.plus_millis(at);
            db.read(move |c| sign_in_attempts::count(c, "account:1", at, 1_000))
        };
        assert_eq!(count(1_500).await.unwrap(), 1);
        assert_eq!(count(2_000).await.unwrap(), 0);
    }

    async fn no_try_is_lost_when_many_come_at_once(db: Db) {
        at_once(&db, 30, |_, c| sign_in_attempts::add(c, "everybody", START, 1_000)).await;
        let count = db.read(|c| sign_in_attempts::count(c, "everybody", START, 1_000)).await;
        assert_eq!(count.unwrap(), 30);
    }
}
