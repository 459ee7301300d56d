//! Other programs are told of what happens: signed as the specification says, tried for three days, never
//! lost, and never sent to where nothing goes.

pub(crate) mod agreement;
mod answers;
mod killed;
mod told;
mod world;

use std::time::Duration;

use app::endpoints::{self, DeliveryState, OffReason, TryEnd};
use app::retention;
use oxpi_tests::receiver::Answer;
use serde_json::Value;
use world::{HOOKS, each, verifies};

const HOUR: i64 = 3_600;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_in_one_signed_message() {
    each(async |w| {
        let (id, secret) = w.add(HOOKS, &[]).await?;
        let person = w.person("Noa Levi").await?;
        w.work().await?;
        let got = w.receiver.got();
        assert_eq!(got.len(), 1);
        let message = &got[0];
        assert_eq!(message.path, "/in?key=1");
        assert_eq!(message.header("content-type"), "application/json");
        assert!(verifies(message, &[&secret]));
        let at: i64 = message.header("webhook-timestamp").parse()?;
        assert_eq!(at, w.app.clock.now().as_millis() / 1_000);
        let body: Value = serde_json::from_str(&message.body)?;
        assert_eq!(body["type"], "person.created");
        assert_eq!(body["version"], 1);
        assert_eq!(body["timestamp"], w.app.clock.now().to_rfc3339());
        assert_eq!(body["data"]["id"], person.id.as_str());
        assert_eq!(body["data"]["name"], "Noa Levi");
        let lines = w.log(&id).await?;
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].delivery.state, DeliveryState::Done);
        assert_eq!(lines[0].last.as_ref().map(|last| last.status), Some(Some(200)));
        // Nothing more comes of it.
        w.pass(HOUR).await?;
        assert_eq!(w.receiver.got().len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_chosen_kinds_are_told_and_a_deletion_names_nobody() {
    each(async |w| {
        w.add(HOOKS, &["person.deleted", "task.done"]).await?;
        let person = w.person("Noa Levi").await?;
        let task = w.task("Call Noa").await?;
        app::tasks::do_task(&w.app, &w.owner, &task.id).await?;
        app::people::delete_person(&w.app, &w.owner, &person.id).await?;
        w.work().await?;
        let kinds = w.kinds()?;
        assert_eq!(kinds, ["person.deleted", "task.done"]);
        let gone = w.receiver.got().into_iter().find(|it| it.body.contains("person.deleted"));
        let body: Value = serde_json::from_str(&gone.map(|it| it.body).unwrap_or_default())?;
        assert_eq!(body["data"], serde_json::json!({"object": "person", "id": person.id}));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_tried_ten_times_over_three_days_under_one_id_and_then_by_hand() {
    each(async |w| {
        let (id, secret) = w.add(HOOKS, &[]).await?;
        w.receiver.answer_always(Answer::of(500));
        w.person("Noa Levi").await?;
        w.work().await?;
        let began = w.app.clock.now();
        let mut after = Vec::new();
        while let Some(next) = w.log(&id).await?[0].delivery.next_at {
            after.push(next.millis_since(w.app.clock.now()) / 1_000);
            let tried = w.receiver.got().len();
            // Not a second before.
            w.clock.advance_millis(next.millis_since(w.app.clock.now()) - 1);
            w.work().await?;
            assert_eq!(w.receiver.got().len(), tried, "{after:?}");
            w.clock.advance_millis(1);
            w.work().await?;
            assert_eq!(w.receiver.got().len(), tried + 1, "{after:?}");
        }
        let least = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        assert_eq!(after.len(), least.len());
        for (waited, least) in after.iter().zip(least) {
            assert!((least..=least * 11 / 10 + 1).contains(waited), "{waited} for {least}");
        }
        assert!(w.app.clock.now().millis_since(began) > 3 * 24 * HOUR * 1_000);
        let line = w.log(&id).await?.remove(0);
        assert_eq!((line.delivery.state, line.delivery.tries), (DeliveryState::Failed, 10));

        let got = w.receiver.got();
        let ids: std::collections::BTreeSet<_> =
            got.iter().map(|it| it.header("webhook-id").to_owned()).collect();
        assert_eq!((got.len(), ids.len()), (10, 1));
        assert!(got.iter().all(|it| it.body == got[0].body && verifies(it, &[&secret])));
        let times: std::collections::BTreeSet<_> =
            got.iter().map(|it| it.header("webhook-timestamp").to_owned()).collect();
        assert_eq!(times.len(), 10, "each try has its own time");

        w.receiver.answer_always(Answer::of(204));
        endpoints::send_again(&w.app, &w.owner, &id, &line.delivery.id).await?;
        // Twice is once.
        endpoints::send_again(&w.app, &w.owner, &id, &line.delivery.id).await?;
        w.work().await?;
        let line = w.log(&id).await?.remove(0);
        assert_eq!((line.delivery.state, line.delivery.tries), (DeliveryState::Done, 11));
        assert_eq!(w.receiver.got().len(), 11);
        assert_eq!(w.receiver.got()[10].header("webhook-id"), got[0].header("webhook-id"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_left_alone_is_and_by_every_message() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        let busy = Answer { header: "Retry-After: 3600", ..Answer::of(503) };
        w.receiver.answer_next(busy);
        w.person("Noa Levi").await?;
        w.work().await?;
        w.person("Dana Cohen").await?;
        w.pass(3_590).await?;
        assert_eq!(w.receiver.got().len(), 1, "nothing is sent before");
        w.pass(400).await?;
        assert_eq!(w.receiver.got().len(), 3);
        let states = w.states(&id).await?;
        assert_eq!(states, [DeliveryState::Done, DeliveryState::Done]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_a_failure_and_nobody_follows_it() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        w.receiver
            .answer_next(Answer { header: "Location: https://hooks.example/x", ..Answer::of(302) });
        w.person("Noa Levi").await?;
        w.work().await?;
        let line = w.log(&id).await?.remove(0);
        assert_eq!(line.delivery.state, DeliveryState::Waiting);
        assert_eq!(line.last.map(|last| last.ended), Some(TryEnd::Moved));
        assert_eq!(w.receiver.got().len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_turned_off_with_one_notification_and_told_nothing_more() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        w.receiver.answer_next(Answer::of(500));
        w.person("Noa Levi").await?;
        w.work().await?;
        w.receiver.answer_next(Answer::of(410));
        // Not in the same millisecond: the newer comes first in the log.
        w.clock.advance_millis(1);
        w.person("Dana Cohen").await?;
        w.work().await?;
        let endpoint = endpoints::get_endpoint(&w.app, &w.owner, &id).await?;
        assert!(!endpoint.enabled);
        assert_eq!(endpoint.off_reason, Some(OffReason::Gone));
        let states = w.states(&id).await?;
        assert_eq!(states, [DeliveryState::Failed, DeliveryState::Stopped]);
        w.person("Yael").await?;
        w.pass(6 * HOUR).await?;
        assert_eq!(w.receiver.got().len(), 2, "nothing leaves any more");
        assert_eq!(w.told().await?, 1);
        let refused = endpoints::send_test(&w.app, &w.owner, &id, "").await;
        assert!(matches!(refused, Err(app::Error::Conflict { key: "error-endpoint-off" })));

        // On again, what did not arrive goes out, and the notification has had its time.
        endpoints::turn_on(&w.app, &w.owner, &id).await?;
        let since = w.app.clock.now().plus_secs(-24 * HOUR);
        assert_eq!(endpoints::send_failed_again(&w.app, &w.owner, &id, since).await?, 2);
        assert_eq!(endpoints::send_failed_again(&w.app, &w.owner, &id, since).await?, 0);
        w.work().await?;
        assert_eq!(w.states(&id).await?, [DeliveryState::Done, DeliveryState::Done]);
        assert_eq!(w.told().await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_days_of_nothing_but_failures_it_is_turned_off_once() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        w.receiver.answer_always(Answer::of(500));
        for day in 0..5 {
            w.person(&format!("Noa {day}")).await?;
            w.work().await?;
            w.pass(24 * HOUR - 1).await?;
            assert!(endpoints::get_endpoint(&w.app, &w.owner, &id).await?.enabled, "day {day}");
        }
        w.person("Noa at last").await?;
        w.pass(HOUR).await?;
        let endpoint = endpoints::get_endpoint(&w.app, &w.owner, &id).await?;
        assert!(!endpoint.enabled);
        assert_eq!(endpoint.off_reason, Some(OffReason::Failing));
        assert_eq!(w.told().await?, 1);
        let sent = w.receiver.got().len();
        w.pass(24 * HOUR).await?;
        assert_eq!(w.receiver.got().len(), sent);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_before_signs_for_a_day_beside_the_new_one() {
    each(async |w| {
        let (id, first) = w.add(HOOKS, &[]).await?;
        let second = w.rotate(&id, "form").await?;
        assert_eq!(w.rotate(&id, "form").await?, second, "a second click shows the same");
        w.person("Noa Levi").await?;
        w.work().await?;
        let message = w.receiver.got().remove(0);
        assert_eq!(message.header("webhook-signature").split(' ').count(), 2);
        assert!(verifies(&message, &[&second, &first]));
        w.pass(24 * HOUR - 1).await?;
        w.person("Dana Cohen").await?;
        w.work().await?;
        assert!(verifies(&w.receiver.got()[1], &[&second, &first]));
        w.pass(1).await?;
        w.person("Yael").await?;
        w.work().await?;
        assert!(verifies(&w.receiver.got()[2], &[&second]), "the old one has had its day");
        assert_eq!(w.secrets().await?, 2);
        retention::sweep(&w.app).await;
        assert_eq!(w.secrets().await?, 1, "and is forgotten");
        w.person("Omer").await?;
        w.work().await?;
        assert!(verifies(&w.receiver.got()[3], &[&second]));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_secret_renewed_twice_in_a_day_the_first_signs_no_more() {
    each(async |w| {
        let (id, first) = w.add(HOOKS, &[]).await?;
        let second = w.rotate(&id, "one").await?;
        w.pass(HOUR).await?;
        let third = w.rotate(&id, "two").await?;
        assert!(first != second && second != third && third != first);
        w.person("Noa Levi").await?;
        w.work().await?;
        assert!(verifies(&w.receiver.got()[0], &[&third, &second]));
        assert_eq!(w.secrets().await?, 2, "the first is forgotten at once");
        // The day of the second counts from when the third came.
        w.pass(24 * HOUR - 1).await?;
        w.person("Dana Cohen").await?;
        w.work().await?;
        assert!(verifies(&w.receiver.got()[1], &[&third, &second]));
        w.pass(1).await?;
        w.person("Yael").await?;
        w.work().await?;
        assert!(verifies(&w.receiver.got()[2], &[&third]));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_inside_is_refused_at_every_try() {
    each(async |w| {
        let (id, _) = w.add("https://rebind.example/in", &[]).await?;
        w.lookups.lead_to(&["127.0.0.1"]);
        w.person("Noa Levi").await?;
        w.work().await?;
        for inside in [&["169.254.169.254"][..], &["192.0.2.7", "10.0.0.1"], &["::1"]] {
            let asked = w.lookups.asked();
            w.lookups.lead_to(inside);
            w.pass_to_next(&id).await?;
            assert!(w.lookups.asked() > asked, "each try looks the name up itself");
            let last = w.log(&id).await?.remove(0).last;
            assert_eq!(last.map(|last| last.ended), Some(TryEnd::Refused), "{inside:?}");
        }
        assert!(w.receiver.got().is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_on_its_way_is_sent_again_under_the_same_id() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        w.receiver.answer_next(Answer { after: Duration::from_secs(5), ..Answer::of(200) });
        w.person("Noa Levi").await?;
        let app = w.app.clone();
        let worker = tokio::spawn(async move { app::jobs::run_due(&app).await });
        let receiver = w.receiver.clone();
        let came =
            tokio::task::spawn_blocking(move || receiver.wait_for(1, Duration::from_secs(20)));
        assert!(came.await?);
        worker.abort();
        let _ = worker.await;
        assert_eq!(w.states(&id).await?, [DeliveryState::Waiting]);
        w.pass(60).await?;
        let got = w.receiver.got();
        assert_eq!(got.len(), 2);
        assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
        assert_eq!(w.states(&id).await?, [DeliveryState::Done]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_send_each_message_once() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        let other = w.another().await?;
        for n in 0..20 {
            w.person(&format!("Noa {n}")).await?;
        }
        let (one, two) = tokio::join!(app::jobs::run_due(&w.app), app::jobs::run_due(&other));
        assert!(one? + two? >= 20);
        let ids: std::collections::BTreeSet<_> =
            w.receiver.got().iter().map(|it| it.header("webhook-id").to_owned()).collect();
        assert_eq!((w.receiver.got().len(), ids.len()), (20, 20));
        assert!(w.states(&id).await?.iter().all(|state| *state == DeliveryState::Done));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_receiver_holds_up_nobody() {
    each(async |w| {
        let slow = w.second_receiver().await?;
        slow.answer_always(Answer { after: Duration::from_secs(8), ..Answer::of(200) });
        w.add("https://slow.example/in", &[]).await?;
        w.add(HOOKS, &[]).await?;
        for n in 0..12 {
            w.person(&format!("Noa {n}")).await?;
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let worker = tokio::spawn(app::jobs::run_worker(w.app.clone(), 4, stopped));
        let receiver = w.receiver.clone();
        let all =
            tokio::task::spawn_blocking(move || receiver.wait_for(12, Duration::from_secs(7)));
        assert!(all.await?, "{} of 12 came", w.receiver.got().len());
        assert!(slow.got().len() <= 2, "it has no more than its own place");
        stop.send(true)?;
        worker.await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_after_it_was_turned_off_removed_or_the_business_deleted() {
    each(async |w| {
        w.receiver.answer_always(Answer::of(500));
        let (off, _) = w.add(HOOKS, &[]).await?;
        let (removed, _) = w.add("https://hooks.example/second", &[]).await?;
        w.person("Noa Levi").await?;
        w.work().await?;
        assert_eq!(w.receiver.got().len(), 2);
        // Both wait for another try; an event that was not spread yet waits too.
        w.person("Dana Cohen").await?;
        endpoints::turn_off(&w.app, &w.owner, &off).await?;
        endpoints::remove_endpoint(&w.app, &w.owner, &removed).await?;
        w.pass(12 * HOUR).await?;
        assert_eq!(w.receiver.got().len(), 2);
        assert_eq!(w.secrets().await?, 1);
        assert!(w.states(&off).await?.iter().all(|state| *state == DeliveryState::Stopped));

        endpoints::turn_on(&w.app, &w.owner, &off).await?;
        w.person("Yael").await?;
        w.work().await?;
        assert_eq!(w.receiver.got().len(), 3);
        // The first step of a business's deletion shuts this door; its rows go later.
        let tenant = w.owner.tenant.clone();
        w.app.db.write(move |c| store::deletions::shut(c, &tenant)).await?;
        w.pass(12 * HOUR).await?;
        let tenant = w.owner.tenant.clone();
        w.app.db.write(move |c| store::deletions::clear(c, &tenant, 10_000)).await?;
        w.pass(12 * HOUR).await?;
        assert_eq!(w.receiver.got().len(), 3);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_forgotten_after_a_month() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        w.person("Noa Levi").await?;
        w.work().await?;
        w.clock.advance_millis((endpoints::KEPT_DAYS * 24 * HOUR - 60) * 1_000);
        retention::sweep(&w.app).await;
        assert_eq!(w.log(&id).await?.len(), 1);
        w.clock.advance_millis(120_000);
        retention::sweep(&w.app).await;
        assert!(w.log(&id).await?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_told_once_and_a_series_each_time() {
    each(async |w| {
        w.add(HOOKS, &["import.finished", "person.created"]).await?;
        let file = b"Name,Phone\nNoa Levi,050-1234567\nDana Cohen,050-7654321\n".to_vec();
        let import = app::imports::keep_file(&w.app, &w.owner, "people.csv", file).await?;
        app::imports::start_import(&w.app, &w.owner, &import).await?;
        w.work().await?;
        assert_eq!(w.kinds()?, ["import.finished"]);
        let body: Value = serde_json::from_str(&w.receiver.got()[0].body)?;
        assert_eq!(body["data"]["made"], 2);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_import_changes_is_told_of_each_and_its_undoing_as_a_whole() {
    each(async |w| {
        let noa = app::people::PersonInput {
            name: "Noa Levi".to_owned(),
            phone: "050-1234567".to_owned(),
            ..app::people::PersonInput::default()
        };
        app::people::create_person(&w.app, &w.owner, noa, "").await?;
        let kinds = [
            "person.created",
            "person.changed",
            "person.deleted",
            "import.finished",
            "import.undone",
        ];
        w.add(HOOKS, &kinds).await?;
        let file = b"Name,Phone,Company\nNoa Levi,050-1234567,Acme\nDana Cohen,050-7654321,\n";
        let id = app::imports::keep_file(&w.app, &w.owner, "people.csv", file.to_vec()).await?;
        let plan = app::imports::plan_of(&app::imports::get_import(&w.app, &w.owner, &id).await?)?;
        let input = app::imports::PlanInput {
            head: plan.head,
            columns: plan.columns.iter().map(|column| column.word()).collect(),
            dates: plan.dates.as_str().to_owned(),
            doubles: "update".to_owned(),
            ..app::imports::PlanInput::default()
        };
        app::imports::plan_import(&w.app, &w.owner, &id, input).await?;
        app::imports::start_import(&w.app, &w.owner, &id).await?;
        w.work().await?;
        assert_eq!(w.kinds()?, ["import.finished", "person.changed"]);
        app::imports::undo_import(&w.app, &w.owner, &id).await?;
        w.work().await?;
        let all = ["import.finished", "import.undone", "person.changed", "person.changed"];
        assert_eq!(w.kinds()?, all);
        let bodies: Result<Vec<Value>, _> =
            w.receiver.got().iter().map(|message| serde_json::from_str(&message.body)).collect();
        let bodies = bodies?;
        let undone = bodies.iter().find(|body| body["type"] == "import.undone").unwrap();
        let data = &undone["data"];
        assert!(data["made"] == 1 && data["changed"] == 1 && data["kept"] == 0, "{data}");
        Ok(())
    })
    .await;
}
