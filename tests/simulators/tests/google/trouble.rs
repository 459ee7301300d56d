//! The page that causes trouble, and what each of its buttons does.

use oxpi_simulators::google::settings::Settings;

use crate::client::*;

fn cause(world: &World, name: &str) -> Got {
    world.form("/trouble", &[("trouble", name)])
}

fn page(world: &World, language: &str) -> String {
    let path = format!("/trouble?hl={language}");
    ask(&world.simulator.url, "GET", &path, &[], "").unwrap().expect(200).text
}

#[test]
fn each_button_makes_its_trouble_and_one_ends_it_all() {
    let world = World::new();
    assert!(page(&world, "en").contains("Everything works."));
    for (name, status) in [("slow-down", 429), ("down", 503)] {
        cause(&world, name).expect(302);
        world.get(EVENTS).expect(status);
        cause(&world, "none").expect(302);
        world.get(EVENTS).expect(200);
    }
    cause(&world, "api-off").expect(302);
    world.get(EVENTS).expect(403);
    for name in ["lose-push", "twice", "cut"] {
        cause(&world, name).expect(302);
    }
    let settings = world.google().settings();
    assert_eq!((settings.drop_pushes, settings.duplicate_pushes), (1, 1));
    assert_eq!(world.google().faults().len(), 2);
    let shown = page(&world, "en");
    for wanted in ["Requests that will fail: 2", "Pushes that get lost: 1", "The API is off.<"] {
        assert!(shown.contains(wanted), "{wanted} in {shown}");
    }
    cause(&world, "none").expect(302);
    assert!(world.google().faults().is_empty());
    assert_eq!(world.google().settings(), Settings::default());
    cause(&world, "expire").expect(302);
    world.get(EVENTS).expect(401);
    cause(&world, "revoke").expect(302);
    assert_eq!(world.google().connections(DANA), 0);
    cause(&world, "explode").expect(400);
}

#[test]
fn the_page_shows_what_was_asked_in_both_languages_and_no_secret() {
    let world = World::new();
    world.get(EVENTS).expect(200);
    for (language, title) in [("en", "What was asked last"), ("he", "מה התבקש לאחרונה")]
    {
        let shown = page(&world, language);
        assert!(shown.contains(title) && shown.contains("/calendar/v3/"), "{shown}");
        assert!(!shown.contains("<script") && !shown.contains(&world.tokens.access));
    }
}

#[test]
fn another_site_can_not_cause_any() {
    let world = World::new();
    let headers = [FORM, ("Sec-Fetch-Site", "cross-site")];
    let body = encode(&[("trouble", "revoke")]);
    ask(&world.simulator.url, "POST", "/trouble", &headers, &body).unwrap().expect(403);
    assert_eq!(world.google().connections(DANA), 1);
}
