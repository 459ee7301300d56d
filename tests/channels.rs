//! Channels, from the provider's call to the change here: the real binary's pages, the real plugin, and
//! a simulator that calls.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use app::{calendars, connections, plugins};
use oxpi_tests::house::DANA;
use oxpi_tests::site::Site;
use oxpi_tests::{House, http};
use serde_json::{Value, json};
use store::channels::{Channel, ChannelState};

/// A served house that the simulator can call.
async fn site() -> Result<Site> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    let house = House::start_at(store::testing::sqlite().await, &address).await?;
    Site::start_with(house, |options| options.listener = listener).await
}

async fn channels(house: &House) -> Result<Vec<Channel>> {
    let (tenant, plugin) = (house.owner.tenant.clone(), house.plugin.clone());
    Ok(house.app.db.read(move |c| store::channels::list_of_plugin(c, &tenant, &plugin)).await?)
}

/// The channels that the provider has.
fn held(house: &House) -> Vec<Value> {
    let state = house.simulator.google().state();
    state["channels"].as_array().cloned().unwrap_or_default()
}

fn elsewhere(title: &str, hour: u32) -> Value {
    json!({"summary": title,
           "start": {"dateTime": format!("2026-03-04T{hour:02}:00:00Z")},
           "end": {"dateTime": format!("2026-03-04T{hour:02}:30:00Z")}})
}

