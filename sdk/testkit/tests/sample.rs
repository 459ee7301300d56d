//! Every import and hook of the kit, once, through the real runtime.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use oxpi_testkit::{Expect, Host, HostBuilder, JobState, Locale, Problem, Reply, problem};
use serde_json::{Value, json};

fn sample() -> HostBuilder {
    Host::builder_for(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample"))
}

async fn run(host: &Host, handler: &str, payload: Value) -> Option<Value> {
    host.run_job(handler, &payload, 1).await.unwrap()
}

#[tokio::test]
async fn only_the_named_hooks_are_exported() {
    let host = sample().start().await;
    let exports: Vec<String> =
        host.plugin().exports().iter().map(|export| format!("{export:?}")).collect();
    let wanted = ["Lifecycle", "JobHandler", "WebhookHandler", "EventHandler", "ViewProvider"];
    assert_eq!(exports, wanted);
    assert!(host.calendars().await.is_err());
    host.finish();
}

#[tokio::test]
async fn settings_are_judged_and_data_is_migrated() {
    let host = sample().start().await;
    assert_eq!(host.validate(&json!({"greeting": "hi"})).await, Ok(Vec::new()));
    let wrong = host.validate(&json!({"greeting": ""})).await.unwrap();
    assert_eq!(wrong, [("greeting".to_owned(), "greeting-missing".to_owned())]);
    host.migrate("0.0.9").await.unwrap();
    assert_eq!(host.memory().kept("migrated-from"), Some(&b"0.0.9"[..]));
    host.finish();
}

#[tokio::test]
async fn values_are_kept_and_guarded() {
    let host = sample().start().await;
    run(&host, "count", json!({})).await;
    let second = run(&host, "count", json!({})).await.unwrap();
    assert_eq!(second, json!({"count": 2, "keys": ["count"]}));
    host.finish();
}

#[tokio::test]
async fn jobs_run_when_they_are_due_and_once_for_each_key() {
    let host = sample().start().await;
    assert_eq!(run(&host, "count-later", json!({})).await, Some(json!({"same": true})));
    host.run_due_jobs().await;
    assert_eq!(host.memory().kept("count"), None);
    host.advance_secs(60);
    host.run_due_jobs().await;
    assert_eq!(host.memory().kept("count"), Some(&b"1"[..]));
    let states: Vec<JobState> = host.memory().jobs.iter().map(|job| job.state.clone()).collect();
    assert_eq!(states, [JobState::Cancelled, JobState::Done]);
    host.finish();
}

#[tokio::test]
#[should_panic(expected = "left over: job count")]
async fn a_job_left_over_fails_the_test() {
    let host = sample().start().await;
    run(&host, "count-later", json!({})).await;
    host.finish();
}

#[tokio::test]
async fn records_and_events_pass_through() {
    let host = sample().start().await;
    let note = run(&host, "note", json!({"text": "hello"})).await.unwrap();
    assert_eq!((&note["found"], &note["text"]), (&json!(1), &json!("hello")));
    run(&host, "notice", json!({})).await;
    let published = host.memory().published.clone();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].payload, json!({"what": "it"}));
    host.on_event("appointment.booked", "e1", &json!({})).await.unwrap();
    assert_eq!(
        host.memory().kept("heard"),
        Some(&br#"{"id":"e1","topic":"appointment.booked"}"#[..])
    );
    host.finish();
}

#[tokio::test]
async fn only_granted_fields_of_a_person_are_seen() {
    let host = sample().start().await;
    host.memory().put_record("person", "p1", json!({"id": "p1", "name": "Dana", "email": "d@x"}));
    let person = run(&host, "person", json!({})).await.unwrap();
    assert_eq!((&person["name"], &person["email"]), (&json!("Dana"), &Value::Null));
    host.finish();
    let host = sample().grant(&["kv"]).start().await;
    assert_eq!(problem(host.run_job("person", &json!({}), 1).await).code, "denied");
    host.finish();
}

#[tokio::test]
async fn requests_are_checked_and_answered_by_the_test() {
    let host = sample().start().await;
    let expect = Expect::post("https://api.example.com/v1/some%20thing?q=a%20b")
        .header("x-sample", "1")
        .no_header("authorization")
        .body(json!({"thing": "some thing"}));
    host.http().expect(expect.reply(201, json!({"ok": true})));
    let answer = run(&host, "fetch", json!({"thing": "some thing"})).await;
    assert_eq!(answer, Some(json!({"status": 201, "reply": {"ok": true}})));
    host.http().answer_with(|_| Reply::Cut);
    let cut = host.run_job("fetch", &json!({"thing": "x"}), 1).await;
    assert_eq!(problem(cut).code, "unavailable");
    host.finish();
}

