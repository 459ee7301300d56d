//! What comes of what a person typed, step by step.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxpi_kit::{Checked, Tried};
use oxpi_testkit::{Host, Reply, SERVER, problem};
use support::{MiniDav, ok, xml};

const HTML: &[u8] = b"<!doctype html><p>Welcome";

fn page() -> Reply {
    Reply::Answer { status: 200, headers: Vec::new(), body: HTML.to_vec() }
}

#[tokio::test]
async fn an_account_is_found_from_the_servers_name() {
    let host = Host::start().await;
    let _dav = MiniDav::behind(&host);
    let Checked::Ready { account } = host.check_account(&format!("{SERVER}/")).await.unwrap()
    else {
        panic!("not ready")
    };
    assert_eq!((account.id.as_str(), account.name.as_str()), ("/dav/p/dana/", "Dana Levi"));
    assert_eq!(account.email, "dana@example.com");
    // The typed password went along, and only to that server.
    let typed = "Basic ZGFuYTp0ZXN0LXBhc3N3b3Jk";
    assert!(host.http().seen().iter().all(|seen| seen.header("authorization") == Some(typed)));
    // A path that is named is asked first.
    host.check_account(&format!("{SERVER}/dav/")).await.unwrap();
    host.finish();
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart() {
    type Answer = fn(&str) -> Reply;
    let answers: [(&str, Answer, Checked); 6] = [
        ("a wrong password", |_| Reply::status(401), Checked::Refused),
        ("a web site", |_| page(), Checked::NotThis),
        ("nothing there", |_| Reply::status(404), Checked::NotThis),
        (
            "somebody without a principal",
            |path| {
                xml(
                    207,
                    &ok(
                        path,
                        "<D:current-user-principal><D:unauthenticated/></D:current-user-principal>",
                    ),
                )
            },
            Checked::Refused,
        ),
        (
            "contacts only",
            |path| match path {
                "/p/" => xml(207, &ok(path, "<D:displayname>Dana</D:displayname>")),
                _ => xml(
                    207,
                    &ok(
                        path,
                        "<D:current-user-principal><D:href>/p/</D:href></D:current-user-principal>",
                    ),
                ),
            },
            Checked::NotThis,
        ),
        (
            "no calendars",
            |path| match path {
                "/p/" => xml(
                    207,
                    &ok(path, "<C:calendar-home-set><D:href>/h/</D:href></C:calendar-home-set>"),
                ),
                "/h/" => xml(207, &ok(path, "<D:resourcetype><D:collection/></D:resourcetype>")),
                _ => xml(
                    207,
                    &ok(
                        path,
                        "<D:current-user-principal><D:href>/p/</D:href></D:current-user-principal>",
                    ),
                ),
            },
            Checked::Empty,
        ),
    ];
    for (what, answer, expected) in answers {
        let host = Host::start().await;
        host.http().answer_with(move |seen| answer(seen.url.path()));
        assert_eq!(host.check_account(SERVER).await.unwrap(), expected, "{what}");
        host.finish();
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_no_wrong_address() {
    for reply in [Reply::status(502), Reply::Cut] {
        let host = Host::start().await;
        host.http().answer_with(move |_| reply.clone());
        assert_eq!(problem(host.check_account(SERVER).await).code, "unavailable");
        host.finish();
    }
    let host = Host::start().await;
    host.http().answer_with(|_| Reply::status(429).header("retry-after", "5"));
    assert_eq!(problem(host.check_account(SERVER).await).code, "limited");
    host.finish();
}

#[tokio::test]
async fn another_server_is_named_and_not_asked() {
    let moved: fn(&str) -> Reply =
        |_| Reply::status(301).header("location", "https://p42-dav.example.com/.well-known/caldav");
    let homed: fn(&str) -> Reply = |path| match path {
        "/p/" => xml(
            207,
            &ok(
                path,
                "<C:calendar-home-set><D:href>https://p42-dav.example.com:443/1/calendars/</D:href></C:calendar-home-set>",
            ),
        ),
        _ => xml(
            207,
            &ok(path, "<D:current-user-principal><D:href>/p/</D:href></D:current-user-principal>"),
        ),
    };
    for answer in [moved, homed] {
        let host = Host::start().await;
        host.http().answer_with(move |seen| answer(seen.url.path()));
        let Checked::Elsewhere { server } = host.check_account(SERVER).await.unwrap() else {
            panic!("it was followed")
        };
        assert!(server.starts_with("https://p42-dav.example.com"), "{server}");
        let origins: Vec<_> = host.http().seen().iter().map(|seen| seen.url.origin()).collect();
        assert!(origins.iter().all(|origin| origin.ascii_serialization() == SERVER));
        host.finish();
    }
}

#[tokio::test]
async fn ways_on_that_go_round_in_circles_come_to_an_end() {
    let host = Host::start().await;
    host.http().answer_with(|seen| {
        let next = if seen.url.path() == "/a" { "/b" } else { "/a" };
        Reply::status(302).header("location", next)
    });
    assert_eq!(problem(host.check_account(SERVER).await).code, "unavailable");
    assert!(host.http().seen().len() < 12);
    host.finish();
}

#[tokio::test]
async fn a_proxy_that_forgets_tls_is_followed_with_it() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    drop(dav);
    host.http().expect(
        oxpi_testkit::Expect::new("PROPFIND", &format!("{SERVER}/.well-known/caldav"))
            .reply_with(Reply::status(301).header("location", "http://dav.example.com/dav/")),
    );
    assert!(matches!(host.check_account(SERVER).await.unwrap(), Checked::Ready { .. }));
    host.finish();
}

#[tokio::test]
async fn each_step_of_trying_a_connected_account_is_told_apart() {
    type Answer = fn(&str) -> Reply;
    let cases: [(&str, Answer, Tried); 6] = [
        ("password", |_| Reply::status(401), Tried::failed("password")),
        ("password", |_| page(), Tried::Done),
        ("kind", |_| page(), Tried::failed("kind")),
        (
            "kind",
            |_| Reply::status(301).header("location", "https://p42-dav.example.com/"),
            Tried::failed("moved"),
        ),
        ("content", |_| page(), Tried::failed("content")),
        ("kind", |_| Reply::status(404), Tried::failed("kind")),
    ];
    for (step, answer, expected) in cases {
        let host = Host::start().await;
        host.http().answer_with(move |seen| answer(seen.url.path()));
        assert_eq!(host.check_connection(step).await.unwrap(), expected, "{step}");
        host.finish();
    }
    let host = Host::start().await;
    let _dav = MiniDav::behind(&host);
    for step in ["password", "kind", "content"] {
        assert_eq!(host.check_connection(step).await.unwrap(), Tried::Done, "{step}");
    }
    host.finish();
}
