//! The authorize page and what comes back from it.

use oxpi_simulators::Options;
use url::Url;

use crate::client::*;

const BACK: &str = "http://127.0.0.1:8080/connections/google/back";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub fn query(changes: &[(&str, Option<&str>)]) -> String {
    let scope = format!("openid email profile {CALENDAR}");
    let mut pairs = vec![
        ("client_id", "demo"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", scope.as_str()),
        ("state", "s t&te"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        pairs.retain(|(key, _)| key != name);
        if let Some(value) = value {
            pairs.push((name, value));
        }
    }
    encode(&pairs)
}

pub fn world() -> World {
    let world = World::new();
    world.google().revoke(DANA);
    world.google().allow_redirect(BACK);
    world
}

/// What the app gets back: the pairs of the redirect.
pub fn decide(world: &World, query: &str, action: &str, scopes: &[&str]) -> Vec<(String, String)> {
    let mut form = vec![("request", query), ("account", DANA), ("action", action)];
    form.extend(scopes.iter().map(|scope| ("scope", *scope)));
    let got = world.form("/o/oauth2/v2/auth", &form).expect(302);
    let to = Url::parse(got.header("Location")).unwrap();
    assert!(to.as_str().starts_with(BACK), "{to}");
    to.query_pairs().into_owned().collect()
}

pub fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

pub fn code(world: &World, query: &str) -> String {
    value(&decide(world, query, "continue", &[CALENDAR]), "code").to_owned()
}

pub fn exchange(world: &World, code: &str, changes: &[(&str, Option<&str>)]) -> Got {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "demo"),
        ("client_secret", "demo-secret"),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
        ("code", code),
    ];
    for (name, value) in changes {
        pairs.retain(|(key, _)| key != name);
        if let Some(value) = value {
            pairs.push((name, value));
        }
    }
    world.form("/token", &pairs)
}

fn page(world: &World, query: &str) -> Got {
    ask(&world.simulator.url, "GET", &format!("/o/oauth2/v2/auth?{query}"), &[], "").unwrap()
}

#[test]
fn the_page_offers_accounts_scopes_and_both_ways_out() {
    let world = world();
    let got = page(&world, &query(&[])).expect(200);
    for wanted in [DANA, NOA, "value=\"continue\"", "value=\"cancel\"", CALENDAR, "Simulator"] {
        assert!(got.text.contains(wanted), "{wanted} in {}", got.text);
    }
    assert!(!got.text.contains("<script"));
    assert!(got.header("Content-Security-Policy").starts_with("default-src 'none'"));
}

#[test]
fn the_page_speaks_hebrew_from_right_to_left() {
    let world = world();
    let got = page(&world, &format!("{}&hl=he", query(&[]))).expect(200);
    assert!(
        got.text.contains("lang=\"he\" dir=\"rtl\"") && got.text.contains("המשך"),
        "{}",
        got.text
    );
}

#[test]
fn a_login_hint_chooses_the_account() {
    let world = world();
    let got = page(&world, &query(&[("login_hint", Some(NOA))])).expect(200);
    assert!(got.text.contains(&format!("value=\"{NOA}\" required checked")), "{}", got.text);
}

#[test]
fn requests_that_are_not_valid_stay_on_an_error_page() {
    let world = world();
    for (change, status, error) in [
        (("client_id", Some("other")), 401, "invalid_client"),
        (("client_id", None), 400, "invalid_request"),
        (
            ("redirect_uri", Some("http://127.0.0.1:8080/connections/google/back/")),
            400,
            "redirect_uri_mismatch",
        ),
        (("redirect_uri", Some("https://evil.test/")), 400, "redirect_uri_mismatch"),
        (("redirect_uri", None), 400, "invalid_request"),
        (("response_type", Some("token")), 400, "unsupported_response_type"),
        (("response_type", None), 400, "invalid_request"),
        (
            ("scope", Some("openid https://www.googleapis.com/auth/everything")),
            400,
            "invalid_scope",
        ),
        (("scope", None), 400, "invalid_request"),
        (("access_type", Some("forever")), 400, "invalid_request"),
        (("prompt", Some("please")), 400, "invalid_request"),
        (("code_challenge", Some("short")), 400, "invalid_request"),
        (("code_challenge", None), 400, "invalid_request"),
        (("code_challenge_method", Some("S512")), 400, "invalid_request"),
    ] {
        let got = page(&world, &query(&[change]));
        assert_eq!(got.status, status, "{change:?}");
        assert!(got.text.contains(error), "{change:?}: {}", got.text);
        assert!(got.header("Location").is_empty());
    }
    let twice = page(&world, &format!("{}&state=again", query(&[]))).expect(400);
    assert!(twice.text.contains("single value"), "{}", twice.text);
}