#[tokio::test]
#[should_panic(expected = "not expected: POST https://api.example.com/v1/x")]
async fn a_request_that_was_not_expected_fails_the_test() {
    let host = sample().start().await;
    let _ = host.run_job("fetch", &json!({"thing": "x"}), 1).await;
    host.finish();
}

#[tokio::test]
#[should_panic(expected = "header x-sample is Some(\"1\"), not Some(\"2\")")]
async fn a_request_that_is_wrong_fails_the_test() {
    let host = sample().start().await;
    let expect = Expect::post("https://api.example.com/v1/x").header("x-sample", "2");
    host.http().expect(expect.reply(200, json!({})));
    run(&host, "fetch", json!({"thing": "x"})).await;
    host.finish();
}

#[tokio::test]
async fn the_surroundings_are_the_tests() {
    let host = sample().settings(json!({"greeting": "hi"})).locale(Locale::He).start().await;
    let seen = run(&host, "surroundings", json!({})).await.unwrap();
    assert_eq!(seen["now"], "2026-11-23T08:00:00Z");
    assert_eq!((&seen["locale"], &seen["zone"]), (&json!("he"), &json!("Asia/Jerusalem")));
    assert_eq!((&seen["greeting"], &seen["connections"]), (&json!("hi"), &json!(0)));
    assert_eq!(seen["random"].as_array().map(Vec::len), Some(4));
    assert_eq!(seen["midnight"], "2026-03-26T22:00:00Z");
    assert_eq!(seen["gap"], "2026-03-27T00:30:00Z");
    assert_eq!(seen["nowhere"], Value::Null);
    assert!(seen["calls-left"].as_u64() > Some(0));
    host.finish();
}

#[tokio::test]
async fn webhooks_find_their_account_and_are_handled() {
    let host = sample().start().await;
    let body = br#"{"account": "acc-1"}"#;
    let accounts = host.webhook_accounts("push", &[], body).await.unwrap();
    assert_eq!(accounts, ["acc-1"]);
    host.webhook_handle("push", "d1", &[("x-from", "them")], body).await.unwrap();
    assert_eq!(host.memory().kept("delivery/d1"), Some(&b"them"[..]));
    let broken = host.webhook_accounts("push", &[], b"no json").await;
    assert_eq!(problem(broken).code, "invalid");
    host.finish();
}

#[tokio::test]
async fn views_speak_the_calls_language() {
    let host = sample().locale(Locale::He).start().await;
    let view = host.render("home", &json!({"params": {"name": "דנה"}})).await.unwrap();
    assert_eq!(view["widgets"][0]["text"], "שלום דנה");
    let refused: Problem = problem(host.act("home", "none", &json!({})).await);
    assert_eq!(refused.code, "not-found");
    host.finish();
}

#[tokio::test]
async fn a_key_signs_without_being_seen() {
    let host = sample().start().await;
    let said = run(&host, "sign", json!({"text": "what do ya want for nothing?"})).await.unwrap();
    // What openssl makes of the same: `openssl dgst -sha256 -hmac test-signing`, and so on.
    assert_eq!(said["mac"], "657f6321819ea34bbe3a7e2b844db842e8a2a48514c5c55c8034ef315ba9b87d");
    assert_eq!(said["old"], "8c3a81df9b31bba958ea53bf4cccddb596768472");
    assert!(said["hash"].as_str().unwrap().starts_with("a3adca3c9c1e45b39ef51b0703692e09"));
    assert_eq!((&said["fits"], &said["short"]), (&json!(true), &json!(false)));
    assert_eq!(said["other"], json!(false));
    let other = host.run_job("sign", &json!({"text": "x", "slot": "none"}), 1).await;
    assert_eq!(problem(other).code, "denied");
    host.finish();
    let host = sample().grant(&["jobs"]).start().await;
    assert_eq!(problem(host.run_job("sign", &json!({"text": "x"}), 1).await).code, "denied");
    host.finish();
}

fn post(text: &str, approval: Option<&str>) -> Value {
    json!({"page": "bakery", "text": text, "approval": approval})
}

async fn refusal(host: &Host, payload: Value) -> (String, Option<String>) {
    let problem = problem(host.run_job("post", &payload, 1).await);
    (problem.code, problem.detail)
}

