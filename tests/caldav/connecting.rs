//! Connecting, connecting again, disconnecting.

use anyhow::{Context as _, Result};
use app::checkups::{self, StepState};
use app::connections::{self, ConnectionState};
use app::logins::find_checkup_of_login;
use app::tokens::Revocation;
use app::{Error, calendars, sessions};
use oxpi_tests::caldav::{Kind, USER};
use oxpi_tests::http::{self, Reply};

use super::{DOWN, PASSWORD, SERVER, Shared, each};

fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Invalid { key, .. }) => key,
        other => panic!("it must be refused: {other:?}"),
    }
}

async fn each_failing_step_of_connecting_has_its_name(kind: Kind) {
    each(kind, async |shared| {
        for (server, user, password, key) in [
            (SERVER, USER, "wrong", "error-login-refused"),
            (SERVER, "nobody", PASSWORD, "error-login-refused"),
            (SERVER, "empty", PASSWORD, "error-login-empty"),
            (DOWN, USER, PASSWORD, "error-login-unreachable"),
            ("http://dav.example.com", USER, PASSWORD, "error-login-https"),
            ("https://127.0.0.1:5232", USER, PASSWORD, "error-login-server"),
            ("nas.local", USER, PASSWORD, "error-login-server"),
            (SERVER, "da:na", PASSWORD, "error-login-user"),
            (SERVER, USER, "", "error-login-password"),
        ] {
            let outcome = shared.try_connect(server, user, password).await;
            assert_eq!(refused(outcome), key, "{server} {user}");
        }
        let all = connections::list_connections(&shared.app, &shared.owner).await?;
        assert!(all.is_empty(), "nothing is kept of what didn't work");
        Ok(())
    })
    .await;
}

async fn the_form_waits_for_a_proof_and_no_page_holds_the_password(kind: Kind) {
    each(kind, async |shared| {
        let (port, _stop) = oxpi_tests::site::serve(&shared.app, |_| ())?;
        let send = async |method: &str, path: &str, session: &str, form: Option<&str>| {
            let cookie = format!("oxpi={session}");
            let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
            let reply: Result<Reply> = http::send(port, method, path, &headers, form).await;
            reply.inspect(|reply| assert!(!reply.body.contains(PASSWORD), "{method} {path}"))
        };
        shared.clock.advance_millis(sessions::PROVED_SECS * 1_000);
        let form = "/connections/new/caldav/server";
        let asked = send("GET", form, &shared.token, None).await?;
        let body = asked.body.replace("&#x2F;", "/");
        assert!(asked.status == 403 && body.contains("name=\"confirm_password\""));
        assert!(body.contains(&format!("name=\"next\" value=\"{form}\"")), "{body}");

        let action = format!("{form}/login");
        let named = "server=https%3A%2F%2Fdav.example.com&user=dana";
        let typed = format!("{named}&password={PASSWORD}");
        let asked = send("POST", &action, &shared.token, Some(&typed)).await?;
        assert!(asked.status == 403 && asked.body.contains("name=\"server\""));
        let all = connections::list_connections(&shared.app, &shared.owner).await?;
        assert!(all.is_empty(), "connected without the proof");
        // What that page sends on has no password: it is asked for again, and the rest is there.
        let proved = format!("{named}&confirm_password=seven+quiet+green+lamps");
        let again = send("POST", &action, &shared.token, Some(&proved)).await?;
        assert!(again.body.replace("&#x2F;", "/").contains("value=\"https://dav.example.com\""));
        assert!(again.body.contains("name=\"password\""), "{}", again.body);
        let token = again.session().context("no new session")?;

        let done = send("POST", &action, &token, Some(&typed)).await?;
        assert_eq!(done.status, 303, "{}", done.body);
        let connection = done.header("location").context("no way on")?.to_owned();
        let page = send("GET", &connection, &token, None).await?;
        assert!(page.status == 200 && page.body.contains("dav.example.com"), "{}", page.body);
        // Connected again, both are filled in.
        let back = send("POST", &format!("{connection}/reconnect"), &token, Some("")).await?;
        let back = back.header("location").context("no way on")?.to_owned();
        let page = send("GET", &back, &token, None).await?.body.replace("&#x2F;", "/");
        for filled in ["value=\"https://dav.example.com/\"", "value=\"dana\""] {
            assert!(page.contains(filled), "{filled}: {page}");
        }
        Ok(())
    })
    .await;
}

async fn a_new_password_goes_on_where_the_old_one_ended(kind: Kind) {
    each(kind, async |mut shared| {
        let connection = shared.with_calendar().await?;
        let booked = shared.book("Fitting", "2026-03-12T08:00:00Z", "form-1").await?;
        shared.work().await?;
        shared.server.stop();
        shared.server.set_password("another-lamp-88")?;
        shared.server.go_on()?;
        shared.change(&booked, |input| input.title = "Second fitting".to_owned()).await?;
        shared.a_while().await?;
        let (app, owner) = (&shared.app, &shared.owner);
        let now = connections::get_connection(app, owner, &connection).await?;
        assert_eq!(now.state, ConnectionState::NeedsYou);
        assert_eq!(now.server.as_deref(), Some("https://dav.example.com/"));

        assert_eq!(shared.connect("another-lamp-88").await?, connection, "the same row");
        shared.pass(600_000, 10).await?;
        let now = connections::get_connection(app, owner, &connection).await?;
        assert_eq!((now.state, now.token_expires_at), (ConnectionState::Working, None));
        assert_eq!(calendars::list_calendars(app, owner).await?.len(), 1);
        let events = shared.server.phone("another-lamp-88", &["list", "work"])?;
        assert_eq!(events[0]["title"], "Second fitting");
        assert_eq!(events.as_array().unwrap().len(), 1);
        Ok(())
    })
    .await;
}

