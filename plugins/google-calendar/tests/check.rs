//! Trying a connected account, step by step.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxpi_kit::Tried;
use oxpi_testkit::{Host, Reply, problem};
use serde_json::json;
use support::refusal;

const PLACE: &str = "https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=7";

fn list(role: &str) -> Reply {
    let entry = json!({"id": "c1", "summary": "Team", "accessRole": role});
    Reply::json(200, json!({"items": [entry]}))
}

fn off() -> Reply {
    let details = json!([{"reason": "SERVICE_DISABLED", "metadata": {"activationUrl": PLACE}}]);
    let errors = json!([{"reason": "accessNotConfigured"}]);
    Reply::json(403, json!({"error": {"code": 403, "errors": errors, "details": details}}))
}

/// What the provider answers, whatever it is asked.
type Answers = fn() -> Reply;

#[tokio::test]
async fn an_account_that_works_passes_every_step() {
    let host = Host::start().await;
    host.http().answer_with(|_| list("owner"));
    for step in ["api", "calendars", "events"] {
        assert_eq!(host.check_connection(step).await.unwrap(), Tried::Done, "{step}");
    }
    assert!(host.http().seen().iter().all(|seen| seen.method == "GET"), "it changes nothing");
    assert_eq!(problem(host.check_connection("lunch").await).code, "invalid");
    host.finish();
}

#[tokio::test]
async fn each_refusal_belongs_to_its_step() {
    let scope: Answers = || refusal(403, "insufficientPermissions");
    let cases: [(&str, Answers, Tried); 8] = [
        ("api", off, Tried::failed_at("api-off", Some(PLACE.to_owned()))),
        ("api", scope, Tried::Done),
        ("calendars", scope, Tried::failed("scopes")),
        ("events", scope, Tried::failed("scopes")),
        ("calendars", || list("reader"), Tried::failed("no-calendar")),
        ("events", || refusal(404, "notFound"), Tried::failed("no-calendar")),
        ("api", || refusal(403, "notACalendarUser"), Tried::failed("no-calendar")),
        ("api", || refusal(403, "domainPolicy"), Tried::failed("no-service")),
    ];
    for (step, answer, expected) in cases {
        let host = Host::start().await;
        host.http().answer_with(move |_| answer());
        assert_eq!(host.check_connection(step).await.unwrap(), expected, "{step}");
        host.finish();
    }
}

#[tokio::test]
async fn what_a_request_met_is_no_failure_of_the_set_up() {
    let answers: [(Answers, &str); 3] = [
        (|| Reply::status(503), "unavailable"),
        (|| Reply::status(429), "limited"),
        (|| Reply::Cut, "unavailable"),
    ];
    for (answer, code) in answers {
        let host = Host::start().await;
        host.http().answer_with(move |_| answer());
        assert_eq!(problem(host.check_connection("api").await).code, code);
        host.finish();
    }
}
