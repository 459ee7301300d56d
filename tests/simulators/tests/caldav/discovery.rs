//! From an address to the calendars, and who may see them.

use crate::client::*;

#[test]
fn the_well_known_address_leads_to_the_principal_and_its_home() {
    let world = World::new();
    let moved = world.send("PROPFIND", "/.well-known/caldav", &[("Depth", "0")], "").expect(301);
    assert_eq!(moved.header("location"), "/dav/");
    for path in ["/dav/", "/"] {
        let root = world.propfind(path, "0", "<d:current-user-principal/>").expect(207);
        assert_eq!(root.inside("current-user-principal"), "<href>/dav/dana/</href>");
    }
    let props = "<c:calendar-home-set/><d:displayname/><c:calendar-user-address-set/>";
    let home = world.propfind("/dav/dana/", "0", props).expect(207);
    assert_eq!(home.inside("C:calendar-home-set"), "<href>/dav/dana/</href>");
    assert_eq!(home.inside("displayname"), "Dana Levi");
    assert!(home.text.contains("mailto:dana@example.com"));
}

#[test]
fn nobody_comes_in_without_name_and_password() {
    let world = World::new();
    let depth = [("Depth", "0")];
    let refused = world.send("PROPFIND", "/dav/", &depth, "").expect(401);
    assert!(refused.header("www-authenticate").starts_with("Basic "));
    for user in [("dana", "wrong"), ("nobody", DANA.1), ("dana", "")] {
        world.as_user(user, "PROPFIND", "/dav/", &depth, "").expect(401);
    }
    world.caldav().refuse_passwords(true);
    world.propfind("/dav/", "0", "<d:owner/>").expect(401);
    world.caldav().refuse_passwords(false);
    world.propfind("/dav/", "0", "<d:owner/>").expect(207);
}

#[test]
fn another_home_is_shut() {
    let world = World::new();
    for path in ["/dav/dana/", WORK, "/dav/dana/work/x.ics", "/dav/nobody/"] {
        world.as_user(NOA, "PROPFIND", path, &[("Depth", "0")], "").expect(403);
        world.as_user(NOA, "GET", path, &[], "").expect(403);
    }
}

#[test]
fn a_home_lists_calendars_with_what_one_may_do_there() {
    let world = World::new();
    let props = "<d:resourcetype/><d:displayname/><d:owner/><d:current-user-privilege-set/>\
        <c:supported-calendar-component-set/><d:sync-token/><s:getctag/><x:y xmlns:x=\"urn:x\"/>";
    let home = world.propfind("/dav/dana/", "1", props).expect(207);
    assert_eq!(home.count("<C:calendar/>"), 4);
    let rota = home.text.split("<response>").find(|one| one.contains("/dav/dana/rota/")).unwrap();
    assert!(rota.contains("<owner><href>/dav/noa/</href></owner>"), "{rota}");
    assert!(rota.contains("<privilege><read/></privilege>") && !rota.contains("<write/>"));
    let work = home.text.split("<response>").find(|one| one.contains(WORK)).unwrap();
    assert!(work.contains("<privilege><write/></privilege>"));
    // What isn't there is said so, in its own namespace.
    assert!(
        work.contains("<y xmlns=\"urn:x\"></y></prop><status>HTTP/1.1 404 Not Found"),
        "{work}"
    );
    let alone = world.propfind("/dav/dana/", "0", props).expect(207);
    assert_eq!(alone.count("<response>"), 1);
}

#[test]
fn questions_without_an_end_or_a_sense_are_refused() {
    let world = World::new();
    for depth in ["infinity", "2"] {
        let refused = world.propfind("/dav/", depth, "<d:owner/>").expect(403);
        assert!(refused.text.contains("<propfind-finite-depth/>"));
    }
    world.ask("PROPFIND", WORK, &[("Depth", "0")], "<d:propfind").expect(400);
    world.propfind("/dav/dana/none/", "0", "<d:owner/>").expect(404);
    world.ask("PROPPATCH", WORK, &[], "").expect(405);
    world.report("0", "d:expand-property", "").expect(403);
}
