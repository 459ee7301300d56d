//! Whom an act over all that match removed.

use super::{begin, count_of, crowd};
use crate::support::{Fixture, each};
use app::people::{self, PersonFilter};
use app::{jobs, retention};

#[tokio::test(flavor = "multi_thread")]
async fn all_of_them_are_gone_for_good_after_a_month() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 1_200).await;
        begin(&f, &owner, "remove", "").await;
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(count_of(&f, &owner, PersonFilter::default()).await, 0);
        let removed =
            async || people::list_removed(&f.app, &owner.ctx, None, 1).await.unwrap().items.len();
        retention::sweep(&f.app).await;
        assert_eq!(removed().await, 1, "they can be brought back");
        f.clock.advance_millis((retention::DELETED_PEOPLE_DAYS * 24 * 3_600 + 1) * 1_000);
        retention::sweep(&f.app).await;
        assert_eq!(removed().await, 0, "none waits for another hour");
    })
    .await;
}
