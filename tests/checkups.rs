//! Trying a connection, step by step: which step fails by what the provider really answers, what people
//! are told, and that connecting another account by mistake changes nothing.

mod accounts;
mod ends;
mod pages;

use anyhow::{Context as _, Result};
use app::checkups::{self, Checkup, Found, StepState};
use app::oauth::{Callback, Wanted, begin_connection, finish_connection, save_client};
use domain::{ConnectionId, Secret};
use oxpi_tests::House;
use oxpi_tests::browser;
use oxpi_tests::house::{DANA, callback};
use simulators::{Cut, Effect, Fault};

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        keep_client(&house, "demo-secret").await.unwrap();
        test(house).await.unwrap();
    }
}

async fn keep_client(house: &House, secret: &str) -> Result<()> {
    let secret = Secret::from_text(secret.to_owned());
    Ok(save_client(&house.app, &house.owner, &house.plugin, "google", "demo", secret).await?)
}

/// What can be known before an account is connected.
async fn probe(house: &House) -> Result<Checkup> {
    let begun = checkups::begin_probe(&house.app, &house.owner, &house.plugin, "google").await?;
    Ok(begun.run().await)
}

/// A connected account from end to end.
async fn test(house: &House, id: &ConnectionId) -> Result<Checkup> {
    Ok(checkups::begin_test(&house.app, &house.owner, id).await?.run().await)
}

/// What was found when the way to the provider was gone last.
async fn of_provider(house: &House) -> Result<Option<Checkup>> {
    let (app, owner) = (&house.app, &house.owner);
    Ok(checkups::find_checkup_of_provider(app, owner, &house.plugin, "google").await?)
}

/// Goes to the provider as this account, and comes back.
async fn go(house: &House, wanted: Wanted, account: &str) -> Result<ConnectionId, app::Error> {
    let (app, owner) = (&house.app, &house.owner);
    let url = begin_connection(app, owner, &house.plugin, "google", wanted).await?;
    let back = browser::consent(&url, account, None).await.map_err(app::Error::internal)?;
    finish_connection(app, owner, callback(&back)).await
}

/// The failing step and what is wrong with it.
fn failed(checkup: &Checkup) -> (&str, &str) {
    let step = checkup.failed().unwrap();
    (&step.id, &step.found.as_ref().unwrap().failure)
}

fn found(checkup: &Checkup) -> &Found {
    checkup.failed().and_then(|step| step.found.as_ref()).unwrap()
}

/// The steps by how far they are, in their order.
fn steps(checkup: &Checkup, state: StepState) -> Vec<&str> {
    let these = checkup.steps.iter().filter(|step| step.state == state);
    these.map(|step| step.id.as_str()).collect()
}

