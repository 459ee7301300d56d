//! What anybody on the network can send to the server: each request is answered in bounds, and the
//! server goes on.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use oxpi_tests::House;
use oxpi_tests::http::{Reply, send, send_raw};
use oxpi_tests::site::{MARKER, Site};
use web::routes::{Auth, table};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const OWN: &str = "Sec-Fetch-Site: same-origin\r\n";

async fn site() -> Site {
    Site::start(store::testing::sqlite().await).await.unwrap()
}

/// Sends a request with these header lines and this body; the host's and the connection's are added.
async fn ask(site: &Site, line: &str, headers: &str, body: &[u8]) -> Result<Option<Reply>> {
    let head = format!(
        "{line} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{headers}\r\n",
        site.port
    );
    send_raw(site.port, &[head.as_bytes(), body].concat()).await
}

async fn status(site: &Site, line: &str, headers: &str, body: &[u8]) -> Result<u16> {
    Ok(ask(site, line, headers, body).await?.context("closed without an answer")?.status)
}

/// Refused by an answer, or by closing the connection.
async fn is_refused(site: &Site, request: &[u8]) -> Result<bool> {
    let reply = send_raw(site.port, request).await?;
    Ok(reply.is_none_or(|reply| (400..500).contains(&reply.status)))
}

async fn assert_alive(site: &Site) -> Result<()> {
    assert_eq!(site.get("/healthz", None).await?.status, 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_how_it_is_says_one_word() -> Result<()> {
    let site = site().await;
    for (path, word) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        for session in [None, Some(site.members[0].1.as_str())] {
            let reply = site.get(path, session).await?;
            assert_eq!((reply.status, reply.body.as_str()), (200, word), "{path}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_bears_the_headers_that_protect_it() -> Result<()> {
    let site = site().await;
    let owner = site.members[0].1.clone();
    let mut paths: Vec<String> = table()
        .iter()
        .filter(|route| route.method == "GET")
        .map(|route| site.fill_in(route.path, &site.ids))
        .collect();
    paths.extend(["/nowhere", "/assets/nothing.css", "/people/none"].map(str::to_owned));
    for path in paths {
        let reply = site.get(&path, Some(&owner)).await?;
        let header = |name: &str| reply.header(name).unwrap_or_default().to_owned();
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "object-src 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(!header("x-request-id").is_empty(), "{path}");
        assert!(!header("cache-control").is_empty(), "{path}");
        assert!(reply.header("access-control-allow-origin").is_none(), "{path}");
        for gossip in ["server", "x-powered-by"] {
            assert!(reply.header(gossip).is_none(), "{path} says what it runs on");
        }
        let kind = header("content-type");
        assert!(reply.body.is_empty() || !kind.is_empty(), "{path} has a body of no kind");
        assert!(!kind.starts_with("text/") || kind.contains("charset=utf-8"), "{path}: {kind}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_cookies_are_bound_to_the_host_and_the_browser_stays_there() -> Result<()> {
    let db = store::testing::sqlite().await;
    let house = House::start_at(db, "https://office.example.com").await?;
    let site = Site::start_with(house, |_| ()).await?;
    let form = "email=owner%40example.com&password=seven+quiet+green+lamps";
    let reply = site.send("POST", "/sign-in", None, Some(form)).await?;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let cookies: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .map(|(_, value)| value.as_str())
        .collect();
    let session = cookies.iter().find(|cookie| cookie.starts_with("__Host-oxpi="));
    assert!(session.is_some(), "{cookies:?}");
    for cookie in cookies {
        for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let stays = reply.header("strict-transport-security").unwrap_or_default();
    assert_eq!(stays, "max-age=31536000; includeSubDomains");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_kind_or_size_is_refused_before_it_is_read() -> Result<()> {
    let site = site().await;
    let post = |kind: &str, length: usize| {
        format!("{OWN}Content-Type: {kind}\r\nContent-Length: {length}\r\n")
    };
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=b", "text/xml"] {
        let refused = status(&site, "POST /sign-in", &post(kind, 2), b"{}").await?;
        assert_eq!(refused, 415, "{kind}");
    }
    let bare = format!("{OWN}Content-Length: 2\r\n");
    assert_eq!(status(&site, "POST /sign-in", &bare, b"{}").await?, 415);
    let packed = format!("{OWN}{FORM}Content-Encoding: gzip\r\nContent-Length: 2\r\n");
    assert_eq!(status(&site, "POST /sign-in", &packed, b"{}").await?, 415);
    let hook = site.fill_in("/hooks/{plugin}/{route}/{tenant}", &site.ids);
    let packed = "Content-Encoding: gzip\r\nContent-Length: 2\r\n";
    assert_eq!(status(&site, &format!("POST {hook}"), packed, b"{}").await?, 415);

    let form = "application/x-www-form-urlencoded";
    let declared = post(form, 300 * 1024);
    assert_eq!(status(&site, "POST /sign-in", &declared, b"a=b").await?, 413);
    let chunked = format!("{OWN}{FORM}Transfer-Encoding: chunked\r\n");
    let chunk = [b"10000\r\n".as_slice(), &vec![b'a'; 0x10000], b"\r\n"].concat();
    let endless = [chunk.repeat(5), b"0\r\n\r\n".to_vec()].concat();
    assert_eq!(status(&site, "POST /sign-in", &chunked, &endless).await?, 413);
    let delivery = format!("Content-Length: {}\r\n", 2 * 1024 * 1024);
    assert_eq!(status(&site, &format!("POST {hook}"), &delivery, b"x").await?, 413);

    let fields = "a=b&".repeat(1_001);
    assert_eq!(
        status(&site, "POST /sign-in", &post(form, fields.len()), fields.as_bytes()).await?,
        413
    );
    for bad in ["email=%00&password=x", "email=a&email=b&password=x"] {
        let refused =
            status(&site, "POST /sign-in", &post(form, bad.len()), bad.as_bytes()).await?;
        assert_eq!(refused, 400, "{bad}");
    }
    assert_alive(&site).await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_request_ends_is_never_in_doubt() -> Result<()> {
    let site = site().await;
    let host = format!("Host: 127.0.0.1:{}\r\n", site.port);
    let smuggled = format!("GET /people HTTP/1.1\r\n{host}\r\n");
    let heads = [
        format!("Content-Length: 4\r\nContent-Length: {}\r\n", 4 + smuggled.len()),
        "Content-Length: +4\r\n".to_owned(),
        "Content-Length: 4, 4\r\n".to_owned(),
        "Transfer-Encoding: chunked, identity\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
    ];
    for head in heads {
        let request =
            format!("POST /sign-in HTTP/1.1\r\n{host}{OWN}{FORM}{head}\r\na=bc{smuggled}");
        assert!(is_refused(&site, request.as_bytes()).await?, "{head}");
    }
    for body in ["zz\r\na=b\r\n0\r\n\r\n", "-1\r\n\r\n", "ffffffffffffffffff\r\n"] {
        let head = format!("{host}{OWN}{FORM}Transfer-Encoding: chunked\r\n");
        let request = format!("POST /sign-in HTTP/1.1\r\n{head}\r\n{body}");
        assert!(is_refused(&site, request.as_bytes()).await?, "{body}");
    }
    assert_alive(&site).await
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_without_bounds_are_refused() -> Result<()> {
    let site = site().await;
    let host = format!("Host: 127.0.0.1:{}\r\n", site.port);
    let many: String = (0..2_000).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "y".repeat(1024 * 1024));
    let path = format!("/people?q={}", "y".repeat(1024 * 1024));
    for request in [
        format!("GET / HTTP/1.1\r\n{host}{many}\r\n"),
        format!("GET / HTTP/1.1\r\n{host}{long}\r\n"),
        format!("GET {path} HTTP/1.1\r\n{host}\r\n"),
        format!("GET / HTTP/1.1\r\n{host}Bad Name: y\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{host}X: a\0b\r\n\r\n"),
        format!("GET / HTTP/9.9\r\n{host}\r\n"),
        "\0\0\0\0\r\n\r\n".to_owned(),
    ] {
        let shown: String = request.chars().take(60).collect();
        assert!(is_refused(&site, request.as_bytes()).await?, "{shown}");
    }
    assert_alive(&site).await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_instances_own_names_are_answered() -> Result<()> {
    let site = site().await;
    let raw = async |head: String| -> Result<u16> {
        let request = format!("{head}Connection: close\r\n\r\n");
        Ok(send_raw(site.port, request.as_bytes()).await?.context("no answer")?.status)
    };
    for head in [
        "GET /sign-in HTTP/1.1\r\nHost: evil.example\r\n",
        "GET /sign-in HTTP/1.1\r\n",
        "GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\n",
        "GET /sign-in HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: 127.0.0.1:8080\r\n",
        "GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nHost: evil.example\r\n",
    ] {
        assert!((400..500).contains(&raw(head.to_owned()).await?), "{head}");
    }
    // Links that leave the instance are made from its configuration, never from a header.
    let invite = "email=new%40example.com&role=member";
    let headers = [
        ("Sec-Fetch-Site", "same-origin"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("Cookie", &format!("oxpi={}", site.members[0].1)),
    ];
    let reply = send(site.port, "POST", "/team/invitations", &headers, Some(invite)).await?;
    assert!(!reply.body.contains("evil.example"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_and_paths_that_do_not_exist_reach_nothing() -> Result<()> {
    let site = site().await;
    let cookie = format!("Cookie: oxpi={}\r\n{OWN}", site.members[0].1);
    for method in ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW", "OPTIONS"] {
        let reply = ask(&site, &format!("{method} /people"), &cookie, b"").await?;
        let reply = reply.context("no answer")?;
        assert!((400..500).contains(&reply.status), "{method}: {}", reply.status);
        assert!(!reply.body.contains(MARKER), "{method}");
    }
    for path in [
        "/assets/../../Cargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets//etc/passwd",
        "/assets/%00",
        "/plugins/..%2f..%2fsecret/icon",
        "/.git/config",
        "/oxpi.sqlite",
        "/people/%ff%fe",
    ] {
        let status = site.get(path, Some(&site.members[0].1)).await?.status;
        assert!(matches!(status, 400 | 404), "{path}: {status}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_in_an_address_is_refused_on_both_databases() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let owner = Some(site.members[0].1.as_str());
        for path in ["/people?q=%00", "/people?q=a%00b", "/people/%00", "/people?%00=x"] {
            assert_eq!(site.get(path, owner).await?.status, 400, "{path}");
        }
        assert_eq!(site.get("/people?q=%2500", owner).await?.status, 200);
        assert_alive(&site).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_is_answered_as_its_page_without_the_page() -> Result<()> {
    let site = site().await;
    let owner = site.members[0].1.clone();
    for path in ["/healthz", "/people", "/calendar"] {
        let reply = site.send("HEAD", path, Some(&owner), None).await?;
        assert_eq!((reply.status, reply.body.as_str()), (200, ""), "{path}");
    }
    assert_eq!(site.send("HEAD", "/people", None, None).await?.status, 303);
    Ok(())
}

/// Serves behind a proxy that this machine is, with few requests a minute.
async fn limited(proxied: bool) -> Site {
    let house = House::start(store::testing::sqlite().await).await.unwrap();
    let change = |options: &mut web::ServeOptions| {
        options.requests_per_minute = 5;
        options.is_proxy = Arc::new(move |peer: IpAddr| proxied && peer.is_loopback());
    };
    Site::start_with(house, change).await.unwrap()
}

async fn forwarded(site: &Site, value: &str) -> Result<Reply> {
    send(site.port, "GET", "/sign-in", &[("X-Forwarded-For", value)], None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_and_nobody_else_does() -> Result<()> {
    let site = limited(true).await;
    for _ in 0..5 {
        assert_eq!(forwarded(&site, "203.0.113.7").await?.status, 200);
    }
    let refused = forwarded(&site, "203.0.113.7").await?;
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").context("no time to wait")?.parse()?;
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(refused.body.contains("<h1>"), "a page says so");
    // What the client wrote in front of the proxy's word doesn't make it somebody else.
    assert_eq!(forwarded(&site, "198.51.100.1, 203.0.113.7").await?.status, 429);
    assert_eq!(forwarded(&site, "203.0.113.8").await?.status, 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forwarded_address_counts_only_from_a_configured_proxy() -> Result<()> {
    let site = limited(false).await;
    for n in 0..20 {
        // Taken for what it is: this machine, which isn't counted, whoever it says it is.
        assert_eq!(forwarded(&site, "203.0.113.7").await?.status, 200, "request {n}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_page_names_the_code_that_finds_it_and_nothing_else() -> Result<()> {
    let site = site().await;
    let owner = site.members[0].1.clone();
    for path in ["/nowhere", "/people/none", "/oauth/callback?state=x"] {
        let reply = site.get(path, Some(&owner)).await?;
        let code = reply.header("x-request-id").context("no code")?;
        assert!(reply.body.contains(code), "{path}");
        for gossip in ["panicked", "SELECT", "src/", "diesel", "sqlite"] {
            assert!(!reply.body.contains(gossip), "{path} says {gossip}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_a_page_of_our_own_only() -> Result<()> {
    let site = site().await;
    for elsewhere in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let form =
            format!("email=owner%40example.com&password=seven+quiet+green+lamps&next={elsewhere}");
        let reply = site.send("POST", "/sign-in", None, Some(&form)).await?;
        assert_eq!(reply.status, 303, "{elsewhere}");
        let to = reply.header("location").unwrap_or_default();
        assert!(to.starts_with('/') && !to.contains("evil"), "{to}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_that_changes_something_wants_a_post_from_here() {
    for route in table() {
        let is_read = route.method == "GET";
        assert!(is_read || route.method == "POST", "{} {}", route.method, route.path);
        // A page that anybody may post to must be a door or a webhook.
        let is_door = [
            "/hooks/",
            "/welcome",
            "/sign-",
            "/language",
            "/appearance",
            "/forgot",
            "/reset",
            "/join",
        ];
        let anyone = route.auth == Auth::Anyone && !is_read;
        assert!(
            !anyone || is_door.iter().any(|door| route.path.starts_with(door)),
            "{}",
            route.path
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_clears_what_the_browser_kept() -> Result<()> {
    let site = site().await;
    let member = site.members[2].1.clone();
    let reply = site.send("POST", "/sign-out", Some(&member), Some("")).await?;
    assert_eq!(reply.header("clear-site-data"), Some("\"cache\", \"storage\""));
    let cookie = reply.header("set-cookie").unwrap_or_default();
    assert!(cookie.starts_with("oxpi=;") && cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!(site.get("/people", Some(&member)).await?.status, 303);
    Ok(())
}
