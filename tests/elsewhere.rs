//! Events that were made elsewhere: when they take up time, what of them is shown, and that they come
//! and go with their series, their calendars and their accounts.

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput, BusyBlock, Status, SyncState};
use app::calendars::{self, Detail};
use app::{Error, connections};
use domain::{CalendarId, Timestamp, Zone};
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use serde_json::{Value, json};

/// A second calendar of the account's own.
const STUDIO: &str = "c_studio@group.calendar.google.com";
/// Another account, and its first calendar.
const NOA: &str = "noa@example.com";

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

/// An event of an hour in March 2026.
fn event(title: &str, day: u32, hour: u32) -> Value {
    json!({"summary": title, "location": "Allenby 12", "description": "Bring the X-ray",
           "start": {"dateTime": format!("2026-03-{day:02}T{hour:02}:00:00Z")},
           "end": {"dateTime": format!("2026-03-{day:02}T{:02}:00:00Z", hour + 1)}})
}

fn made(house: &House, calendar: &str, event: Value) -> Result<String> {
    let made = house.simulator.google().put_event(calendar, event);
    made.map_err(|refused| anyhow::anyhow!("{refused:?}"))
}

fn changed(house: &House, calendar: &str, id: &str, patch: Value) -> Result<()> {
    let done = house.simulator.google().patch_event(calendar, id, patch);
    done.map_err(|refused| anyhow::anyhow!("{refused:?}"))
}

/// What takes up time from the tenth of March on, where nothing is when a test begins.
async fn busy(house: &House) -> Result<Vec<BusyBlock>> {
    let (from, to) = (at("2026-03-10T00:00:00Z"), at("2026-04-10T00:00:00Z"));
    Ok(appointments::get_span(&house.app, &house.owner, from, to).await?.busy)
}

async fn starts(house: &House) -> Result<Vec<String>> {
    Ok(busy(house).await?.iter().map(|block| block.starts_at.to_rfc3339()).collect())
}

async fn calendar(house: &House, name: &str) -> Result<CalendarId> {
    let all = calendars::list_calendars(&house.app, &house.owner).await?;
    let found = all.into_iter().find(|each| each.external_id == name);
    Ok(found.with_context(|| format!("no calendar {name}"))?.id)
}

async fn book(house: &House, calendar: CalendarId, hour: u32) -> Result<Appointment> {
    let input = AppointmentInput {
        person: None,
        title: "Haircut".to_owned(),
        notes: String::new(),
        location: String::new(),
        starts_at: at(&format!("2026-03-11T{hour:02}:00:00Z")),
        ends_at: at(&format!("2026-03-11T{hour:02}:30:00Z")),
        zone: "Asia/Jerusalem".parse::<Zone>()?,
        online: false,
        calendar: Some(calendar),
    };
    Ok(appointments::book_appointment(&house.app, &house.owner, input, "").await?)
}

async fn again(house: &House, appointment: &Appointment) -> Result<Appointment> {
    Ok(appointments::get_appointment(&house.app, &house.owner, &appointment.id).await?)
}

fn live(house: &House, calendar: &str) -> Vec<Value> {
    let mut all = house.simulator.google().events(calendar);
    all.retain(|event| event["status"] != "cancelled");
    all.retain(|event| !event["extendedProperties"]["private"]["oxpi_appointment"].is_null());
    all
}

