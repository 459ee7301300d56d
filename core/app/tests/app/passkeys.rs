//! Passkeys, with a device in software: on every database there is.

use crate::support::authenticator::{Authenticator, tampered};
use crate::support::{Fixture, PASSWORD, Signed, each, expect_invalid, origin, secret};
use app::factors::{self, RECOVERY_CODES};
use app::passkeys::{self, Begun};
use app::proofs::{self, Proof};
use app::sign_ins::{self, Entry};
use app::{Error, accounts, attempts};
use domain::Role;

const ADDRESS: &str = "https://oxpi.example";

async fn add(f: &Fixture, who: &Signed, device: &mut Authenticator) -> (Signed, Vec<String>) {
    let begun = passkeys::begin_adding(&f.app, &who.login).await.unwrap();
    let answer = device.create(&begun.options);
    let added =
        passkeys::finish_adding(&f.app, &who.login, &begun.token, " Dana’s phone ", &answer).await;
    let added = added.unwrap();
    (f.signed(added.signed).await, added.recovery_codes)
}

async fn begin(f: &Fixture) -> Begun {
    passkeys::begin_sign_in(&f.app, &origin()).await.unwrap()
}

async fn sign_in(f: &Fixture, begun: &Begun, answer: &str) -> Result<Signed, Error> {
    let signed = passkeys::sign_in(&f.app, &origin(), &begun.token, answer).await?;
    Ok(f.signed(signed).await)
}

async fn half_way(f: &Fixture) -> String {
    let entry = sign_ins::sign_in(&f.app, &origin(), "dana@example.com", secret(PASSWORD)).await;
    match entry.unwrap() {
        Entry::Second(pending) => pending.token,
        Entry::Open(_) => panic!("let in by the password alone"),
    }
}

fn refused<T>(result: Result<T, Error>) {
    match result {
        Err(Error::Invalid { field, key }) => {
            assert_eq!((&*field, &*key), ("passkey", "error-passkey-refused"));
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("accepted"),
    }
}

async fn count(f: &Fixture, who: &Signed, action: &str) -> usize {
    f.actions(who).await.iter().filter(|done| *done == action).count()
}

#[tokio::test]
async fn a_passkey_signs_in_alone_and_is_the_second_step_and_the_proof() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let other = f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        let mut device = Authenticator::at(ADDRESS);
        let (signed, codes) = add(&f, &owner, &mut device).await;
        assert_eq!(codes.len(), RECOVERY_CODES, "for the day the device is gone");
        assert!(f.current(&other.token).await.is_err(), "a changed factor ends the others");

        let begun = begin(&f).await;
        assert_eq!(begun.options["publicKey"]["userVerification"], "required");
        assert_eq!(begun.options["publicKey"]["rpId"], "oxpi.example");
        let alone = sign_in(&f, &begun, &device.get(&begun.options)).await.unwrap();
        assert_eq!(alone.login.account, owner.login.account);

        let pending = half_way(&f).await;
        let begun = passkeys::begin_second_step(&f.app, &origin(), &pending).await.unwrap();
        let answer = device.get(&begun.options);
        let second =
            passkeys::finish_second_step(&f.app, &origin(), &pending, &begun.token, &answer).await;
        f.current(&second.unwrap().token).await.unwrap();

        f.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
        let old = f.current(&signed.token).await.unwrap().login;
        assert!(matches!(factors::begin_app(&f.app, &old).await, Err(Error::Unproven)));
        let Begun { token, options } = passkeys::begin_proof(&f.app, &old).await.unwrap();
        let answer = device.get(&options);
        let proved = proofs::prove(&f.app, &old, Proof::Passkey { token, answer }).await.unwrap();
        let fresh = f.current(&proved.token).await.unwrap().login;
        factors::begin_app(&f.app, &fresh).await.unwrap();
        assert_eq!(count(&f, &owner, "account.passkey-used").await, 3);
    })
    .await;
}

