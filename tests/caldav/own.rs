//! An appointment and its event on the server.

use anyhow::Context as _;
use app::appointments::{self, OnlineState, Status, SyncState};
use app::event_states;
use oxpi_tests::caldav::Kind;

use super::{DAY_MS, at, each};

async fn an_appointment_and_its_event_are_one_whoever_changes_it(kind: Kind) {
    each(kind, async |shared| {
        shared.with_calendar().await?;
        let booked = shared.book("Haircut, Noa", "2026-03-03T08:00:00Z", "form-1").await?;
        shared.work().await?;
        let events = shared.events()?;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["title"], "Haircut, Noa");
        assert_eq!(events[0]["notes"], "Short at the sides;\nbring a, b");
        assert_eq!(events[0]["start"], "2026-03-03T08:00:00Z");
        assert_eq!(shared.again(&booked).await?.sync_state, SyncState::Synced);

        // Both change other things of it at once.
        let uid = events[0]["uid"].as_str().context("no uid")?.to_owned();
        let theirs = r#"{"SHIFT": 90, "LOCATION": "Upstairs"}"#;
        shared.phone(&["edit", "work", &uid, theirs])?;
        shared.change(&booked, |input| input.title = "Long haircut".to_owned()).await?;
        shared.a_while().await?;
        let after = shared.again(&booked).await?;
        assert_eq!((after.title.as_str(), after.location.as_str()), ("Long haircut", "Upstairs"));
        assert_eq!(after.starts_at, at("2026-03-03T09:30:00Z"));
        assert_eq!(after.sync_state, SyncState::Synced);
        let events = shared.events()?;
        assert_eq!(
            (&events[0]["title"], &events[0]["location"]),
            (&"Long haircut".into(), &"Upstairs".into())
        );
        assert_eq!(events[0]["start"], "2026-03-03T09:30:00Z");

        // Then all is quiet: nothing is written because of what we wrote.
        let rev = shared.again(&booked).await?.rev;
        shared.pass(600_000, 10).await?;
        assert_eq!(shared.again(&booked).await?.rev, rev);
        assert_eq!(shared.events()?, events);

        shared.phone(&["delete", "work", &uid])?;
        shared.a_while().await?;
        assert_eq!(shared.again(&booked).await?.status, Status::Cancelled);

        let second = shared.book("Colour", "2026-03-04T08:00:00Z", "form-2").await?;
        shared.work().await?;
        assert_eq!(shared.events()?.len(), 1);
        appointments::cancel_appointment(&shared.app, &shared.owner, &second.id).await?;
        shared.work().await?;
        assert!(shared.events()?.is_empty());
        Ok(())
    })
    .await;
}

async fn where_both_changed_the_same_ours_stays_and_theirs_is_told(kind: Kind) {
    each(kind, async |shared| {
        shared.with_calendar().await?;
        let booked = shared.book("Fitting", "2026-03-12T08:00:00Z", "form-1").await?;
        shared.work().await?;
        let uid = booked.id.to_string();
        shared.phone(&[
            "edit",
            "work",
            &uid,
            r#"{"SUMMARY": "Theirs", "LOCATION": "Upstairs"}"#,
        ])?;
        shared.change(&booked, |input| input.title = "Ours".to_owned()).await?;
        shared.a_while().await?;
        let after = shared.again(&booked).await?;
        assert_eq!((after.title.as_str(), after.location.as_str()), ("Ours", "Upstairs"));
        let events = shared.events()?;
        assert_eq!(
            (&events[0]["title"], &events[0]["location"]),
            (&"Ours".into(), &"Upstairs".into())
        );
        let state = event_states::get_event_state(&shared.app, &shared.owner, &booked.id).await?;
        let told: Vec<_> = state.merges.iter().map(|m| (&*m.field, &*m.other)).collect();
        assert_eq!(told, [("title", "Theirs")]);
        Ok(())
    })
    .await;
}

