//! Everything that a provider, or somebody between, gets wrong: a typed refusal each, and an entry
//! where there is somebody to tell.

use app::openid::{self, Answer};
use app::{Error, attempts};
use simulators::{Fault, Misbehaviour as Wrong};

use super::world::{DANA, World, answer_of, decide, each, key_of, origin};

/// What is wrong, which word says so in the log, and which text to people.
const TOKENS: [(Wrong, &str, &str); 17] = [
    (Wrong::WrongNonce, "nonce", "error-openid-nonce"),
    (Wrong::NoNonce, "nonce", "error-openid-nonce"),
    (Wrong::WrongAudience, "audience", "error-openid-elsewhere"),
    (Wrong::MoreAudiences, "audience", "error-openid-elsewhere"),
    (Wrong::OtherParty, "audience", "error-openid-elsewhere"),
    (Wrong::OtherIssuer, "issuer", "error-openid-elsewhere"),
    (Wrong::Expired, "expired", "error-openid-expired"),
    (Wrong::FromTheFuture, "expired", "error-openid-expired"),
    (Wrong::Unsigned, "signature", "error-openid-signature"),
    (Wrong::SharedSecret, "signature", "error-openid-signature"),
    (Wrong::PublicKeyAsSecret, "signature", "error-openid-signature"),
    (Wrong::UnknownKey, "signature", "error-openid-signature"),
    (Wrong::ForeignKey, "signature", "error-openid-signature"),
    (Wrong::AlteredSignature, "signature", "error-openid-signature"),
    (Wrong::AlteredClaims, "signature", "error-openid-signature"),
    (Wrong::NoSubject, "malformed", "error-openid-signature"),
    (Wrong::NoToken, "malformed", "error-openid-signature"),
];

