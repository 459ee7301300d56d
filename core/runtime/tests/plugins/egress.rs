//! Requests that leave, and those that don't, as a plugin and a provider see it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::ConnectionId;
use domain::rng::SeededRng;
use domain::time::ManualClock;
use oxpi_runtime::egress::Lookup;
use oxpi_runtime::{CallError, Egress, EgressConfig, EgressError, Manifest, Plugin, Redirect};
use serde_json::{Value, json};

use crate::fake::{Fake, House, TOKEN};
use crate::guests;
use crate::server::{Server, start};

/// Names lead where the test says.
struct Table(&'static str);

#[async_trait]
impl Lookup for Table {
    async fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(vec![self.0.parse().unwrap()])
    }
}

fn sandbox(server: &Server) -> EgressConfig {
    let all: Redirect = format!("*=http://{}", server.address).parse().unwrap();
    EgressConfig { redirects: vec![all], lookup: None }
}

async fn house() -> (Server, House, Plugin) {
    let server = start().await;
    let house = House::with(Fake::default(), sandbox(&server));
    let plugin = house.load(&guests::asking(), guests::fetcher());
    (server, house, plugin)
}

const WITH_SLOT: u32 = 1;
const PLAIN: u32 = 2;
const HOST_HEADER: u32 = 3;
const WHOLE_BODY: u32 = 4;
const MANY: u32 = 5;

async fn fetch(
    house: &House,
    plugin: &Plugin,
    url: &str,
    how: u32,
) -> Result<Option<Value>, CallError> {
    house.engine.run_job(plugin, house.ctx(plugin), url, &json!({}), how).await
}

fn code(outcome: Result<Option<Value>, CallError>) -> String {
    match outcome {
        Err(CallError::Problem(problem)) => problem.code,
        other => panic!("expected a problem, not {other:?}"),
    }
}

#[tokio::test]
async fn the_provider_gets_the_token_and_the_guest_does_not() {
    let (server, house, plugin) = house().await;
    let url = "https://api.acme.example/v1/echo?q=a%20b";
    let answer = fetch(&house, &plugin, url, WITH_SLOT).await.unwrap().unwrap().to_string();
    let head = server.heads.lock().unwrap()[0].clone();
    assert!(head.starts_with("GET /v1/echo?q=a%20b HTTP/1.1"), "{head}");
    assert!(head.contains(&format!("authorization: Bearer {TOKEN}")), "{head}");
    assert!(!answer.contains(TOKEN) && answer.contains(&"*".repeat(8)), "{answer}");
    let audited = house.fake.audited.lock().unwrap();
    let entry = &audited[0];
    assert_eq!((entry.host.as_str(), entry.path.as_str()), ("api.acme.example", "/v1/{thing}"));
    assert_eq!(
        (entry.status, entry.problem.as_deref(), entry.method.as_str()),
        (Some(200), None, "GET")
    );
    assert!(entry.bytes > 0);
}

#[tokio::test]
async fn the_calls_connection_chooses_the_token() {
    let (_server, house, plugin) = house().await;
    let id = ConnectionId::new(&ManualClock::at(9), &SeededRng::new(9));
    let mut ctx = house.ctx(&plugin);
    ctx.connection = Some(id.clone());
    let url = "https://api.acme.example/v1/echo";
    house.engine.run_job(&plugin, ctx, url, &json!({}), WITH_SLOT).await.unwrap();
    assert_eq!(*house.fake.used_connections.lock().unwrap(), [Some(id)]);
}