async fn disconnecting_destroys_the_password_and_says_what_stays(kind: Kind) {
    each(kind, async |shared| {
        let connection = shared.with_calendar().await?;
        shared.book("Fitting", "2026-03-12T08:00:00Z", "form-1").await?;
        shared.work().await?;
        let (app, owner) = (&shared.app, &shared.owner);
        let said = connections::disconnect(app, owner, &connection).await?;
        assert!(matches!(said, Revocation::Unconfirmed(_)), "only the server can end a password");
        assert_eq!(connections::disconnect(app, owner, &connection).await?, said, "twice is once");
        let tenant = owner.tenant.clone();
        let left = app.db.read(move |c| store::secrets::list(c, &tenant, "caldav/server")).await?;
        assert!(left.is_empty(), "the password is gone");
        assert!(calendars::list_calendars(app, owner).await?.is_empty());
        shared.pass(600_000, 5).await?;
        assert_eq!(shared.events()?.len(), 1, "events stay where they are");
        Ok(())
    })
    .await;
}

/// The failing step of the last try, and what is wrong.
async fn tried(shared: &Shared, server: &str, user: &str) -> Result<(String, String)> {
    let (app, owner) = (&shared.app, &shared.owner);
    let found = find_checkup_of_login(app, owner, &shared.plugin, "server", (server, user)).await?;
    let checkup = found.context("it was not tried")?;
    let step = checkup.failed().context("nothing failed")?;
    let failure = step.found.as_ref().context("nothing is wrong")?.failure.clone();
    Ok((step.id.clone(), failure))
}

async fn what_is_typed_is_tried_step_by_step(kind: Kind) {
    each(kind, async |shared| {
        for (server, user, password, step, failure) in [
            (SERVER, USER, "wrong", "password", "password"),
            (SERVER, "empty", PASSWORD, "content", "content"),
            (DOWN, USER, PASSWORD, "reach", "unreachable"),
        ] {
            shared.try_connect(server, user, password).await.unwrap_err();
            let found = tried(&shared, server, user).await?;
            assert_eq!(found, (step.to_owned(), failure.to_owned()));
        }
        // What is no address was not tried, and says nothing.
        shared.try_connect("nas.local", USER, PASSWORD).await.unwrap_err();
        assert!(tried(&shared, "nas.local", USER).await.is_err());

        let id = shared.connect(PASSWORD).await?;
        let (app, owner) = (&shared.app, &shared.owner);
        let kept = checkups::find_checkup(app, owner, &id).await?.context("no checkup")?;
        let ids: Vec<_> = kept.steps.iter().map(|step| step.id.as_str()).collect();
        assert_eq!(ids, ["reach", "secure", "password", "kind", "content"]);
        assert!(kept.steps.iter().all(|step| step.state == StepState::Done));
        Ok(())
    })
    .await;
}

async fn a_connected_account_is_tried_as_often_as_one_likes(kind: Kind) {
    each(kind, async |mut shared| {
        let id = shared.with_calendar().await?;
        let test = async |shared: &Shared| -> Result<checkups::Checkup> {
            let begun = checkups::begin_test(&shared.app, &shared.owner, &id).await?;
            Ok(begun.run().await)
        };
        let failed = |checkup: &checkups::Checkup| {
            let step = checkup.failed().unwrap();
            (step.id.clone(), step.found.as_ref().unwrap().failure.clone())
        };
        let well = test(&shared).await?;
        assert!(well.steps.iter().all(|step| step.state == StepState::Done), "{well:?}");
        shared.server.stop();
        let down = test(&shared).await?;
        assert_eq!(failed(&down), ("reach".to_owned(), "unreachable".to_owned()));
        shared.server.set_password("another-lamp-88")?;
        shared.server.go_on()?;
        let refused = test(&shared).await?;
        assert_eq!(failed(&refused), ("password".to_owned(), "password".to_owned()));
        let now = connections::get_connection(&shared.app, &shared.owner, &id).await?;
        assert_eq!(now.state, ConnectionState::NeedsYou, "people are told");
        Ok(())
    })
    .await;
}

on_both_servers!(
    each_failing_step_of_connecting_has_its_name,
    the_form_waits_for_a_proof_and_no_page_holds_the_password,
    a_new_password_goes_on_where_the_old_one_ended,
    disconnecting_destroys_the_password_and_says_what_stays,
    what_is_typed_is_tried_step_by_step,
    a_connected_account_is_tried_as_often_as_one_likes,
);
