//! What can be used once is used once, however many try: codes, steps, ceremonies.

use domain::PasskeyId;
use store::ceremonies::{self, Ceremony, CeremonyKind};
use store::passkeys::{self, Passkey};
use store::totp_keys::{self, TotpKey};
use store::{Db, Error, recovery_codes, sign_in_attempts};

use crate::support::*;

store::both_backends! {
    async fn of_many_uses_of_a_step_one_counts_and_no_earlier_one_after_it(db: Db) {
        let world = World::new();
        let account = an_account(&db, &world, "a@x.il").await;
        let key = TotpKey {
            account_id: account.clone(),
            sealed: vec![1],
            last_step: 0,
            created_at: START,
            confirmed_at: None,
            used_at: None,
        };
        let begun = key.clone();
        assert!(db.write(move |c| totp_keys::begin(c, &begun)).await.unwrap());
        let again = key.clone();
        assert!(db.write(move |c| totp_keys::begin(c, &again)).await.unwrap(), "begun anew");
        let of = account.clone();
        db.write(move |c| totp_keys::confirm(c, &of, START)).await.unwrap();
        assert!(!db.write(move |c| totp_keys::begin(c, &key)).await.unwrap(), "confirmed stays");
        let of = account.clone();
        let uses = at_once(&db, 20, move |_, c| totp_keys::use_step(c, &of, 7, START)).await;
        assert_eq!(uses.into_iter().filter(|used| matches!(used, Ok(true))).count(), 1);
        let of = account.clone();
        assert!(!db.write(move |c| totp_keys::use_step(c, &of, 6, START)).await.unwrap());
        assert!(db.write(move |c| totp_keys::use_step(c, &account, 8, START)).await.unwrap());
    }

    async fn of_many_uses_of_a_recovery_code_one_counts(db: Db) {
        let world = World::new();
        let account = an_account(&db, &world, "a@x.il").await;
        let of = account.clone();
        let hashes = ["one".to_owned(), "two".to_owned()];
        db.write(move |c| recovery_codes::replace(c, &of, &hashes, START)).await.unwrap();
        let of = account.clone();
        let uses =
            at_once(&db, 12, move |_, c| recovery_codes::use_up(c, &of, "one", START)).await;
        assert_eq!(uses.into_iter().filter(|used| matches!(used, Ok(true))).count(), 1);
        let of = account.clone();
        assert_eq!(db.read(move |c| recovery_codes::count_left(c, &of)).await.unwrap(), 1);
        let other = an_account(&db, &world, "b@x.il").await;
        assert!(!db.write(move |c| recovery_codes::use_up(c, &other, "two", START)).await.unwrap());
    }

    async fn a_ceremony_is_of_one_kind_and_taken_once(db: Db) {
        let row = Ceremony {
            token_hash: "t".to_owned(),
            kind: CeremonyKind::PasskeyUse,
            account_id: None,
            state_json: serde_json::json!({}).into(),
            created_at: START,
            expires_at: START.plus_secs(60),
        };
        let insert = row.clone();
        db.write(move |c| ceremonies::insert(c, &insert)).await.unwrap();
        let other = db.write(|c| ceremonies::take(c, "t", CeremonyKind::SignIn, START)).await;
        assert_not_found(other);
        let takes = at_once(&db, 12, |_, c| {
            ceremonies::take(c, "t", CeremonyKind::PasskeyUse, START)
        });
        assert_eq!(successes(&takes.await), 1);
        db.write(move |c| ceremonies::insert(c, &row)).await.unwrap();
        let late = START.plus_secs(60);
        let kind = CeremonyKind::PasskeyUse;
        assert_not_found(db.write(move |c| ceremonies::take(c, "t", kind, late)).await);
    }

    async fn a_passkeys_counter_moves_from_where_it_was_read(db: Db) {
        let world = World::new();
        let account = an_account(&db, &world, "a@x.il").await;
        let id = PasskeyId::new(&world.clock, &world.rng);
        let row = Passkey {
            id: id.clone(),
            account_id: account,
            name: "Phone".to_owned(),
            credential_id: "c".to_owned(),
            credential_json: serde_json::json!({}).into(),
            counter: 3,
            created_at: START,
            used_at: None,
        };
        let (twin, json) = (row.clone(), row.credential_json.clone());
        db.write(move |c| passkeys::insert(c, &row)).await.unwrap();
        let twin = Passkey { id: PasskeyId::new(&world.clock, &world.rng), ..twin };
        let taken = db.write(move |c| passkeys::insert(c, &twin)).await;
        assert!(matches!(taken, Err(Error::Unique { .. })));
        let uses = at_once(&db, 8, move |n, c| {
            let to = 4 + i64::try_from(n).unwrap();
            passkeys::note_use(c, &id, 3, to, &json, START)
        });
        assert_eq!(successes(&uses.await), 1);
        let found = db.read(|c| passkeys::find_by_credential(c, "c")).await.unwrap();
        assert!(found.is_some_and(|row| row.counter > 3));
        assert!(db.read(|c| passkeys::find_by_credential(c, "d")).await.unwrap().is_none());
    }

    async fn a_locked_counter_stays_until_its_time_and_remembers_its_strikes(db: Db) {
        let add = |at: i64| {
            let at = START.plus_millis(at);
            db.write(move |c| sign_in_attempts::add(c, "account:1", at, 1_000))
        };
        add(0).await.unwrap();
        let until = START.plus_millis(3_000);
        db.write(move |c| sign_in_attempts::lock(c, "account:1", until)).await.unwrap();
        let during = add(2_000).await.unwrap();
        assert_eq!((during.count, during.strikes), (2, 1));
        let after = add(3_000).await.unwrap();
        assert_eq!((after.count, after.strikes), (1, 1), "a strike outlives its lock");
        let quiet = add(4_000).await.unwrap();
        assert_eq!((quiet.count, quiet.strikes), (1, 0), "a window without a lock forgives it");
        let old = START.plus_millis(3_500);
        assert_eq!(db.write(move |c| sign_in_attempts::delete_before(c, old)).await.unwrap(), 0);
    }
}
