//! The real program, killed at random moments: what it acknowledged is told, each under an id of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, ensure};
use app::Context;
use app::endpoints::{self, EndpointInput};
use domain::Rng;
use domain::rng::SeededRng;
use oxpi_tests::process::{Place, is_booked};
use oxpi_tests::receiver::{Answer, Receiver};
use store::testing::TestDb;

const KILLS: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_told_however_often_the_program_is_killed() {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        torment(db).await.unwrap();
    }
}

async fn torment(db: TestDb) -> Result<()> {
    let place = Place::new(db).await?;
    let receiver = Receiver::start()?;
    // Slow enough to be cut off.
    receiver.answer_always(Answer { after: Duration::from_millis(30), ..Answer::of(200) });
    let input = EndpointInput {
        url: "https://hooks.example/in".to_owned(),
        description: String::new(),
        all: false,
        kinds: vec!["appointment.booked".to_owned()],
    };
    let proven = Context { is_recent: true, ..place.house.owner.clone() };
    endpoints::add_endpoint(&place.house.app, &proven, input, "").await?;
    let start = || async {
        let redirects = format!(
            "[\"{}\",\"*={}\"]",
            receiver.redirect("https://hooks.example"),
            place.house.simulator.url
        );
        let mut command = place.command()?;
        command.env("OXPI_SANDBOX__REDIRECTS", redirects);
        place.start_with(command).await
    };
    let dice = SeededRng::new(5);
    let mut running = start().await?;
    let cookie = place.sign_in().await?;
    let mut booked = BTreeSet::new();
    for kill in 0..KILLS {
        for n in 0..4 {
            let name = format!("hook-{kill}-{n}");
            if is_booked(place.book(&cookie, &name).await) {
                booked.insert(name);
            }
        }
        tokio::time::sleep(Duration::from_millis(dice.below(200))).await;
        running.kill()?;
        running = start().await?;
    }
    ensure!(booked.len() > 20, "too little happened to prove anything: {}", booked.len());
    let told = |receiver: &Receiver| -> Result<BTreeMap<String, BTreeSet<String>>> {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for message in receiver.got() {
            let body: serde_json::Value = serde_json::from_str(&message.body)?;
            let title = body["data"]["title"].as_str().unwrap_or_default().to_owned();
            all.entry(title).or_default().insert(message.header("webhook-id").to_owned());
        }
        Ok(all)
    };
    for _ in 0..600 {
        let told = told(&receiver)?;
        if booked.iter().all(|name| told.contains_key(name)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    running.kill()?;
    let told = told(&receiver)?;
    for name in &booked {
        let ids = told.get(name).map_or(0, BTreeSet::len);
        ensure!(ids == 1, "{name} was acknowledged, and told under {ids} ids");
    }
    Ok(())
}