#[test]
fn a_loopback_redirect_needs_the_switch() {
    let options = Options { any_loopback_redirect: true, ..Options::default() };
    let world = World::from(options, &[CALENDAR]);
    page(&world, &query(&[("redirect_uri", Some("http://localhost:1/x"))])).expect(200);
    page(&world, &query(&[("redirect_uri", Some("https://localhost:1/x"))])).expect(400);
}

#[test]
fn what_is_put_into_the_page_stays_text() {
    let world = world();
    let got = page(&world, &query(&[("state", Some("\"><script>x</script>"))])).expect(200);
    assert!(!got.text.contains("<script>"), "{}", got.text);
}

#[test]
fn cancel_goes_back_with_access_denied_and_the_state() {
    let world = world();
    let pairs = decide(&world, &query(&[]), "cancel", &[]);
    assert_eq!(value(&pairs, "error"), "access_denied");
    assert_eq!(value(&pairs, "state"), "s t&te");
    assert_eq!(value(&pairs, "code"), "");
}

#[test]
fn continue_with_nothing_ticked_is_a_refusal() {
    let world = world();
    let pairs = decide(&world, &query(&[("scope", Some(CALENDAR))]), "continue", &[]);
    assert_eq!((value(&pairs, "error"), value(&pairs, "code")), ("access_denied", ""));
}

#[test]
fn prompt_none_goes_back_without_asking() {
    let world = world();
    let got = page(&world, &query(&[("prompt", Some("none"))])).expect(302);
    assert!(got.header("Location").contains("error=interaction_required"));
}

#[test]
fn continue_goes_back_with_code_state_and_the_ticked_scopes() {
    let world = world();
    let pairs = decide(&world, &query(&[]), "continue", &[]);
    assert!(value(&pairs, "code").starts_with("4/0"));
    assert_eq!(value(&pairs, "state"), "s t&te");
    assert!(!value(&pairs, "scope").contains(CALENDAR), "it was unticked");
    let got = exchange(&world, value(&pairs, "code"), &[]).expect(200);
    let scope = got.json["scope"].as_str().unwrap();
    assert!(
        scope.contains("openid") && scope.contains("userinfo.email") && !scope.contains(CALENDAR)
    );
}

#[test]
fn a_code_brings_tokens_that_work() {
    let world = world();
    let got = exchange(&world, &code(&world, &query(&[("nonce", Some("n1"))])), &[]).expect(200);
    assert_eq!(got.json["token_type"], "Bearer");
    assert!(got.json["expires_in"].as_i64().unwrap() > 3_000);
    assert_eq!(got.header("Cache-Control"), "no-store");
    let id =
        oxpi_simulators::google::jwt::verify(got.json["id_token"].as_str().unwrap(), "demo-secret");
    let id = id.expect("signed with the secret");
    assert_eq!(
        (&id["email"], &id["aud"], &id["nonce"]),
        (&DANA.into(), &"demo".into(), &"n1".into())
    );
    assert!(world.google().is_live(got.json["access_token"].as_str().unwrap()));
    assert!(world.google().is_live(got.json["refresh_token"].as_str().unwrap()));
}

#[test]
fn a_code_used_twice_revokes_what_it_brought() {
    let world = world();
    let code = code(&world, &query(&[]));
    let first = exchange(&world, &code, &[]).expect(200);
    let second = exchange(&world, &code, &[]).expect(400);
    assert_eq!(second.json["error"], "invalid_grant");
    assert!(!world.google().is_live(first.json["access_token"].as_str().unwrap()));
    assert!(!world.google().is_live(first.json["refresh_token"].as_str().unwrap()));
}

