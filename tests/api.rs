//! The API for programs, from the outside: what it does, whom it turns away, and that what it says of
//! itself is so.

mod acts;
mod answers;
mod approvals;
mod business;
mod calendar_files;
mod document;
mod documents;
mod endpoints;
mod exports;
mod feeds;
mod imports;
mod lists;
mod notifications;
mod people;
mod search;
mod series;
mod strangers;
mod tasks;
mod tokens;
mod told;

use anyhow::{Context as _, Result};
use oxpi_tests::http::{Reply, send_raw};
use oxpi_tests::site::Site;
use serde_json::Value;

/// On both databases.
async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await.unwrap();
        test(site).await.unwrap();
    }
}

/// Sends a request with these headers, and a body of JSON where there is one.
async fn send(
    site: &Site,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Result<Reply> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n",
        site.port
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            head.push_str("Content-Type: application/json\r\n");
        }
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    let request = format!("{head}\r\n{body}");
    send_raw(site.port, request.as_bytes()).await?.context("closed without an answer")
}

/// The same with a token.
async fn call(
    site: &Site,
    token: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Result<Reply> {
    let bearer = format!("Bearer {token}");
    let mut all = vec![("Authorization", bearer.as_str())];
    all.extend_from_slice(headers);
    send(site, method, &format!("/api/v1{path}"), &all, body.as_ref()).await
}

/// The same with the first business's own token.
async fn own(site: &Site, method: &str, path: &str, body: Option<Value>) -> Result<Reply> {
    call(site, &site.api_token, method, path, &[], body).await
}

fn json(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", reply.body))
}

/// A problem as the standard has it; answers its code.
fn problem(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{}", reply.body);
    let told = json(reply);
    assert_eq!(told["status"], status);
    for name in ["type", "title", "detail", "code"] {
        assert!(told[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {told}");
    }
    assert_eq!(told["request_id"].as_str(), reply.header("x-request-id"));
    told["code"].as_str().unwrap_or_default().to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
