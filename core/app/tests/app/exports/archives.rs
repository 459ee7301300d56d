//! Archives and what is beside them: each other, and who is told of them.

use std::time::Duration;

use crate::support::{Fixture, each};
use app::exports::everything::{self, ArchiveState};
use app::jobs;
use store::{Db, DbOptions};

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_told_of_by_its_day_where_the_business_is() {
    each(async |f| {
        let owner = f.first_run().await;
        // Half past ten in the evening elsewhere.
        f.clock.advance_millis(33 * 1_800_000);
        let id = everything::begin_archive(&f.app, &owner.ctx).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        let told = app::notifications::list_notifications(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(told[0].subject, "2026-03-02");
        let known = everything::get_archive_file(&f.app, &owner.ctx, &id).await.unwrap();
        let downloaded = "export.downloaded".to_owned();
        assert!(!f.actions(&owner).await.contains(&downloaded), "it was only looked at");
        let (row, _) = everything::download_archive(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!((&known.id, known.size_bytes), (&row.id, row.size_bytes));
        assert!(f.actions(&owner).await.contains(&downloaded));
        assert_eq!(row.name, "oxpi-2026-03-02.zip");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_at_once_leave_connections_to_others_and_to_themselves() {
    let fresh = store::testing::postgres().await;
    let few =
        DbOptions { connections_max: 2, wait: Duration::from_secs(3), ..fresh.options.clone() };
    let f = Fixture::over(Db::open(&few).await.unwrap());
    let (owner, other) = f.two_businesses().await;
    for who in [&owner, &other] {
        everything::begin_archive(&f.app, &who.ctx).await.unwrap();
    }
    let (one, two) = tokio::join!(jobs::run_due(&f.app), jobs::run_due(&f.app));
    assert!(one.unwrap() + two.unwrap() >= 2);
    for who in [&owner, &other] {
        let all = everything::list_archives(&f.app, &who.ctx).await.unwrap();
        assert_eq!(all[0].state, ArchiveState::Ready);
    }
}