#[test]
fn an_old_code_does_not_work() {
    let world = world();
    let code = code(&world, &query(&[]));
    world.google().advance_secs(601);
    assert_eq!(exchange(&world, &code, &[]).expect(400).json["error"], "invalid_grant");
}

#[test]
fn a_code_is_bound_to_redirect_verifier_and_client() {
    let world = world();
    for (change, status, error) in [
        (("redirect_uri", Some("http://127.0.0.1:8080/")), 400, "redirect_uri_mismatch"),
        (("redirect_uri", None), 400, "invalid_request"),
        (("code_verifier", None), 400, "invalid_grant"),
        (("code_verifier", Some(CHALLENGE)), 400, "invalid_grant"),
        (("client_secret", Some("wrong")), 401, "invalid_client"),
        (("client_secret", None), 400, "invalid_request"),
        (("client_id", Some("nobody")), 401, "invalid_client"),
        (("client_id", None), 400, "invalid_request"),
        (("grant_type", Some("password")), 400, "unsupported_grant_type"),
        (("grant_type", None), 400, "invalid_request"),
        (("code", Some("4/0wrong")), 400, "invalid_grant"),
    ] {
        let code = code(&world, &query(&[]));
        let changes = if change.0 == "code" {
            vec![change]
        } else {
            vec![("code", Some(code.as_str())), change]
        };
        let got = exchange(&world, &code, &changes);
        assert_eq!(
            (got.status, got.json["error"].as_str().unwrap()),
            (status, error),
            "{change:?}"
        );
    }
}

#[test]
fn the_client_may_use_basic() {
    use base64::Engine as _;
    let world = world();
    let code = code(&world, &query(&[]));
    let body = encode(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ]);
    let basic = base64::engine::general_purpose::STANDARD.encode("demo:demo-secret");
    let basic = format!("Basic {basic}");
    let headers = [FORM, ("Authorization", basic.as_str())];
    ask(&world.simulator.url, "POST", "/token", &headers, &body).unwrap().expect(200);
}

#[test]
fn a_refresh_token_comes_with_offline_access_and_consent() {
    let world = world();
    let online = exchange(&world, &code(&world, &query(&[("access_type", None)])), &[]).expect(200);
    assert!(online.json.get("refresh_token").is_none());
    let first = exchange(&world, &code(&world, &query(&[("prompt", None)])), &[]).expect(200);
    assert!(first.json.get("refresh_token").is_some(), "the first consent brings one");
    let again = exchange(&world, &code(&world, &query(&[("prompt", None)])), &[]).expect(200);
    assert!(again.json.get("refresh_token").is_none(), "a later one only with prompt=consent");
    let asked = exchange(&world, &code(&world, &query(&[])), &[]).expect(200);
    assert!(asked.json.get("refresh_token").is_some());
}

#[test]
fn discovery_names_addresses_of_this_machine() {
    let world = world();
    let got = world.get("/.well-known/openid-configuration").expect(200);
    assert_eq!(got.json["issuer"], "https://accounts.google.com");
    assert_eq!(got.json["token_endpoint"], format!("{}/token", world.simulator.url));
}

#[test]
fn scopes_of_before_are_included_on_request() {
    let world = world();
    exchange(&world, &code(&world, &query(&[])), &[]).expect(200);
    let scope = |changes: &[(&str, Option<&str>)]| {
        let got = exchange(&world, &code(&world, &query(changes)), &[]).expect(200);
        got.json["scope"].as_str().unwrap().to_owned()
    };
    let gmail = "https://www.googleapis.com/auth/gmail.readonly";
    let alone = scope(&[("scope", Some(&format!("openid {gmail}")))]);
    assert_eq!(alone, "openid", "the other was unticked");
    let more = scope(&[("scope", Some(gmail)), ("include_granted_scopes", Some("true"))]);
    assert!(more.contains(CALENDAR) && more.contains("openid"), "{more}");
}
