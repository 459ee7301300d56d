//! One business and its calendar, from connecting to disconnecting: the real rooms, the real plugin,
//! a simulator that is as strict as the provider.

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput, OnlineState, Status, SyncState};
use app::connections::{self, ConnectionState};
use app::tokens::Revocation;
use app::{Error, calendars, oauth};
use domain::{Timestamp, Zone};
use oxpi_tests::House;
use oxpi_tests::house::{DANA, callback};
use serde_json::json;
use simulators::Fault;

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

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_becomes_an_event_with_a_meeting_and_goes_again() {
    each(async |house| {
        house.with_calendar().await?;
        let booked = book(&house).await?;
        house.work().await?;
        house.pass_secs(30, 5).await?;
        let ready = again(&house, &booked).await?;
        assert_eq!(ready.sync_state, SyncState::Synced);
        assert_eq!(ready.online_state, OnlineState::Ready);
        let meeting = ready.online_url.context("no meeting")?;
        let events = live(&house);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["summary"], "Haircut with Noa");
        assert_eq!(events[0]["hangoutLink"], json!(meeting));

        let change = AppointmentInput { title: "Haircut".to_owned(), ..input(ready.calendar_id) };
        let (app, owner) = (&house.app, &house.owner);
        appointments::change_appointment(app, owner, &booked.id, change, ready.rev).await?;
        house.work().await?;
        assert_eq!(live(&house)[0]["summary"], "Haircut");

        appointments::cancel_appointment(app, owner, &booked.id).await?;
        house.work().await?;
        assert!(live(&house).is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_moved_or_deleted_at_the_provider_follows_here() {
    each(async |house| {
        house.with_calendar().await?;
        let booked = book(&house).await?;
        house.work().await?;
        let google = house.simulator.google();
        let id = live(&house)[0]["id"].as_str().context("no id")?.to_owned();
        let moved = json!({
            "start": {"dateTime": "2026-03-03T13:00:00Z"},
            "end": {"dateTime": "2026-03-03T14:30:00Z"},
        });
        google.patch_event(DANA, &id, moved).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(120, 60).await?;
        let after = again(&house, &booked).await?;
        assert_eq!(after.starts_at, at("2026-03-03T13:00:00Z"));
        assert_eq!(after.ends_at, at("2026-03-03T14:30:00Z"));

        google.delete_event(DANA, &id).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        house.pass_secs(120, 60).await?;
        assert_eq!(again(&house, &booked).await?.status, Status::Cancelled);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_sync_token_leads_to_a_full_sync_that_finds_what_was_deleted() {
    each(async |house| {
        house.with_calendar().await?;
        let booked = book(&house).await?;
        house.work().await?;
        house.pass_secs(120, 60).await?;
        let google = house.simulator.google();
        let id = live(&house)[0]["id"].as_str().context("no id")?.to_owned();
        let other = json!({
            "summary": "Dentist",
            "start": {"dateTime": "2026-03-04T08:00:00Z"},
            "end": {"dateTime": "2026-03-04T09:00:00Z"},
        });
        google.put_event(DANA, other).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        google.delete_event(DANA, &id).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        google.invalidate_sync_tokens();
        house.pass_secs(120, 60).await?;
        assert_eq!(again(&house, &booked).await?.status, Status::Cancelled);
        let (from, to) = (at("2026-03-04T00:00:00Z"), at("2026-03-05T00:00:00Z"));
        let busy = appointments::get_span(&house.app, &house.owner, from, to).await?.busy;
        assert_eq!(busy.len(), 1);
        assert_eq!(busy[0].starts_at, at("2026-03-04T08:00:00Z"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_owned_calendars_can_be_chosen() {
    each(async |house| {
        let connection = house.connect(DANA).await?;
        let (app, owner) = (&house.app, &house.owner);
        let offered = calendars::offer_calendars(app, owner, &connection).await?;
        let reader = offered.iter().find(|c| !c.is_owned()).context("no foreign calendar")?;
        let wanted = vec![reader.id.clone()];
        let refused = calendars::choose_calendars(app, owner, &connection, wanted).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
        calendars::choose_calendars(app, owner, &connection, vec![STUDIO.to_owned()]).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_revokes_and_forgets() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        let booked = book(&house).await?;
        house.work().await?;
        let (app, owner) = (&house.app, &house.owner);
        let said = connections::disconnect(app, owner, &connection).await?;
        assert_eq!(said, Revocation::Confirmed);
        assert_eq!(house.simulator.google().connections(DANA), 0);
        let again_said = connections::disconnect(app, owner, &connection).await?;
        assert_eq!(again_said, Revocation::Confirmed, "twice is once");
        let tenant = owner.tenant.clone();
        let secrets =
            app.db.read(move |c| store::secrets::list(c, &tenant, "google-calendar/google"));
        assert!(secrets.await?.iter().all(|secret| secret.name != "tokens"));
        assert_eq!(again(&house, &booked).await?.calendar_id, None, "the appointment stays");
        house.pass_secs(180, 60).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_could_not_be_asked_for_is_said_so_and_still_forgets() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        house.simulator.google().fault(Fault::status("/revoke", 503));
        let said = connections::disconnect(&house.app, &house.owner, &connection).await?;
        assert!(matches!(said, Revocation::Unconfirmed(_)), "{said:?}");
        let shown = connections::get_connection(&house.app, &house.owner, &connection).await?;
        assert_eq!(shown.state, ConnectionState::Disconnected);
        assert!(shown.problem.is_some());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_ended_at_the_provider_asks_for_a_person_once_and_mends_by_reconnecting() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        house.simulator.google().revoke(DANA);
        let booked = book(&house).await?;
        house.pass_secs(180, 60).await?;
        let (app, owner) = (&house.app, &house.owner);
        let shown = connections::get_connection(app, owner, &connection).await?;
        assert_eq!(shown.state, ConnectionState::NeedsYou);
        let filter = app::audit::AuditFilter {
            action: Some("connection.needs-you".to_owned()),
            ..Default::default()
        };
        let tenant = owner.tenant.clone();
        let told = app.db.read(move |c| store::audit::list(c, &tenant, &filter, None, 10)).await?;
        assert_eq!(told.items.len(), 1, "told once");

        assert_eq!(house.connect(DANA).await?, connection, "the same connection goes on");
        house.pass_secs(120, 60).await?;
        assert_eq!(again(&house, &booked).await?.sync_state, SyncState::Synced);
        assert_eq!(live(&house).len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_refreshed_once_for_all_who_wait() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        house.clock.advance_millis(2 * 3_600_000);
        let google = house.simulator.google();
        google.clear_requests();
        let (app, owner) = (&house.app, &house.owner);
        let asks = (0..8).map(|_| calendars::offer_calendars(app, owner, &connection));
        for answer in futures_util::future::join_all(asks).await {
            answer?;
        }
        let refreshes =
            google.requests().into_iter().filter(|entry| entry.path == "/token").count();
        assert_eq!(refreshes, 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_processes_one_refreshes_a_token() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        let (second, third) = (house.another().await?, house.another().await?);
        house.clock.advance_millis(2 * 3_600_000);
        let google = house.simulator.google();
        google.clear_requests();
        // Slow enough that all of them are there before the first is done.
        google.fault(Fault::next("/token", simulators::Effect::Slow { millis: 400 }));
        let owner = &house.owner;
        let asks = [&house.app, &second, &third, &second, &house.app]
            .map(|app| calendars::offer_calendars(app, owner, &connection));
        for answer in futures_util::future::join_all(asks).await {
            answer?;
        }
        let refreshes =
            google.requests().into_iter().filter(|entry| entry.path == "/token").count();
        assert_eq!(refreshes, 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_works_once_and_for_its_own_session_only() {
    each(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        let location = house.consent(DANA, None).await?;
        let mut forged = callback(&location);
        forged.state = Some("something-else".to_owned());
        let refused = oauth::finish_connection(app, owner, forged).await;
        assert!(matches!(&refused, Err(Error::Invalid { key, .. }) if key == "error-oauth-state"));
        oauth::finish_connection(app, owner, callback(&location)).await?;
        let replayed = oauth::finish_connection(app, owner, callback(&location)).await;
        assert!(matches!(&replayed, Err(Error::Invalid { key, .. }) if key == "error-oauth-state"));
        let tenant = owner.tenant.clone();
        let chain = app.db.read(move |c| store::audit::list_chain(c, &tenant, 0, 1_000)).await?;
        let told = chain.iter().filter(|entry| entry.action == "connection.refused").count();
        assert_eq!(told, 1, "the log is told, once an hour");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_was_unticked_is_named_and_the_grant_given_back() {
    each(async |house| {
        let location = house.consent(DANA, Some(&["openid", "email", "profile"])).await?;
        let refused = oauth::finish_connection(&house.app, &house.owner, callback(&location)).await;
        let key = match refused {
            Err(Error::Invalid { key, .. }) => key,
            other => anyhow::bail!("{other:?}"),
        };
        assert_eq!(key, "error-oauth-scope-missing");
        let tenant = house.owner.tenant.clone();
        let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 1_000);
        let chain = house.app.db.read(list).await?;
        let told = chain.iter().find(|entry| entry.action == "connection.refused");
        let detail = &told.context("the log is not told")?.detail_json.0;
        assert_eq!(detail["kind"], "oauth-scopes");
        assert!(detail["scopes"].as_array().is_some_and(|scopes| !scopes.is_empty()), "{detail}");
        assert_eq!(house.simulator.google().connections(DANA), 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_is_off_sends_nothing() {
    each(async |house| {
        house.with_calendar().await?;
        let (app, owner) = (&house.app, &house.owner);
        app::plugins::disable_plugin(app, owner, &house.plugin).await?;
        house.simulator.google().clear_requests();
        let booked = book(&house).await?;
        house.pass_secs(300, 60).await?;
        assert!(house.simulator.google().requests().is_empty());

        let version = app::plugins::get_plugin(app, owner, &house.plugin).await?.card.version;
        app::plugins::enable_plugin(app, owner, &house.plugin, &version).await?;
        house.pass_secs(60, 60).await?;
        assert_eq!(again(&house, &booked).await?.sync_state, SyncState::Synced);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_went_from_outside_is_shown_and_mended_in_either_way() {
    each(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        house.connect(DANA).await?;
        let plugin = house.plugin.clone();
        let prepared = || oauth::prepare_connection(app, owner, &plugin, "google");
        assert!(!prepared().await?.is_untrusted);
        // As a version did that removed a plugin without telling the manifest.
        let tenant = owner.tenant.clone();
        let gone = move |c: &mut store::Conn| {
            store::secrets::delete_owner(c, &tenant, "google-calendar/google").map(drop)
        };
        app.db.write(gone.clone()).await?;
        let page = prepared().await?;
        assert!(page.is_untrusted && page.client_id.is_none() && !page.has_client_secret);
        let missing = app::vault_state::forget_missing(app, &owner.tenant).await?;
        assert_eq!(missing.unnamed, 0, "{missing:?}");
        assert!(missing.named.iter().any(|name| name == "google-calendar/google client-id"));
        assert!(missing.named.iter().any(|name| name.starts_with("google-calendar/google tokens")));
        let page = prepared().await?;
        assert!(!page.is_untrusted && page.client_id.is_none());
        // Or by entering it once more where it is asked for.
        let save = |text: &'static str| {
            let secret = domain::Secret::from_text(text.to_owned());
            oauth::save_client(app, owner, &plugin, "google", "a-client", secret)
        };
        save("first").await?;
        app.db.write(gone).await?;
        assert!(prepared().await?.is_untrusted);
        save("second").await?;
        let page = prepared().await?;
        assert!(!page.is_untrusted && page.has_client_secret);
        assert_eq!(page.client_id.as_deref(), Some("a-client"));
        Ok(())
    })
    .await;
}
