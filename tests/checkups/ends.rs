//! Connections that end by themselves: how long they last, that people are told once and before, and why.

use anyhow::{Context as _, Result};
use app::checkups::Words;
use app::connections::{self, ConnectionState, ends_in_days};
use app::notifications::{self, Kind, Notification};
use app::oauth::Wanted;
use oxpi_tests::House;
use oxpi_tests::house::DANA;

use super::{each, failed, go};

const DAY_SECS: i64 = 86_400;

async fn told(house: &House, kind: Kind) -> Result<Vec<Notification>> {
    let mut all = notifications::list_notifications(&house.app, &house.owner).await?;
    all.retain(|one| one.kind == kind);
    Ok(all)
}

/// Lets time pass with the chores that are due in it.
async fn pass_days(house: &House, days: i64) -> Result<()> {
    for _ in 0..days * 8 {
        house.clock.advance_millis(DAY_SECS * 1_000 / 8);
        connections::tell_of_ends(&house.app).await?;
        house.work().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_in_testing_says_when_it_ends_and_people_are_told_once_before() {
    each(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        house.simulator.google().set(|settings| settings.refresh_token_secs = 7 * DAY_SECS);
        let id = house.connect(DANA).await?;
        let days = async || -> Result<Option<i64>> {
            let now = connections::get_connection(app, owner, &id).await?;
            Ok(ends_in_days(&now, app.clock.now()))
        };
        assert_eq!(days().await?, Some(7));
        let words = Words::of(app, owner, &house.plugin, "google").await?;
        assert_eq!(words.ends().context("no reason")?.failure, "testing");
        pass_days(&house, 4).await?;
        assert_eq!(days().await?, Some(3));
        assert!(told(&house, Kind::ConnectionEnds).await?.is_empty(), "not yet");
        pass_days(&house, 2).await?;
        assert_eq!(told(&house, Kind::ConnectionEnds).await?.len(), 1);
        notifications::read_all(app, owner).await?;
        pass_days(&house, 1).await?;
        let again = told(&house, Kind::ConnectionEnds).await?;
        assert!(again.len() == 1 && again[0].read_at.is_some(), "not twice: {again:?}");

        // It ended, and the reason is not just anything.
        pass_days(&house, 1).await?;
        assert_eq!(failed(&super::test(&house, &id).await?), ("grant", "testing"));
        let ended = connections::get_connection(app, owner, &id).await?;
        assert_eq!(ended.state, ConnectionState::NeedsYou);
        assert_eq!(words.ended(&ended).failure, "testing");
        assert_eq!(told(&house, Kind::ConnectionNeedsYou).await?.len(), 1);
        assert_eq!(days().await?, None, "what ended doesn't end");

        // Published, it stays.
        house.simulator.google().set(|settings| settings.refresh_token_secs = 0);
        assert_eq!(go(&house, Wanted::Again(id.clone()), DANA).await?, id);
        assert_eq!(days().await?, None);
        let kinds = [Kind::ConnectionEnds, Kind::ConnectionNeedsYou];
        for kind in kinds {
            assert!(told(&house, kind).await?.iter().all(|one| one.read_at.is_some()), "{kind}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_on_the_third_day_did_not_end_by_itself() {
    each(async |house| {
        let id = house.connect(DANA).await?;
        house.clock.advance_millis(3 * DAY_SECS * 1_000);
        house.simulator.google().revoke(DANA);
        assert_eq!(failed(&super::test(&house, &id).await?), ("grant", "ended"));
        Ok(())
    })
    .await;
}
