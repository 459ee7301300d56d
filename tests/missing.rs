//! Events of appointments that are no longer in their calendar: deleted while nothing connected the two,
//! too old to be read, or all gone at once.

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput, Status, SyncState};
use app::calendars::{self, Calendar, MissingAnswer};
use app::notifications::Kind;
use app::{Error, connections, notifications};
use domain::{ConnectionId, Timestamp, Zone};
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use serde_json::Value;

const FAR: Timestamp = Timestamp::from_millis(4_000_000_000_000);
const STUDIO: &str = "c_studio@group.calendar.google.com";

/// On both databases, with a calendar in use.
async fn each(test: impl AsyncFn(House, ConnectionId) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        let (connection, _) = house.with_calendar().await.unwrap();
        test(house, connection).await.unwrap();
    }
}

async fn calendar(house: &House) -> Result<Calendar> {
    let all = calendars::list_calendars(&house.app, &house.owner).await?;
    all.into_iter().next().context("no calendar")
}

fn input(title: &str, day: u32, calendar: Option<domain::CalendarId>) -> AppointmentInput {
    let at = |hour| Timestamp::parse_rfc3339(&format!("2026-03-{day:02}T{hour:02}:00:00Z"));
    AppointmentInput {
        person: None,
        title: title.to_owned(),
        notes: String::new(),
        location: String::new(),
        starts_at: at(8).unwrap(),
        ends_at: at(9).unwrap(),
        zone: "Asia/Jerusalem".parse::<Zone>().unwrap(),
        online: false,
        calendar,
    }
}

async fn book(house: &House, day: u32) -> Result<Appointment> {
    let input = input(&format!("Visit {day}"), day, Some(calendar(house).await?.id));
    Ok(appointments::book_anyway(&house.app, &house.owner, input, "").await?)
}

async fn book_all(house: &House, days: std::ops::Range<u32>) -> Result<Vec<Appointment>> {
    let mut all = Vec::new();
    for day in days {
        all.push(book(house, day).await?);
    }
    house.pass_secs(120, 60).await?;
    Ok(all)
}

async fn again(house: &House, appointment: &Appointment) -> Result<Appointment> {
    Ok(appointments::get_appointment(&house.app, &house.owner, &appointment.id).await?)
}

async fn booked(house: &House, all: &[Appointment]) -> Result<usize> {
    let mut count = 0;
    for each in all {
        count += usize::from(again(house, each).await?.status == Status::Booked);
    }
    Ok(count)
}

fn live(house: &House) -> Vec<Value> {
    let all = house.simulator.google().events(DANA);
    all.into_iter().filter(|event| event["status"] != "cancelled").collect()
}

fn delete(house: &House, event: &Value) -> Result<()> {
    let id = event["id"].as_str().context("no id")?;
    house.simulator.google().delete_event(DANA, id).map_err(|e| anyhow::anyhow!("{e:?}"))
}

fn event_of(house: &House, of: &Appointment) -> Result<Value> {
    let found = live(house).into_iter().find(|event| {
        event["extendedProperties"]["private"]["oxpi_appointment"] == serde_json::json!(of.id)
    });
    found.context("no event")
}

async fn reconnect(house: &House) -> Result<ConnectionId> {
    let connection = house.connect(DANA).await?;
    let wanted = vec![DANA.to_owned()];
    calendars::choose_calendars(&house.app, &house.owner, &connection, wanted).await?;
    house.pass_secs(240, 60).await?;
    Ok(connection)
}

async fn told(house: &House) -> Result<usize> {
    let all = notifications::list_notifications(&house.app, &house.owner).await?;
    let unread = all.iter().filter(|one| one.read_at.is_none());
    Ok(unread.filter(|one| one.kind == Kind::CalendarEmptied).count())
}