fn unplugged(path: &str) -> Fault {
    Fault::next(path, Effect::Cut { when: Cut::Before }).times(50)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_up_wrong_is_seen_before_anything_is_connected() {
    each(async |house| {
        let google = house.simulator.google();
        let well = probe(&house).await?;
        assert_eq!(steps(&well, StepState::Done), ["reach", "client"]);
        assert_eq!(well.failed(), None);
        assert_eq!(
            steps(&well, StepState::Waiting),
            ["redirect", "consent", "scopes", "account", "api", "calendars", "events"]
        );

        keep_client(&house, "wrong-secret").await?;
        let wrong = probe(&house).await?;
        assert_eq!(failed(&wrong), ("client", "client"));
        assert_eq!(steps(&wrong, StepState::Done), ["reach"]);
        keep_client(&house, "demo-secret").await?;

        google.set(|settings| settings.clients_known = false);
        assert_eq!(failed(&probe(&house).await?), ("client", "client"));
        google.set(|settings| settings.clients_known = true);

        google.set(|settings| settings.date_off_secs = -7_200);
        let late = probe(&house).await?;
        assert_eq!(failed(&late), ("reach", "clock"));
        assert_eq!(found(&late).args["minutes"], "120");
        google.set(|settings| settings.date_off_secs = 60);
        assert_eq!(probe(&house).await?.failed(), None, "a minute is nothing");

        google.fault(Fault::status("/token", 503).times(3));
        assert_eq!(failed(&probe(&house).await?), ("reach", "down"));
        google.clear_faults();
        google.fault(unplugged("/token"));
        assert_eq!(failed(&probe(&house).await?), ("reach", "unreachable"));
        google.clear_faults();
        assert_eq!(probe(&house).await?.failed(), None);
        assert_eq!(of_provider(&house).await?.unwrap().failed(), None, "the last one is kept");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_back_names_the_step_that_failed() {
    each(async |house| {
        let google = house.simulator.google();
        let (app, owner) = (&house.app, &house.owner);
        let begin =
            async || begin_connection(app, owner, &house.plugin, "google", Wanted::Any).await;
        // Somebody pressed "Cancel".
        let url = begin().await?;
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let no = Callback {
            state: Some(state),
            error: Some("access_denied".to_owned()),
            ..Callback::default()
        };
        finish_connection(app, owner, no).await.unwrap_err();
        let checkup = of_provider(&house).await?.unwrap();
        assert_eq!(failed(&checkup), ("consent", "declined"));
        assert_eq!(steps(&checkup, StepState::Done), ["reach", "client", "redirect"]);
        assert!(!checkup.is_running);

        // A permission was left out; what was given is given back.
        google.set(|settings| settings.withhold = true);
        let error = go(&house, Wanted::Any, DANA).await.unwrap_err();
        assert!(error.to_string().contains("error-oauth-scope-missing"), "{error}");
        assert_eq!(failed(&of_provider(&house).await?.unwrap()), ("scopes", "scopes"));
        assert_eq!(google.connections(DANA), 0);
        google.set(|settings| settings.withhold = false);

        // The secret is wrong, though the client id is known.
        let (wrong, right) = ("wrong-secret", "demo-secret");
        keep_client(&house, wrong).await?;
        go(&house, Wanted::Any, DANA).await.unwrap_err();
        let checkup = of_provider(&house).await?.unwrap();
        assert_eq!(failed(&checkup), ("client", "client"));
        keep_client(&house, right).await?;

        // The redirect address was changed between leaving and coming back.
        let back = browser::consent(&begin().await?, DANA, None).await?;
        google.set(|settings| settings.redirects_known = false);
        finish_connection(app, owner, callback(&back)).await.unwrap_err();
        assert_eq!(failed(&of_provider(&house).await?.unwrap()), ("redirect", "redirect"));
        google.set(|settings| settings.redirects_known = true);

        // Only testers are let in: Google says so itself, and nobody comes back.
        google.set(|settings| settings.only_testers = true);
        let left = browser::consent(&begin().await?, DANA, None).await.unwrap_err();
        assert!(left.to_string().contains("403"), "{left}");
        google.set(|settings| settings.only_testers = false);

        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_breaks_off_keeps_nothing_and_the_next_one_works() {
    each(async |house| {
        let google = house.simulator.google();
        let (app, owner) = (&house.app, &house.owner);
        let begin =
            async || begin_connection(app, owner, &house.plugin, "google", Wanted::Any).await;
        // The code is too old.
        let back = browser::consent(&begin().await?, DANA, None).await?;
        house.clock.advance_millis(700_000);
        finish_connection(app, owner, callback(&back)).await.unwrap_err();
        assert_eq!(failed(&of_provider(&house).await?.unwrap()), ("consent", "code"));

        // The network is out on the way back; nobody says whose account it is.
        let back = browser::consent(&begin().await?, DANA, None).await?;
        google.fault(unplugged("/token"));
        finish_connection(app, owner, callback(&back)).await.unwrap_err();
        assert_eq!(failed(&of_provider(&house).await?.unwrap()), ("reach", "unreachable"));
        google.clear_faults();
        for path in ["/v1/userinfo", "/oauth2/v2/userinfo"] {
            google.fault(Fault::status(path, 403).times(9));
        }
        go(&house, Wanted::Any, DANA).await.unwrap_err();
        assert_eq!(failed(&of_provider(&house).await?.unwrap()), ("account", "identity"));
        google.clear_faults();

        let all = app::connections::list_connections(app, owner).await?;
        assert!(all.is_empty(), "nothing is kept of what didn't work");
        let id = go(&house, Wanted::Any, DANA).await?;
        assert_eq!(of_provider(&house).await?, None, "it is the connection's now");
        let checkup = checkups::find_checkup(app, owner, &id).await?.context("no checkup")?;
        assert_eq!(steps(&checkup, StepState::Waiting), ["api", "calendars", "events"]);
        let rest = checkups::begin_rest(app, owner, &id).await?.run().await;
        assert_eq!(steps(&rest, StepState::Waiting), [""; 0]);
        assert_eq!((rest.failed(), rest.steps.len()), (None, 9));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_account_is_tried_from_end_to_end() {
    each(async |house| {
        let google = house.simulator.google();
        let id = house.connect(DANA).await?;
        let well = test(&house, &id).await?;
        assert_eq!(well.failed(), None);
        assert_eq!(
            steps(&well, StepState::Done),
            ["reach", "client", "grant", "scopes", "account", "api", "calendars", "events"]
        );

        // An expired token is renewed on the way.
        google.expire_access_tokens();
        assert_eq!(test(&house, &id).await?.failed(), None);

        google.set(|settings| settings.api_enabled = false);
        let off = test(&house, &id).await?;
        assert_eq!(failed(&off), ("api", "api-off"));
        let place = "https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=1";
        assert_eq!(found(&off).link.as_deref(), Some(place), "where Google says");
        assert_eq!(steps(&off, StepState::Waiting), ["calendars", "events"]);
        google.set(|settings| settings.api_enabled = true);

        google.fault(Fault::status("/calendar/v3/", 503).times(50));
        assert_eq!(failed(&test(&house, &id).await?), ("api", "down"));
        google.clear_faults();
        google.fault(Fault::rate_limited("/calendar/v3/", 30).times(50));
        assert_eq!(failed(&test(&house, &id).await?), ("api", "busy"));
        google.clear_faults();
        google.fault(unplugged("/calendar/v3/"));
        assert_eq!(failed(&test(&house, &id).await?), ("api", "unreachable"));
        google.clear_faults();

        google.narrow_tokens();
        let narrow = test(&house, &id).await?;
        assert_eq!(failed(&narrow), ("calendars", "scopes"));
        assert_eq!(found(&narrow).link, None);

        // It was tried by somebody, and that is in the log.
        let tenant = house.owner.tenant.clone();
        let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
        let chain = house.app.db.read(list).await?;
        let tried = chain.iter().filter(|entry| entry.action == "connection.tested");
        assert_eq!(tried.count(), 7);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_was_taken_back_needs_a_person_and_is_told_once() {
    each(async |house| {
        let id = house.connect(DANA).await?;
        house.simulator.google().revoke(DANA);
        assert_eq!(failed(&test(&house, &id).await?), ("grant", "ended"));
        assert_eq!(failed(&test(&house, &id).await?), ("grant", "ended"));
        let told = app::notifications::list_notifications(&house.app, &house.owner).await?;
        assert_eq!(told.len(), 1);
        // Connected again, it works, in the same row.
        assert_eq!(go(&house, Wanted::Again(id.clone()), DANA).await?, id);
        assert_eq!(test(&house, &id).await?.failed(), None);
        let told = app::notifications::list_notifications(&house.app, &house.owner).await?;
        assert!(told.iter().all(|one| one.read_at.is_some()), "it is settled");
        Ok(())
    })
    .await;
}