/// The database's own words of a business's busy times.
async fn kept(house: &House) -> Result<String> {
    Ok(format!("{:?}", busy(house).await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_setting_lets_through_is_kept_and_less_is_forgotten_at_once() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        made(&house, DANA, event("Dentist", 10, 8))?;
        made(&house, DANA, {
            let mut hidden = event("Surprise party", 10, 12);
            hidden["visibility"] = json!("private");
            hidden
        })?;
        house.pass_secs(120, 60).await?;
        let all = busy(&house).await?;
        assert_eq!(all.len(), 2);
        let nothing = kept(&house).await?;
        for word in ["Dentist", "Allenby", "X-ray", "Surprise"] {
            assert!(!nothing.contains(word), "by itself nothing but the time is kept: {nothing}");
        }

        let (app, owner) = (&house.app, &house.owner);
        let id = calendar(&house, DANA).await?;
        let choose = async |detail| -> Result<()> {
            let chosen = vec![(id.clone(), detail)];
            calendars::choose_details(app, owner, &connection, chosen).await?;
            house.work().await?;
            Ok(())
        };
        choose(Detail::All).await?;
        let all = busy(&house).await?;
        let told: Vec<_> = all.iter().map(|b| (&*b.title, &*b.location, &*b.notes)).collect();
        assert_eq!(told, [("Dentist", "Allenby 12", "Bring the X-ray"), ("", "", "")]);

        choose(Detail::Title).await?;
        let words = kept(&house).await?;
        assert!(
            words.contains("Dentist") && !words.contains("Allenby") && !words.contains("X-ray")
        );
        made(&house, DANA, event("Lunch", 10, 14))?;
        house.pass_secs(120, 60).await?;
        let words = kept(&house).await?;
        assert!(words.contains("Lunch") && !words.contains("Allenby"), "{words}");

        // Forgotten in the transaction that chooses, before anything is asked of the provider.
        calendars::choose_details(app, owner, &connection, vec![(id.clone(), Detail::Busy)])
            .await?;
        let words = kept(&house).await?;
        assert!(!words.contains("Dentist") && !words.contains("Lunch"), "{words}");
        assert_eq!(busy(&house).await?.len(), 3, "the times stay");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_of_another_connection_can_not_be_chosen_details_for() {
    each(async |house| {
        let (first, _) = house.with_calendar().await?;
        let second = house.connect(NOA).await?;
        let (app, owner) = (&house.app, &house.owner);
        let id = calendar(&house, DANA).await?;
        let chosen = vec![(id, Detail::All)];
        let refused = calendars::choose_details(app, owner, &second, chosen.clone()).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        let stranger = house.another_business().await?;
        let refused = calendars::choose_details(app, &stranger, &first, chosen).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_takes_its_times_without_those_that_were_moved_or_cancelled() {
    each(async |house| {
        house.with_calendar().await?;
        let mut weekly = event("Weekly", 10, 8);
        for side in ["start", "end"] {
            weekly[side]["timeZone"] = json!("UTC");
        }
        weekly["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=4"]);
        let series = made(&house, DANA, weekly)?;
        house.pass_secs(120, 60).await?;
        let all = ["10", "17", "24", "31"].map(|day| format!("2026-03-{day}T08:00:00Z"));
        assert_eq!(starts(&house).await?, all);

        let second = format!("{series}_20260317T080000Z");
        let third = format!("{series}_20260324T080000Z");
        let moved = json!({"start": {"dateTime": "2026-03-18T10:00:00Z"},
                           "end": {"dateTime": "2026-03-18T11:00:00Z"}});
        changed(&house, DANA, &second, moved)?;
        changed(&house, DANA, &third, json!({"status": "cancelled"}))?;
        house.pass_secs(120, 60).await?;
        let now = ["2026-03-10T08:00:00Z", "2026-03-18T10:00:00Z", "2026-03-31T08:00:00Z"];
        assert_eq!(starts(&house).await?, now);

        // The same, read anew.
        house.simulator.google().invalidate_sync_tokens();
        house.pass_secs(120, 60).await?;
        assert_eq!(starts(&house).await?, now);

        let gone = house.simulator.google().delete_event(DANA, &series);
        gone.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
        house.pass_secs(120, 60).await?;
        assert_eq!(starts(&house).await?, Vec::<String>::new());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_reconnect_everything_is_as_it_was_and_what_came_meanwhile_is_there() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        let own = book(&house, calendar(&house, DANA).await?, 8).await?;
        made(&house, DANA, event("Dentist", 10, 8))?;
        house.pass_secs(120, 60).await?;
        house.simulator.google().revoke(DANA);
        house.pass_secs(120, 60).await?;
        made(&house, DANA, event("Meanwhile", 12, 8))?;
        house.pass_secs(120, 60).await?;
        let before = ["2026-03-10T08:00:00Z"];
        assert_eq!(starts(&house).await?, before, "what was known stands");
        assert_eq!(house.connect(DANA).await?, connection);
        house.pass_secs(120, 60).await?;
        assert_eq!(starts(&house).await?, ["2026-03-10T08:00:00Z", "2026-03-12T08:00:00Z"]);
        assert_eq!(again(&house, &own).await?.sync_state, SyncState::Synced);
        assert_eq!(live(&house, DANA).len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_is_used_again_has_its_appointments_and_busy_times_again() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        let (app, owner) = (&house.app, &house.owner);
        let id = calendar(&house, DANA).await?;
        let here = book(&house, id.clone(), 8).await?;
        let there = book(&house, id.clone(), 10).await?;
        let over = book(&house, id, 12).await?;
        made(&house, DANA, event("Dentist", 10, 8))?;
        house.pass_secs(120, 60).await?;
        connections::disconnect(app, owner, &connection).await?;
        assert_eq!(busy(&house).await?.len(), 0);

        // Changed on both sides while nothing connected them.
        let unlinked = again(&house, &here).await?;
        assert_eq!(unlinked.calendar_id, None);
        let input = AppointmentInput {
            person: None,
            title: "Colour".to_owned(),
            notes: String::new(),
            location: String::new(),
            starts_at: here.starts_at,
            ends_at: here.ends_at,
            zone: here.zone.clone(),
            online: false,
            calendar: None,
        };
        appointments::change_appointment(app, owner, &here.id, input, unlinked.rev).await?;
        appointments::cancel_appointment(app, owner, &over.id).await?;
        let event_of = |one: &Appointment| -> Result<String> {
            let found = live(&house, DANA).into_iter().find(|event| {
                event["extendedProperties"]["private"]["oxpi_appointment"] == json!(one.id)
            });
            Ok(found.context("no event")?["id"].as_str().context("no id")?.to_owned())
        };
        changed(&house, DANA, &event_of(&here)?, json!({"location": "Upstairs"}))?;
        changed(&house, DANA, &event_of(&there)?, json!({"summary": "Beard"}))?;

        let connection = house.connect(DANA).await?;
        let wanted = vec![DANA.to_owned()];
        calendars::choose_calendars(app, owner, &connection, wanted).await?;
        house.pass_secs(180, 60).await?;
        assert_eq!(starts(&house).await?, ["2026-03-10T08:00:00Z"], "own events are no busy times");
        let (here, there) = (again(&house, &here).await?, again(&house, &there).await?);
        assert_eq!((&*here.title, &*here.location), ("Colour", "Upstairs"));
        assert_eq!(&*there.title, "Beard");
        assert!([&here, &there].iter().all(|own| own.sync_state == SyncState::Synced));
        assert_eq!(again(&house, &over).await?.status, Status::Cancelled);
        let mut titles: Vec<String> =
            live(&house, DANA).iter().map(|e| e["summary"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        assert_eq!(titles, ["Beard", "Colour"], "nothing twice, and what was cancelled is gone");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_calendars_and_accounts_keep_to_themselves() {
    each(async |house| {
        let (dana, _) = house.with_calendar().await?;
        let noa = house.connect(NOA).await?;
        let (app, owner) = (&house.app, &house.owner);
        let both = vec![DANA.to_owned(), STUDIO.to_owned()];
        calendars::choose_calendars(app, owner, &dana, both).await?;
        calendars::choose_calendars(app, owner, &noa, vec![NOA.to_owned()]).await?;
        // The studio is a room, not somewhere that Dana is.
        let rooms = vec![calendar(&house, STUDIO).await?];
        calendars::choose_blocking(app, owner, &dana, rooms).await?;
        house.work().await?;

        let mut own = Vec::new();
        for (name, hour) in [(DANA, 8), (STUDIO, 8), (NOA, 8)] {
            own.push(book(&house, calendar(&house, name).await?, hour).await?);
            made(&house, name, event(name, 10, 8))?;
        }
        house.pass_secs(120, 60).await?;
        for name in [DANA, STUDIO, NOA] {
            assert_eq!(live(&house, name).len(), 1, "{name}");
        }
        assert_eq!(busy(&house).await?.len(), 3);
        // Taken in one calendar is free in another.
        let id = calendar(&house, STUDIO).await?;
        assert!(matches!(
            book(&house, id, 8).await.unwrap_err().downcast::<Error>(),
            Ok(Error::Taken { .. })
        ));

        // One account's trouble is not the other's.
        house.simulator.google().revoke(NOA);
        changed(
            &house,
            STUDIO,
            live(&house, STUDIO)[0]["id"].as_str().unwrap(),
            json!({"location": "Upstairs"}),
        )?;
        house.pass_secs(120, 60).await?;
        assert_eq!(again(&house, &own[1]).await?.location, "Upstairs");
        assert_eq!(again(&house, &own[2]).await?.sync_state, SyncState::Synced);
        connections::disconnect(app, owner, &noa).await?;
        assert_eq!(busy(&house).await?.len(), 2);
        assert_eq!(again(&house, &own[0]).await?.sync_state, SyncState::Synced);
        Ok(())
    })
    .await;
}