async fn acts(house: &House, action: &str) -> Result<usize> {
    let tenant = house.owner.tenant.clone();
    let chain = house.app.db.read(move |c| store::audit::list_chain(c, &tenant, 0, 10_000)).await?;
    Ok(chain.iter().filter(|entry| entry.action == action).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_deleted_while_disconnected_is_cancelled_on_connecting_again() {
    each(async |house, connection| {
        let all = book_all(&house, 10..13).await?;
        connections::disconnect(&house.app, &house.owner, &connection).await?;
        delete(&house, &event_of(&house, &all[0])?)?;
        reconnect(&house).await?;
        assert_eq!(again(&house, &all[0]).await?.status, Status::Cancelled);
        assert_eq!(booked(&house, &all).await?, 2);
        for each in &all[1..] {
            let now = again(&house, each).await?;
            assert_eq!(now.sync_state, SyncState::Synced);
            assert!(now.calendar_id.is_some());
        }
        assert_eq!(live(&house).len(), 2);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_deleted_there_and_changed_here_meanwhile_is_written_anew() {
    each(async |house, connection| {
        let all = book_all(&house, 10..13).await?;
        connections::disconnect(&house.app, &house.owner, &connection).await?;
        delete(&house, &event_of(&house, &all[0])?)?;
        let now = again(&house, &all[0]).await?;
        let to = input("Visit with colour", 20, None);
        appointments::change_appointment(&house.app, &house.owner, &now.id, to, now.rev).await?;
        reconnect(&house).await?;
        let after = again(&house, &all[0]).await?;
        assert_eq!((after.status, after.sync_state), (Status::Booked, SyncState::Synced));
        assert_eq!(event_of(&house, &after)?["summary"], "Visit with colour");
        assert_eq!(live(&house).len(), 3);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_from_long_ago_is_in_its_calendar_again() {
    each(async |house, connection| {
        let all = book_all(&house, 10..11).await?;
        house.clock.advance_millis(80 * 86_400_000);
        house.pass_secs(120, 60).await?;
        connections::disconnect(&house.app, &house.owner, &connection).await?;
        assert_eq!(again(&house, &all[0]).await?.calendar_id, None);
        reconnect(&house).await?;
        let now = again(&house, &all[0]).await?;
        assert_eq!((now.status, now.sync_state), (Status::Booked, SyncState::Synced));
        assert_eq!(now.calendar_id, Some(calendar(&house).await?.id));
        assert_eq!(live(&house).len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_on_its_way_when_its_calendar_was_let_go_of_arrives_after_all() {
    each(async |house, connection| {
        let (sent, cancelled) = (book(&house, 10).await?, book(&house, 11).await?);
        appointments::cancel_appointment(&house.app, &house.owner, &cancelled.id).await?;
        connections::disconnect(&house.app, &house.owner, &connection).await?;
        assert!(live(&house).is_empty());
        reconnect(&house).await?;
        let now = again(&house, &sent).await?;
        assert_eq!((now.status, now.sync_state), (Status::Booked, SyncState::Synced));
        assert_eq!(live(&house).len(), 1, "the cancelled one stays away");
        assert_eq!(event_of(&house, &sent)?["summary"], "Visit 10");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_s_calendar_takes_none_of_them() {
    each(async |house, connection| {
        let all = book_all(&house, 10..13).await?;
        connections::disconnect(&house.app, &house.owner, &connection).await?;
        let noa = house.connect("noa@example.com").await?;
        let wanted = vec!["noa@example.com".to_owned()];
        calendars::choose_calendars(&house.app, &house.owner, &noa, wanted).await?;
        house.pass_secs(240, 60).await?;
        assert_eq!(booked(&house, &all).await?, 3);
        assert_eq!(again(&house, &all[0]).await?.calendar_id, None);
        Ok(())
    })
    .await;
}

/// Every event is gone, and nothing tells that anybody deleted one.
fn empty(house: &House) -> Result<()> {
    live(house).iter().try_for_each(|event| delete(house, event))?;
    house.simulator.google().invalidate_sync_tokens();
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_is_suddenly_empty_cancels_nothing_and_is_told_once() {
    each(async |house, connection| {
        let all = book_all(&house, 10..16).await?;
        empty(&house)?;
        house.pass_secs(240, 60).await?;
        assert_eq!(booked(&house, &all).await?, 6);
        assert_eq!(calendar(&house).await?.missing, Some(6));
        house.simulator.google().invalidate_sync_tokens();
        house.pass_secs(240, 60).await?;
        assert_eq!((told(&house).await?, acts(&house, "calendar.emptied").await?), (1, 1));

        let (app, owner, id) = (&house.app, &house.owner, calendar(&house).await?.id);
        let answer = MissingAnswer::Restore;
        let other = ConnectionId::new(&*app.clock, &*app.rng);
        let refused = calendars::answer_missing(app, owner, &other, &id, Some(answer)).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        for _ in 0..2 {
            calendars::answer_missing(app, owner, &connection, &id, Some(answer)).await?;
        }
        assert_eq!(acts(&house, "calendar.emptied-answered").await?, 1);
        house.pass_secs(240, 60).await?;
        assert_eq!(live(&house).len(), 6, "written again");
        assert_eq!(booked(&house, &all).await?, 6);
        assert_eq!(again(&house, &all[0]).await?.sync_state, SyncState::Synced);
        assert_eq!((calendar(&house).await?.missing, told(&house).await?), (None, 0));
        Ok(())
    })
    .await;
}

/// Takes the whole future out of the calendar, where more is over: three of ten.
async fn clear_future(house: &House) -> Result<Vec<Appointment>> {
    let all = book_all(house, 10..20).await?;
    let at = Timestamp::parse_rfc3339("2026-03-16T12:00:00Z").context("no time")?;
    house.clock.advance_millis(at.as_millis() - house.app.clock.now().as_millis());
    house.pass_secs(120, 60).await?;
    all[7..].iter().try_for_each(|of| delete(house, &event_of(house, of)?))?;
    Ok(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cleared_future_beside_what_is_over_waits_for_a_word_too() {
    each(async |house, _| {
        let all = clear_future(&house).await?;
        house.simulator.google().invalidate_sync_tokens();
        house.pass_secs(240, 60).await?;
        assert_eq!((booked(&house, &all).await?, calendar(&house).await?.missing), (10, Some(3)));
        assert_eq!(told(&house).await?, 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_is_told_to_be_cleared_event_by_event_waits_as_well() {
    each(async |house, connection| {
        let all = clear_future(&house).await?;
        house.pass_secs(240, 60).await?;
        assert_eq!((booked(&house, &all).await?, calendar(&house).await?.missing), (10, Some(3)));
        let (app, owner, id) = (&house.app, &house.owner, calendar(&house).await?.id);
        let answer = Some(MissingAnswer::Cancel);
        calendars::answer_missing(app, owner, &connection, &id, answer).await?;
        house.pass_secs(240, 60).await?;
        assert_eq!(booked(&house, &all[..7]).await?, 7, "what is over took place");
        assert_eq!((booked(&house, &all[7..]).await?, live(&house).len()), (0, 7));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_there_again_settle_it_by_themselves() {
    each(async |house, _| {
        let all = book_all(&house, 10..13).await?;
        let before = live(&house);
        empty(&house)?;
        house.pass_secs(240, 60).await?;
        assert_eq!((calendar(&house).await?.missing, told(&house).await?), (Some(3), 1));
        for event in before {
            let id = event["id"].as_str().context("no id")?;
            let there = serde_json::json!({"status": "confirmed"});
            let google = house.simulator.google();
            google.patch_event(DANA, id, there).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        }
        house.pass_secs(240, 60).await?;
        assert_eq!((calendar(&house).await?.missing, told(&house).await?), (None, 0));
        assert_eq!((booked(&house, &all).await?, live(&house).len()), (3, 3));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_deleted_on_purpose_cancel_their_appointments_once_somebody_says_so() {
    each(async |house, connection| {
        let all = book_all(&house, 10..16).await?;
        empty(&house)?;
        house.pass_secs(240, 60).await?;
        assert_eq!(booked(&house, &all).await?, 6);
        let (app, owner, id) = (&house.app, &house.owner, calendar(&house).await?.id);
        let answer = MissingAnswer::Cancel;
        calendars::answer_missing(app, owner, &connection, &id, Some(answer)).await?;
        house.pass_secs(240, 60).await?;
        assert_eq!((booked(&house, &all).await?, calendar(&house).await?.missing), (0, None));
        assert!(live(&house).is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_deleted_at_once_are_somebody_s_wish() {
    each(async |house, _| {
        let all = book_all(&house, 10..21).await?;
        for event in &live(&house)[..5] {
            delete(&house, event)?;
        }
        house.simulator.google().invalidate_sync_tokens();
        house.pass_secs(240, 60).await?;
        assert_eq!((booked(&house, &all).await?, calendar(&house).await?.missing), (6, None));
        Ok(())
    })
    .await;
}

/// Somebody moves an event to another calendar at Google: it keeps its id.
fn move_event(house: &House, event: &Value, to: &str) -> Result<()> {
    delete(house, event)?;
    let mut moved = event.clone();
    let fields = moved.as_object_mut().context("no event")?;
    fields.retain(|name, _| {
        ["id", "summary", "start", "end", "extendedProperties", "location"].contains(&&**name)
    });
    let google = house.simulator.google();
    google.put_event(to, moved).map_err(|e| anyhow::anyhow!("{e:?}"))?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_moved_to_another_calendar_takes_its_appointment_with_it() {
    each(async |house, connection| {
        let (app, owner) = (&house.app, &house.owner);
        let both = vec![DANA.to_owned(), STUDIO.to_owned()];
        calendars::choose_calendars(app, owner, &connection, both).await?;
        let all = calendars::list_calendars(app, owner).await?;
        let id_of =
            |name: &str| all.iter().find(|each| each.external_id == name).map(|c| c.id.clone());
        let (dana, studio) = (id_of(DANA).context("none")?, id_of(STUDIO).context("none")?);
        // Whichever of the two calendars is asked first.
        for (day, first) in [(10, &dana), (11, &studio)] {
            let input = input(&format!("Visit {day}"), day, Some(dana.clone()));
            let own = appointments::book_anyway(app, owner, input, "").await?;
            house.work().await?;
            move_event(&house, &event_of(&house, &own)?, STUDIO)?;
            let (tenant, name) = (owner.tenant.clone(), format!("calendar-pull-{first}"));
            let (plugin, soon) = (house.plugin.clone(), app.clock.now());
            app.db
                .transact(move |c| -> Result<()> {
                    let found = store::schedules::find_by_name(c, &tenant, Some(&plugin), &name)?;
                    let found = found.context("no schedule")?;
                    Ok(store::schedules::advance(c, &tenant, &found.id, found.next_at, soon)?)
                })
                .await?;
            house.work().await?;
            house.pass_secs(180, 60).await?;
            let now = again(&house, &own).await?;
            assert_eq!((now.status, now.sync_state), (Status::Booked, SyncState::Synced), "{day}");
            assert_eq!(now.calendar_id.as_ref(), Some(&studio));
            let (tenant, id) = (owner.tenant.clone(), own.id.clone());
            let kept = app.db.read(move |c| store::appointments::find(c, &tenant, &id)).await?;
            assert!(kept.context("gone")?.etag.is_some());
        }
        assert_eq!(acts(&house, "appointment.cancelled-elsewhere").await?, 0);
        let change = serde_json::json!({"location": "Upstairs"});
        let google = house.simulator.google();
        let there = google.events(STUDIO).into_iter().find(|e| e["status"] != "cancelled");
        let id = there.context("no event")?["id"].as_str().context("no id")?.to_owned();
        google.patch_event(STUDIO, &id, change).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(120, 60).await?;
        let span = appointments::get_span(app, owner, Timestamp::from_millis(0), FAR).await?;
        assert_eq!(span.appointments.iter().filter(|one| one.location == "Upstairs").count(), 1);
        assert!(span.busy.is_empty(), "its own event is no busy time");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_somebody_clears_waits_for_a_word_too() {
    each(async |house, connection| {
        let all = book_all(&house, 10..14).await?;
        // Each deletion is told, and none is a full sync.
        live(&house).iter().try_for_each(|event| delete(&house, event))?;
        house.pass_secs(240, 60).await?;
        assert_eq!((booked(&house, &all).await?, calendar(&house).await?.missing), (4, Some(4)));
        let (app, owner, id) = (&house.app, &house.owner, calendar(&house).await?.id);
        calendars::answer_missing(app, owner, &connection, &id, Some(MissingAnswer::Cancel))
            .await?;
        house.pass_secs(240, 60).await?;
        assert_eq!((booked(&house, &all).await?, calendar(&house).await?.missing), (0, None));
        Ok(())
    })
    .await;
}
