//! What a server refuses becomes the contract's problems; what the tenant did not allow, and what leads
//! to another server, never leaves.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxpi_testkit::{Host, Locale, Problem, Reply, problem};
use support::{CALENDAR, appointment};

async fn refused_with(reply: Reply) -> Problem {
    let host = Host::start().await;
    host.http().answer_with(move |_| reply.clone());
    let problem = problem(host.put_event(&appointment()).await);
    host.finish();
    problem
}

#[tokio::test]
async fn each_refusal_has_its_code() {
    for (status, code) in [
        (400, "rejected"),
        (401, "reconnect"),
        (403, "rejected"),
        (404, "not-found"),
        (409, "conflict"),
        (423, "conflict"),
        (429, "limited"),
        (500, "unavailable"),
        (502, "unavailable"),
        (503, "unavailable"),
        (507, "rejected"),
        (301, "rejected"),
    ] {
        let problem = refused_with(Reply::status(status)).await;
        assert_eq!(
            (problem.code.as_str(), problem.detail.as_deref()),
            (code, Some(&*status.to_string()))
        );
    }
    assert_eq!(refused_with(Reply::Cut).await.code, "unavailable");
}

#[tokio::test]
async fn limits_say_when_to_come_back() {
    for status in [429, 503] {
        let problem = refused_with(Reply::status(status).header("retry-after", "7")).await;
        assert_eq!((problem.code.as_str(), problem.retry_after_ms), ("limited", Some(7_000)));
    }
}

#[tokio::test]
async fn every_hook_tells_of_a_password_that_is_no_good() {
    let host = Host::start().await;
    host.http().answer_with(|_| Reply::status(401));
    let mut known = appointment();
    known.external_id = Some(format!("{CALENDAR}x.ics"));
    for code in [
        problem(host.calendars().await).code,
        problem(host.put_event(&known).await).code,
        problem(host.event(&known).await).code,
        problem(host.remove_event(&known).await).code,
        problem(host.changes(CALENDAR, None).await).code,
        problem(host.busy(&[CALENDAR], 0, 1_000).await).code,
    ] {
        assert_eq!(code, "reconnect");
    }
    host.finish();
}

#[tokio::test]
async fn nonsense_is_a_server_out_of_order() {
    let host = Host::start().await;
    host.http().answer_with(|_| Reply::Answer {
        status: 207,
        headers: Vec::new(),
        body: b"<multistatus xmlns=\"DAV:\"><response>".to_vec(),
    });
    assert_eq!(problem(host.changes(CALENDAR, None).await).code, "unavailable");
    assert_eq!(problem(host.busy(&[CALENDAR], 0, 1_000).await).code, "unavailable");
    assert_eq!(problem(host.event(&appointment()).await).code, "unavailable");
    host.finish();
}

#[tokio::test]
async fn problems_speak_the_calls_language() {
    let host = Host::builder().locale(Locale::He).start().await;
    host.http().answer_with(|_| Reply::status(507));
    let problem = problem(host.put_event(&appointment()).await);
    assert!(problem.message.contains("מקום"), "{}", problem.message);
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
async fn another_server_or_a_step_out_is_never_asked() {
    let host = Host::start().await;
    for calendar in [
        "https://evil.example/c/",
        "//evil.example/c/",
        "https://dav.example.com@evil.example/c/",
        "https://dav.example.com:8443/c/",
        "/c/../../etc/",
        "/c/%2e%2e/x/",
        "",
    ] {
        let mut appointment = appointment();
        appointment.calendar = calendar.to_owned();
        assert_eq!(problem(host.put_event(&appointment).await).code, "not-found", "{calendar}");
        assert_eq!(problem(host.changes(calendar, None).await).code, "not-found", "{calendar}");
        let mut known = support::appointment();
        known.external_id = Some(calendar.to_owned());
        assert_eq!(problem(host.event(&known).await).code, "not-found", "{calendar}");
    }
    assert!(host.http().seen().is_empty());
    host.finish();
}

/// An account whose server is not known, as of another business: the host has nowhere to send it.
#[tokio::test]
async fn without_a_server_of_its_own_an_account_reaches_none() {
    let host = Host::start().await;
    host.memory().connections.clear();
    assert_eq!(problem(host.changes(CALENDAR, None).await).code, "reconnect");
    assert!(host.http().seen().is_empty());
    host.finish();
}
