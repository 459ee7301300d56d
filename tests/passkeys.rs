//! Passkeys as a browser's script uses them: a question as JSON, the answer with a form.

use oxpi_tests::authenticator::Authenticator;
use oxpi_tests::house::Extras;
use oxpi_tests::http::{self, Reply};
use oxpi_tests::site::Site;
use oxpi_tests::{House, mailbox};
use serde_json::Value;
use simulators::smtp::Smtp;

const ADDRESS: &str = "http://localhost:8080";

async fn site() -> Site {
    let house = House::start_at(store::testing::sqlite().await, ADDRESS).await.unwrap();
    Site::start_with(house, |_| ()).await.unwrap()
}

/// A browser of our own page: what it was given is sent back.
struct Browser<'a> {
    site: &'a Site,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    fn of(site: &'a Site, session: Option<&str>) -> Self {
        let cookies = session.map(|token| ("oxpi".to_owned(), token.to_owned()));
        Self { site, cookies: cookies.into_iter().collect() }
    }

    async fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> Reply {
        let pairs: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let cookie = pairs.join("; ");
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
        let reply = http::send(self.site.port, method, path, &headers, form).await.unwrap();
        for (name, value) in &reply.headers {
            if name.eq_ignore_ascii_case("set-cookie") {
                let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        reply
    }

    async fn asked(&mut self, path: &str) -> Value {
        let reply = self.send("POST", path, Some("")).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        serde_json::from_str(&reply.body).unwrap()
    }

    async fn add(&mut self, device: &mut Authenticator) -> Reply {
        let options = self.asked("/profile/passkeys/options").await;
        let form = form(&[("name", "My phone"), ("passkey", &device.create(&options))]);
        self.send("POST", "/profile/passkeys", Some(&form)).await
    }

    async fn is_in(&mut self) -> bool {
        self.send("GET", "/profile", None).await.status == 200
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_on_the_profile_and_signs_in_from_the_door() {
    let site = site().await;
    let mut device = Authenticator::at(ADDRESS);
    let mut owner = Browser::of(&site, Some(&site.house.token));
    let page = owner.send("GET", "/profile/passkeys/new", None).await;
    assert!(page.body.contains("data-passkey=\"create\""), "{}", page.body);
    let added = owner.add(&mut device).await;
    assert!(added.status == 200 && added.body.contains("class=\"codes\""), "{}", added.body);
    let profile = owner.send("GET", "/profile", None).await;
    assert!(profile.body.contains("My phone"));

    let mut door = Browser::of(&site, None);
    let page = door.send("GET", "/sign-in?next=/team", None).await;
    assert!(page.body.contains("data-passkey=\"get\""));
    let options = door.asked("/sign-in/passkey/options").await;
    let answer = form(&[("next", "/team"), ("passkey", &device.get(&options))]);
    let mut elsewhere = Browser::of(&site, None);
    let stolen = elsewhere.send("POST", "/sign-in/passkey", Some(&answer)).await;
    assert_eq!(stolen.status, 422, "without the cookie that the question came with");
    let opened = door.send("POST", "/sign-in/passkey", Some(&answer)).await;
    assert_eq!((opened.status, opened.header("location")), (303, Some("/team")));
    assert!(door.is_in().await);
    let again = door.send("POST", "/sign-in/passkey", Some(&answer)).await;
    assert_eq!(again.status, 422, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_second_step_and_the_proof_with_what_was_filled_in() {
    let site = site().await;
    let mut device = Authenticator::at(ADDRESS);
    Browser::of(&site, Some(&site.house.token)).add(&mut device).await;
    let mut door = Browser::of(&site, None);
    let word = form(&[("email", "owner@example.com"), ("password", "seven quiet green lamps")]);
    let half = door.send("POST", "/sign-in", Some(&word)).await;
    assert_eq!(half.header("location"), Some("/sign-in/second?next=%2F"));
    let page = door.send("GET", "/sign-in/second", None).await;
    assert!(page.body.contains("/sign-in/second/passkey/options"), "{}", page.body);
    let options = door.asked("/sign-in/second/passkey/options").await;
    let answer = form(&[("next", "//evil.example"), ("passkey", &device.get(&options))]);
    let opened = door.send("POST", "/sign-in/second/passkey", Some(&answer)).await;
    assert_eq!((opened.status, opened.header("location")), (303, Some("/")));

    site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
    let options = door.send("POST", "/profile/passkeys/options", Some("")).await;
    assert_eq!(options.status, 403, "too old a proof");
    let off = format!("/plugins/{}/off", site.house.plugin);
    let asked = door.send("POST", &off, Some("kept=1")).await;
    assert!(asked.status == 403 && asked.body.contains("/confirm/passkey/options"));
    let options = door.asked("/confirm/passkey/options").await;
    let answer = device.get(&options);
    let fields = form(&[("kept", "1"), ("confirm_code", ""), ("confirm_passkey", &answer)]);
    let done = door.send("POST", &off, Some(&fields)).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let owner = &site.house.owner;
    let page = app::plugins::get_plugin(&site.house.app, owner, &site.house.plugin).await.unwrap();
    assert!(!page.card.enabled);
    site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
    let again = door.send("POST", &off, Some(&fields)).await;
    assert!(again.status == 403 && !again.body.contains("confirm_passkey\" value"), "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_passkey_comes_or_goes_hears_of_it_by_mail() {
    let smtp = Smtp::start().unwrap();
    let post = mailbox::post(smtp.port, "").unwrap();
    let extras = Extras { public_url: ADDRESS.to_owned(), post, ..Extras::default() };
    let house = House::start_with(store::testing::sqlite().await, extras).await.unwrap();
    let site = Site::start_with(house, |_| ()).await.unwrap();
    let mut device = Authenticator::at(ADDRESS);
    let mut owner = Browser::of(&site, Some(&site.house.token));
    let told = |words: &str| {
        smtp.mails()
            .iter()
            .filter(|m| m.to == "owner@example.com" && m.text().contains(words))
            .count()
    };
    owner.add(&mut device).await;
    site.house.work().await.unwrap();
    assert_eq!(told("A passkey was added"), 1);
    let profile = owner.send("GET", "/profile", None).await.body;
    let (_, rest) = profile.split_once("/profile/passkeys/0").unwrap();
    let remove = format!("/profile/passkeys/0{}/remove", rest.split('/').next().unwrap());
    assert_eq!(owner.send("POST", &remove, Some("")).await.status, 303, "{remove}");
    site.house.work().await.unwrap();
    assert_eq!((told("A passkey was added"), told("A passkey was removed")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_address_offers_no_passkeys() {
    let site = Site::start(store::testing::sqlite().await).await.unwrap();
    let mut owner = Browser::of(&site, Some(&site.house.token));
    let profile = owner.send("GET", "/profile", None).await;
    assert!(!profile.body.contains("/profile/passkeys/new"), "{}", profile.body);
    let door = Browser::of(&site, None).send("GET", "/sign-in", None).await;
    assert!(!door.body.contains("data-passkey"));
    let options = owner.send("POST", "/profile/passkeys/options", Some("")).await;
    assert_eq!(options.status, 409);
}
