//! Signing in by an OpenID provider that signs with a real key and can be told to get everything wrong:
//! on every database there is, and through the pages.

mod pages;
mod refusals;
mod world;

use app::openid::{self, Finished};
use app::sign_ins::Entry;
use app::{Error, factors, passkeys, sessions};
use oxpi_tests::authenticator::Authenticator;
use world::{DANA, World, each, each_trusting, key_of, origin};

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_linked_after_a_proof_and_signs_in() {
    each(async |w| {
        let owner = w.login(&w.token).await;
        w.clock.advance_millis(sessions::PROVED_SECS * 1_000);
        let stale = w.login(&w.token).await;
        let early = openid::begin_linking(&w.app, &stale).await.err().unwrap();
        assert!(matches!(early, Error::Unproven), "{early}");

        let linked = w.link(&owner, DANA).await.unwrap();
        assert!(w.current(&w.token).await.is_err(), "the session's token is another now");
        let signed = w.sign_in(DANA).await.unwrap().open().unwrap();
        assert_eq!(signed.account, owner.account);
        for action in ["account.openid-linked", "account.openid-used", "session.started"] {
            assert_eq!(w.count(action).await, 1, "{action}");
        }
        let login = w.login(&linked.token).await;
        let all = openid::list_identities(&w.app, &login).await.unwrap();
        let [one] = all.as_slice() else { panic!("{all:?}") };
        assert!(one.label == "dana@example.com" && one.used_at.is_some());

        let early = openid::remove_identity(&w.app, &login, &one.id).await.err().unwrap();
        assert!(matches!(early, Error::Unproven), "{early}");
        let fresh = w.login(&signed.token).await;
        openid::remove_identity(&w.app, &fresh, &one.id).await.unwrap();
        assert!(w.current(&linked.token).await.is_err(), "a changed way in ends the others");
        assert_eq!(key_of(w.sign_in(DANA).await), "error-openid-unknown");
        assert_eq!(w.count("account.openid-removed").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_alone_links_nobody() {
    each(async |w| {
        let mut person = w.simulator.openid().person(DANA).unwrap();
        person.email = "owner@example.com".into();
        w.simulator.openid().put_person(person);
        assert_eq!(key_of(w.sign_in(DANA).await), "error-openid-unknown");
        let login = w.login(&w.token).await;
        assert!(openid::list_identities(&w.app, &login).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_belongs_to_one_account() {
    each(async |w| {
        w.link(&w.login(&w.token).await, DANA).await.unwrap();
        let other = w.join("noa@example.com").await;
        let taken = w.link(&w.login(&other).await, DANA).await;
        assert_eq!(key_of(taken), "error-openid-taken");
        assert_eq!(w.count("account.openid-refused").await, 1, "told to who tried");
        // It is told apart by issuer and subject, whatever address the provider says today.
        let mut person = w.simulator.openid().person(DANA).unwrap();
        person.email = "noa@example.com".into();
        w.simulator.openid().put_person(person);
        let signed = w.sign_in(DANA).await.unwrap().open().unwrap();
        assert_eq!(signed.account, w.owner.account);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_accepted_by_the_provider_for_its_own_address() {
    each(async |w| {
        let token = w.invite("dana@example.com").await;
        for (subject, verified, email) in [
            (DANA, false, "dana@example.com"),
            (DANA, true, "another@example.com"),
            ("7f1c-noa", true, "noa@example.com"),
        ] {
            let mut person = w.simulator.openid().person(subject).unwrap();
            (person.email_verified, person.email) = (verified, email.into());
            w.simulator.openid().put_person(person);
            let refused = w.join_by_provider(&token, subject).await;
            assert_eq!(key_of(refused), "error-openid-address", "{email} {verified}");
        }
        assert_eq!(w.count("invitation.openid-refused").await, 3);
        let mut person = w.simulator.openid().person(DANA).unwrap();
        (person.email_verified, person.email) = (true, "Dana@Example.com".into());
        w.simulator.openid().put_person(person);
        let joined = w.join_by_provider(&token, DANA).await.unwrap();
        assert_eq!(joined.tenant.as_ref(), Some(&w.owner.tenant));
        let again = openid::begin_joining(&w.app, &origin(), &token).await.err().unwrap();
        assert!(matches!(again, Error::NotFound), "once: {again}");
        let signed = w.sign_in(DANA).await.unwrap().open().unwrap();
        assert_eq!(signed.account, joined.account);
        assert!(w.password("dana@example.com", "").await.is_err(), "no password is none to guess");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_way_in_stays() {
    each(async |w| {
        let token = w.invite("dana@example.com").await;
        let joined = w.join_by_provider(&token, DANA).await.unwrap();
        let login = w.login(&joined.token).await;
        let id = openid::list_identities(&w.app, &login).await.unwrap().pop().unwrap().id;
        let refused = openid::remove_identity(&w.app, &login, &id).await;
        assert_eq!(key_of(refused), "error-last-way-in");
        assert!(w.sign_in(DANA).await.is_ok(), "it is there still");

        let mut device = Authenticator::at(&w.app.options.public_url);
        let begun = passkeys::begin_adding(&w.app, &login).await.unwrap();
        let answer = device.create(&begun.options);
        let added = passkeys::finish_adding(&w.app, &login, &begun.token, "Phone", &answer);
        let login = w.login(&added.await.unwrap().signed.token).await;
        let signed = openid::remove_identity(&w.app, &login, &id).await.unwrap();
        let login = w.login(&signed.token).await;
        let all = factors::list_factors(&w.app, &login).await.unwrap();
        let last = passkeys::remove(&w.app, &login, &all.passkeys[0].id).await;
        assert_eq!(key_of(last), "error-last-way-in");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_step_is_asked_for_whatever_an_untrusted_provider_says() {
    each(async |w| {
        w.link_with_passkey(DANA).await;
        w.proves_by(DANA, &["pwd", "mfa"]);
        let entry = w.sign_in(DANA).await.unwrap();
        let Entry::Second(pending) = entry else { panic!("let in without the second step") };
        assert!(pending.methods.passkey);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_provider_vouches_for_the_second_step_when_it_says_so() {
    each_trusting(async |w| {
        w.link_with_passkey(DANA).await;
        w.proves_by(DANA, &["pwd"]);
        assert!(matches!(w.sign_in(DANA).await.unwrap(), Entry::Second(_)), "it didn't say so");
        w.proves_by(DANA, &["pwd", "otp"]);
        assert!(matches!(w.sign_in(DANA).await.unwrap(), Entry::Open(_)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_that_asks_for_a_second_step_asks_here_too() {
    let test = async |w: &World, trusts: bool| {
        w.link_with_passkey("7f1c-noa").await;
        let token = w.invite("dana@example.com").await;
        w.join_by_provider(&token, DANA).await.unwrap();
        w.ask_for_second_step().await;
        for (methods, vouched) in [(["pwd"].as_slice(), false), (&["pwd", "hwk"], true)] {
            w.proves_by(DANA, methods);
            let signed = w.sign_in(DANA).await.unwrap().open().unwrap();
            let current = w.current(&signed.token).await.unwrap();
            let expected = vouched && trusts;
            assert_eq!(current.context.is_some(), expected, "{methods:?}, trusted: {trusts}");
            assert_eq!(current.held.is_some(), !expected);
        }
    };
    each(async |w| test(w, false).await).await;
    each_trusting(async |w| test(w, true).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_off_is_no_way_in() {
    let w = World::without_provider(store::testing::sqlite().await).await;
    assert_eq!(w.app.openid.name(), None);
    let refused = openid::begin_sign_in(&w.app, &origin(), "/").await;
    assert_eq!(key_of(refused), "error-openid-off");
    let finished = openid::finish(&w.app, &origin(), None, "x", openid::Answer::default()).await;
    assert_eq!(key_of::<Finished>(finished), "error-openid-off");
}
