//! Tokens: made once with a proof, good for what was ticked, and over with their maker's right to make
//! them.

use anyhow::Result;
use app::api_tokens::{self, TokenInput};
use app::{Context, Error, Origin, members};
use domain::{ApiScope, Role};
use oxpi_tests::site::{Site, api_token};

use super::{call, each, json, own, problem, text};

async fn admin(site: &Site) -> Context {
    let (_, session) = site.members.iter().find(|(role, _)| *role == Role::Admin).unwrap();
    let origin = Origin::default();
    app::sessions::context_of(&site.house.app, session, &origin).await.unwrap().context.unwrap()
}

async fn opens(site: &Site, token: &str) -> Result<bool> {
    let reply = call(site, token, "GET", "/token", &[], None).await?;
    if reply.status == 200 {
        return Ok(true);
    }
    assert_eq!(problem(&reply, 401), "token");
    assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer "));
    Ok(false)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_what_it_is_good_for_until_it_is_revoked() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let scopes = [ApiScope::PeopleRead, ApiScope::TasksWrite];
        let (id, token) = api_token(app, owner, &scopes).await?;
        assert!(token.starts_with("oxpi_") && token.len() > 40);
        let told = json(&call(&site, &token, "GET", "/token", &[], None).await?);
        assert_eq!(told["scopes"], serde_json::json!(["people:read", "tasks:write"]));
        assert_eq!(told["business"], site.ids["tenant"].as_str());
        let listed = api_tokens::list_tokens(app, owner).await?;
        let view = listed.iter().find(|view| view.id.as_str() == id).unwrap();
        assert!(token.ends_with(&view.ending) && view.ending.len() == 4);
        assert!(view.used_at.is_some());
        api_tokens::revoke_token(app, owner, &id.parse()?).await?;
        assert!(!opens(&site, &token).await?);
        let again = api_tokens::revoke_token(app, owner, &id.parse()?).await;
        assert!(matches!(again, Err(Error::NotFound)));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_its_last_day() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let input = TokenInput {
            name: "Short".to_owned(),
            scopes: vec!["people:read".to_owned()],
            last_day: "2026-03-01".to_owned(),
        };
        let made = api_tokens::create_token(app, owner, input.clone()).await?;
        assert!(opens(&site, &made.token).await?);
        site.house.clock.advance_millis(24 * 3_600_000);
        assert!(!opens(&site, &made.token).await?);
        let late = Context { is_recent: true, ..owner.clone() };
        let past = api_tokens::create_token(app, &late, input).await;
        assert!(matches!(past, Err(Error::Invalid { field, .. }) if field == "last_day"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn making_one_needs_a_proof_a_name_and_a_scope() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let input = TokenInput {
        name: "A".to_owned(),
        scopes: vec!["people:read".to_owned()],
        ..TokenInput::default()
    };
    let stale = Context { is_recent: false, ..owner.clone() };
    let unproven = api_tokens::create_token(app, &stale, input.clone()).await;
    assert!(matches!(unproven, Err(Error::Unproven)));
    let plain = Context { role: Role::Member, ..owner.clone() };
    let unseen = api_tokens::create_token(app, &plain, input.clone()).await;
    assert!(matches!(unseen, Err(Error::NotFound)));
    for (wrong, expected) in [
        (TokenInput { name: " ".to_owned(), ..input.clone() }, "name"),
        (TokenInput { scopes: vec![], ..input.clone() }, "scopes"),
        (TokenInput { scopes: vec!["people:eat".to_owned()], ..input.clone() }, "scopes"),
    ] {
        let refused = api_tokens::create_token(app, owner, wrong).await;
        assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == expected));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_over_when_its_maker_is_demoted_or_leaves() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let maker = admin(&site).await;
        let (_, first) = api_token(app, &maker, ApiScope::ALL).await?;
        assert!(opens(&site, &first).await?);
        members::change_role(app, owner, &maker.member, "member").await?;
        assert!(!opens(&site, &first).await?);
        members::change_role(app, owner, &maker.member, "admin").await?;
        assert!(!opens(&site, &first).await?, "it comes to life again");
        let (_, second) = api_token(app, &maker, ApiScope::ALL).await?;
        assert!(opens(&site, &second).await?);
        members::remove_member(app, owner, &maker.member).await?;
        assert!(!opens(&site, &second).await?);
        assert!(opens(&site, &site.api_token).await?);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_that_asks_for_a_second_step_asks_it_of_tokens_makers() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let tenant = site.house.owner.tenant.clone();
    assert!(opens(&site, &site.api_token).await?);
    site.house.app.db.write(move |c| store::tenants::set_second_step(c, &tenant, true)).await?;
    assert!(!opens(&site, &site.api_token).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tokens_are_counted_and_right_ones_are_not() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let guess = |n: usize| format!("oxpi_{n:043}");
    for n in 0..app::attempts::PER_ADDRESS_MAX {
        let reply = call(&site, &guess(usize::try_from(n)?), "GET", "/token", &[], None).await?;
        assert_eq!(reply.status, 401, "{n}");
        assert!(opens(&site, &site.api_token).await?);
    }
    let reply = call(&site, &guess(999), "GET", "/token", &[], None).await?;
    assert_eq!(problem(&reply, 429), "limited");
    assert!(reply.header("retry-after").is_some());
    assert!(opens(&site, &site.api_token).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_makes_a_token_and_shows_it_once() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let owner = site.members[0].1.clone();
    let form = "name=Shop&scope=people%3Aread&scope=people%3Awrite&last_day=";
    let made = site.send("POST", "/settings/tokens", Some(&owner), Some(form)).await?;
    assert_eq!(made.status, 200, "{}", made.body);
    let at = made.body.find("value=\"oxpi_").unwrap() + "value=\"".len();
    let token: String = made.body[at..].chars().take_while(|c| *c != '"').collect();
    assert!(opens(&site, &token).await?);
    let page = site.get("/settings/tokens", Some(&owner)).await?;
    assert!(page.body.contains("Shop") && !page.body.contains(&token));
    let wrong = site.send("POST", "/settings/tokens", Some(&owner), Some("name=Shop")).await?;
    assert_eq!(wrong.status, 422);
    let business = own(&site, "GET", "/business", None).await?;
    assert_eq!(text(&json(&business)["id"]), site.ids["tenant"]);
    Ok(())
}
