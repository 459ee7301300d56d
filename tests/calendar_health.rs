//! When a calendar's provider doesn't do as asked: how long it is left alone, what people are told and how
//! often, and that it mends by itself.

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput, SyncState};
use app::calendars::{self, Calendar};
use app::{event_states, notifications};
use domain::{Timestamp, Zone};
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use oxpi_tests::site::Site;
use serde_json::json;
use simulators::{Effect, Fault};

const API: &str = "/calendar/v3/";

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        house.with_calendar().await.unwrap();
        house.pass_secs(120, 60).await.unwrap();
        test(house).await.unwrap();
    }
}

async fn calendar(house: &House) -> Result<Calendar> {
    let all = calendars::list_calendars(&house.app, &house.owner).await?;
    all.into_iter().next().context("no calendar")
}

/// How often people were told of a calendar, by what is unread and by the activity.
async fn told(house: &House) -> Result<(usize, usize, usize)> {
    let all = notifications::list_notifications(&house.app, &house.owner).await?;
    let unread = all.iter().filter(|one| one.read_at.is_none());
    let unread = unread.filter(|one| one.kind.as_str() == "calendar-behind").count();
    let tenant = house.owner.tenant.clone();
    let chain = house.app.db.read(move |c| store::audit::list_chain(c, &tenant, 0, 10_000)).await?;
    let count = |action: &str| chain.iter().filter(|entry| entry.action == action).count();
    Ok((unread, count("calendar.behind"), count("calendar.caught-up")))
}

fn asked(house: &House) -> usize {
    let all = house.simulator.google().requests();
    all.into_iter().filter(|entry| entry.path.starts_with(API)).count()
}

fn refused(status: u16, reason: &str, retry_after: Option<u32>) -> Fault {
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    Fault::next(API, Effect::Status { status, reason, retry_after, applied: false })
}

async fn book(house: &House) -> Result<Appointment> {
    let at = |text: &str| Timestamp::parse_rfc3339(text).context("no time");
    let input = AppointmentInput {
        person: None,
        title: "Haircut".to_owned(),
        notes: String::new(),
        location: String::new(),
        starts_at: at("2026-03-20T08:00:00Z")?,
        ends_at: at("2026-03-20T09:00:00Z")?,
        zone: "Asia/Jerusalem".parse::<Zone>()?,
        online: false,
        calendar: Some(calendar(house).await?.id),
    };
    Ok(appointments::book_anyway(&house.app, &house.owner, input, "").await?)
}

