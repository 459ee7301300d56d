//! The page of state and its buttons.

use serde_json::json;

use crate::client::*;

fn act(world: &World, pairs: &[(&str, &str)]) -> Got {
    world.form("/_demo", pairs)
}

#[test]
fn the_page_shows_calendars_events_and_connections() {
    let world = World::new();
    let mut body = event(1, 10);
    body["summary"] = json!("Visit of <b>Maya</b>");
    world.post(EVENTS, body).expect(200);
    let page = ask(&world.simulator.url, "GET", "/", &[], "").unwrap().expect(200).text;
    assert!(page.contains("Visit of &lt;b&gt;Maya&lt;/b&gt;"), "{page}");
    for wanted in ["Team rota", "2026-12-01 10:00–11:00", "OXPI", "Simulator"] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    assert!(!page.contains("<script") && !page.contains(&world.tokens.refresh));
    ask(&world.simulator.url, "GET", "/_assets/simulator.css", &[], "").unwrap().expect(200);
}

#[test]
fn its_buttons_change_what_google_holds() {
    let world = World::new();
    let id = world.book(1, 10);
    let at = [("calendar", DANA), ("event", id.as_str())];
    act(&world, &[at[0], at[1], ("action", "later")]).expect(302);
    let start = world.google().event(DANA, &id).unwrap()["start"]["dateTime"].clone();
    assert_eq!(start, "2026-12-01T11:00:00+02:00");
    act(&world, &[at[0], at[1], ("action", "delete")]).expect(302);
    assert_eq!(world.google().event(DANA, &id).unwrap()["status"], "cancelled");
    act(&world, &[("action", "disconnect"), ("account", DANA)]).expect(302);
    assert_eq!(world.google().connections(DANA), 0);
    act(&world, &[("action", "explode")]).expect(400);
}

#[test]
fn another_site_can_not_press_them() {
    let world = World::new();
    let headers = [FORM, ("Sec-Fetch-Site", "cross-site")];
    let body = encode(&[("action", "disconnect"), ("account", DANA)]);
    ask(&world.simulator.url, "POST", "/_demo", &headers, &body).unwrap().expect(403);
    assert_eq!(world.google().connections(DANA), 1);
}

#[test]
fn an_address_others_could_reach_is_refused() {
    let address = "0.0.0.0:0".parse().unwrap();
    let options = oxpi_simulators::Options { address, ..Default::default() };
    assert!(oxpi_simulators::Simulator::start_with(options).is_err());
}

#[test]
fn a_stopped_simulator_leaves_its_port() {
    let world = World::new();
    let address = world.simulator.url.trim_start_matches("http://").to_owned();
    world.simulator.stop().unwrap();
    assert!(std::net::TcpStream::connect(&address).is_err());
}
