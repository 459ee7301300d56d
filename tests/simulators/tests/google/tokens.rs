//! Refreshing, revoking and asking about tokens.

use serde_json::json;

use crate::client::*;

fn refresh(world: &World, token: &str, extra: &[(&str, &str)]) -> Got {
    let mut pairs = vec![
        ("grant_type", "refresh_token"),
        ("client_id", "demo"),
        ("client_secret", "demo-secret"),
        ("refresh_token", token),
    ];
    pairs.extend(extra);
    world.form("/token", &pairs)
}

#[test]
fn refreshing_brings_an_access_token_and_no_new_refresh_token() {
    let world = World::new();
    let got = refresh(&world, &world.tokens.refresh, &[]).expect(200);
    assert!(got.json.get("refresh_token").is_none());
    let access = got.json["access_token"].as_str().unwrap();
    assert_ne!(access, world.tokens.access);
    assert!(world.google().is_live(access) && world.google().is_live(&world.tokens.refresh));
}

#[test]
fn a_refresh_token_that_is_wrong_revoked_or_another_kind_is_an_invalid_grant() {
    let world = World::new();
    for wrong in ["1//0wrong", world.tokens.access.as_str()] {
        assert_eq!(refresh(&world, wrong, &[]).expect(400).json["error"], "invalid_grant");
    }
    world.google().revoke(DANA);
    let got = refresh(&world, &world.tokens.refresh, &[]).expect(400);
    assert_eq!(got.json["error"], "invalid_grant");
    assert_eq!(got.json["error_description"], "Token has been expired or revoked.");
}

#[test]
fn a_refresh_token_of_an_app_in_testing_ends_after_seven_days() {
    let world = World::new();
    world.google().set(|settings| settings.refresh_token_secs = 604_800);
    let tokens = world.google().grant(DANA, &[CALENDAR]).unwrap();
    world.google().advance_secs(604_000);
    refresh(&world, &tokens.refresh, &[]).expect(200);
    world.google().advance_secs(800);
    assert_eq!(refresh(&world, &tokens.refresh, &[]).expect(400).json["error"], "invalid_grant");
}

#[test]
fn scopes_can_shrink_but_not_grow() {
    let world = World::new();
    let got = refresh(&world, &world.tokens.refresh, &[("scope", "openid")]).expect(200);
    assert_eq!(got.json["scope"], "openid");
    let gmail = "https://www.googleapis.com/auth/gmail.readonly";
    let got = refresh(&world, &world.tokens.refresh, &[("scope", gmail)]).expect(400);
    assert_eq!(got.json["error"], "invalid_scope");
}

#[test]
fn the_hundred_and_first_refresh_token_ends_the_first() {
    let world = World::new();
    world.google().advance_secs(1);
    for _ in 0..99 {
        world.google().grant(DANA, &[CALENDAR]).unwrap();
    }
    refresh(&world, &world.tokens.refresh, &[]).expect(200);
    world.google().grant(DANA, &[CALENDAR]).unwrap();
    assert_eq!(world.google().connections(DANA), 100);
    refresh(&world, &world.tokens.refresh, &[]).expect(400);
}

#[test]
fn revoking_either_token_ends_both() {
    for kind in ["access", "refresh"] {
        let world = World::new();
        let token = if kind == "access" { &world.tokens.access } else { &world.tokens.refresh };
        world.form("/revoke", &[("token", token)]).expect(200);
        assert!(!world.google().is_live(&world.tokens.access), "{kind}");
        assert!(!world.google().is_live(&world.tokens.refresh), "{kind}");
        let again = world.form("/revoke", &[("token", token)]).expect(400);
        assert_eq!(again.json["error"], "invalid_token");
    }
}

#[test]
fn the_token_to_revoke_may_stand_in_the_query() {
    let world = World::new();
    let path = format!("/revoke?token={}", world.tokens.refresh);
    ask(&world.simulator.url, "POST", &path, &[FORM], "").unwrap().expect(200);
    assert_eq!(world.google().connections(DANA), 0);
    world.form("/revoke", &[]).expect(400);
}

#[test]
fn revoking_leaves_other_accounts_alone() {
    let world = World::new();
    let noa = world.google().grant(NOA, &[CALENDAR]).unwrap();
    world.form("/revoke", &[("token", &world.tokens.refresh)]).expect(200);
    assert!(world.google().is_live(&noa.access));
}

#[test]
fn userinfo_comes_in_both_shapes() {
    let world = World::new();
    for path in ["/v1/userinfo", "/oauth2/v3/userinfo"] {
        let got = world.get(path).expect(200);
        assert_eq!((&got.json["email"], &got.json["name"]), (&json!(DANA), &json!("Dana Levi")));
        assert!(got.json["sub"].is_string() && got.json["email_verified"] == true, "{path}");
    }
    for path in ["/oauth2/v2/userinfo", "/userinfo/v2/me"] {
        let got = world.get(path).expect(200);
        assert!(got.json["id"].is_string() && got.json["verified_email"] == true, "{path}");
        assert!(got.json.get("sub").is_none());
    }
}

#[test]
fn userinfo_tells_only_what_the_scopes_allow() {
    let world = World::with(&["openid"]);
    let got = world.get("/v1/userinfo").expect(200);
    assert!(got.json.get("email").is_none() && got.json.get("name").is_none());
    World::with(&[CALENDAR]).get("/v1/userinfo").expect(403);
}

#[test]
fn userinfo_needs_a_token_that_works() {
    let world = World::new();
    ask(&world.simulator.url, "GET", "/v1/userinfo", &[], "").unwrap().expect(401);
    world.google().expire_access_tokens();
    world.get("/v1/userinfo").expect(401);
}

#[test]
fn tokeninfo_tells_about_live_tokens_only() {
    let world = World::new();
    let path = format!("/tokeninfo?access_token={}", world.tokens.access);
    let got = world.get(&path).expect(200);
    assert_eq!((&got.json["aud"], &got.json["email"]), (&json!("demo"), &json!(DANA)));
    world.google().expire_access_tokens();
    assert_eq!(world.get(&path).expect(400).json["error"], "invalid_token");
}