async fn again(house: &House, appointment: &Appointment) -> Result<Appointment> {
    Ok(appointments::get_appointment(&house.app, &house.owner, &appointment.id).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_trouble_is_shown_and_told_to_nobody() {
    each(async |house| {
        house.simulator.google().fault(Fault::status(API, 503).times(5));
        house.pass_secs(120, 60).await?;
        let failing = calendar(&house).await?;
        assert!(failing.failing_since.is_some() && !failing.is_behind);
        assert_eq!(failing.problem.as_deref(), Some("error-provider-unavailable"));
        house.pass_secs(15 * 60, 60).await?;
        let well = calendar(&house).await?;
        assert_eq!((well.failing_since, well.problem, well.is_behind), (None, None, false));
        assert_eq!(told(&house).await?, (0, 0, 0));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_trouble_is_told_once_and_settled_when_it_is_over() {
    each(async |house| {
        let google = house.simulator.google();
        google.fault(Fault::status(API, 503).times(1_000_000));
        let booked = [book(&house).await?, book(&house).await?, book(&house).await?];
        house.pass_secs(2 * 3_600, 60).await?;
        assert_eq!(told(&house).await?, (1, 1, 0));
        notifications::read_all(&house.app, &house.owner).await?;
        // However long it goes on, and though they have read it.
        house.pass_secs(7 * 86_400, 3 * 3_600).await?;
        assert_eq!(told(&house).await?, (0, 1, 0));
        let all = notifications::list_notifications(&house.app, &house.owner).await?;
        assert_eq!(all.len(), 1, "not once more an appointment: {all:?}");

        google.clear_faults();
        let event = json!({"summary": "Dentist", "start": {"dateTime": "2026-03-21T08:00:00Z"},
                           "end": {"dateTime": "2026-03-21T09:00:00Z"}});
        google.put_event(DANA, event).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(20 * 60, 60).await?;
        assert_eq!(told(&house).await?, (0, 1, 1));
        let well = calendar(&house).await?;
        assert_eq!((well.failing_since, well.is_behind), (None, false));
        for one in &booked {
            let one = again(&house, one).await?;
            assert_eq!(one.sync_state, SyncState::Synced, "{:?}", one.sync_problem);
        }
        let day = Timestamp::parse_rfc3339("2026-03-21T00:00:00Z").context("no day")?;
        let span = appointments::get_span(&house.app, &house.owner, day, day.plus_secs(86_400));
        assert_eq!(span.await?.busy.len(), 1);

        // Another time is news again.
        google.fault(Fault::status(API, 503).times(1_000_000));
        house.pass_secs(3_600, 60).await?;
        assert_eq!(told(&house).await?, (1, 2, 1));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_is_gone_there_is_said_so_and_no_job_is_left_over() {
    each(async |house| {
        let path = format!("{API}calendars/dana%40example.com/events");
        let gone = Effect::Status { status: 404, reason: None, retry_after: None, applied: false };
        house.simulator.google().fault(Fault::next(&path, gone).method("GET").times(1_000_000));
        house.pass_secs(3 * 3_600, 60).await?;
        let failing = calendar(&house).await?;
        assert_eq!(failing.problem.as_deref(), Some("error-provider-not-found"));
        assert!(failing.is_behind);
        assert_eq!(told(&house).await?, (1, 1, 0));
        let tenant = house.owner.tenant.clone();
        let dead =
            house.app.db.read(move |c| store::jobs::list_dead(c, &tenant, None, 100)).await?;
        assert_eq!(dead.items.len(), 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_not_asked_for_again_every_minute_but_at_once_when_somebody_asks() {
    each(async |house| {
        let google = house.simulator.google();
        google.fault(refused(403, "accessNotConfigured", None).times(1_000_000));
        house.pass_secs(3_600, 60).await?;
        let failing = calendar(&house).await?;
        assert_eq!(failing.problem.as_deref(), Some("error-provider-rejected"));
        google.clear_requests();
        house.pass_secs(3_600, 60).await?;
        assert!((3..=6).contains(&asked(&house)), "{} times in an hour", asked(&house));

        google.clear_faults();
        let connection = calendar(&house).await?.connection_id;
        calendars::pull_now(&house.app, &house.owner, &connection).await?;
        house.work().await?;
        assert_eq!(calendar(&house).await?.failing_since, None);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_asks_for_a_pause_gets_it_for_reading_and_writing() {
    let waits = [
        (refused(429, "", Some(300)), 300),
        (refused(403, "rateLimitExceeded", Some(120)), 120),
        (refused(403, "userRateLimitExceeded", None), 10),
        (refused(403, "quotaExceeded", None), 3_600),
    ];
    for (fault, wait_secs) in waits {
        each(async |house| {
            let google = house.simulator.google();
            google.clear_requests();
            google.fault(fault.clone());
            let booked = book(&house).await?;
            house.work().await?;
            assert_eq!(asked(&house), 1, "{fault:?}");
            let step = (wait_secs / 6).max(1);
            house.pass_secs(wait_secs - step, step).await?;
            assert_eq!(asked(&house), 1, "not before: {fault:?}");
            assert_ne!(again(&house, &booked).await?.sync_state, SyncState::Synced);
            house.pass_secs(step + 120, 10).await?;
            assert_eq!(again(&house, &booked).await?.sync_state, SyncState::Synced);
            assert_eq!(calendar(&house).await?.failing_since, None);
            Ok(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_left_to_people_who_can_send_it_again() {
    each(async |house| {
        let google = house.simulator.google();
        let path = format!("{API}calendars/dana%40example.com/events");
        let no = Effect::Status { status: 400, reason: None, retry_after: None, applied: false };
        google.fault(Fault::next(&path, no).method("POST").times(1_000_000));
        let booked = book(&house).await?;
        house.pass_secs(3_600, 60).await?;
        let failed = again(&house, &booked).await?;
        assert_eq!(failed.sync_state, SyncState::Failed);
        assert_eq!(failed.sync_problem.as_deref(), Some("error-provider-rejected"));
        let all = notifications::list_notifications(&house.app, &house.owner).await?;
        let kinds: Vec<_> = all.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, ["appointment-unsent"]);

        google.clear_faults();
        house.pass_secs(3_600, 600).await?;
        assert_eq!(again(&house, &booked).await?.sync_state, SyncState::Failed);
        for _ in 0..2 {
            event_states::send_again(&house.app, &house.owner, &booked.id).await?;
        }
        house.work().await?;
        assert_eq!(again(&house, &booked).await?.sync_state, SyncState::Synced);
        let all = notifications::list_notifications(&house.app, &house.owner).await?;
        assert!(all.iter().all(|one| one.read_at.is_some()), "settled");
        let events = google.events(DANA);
        assert_eq!(events.iter().filter(|event| event["summary"] == "Haircut").count(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_say_what_is_wrong_and_that_it_mends() {
    let site = Site::start(store::testing::sqlite().await).await.unwrap();
    let house = &site.house;
    house.pass_secs(120, 60).await.unwrap();
    house.simulator.google().fault(Fault::status(API, 503).times(1_000_000));
    let booked = book(house).await.unwrap();
    house.pass_secs(2 * 3_600, 60).await.unwrap();
    let session = Some(house.token.as_str());
    let page = async |path: &str| site.get(path, session).await.unwrap().body;
    let connection = format!("/connections/{}", site.ids["connection"]);
    let shown = page(&connection).await;
    for words in ["Not in step", "The provider doesn’t answer", "Appointments are safe here"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(page("/").await.contains("Not in step"));
    assert!(page("/connections").await.contains("Not in step"));
    assert!(page("/notifications").await.contains("A calendar is not in step"));
    let appointment = page(&format!("/appointments/{}", booked.id)).await;
    assert!(appointment.contains("Not written yet") && appointment.contains("First failed"));
    assert!(appointment.contains(&format!("/appointments/{}/again", booked.id)));

    house.simulator.google().clear_faults();
    let send = async |path: &str| site.send("POST", path, session, Some("")).await.unwrap().status;
    assert_eq!(send(&format!("{connection}/pull")).await, 303);
    assert_eq!(send(&format!("/appointments/{}/again", booked.id)).await, 303);
    house.pass_secs(60, 60).await.unwrap();
    let shown = page(&connection).await;
    assert!(shown.contains("In step") && !shown.contains("Not in step"), "{shown}");
    assert!(page(&format!("/appointments/{}", booked.id)).await.contains("In step"));
}
