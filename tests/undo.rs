//! What can be taken back: a cancelled appointment, with its event.

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput, OnlineState, Status, SyncState};
use app::{Error, calendars};
use domain::Timestamp;
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use oxpi_tests::site::Site;

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        test(house).await.unwrap();
    }
}

async fn book(house: &House, title: &str) -> Result<Appointment> {
    let all = calendars::list_calendars(&house.app, &house.owner).await?;
    let at = |text| Timestamp::parse_rfc3339(text).unwrap();
    let input = AppointmentInput {
        person: None,
        title: title.to_owned(),
        notes: String::new(),
        location: String::new(),
        starts_at: at("2026-03-03T08:00:00Z"),
        ends_at: at("2026-03-03T09:00:00Z"),
        zone: house.owner.zone.clone(),
        online: true,
        calendar: all.into_iter().find(|c| c.is_default).map(|c| c.id),
    };
    Ok(appointments::book_appointment(&house.app, &house.owner, input, "").await?)
}

fn live(house: &House) -> Vec<serde_json::Value> {
    let all = house.simulator.google().events(DANA);
    all.into_iter().filter(|event| event["status"] != "cancelled").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_appointment_comes_back_with_its_event_and_a_meeting() {
    each(async |house| {
        house.with_calendar().await?;
        let booked = book(&house, "Haircut").await?;
        house.work().await?;
        house.pass_secs(30, 5).await?;
        let (app, owner) = (&house.app, &house.owner);
        // Undone before the cancellation left, and after.
        for waits in [false, true] {
            appointments::cancel_appointment(app, owner, &booked.id).await?;
            if waits {
                house.pass_secs(30, 5).await?;
                assert!(live(&house).is_empty());
            }
            for _ in 0..2 {
                let back = appointments::restore_appointment(app, owner, &booked.id).await?;
                assert_eq!(back.status, Status::Booked);
            }
            house.pass_secs(60, 5).await?;
            assert_eq!(live(&house).len(), 1, "waits: {waits}");
            assert_eq!(live(&house)[0]["summary"], "Haircut");
            let after = appointments::get_appointment(app, owner, &booked.id).await?;
            assert_eq!((after.status, after.sync_state), (Status::Booked, SyncState::Synced));
            assert_eq!(after.online_state, OnlineState::Ready);
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_time_was_given_to_somebody_else_stays_cancelled() {
    each(async |house| {
        let booked = book(&house, "First").await?;
        let (app, owner) = (&house.app, &house.owner);
        appointments::cancel_appointment(app, owner, &booked.id).await?;
        book(&house, "Second").await?;
        let taken = appointments::restore_appointment(app, owner, &booked.id).await;
        assert!(matches!(taken, Err(Error::Taken { .. })), "{taken:?}");
        let after = appointments::get_appointment(app, owner, &booked.id).await?;
        assert_eq!(after.status, Status::Cancelled);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_says_cancelled_takes_it_back() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let owner = Some(site.members[0].1.as_str());
    let page = format!("/appointments/{}", site.ids["appointment"]);
    let cancelled = site.send("POST", &format!("{page}/cancel"), owner, Some("")).await?;
    let said = cancelled.headers.iter().find(|(_, value)| value.contains("said-"));
    let said = &said.context("nothing is said")?.1;
    assert!(said.contains("said-appointment-cancelled") && said.contains("/restore"), "{said}");
    let shown = site.get(&page, owner).await?.body;
    assert!(shown.contains(&format!("action=\"{page}/restore\"")), "also later");
    let back = site.send("POST", &format!("{page}/restore"), owner, Some("")).await?;
    assert_eq!((back.status, back.header("location")), (303, Some(page.as_str())));
    assert!(!site.get(&page, owner).await?.body.contains("/restore\""));
    let tenant = site.house.owner.tenant.clone();
    let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
    let chain = site.house.app.db.read(list).await?;
    assert!(chain.iter().any(|entry| entry.action == "appointment.restored"));
    Ok(())
}