#[tokio::test]
async fn an_answer_from_elsewhere_or_changed_on_the_way_is_refused_and_noted() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        add(&f, &owner, &mut device).await;
        let mut noted = 0;
        for elsewhere in [
            "https://evil.example",
            "http://oxpi.example",
            "https://oxpi.example:8443",
            "https://sub.oxpi.example",
            "https://oxpi.example.evil.example",
        ] {
            let begun = begin(&f).await;
            device.origin = elsewhere.to_owned();
            refused(sign_in(&f, &begun, &device.get(&begun.options)).await);
            device.origin = ADDRESS.to_owned();
            // A wrong answer uses the question up.
            let late = sign_in(&f, &begun, &device.get(&begun.options)).await;
            expect_invalid(late, "passkey");
            noted += 1;
        }
        f.clock.advance_millis(24 * 3_600_000);
        let begun = begin(&f).await;
        device.site = "evil.example".to_owned();
        refused(sign_in(&f, &begun, &device.get(&begun.options)).await);
        device.site = "oxpi.example".to_owned();
        let begun = begin(&f).await;
        device.verifies = false;
        refused(sign_in(&f, &begun, &device.get(&begun.options)).await);
        device.verifies = true;
        for name in ["signature", "authenticatorData", "clientDataJSON"] {
            let begun = begin(&f).await;
            let answer = tampered(&device.get(&begun.options), name, |bytes| {
                if let Some(last) = bytes.last_mut() {
                    *last ^= 1;
                }
            });
            refused(sign_in(&f, &begun, &answer).await);
        }
        let begun = begin(&f).await;
        let other = begin(&f).await;
        refused(sign_in(&f, &begun, &device.get(&other.options)).await);
        noted += 6;
        assert_eq!(count(&f, &owner, "account.passkey-refused").await, noted);
    })
    .await;
}

#[tokio::test]
async fn nothing_tells_an_unknown_passkey_from_a_wrong_answer() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        let begun = passkeys::begin_adding(&f.app, &owner.login).await.unwrap();
        device.create(&begun.options);
        // Made, and never added.
        let begun = begin(&f).await;
        refused(sign_in(&f, &begun, &device.get(&begun.options)).await);
        for junk in ["", "{}", "null", "[1]", &"x".repeat(20_000)] {
            refused(sign_in(&f, &begin(&f).await, junk).await);
        }
        assert_eq!(count(&f, &owner, "account.passkey-refused").await, 0, "nobody's");
    })
    .await;
}

#[tokio::test]
async fn of_fifty_uses_of_one_answer_at_once_one_counts() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        let (owner, _) = add(&f, &owner, &mut device).await;
        let pending = half_way(&f).await;
        let begun = passkeys::begin_second_step(&f.app, &origin(), &pending).await.unwrap();
        let answer = device.get(&begun.options);
        let tries = (0..50).map(|_| {
            let (f, pending) = (f.clone(), pending.clone());
            let (token, answer) = (begun.token.clone(), answer.clone());
            // Browsers that are known have tries of their own, so that their limit doesn't decide.
            let mut from = origin();
            from.browser = Some(attempts::mark_of_browser(&f.app, &owner.login.account));
            tokio::spawn(async move {
                passkeys::finish_second_step(&f.app, &from, &pending, &token, &answer).await
            })
        });
        let mut opened = 0;
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Ok(_) => opened += 1,
                // Whoever comes after the winner finds no half-done sign-in any more.
                Err(Error::SignedOut) => {}
                other => expect_invalid(other, "passkey"),
            }
        }
        assert_eq!(opened, 1);
        assert_eq!(count(&f, &owner, "account.passkey-used").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_was_used_is_worth_nothing() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        add(&f, &owner, &mut device).await;
        let begun = begin(&f).await;
        let answer = device.get(&begun.options);
        sign_in(&f, &begun, &answer).await.unwrap();
        expect_invalid(sign_in(&f, &begun, &answer).await, "passkey");
        refused(sign_in(&f, &begin_anew(&f).await, &answer).await);
    })
    .await;
}

async fn begin_anew(f: &Fixture) -> Begun {
    f.clock.advance_millis(1_000);
    begin(f).await
}

