//! Second factors and what is asked for once more: on every database there is.

use crate::support::{self, Fixture, PASSWORD, Signed, each, expect_invalid, secret};
use app::factors::{self, Added, RECOVERY_CODES};
use app::proofs::{self, Proof};
use app::sign_ins::{self, Entry};
use app::{
    Error, accounts, approvals, attempts, connections, invitations, members, oauth, plugins,
    resets, retention, settings,
};
use domain::{ApprovalId, ConnectionId, Role};
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// What an authenticator app shows: written apart from the code under test.
fn shown_by_app(key: &str, millis: i64) -> String {
    let bits: String = key
        .bytes()
        .map(|letter| match letter {
            b'A'..=b'Z' => format!("{:05b}", letter - b'A'),
            digit => format!("{:05b}", digit - b'2' + 26),
        })
        .collect();
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&(millis / 30_000).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let word: [u8; 4] = digest[at..at + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
}

pub struct WithApp {
    key: String,
    codes: Vec<String>,
    pub signed: Signed,
}

pub async fn with_app(f: &Fixture, owner: &Signed) -> WithApp {
    factors::begin_app(&f.app, &owner.login).await.unwrap();
    let key = factors::get_enrolment(&f.app, &owner.login).await.unwrap().key;
    let code = shown_by_app(&key, f.app.clock.now().as_millis());
    let Added { signed, recovery_codes } =
        factors::confirm_app(&f.app, &owner.login, &code).await.unwrap();
    // The code that confirmed is used up; the next one comes with the next half minute.
    f.clock.advance_millis(31_000);
    WithApp { key, codes: recovery_codes, signed: f.signed(signed).await }
}

async fn half_way(f: &Fixture) -> String {
    let entry =
        sign_ins::sign_in(&f.app, &support::origin(), "dana@example.com", secret(PASSWORD)).await;
    match entry.unwrap() {
        Entry::Second(pending) => pending.token,
        Entry::Open(_) => panic!("let in by the password alone"),
    }
}

async fn finish(f: &Fixture, token: &str, code: &str) -> Result<Signed, Error> {
    let signed = sign_ins::finish_with_code(&f.app, &support::origin(), token, code).await?;
    Ok(f.signed(signed).await)
}

#[tokio::test]
async fn an_app_is_asked_for_from_its_first_code_on() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let other = f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        factors::begin_app(&f.app, &owner.login).await.unwrap();
        expect_invalid(factors::confirm_app(&f.app, &owner.login, "000000").await, "code");
        // Begun is not done: the password is still enough.
        f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        let with = with_app(&f, &owner).await;
        assert_eq!(with.codes.len(), RECOVERY_CODES);
        assert!(f.current(&other.token).await.is_err(), "a changed factor ends the others");
        assert!(f.current(&owner.token).await.is_err(), "and this one's old token");

        let token = half_way(&f).await;
        assert!(matches!(f.current(&token).await, Err(Error::SignedOut)), "half is nothing");
        assert!(matches!(finish(&f, &token, "000000").await, Err(Error::Invalid { .. })));
        let code = shown_by_app(&with.key, f.app.clock.now().as_millis());
        finish(&f, &token, &code).await.unwrap();
        assert!(matches!(finish(&f, &token, &code).await, Err(Error::SignedOut)), "used up");
        let again = factors::begin_app(&f.app, &with.signed.login).await;
        assert!(matches!(again, Err(Error::Conflict { .. })));
    })
    .await;
}

