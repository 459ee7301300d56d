//! The server's own page, its trouble, and what is written down of requests.

use crate::client::*;
use oxpi_simulators::Options;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const HOUR: &str = "DTSTART:20300310T080000Z|DTEND:20300310T090000Z|SUMMARY:<b>Tea</b>";
const OWN: &str = "0190a0b0-1111-7222-8333-444455556666";

fn cause(world: &World, name: &str) {
    world.send("POST", "/trouble", &[FORM], &format!("trouble={name}")).expect(302);
}

#[test]
fn the_page_tells_how_to_sign_in_and_what_is_there_in_both_languages() {
    let world = World::with(Options { sample_events: true, ..Options::default() });
    assert!(world.caldav().put("dana", "work", &event("tea", HOUR)));
    for (language, title) in
        [("en", "What this CalDAV server holds"), ("he", "מה שיש בשרת CalDAV הזה")]
    {
        let page = world.send("GET", &format!("/caldav?hl={language}"), &[], "").expect(200).text;
        for wanted in [title, "https://dav.example.com", DANA.1, NOA.1, "Noa&#39;s rota", "סטודיו"]
        {
            assert!(page.contains(wanted), "{wanted} in {page}");
        }
        assert!(page.contains("&lt;b&gt;Tea&lt;/b&gt;") && !page.contains("<script"));
    }
    let first = world.send("GET", "/", &[], "").expect(200).text;
    assert!(first.contains("https://dav.example.com") && first.contains(DANA.1));
}

#[test]
fn its_buttons_change_what_is_there_and_no_other_site_presses_them() {
    let world = World::new();
    world.make("tea", HOUR);
    let form = |action: &str| format!("action={action}&home=dana&calendar=work&object=tea.ics");
    let cross = [FORM, ("Sec-Fetch-Site", "cross-site")];
    world.send("POST", "/caldav", &cross, &form("delete")).expect(403);
    world.send("POST", "/caldav", &[FORM], &form("later")).expect(302);
    assert_eq!(world.caldav().events("dana", "work")[0]["start"], "2030-03-10T09:00:00Z");
    world.send("POST", "/caldav", &[FORM], &form("delete")).expect(302);
    assert!(world.caldav().events("dana", "work").is_empty());
    world.send("POST", "/caldav", &[FORM], &form("delete")).expect(404);
    world.send("POST", "/caldav", &[FORM], &form("explode")).expect(400);
}

#[test]
fn each_trouble_is_felt_and_one_button_ends_it() {
    let world = World::new();
    let look = || world.propfind(WORK, "0", "<d:sync-token/>");
    let token = look().expect(207).inside("sync-token").to_owned();
    cause(&world, "dav-password");
    look().expect(401);
    let page = world.send("GET", "/trouble?hl=en", &[], "").text;
    assert!(page.contains("CalDAV passwords are wrong.") && page.contains("Lose the sync tokens"));
    cause(&world, "none");
    cause(&world, "dav-down");
    assert_eq!(look().expect(503).header("retry-after"), "5");
    cause(&world, "none");
    cause(&world, "dav-slow");
    assert_eq!(world.simulator.google().faults().len(), 1);
    cause(&world, "none");
    look().expect(207);
    cause(&world, "dav-forget");
    world.changes(&token, "").expect(403);
}

#[test]
fn somebody_at_a_phone_means_the_workspaces_events_first() {
    let world = World::new();
    world.make("soon", &HOUR.replace("2030", "2029"));
    world.make(OWN, HOUR);
    let starts = || -> Vec<String> {
        let all = world.caldav().events("dana", "work");
        all.iter().map(|event| event["start"].as_str().unwrap().to_owned()).collect()
    };
    cause(&world, "dav-move");
    assert_eq!(starts(), ["2030-03-10T09:00:00Z", "2029-03-10T08:00:00Z"]);
    cause(&world, "dav-delete");
    assert_eq!(starts(), ["2029-03-10T08:00:00Z"]);
    cause(&world, "dav-make");
    let all: usize = ["personal", "studio", "work"]
        .map(|id| world.caldav().events("dana", id).len())
        .iter()
        .sum();
    assert_eq!(all, 2);
}

#[test]
fn requests_are_written_down_without_the_password() {
    let world = World::new();
    world.propfind(WORK, "0", "<d:sync-token/>").expect(207);
    let entries = world.simulator.google().requests();
    let entry = entries.last().unwrap();
    assert_eq!((entry.method.as_str(), entry.path.as_str(), entry.status), ("PROPFIND", WORK, 207));
    let secret = entry.headers.iter().find(|(name, _)| name == "authorization").unwrap();
    assert_eq!(secret.1, "[hidden]");
}