#[tokio::test]
async fn a_counter_that_goes_back_tells_of_a_copy() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        add(&f, &owner, &mut device).await;
        device.counter = 40;
        let begun = begin(&f).await;
        sign_in(&f, &begun, &device.get(&begun.options)).await.unwrap();
        for counter in [40, 39, 0] {
            device.counter = counter;
            let begun = begin(&f).await;
            refused(sign_in(&f, &begun, &device.get(&begun.options)).await);
        }
        assert_eq!(count(&f, &owner, "account.passkey-copied").await, 3);
        device.counter = 41;
        let begun = begin(&f).await;
        sign_in(&f, &begun, &device.get(&begun.options)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_device_that_never_counts_is_as_good() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        device.counter = 0;
        add(&f, &owner, &mut device).await;
        for _ in 0..2 {
            device.counter = 0;
            let begun = begin(&f).await;
            sign_in(&f, &begun, &device.get(&begun.options)).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn another_accounts_passkey_opens_nothing_of_mine() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (mut dana, mut noas) = (Authenticator::at(ADDRESS), Authenticator::at(ADDRESS));
        let (owner, _) = add(&f, &owner, &mut dana).await;
        let (noa, _) = add(&f, &noa, &mut noas).await;
        let pending = half_way(&f).await;
        let begun = passkeys::begin_second_step(&f.app, &origin(), &pending).await.unwrap();
        let answer = noas.get_with(&begun.options, &noas.keys[0].clone());
        refused(
            passkeys::finish_second_step(&f.app, &origin(), &pending, &begun.token, &answer).await,
        );
        assert_eq!(count(&f, &owner, "account.passkey-refused").await, 1);
        // Nor with her own key under my name.
        let begun = begin(&f).await;
        let mut mixed = noas.keys[0].clone();
        mixed.handle.clone_from(&dana.keys[0].handle);
        refused(sign_in(&f, &begun, &noas.get_with(&begun.options, &mixed)).await);
        // An answer to one question is none to another, nor for somebody else.
        let begun = begin(&f).await;
        let proof = Proof::Passkey { token: begun.token, answer: dana.get(&begun.options) };
        expect_invalid(proofs::prove(&f.app, &owner.login, proof).await, "confirm_passkey");
        let begun = passkeys::begin_proof(&f.app, &owner.login).await.unwrap();
        refused(sign_in(&f, &begun, &dana.get(&begun.options)).await);
        let begun = passkeys::begin_adding(&f.app, &owner.login).await.unwrap();
        let made = noas.create(&begun.options);
        refused(passkeys::finish_adding(&f.app, &noa.login, &begun.token, "Mine", &made).await);
    })
    .await;
}

#[tokio::test]
async fn a_question_waits_five_minutes_and_ends_with_a_changed_factor() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        let (owner, _) = add(&f, &owner, &mut device).await;
        let begun = begin(&f).await;
        let answer = device.get(&begun.options);
        f.clock.advance_millis(passkeys::CEREMONY_SECS * 1_000);
        expect_invalid(sign_in(&f, &begun, &answer).await, "passkey");
        let begun = passkeys::begin_proof(&f.app, &owner.login).await.unwrap();
        let codes = factors::renew_recovery_codes(&f.app, &owner.login).await.unwrap();
        let owner = f.signed(codes.signed).await;
        let proof = Proof::Passkey { token: begun.token, answer: device.get(&begun.options) };
        expect_invalid(proofs::prove(&f.app, &owner.login, proof).await, "confirm_passkey");
    })
    .await;
}

#[tokio::test]
async fn adding_takes_a_verified_answer_from_here_to_this_question() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let wrong: [fn(&mut Authenticator); 3] = [
            |device| device.origin = "https://evil.example".to_owned(),
            |device| device.site = "evil.example".to_owned(),
            |device| device.verifies = false,
        ];
        for make_wrong in wrong {
            let mut device = Authenticator::at(ADDRESS);
            make_wrong(&mut device);
            let begun = passkeys::begin_adding(&f.app, &owner.login).await.unwrap();
            let made = device.create(&begun.options);
            refused(passkeys::finish_adding(&f.app, &owner.login, &begun.token, "x", &made).await);
        }
        let mut device = Authenticator::at(ADDRESS);
        let begun = passkeys::begin_adding(&f.app, &owner.login).await.unwrap();
        assert_eq!(begun.options["publicKey"]["authenticatorSelection"]["residentKey"], "required");
        let made = device.create(&begun.options);
        let other = passkeys::begin_adding(&f.app, &owner.login).await.unwrap();
        refused(passkeys::finish_adding(&f.app, &owner.login, &other.token, "x", &made).await);
        assert_eq!(count(&f, &owner, "account.passkey-refused").await, 4);
        let added = passkeys::finish_adding(&f.app, &owner.login, &begun.token, "x", &made).await;
        let owner = f.signed(added.unwrap().signed).await;
        let begun = passkeys::begin_adding(&f.app, &owner.login).await.unwrap();
        assert!(begun.options["publicKey"]["excludeCredentials"][0]["id"].is_string());
        let blank =
            passkeys::finish_adding(&f.app, &owner.login, &begun.token, " \u{200b}", &made).await;
        expect_invalid(blank, "name");
    })
    .await;
}

