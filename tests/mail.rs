//! Mail: what leaves, when it leaves, and what happens when it can't.

use anyhow::Result;
use app::sign_ins::sign_in;
use app::{Error, Origin, accounts, invitations, jobs, resets};
use domain::Secret;
use oxpi_tests::House;
use oxpi_tests::house::{Extras, password};
use oxpi_tests::mailbox::post;
use oxpi_tests::site::Site;
use simulators::smtp::{Mood, Smtp};

const OWNER: &str = "owner@example.com";
const LINK: &str = "http://127.0.0.1:8080/";

/// On both databases.
async fn each(test: impl AsyncFn(House, Smtp) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let smtp = Smtp::start().unwrap();
        let extras = Extras { post: post(smtp.port, "").unwrap(), ..Extras::default() };
        let house = House::start_with(db, extras).await.unwrap();
        test(house, smtp).await.unwrap();
    }
}

fn origin(address: &str) -> Origin {
    Origin { address: address.to_owned(), ..Origin::default() }
}

/// Everything the jobs' table holds, as text.
async fn job_payloads(house: &House) -> Result<String> {
    let tenant = house.owner.tenant.clone();
    let jobs = house.app.db.read(move |c| store::testing::job_payloads(c, &tenant)).await?;
    Ok(jobs.join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_reset_by_the_link_in_a_mail_once() {
    each(async |house, smtp| {
        let asks = origin("192.0.2.9");
        resets::request_link(&house.app, &asks, OWNER).await?;
        house.work().await?;
        assert!(!job_payloads(&house).await?.contains("/reset/"), "a job holds a link");
        let mail = smtp.mails().pop().unwrap();
        assert_eq!(mail.to, OWNER);
        let link = mail.link(&format!("{LINK}reset/")).unwrap();
        let token = link.rsplit('/').next().unwrap().to_owned();
        let new = || Secret::from_text("a kettle sings at dawn".to_owned());
        resets::finish_reset(&house.app, &asks, &token, new()).await?;
        let again = resets::finish_reset(&house.app, &asks, &token, new()).await;
        assert!(matches!(again, Err(Error::NotFound)));
        assert!(app::sessions::context_of(&house.app, &house.token, &asks).await.is_err());
        sign_in(&house.app, &asks, OWNER, new()).await?;
        house.work().await?;
        let told = smtp.mails().pop().unwrap();
        assert!(told.text().contains("A new password was set by link"), "{}", told.text());
        assert!(told.text().contains("192.0.2.9"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_link_works_for_an_hour() {
    each(async |house, smtp| {
        resets::request_link(&house.app, &origin("192.0.2.9"), OWNER).await?;
        house.work().await?;
        let link = smtp.mails().pop().unwrap().link(&format!("{LINK}reset/")).unwrap();
        let token = link.rsplit('/').next().unwrap().to_owned();
        let look = async || resets::look_up_reset(&house.app, &origin(""), &token).await;
        house.clock.advance_millis(resets::MAILED_SECS * 1_000 - 1);
        assert_eq!(look().await?, OWNER);
        house.clock.advance_millis(1);
        assert!(matches!(look().await, Err(Error::NotFound)));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_tells_nobody_who_has_an_account() {
    each(async |house, smtp| {
        // Nothing is looked up while they wait: what is done is the same, down to the rows.
        let mut left_behind = Vec::new();
        for email in [OWNER, "nobody@example.com", "OWNER@example.com"] {
            resets::request_link(&house.app, &origin("192.0.2.9"), email).await?;
            let wishes = house.app.db.read(store::testing::count_ceremonies).await?;
            left_behind.push((wishes, job_payloads(&house).await?));
        }
        assert_eq!(left_behind.iter().map(|left| left.0).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(left_behind.iter().all(|left| left.1 == left_behind[0].1), "{left_behind:?}");
        house.work().await?;
        assert_eq!(smtp.mails().len(), 2);
        assert_eq!(house.app.db.read(store::testing::count_ceremonies).await?, 0);
        // The same limit for both, and it is the address's own.
        for email in [OWNER, "nobody@example.com"] {
            let mut last = Ok(());
            for n in 0..3 {
                last =
                    resets::request_link(&house.app, &origin(&format!("192.0.2.{n}")), email).await;
            }
            assert!(matches!(last, Err(Error::Limited { .. })), "{email}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_mailed_once_with_its_link_and_not_when_it_is_withdrawn() {
    each(async |house, smtp| {
        let (app, owner) = (&house.app, &house.owner);
        let made = invitations::create_invitation(app, owner, "noa@example.com", "member").await?;
        let gone = invitations::create_invitation(app, owner, "gil@example.com", "member").await?;
        invitations::revoke_invitation(app, owner, &gone.id).await?;
        let payloads = job_payloads(&house).await?;
        assert!(!payloads.contains(made.link.rsplit('/').next().unwrap()), "{payloads}");
        house.work().await?;
        house.work().await?;
        let mails = smtp.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, "noa@example.com");
        assert_eq!(mails[0].link(&format!("{LINK}join/")).as_deref(), Some(made.link.as_str()));
        assert!(
            mails[0].text().contains("Dana’s Studio") || mails[0].text().contains("Dana's Studio")
        );
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_or_busy_loses_nothing() {
    each(async |house, smtp| {
        for mood in [Mood::Busy, Mood::Locked] {
            smtp.be(mood);
            let before = smtp.mails().len();
            invitations::create_invitation(&house.app, &house.owner, "noa@example.com", "member")
                .await?;
            house.work().await?;
            assert_eq!(smtp.mails().len(), before, "{mood:?}");
            smtp.be(Mood::Well);
            house.pass_secs(120, 10).await?;
            assert_eq!(smtp.mails().len(), before + 1, "{mood:?}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_mail_is_not_tried_again() {
    each(async |house, smtp| {
        smtp.be(Mood::Refusing);
        invitations::create_invitation(&house.app, &house.owner, "noa@example.com", "member")
            .await?;
        house.work().await?;
        let talks = smtp.talks();
        smtp.be(Mood::Well);
        house.pass_secs(600, 60).await?;
        assert_eq!((smtp.mails().len(), smtp.talks()), (0, talks));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_may_have_left_is_recognised_when_it_comes_twice() {
    each(async |house, smtp| {
        smtp.be(Mood::HangingUp);
        invitations::create_invitation(&house.app, &house.owner, "noa@example.com", "member")
            .await?;
        house.work().await?;
        smtp.be(Mood::Well);
        house.pass_secs(120, 10).await?;
        let ids: Vec<_> = smtp.mails().iter().map(|mail| mail.header("Message-ID")).collect();
        assert!(ids.len() == 2 && ids[0].is_some() && ids[0] == ids[1], "{ids:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_that_was_hears_that_it_was_changed() {
    each(async |house, smtp| {
        let origin = origin("192.0.2.9");
        let login = app::sessions::context_of(&house.app, &house.token, &origin).await?.login;
        accounts::change_email(&house.app, &login, "new@example.com", password()).await?;
        house.work().await?;
        let mail = smtp.mails().pop().unwrap();
        assert_eq!(mail.to, OWNER);
        assert!(mail.text().contains("The email of your account was changed"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_nothing_is_ordered_and_the_door_says_so() {
    let house = House::start(store::testing::sqlite().await).await.unwrap();
    let asked = resets::request_link(&house.app, &origin("192.0.2.9"), OWNER).await;
    assert!(matches!(asked, Err(Error::Conflict { key: "error-mail-off" })));
    let app = &house.app;
    invitations::create_invitation(app, &house.owner, "noa@example.com", "member").await.unwrap();
    assert_eq!(jobs::run_due(app).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_the_link_is_on_the_page_and_lets_in() {
    let site = Site::start(store::testing::sqlite().await).await.unwrap();
    let owner = Some(site.members[0].1.as_str());
    let form = Some("email=noa%40example.com&role=member");
    let page = site.send("POST", "/team/invitations", owner, form).await.unwrap();
    assert_eq!(page.status, 200);
    let (_, rest) = page.body.split_once("/join/").unwrap();
    let token: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let offer = site.get(&format!("/join/{token}"), None).await.unwrap();
    assert!(offer.status == 200 && offer.body.contains("noa@example.com"), "{}", offer.status);
    // It is there once and nowhere else.
    let team = site.get("/team", owner).await.unwrap();
    assert!(team.body.contains("noa@example.com") && !team.body.contains("/join/"));
    let join = Some("name=Noa&password=seven+quiet+green+lamps");
    let joined = site.send("POST", &format!("/join/{token}"), None, join).await.unwrap();
    assert_eq!(joined.status, 303, "{}", joined.body);
    let again = site.get(&format!("/join/{token}"), None).await.unwrap();
    assert_eq!(again.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_took_long_is_told_of_by_mail_and_a_quick_one_is_not() {
    each(async |house, smtp| {
        for (waited_millis, mails) in [(0, 0), (6 * 60_000, 1)] {
            let (app, owner) = (&house.app, &house.owner);
            let file = b"Name\nNoa Levi\n".to_vec();
            let import = app::imports::keep_file(app, owner, "list.csv", file).await?;
            app::imports::start_import(app, owner, &import).await?;
            house.clock.advance_millis(waited_millis);
            house.work().await?;
            let all = smtp.mails().into_iter().filter(|it| it.text().contains("An import is done"));
            assert_eq!(all.count(), mails);
        }
        Ok(())
    })
    .await;
}