#[tokio::test]
async fn of_fifty_tries_at_once_with_one_code_one_gets_in() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let with = with_app(&f, &owner).await;
        let code = shown_by_app(&with.key, f.app.clock.now().as_millis());
        // Each has passed the first step of its own; browsers that are known have their own tries,
        // so that the limit of tries doesn't decide.
        let mut ready = Vec::new();
        for _ in 0..50 {
            let mut origin = support::origin();
            let mark = attempts::mark_of_browser(&f.app, &owner.login.account);
            origin.browser = Some(mark);
            let entry =
                sign_ins::sign_in(&f.app, &origin, "dana@example.com", secret(PASSWORD)).await;
            let Entry::Second(pending) = entry.unwrap() else { panic!("let in") };
            ready.push((pending.token, origin));
        }
        let tries = ready.into_iter().map(|(token, origin)| {
            let (f, code) = (f.clone(), code.clone());
            tokio::spawn(
                async move { sign_ins::finish_with_code(&f.app, &origin, &token, &code).await },
            )
        });
        let mut in_by_code = 0;
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Ok(_) => in_by_code += 1,
                Err(Error::Invalid { field, .. }) => assert_eq!(field, "code"),
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(in_by_code, 1);
        // Nor does the code of the half minute before work now.
        let token = half_way(&f).await;
        let before = shown_by_app(&with.key, f.app.clock.now().as_millis() - 30_000);
        assert!(finish(&f, &token, &before).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_works_once_however_many_try() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let with = with_app(&f, &owner).await;
        let mut ready = Vec::new();
        for _ in 0..8 {
            ready.push(half_way(&f).await);
        }
        let tries = ready.into_iter().map(|token| {
            let (f, code) = (f.clone(), with.codes[0].to_uppercase());
            tokio::spawn(async move { finish(&f, &token, &code).await.is_ok() })
        });
        let mut in_by_code = 0;
        for one in tries.collect::<Vec<_>>() {
            in_by_code += usize::from(one.await.unwrap());
        }
        assert_eq!(in_by_code, 1);
        let left = factors::list_factors(&f.app, &with.signed.login).await.unwrap().codes_left;
        assert_eq!(left, 9);
        let uses = f.actions(&owner).await.iter().filter(|a| *a == "account.code-used").count();
        assert_eq!(uses, 1);
    })
    .await;
}

