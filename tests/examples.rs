//! Examples that stand in a connected calendar: when they go here, they go there too.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput, OnBetween, Status};
use app::jobs::dead::list_given_up;
use app::{calendars, examples, jobs};
use domain::Timestamp;
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use serde_json::{Value, json};
use simulators::{Effect, Fault};

const DAY_SECS: i64 = 86_400;

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        test(house).await.unwrap();
    }
}

/// The events of appointments that stand in the account's calendar.
fn ours(house: &House) -> Vec<Value> {
    let mut all = house.simulator.google().events(DANA);
    all.retain(|event| event["status"] != "cancelled");
    all.retain(|event| !event["extendedProperties"]["private"]["oxpi_appointment"].is_null());
    all
}

/// A quarter of a year on either side.
async fn around(house: &House) -> Result<OnBetween> {
    let now = house.app.clock.now();
    let (from, to) = (now.plus_secs(-100 * DAY_SECS), now.plus_secs(100 * DAY_SECS));
    Ok(appointments::get_span(&house.app, &house.owner, from, to).await?)
}

/// Removes them, and looks at the calendar as often as it takes to see whatever is left.
async fn remove(house: &House) -> Result<()> {
    let events: BTreeSet<String> =
        ours(house).iter().filter_map(|event| event["id"].as_str().map(str::to_owned)).collect();
    examples::remove(&house.app, &house.owner).await?;
    house.work().await?;
    house.pass_secs(180, 60).await?;
    let left = ours(house);
    assert!(left.is_empty(), "{left:?}");
    let span = around(house).await?;
    assert!(span.appointments.is_empty(), "{:?}", span.appointments);
    assert!(span.busy.iter().all(|block| !events.contains(&block.external_id)), "{:?}", span.busy);
    let given_up = given_up(house).await?;
    assert!(given_up.is_empty(), "{given_up:?}");
    Ok(())
}

/// The kinds of the work with events that can't be done.
async fn given_up(house: &House) -> Result<Vec<String>> {
    let all = list_given_up(&house.app, &house.owner, None, 10).await?.items;
    let kinds = all.into_iter().map(|job| job.kind);
    Ok(kinds
        .filter(|kind| ["calendar.push", "calendar.withdraw"].contains(&kind.as_str()))
        .collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_business_stands_in_its_calendar_until_it_goes() {
    each(async |house| {
        house.with_calendar().await?;
        let now = house.app.clock.now().plus_secs(examples::BEGAN_DAYS * DAY_SECS);
        let go_to = |time: Timestamp| {
            house.clock.advance_millis(time.millis_since(house.app.clock.now()).max(0));
        };
        examples::tell(&house.app, &house.owner, now, go_to).await?;
        house.work().await?;
        let there = ours(&house);
        assert!(there.iter().any(|event| event["summary"] == "Kitchen plans"), "{there:?}");
        assert!(there.len() > 20, "{}", there.len());
        remove(&house).await
    })
    .await;
}

/// What somebody does who puts one of them into their calendar.
async fn put(house: &House, of: &Appointment) -> Result<()> {
    let all = calendars::list_calendars(&house.app, &house.owner).await?;
    let calendar = all.into_iter().find(|each| each.is_default).context("no default calendar")?;
    let input = AppointmentInput {
        person: of.person_id.clone(),
        title: of.title.clone(),
        notes: of.notes.clone(),
        location: of.location.clone(),
        starts_at: of.starts_at,
        ends_at: of.ends_at,
        zone: of.zone.clone(),
        online: false,
        calendar: Some(calendar.id),
    };
    appointments::change_anyway(&house.app, &house.owner, &of.id, input, of.rev).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_that_was_put_into_a_calendar_goes_there_however_it_is_by_then() {
    each(async |house| {
        house.with_calendar().await?;
        examples::bring(&house.app, &house.owner).await?;
        let now = house.app.clock.now();
        let mut coming = around(&house).await?.appointments;
        coming.retain(|each| each.status == Status::Booked && each.starts_at > now);
        let [changed, cancelled, unsent] = coming.get(..3).context("three")? else {
            anyhow::bail!("there are more than three");
        };
        put(&house, changed).await?;
        put(&house, cancelled).await?;
        house.work().await?;
        assert_eq!(ours(&house).len(), 2);
        // Another revision than is known here.
        let event = ours(&house).into_iter().find(|event| event["summary"] == changed.title);
        let event = event.context("no event")?["id"].as_str().context("no id")?.to_owned();
        let patch = json!({"summary": "Changed there", "location": "Elsewhere"});
        let done = house.simulator.google().patch_event(DANA, &event, patch);
        done.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
        appointments::cancel_appointment(&house.app, &house.owner, &cancelled.id).await?;
        put(&house, unsent).await?;
        remove(&house).await
    })
    .await;
}

/// Puts the next of the examples into the calendar, and removes them all while its event is on its way, as soon
/// as no more than so many faults wait; another process finds none to take away.
async fn remove_on_its_way(house: &House, left: usize) -> Result<()> {
    let other = house.another().await?;
    examples::bring(&house.app, &house.owner).await?;
    let now = house.app.clock.now();
    let mut coming = around(house).await?.appointments;
    coming.retain(|each| each.status == Status::Booked && each.starts_at > now);
    put(house, coming.first().context("one")?).await?;
    let google = house.simulator.google();
    google.clear_requests();
    let removal = async {
        for _ in 0..1_000 {
            if google.faults().len() <= left {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        examples::remove(&house.app, &house.owner).await?;
        jobs::run_due(&other).await?;
        anyhow::Ok(())
    };
    tokio::try_join!(house.work(), removal)?;
    Ok(())
}

/// What became of the deletions that the calendar was asked for.
fn deleted(house: &House) -> Vec<u16> {
    let asked = house.simulator.google().requests().into_iter();
    asked.filter(|entry| entry.method == "DELETE").map(|entry| entry.status).collect()
}

const EVENTS: &str = "/calendar/v3/calendars/";
const SLOW: Effect = Effect::Slow { millis: 2_000 };

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_was_just_being_written_goes_when_it_is_there() {
    each(async |house| {
        house.with_calendar().await?;
        house.simulator.google().fault(Fault::next(EVENTS, SLOW).method("POST"));
        remove_on_its_way(&house, 0).await?;
        house.work().await?;
        assert_eq!(deleted(&house), [404, 204]);
        assert!(ours(&house).is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_nobody_heard_of_having_come_goes_later() {
    each(async |house| {
        house.with_calendar().await?;
        let google = house.simulator.google();
        // The token is refused, a new one takes its time, and then the answer is lost.
        google.fault(Fault::status(EVENTS, 401).method("POST"));
        google.fault(Fault::next("/token", SLOW));
        let lost = Effect::Status { status: 503, reason: None, retry_after: None, applied: true };
        google.fault(Fault::next(EVENTS, lost).method("POST"));
        remove_on_its_way(&house, 1).await?;
        house.work().await?;
        assert_eq!((deleted(&house), ours(&house).len()), (vec![404], 1));
        house.pass_secs(360, 60).await?;
        assert!(ours(&house).is_empty());
        assert!(given_up(&house).await?.is_empty(), "there is nothing to send any more");
        Ok(())
    })
    .await;
}
