//! How a business shows itself: its theme, colour and logo on its pages, on those for strangers and in
//! mail; and pages of what went wrong.

use anyhow::{Context as _, Result};
use app::settings::{self, LookInput};
use app::tenants::BusinessInput;
use app::{Error, invitations, logos};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oxpi_tests::House;
use oxpi_tests::house::Extras;
use oxpi_tests::http::{Reply, send, send_raw};
use oxpi_tests::mailbox::post;
use oxpi_tests::site::Site;
use simulators::smtp::Smtp;

/// Twelve pixels by four, plum.
const PLUM: &str = "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAECAIAAAA1REndAAAAEUlEQVR42mNotyokiBjoqwgAm2Q5YWtNNDcAAAAASUVORK5CYII=";
/// Nine by three, pine.
const PINE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAkAAAADCAIAAADOaLIhAAAAEUlEQVR42mPgzg7HhRjIlAMAhJMVoBYh4SQAAAAASUVORK5CYII=";

/// On both databases.
async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(Site::start(db).await.unwrap()).await.unwrap();
    }
}

fn picture(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}

/// Sends a file as a browser's form would.
async fn upload(site: &Site, session: &str, name: &str, file: &[u8]) -> Result<Reply> {
    let disposition =
        format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"");
    let mut body =
        format!("--limit\r\n{disposition}\r\nContent-Type: image/png\r\n\r\n").into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--limit--\r\n");
    raw(site, session, "multipart/form-data; boundary=limit", &body).await
}

async fn raw(site: &Site, session: &str, kind: &str, body: &[u8]) -> Result<Reply> {
    let head = format!(
        "POST /settings/logo HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
         Sec-Fetch-Site: same-origin\r\nCookie: oxpi={session}\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n",
        site.port,
        body.len()
    );
    let sent = send_raw(site.port, &[head.as_bytes(), body].concat()).await?;
    sent.context("closed without an answer")
}

/// The address of the logo that a page shows.
fn logo_on(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("src=\"/logo/")?;
    Some(format!("/logo/{}", rest.split('"').next()?))
}

async fn acts(site: &Site) -> Result<Vec<String>> {
    let tenant = site.house.owner.tenant.clone();
    let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
    let chain = site.house.app.db.read(list).await?;
    Ok(chain.into_iter().map(|entry| entry.action).filter(|act| act.contains("logo")).collect())
}

