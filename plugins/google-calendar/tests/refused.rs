//! What Google refuses becomes the contract's problems; what the tenant did not allow never leaves.

mod support;

use oxpi_testkit::{Expect, Host, Locale, Problem, Reply, problem};
use support::{EVENTS, LIST, appointment, refusal};

async fn refused_with(reply: Reply) -> Problem {
    let host = Host::start().await;
    host.http().expect(Expect::get(LIST).reply_with(reply));
    let problem = problem(host.calendars().await);
    host.finish();
    problem
}

#[tokio::test]
async fn limits_say_when_to_come_back() {
    for reply in [
        refusal(429, "rateLimitExceeded").header("retry-after", "7"),
        refusal(403, "userRateLimitExceeded").header("retry-after", "7"),
    ] {
        let problem = refused_with(reply).await;
        assert_eq!((problem.code.as_str(), problem.retry_after_ms), ("limited", Some(7_000)));
    }
    let problem = refused_with(refusal(403, "quotaExceeded")).await;
    assert_eq!(problem.code, "limited");
    assert!(problem.retry_after_ms > Some(60_000));
}

#[tokio::test]
async fn refusals_that_stay_are_told_apart() {
    let scope = refused_with(refusal(403, "insufficientPermissions")).await;
    let off = refused_with(refusal(403, "accessNotConfigured")).await;
    assert_eq!((scope.code.as_str(), off.code.as_str()), ("rejected", "rejected"));
    assert_ne!(scope.message, off.message);
    assert_eq!(off.detail.as_deref(), Some("403 accessNotConfigured"));
}

#[tokio::test]
async fn a_provider_that_is_down_is_unavailable() {
    for reply in [refusal(503, "backendError"), Reply::Cut, Reply::status(200)] {
        assert_eq!(refused_with(reply).await.code, "unavailable");
    }
}

#[tokio::test]
async fn a_401_after_a_fresh_token_means_connecting_again() {
    let host = Host::start().await;
    host.http().answer_with(|_| refusal(401, "authError"));
    assert_eq!(problem(host.calendars().await).code, "reconnect");
    host.finish();
}

#[tokio::test]
async fn problems_speak_the_calls_language() {
    let host = Host::builder().locale(Locale::He).start().await;
    host.http().expect(Expect::get(LIST).reply_with(refusal(403, "accessNotConfigured")));
    let problem = problem(host.calendars().await);
    assert!(problem.message.contains("כבוי"), "{}", problem.message);
    host.finish();
}

#[tokio::test]
async fn what_was_not_allowed_never_leaves() {
    let host = Host::builder().grant(&[]).start().await;
    assert_eq!(problem(host.put_event(&appointment()).await).code, "denied");
    assert!(host.http().seen().is_empty());
    host.finish();
}

#[tokio::test]
async fn another_business_calendar_id_stays_one_segment() {
    let host = Host::start().await;
    let mut appointment = appointment();
    appointment.calendar = "x/../../users/me/settings?a=b#c".to_owned();
    assert_eq!(problem(host.put_event(&appointment).await).code, "denied");
    appointment.calendar = "en.israeli#holiday@group.v.calendar.google.com".to_owned();
    let url =
        EVENTS.replace("owner%40example.com", "en.israeli%23holiday%40group.v.calendar.google.com");
    host.http().expect(Expect::post(&url).reply_with(refusal(404, "notFound")));
    assert_eq!(problem(host.put_event(&appointment).await).code, "not-found");
    host.finish();
}