fn refused_for<T>(result: Result<T, Error>, what: Wrong) -> (String, String) {
    match result {
        Err(Error::Invalid { field, key }) => (field, key),
        Err(other) => panic!("{what:?}: {other}"),
        Ok(_) => panic!("{what:?} was accepted"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_wrong_in_any_way_is_refused_and_told() {
    each(async |w| {
        w.link(&w.login(&w.token).await, DANA).await.unwrap();
        for (wrong, word, text) in TOKENS {
            // Each with tries of its own.
            w.clock.advance_millis(16 * 60 * 1_000);
            let before = w.count("account.openid-refused").await;
            w.simulator.openid().misbehave(wrong);
            let (field, key) = refused_for(w.sign_in(DANA).await, wrong);
            assert_eq!((field.as_str(), key.as_str()), (word, text), "{wrong:?}");
            let named = !matches!(wrong, Wrong::NoSubject | Wrong::NoToken);
            let told = w.count("account.openid-refused").await - before;
            assert_eq!(told, usize::from(named), "{wrong:?}: told to whom the token names");
        }
        w.simulator.openid().misbehave(Wrong::None);
        w.clock.advance_millis(16 * 60 * 1_000);
        assert!(w.sign_in(DANA).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_without_a_token_is_refused() {
    each(async |w| {
        for (wrong, word) in [
            (Wrong::Garbage, "malformed"),
            (Wrong::CodeRefused, "code"),
            (Wrong::ServerError, "provider"),
            (Wrong::OtherIssuerReturned, "issuer"),
        ] {
            w.simulator.openid().misbehave(wrong);
            assert_eq!(refused_for(w.sign_in(DANA).await, wrong).0, word, "{wrong:?}");
        }
        w.simulator.openid().misbehave(Wrong::None);
        let begun = openid::begin_sign_in(&w.app, &origin(), "/").await.unwrap();
        let back = decide(&begun.url, DANA, "cancel").await;
        let refused = w.finish(&begun, answer_of(&back)).await;
        assert_eq!(key_of(refused), "error-openid-declined");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_is_good_once_in_its_own_browser_and_not_for_long() {
    each(async |w| {
        let owner = w.login(&w.token).await;
        let signed = w.link(&owner, DANA).await.unwrap();
        let begun = openid::begin_sign_in(&w.app, &origin(), "/").await.unwrap();
        let back = decide(&begun.url, DANA, "continue").await;
        let answer = || answer_of(&back);
        let other = openid::begin_sign_in(&w.app, &origin(), "/").await.unwrap();
        let elsewhere = w.finish(&other, answer()).await;
        assert_eq!(key_of(elsewhere), "error-openid-state", "another browser's word");
        let guessed = Answer { state: Some("guessed".into()), ..answer() };
        assert_eq!(key_of(w.finish(&begun, guessed).await), "error-openid-state");
        assert!(w.finish(&begun, answer()).await.is_ok());
        assert_eq!(key_of(w.finish(&begun, answer()).await), "error-openid-state", "once");

        let begun = openid::begin_sign_in(&w.app, &origin(), "/").await.unwrap();
        let back = decide(&begun.url, DANA, "continue").await;
        w.clock.advance_millis(openid::FLOW_SECS * 1_000);
        assert_eq!(key_of(w.finish(&begun, answer_of(&back)).await), "error-openid-state");

        // A code of another flow: its challenge and nonce are others.
        let first = openid::begin_sign_in(&w.app, &origin(), "/").await.unwrap();
        let second = openid::begin_sign_in(&w.app, &origin(), "/").await.unwrap();
        let stolen = answer_of(&decide(&first.url, DANA, "continue").await);
        let own = answer_of(&decide(&second.url, DANA, "continue").await);
        let mixed = Answer { code: stolen.code, ..own };
        assert_eq!(key_of(w.finish(&second, mixed).await), "error-openid-code");

        // Who began to link isn't who came back.
        let login = w.login(&signed.token).await;
        w.clock.advance_millis(-openid::FLOW_SECS * 1_000);
        let begun = openid::begin_linking(&w.app, &w.login(&signed.token).await).await.unwrap();
        let answer = w.consent(&begun, "7f1c-noa").await;
        assert_eq!(key_of(w.finish(&begun, answer).await), "error-openid-state");
        assert_eq!(openid::list_identities(&w.app, &login).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_flow_lies_open_in_the_database() {
    each(async |w| {
        let begun = openid::begin_sign_in(&w.app, &origin(), "/").await.unwrap();
        let get = |name: &str| begun.url.query_pairs().find(|(n, _)| n == name).unwrap().1;
        assert_eq!(get("code_challenge_method"), "S256");
        assert_eq!(get("response_type"), "code");
        let now = w.app.clock.now();
        let kind = store::ceremonies::CeremonyKind::Openid;
        let only = w.app.db.read(move |c| {
            let hashes = store::ceremonies::list_hashes(c, kind, now, 10)?;
            store::ceremonies::find(c, &hashes[0], kind, now)
        });
        let row = only.await.unwrap().unwrap();
        let kept = format!("{} {}", row.token_hash, row.state_json.0);
        for word in [begun.token.as_str(), &get("state"), &get("nonce"), &get("code_challenge")] {
            assert!(!kept.contains(word), "{kept}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_rests_after_too_many_wrong_tokens() {
    each(async |w| {
        w.link(&w.login(&w.token).await, DANA).await.unwrap();
        w.simulator.openid().misbehave(Wrong::ForeignKey);
        for _ in 0..attempts::PER_ACCOUNT_MAX {
            assert_eq!(key_of(w.sign_in(DANA).await), "error-openid-signature");
        }
        assert_eq!(w.count("account.locked").await, 1);
        w.simulator.openid().misbehave(Wrong::None);
        let limited = w.sign_in(DANA).await.err().unwrap();
        assert!(matches!(limited, Error::Limited { .. }), "{limited}");
        w.clock.advance_millis(16 * 60 * 1_000);
        assert!(w.sign_in(DANA).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_are_asked_for_when_one_is_unknown_and_once_a_minute() {
    each(async |w| {
        w.link(&w.login(&w.token).await, DANA).await.unwrap();
        let asked = |w: &World| {
            let all = w.simulator.google().requests();
            all.iter().filter(|entry| entry.path.ends_with("/keys")).count()
        };
        assert_eq!(asked(w), 1);
        w.simulator.openid().rotate_key();
        assert_eq!(key_of(w.sign_in(DANA).await), "error-openid-signature", "a minute ago");
        assert_eq!(asked(w), 1);
        w.clock.advance_millis(61_000);
        assert!(w.sign_in(DANA).await.is_ok(), "the provider has a new key");
        assert_eq!(asked(w), 2);
        w.simulator.openid().misbehave(Wrong::UnknownKey);
        for _ in 0..3 {
            assert_eq!(key_of(w.sign_in(DANA).await), "error-openid-signature");
        }
        assert_eq!(asked(w), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_or_another_leaves_the_password() {
    each(async |w| {
        let begin = async || openid::begin_sign_in(&w.app, &origin(), "/").await;
        w.simulator.openid().misbehave(Wrong::OtherIssuerDiscovered);
        assert_eq!(key_of(begin().await), "error-openid-unavailable", "another's description");
        w.simulator.openid().misbehave(Wrong::None);
        w.simulator.google().fault(Fault::status("/realms/", 503).times(1));
        assert_eq!(key_of(begin().await), "error-openid-unavailable", "not asked so soon again");
        w.clock.advance_millis(11_000);
        assert_eq!(key_of(begin().await), "error-openid-unavailable", "away");
        let words = "seven quiet green lamps";
        assert!(w.password("owner@example.com", words).await.is_ok());
        w.clock.advance_millis(11_000);
        assert!(begin().await.is_ok(), "back");
        // What it says of itself is believed for an hour, and then asked for again.
        w.simulator.google().fault(Fault::status("/realms/office/.well-known", 503).times(1));
        assert!(begin().await.is_ok());
        w.clock.advance_millis(3_600_000);
        assert_eq!(key_of(begin().await), "error-openid-unavailable");
    })
    .await;
}
