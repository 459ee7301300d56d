//! Meet links: pending until read again, removed and ordered anew.

mod support;

use oxpi_kit::calendar::{Appointment, Link, OnlineState, Status};
use oxpi_testkit::{Expect, Host, problem};
use serde_json::json;
use support::{MiniGoogle, appointment, event_url, own_id, refusal};

#[tokio::test]
async fn a_pending_link_is_read_again_until_it_is_there() {
    let host = Host::start().await;
    MiniGoogle::behind(&host);
    let link = host.put_event(&appointment()).await.unwrap();
    assert_eq!((link.online.state, link.online.url), (OnlineState::Pending, None));
    let link = host.event(&appointment()).await.unwrap();
    assert_eq!(link.online.state, OnlineState::Pending);
    let link = host.event(&appointment()).await.unwrap();
    assert_eq!(link.online.state, OnlineState::Ready);
    assert_eq!(link.online.url.as_deref(), Some("https://meet.example/abc-defg-hij"));
    host.finish();
}

#[tokio::test]
async fn a_link_that_google_could_not_make_is_said_so() {
    let host = Host::start().await;
    let conference = json!({"createRequest": {"status": {"statusCode": "failure"}}});
    let event = json!({"id": own_id(), "etag": "\"1\"", "conferenceData": conference});
    host.http().expect(Expect::get(&event_url()).reply(200, event));
    let link = host.event(&known()).await.unwrap();
    assert_eq!(link.online.state, OnlineState::Failed);
    host.finish();
}

/// Puts as the workspace does: at another revision than it knows it reads the event and puts again.
async fn put(host: &Host, appointment: &mut Appointment) -> Link {
    for _ in 0..4 {
        let link = match host.put_event(appointment).await {
            Ok(link) => return keep(appointment, link),
            Err(refused) => {
                assert_eq!(problem::<Link>(Err(refused)).code, "conflict");
                host.event(appointment).await.unwrap_or_else(|error| panic!("{error:?}"))
            }
        };
        keep(appointment, link);
    }
    panic!("it keeps changing");
}

fn keep(appointment: &mut Appointment, link: Link) -> Link {
    appointment.external_id = Some(link.external_id.clone());
    appointment.etag = Some(link.etag.clone());
    link
}

#[tokio::test]
async fn turning_online_off_and_on_again_makes_another_link() {
    let host = Host::start().await;
    let google = MiniGoogle::behind(&host);
    let mut appointment = appointment();
    put(&host, &mut appointment).await;
    appointment.online = false;
    let link = put(&host, &mut appointment).await;
    assert_eq!(link.online.state, OnlineState::None);
    assert_eq!(google.standing()[0].get("conferenceData"), None);
    appointment.online = true;
    let link = put(&host, &mut appointment).await;
    assert_eq!(link.online.state, OnlineState::Pending);
    assert_eq!(google.orders(), 2);
    host.finish();
}

#[tokio::test]
async fn an_event_that_is_gone_has_no_link_and_a_deleted_one_says_so() {
    let host = Host::start().await;
    host.http().expect(Expect::get(&event_url()).reply_with(refusal(404, "notFound")));
    assert_eq!(problem(host.event(&known()).await).code, "not-found");
    let cancelled = json!({"id": own_id(), "etag": "\"1\"", "status": "cancelled"});
    host.http().expect(Expect::get(&event_url()).reply(200, cancelled));
    let link = host.event(&known()).await.unwrap();
    assert_eq!(link.event.unwrap().status, Status::Cancelled);
    assert_eq!(link.online.state, OnlineState::None);
    host.finish();
}

/// One whose event's id the workspace knows.
fn known() -> Appointment {
    Appointment { external_id: Some(own_id()), ..appointment() }
}