async fn choose(house: &House, colour: &str, theme: &str) -> Result<()> {
    let tenant = settings::get_settings(&house.app, &house.owner).await?;
    let input = BusinessInput {
        business: tenant.name,
        locale: tenant.locale.tag().to_owned(),
        zone: tenant.zone.to_string(),
        currency: tenant.currency,
    };
    let look = LookInput { colour: colour.to_owned(), theme: theme.to_owned() };
    settings::update_settings(&house.app, &house.owner, input, look, tenant.rev).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_is_shown_replaced_and_removed_and_each_is_noted() {
    each(async |site| {
        let owner = site.members[0].1.clone();
        assert_eq!(upload(&site, &owner, "logo", &picture(PLUM)).await?.status, 303);
        let first = logo_on(&site.get("/", Some(&owner)).await?.body).context("no logo")?;
        let shown = site.get(&first, None).await?;
        assert_eq!(shown.status, 200, "whoever gets a mail sees it");
        assert_eq!(shown.header("content-type"), Some("image/png"));
        assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(shown.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(shown.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert!(shown.header("content-security-policy").is_some_and(|p| p.contains("'none'")));
        assert!(shown.header("set-cookie").is_none());

        upload(&site, &owner, "logo", &picture(PLUM)).await?;
        assert_eq!(acts(&site).await?.len(), 1, "the same again is no change");
        upload(&site, &owner, "logo", &picture(PINE)).await?;
        let second = logo_on(&site.get("/people", Some(&owner)).await?.body).context("no logo")?;
        assert_ne!(first, second);
        assert_eq!(site.get(&first, None).await?.status, 404);
        assert_eq!(site.get(&second, None).await?.status, 200);

        for _ in 0..2 {
            let gone = site.send("POST", "/settings/logo/remove", Some(&owner), Some("")).await?;
            assert_eq!(gone.status, 303);
        }
        assert_eq!(site.get(&second, None).await?.status, 404);
        assert_eq!(logo_on(&site.get("/", Some(&owner)).await?.body), None);
        let changed = "tenant.logo-changed";
        assert_eq!(acts(&site).await?, [changed, changed, "tenant.logo-removed"]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logos_address_opens_that_business_s_logo_and_no_other() {
    each(async |site| {
        let owner = site.members[0].1.clone();
        upload(&site, &owner, "logo", &picture(PLUM)).await?;
        upload(&site, &site.stranger, "logo", &picture(PINE)).await?;
        let ours = logo_on(&site.get("/", Some(&owner)).await?.body).context("no logo")?;
        let theirs =
            logo_on(&site.get("/", Some(&site.stranger)).await?.body).context("no logo")?;
        let parts = |address: &str| {
            let mut parts = address.rsplitn(3, '/');
            (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned())
        };
        let ((our_digest, our_id), (their_digest, their_id)) = (parts(&ours), parts(&theirs));
        let nobody = "01900000-0000-7000-8000-000000000000";
        for path in [
            format!("/logo/{our_id}/{their_digest}"),
            format!("/logo/{their_id}/{our_digest}"),
            format!("/logo/{our_id}/"),
            format!("/logo/{our_id}/%25"),
            format!("/logo/{nobody}/{our_digest}"),
            format!("/logo/none/{our_digest}"),
            format!("/logo/{our_id}/..%2f{our_digest}"),
        ] {
            let reply = site.get(&path, Some(&site.stranger)).await?;
            assert_eq!(reply.status, 404, "{path}");
            assert!(!reply.header("content-type").unwrap_or_default().contains("image"), "{path}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_with_a_word_on_why() {
    each(async |site| {
        let owner = site.members[0].1.clone();
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        for (name, file, says) in [
            ("logo", &svg[..], "PNG, JPEG or WebP picture"),
            ("logo", b"", "Choose a picture first"),
            ("other", &picture(PLUM)[..], "Choose a picture first"),
        ] {
            let reply = upload(&site, &owner, name, file).await?;
            assert_eq!(reply.status, 422);
            assert!(reply.body.contains(says), "{says}");
        }
        for (kind, body) in [
            ("multipart/form-data", &b"--x--"[..]),
            ("multipart/form-data; boundary=x", b"no such thing"),
            ("application/x-www-form-urlencoded", b"logo=x"),
        ] {
            assert_eq!(raw(&site, &owner, kind, body).await?.status, 422, "{kind}");
        }
        assert_eq!(raw(&site, &owner, "image/png", &picture(PLUM)).await?.status, 415);
        let large = vec![b'x'; 1_100_000];
        let reply = upload(&site, &owner, "logo", &large).await?;
        assert_eq!(reply.status, 413);
        assert!(acts(&site).await?.is_empty());
        for (role, session) in &site.members[2..] {
            let reply = upload(&site, session, "logo", &picture(PLUM)).await?;
            assert_eq!(reply.status, 404, "{role}");
        }
        let refused = logos::set_logo(&site.house.app, &site.house.owner, Vec::new()).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_is_worn_by_pages_by_what_strangers_see_and_by_mail() {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let smtp = Smtp::start().unwrap();
        let extras = Extras { post: post(smtp.port, "").unwrap(), ..Extras::default() };
        let house = House::start_with(db, extras).await.unwrap();
        let site = Site::start_with(house, |_| ()).await.unwrap();
        let owner = site.members[0].1.clone();
        let home = async || site.get("/", Some(&owner)).await;
        assert!(home().await.unwrap().body.contains("class=\"side\""));
        choose(&site.house, "plum", "ledger").await.unwrap();
        upload(&site, &owner, "logo", &picture(PLUM)).await.unwrap();
        let worn = home().await.unwrap().body;
        assert!(worn.contains("class=\"desk\"") && worn.contains("data-colour=\"plum\""));
        assert!(
            !site.get("/", Some(&site.stranger)).await.unwrap().body.contains("class=\"desk\"")
        );

        let (app, ctx) = (&site.house.app, &site.house.owner);
        let invited = invitations::create_invitation(app, ctx, "new@example.com", "member");
        let link = invited.await.unwrap().link;
        let path = link.split_once("/join/").unwrap().1;
        let join = site.get(&format!("/join/{path}"), None).await.unwrap().body;
        assert!(join.contains("data-colour=\"plum\"") && logo_on(&join).is_some(), "{join}");
        let sheet =
            |page: &str| page.split("/assets/app.").nth(1).map(|rest| rest[..12].to_owned());
        assert_eq!(sheet(&join), sheet(&worn));
        let door = site.get("/sign-in", None).await.unwrap().body;
        assert_ne!(sheet(&door), sheet(&worn), "the door is nobody's");
        let missing = site.get("/people/none", Some(&owner)).await.unwrap().body;
        assert_eq!(sheet(&missing), sheet(&worn), "what went wrong is worn too");

        site.house.work().await.unwrap();
        let mail = smtp.mails().into_iter().find(|mail| mail.to == "new@example.com").unwrap();
        let html = mail.text();
        assert!(html.contains("background:#873a71"), "{html}");
        assert!(html.contains("#f2f4f7") && html.contains("/logo/"), "{html}");
        assert!(html.contains("127.0.0.1:8080"), "with where it is");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_that_is_gone_is_drawn_as_the_default_one() {
    each(async |site| {
        let tenant = site.house.owner.tenant.clone();
        site.house
            .app
            .db
            .write(move |c| {
                let now = store::tenants::get(c, &tenant)?;
                let change = store::tenants::TenantChange {
                    name: now.name,
                    locale: now.locale,
                    zone: now.zone,
                    currency: now.currency,
                    colour: now.colour,
                    theme: "gone".to_owned(),
                };
                store::tenants::update(c, &tenant, &change, now.rev)
            })
            .await?;
        let owner = Some(site.members[0].1.as_str());
        for path in ["/", "/settings", "/components", "/search/found?q=a"] {
            assert_eq!(site.get(path, owner).await?.status, 200, "{path}");
        }
        assert!(site.get("/", owner).await?.body.contains("class=\"side\""));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_theme_can_be_looked_at_before_it_is_chosen() {
    let site = Site::start(store::testing::sqlite().await).await.unwrap();
    let owner = Some(site.members[0].1.as_str());
    let page = site.get("/settings", owner).await.unwrap().body;
    for theme in ["default", "ledger"] {
        assert!(page.contains(&format!("href=\"/components?theme={theme}&amp;")), "{theme}");
    }
    let seen = site.get("/components?theme=ledger&colour=rose", owner).await.unwrap().body;
    assert!(
        seen.contains("class=\"desk\"")
            && seen.contains("<html lang=\"en\" dir=\"ltr\" data-colour=\"rose\"")
    );
    let odd = site.get("/components?theme=../x&colour=%22%3E", owner).await.unwrap();
    assert!(odd.status == 200 && odd.body.contains("class=\"side\""));
    assert!(
        site.get("/", owner).await.unwrap().body.contains("class=\"side\""),
        "nothing was chosen"
    );
}

/// As a browser sends a form from this page.
async fn sent_from(site: &Site, path: &str, page: &str, session: Option<&str>) -> Result<Reply> {
    let (from, cookie) = (
        format!("http://127.0.0.1:{}{page}", site.port),
        session.map(|token| format!("oxpi={token}")).unwrap_or_default(),
    );
    let headers = [
        ("Sec-Fetch-Site", "same-origin"),
        ("Referer", from.as_str()),
        ("Cookie", cookie.as_str()),
    ];
    send(site.port, "POST", path, &headers, Some("name=Dana")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_meets_an_ended_session_comes_back_to_its_page_after_signing_in() -> Result<()>
{
    let site = Site::start(store::testing::sqlite().await).await?;
    let ended = sent_from(&site, "/people", "/people/new?x=1", Some("ended")).await?;
    let to = ended.header("location").unwrap_or_default();
    assert_eq!(to, "/sign-in?next=%2Fpeople%2Fnew%3Fx%3D1");
    // What another site claims, and what is no page, is not followed.
    for from in ["http://evil.example/x", "nonsense", ""] {
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Referer", from)];
        let ended = send(site.port, "POST", "/people", &headers, Some("name=Dana")).await?;
        assert_eq!(ended.header("location"), Some("/sign-in?next=%2F"), "{from}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_an_error_leads_on() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let owner = Some(site.members[0].1.as_str());
    let missing = site.get("/people/none", owner).await?;
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("href=\"/search\""), "looks for it");
    let code = missing.header("x-request-id").context("no code")?;
    assert!(missing.body.contains(&format!("code-note\">{code}<")), "the log's code");

    let member = Some(site.members[3].1.as_str());
    let refused = sent_from(&site, "/plugins/google-calendar/on", "/plugins", member).await?;
    assert_eq!(refused.status, 404, "what isn't seen isn't there");
    let member = Some(site.members[2].1.as_str());
    let refused = sent_from(&site, "/team/invitations", "/team", member).await?;
    assert_eq!(refused.status, 403);
    assert!(
        refused.body.contains("Ask an owner or admin") && refused.body.contains("href=\"/team\"")
    );

    let headers = [("Sec-Fetch-Site", "cross-site")];
    let foreign = send(site.port, "POST", "/people", &headers, Some("name=Eve")).await?;
    assert_eq!(foreign.status, 403);
    assert!(foreign.body.contains("Another site sent this"), "{}", foreign.body);
    Ok(())
}
