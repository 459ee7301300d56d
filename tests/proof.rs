//! What a browser meets: the second step, and the page that asks once more who it is without losing
//! what was filled in.

use anyhow::Result;
use app::plugins;
use oxpi_tests::site::Site;

async fn site() -> Site {
    Site::start(store::testing::sqlite().await).await.unwrap()
}

async fn is_on(site: &Site) -> Result<bool> {
    let (app, owner) = (&site.house.app, &site.house.owner);
    Ok(plugins::get_plugin(app, owner, &site.house.plugin).await?.card.enabled)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_waits_for_the_proof_and_is_sent_again_with_it() {
    let site = site().await;
    let owner = site.house.token.clone();
    site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
    let off = format!("/plugins/{}/off", site.house.plugin);
    let form = "kept=%3Cb%3E%22x%22";
    let asked = site.send("POST", &off, Some(&owner), Some(form)).await.unwrap();
    assert_eq!(asked.status, 403);
    assert!(asked.body.contains("name=\"confirm_password\""), "{}", asked.body);
    assert!(
        asked.body.contains(&format!("action=\"{off}\"")) || asked.body.contains("&#x2F;off\"")
    );
    assert!(asked.body.contains("name=\"kept\"") && !asked.body.contains("<b>"));
    assert!(is_on(&site).await.unwrap(), "done without the proof");

    let wrong = format!("{form}&confirm_password=wrong+wrong+wrong");
    let again = site.send("POST", &off, Some(&owner), Some(&wrong)).await.unwrap();
    assert!(again.status == 403 && again.body.contains("name=\"kept\""), "{}", again.status);
    assert!(!again.body.contains("wrong wrong wrong"), "a password is shown");
    assert!(is_on(&site).await.unwrap());

    let right = format!("{form}&confirm_password=seven+quiet+green+lamps");
    let done = site.send("POST", &off, Some(&owner), Some(&right)).await.unwrap();
    assert_eq!(done.status, 303);
    assert!(!is_on(&site).await.unwrap());
    let renewed = done.session().unwrap();
    assert_ne!(renewed, owner);
    assert_eq!(site.get("/", Some(&owner)).await.unwrap().status, 303, "the old token works");
    assert_eq!(site.get("/", Some(&renewed)).await.unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn approving_connecting_and_disconnecting_wait_for_the_proof_and_go_on_after_it() {
    let site = site().await;
    let forms = [
        ("/approvals/{approval}/approve", "/approvals", false),
        ("/connections/new/{plugin}/{provider}/start", &*site.house.simulator.url, true),
        ("/connections/{connection}/reconnect", &*site.house.simulator.url, true),
        ("/connections/{connection}/disconnect", "/connections/", false),
        ("/team/invitations/{invitation}/withdraw", "/team", false),
    ];
    let mut owner = site.house.token.clone();
    for (path, leads_to, out) in forms {
        site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
        let path = site.fill_in(path, &site.ids);
        for form in ["", "confirm_password=wrong+wrong+wrong"] {
            let asked = site.send("POST", &path, Some(&owner), Some(form)).await.unwrap();
            assert_eq!(asked.status, 403, "{path}");
            assert!(asked.body.contains("name=\"confirm_password\""), "{path}");
            let action = format!("action=\"{path}\"");
            assert!(asked.body.replace("&#x2F;", "/").contains(&action), "{path}");
            // The browser refuses a form that is redirected to where its page doesn't lead.
            let policy = asked.header("content-security-policy").unwrap();
            let leads_out = policy.ends_with(&format!("form-action 'self' {leads_to}"));
            assert!(
                leads_out == out && (out || policy.ends_with("form-action 'self'")),
                "{policy}"
            );
        }
        let right = "confirm_password=seven+quiet+green+lamps";
        let done = site.send("POST", &path, Some(&owner), Some(right)).await.unwrap();
        assert_eq!(done.status, 303, "{path}: {}", done.body);
        assert!(done.header("location").unwrap().starts_with(leads_to), "{path}");
        owner = done.session().unwrap();
    }
    let ids = &site.ids;
    let (app, ctx) = (&site.house.app, &site.house.owner);
    let approval = app::approvals::get_approval(app, ctx, &ids["approval"].parse().unwrap()).await;
    assert_eq!(approval.unwrap().card.state, app::approvals::ApprovalState::Approved);
    let id = ids["connection"].parse().unwrap();
    let account = app::connections::get_connection(app, ctx, &id).await;
    assert_eq!(account.unwrap().state, app::connections::ConnectionState::Disconnected);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejecting_needs_no_proof() {
    let site = site().await;
    site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
    let path = site.fill_in("/approvals/{approval}/reject", &site.ids);
    let done = site.send("POST", &path, Some(&site.house.token), Some("reason=no")).await.unwrap();
    assert_eq!((done.status, done.header("location")), (303, Some("/approvals")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_only_confirms_goes_on_to_a_page_of_ours() {
    let site = site().await;
    let owner = site.house.token.clone();
    site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
    let asked = site.get("/confirm?next=/team", Some(&owner)).await.unwrap();
    assert!(asked.status == 403 && asked.body.contains("confirm_password"), "{}", asked.status);
    let form = "next=%2F%2Fevil.example&confirm_password=seven+quiet+green+lamps";
    let gone = site.send("POST", "/confirm", Some(&owner), Some(form)).await.unwrap();
    assert_eq!((gone.status, gone.header("location")), (303, Some("/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_without_a_session_is_never_asked_for_a_password_there() {
    let site = site().await;
    let form = "confirm_password=seven+quiet+green+lamps";
    for path in ["/confirm", "/team/invitations", "/profile/app/start"] {
        let reply = site.send("POST", path, None, Some(form)).await.unwrap();
        assert_eq!(reply.status, 303, "{path}");
        assert!(reply.session().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn setting_an_app_up_shows_its_key_once_and_asks_for_it_from_then_on() {
    let site = site().await;
    let owner = site.house.token.clone();
    let begun = site.send("POST", "/profile/app/start", Some(&owner), Some("")).await.unwrap();
    assert_eq!(begun.header("location"), Some("/profile/app"));
    let page = site.get("/profile/app", Some(&owner)).await.unwrap();
    assert!(page.body.contains("data:image") && page.body.contains("id=\"app-key\""));
    let wrong = site.send("POST", "/profile/app", Some(&owner), Some("code=000000")).await.unwrap();
    assert_eq!(wrong.status, 422);
    assert!(site.get("/sign-in/second", None).await.unwrap().status == 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_owes_a_second_step_has_their_own_pages_and_no_others() -> Result<()> {
    let site = site().await;
    let member = site.members.iter().find(|(role, _)| *role == domain::Role::Member);
    let member = member.map(|(_, token)| token.clone()).unwrap();
    let tenant = site.house.owner.tenant.clone();
    site.house.app.db.write(move |c| store::tenants::set_second_step(c, &tenant, true)).await?;
    for route in web::routes::table().iter().filter(|r| r.auth == web::routes::Auth::Member) {
        if route.method != "GET" || route.path.starts_with("/profile") {
            continue;
        }
        let path = site.fill_in(route.path, &site.ids);
        let reply = site.get(&path, Some(&member)).await?;
        assert_eq!(reply.status, 303, "{path}");
        assert_eq!(reply.header("location"), Some("/profile#second-step"), "{path}");
    }
    let own = site.get("/profile", Some(&member)).await?;
    assert!(own.status == 200 && own.body.contains("Set it up below"), "{}", own.status);
    let form = "code=000000";
    assert_eq!(site.send("POST", "/profile/app/start", Some(&member), Some("")).await?.status, 303);
    assert_eq!(site.send("POST", "/profile/app", Some(&member), Some(form)).await?.status, 422);
    let elsewhere = site.send("POST", "/people", Some(&member), Some("name=Eve")).await?;
    assert_eq!(elsewhere.status, 303);
    assert_eq!(elsewhere.header("location"), Some("/profile#second-step"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_typed_stands_in_no_page_and_has_to_be_typed_again() -> Result<()> {
    let site = site().await;
    let owner = site.house.token.clone();
    site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
    let form = "client_id=demo-2&client_secret=canary-5512";
    let path = "/connections/new/google-calendar/google/client";
    for proof in ["", "&confirm_password=wrong+wrong+wrong"] {
        let asked = site.send("POST", path, Some(&owner), Some(&format!("{form}{proof}"))).await?;
        assert_eq!(asked.status, 403);
        assert!(asked.body.contains("value=\"demo-2\""), "the rest stays");
        assert!(!asked.body.contains("canary-5512"), "the secret is in the page");
        assert!(asked.body.contains("name=\"retype\" value=\"client_secret\""));
    }
    // What that page sends on keeps nothing: not the new id with the secret of the old one.
    let right = "client_id=demo-2&retype=client_secret&confirm_password=seven+quiet+green+lamps";
    let again = site.send("POST", path, Some(&owner), Some(right)).await?;
    assert!(again.status == 422 && again.body.contains("Type it again."), "{}", again.status);
    let (app, ctx) = (&site.house.app, &site.house.owner);
    let plugin = &site.house.plugin;
    let kept = app::oauth::prepare_connection(app, ctx, plugin, "google").await?;
    assert_eq!(kept.client_id.as_deref(), Some("demo"));
    // The same for a secret among a plugin's settings.
    let token = again.session().unwrap();
    site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
    let form = "next=%2F&secret.api_key=canary-5513";
    let asked = site.send("POST", "/plugins/google-calendar/off", Some(&token), Some(form)).await?;
    assert!(asked.status == 403 && !asked.body.contains("canary-5513"), "{}", asked.body);
    assert!(asked.body.contains("name=\"retype\" value=\"secret.api_key\""));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_asks_is_told_under_its_name_in_the_readers_language() -> Result<()> {
    let site = site().await;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let subject = async |locale| -> Result<String> {
        let ctx = app::Context { locale, ..owner.clone() };
        let told = app::notifications::list_notifications(app, &ctx).await?;
        let one = told.into_iter().find(|one| one.kind.as_str() == "approval-waiting");
        Ok(one.unwrap().subject)
    };
    assert_eq!(subject(domain::Locale::En).await?, "Google Calendar");
    assert_eq!(subject(domain::Locale::He).await?, "יומן Google");
    Ok(())
}
