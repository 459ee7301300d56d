//! The way there and back through the pages, as a browser goes it.

use oxpi_tests::http::{self, Reply};
use oxpi_tests::site;
use url::Url;

use super::world::{DANA, World, consent, decide};

/// A browser: what it was given is sent back.
struct Browser {
    port: u16,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn of(port: u16, session: Option<&str>) -> Self {
        let cookies = session.map(|token| ("__Host-oxpi".to_owned(), token.to_owned()));
        Self { port, cookies: cookies.into_iter().collect() }
    }

    async fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> Reply {
        let pairs: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let cookie = pairs.join("; ");
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
        let reply = http::send(self.port, method, path, &headers, form).await.unwrap();
        for (name, value) in &reply.headers {
            if name.eq_ignore_ascii_case("set-cookie") {
                let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        reply
    }

    /// Leaves for the provider; answers its page's address.
    async fn leave(&mut self, path: &str, form: &str) -> Url {
        let reply = self.send("POST", path, Some(form)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        let refresh = reply.header("refresh").unwrap();
        let url = Url::parse(refresh.strip_prefix("0;url=").unwrap()).unwrap();
        assert!(reply.body.contains("/authorize?"), "a link for who isn't taken there");
        url
    }

    async fn come_back(&mut self, back: &Url) -> Reply {
        assert_eq!(back.path(), "/sign-in/openid/return");
        let path = format!("{}?{}", back.path(), back.query().unwrap());
        self.send("GET", &path, None).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_leads_to_the_provider_and_back_in() {
    let w = World::start(store::testing::sqlite().await, false).await;
    let (port, _stop) = site::serve(&w.app, |_| ()).unwrap();
    let mut stranger = Browser::of(port, None);
    let door = stranger.send("GET", "/sign-in?next=/team", None).await;
    assert!(door.body.contains("Office account"), "{}", door.body);
    let url = stranger.leave("/sign-in/openid", "next=/team").await;
    let refused = stranger.come_back(&consent(&url, DANA).await).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("Ask for an invitation"), "{}", refused.body);
    assert!(refused.body.contains("code-note"), "with its code");

    let mut owner = Browser::of(port, Some(&w.token));
    let url = owner.leave("/profile/openid", "").await;
    let linked = owner.come_back(&consent(&url, DANA).await).await;
    assert_eq!((linked.status, linked.header("location")), (303, Some("/profile")));
    let profile = owner.send("GET", "/profile", None).await;
    assert!(profile.body.contains("dana@example.com"), "{}", profile.body);

    let url = stranger.leave("/sign-in/openid", "next=/team").await;
    let back = consent(&url, DANA).await;
    let thief = Browser::of(port, None).come_back(&back).await;
    assert_eq!(thief.status, 400, "another browser");
    let opened = stranger.come_back(&back).await;
    assert_eq!((opened.status, opened.header("location")), (303, Some("/team")));
    assert_eq!(stranger.send("GET", "/team", None).await.status, 200);
    let again = stranger.come_back(&back).await;
    assert_eq!(again.status, 400, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_at_the_provider_or_is_nobody_reads_why_in_their_language() {
    let w = World::start(store::testing::sqlite().await, false).await;
    let (port, _stop) = site::serve(&w.app, |_| ()).unwrap();
    let mut browser = Browser::of(port, None);
    browser.cookies.push(("oxpi-language".to_owned(), "he".to_owned()));
    let url = browser.leave("/sign-in/openid", "").await;
    let stopped = browser.come_back(&decide(&url, DANA, "cancel").await).await;
    assert_eq!(stopped.status, 400);
    assert!(stopped.body.contains("שום דבר לא השתנה"), "{}", stopped.body);
    let lost = browser.send("GET", "/sign-in/openid/return?state=x&code=y", None).await;
    assert!(lost.status == 400 && lost.body.contains("צריך להתחיל מחדש"), "{}", lost.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_accepted_from_its_page_without_a_password() {
    let w = World::start(store::testing::sqlite().await, false).await;
    let (port, _stop) = site::serve(&w.app, |_| ()).unwrap();
    let token = w.invite("dana@example.com").await;
    let mut dana = Browser::of(port, None);
    let page = dana.send("GET", &format!("/join/{token}"), None).await;
    assert!(page.body.contains(&format!("/join/{token}/openid")), "{}", page.body);
    let url = dana.leave(&format!("/join/{token}/openid"), "").await;
    let joined = dana.come_back(&consent(&url, DANA).await).await;
    assert_eq!((joined.status, joined.header("location")), (303, Some("/")), "{}", joined.body);
    let home = dana.send("GET", "/", None).await;
    assert!(home.status == 200 && home.body.contains("Dana Levi"), "{}", home.body);
}
