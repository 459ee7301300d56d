//! Reminders by mail: really sent, once, in the reader's words, and not when they are no longer so.

use anyhow::Result;
use app::tasks::{self, Task, TaskInput};
use app::{jobs, notifications, reminders};
use oxpi_tests::House;
use oxpi_tests::house::Extras;
use oxpi_tests::mailbox::post;
use simulators::smtp::{Mood, Smtp};

const HOUR_MS: i64 = 3_600_000;

/// On both databases.
async fn each(test: impl AsyncFn(House, Smtp) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let smtp = Smtp::start().unwrap();
        let extras = Extras { post: post(smtp.port, "").unwrap(), ..Extras::default() };
        let house = House::start_with(db, extras).await.unwrap();
        test(house, smtp).await.unwrap();
    }
}

/// A task that is due in three hours, and reminds half an hour before.
async fn a_task(house: &House) -> Result<Task> {
    let due = house.owner.zone.local(house.app.clock.now().plus_secs(3 * 3_600));
    let input = TaskInput {
        title: "Send Noa the quote & <plan>".to_owned(),
        day: due.date().to_string(),
        time: domain::task::clock(due.time()),
        ..TaskInput::default()
    };
    Ok(tasks::create_task(&house.app, &house.owner, input, "").await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_is_mailed_once_with_its_link_by_two_processes() {
    each(async |house, smtp| {
        let made = a_task(&house).await?;
        let other = house.another().await?;
        house.work().await?;
        assert!(smtp.mails().is_empty());
        house.clock.advance_millis(2 * HOUR_MS + HOUR_MS / 2);
        let (one, two) = tokio::join!(jobs::run_due(&house.app), jobs::run_due(&other));
        one?;
        two?;
        house.work().await?;
        // A clock set back, and on again.
        house.clock.advance_millis(-24 * HOUR_MS);
        house.work().await?;
        house.clock.advance_millis(24 * HOUR_MS);
        house.work().await?;
        let mails = smtp.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, "owner@example.com");
        let text = mails[0].text();
        assert!(text.contains("Send Noa the quote & <plan>"), "{text}");
        assert!(text.contains("11:00"), "{text}");
        assert!(text.contains(&format!("/tasks/{}", made.id)), "{text}");
        assert_eq!(
            mails[0].header("Subject").as_deref(),
            Some("Reminder: Send Noa the quote & <plan>")
        );
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waited_is_not_sent_when_it_is_no_longer_so() {
    each(async |house, smtp| {
        smtp.be(Mood::Busy);
        let (done, snoozed) = (a_task(&house).await?, a_task(&house).await?);
        house.clock.advance_millis(2 * HOUR_MS + HOUR_MS / 2);
        house.work().await?;
        assert!(smtp.mails().is_empty());
        tasks::do_task(&house.app, &house.owner, &done.id).await?;
        reminders::snooze_task(&house.app, &house.owner, &snoozed.id, "1h").await?;
        smtp.be(Mood::Well);
        house.pass_secs(1_200, 60).await?;
        assert!(smtp.mails().is_empty(), "one is done, the other put off");
        house.pass_secs(3_000, 60).await?;
        assert_eq!(smtp.mails().len(), 1, "it came again");
        let told = notifications::list_notifications(&house.app, &house.owner).await?;
        assert_eq!(told.iter().filter(|one| one.read_at.is_none()).count(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_no_mail_finds_it_in_the_workspace() {
    each(async |house, smtp| {
        let way = vec![("task-due".to_owned(), "app".to_owned())];
        notifications::choose_ways(&house.app, &house.owner, way).await?;
        a_task(&house).await?;
        house.clock.advance_millis(3 * HOUR_MS);
        house.work().await?;
        assert!(smtp.mails().is_empty());
        let told = notifications::list_notifications(&house.app, &house.owner).await?;
        assert_eq!(told.len(), 1);
        Ok(())
    })
    .await;
}
