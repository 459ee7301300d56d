//! A member's calendar at its secret address: when it stops, and who guesses at it.

use crate::factors::with_app;
use crate::support::{Fixture, each, origin, origin_at};
use app::calendar_feeds::{read_feed, renew_feed};
use app::{Error, attempts, settings};
use domain::Role;

#[tokio::test]
async fn a_feed_stops_while_its_member_owes_the_second_step_that_is_asked_for() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let own = renew_feed(&f.app, &owner.ctx).await.unwrap();
        let hers = renew_feed(&f.app, &noa.ctx).await.unwrap();
        let read = async |secret: &str| read_feed(&f.app, secret, &origin()).await;
        read(&hers).await.unwrap();
        let with = with_app(&f, &owner).await.signed;
        settings::require_second_step(&f.app, &with.ctx, true).await.unwrap();
        let owes = read(&hers).await;
        assert!(matches!(owes, Err(Error::NotFound)), "{owes:?}");
        read(&own).await.unwrap();
        with_app(&f, &noa).await;
        read(&hers).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn guessing_the_secrets_of_feeds_is_slowed_down() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let secret = renew_feed(&f.app, &owner.ctx).await.unwrap();
        let (guesser, other) = ("198.51.100.7", "192.0.2.1");
        let read =
            async |secret: &str, from: &str| read_feed(&f.app, secret, &origin_at(from)).await;
        for n in 0..attempts::LINKS_PER_ADDRESS_MAX {
            let wrong = read(&format!("{n:043}"), guesser).await;
            assert!(matches!(wrong, Err(Error::NotFound)), "{n}: {wrong:?}");
        }
        // The right one isn't looked up any more: nothing tells that it would be.
        for guess in [&secret, &"x".repeat(43)] {
            let refused = read(guess, guesser).await;
            assert!(matches!(refused, Err(Error::Limited { .. })), "{refused:?}");
        }
        read(&secret, other).await.unwrap();
        f.clock.advance_millis(15 * 60_000);
        read(&secret, guesser).await.unwrap();
    })
    .await;
}