#[tokio::test]
async fn what_has_an_effect_is_sent_once_and_only_as_it_was_approved() {
    let host = sample().start().await;
    let no = |detail: &str| ("not-approved".to_owned(), Some(detail.to_owned()));
    assert_eq!(refusal(&host, post("Fresh bread", None)).await, no("none"));
    let said = run(&host, "propose", post("Fresh bread", None)).await.unwrap();
    assert_eq!((&said["waiting"], &said["key"]), (&json!(true), &json!("bakery")));
    let id = said["id"].as_str().unwrap();
    assert_eq!(run(&host, "propose", post("Fresh bread", None)).await.unwrap()["id"], id);
    let other = host.run_job("propose", &post("Old bread", None), 1).await;
    assert_eq!(problem(other).code, "conflict", "one key is one request");
    {
        let memory = host.memory();
        let request = &memory.approvals[0].proposal.request;
        assert_eq!(request.url, "https://api.example.com/v1/posts/bakery");
        assert_eq!(request.body, br#"{"text":"Fresh bread"}"#);
    }
    assert_eq!(refusal(&host, post("Fresh bread", Some(id))).await, no("waiting"));
    host.approve(id).await.unwrap();
    assert_eq!(host.memory().kept("decided/bakery"), Some(&b"yes"[..]));
    assert_eq!(refusal(&host, post("Fresh bread!", Some(id))).await, no("changed"));
    assert_eq!(refusal(&host, post("Fresh bread", Some("approval-9"))).await, no("unknown"));
    let expect = Expect::post("https://api.example.com/v1/posts/bakery");
    host.http().expect(expect.body(json!({"text": "Fresh bread"})).reply(201, json!({})));
    let sent = run(&host, "post", post("Fresh bread", Some(id))).await;
    assert_eq!(sent, Some(json!({"status": 201})));
    assert_eq!(refusal(&host, post("Fresh bread", Some(id))).await, no("used"));
    host.finish();
}

#[tokio::test]
async fn a_lost_answer_spends_the_approval() {
    let host = sample().start().await;
    let said = run(&host, "propose", post("x", None)).await.unwrap();
    let id = said["id"].as_str().unwrap();
    host.approve(id).await.unwrap();
    host.http().answer_with(|_| Reply::Cut);
    assert_eq!(refusal(&host, post("x", Some(id))).await.0, "unavailable");
    assert_eq!(refusal(&host, post("x", Some(id))).await.1.as_deref(), Some("used"));
    assert_eq!(host.http().seen().len(), 1);
    host.finish();
}

#[tokio::test]
async fn what_is_rejected_withdrawn_or_too_late_is_not_sent() {
    let host = sample().start().await;
    let propose = async |page: &str| {
        let payload = json!({"page": page, "text": "x"});
        let said = run(&host, "propose", payload).await.unwrap();
        said["id"].as_str().unwrap().to_owned()
    };
    let sent = async |page: &str, id: &str| {
        refusal(&host, json!({"page": page, "text": "x", "approval": id})).await.1
    };
    let rejected = propose("rejected").await;
    host.reject(&rejected, "not today").await.unwrap();
    assert_eq!(host.memory().kept("decided/rejected"), Some(&b"no"[..]));
    assert_eq!(sent("rejected", &rejected).await.as_deref(), Some("rejected"));
    let back = propose("back").await;
    let said = run(&host, "withdraw", json!({"approval": back})).await;
    assert_eq!(said, Some(json!({"withdrawn": true})));
    assert_eq!(sent("back", &back).await.as_deref(), Some("withdrawn"));
    let late = propose("late").await;
    host.approve(&late).await.unwrap();
    host.advance_secs(3_600);
    assert_eq!(sent("late", &late).await.as_deref(), Some("expired"));
    assert!(host.http().seen().is_empty());
    host.finish();
}

#[tokio::test]
async fn what_people_want_otherwise_is_proposed_anew_in_its_place() {
    let host = sample().start().await;
    let said = run(&host, "propose", post("Fresh bread", None)).await.unwrap();
    let id = said["id"].as_str().unwrap();
    host.approve(id).await.unwrap();
    host.change(id, &[("text", json!("Stale bread"))]).await.unwrap();
    assert_eq!(refusal(&host, post("Fresh bread", Some(id))).await.1.as_deref(), Some("replaced"));
    let new = host.memory().approvals[0].replaced_by.clone().unwrap();
    assert_eq!(host.memory().approvals[1].proposal.request.body, br#"{"text":"Stale bread"}"#);
    host.approve(&new).await.unwrap();
    assert_eq!(refusal(&host, post("Fresh bread", Some(&new))).await.1.as_deref(), Some("changed"));
    let expect = Expect::post("https://api.example.com/v1/posts/bakery");
    host.http().expect(expect.body(json!({"text": "Stale bread"})).reply(201, json!({})));
    let sent = run(&host, "post", post("Stale bread", Some(&new))).await;
    assert_eq!(sent, Some(json!({"status": 201})));
    host.finish();
}

#[tokio::test]
#[should_panic(expected = "is told as")]
async fn what_no_workspace_would_tell_of_a_field_fails_the_test() {
    let host = sample().start().await;
    let said = run(&host, "propose", post("Fresh bread", None)).await.unwrap();
    let _ = host.change(said["id"].as_str().unwrap(), &[("text", json!(300))]).await;
}

#[tokio::test]
async fn a_change_that_is_declined_or_met_with_silence_sends_nothing() {
    let host = sample().start().await;
    let said = run(&host, "propose", post("Fresh bread", None)).await.unwrap();
    let id = said["id"].as_str().unwrap();
    host.change(id, &[("text", json!("never"))]).await.unwrap();
    {
        let memory = host.memory();
        assert_eq!(memory.approvals[0].state, "waiting");
        assert!(memory.approvals[0].declined.is_some());
    }
    host.approve(id).await.unwrap();
    host.change(id, &[("text", json!("silence"))]).await.unwrap();
    assert_eq!(refusal(&host, post("Fresh bread", Some(id))).await.1.as_deref(), Some("changing"));
    assert_eq!(host.memory().approvals.len(), 1);
    host.reject(id, "Not at all").await.unwrap();
    assert_eq!(refusal(&host, post("Fresh bread", Some(id))).await.1.as_deref(), Some("rejected"));
    host.finish();
}

#[tokio::test]
async fn a_file_is_kept_by_what_its_bytes_say() {
    let host = sample().start().await;
    // The base64 of "%PDF-1.7", and of a page that is no file anybody asked to keep.
    host.http().answer_with(|seen| {
        let data = if seen.url.path().ends_with("good") { "JVBERi0xLjc" } else { "PGh0bWw-" };
        Reply::json(200, json!({"other": "x", "data": data}))
    });
    let kept = run(&host, "keep", json!({"thing": "good"})).await.unwrap();
    let known = json!({
        "type": "application/pdf", "size": 8, "piece": "PDF", "known": 1, "about": null,
    });
    assert_eq!(kept, known);
    assert_eq!(run(&host, "keep", json!({"thing": "good"})).await.unwrap(), kept, "once for a key");
    assert_eq!(host.memory().documents[0].1.source, "api.example.com");
    let other = host.run_job("keep", &json!({"thing": "bad"}), 1).await;
    assert_eq!(problem(other).code, "rejected");
    assert_eq!(host.memory().documents.len(), 1);
    run(&host, "keep", json!({"thing": "good", "delete": true})).await;
    assert!(host.memory().documents.is_empty());
    host.finish();
    let host = sample().grant(&["jobs"]).start().await;
    assert_eq!(problem(host.run_job("keep", &json!({"thing": "x"}), 1).await).code, "denied");
    host.finish();
}

#[tokio::test]
async fn a_file_is_about_a_person_whom_the_plugin_may_read() {
    let host = sample().start().await;
    host.http().answer_with(|_| Reply::json(200, json!({"data": "JVBERi0xLjc"})));
    host.memory().put_record("person", "noa", json!({"name": "Noa"}));
    let kept = run(&host, "keep", json!({"thing": "offer", "about": "noa"})).await.unwrap();
    assert_eq!(kept["about"], "noa");
    let nobody = host.run_job("keep", &json!({"thing": "bill", "about": "nobody"}), 1).await;
    assert_eq!(problem(nobody).code, "invalid");
    assert_eq!(host.memory().documents.len(), 1);
    host.finish();
}

#[tokio::test]
async fn a_file_is_about_nobody_whom_the_plugin_may_not_read() {
    let route = "egress:GET,POST https://api.example.com/v1/{thing}";
    let host = sample().grant(&["jobs", "documents:application/pdf", route]).start().await;
    host.http().answer_with(|_| Reply::json(200, json!({"data": "JVBERi0xLjc"})));
    host.memory().put_record("person", "noa", json!({"name": "Noa"}));
    run(&host, "keep", json!({"thing": "offer"})).await;
    let about = host.run_job("keep", &json!({"thing": "bill", "about": "noa"}), 1).await;
    assert_eq!(problem(about).code, "denied");
    assert_eq!(host.memory().documents.len(), 1);
    host.finish();
}
