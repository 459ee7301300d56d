//! What receivers answer beside their status: bodies without end, and bodies that break off.

use anyhow::{Context as _, Result};
use app::endpoints::{self, DeliveryState, OffReason, TryEnd};
use domain::EndpointId;
use oxpi_tests::receiver::{Answer, BODY_BYTES_MAX, Body};
use store::deliveries::Try;

use super::world::{HOOKS, World, each};

async fn last(w: &World, id: &EndpointId) -> Result<Try> {
    w.log(id).await?.remove(0).last.context("it was not tried")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_read_no_further_than_it_is_kept() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        let endless = |status| Answer { body: Body::Endless, ..Answer::of(status) };
        w.receiver.answer_next(endless(500));
        w.person("Noa Levi").await?;
        w.work().await?;
        let tried = last(&w, &id).await?;
        assert_eq!((tried.ended, tried.status), (TryEnd::Rejected, Some(500)));
        assert_eq!(tried.answer.len(), 500);
        assert!(tried.answer.starts_with("seenxxx"), "{}", tried.answer);
        let sent = w.receiver.sent_bytes();
        assert!(sent < BODY_BYTES_MAX / 2, "{sent} bytes were taken");

        // What the status says holds, however much comes after it.
        w.receiver.answer_next(endless(410));
        w.pass_to_next(&id).await?;
        let endpoint = endpoints::get_endpoint(&w.app, &w.owner, &id).await?;
        assert_eq!((endpoint.enabled, endpoint.off_reason), (false, Some(OffReason::Gone)));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_that_breaks_off_is_a_yes() {
    each(async |w| {
        let (id, _) = w.add(HOOKS, &[]).await?;
        w.receiver.answer_next(Answer { body: Body::Cut, ..Answer::of(200) });
        w.person("Noa Levi").await?;
        w.work().await?;
        let tried = last(&w, &id).await?;
        assert_eq!((tried.ended, tried.answer.as_str()), (TryEnd::Accepted, "seen"));
        assert_eq!(w.states(&id).await?, [DeliveryState::Done]);
        w.pass(3_600).await?;
        assert_eq!(w.receiver.got().len(), 1, "it is not sent again");
        Ok(())
    })
    .await;
}