#[tokio::test]
async fn passkeys_are_named_and_removed_by_their_owner_alone() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mut device = Authenticator::at(ADDRESS);
        let (owner, _) = add(&f, &owner, &mut device).await;
        let mine = factors::list_factors(&f.app, &owner.login).await.unwrap().passkeys;
        let (id, name) = (mine[0].id.clone(), mine[0].name.clone());
        assert_eq!((mine.len(), &*name), (1, "Dana’s phone"));
        let theirs = passkeys::rename(&f.app, &noa.login, &id, "Mine").await;
        assert!(matches!(theirs, Err(Error::NotFound)));
        assert!(matches!(passkeys::remove(&f.app, &noa.login, &id).await, Err(Error::NotFound)));
        passkeys::rename(&f.app, &owner.login, &id, "Old phone").await.unwrap();

        f.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
        let old = f.current(&owner.token).await.unwrap().login;
        assert!(matches!(passkeys::remove(&f.app, &old, &id).await, Err(Error::Unproven)));
        assert!(matches!(passkeys::begin_adding(&f.app, &old).await, Err(Error::Unproven)));
        let begun = begin(&f).await;
        let fresh = sign_in(&f, &begun, &device.get(&begun.options)).await.unwrap();
        let removed = passkeys::remove(&f.app, &fresh.login, &id).await.unwrap();
        let fresh = f.signed(removed).await;
        let left = factors::list_factors(&f.app, &fresh.login).await.unwrap();
        assert_eq!((left.passkeys.len(), left.codes_left), (0, 0), "codes go with the last factor");
        let begun = begin(&f).await;
        refused(sign_in(&f, &begun, &device.get(&begun.options)).await);
        f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        for action in
            ["account.passkey-added", "account.passkey-renamed", "account.passkey-removed"]
        {
            assert_eq!(count(&f, &fresh, action).await, 1, "{action}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_keeps_twenty_passkeys_and_an_admin_of_the_machine_clears_them() {
    each(async |f: Fixture| {
        let mut owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        for _ in 0..passkeys::PER_ACCOUNT_MAX {
            (owner, _) = add(&f, &owner, &mut device).await;
        }
        let more = passkeys::begin_adding(&f.app, &owner.login).await;
        assert!(matches!(more, Err(Error::Conflict { key: "error-too-many-passkeys" })));
        accounts::remove_factors(&f.app, "dana@example.com").await.unwrap();
        f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        let begun = begin(&f).await;
        refused(sign_in(&f, &begun, &device.get(&begun.options)).await);
    })
    .await;
}

#[tokio::test]
async fn wrong_answers_are_slowed_down_like_wrong_codes() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mut device = Authenticator::at(ADDRESS);
        add(&f, &owner, &mut device).await;
        device.verifies = false;
        for _ in 0..attempts::PER_ACCOUNT_MAX {
            let begun = begin(&f).await;
            refused(sign_in(&f, &begun, &device.get(&begun.options)).await);
        }
        let begun = begin(&f).await;
        let over = sign_in(&f, &begun, &device.get(&begun.options)).await;
        assert!(matches!(over, Err(Error::Limited { retry_after_secs: 901 })));
        assert_eq!(count(&f, &owner, "account.locked").await, 1);
        for _ in 0..attempts::BEGUN_PER_ADDRESS_MAX {
            let _ = passkeys::begin_sign_in(&f.app, &origin()).await;
        }
        let over = passkeys::begin_sign_in(&f.app, &origin()).await;
        assert!(matches!(over, Err(Error::Limited { .. })));
    })
    .await;
}