#[tokio::test]
async fn a_stale_token_is_replaced_once() {
    let server = start().await;
    let fake =
        Fake { tokens: vec!["stale".into(), "fresh-token".into()].into(), ..Fake::default() };
    let house = House::with(fake, sandbox(&server));
    let plugin = house.load(&guests::asking(), guests::fetcher());
    let answer = fetch(&house, &plugin, "https://api.acme.example/v1/fresh", WITH_SLOT).await;
    assert_eq!(answer, Ok(Some(json!({}))));
    assert_eq!(server.heads.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_no_route_names_does_not_leave() {
    let (server, house, plugin) = house().await;
    for url in [
        "https://evil.example/v1/echo",
        "https://api.acme.example/v2/echo",
        "https://api.acme.example/v1/a/b",
        "http://api.acme.example/v1/echo",
        "https://api.acme.example:8443/v1/echo",
        "https://127.0.0.1/v1/echo",
        "https://me@api.acme.example/v1/echo",
        "https://api.acme.example/v1/..%2fadmin",
    ] {
        assert_eq!(code(fetch(&house, &plugin, url, PLAIN).await), "denied", "{url}");
    }
    assert!(server.heads.lock().unwrap().is_empty());
    let audited = house.fake.audited.lock().unwrap();
    assert_eq!(audited.len(), 8, "each refusal leaves an entry");
    assert!(
        audited
            .iter()
            .all(|entry| entry.problem.as_deref() == Some("denied") && entry.path.is_empty())
    );
}

#[tokio::test]
async fn without_the_grant_nothing_leaves() {
    let (server, house, plugin) = house().await;
    let mut ctx = house.ctx(&plugin);
    let without: Vec<String> =
        ctx.grant.ids().filter(|id| !id.starts_with("slot:")).map(str::to_owned).collect();
    ctx.grant = oxpi_runtime::Grant::from_ids(without).into();
    let url = "https://api.acme.example/v1/echo";
    let outcome = house.engine.run_job(&plugin, ctx, url, &json!({}), WITH_SLOT).await;
    assert_eq!(code(outcome), "denied");
    assert!(server.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn redirects_are_answers_and_not_followed() {
    let (server, house, plugin) = house().await;
    let answer = fetch(&house, &plugin, "https://api.acme.example/v1/redirect", PLAIN).await;
    assert_eq!(answer, Ok(Some(Value::Null)));
    assert_eq!(server.heads.lock().unwrap().len(), 1);
    assert_eq!(house.fake.audited.lock().unwrap()[0].status, Some(302));
}

#[tokio::test]
async fn a_host_header_is_refused() {
    let (server, house, plugin) = house().await;
    let outcome = fetch(&house, &plugin, "https://api.acme.example/v1/echo", HOST_HEADER).await;
    assert_eq!(code(outcome), "denied");
    assert!(server.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let (_server, house, plugin) = house().await;
    let outcome = fetch(&house, &plugin, "https://api.acme.example/v1/big", WHOLE_BODY).await;
    assert_eq!(code(outcome), "too-large");
    let audited = house.fake.audited.lock().unwrap();
    assert!(audited[0].bytes <= 4 << 20);
    assert_eq!(audited[0].problem.as_deref(), Some("too-large"));
}

#[tokio::test]
async fn endless_headers_are_cut_off() {
    let (_server, house, plugin) = house().await;
    let outcome = fetch(&house, &plugin, "https://api.acme.example/v1/headers", PLAIN).await;
    assert_eq!(code(outcome), "unavailable");
}

#[tokio::test]
async fn a_call_has_so_many_requests() {
    let (server, house, plugin) = house().await;
    let outcome = fetch(&house, &plugin, "https://api.acme.example/v1/x", MANY).await;
    assert_eq!(code(outcome), "limited");
    assert_eq!(server.heads.lock().unwrap().len(), 32);
    let outcome = fetch(&house, &plugin, "https://api.acme.example/v1/x", MANY).await;
    match outcome {
        Err(CallError::Problem(problem)) => {
            assert_eq!(problem.code, "limited");
            assert!(
                problem.retry_after_ms.unwrap() > 1_000,
                "the route's minute, not the call's count"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(server.heads.lock().unwrap().len(), 50, "the route allows 50 a minute");
}

#[tokio::test]
async fn a_silent_provider_ends_with_the_call() {
    let (_server, house, plugin) = house().await;
    let mut ctx = house.ctx(&plugin);
    ctx.limits.wall_ms = 300;
    let began = Instant::now();
    let url = "https://api.acme.example/v1/slow";
    let outcome = house.engine.run_job(&plugin, ctx, url, &json!({}), PLAIN).await;
    assert!(outcome.is_err() && began.elapsed() < Duration::from_secs(20), "{outcome:?}");
    let audited = house.fake.audited.lock().unwrap();
    assert_eq!(audited.len(), 1, "it may have been done, so it is told");
    assert!(audited[0].problem.is_some() && audited[0].path == "/v1/{thing}");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
    for inside in
        ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00:ec2::254"]
    {
        let config = EgressConfig { redirects: Vec::new(), lookup: Some(Arc::new(Table(inside))) };
        let house = House::with(Fake::default(), config);
        let plugin = house.load(&guests::asking(), guests::fetcher());
        let outcome = fetch(&house, &plugin, "https://api.acme.example/v1/x", WITH_SLOT).await;
        assert_eq!(code(outcome), "denied", "{inside}");
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_unavailable() {
    let server = start().await;
    let mut config = sandbox(&server);
    // A port nobody listens on: bound once, then let go.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.redirects = vec![format!("*=http://{free}").parse().unwrap()];
    let house = House::with(Fake::default(), config);
    let plugin = house.load(&guests::asking(), guests::fetcher());
    let outcome = fetch(&house, &plugin, "https://api.acme.example/v1/x", PLAIN).await;
    assert_eq!(code(outcome), "unavailable");
}

#[tokio::test]
async fn the_hosts_own_requests_reach_the_providers_endpoints_only() {
    let server = start().await;
    let egress = Egress::new(sandbox(&server)).unwrap();
    assert!(egress.is_sandbox());
    let manifest = Manifest::parse(&guests::asking()).unwrap();
    let provider = manifest.provider("acme").unwrap();
    let request = |url: &str| http::Request::post(url).body(b"a=b".to_vec()).unwrap();
    let token = egress
        .send_provider(provider, request("https://accounts.acme.example/token?c=s3cret"))
        .await;
    assert_eq!(token.answer.unwrap().status(), 200);
    let entry = token.entry;
    assert_eq!(
        (entry.method.as_str(), entry.host.as_str(), entry.path.as_str(), entry.status),
        ("POST", "accounts.acme.example", "/token", Some(200)),
    );
    assert!(entry.bytes > 0 && entry.problem.is_none(), "{entry:?}");
    for other in [
        "https://accounts.acme.example/tokens",
        "https://evil.example/token",
        "https://127.0.0.1/token",
    ] {
        let refused = egress.send_provider(provider, request(other)).await;
        assert!(matches!(refused.answer, Err(EgressError::Refused(_))), "{other}");
        let entry = refused.entry;
        assert_eq!((entry.path.as_str(), entry.status), ("", None), "{other}");
        assert_eq!(entry.problem.as_deref(), Some("denied"), "{other}");
    }
    assert_eq!(server.heads.lock().unwrap().len(), 1);
    let page = egress.browser_url("https://accounts.acme.example/auth?state=x");
    assert_eq!(page, format!("http://{}/auth?state=x", server.address));
}