/// Lets what was sent so far arrive, and works it off.
async fn calm(house: &House) -> Result<()> {
    let google = house.simulator.google();
    let mut arrived = usize::MAX;
    while arrived != google.deliveries().len() {
        arrived = google.deliveries().len();
        house.work().await?;
        while google.pushes_under_way() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// Waits for what the simulator sends.
async fn pushed(house: &House, count: usize) -> Result<()> {
    for _ in 0..200 {
        if house.simulator.google().deliveries().len() >= count {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anyhow::bail!("only {:?}", house.simulator.google().deliveries())
}

async fn busy(house: &House) -> Result<usize> {
    let day = domain::Timestamp::parse_rfc3339("2026-03-04T00:00:00Z").context("no day")?;
    let span = app::appointments::get_span(&house.app, &house.owner, day, day.plus_secs(86_400));
    Ok(span.await?.busy.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_brings_a_change_before_the_next_minute() {
    let site = site().await.unwrap();
    let house = &site.house;
    calm(house).await.unwrap();
    assert_eq!(channels(house).await.unwrap()[0].state, ChannelState::Open);
    let before = house.simulator.google().deliveries().len();
    let was_busy = busy(house).await.unwrap();
    house.simulator.google().put_event(DANA, elsewhere("Dentist", 8)).unwrap();
    pushed(house, before + 1).await.unwrap();
    let last = house.simulator.google().deliveries().pop().unwrap();
    assert_eq!(last.outcome, "204", "{last:?}");
    // The clock has not moved.
    house.work().await.unwrap();
    assert_eq!(busy(house).await.unwrap(), was_busy + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_push_is_caught_up_by_asking_and_a_double_one_is_one() {
    let site = site().await.unwrap();
    let house = &site.house;
    calm(house).await.unwrap();
    let google = house.simulator.google();
    let was_busy = busy(house).await.unwrap();
    let before = google.deliveries().len();
    google.set(|settings| settings.drop_pushes = 1);
    google.put_event(DANA, elsewhere("Lost", 8)).unwrap();
    pushed(house, before + 1).await.unwrap();
    house.work().await.unwrap();
    assert_eq!(busy(house).await.unwrap(), was_busy, "nobody told");
    house.pass_secs(60, 60).await.unwrap();
    assert_eq!(busy(house).await.unwrap(), was_busy + 1);

    google.set(|settings| settings.duplicate_pushes = 1);
    google.clear_requests();
    let before = google.deliveries().len();
    google.put_event(DANA, elsewhere("Twice", 9)).unwrap();
    pushed(house, before + 2).await.unwrap();
    house.work().await.unwrap();
    assert_eq!(busy(house).await.unwrap(), was_busy + 2);
    let lists = google.requests().into_iter().filter(|entry| entry.path.ends_with("/events"));
    assert_eq!(lists.count(), 1, "two calls, one question");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_token_of_a_channel_is_believed() {
    let site = site().await.unwrap();
    let house = &site.house;
    house.work().await.unwrap();
    let token = house.simulator.google().channel_tokens().remove(0);
    let path = format!("/hooks/google-calendar/push/{}", house.owner.tenant);
    let port = url::Url::parse(&house.app.options.public_url).unwrap().port().unwrap();
    let send = async |token: &str, path: &str| -> Result<u16> {
        let headers = [("X-Goog-Channel-Token", token), ("X-Goog-Resource-State", "exists")];
        Ok(http::send(port, "POST", path, &headers, None).await?.status)
    };
    assert_eq!(send(&token, &path).await.unwrap(), 204);
    let wrong = format!("{}0", &token[..token.len() - 1]);
    let wrong = if wrong == token { format!("{}1", &token[..token.len() - 1]) } else { wrong };
    let id = token.split('.').next().unwrap();
    for said in [wrong.as_str(), id, "", "nonsense"] {
        assert_eq!(send(said, &path).await.unwrap(), 404, "{said}");
    }
    // The token is one business's: on another's address it is nothing.
    let other = path.replace(house.owner.tenant.as_str(), "01900000-0000-7000-8000-000000000000");
    assert_eq!(send(&token, &other).await.unwrap(), 404);
    let kept = channels(house).await.unwrap();
    let secret = token.split('.').nth(1).unwrap().as_bytes();
    assert!(kept[0].token_mac.windows(8).all(|part| !secret.windows(8).any(|said| said == part)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_push_brings_nothing_twice_and_one_of_a_closed_channel_nothing_at_all() {
    let site = site().await.unwrap();
    let house = &site.house;
    calm(house).await.unwrap();
    let google = house.simulator.google();
    let old = google.channel_tokens().remove(0);
    let path = format!("/hooks/google-calendar/push/{}", house.owner.tenant);
    let port = url::Url::parse(&house.app.options.public_url).unwrap().port().unwrap();
    let send = async |token: &str| -> Result<u16> {
        let headers = [("X-Goog-Channel-Token", token), ("X-Goog-Resource-State", "exists")];
        Ok(http::send(port, "POST", &path, &headers, None).await?.status)
    };
    let was_busy = busy(house).await.unwrap();
    google.put_event(DANA, elsewhere("Early", 8)).unwrap();
    calm(house).await.unwrap();
    assert_eq!(busy(house).await.unwrap(), was_busy + 1);
    // Hours later, and again and again.
    house.pass_secs(6 * 3_600, 1_800).await.unwrap();
    for _ in 0..5 {
        assert_eq!(send(&old).await.unwrap(), 204);
        house.work().await.unwrap();
    }
    assert_eq!(busy(house).await.unwrap(), was_busy + 1);

    house.pass_secs(7 * 86_400, 3_600).await.unwrap();
    assert_ne!(google.channel_tokens(), vec![old.clone()], "replaced by now");
    google.clear_requests();
    assert_eq!(send(&old).await.unwrap(), 404);
    house.work().await.unwrap();
    assert_eq!(google.requests().len(), 0, "nobody is asked because of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_replaced_before_it_ends_and_the_old_one_closed() {
    let site = site().await.unwrap();
    let house = &site.house;
    house.work().await.unwrap();
    let first = channels(house).await.unwrap()[0].id.clone();
    house.pass_secs(5 * 86_400, 43_200).await.unwrap();
    assert_eq!(channels(house).await.unwrap()[0].id, first, "not before its last day");
    house.pass_secs(36 * 3_600, 3_600).await.unwrap();
    let now = channels(house).await.unwrap();
    assert_eq!(now.len(), 1);
    assert_ne!(now[0].id, first);
    let there = held(house);
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!(there[0]["id"], json!(now[0].id));
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_turning_off_and_unchoosing_close_channels() {
    let site = site().await.unwrap();
    let house = &site.house;
    house.work().await.unwrap();
    assert_eq!(held(house).len(), 1);
    let (app, owner) = (&house.app, &house.owner);
    plugins::disable_plugin(app, owner, &house.plugin).await.unwrap();
    assert_eq!((held(house).len(), channels(house).await.unwrap().len()), (0, 0));

    let version = plugins::get_plugin(app, owner, &house.plugin).await.unwrap().card.version;
    plugins::enable_plugin(app, owner, &house.plugin, &version).await.unwrap();
    house.pass_secs(120, 60).await.unwrap();
    assert_eq!(held(house).len(), 1, "it is opened again");
    let connection = site.ids["connection"].parse().unwrap();
    calendars::choose_calendars(app, owner, &connection, Vec::new()).await.unwrap();
    assert_eq!((held(house).len(), channels(house).await.unwrap().len()), (0, 0));

    calendars::choose_calendars(app, owner, &connection, vec![DANA.to_owned()]).await.unwrap();
    house.work().await.unwrap();
    assert_eq!(held(house).len(), 1);
    connections::disconnect(app, owner, &connection).await.unwrap();
    assert_eq!((held(house).len(), channels(house).await.unwrap().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_channel_is_asked_for_again_after_an_hour_only() {
    let site = site().await.unwrap();
    let house = &site.house;
    let ask = async || -> Result<()> {
        let google = house.simulator.google();
        google.fault(
            simulators::Fault::status(
                "/calendar/v3/calendars/dana%40example.com/events/watch",
                400,
            )
            .times(100),
        );
        house.pass_secs(8 * 86_400, 86_400).await?;
        let all = channels(house).await?;
        ensure!(all.iter().any(|channel| channel.state == ChannelState::Refused), "{all:?}");
        google.clear_requests();
        house.pass_secs(1_800, 60).await?;
        let asked = google.requests().into_iter().filter(|e| e.path.ends_with("/watch")).count();
        ensure!(asked <= 1, "asked {asked} times in half an hour");
        google.clear_faults();
        house.pass_secs(7_200, 600).await?;
        let all = channels(house).await?;
        ensure!(all.len() == 1 && all[0].state == ChannelState::Open, "{all:?}");
        Ok(())
    };
    house.work().await.unwrap();
    ask().await.unwrap();
}
