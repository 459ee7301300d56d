//! The right account: another one than was expected changes nothing, and connecting again keeps
//! everything.

use anyhow::{Context as _, Result};
use app::connections::{self, ConnectionState};
use app::oauth::{Wanted, begin_connection};
use app::{Error, calendars};
use oxpi_tests::house::DANA;

use super::{each, failed, found, go, of_provider};

/// The simulator's other account.
const NOA: &str = "noa@example.com";

fn key(outcome: Result<domain::ConnectionId, Error>) -> String {
    match outcome {
        Err(Error::Invalid { key, .. }) => key,
        other => panic!("it must be refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_does_not_come_into_the_place_of_the_one_before() {
    each(async |house| {
        let (id, _) = house.with_calendar().await?;
        let (app, owner) = (&house.app, &house.owner);
        let before = connections::get_connection(app, owner, &id).await?;
        let chosen = calendars::list_calendars(app, owner).await?;
        let came = go(&house, Wanted::Again(id.clone()), NOA).await;
        assert_eq!(key(came), "error-oauth-other-account");
        assert_eq!(connections::get_connection(app, owner, &id).await?, before);
        assert_eq!(calendars::list_calendars(app, owner).await?, chosen);
        assert_eq!(connections::list_connections(app, owner).await?.len(), 1);
        let checkup = app::checkups::find_checkup(app, owner, &id).await?.context("no checkup")?;
        assert_eq!(failed(&checkup), ("account", "other-account"));
        let args = &found(&checkup).args;
        assert_eq!((args["found"].as_str(), args["expected"].as_str()), (NOA, DANA));
        let google = house.simulator.google();
        assert_eq!(google.connections(NOA), 0, "what came is given back");
        assert!(google.connections(DANA) > 0, "what was there is not");
        assert_eq!(super::test(&house, &id).await?.failed(), None, "it works as before");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_that_was_named_is_asked_for_and_no_other_is_taken() {
    each(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        let wanted = Wanted::named(&format!(" {DANA} "))?;
        let url = begin_connection(app, owner, &house.plugin, "google", wanted.clone()).await?;
        let hint = url.query_pairs().find(|(name, _)| name == "login_hint").map(|(_, to)| to);
        assert_eq!(hint.as_deref(), Some(DANA));
        assert_eq!(key(go(&house, wanted, NOA).await), "error-oauth-other-account");
        assert_eq!(failed(&of_provider(&house).await?.unwrap()), ("account", "other-account"));
        assert!(connections::list_connections(app, owner).await?.is_empty());
        let id = go(&house, Wanted::named("Dana@Example.com")?, DANA).await?;
        let there = connections::get_connection(app, owner, &id).await?;
        assert_eq!(there.account_email, DANA);
        // One that is connected already keeps its grant when it comes by mistake.
        assert_eq!(key(go(&house, Wanted::named(NOA)?, DANA).await), "error-oauth-other-account");
        assert!(house.simulator.google().connections(DANA) > 0);
        assert_eq!(super::test(&house, &id).await?.failed(), None);
        for typed in ["dana", "@example.com", "dana@", "a b@example.com"] {
            assert!(Wanted::named(typed).is_err(), "{typed}");
        }
        assert!(matches!(Wanted::named("  ")?, Wanted::Any));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_again_keeps_settings_calendars_and_appointments() {
    each(async |house| {
        let (id, _) = house.with_calendar().await?;
        let (app, owner) = (&house.app, &house.owner);
        let calendar = calendars::list_calendars(app, owner).await?.pop().context("no calendar")?;
        let detail = vec![(calendar.id.clone(), calendars::Detail::Title)];
        calendars::choose_details(app, owner, &id, detail).await?;
        let input = app::appointments::AppointmentInput {
            person: None,
            title: "Fitting".to_owned(),
            notes: String::new(),
            location: String::new(),
            starts_at: app.clock.now().plus_secs(3_600),
            ends_at: app.clock.now().plus_secs(7_200),
            zone: owner.zone.clone(),
            online: false,
            calendar: Some(calendar.id.clone()),
        };
        let booked = app::appointments::book_appointment(app, owner, input, "").await?;
        house.work().await?;
        let before = app::appointments::get_appointment(app, owner, &booked.id).await?;
        house.simulator.google().revoke(DANA);
        house.pass_secs(7_200, 60).await?;
        let ended = connections::get_connection(app, owner, &id).await?;
        assert_eq!(ended.state, ConnectionState::NeedsYou);

        assert_eq!(go(&house, Wanted::Again(id.clone()), DANA).await?, id);
        house.pass_secs(300, 60).await?;
        let now = connections::get_connection(app, owner, &id).await?;
        assert_eq!((now.state, now.problem.as_deref()), (ConnectionState::Working, None));
        let kept = calendars::list_calendars(app, owner).await?.pop().context("no calendar")?;
        assert_eq!(
            (kept.id, kept.detail, kept.is_default),
            (calendar.id, calendars::Detail::Title, true)
        );
        let after = app::appointments::get_appointment(app, owner, &booked.id).await?;
        assert_eq!(
            (after.calendar_id, after.external_id),
            (before.calendar_id, before.external_id)
        );
        assert_eq!(house.simulator.google().events(DANA).len(), 1, "nothing is doubled");
        Ok(())
    })
    .await;
}