#[tokio::test]
async fn new_recovery_codes_end_the_old_and_go_with_the_last_factor() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let with = with_app(&f, &owner).await;
        let added = factors::renew_recovery_codes(&f.app, &with.signed.login).await.unwrap();
        let signed = f.signed(added.signed).await;
        let token = half_way(&f).await;
        assert!(finish(&f, &token, &with.codes[0]).await.is_err());
        finish(&f, &token, &added.recovery_codes[0]).await.unwrap();
        let removed = factors::remove_app(&f.app, &signed.login).await.unwrap();
        let signed = f.signed(removed).await;
        assert_eq!(factors::list_factors(&f.app, &signed.login).await.unwrap().codes_left, 0);
        f.sign_in("dana@example.com", PASSWORD).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn guessing_the_second_step_is_slowed_down_ever_more() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        with_app(&f, &owner).await;
        let mut waits = Vec::new();
        for _ in 0..3 {
            let token = half_way(&f).await;
            for n in 0..attempts::PER_ACCOUNT_MAX {
                let wrong = finish(&f, &token, &format!("{n:06}")).await;
                assert!(matches!(wrong, Err(Error::Invalid { .. })), "{n}");
            }
            let Err(Error::Limited { retry_after_secs }) = finish(&f, &token, "123456").await
            else {
                panic!("no limit");
            };
            waits.push(retry_after_secs);
            f.clock.advance_millis(i64::try_from(retry_after_secs).unwrap() * 1_000);
        }
        assert_eq!(waits, [901, 1_801, 3_601]);
        let locks = f.actions(&owner).await.iter().filter(|a| *a == "account.locked").count();
        assert_eq!(locks, 3);
        // A quiet day, and all is forgiven.
        f.clock.advance_millis(24 * 3_600_000);
        retention::sweep(&f.app).await;
        let token = half_way(&f).await;
        for n in 0..=attempts::PER_ACCOUNT_MAX {
            let wrong = finish(&f, &token, &format!("{n:06}")).await;
            if n == attempts::PER_ACCOUNT_MAX {
                let Err(Error::Limited { retry_after_secs }) = wrong else { panic!("no limit") };
                assert!(retry_after_secs <= 1_801, "{retry_after_secs}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_who_locks_an_account_does_not_keep_its_own_browser_out() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let long = "x".repeat(2_000);
        let stranger = support::origin_at("198.51.100.9");
        let email = "dana@example.com";
        for _ in 0..=attempts::PER_ACCOUNT_MAX {
            let _ = sign_ins::sign_in(&f.app, &stranger, email, secret(&long)).await;
        }
        let locked = sign_ins::sign_in(&f.app, &support::origin(), email, secret(PASSWORD)).await;
        assert!(matches!(locked, Err(Error::Limited { .. })));
        let mut own = support::origin();
        own.browser = Some(attempts::mark_of_browser(&f.app, &owner.login.account));
        sign_ins::sign_in(&f.app, &own, email, secret(PASSWORD)).await.unwrap();
        // The mark of another account, and one that was made up, are worth nothing.
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        for mark in [attempts::mark_of_browser(&f.app, &noa.login.account), "a.b".to_owned()] {
            own.browser = Some(mark);
            let kept = sign_ins::sign_in(&f.app, &own, email, secret(PASSWORD)).await;
            assert!(matches!(kept, Err(Error::Limited { .. })));
        }
        // A known browser has tries of its own, and no more than that.
        own.browser = Some(attempts::mark_of_browser(&f.app, &owner.login.account));
        for _ in 0..attempts::PER_ACCOUNT_MAX {
            let _ = sign_ins::sign_in(&f.app, &own, email, secret(&long)).await;
        }
        let over = sign_ins::sign_in(&f.app, &own, email, secret(PASSWORD)).await;
        assert!(matches!(over, Err(Error::Limited { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_half_done_sign_in_ends_by_time_and_by_a_new_password() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let with = with_app(&f, &owner).await;
        let token = half_way(&f).await;
        f.clock.advance_millis(sign_ins::PENDING_SECS * 1_000);
        let late = sign_ins::look_up_pending(&f.app, &token).await;
        assert!(matches!(late, Err(Error::SignedOut)));
        let token = half_way(&f).await;
        let signed = f.current(&with.signed.token).await.unwrap().login;
        let new = secret("a kettle sings at dawn");
        accounts::change_password(&f.app, &signed, secret(PASSWORD), new).await.unwrap();
        let code = shown_by_app(&with.key, f.app.clock.now().as_millis());
        assert!(matches!(finish(&f, &token, &code).await, Err(Error::SignedOut)));
    })
    .await;
}

#[tokio::test]
async fn what_matters_wants_a_recent_proof() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        invitations::create_invitation(&f.app, &owner.ctx, "late@example.com", "member")
            .await
            .unwrap();
        f.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
        let old = f.current(&owner.token).await.unwrap();
        let ctx = old.context.unwrap();
        let unproven = |result: Result<(), Error>| assert!(matches!(result, Err(Error::Unproven)));
        let id = &noa.ctx.member;
        unproven(members::change_role(&f.app, &ctx, id, "admin").await);
        unproven(members::remove_member(&f.app, &ctx, id).await.map(drop));
        let plugin = "acme-calendar".parse().unwrap();
        unproven(plugins::disable_plugin(&f.app, &ctx, &plugin).await);
        unproven(plugins::enable_plugin(&f.app, &ctx, &plugin, "1.0.0").await.map(drop));
        unproven(
            invitations::create_invitation(&f.app, &ctx, "x@example.com", "member").await.map(drop),
        );
        unproven(factors::begin_app(&f.app, &old.login).await);
        let invitation = invitations::list_invitations(&f.app, &owner.ctx).await.unwrap();
        unproven(invitations::revoke_invitation(&f.app, &ctx, &invitation[0].id).await);
        let begun = oauth::begin_connection(&f.app, &ctx, &plugin, "acme", oauth::Wanted::Any);
        unproven(begun.await.map(drop));
        let account = ConnectionId::new(&*f.app.clock, &*f.app.rng);
        unproven(connections::disconnect(&f.app, &ctx, &account).await.map(drop));
        let proposal = ApprovalId::new(&*f.app.clock, &*f.app.rng);
        unproven(approvals::approve(&f.app, &ctx, &proposal).await);
        // Refusing harms nobody: it is looked for, though there is none.
        let refused = approvals::reject(&f.app, &ctx, &proposal, "").await;
        assert!(matches!(refused, Err(Error::NotFound)));

        let prove = async |proof: Proof| proofs::prove(&f.app, &old.login, proof).await;
        expect_invalid(
            prove(Proof::Password(secret("wrong wrong wrong"))).await,
            "confirm_password",
        );
        expect_invalid(prove(Proof::Code("123456".into())).await, "confirm_code");
        let signed = prove(Proof::Password(secret(PASSWORD))).await.unwrap();
        assert!(f.current(&owner.token).await.is_err(), "a new token with more rights");
        let signed = f.signed(signed).await;
        members::change_role(&f.app, &signed.ctx, id, "admin").await.unwrap();
        assert!(f.actions(&owner).await.contains(&"session.confirmed".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn with_a_second_factor_the_password_alone_proves_nothing() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let with = with_app(&f, &owner).await;
        let login = &with.signed.login;
        let password = proofs::prove(&f.app, login, Proof::Password(secret(PASSWORD))).await;
        expect_invalid(password, "confirm_password");
        let code = shown_by_app(&with.key, f.app.clock.now().as_millis());
        proofs::prove(&f.app, login, Proof::Code(code)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_admin_of_the_machine_takes_lost_factors_away() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        with_app(&f, &owner).await;
        half_way(&f).await;
        accounts::remove_factors(&f.app, "dana@example.com").await.unwrap();
        f.sign_in("dana@example.com", PASSWORD).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_reset_does_not_pass_by_the_second_step() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        with_app(&f, &owner).await;
        let link =
            accounts::reset_password(&f.app, "dana@example.com", accounts::Reset::Link).await;
        let token = link.unwrap().unwrap().rsplit('/').next().unwrap().to_owned();
        let new = || secret("a kettle sings at dawn");
        resets::finish_reset(&f.app, &support::origin(), &token, new()).await.unwrap();
        let entry = sign_ins::sign_in(&f.app, &support::origin(), "dana@example.com", new()).await;
        assert!(matches!(entry.unwrap(), Entry::Second(_)));
    })
    .await;
}

#[tokio::test]
async fn a_business_may_ask_everybody_for_a_second_step() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let early = settings::require_second_step(&f.app, &owner.ctx, true).await;
        assert!(matches!(early, Err(Error::Conflict { .. })), "who asks has one first: {early:?}");
        let with = with_app(&f, &owner).await.signed;
        let ruth = f.join(&with, "ruth@example.com", Role::Member).await;
        let hers = settings::require_second_step(&f.app, &ruth.ctx, true).await;
        assert!(matches!(hers, Err(Error::NotFound)), "a member asks: {hers:?}");
        for _ in 0..2 {
            settings::require_second_step(&f.app, &with.ctx, true).await.unwrap();
        }
        assert!(f.current(&with.token).await.unwrap().context.is_some());
        let current = f.current(&ruth.token).await.unwrap();
        assert!(current.context.is_none(), "Ruth is at work without one");
        assert_eq!(current.held.unwrap().member, ruth.ctx.member);

        let hers = with_app(&f, &ruth).await.signed;
        assert!(f.current(&hers.token).await.unwrap().context.is_some());
        factors::remove_app(&f.app, &hers.login).await.unwrap();
        settings::require_second_step(&f.app, &with.ctx, false).await.unwrap();
        let acts = f.actions(&with).await;
        let of = |action: &str| acts.iter().filter(|act| *act == action).count();
        assert_eq!(of("tenant.second-step-asked"), 1);
        assert_eq!(of("tenant.second-step-optional"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_an_app_that_was_changed_from_outside_opens_nothing_and_is_told() {
    support::each_with_its_database(async |f, db| {
        let owner = f.first_run().await;
        let with = with_app(&f, &owner).await;
        for sealed in ["substr(sealed, 2)", "substr(sealed, 1, 20)"] {
            db.tamper(&format!("UPDATE totp_keys SET sealed = {sealed}"));
            let code = shown_by_app(&with.key, f.app.clock.now().as_millis());
            let token = half_way(&f).await;
            let refused =
                sign_ins::finish_with_code(&f.app, &support::origin(), &token, &code).await;
            let key = "error-secrets-untrusted";
            assert!(
                matches!(refused, Err(Error::Unavailable { key: k, .. }) if k == key),
                "{sealed}"
            );
        }
        let found = async || {
            let chain = f.chain(&owner.ctx.tenant).await.into_iter();
            let ours = chain.filter(|entry| entry.action == "vault.tampering-found");
            ours.map(|entry| entry.detail_json.0["name"].clone()).collect::<Vec<_>>()
        };
        for _ in 0..100 {
            if !found().await.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let found = found().await;
        assert!(!found.is_empty() && found.iter().all(|name| name == "account totp"), "{found:?}");
    })
    .await;
}
