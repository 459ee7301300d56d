//! An appointment and its event, changed on both sides: what is put together, what is told, what is
//! caught up, and which times are free.

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput, Status, SyncState};
use app::availability::TakenBy;
use app::{Error, calendars, event_states};
use domain::{Timestamp, Zone};
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use oxpi_tests::site::Site;
use serde_json::json;
use simulators::{Effect, Fault};

const STUDIO: &str = "c_studio@group.calendar.google.com";

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        test(house).await.unwrap();
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn input(house_calendar: Option<domain::CalendarId>) -> AppointmentInput {
    AppointmentInput {
        person: None,
        title: "Haircut with Noa".to_owned(),
        notes: "Short at the sides".to_owned(),
        location: "Studio".to_owned(),
        starts_at: at("2026-03-03T08:00:00Z"),
        ends_at: at("2026-03-03T09:00:00Z"),
        zone: "Asia/Jerusalem".parse::<Zone>().unwrap(),
        online: true,
        calendar: house_calendar,
    }
}

async fn book(house: &House) -> Result<Appointment> {
    let all = calendars::list_calendars(&house.app, &house.owner).await?;
    let calendar = all.into_iter().find(|c| c.is_default).context("no default calendar")?;
    let input = input(Some(calendar.id));
    Ok(appointments::book_appointment(&house.app, &house.owner, input, "form-1").await?)
}

async fn again(house: &House, appointment: &Appointment) -> Result<Appointment> {
    Ok(appointments::get_appointment(&house.app, &house.owner, &appointment.id).await?)
}

fn live(house: &House) -> Vec<serde_json::Value> {
    let all = house.simulator.google().events(DANA);
    all.into_iter().filter(|event| event["status"] != "cancelled").collect()
}

/// The appointment with one thing of it changed.
fn changed(of: &Appointment, change: impl FnOnce(&mut AppointmentInput)) -> AppointmentInput {
    let mut input = AppointmentInput {
        person: of.person_id.clone(),
        title: of.title.clone(),
        notes: of.notes.clone(),
        location: of.location.clone(),
        starts_at: of.starts_at,
        ends_at: of.ends_at,
        zone: of.zone.clone(),
        online: of.online,
        calendar: of.calendar_id.clone(),
    };
    change(&mut input);
    input
}

