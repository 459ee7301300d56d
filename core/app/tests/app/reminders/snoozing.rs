//! Snoozing what reminds of an appointment: there is little sense in it once that has begun.

use super::{at, choose, habits, meeting, unread, work_at};
use crate::support::{Fixture, each};
use app::reminders::{HabitsInput, snooze_notification};
use app::{Error, appointments};

#[tokio::test]
async fn an_appointments_reminder_comes_as_it_begins_at_the_latest() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let input = meeting(&f, &owner, "2026-03-01T10:00:00Z");
        appointments::book_appointment(app, ctx, input, "").await.unwrap();
        work_at(&f, "2026-03-01T09:30:00Z").await;
        let told = unread(&f, &owner).await.remove(0);
        for (word, comes) in [
            ("10m", "2026-03-01T09:40:00Z"),
            ("3h", "2026-03-01T10:00:00Z"),
            ("tomorrow", "2026-03-01T10:00:00Z"),
        ] {
            let again = snooze_notification(app, ctx, &told.id, word).await;
            assert_eq!(again.unwrap(), at(comes), "{word}");
        }
        work_at(&f, "2026-03-01T09:59:59Z").await;
        assert!(unread(&f, &owner).await.is_empty());
        work_at(&f, "2026-03-01T10:00:00Z").await;
        let told = unread(&f, &owner).await.remove(0);
        let late = snooze_notification(app, ctx, &told.id, "10m").await;
        assert!(matches!(late, Err(Error::Conflict { key: "error-snooze-late" })), "{late:?}");
        assert_eq!(unread(&f, &owner).await.len(), 1, "it is read by nobody");
    })
    .await;
}

#[tokio::test]
async fn what_begins_in_quiet_hours_reminds_before_them_or_no_more() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let noon = HabitsInput {
            appointments: "60m".into(),
            quiet_from: "12:00".into(),
            quiet_until: "13:00".into(),
            ..habits()
        };
        choose(&f, &owner, noon).await;
        // Half past twelve in Jerusalem.
        let input = meeting(&f, &owner, "2026-03-01T10:30:00Z");
        appointments::book_appointment(app, ctx, input, "").await.unwrap();
        work_at(&f, "2026-03-01T09:30:00Z").await;
        let told = unread(&f, &owner).await.remove(0);
        let again = snooze_notification(app, ctx, &told.id, "1h").await;
        assert_eq!(again.unwrap(), at("2026-03-01T09:59:00Z"));
        work_at(&f, "2026-03-01T09:59:00Z").await;
        let told = unread(&f, &owner).await.remove(0);
        let late = snooze_notification(app, ctx, &told.id, "10m").await;
        assert!(matches!(late, Err(Error::Conflict { key: "error-snooze-late" })), "{late:?}");
    })
    .await;
}