async fn a_weeks_outage_is_caught_up_on_both_sides(kind: Kind) {
    each(kind, async |mut shared| {
        shared.with_calendar().await?;
        let kept = shared.book("Kept", "2026-03-12T08:00:00Z", "form-1").await?;
        let lost = shared.book("Dropped", "2026-03-13T08:00:00Z", "form-2").await?;
        let theirs = shared.book("Theirs", "2026-03-14T08:00:00Z", "form-3").await?;
        shared.work().await?;
        assert_eq!(shared.events()?.len(), 3);

        shared.server.stop();
        shared.change(&kept, |input| input.title = "Kept and changed".to_owned()).await?;
        appointments::cancel_appointment(&shared.app, &shared.owner, &lost.id).await?;
        let new = shared.book("Booked meanwhile", "2026-03-15T08:00:00Z", "form-4").await?;
        shared.pass(7 * DAY_MS, 60).await?;
        assert_ne!(shared.again(&new).await?.sync_state, SyncState::Synced);

        // While we still wait, somebody there is quicker.
        shared.server.go_on()?;
        let uid = theirs.id.to_string();
        shared.phone(&["edit", "work", &uid, r#"{"SUMMARY": "Renamed there"}"#])?;
        shared.pass(3 * 3_600_000, 60).await?;
        let events = shared.events()?;
        let titles: std::collections::BTreeSet<_> =
            events.iter().filter_map(|event| event["title"].as_str()).collect();
        assert_eq!(titles, ["Booked meanwhile", "Kept and changed", "Renamed there"].into());
        assert_eq!(events.len(), 3, "none of them twice");
        assert_eq!(shared.again(&theirs).await?.title, "Renamed there");
        for each in [&kept, &new, &theirs] {
            assert_eq!(shared.again(each).await?.sync_state, SyncState::Synced);
        }

        // A restart of the server loses nothing and brings nothing twice.
        shared.server.stop();
        shared.server.go_on()?;
        shared.pass(600_000, 5).await?;
        assert_eq!(shared.events()?, events);
        Ok(())
    })
    .await;
}

async fn an_online_appointment_is_booked_and_no_meeting_is_promised(kind: Kind) {
    each(kind, async |shared| {
        shared.with_calendar().await?;
        let booked = shared.book("Call", "2026-03-12T08:00:00Z", "form-1").await?;
        shared.change(&booked, |input| input.online = true).await?;
        shared.a_while().await?;
        let after = shared.again(&booked).await?;
        assert_eq!((after.sync_state, after.online_state), (SyncState::Synced, OnlineState::None));
        assert!(after.online && after.online_url.is_none());
        Ok(())
    })
    .await;
}

async fn lost_tokens_have_everything_read_anew_and_double_nothing(kind: Kind) {
    each(kind, async |shared| {
        shared.with_calendar().await?;
        let booked = shared.book("Fitting", "2026-03-12T08:00:00Z", "form-1").await?;
        let dropped = shared.book("Dropped", "2026-03-13T08:00:00Z", "form-2").await?;
        shared.add("open", "DTSTART:20260314T080000Z\r\nDURATION:PT1H\r\nSUMMARY:Dentist")?;
        shared.a_while().await?;
        let (from, to) = ("2026-03-09T00:00:00Z", "2026-03-20T00:00:00Z");
        assert_eq!(shared.busy(from, to).await?, ["2026-03-14T08:00:00Z"]);

        shared.server.lose_tokens()?;
        shared.phone(&["edit", "work", &booked.id.to_string(), r#"{"SHIFT": 60}"#])?;
        shared.phone(&["delete", "work", &dropped.id.to_string()])?;
        shared.phone(&["edit", "work", "open", r#"{"SHIFT": 30}"#])?;
        shared.pass(600_000, 6).await?;
        let moved = shared.again(&booked).await?;
        assert_eq!(moved.starts_at, at("2026-03-12T09:00:00Z"));
        assert_eq!(moved.sync_state, SyncState::Synced);
        assert_eq!(shared.again(&dropped).await?.status, Status::Cancelled);
        assert_eq!(shared.busy(from, to).await?, ["2026-03-14T08:30:00Z"]);
        assert_eq!(shared.events()?.len(), 2);
        Ok(())
    })
    .await;
}

on_both_servers!(
    an_appointment_and_its_event_are_one_whoever_changes_it,
    where_both_changed_the_same_ours_stays_and_theirs_is_told,
    a_weeks_outage_is_caught_up_on_both_sides,
    an_online_appointment_is_booked_and_no_meeting_is_promised,
    lost_tokens_have_everything_read_anew_and_double_nothing,
);