/// Booked, in step, and without anything under way.
async fn in_step(house: &House) -> Result<(Appointment, String)> {
    house.with_calendar().await?;
    let booked = book(house).await?;
    house.work().await?;
    house.pass_secs(120, 30).await?;
    let id = live(house)[0]["id"].as_str().context("no id")?.to_owned();
    Ok((again(house, &booked).await?, id))
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_changed_on_different_sides_are_both_kept() {
    each(async |house| {
        let (own, id) = in_step(&house).await?;
        let google = house.simulator.google();
        let there = json!({"location": "Upstairs", "attendees": [{"email": "avi@example.com"}]});
        google.patch_event(DANA, &id, there).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let (app, owner) = (&house.app, &house.owner);
        let here = changed(&own, |input| input.title = "Colour".to_owned());
        appointments::change_appointment(app, owner, &own.id, here, own.rev).await?;
        house.work().await?;
        let after = again(&house, &own).await?;
        assert_eq!((&*after.title, &*after.location), ("Colour", "Upstairs"));
        assert_eq!(after.sync_state, SyncState::Synced);
        let event = live(&house).remove(0);
        assert_eq!((&event["summary"], &event["location"]), (&json!("Colour"), &json!("Upstairs")));
        assert_eq!(event["attendees"][0]["email"], "avi@example.com");
        let state = event_states::get_event_state(app, owner, &own.id).await?;
        assert!(state.merges.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_taken_back_here_hides_none_that_was_made_there() {
    each(async |house| {
        let (own, id) = in_step(&house).await?;
        let google = house.simulator.google();
        let there = json!({"location": "Upstairs"});
        google.patch_event(DANA, &id, there).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let (app, owner) = (&house.app, &house.owner);
        for title in ["Colour", &own.title] {
            let before = again(&house, &own).await?;
            let here = changed(&before, |input| input.title = title.to_owned());
            appointments::change_appointment(app, owner, &own.id, here, before.rev).await?;
        }
        house.pass_secs(120, 60).await?;
        let after = again(&house, &own).await?;
        assert_eq!((&*after.title, &*after.location), (&*own.title, "Upstairs"));
        assert_eq!(after.sync_state, SyncState::Synced);
        Ok(())
    })
    .await;
}

/// What takes it back has nothing to write, and leaves the event at the revision that the late write is bound to.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_taken_back_while_it_is_written_stays_taken_back() {
    each(async |house| {
        let (own, _) = in_step(&house).await?;
        let late = Fault::next("/calendar/v3/", Effect::Slow { millis: 2_500 });
        house.simulator.google().fault(Fault { method: Some("PATCH".to_owned()), ..late });
        let (app, owner) = (&house.app, &house.owner);
        let here = changed(&own, |input| input.title = "Colour".to_owned());
        appointments::change_appointment(app, owner, &own.id, here, own.rev).await?;
        let take_back = async {
            tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
            let before = again(&house, &own).await?;
            let here = changed(&before, |input| input.title.clone_from(&own.title));
            appointments::change_appointment(app, owner, &own.id, here, before.rev).await?;
            house.work().await
        };
        let (written, taken_back) = tokio::join!(house.work(), take_back);
        written?;
        taken_back?;
        house.work().await?;
        let after = again(&house, &own).await?;
        assert_eq!((&after.title, after.sync_state), (&own.title, SyncState::Synced));
        assert_eq!(live(&house)[0]["summary"], json!(own.title));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_changed_on_both_sides_is_ours_and_theirs_is_told() {
    each(async |house| {
        let (own, id) = in_step(&house).await?;
        let google = house.simulator.google();
        google
            .patch_event(DANA, &id, json!({"summary": "Beard"}))
            .map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let (app, owner) = (&house.app, &house.owner);
        let here = changed(&own, |input| input.title = "Colour".to_owned());
        appointments::change_appointment(app, owner, &own.id, here, own.rev).await?;
        house.pass_secs(120, 60).await?;
        assert_eq!(again(&house, &own).await?.title, "Colour");
        assert_eq!(live(&house)[0]["summary"], "Colour");
        let state = event_states::get_event_state(app, owner, &own.id).await?;
        assert_eq!((&*state.merges[0].field, &*state.merges[0].other), ("title", "Beard"));
        let tenant = owner.tenant.clone();
        let filter = app::audit::AuditFilter::default();
        let page = app.db.read(move |c| store::audit::list(c, &tenant, &filter, None, 50)).await?;
        let told =
            page.items.iter().any(|entry| entry.detail_json.0["merged"][0]["other"] == "Beard");
        assert!(told, "the activity keeps it");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_here_is_worth_more_than_its_deletion_there() {
    each(async |house| {
        let (own, id) = in_step(&house).await?;
        let google = house.simulator.google();
        google.delete_event(DANA, &id).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let (app, owner) = (&house.app, &house.owner);
        let here = changed(&own, |input| input.title = "Colour".to_owned());
        appointments::change_appointment(app, owner, &own.id, here, own.rev).await?;
        house.pass_secs(180, 60).await?;
        let after = again(&house, &own).await?;
        assert_eq!((after.status, &*after.title), (Status::Booked, "Colour"));
        assert_eq!(live(&house).len(), 1);
        assert_eq!(live(&house)[0]["summary"], "Colour");
        let state = event_states::get_event_state(app, owner, &own.id).await?;
        assert_eq!(state.merges[0].field, "deleted");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_put_back_there_is_booked_again_here() {
    each(async |house| {
        let (own, id) = in_step(&house).await?;
        let google = house.simulator.google();
        google.delete_event(DANA, &id).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(120, 60).await?;
        assert_eq!(again(&house, &own).await?.status, Status::Cancelled);
        google
            .patch_event(DANA, &id, json!({"status": "confirmed"}))
            .map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(120, 60).await?;
        let after = again(&house, &own).await?;
        assert_eq!((after.status, after.sync_state), (Status::Booked, SyncState::Synced));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_leaves_alone_what_lies_too_far_back() {
    each(async |house| {
        let (own, _) = in_step(&house).await?;
        house.clock.advance_millis(60 * 86_400_000);
        house.simulator.google().invalidate_sync_tokens();
        house.pass_secs(300, 60).await?;
        assert_eq!(again(&house, &own).await?.status, Status::Booked);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weeks_outage_is_caught_up() {
    each(async |house| {
        let (own, id) = in_step(&house).await?;
        let google = house.simulator.google();
        google.fault(Fault::status("/calendar/v3/", 503).times(1_000_000));
        let (app, owner) = (&house.app, &house.owner);
        let here = changed(&own, |input| input.title = "Colour".to_owned());
        appointments::change_appointment(app, owner, &own.id, here, own.rev).await?;
        house.pass_secs(7 * 86_400, 6 * 3_600).await?;
        let failed = again(&house, &own).await?;
        assert_eq!(failed.sync_state, SyncState::Failed);
        let state = event_states::get_event_state(app, owner, &own.id).await?;
        assert!(state.failing_since.is_some());
        google.clear_faults();
        google
            .patch_event(DANA, &id, json!({"location": "Upstairs"}))
            .map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(4 * 3_600, 600).await?;
        let after = again(&house, &own).await?;
        assert_eq!(after.sync_state, SyncState::Synced, "{:?}", after.sync_problem);
        assert_eq!((&*after.title, &*after.location), ("Colour", "Upstairs"));
        assert_eq!(live(&house)[0]["summary"], "Colour");
        let state = event_states::get_event_state(app, owner, &own.id).await?;
        assert_eq!(state.failing_since, None);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_time_is_refused_with_what_takes_it_and_booked_on_purpose() {
    each(async |house| {
        let (own, _) = in_step(&house).await?;
        let other = json!({
            "summary": "Dentist",
            "start": {"dateTime": "2026-03-04T08:00:00Z"},
            "end": {"dateTime": "2026-03-04T09:00:00Z"},
        });
        let google = house.simulator.google();
        google.put_event(DANA, other).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(120, 60).await?;
        let (app, owner) = (&house.app, &house.owner);
        let at_half = |day: &str| {
            changed(&own, |input| {
                input.starts_at = at(&format!("2026-03-{day}T08:30:00Z"));
                input.ends_at = at(&format!("2026-03-{day}T09:30:00Z"));
            })
        };
        let refused = appointments::book_appointment(app, owner, at_half("03"), "").await;
        let Err(Error::Taken { by }) = refused else { anyhow::bail!("{refused:?}") };
        assert!(matches!(&by[0].by, TakenBy::Appointment { id, .. } if *id == own.id));
        let refused = appointments::book_appointment(app, owner, at_half("04"), "").await;
        let Err(Error::Taken { by }) = refused else { anyhow::bail!("{refused:?}") };
        assert!(matches!(by[0].by, TakenBy::Busy { .. }));
        appointments::book_anyway(app, owner, at_half("04"), "").await?;

        // Right after the other is free, and so is its own time.
        let next = changed(&own, |input| {
            (input.starts_at, input.ends_at) = (own.ends_at, own.ends_at.plus_secs(60));
        });
        appointments::book_appointment(app, owner, next, "").await?;
        let same = changed(&own, |input| input.starts_at = own.starts_at.plus_secs(60));
        appointments::change_appointment(app, owner, &own.id, same, own.rev).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_two_calendars_is_in_one_place_only() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        let (app, owner) = (&house.app, &house.owner);
        let both = vec![DANA.to_owned(), STUDIO.to_owned()];
        calendars::choose_calendars(app, owner, &connection, both).await?;
        let all = calendars::list_calendars(app, owner).await?;
        let id_of = |name: &str| all.iter().find(|c| c.external_id == name).map(|c| c.id.clone());
        let (dana, studio) = (id_of(DANA).context("none")?, id_of(STUDIO).context("none")?);
        appointments::book_appointment(app, owner, input(Some(dana.clone())), "").await?;
        let dentist = json!({
            "summary": "Dentist",
            "start": {"dateTime": "2026-03-04T08:00:00Z"},
            "end": {"dateTime": "2026-03-04T09:00:00Z"},
        });
        let google = house.simulator.google();
        google.put_event(DANA, dentist).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(120, 60).await?;

        let book = async |day: i64| {
            let mut input = input(Some(studio.clone()));
            input.starts_at = input.starts_at.plus_secs(day * 86_400);
            input.ends_at = input.ends_at.plus_secs(day * 86_400);
            appointments::book_appointment(app, owner, input, "").await
        };
        for day in [0, 1] {
            let refused = book(day).await;
            assert!(matches!(&refused, Err(Error::Taken { by }) if by.len() == 1), "{refused:?}");
        }
        // The studio is a room: what is in her own calendar doesn't take it.
        calendars::choose_blocking(app, owner, &connection, vec![studio.clone()]).await?;
        book(0).await?;
        book(1).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_want_the_same_time_at_once_one_gets_it() {
    each(async |house| {
        house.with_calendar().await?;
        let (app, owner) = (&house.app, &house.owner);
        let calendar = calendars::list_calendars(app, owner).await?.remove(0).id;
        let wants = (0..6).map(|n| {
            let form = format!("form-{n}");
            let input = input(Some(calendar.clone()));
            async move { appointments::book_appointment(app, owner, input, &form).await }
        });
        let all = futures_util::future::join_all(wants).await;
        assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 1, "{all:?}");
        assert!(all.iter().all(|one| matches!(one, Ok(_) | Err(Error::Taken { .. }))), "{all:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_values_of_a_field_are_read_in_the_activity_and_on_the_appointments_page() {
    let site = Site::start(store::testing::sqlite().await).await.unwrap();
    let house = &site.house;
    house.pass_secs(120, 60).await.unwrap();
    let id = site.ids["appointment"].parse().unwrap();
    let (app, owner) = (&house.app, &house.owner);
    let own = appointments::get_appointment(app, owner, &id).await.unwrap();
    let event = live(house).into_iter().find(|event| event["summary"] == json!(own.title)).unwrap();
    let there = json!({"summary": "Written there", "location": "Upstairs"});
    house.simulator.google().patch_event(DANA, event["id"].as_str().unwrap(), there).unwrap();
    let here = changed(&own, |input| input.title = "Written here".to_owned());
    appointments::change_appointment(app, owner, &id, here, own.rev).await.unwrap();
    house.pass_secs(120, 60).await.unwrap();

    let session = Some(house.token.as_str());
    let activity = site.get("/activity", session).await.unwrap().body;
    assert!(activity.contains("Written here</q>"), "{activity}");
    assert!(activity.contains("Written there</q>"), "{activity}");
    let page = site.get(&format!("/appointments/{id}"), session).await.unwrap().body;
    assert!(page.contains("Written there</q>") && page.contains("Upstairs"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_days_are_whole_days_on_both_sides() {
    each(async |house| {
        house.with_calendar().await?;
        assert_eq!(house.owner.zone.name(), "Asia/Jerusalem");
        let day = |n: i64| at("2026-03-01T22:00:00Z").plus_secs((n - 2) * 24 * 3_600);
        let all = calendars::list_calendars(&house.app, &house.owner).await?;
        let calendar = all.into_iter().find(|c| c.is_default).context("no default calendar")?;
        let days = AppointmentInput {
            starts_at: day(3),
            ends_at: day(5),
            online: false,
            ..input(Some(calendar.id))
        };
        let (app, owner) = (&house.app, &house.owner);
        let booked = appointments::book_appointment(app, owner, days.clone(), "").await?;
        house.work().await?;
        let event = live(&house).remove(0);
        assert_eq!(event["start"], json!({"date": "2026-03-03"}));
        assert_eq!(event["end"], json!({"date": "2026-03-05"}));
        // Moved there, and back here as days.
        let id = event["id"].as_str().context("no id")?.to_owned();
        let moved = json!({"start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}});
        house
            .simulator
            .google()
            .patch_event(DANA, &id, moved)
            .map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(120, 60).await?;
        let after = again(&house, &booked).await?;
        assert_eq!((after.starts_at, after.ends_at), (day(10), day(11)));
        // Hours in place of days, and days in place of hours.
        let hours = changed(&after, |input| input.ends_at = input.starts_at.plus_secs(3_600));
        let after =
            appointments::change_appointment(app, owner, &after.id, hours, after.rev).await?;
        house.work().await?;
        let event = live(&house).remove(0);
        assert!(
            event["start"].get("date").is_none() && event["start"].get("dateTime").is_some(),
            "{event}"
        );
        let again_days = changed(&after, |input| input.ends_at = day(12));
        appointments::change_appointment(app, owner, &after.id, again_days, after.rev).await?;
        house.work().await?;
        assert_eq!(live(&house)[0]["end"], json!({"date": "2026-03-12"}));
        assert_eq!(again(&house, &booked).await?.sync_state, SyncState::Synced);
        Ok(())
    })
    .await;
}
