//! Manifests as their authors write them, right and wrong.

use oxpi_runtime::manifest::{Algorithm, Manifest, PropertyKind, SlotPlace, SlotSource};
use oxpi_runtime::{AskKind, Grant};
use proptest::prelude::*;

const GOOD: &str = include_str!("sample.toml");

fn refusal(text: &str) -> (usize, String) {
    let error = Manifest::parse(text).expect_err("it must be refused");
    (error.line, error.reason)
}

/// The sample with one piece of text replaced, which must be there.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "the sample lacks {from:?}");
    GOOD.replacen(from, to, 1)
}

fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).expect("a line") + 1
}

#[test]
fn a_full_manifest_is_read() {
    let manifest = Manifest::parse(GOOD).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(manifest.plugin.id.as_str(), "acme-calendar");
    assert_eq!(manifest.plugin.roles.len(), 3);
    let settings = manifest.settings.as_ref().expect("settings");
    let names: Vec<&str> = settings.properties.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["zone", "days", "api_key"], "in the order they were written");
    assert_eq!(settings.property("days").expect("days").kind, PropertyKind::Integer);
    assert_eq!(manifest.slot("acme").expect("slot").place, SlotPlace::Bearer);
    assert_eq!(manifest.slot("key").expect("slot").source, SlotSource::Secret("api_key".into()));
    assert_eq!(manifest.provider("acme").expect("provider").scopes.len(), 2);
    assert!(manifest.ports.calendar);
    let again: Manifest = serde_json::from_str(&serde_json::to_string(&manifest).unwrap()).unwrap();
    assert_eq!(again, manifest);
}

#[test]
fn headers_name_a_delivery_where_no_signature_covers_its_body_alone() {
    let manifest = Manifest::parse(GOOD).unwrap();
    let named = |route: &str| manifest.webhook(route).expect("it is there").delivery_id.clone();
    assert_eq!(named("push"), ["x-acme-channel", "x-acme-number"]);
    assert!(named("signed").is_empty());
    let signed = "prefix = \"sha256=\" }";
    let (_, reason) = refusal(&with(signed, &format!("{signed}\ndelivery_id = [\"X-Id\"]")));
    assert!(reason.contains("doesn't sign"), "{reason}");
    let (_, reason) = refusal(&with("\"X-Acme-Number\"", "\"no header\""));
    assert!(reason.contains("no header name"), "{reason}");
}

#[test]
fn a_wider_version_asks_for_the_difference_only() {
    let old = Manifest::parse(GOOD).unwrap();
    let grant = Grant::everything(&old);
    assert!(grant.missing(&old).is_empty());
    assert!(grant.allows_kv() && grant.may_read("person") && !grant.may_write("person"));
    assert_eq!(grant.fields("person").into_iter().collect::<Vec<_>>(), ["email", "name"]);
    let new = Manifest::parse(&with(
        "fields = { person = [\"name\", \"email\"]",
        "fields = { person = [\"name\", \"email\", \"phone\"]",
    ))
    .unwrap();
    let missing = grant.missing(&new);
    assert_eq!(missing.len(), 1);
    assert_eq!(
        (missing[0].id.as_str(), missing[0].kind),
        ("records.field:person.phone", AskKind::Field)
    );
    let moved =
        Manifest::parse(&GOOD.replace("https://api.acme.example", "https://api.evil.example"))
            .unwrap();
    let kinds: Vec<AskKind> = grant.missing(&moved).into_iter().map(|ask| ask.kind).collect();
    assert!(kinds.contains(&AskKind::Slot) && kinds.contains(&AskKind::Egress));
}

#[test]
fn a_misspelt_key_is_named_with_its_line_and_the_word_meant() {
    let text = with("kv = { reason", "kv = { reasn");
    let (line, reason) = refusal(&text);
    assert_eq!(line, line_of(&text, "reasn"));
    assert_eq!(reason, "unknown key `reasn` in [capabilities.kv]; did you mean `reason`?");
    let text = with("rate_per_minute = 600", "rate_per_minut = 600");
    let (line, reason) = refusal(&text);
    assert_eq!(line, line_of(&text, "rate_per_minut "));
    assert_eq!(
        reason,
        "unknown key `rate_per_minut` in [[egress]]; did you mean `rate_per_minute`?"
    );
    let (_, reason) = refusal(&with("[ports]", "[gateways]"));
    assert!(
        reason.starts_with("unknown key `gateways` in the file; known are plugin, "),
        "{reason}"
    );
}

#[test]
fn each_mistake_has_its_sentence() {
    let cases = [
        ("id = \"acme-calendar\"", "id = \"Acme\"", "no plugin id"),
        ("version = \"0.1.0\"", "version = \"1\"", "not a version"),
        ("abi = \"1.0\"", "abi = \"2.0\"", "this host speaks 1.0"),
        ("abi = \"1.0\"", "abi = \"1.9\"", "update the host"),
        ("icon = \"icon.svg\"", "icon = \"../icon.svg\"", "no file beside"),
        ("\"owner\", \"admin\"", "\"owner\", \"boss\"", "one of owner, admin, member, accountant"),
        ("name = \"plugin-name\"", "name = \"The plugin\"", "no translation key"),
        ("name = \"plugin-name\"", "name = 5", "is a text, not an integer"),
        ("cron = \"*/5 * * * *\"", "cron = \"* * * *\"", "five fields"),
        ("token = \"https:", "token = \"http:", "must begin with https://"),
        ("token = \"https://", "token = \"https://me:pw@", "must not hold a name or password"),
        ("provider = \"acme\"", "provider = \"acne\"", "\"acne\" is not in [[providers]]"),
        ("secret = \"api_key\"", "secret = \"zone\"", "must have format = \"password\""),
        ("secret = \"api_key\"", "secret = \"nothing\"", "no property of [settings]"),
        ("path = \"/v1/calendars/{id}/events\"", "path = \"v1\"", "must begin with a slash"),
        ("path = \"/v1/calendars/{id}/events\"", "path = \"/v1/../x\"", "the segment \"..\""),
        ("methods = [\"GET\"]", "methods = [\"FETCH\"]", "no method"),
        ("methods = [\"GET\"]", "methods = []", "at least one method"),
        ("methods = [\"GET\"]", "methods = [\"GET\", \"GET\"]", "names \"GET\" twice"),
        ("id = \"put-event\"", "id = \"events\"", "is on line"),
        ("rate_per_minute = 600", "rate_per_minute = 0", "from 1 to 6000"),
        ("effect = \"none\"", "effect = \"steal\"", "one of none, spend, publish, reply, refund"),
        ("place = \"bearer\"", "place = \"cookie\"", "one of bearer, basic"),
        ("place = { header = \"X-Key\" }", "place = { header = \"Host\" }", "the host's own"),
        (
            "publish = [\"acme-calendar.synced\"]",
            "publish = [\"appointment.booked\"]",
            "begin with \"acme-calendar.\"",
        ),
        ("read = [\"person\"]", "read = [\"secrets\"]", "no entity of the core"),
        (
            "read = [\"person\"]",
            "read = [\"person\", \"appointment\"]",
            "say which fields of \"appointment\"",
        ),
        ("index = [\"seen_at\"]", "index = [\"other\"]", "no property of the collection's schema"),
        ("slot = \"key\", prefix", "slot = \"kez\", prefix", "not in [[slots]]"),
        (
            "access_type = \"offline\"",
            "redirect_uri = \"x\"",
            "the host sets the authorization parameter",
        ),
        ("minimum = 1,", "minimum = 9,", "the default breaks the rule `minimum`"),
        ("format = \"password\"", "format = \"psswd\"", "`format` is one of"),
        ("jobs = { reason = \"why-jobs\" }", "", "runs jobs: ask for them"),
        ("[plugin]", "[plugin", "not TOML"),
    ];
    for (from, to, expected) in cases {
        let (line, reason) = refusal(&with(from, to));
        assert!(reason.contains(expected), "{to}: {reason}");
        assert!(line >= 1);
    }
}

#[test]
fn errors_point_at_the_line() {
    let text = with("provider = \"acme\"", "provider = \"acne\"");
    let (line, _) = refusal(&text);
    let slot = line_of(&text, "[[slots]]");
    assert!((slot..slot + 3).contains(&line), "{line} is not near {slot}");
    let text = with("cron = \"*/5 * * * *\"", "cron = \"x\"");
    assert_eq!(refusal(&text).0, line_of(&text, "cron = "));
}

#[test]
fn an_enormous_manifest_is_refused_unread() {
    let (line, reason) = refusal(&"# filler\n".repeat(60_000));
    assert_eq!((line, reason.as_str()), (1, "the file is larger than 256 KiB"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,400}") {
        let _ = Manifest::parse(&text);
    }

    #[test]
    fn no_change_of_a_good_one_makes_it_panic(at in 0..GOOD.len(), cut in 0usize..40, put in "[\\PC\n\"\\[\\]={}.#]{0,12}") {
        let from = (0..=at).rev().find(|i| GOOD.is_char_boundary(*i)).unwrap_or(0);
        let to = (at + cut).min(GOOD.len());
        let to = (to..=GOOD.len()).find(|i| GOOD.is_char_boundary(*i)).unwrap_or(GOOD.len());
        let text = format!("{}{put}{}", &GOOD[..from], &GOOD[to..]);
        if let Err(error) = Manifest::parse(&text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
            prop_assert!(!error.reason.is_empty());
        }
    }
}

#[test]
fn the_manifests_of_this_repository_are_right() {
    let plugins = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut read = 0;
    for entry in std::fs::read_dir(plugins).unwrap() {
        let path = entry.unwrap().path().join("plugin.toml");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        Manifest::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        read += 1;
    }
    assert!(read > 0, "there is at least one");
}

#[test]
fn a_stamped_delivery_is_named_by_its_stamp_alone() {
    let route = "[[webhooks]]\nroute = \"stamped\"\n\
        signature = { scheme = \"standard-webhooks\", slot = \"proof\" }\n";
    let proof = "[[slots]]\nid = \"proof\"\nsecret = \"api_key\"\n";
    let manifest = Manifest::parse(&format!("{GOOD}\n{proof}{route}")).unwrap();
    let webhook = manifest.webhook("stamped").unwrap();
    assert_eq!(webhook.delivery_id, ["webhook-id"]);
    let slot = manifest.slot("proof").unwrap();
    assert!(slot.hmac.is_empty() && slot.place == SlotPlace::Nowhere, "it proves and no more");
    let named = format!("{GOOD}\n{proof}{route}delivery_id = [\"X-Id\"]\n");
    assert!(refusal(&named).1.contains("webhook-id wherever"));
    assert!(refusal(&format!("{GOOD}\n{route}")).1.contains("is not in [[slots]]"));
}

#[test]
fn a_slot_signs_only_where_it_says_so() {
    let key = "[[slots]]\nid = \"signing\"\nsecret = \"api_key\"\n";
    let text = format!("{GOOD}\n{key}hmac = [\"sha256\", \"sha1\"]\n");
    let manifest = Manifest::parse(&text).unwrap();
    let slot = manifest.slot("signing").unwrap();
    assert_eq!(
        (slot.hmac.as_slice(), &slot.place),
        (&[Algorithm::Sha1, Algorithm::Sha256][..], &SlotPlace::Nowhere)
    );
    let grant = Grant::everything(&manifest);
    assert!(grant.allows_signing(slot) && grant.allows("sign:secret api_key with sha1,sha256"));
    assert!(
        !grant.allows_signing(manifest.slot("key").unwrap()),
        "a slot for requests signs nothing"
    );
    let before = Grant::everything(&Manifest::parse(GOOD).unwrap());
    let asked: Vec<AskKind> = before.missing(&manifest).iter().map(|ask| ask.kind).collect();
    assert_eq!(asked, [AskKind::Sign], "a wider version waits for consent");

    let of_token =
        GOOD.replacen("place = \"bearer\"", "place = \"bearer\"\nhmac = [\"sha256\"]", 1);
    assert!(refusal(&of_token).1.contains("a provider's token signs nothing"));
    assert!(refusal(&format!("{GOOD}\n{key}hmac = [\"md5\"]\n")).1.contains("`hmac` is one of"));
    assert!(refusal(&format!("{GOOD}\n{key}")).1.contains("nothing uses the slot"));
    let half = format!("{GOOD}\n{key}place = \"bearer\"\n");
    assert!(refusal(&half).1.contains("lacks the key `origin`"));
}

const LOGIN: &str = r#"
[[providers]]
id = "own"
name = "own-name"
kind = "password"
guide = "own-guide"

[[providers.servers]]
name = "big-name"
address = "https://dav.big.example/"
guide = "big-guide"

[[slots]]
id = "own"
provider = "own"
origin = "connection:server"
methods = ["PROPFIND", "REPORT"]
place = "basic"

[[egress]]
id = "own"
origin = "connection:server"
methods = ["PROPFIND", "REPORT"]
path = "/{path*}"
"#;

#[test]
fn a_provider_may_take_a_password_for_a_server_that_people_name() {
    let manifest = Manifest::parse(&format!("{GOOD}\n{LOGIN}")).unwrap();
    let login = manifest.provider("own").and_then(|p| p.login.clone()).expect("a login");
    assert_eq!(login.servers[0].address.as_deref(), Some("https://dav.big.example/"));
    assert!(
        manifest.provider("acme").expect("acme").login.is_none() && manifest.reaches_connections()
    );
    let asks: Vec<String> = manifest.asks().into_iter().map(|ask| ask.id).collect();
    assert!(asks.contains(&"egress:PROPFIND,REPORT connection:server/{path*}".to_owned()));
    let again: Manifest = serde_json::from_str(&serde_json::to_string(&manifest).unwrap()).unwrap();
    assert_eq!(again, manifest);
}

#[test]
fn a_typed_password_goes_to_the_named_server_as_basic_and_nowhere_else() {
    let slot = "provider = \"own\"\norigin = \"connection:server\"";
    for (from, to, says) in [
        (slot, "provider = \"own\"\norigin = \"https://api.acme.example\"", "goes to"),
        (slot, "provider = \"acme\"\norigin = \"connection:server\"", "goes to"),
        ("place = \"basic\"", "place = \"bearer\"", "basic"),
        ("kind = \"password\"", "kind = \"ldap\"", "oauth, password"),
        ("kind = \"password\"", "kind = \"password\"\ntoken = \"https://a.example/\"", "token"),
        ("/{path*}\"", "/{path*}\"\neffect = \"publish\"", "effect"),
        ("/{path*}", "/{path*}/x", "path"),
        ("https://dav.big.example/", "http://dav.big.example/", "https"),
    ] {
        assert!(LOGIN.contains(from), "{from}");
        let (_, reason) = refusal(&format!("{GOOD}\n{}", LOGIN.replacen(from, to, 1)));
        assert!(reason.contains(says), "{to}: {reason}");
    }
    // Only such a server has paths that end anywhere.
    let path = "/v1/calendars/{id}/events\"";
    let (_, reason) = refusal(&with(path, "/v1/{rest*}\""));
    assert!(reason.contains("placeholder"), "{reason}");
    let second = LOGIN.replace("\"own\"", "\"second\"");
    let (_, reason) = refusal(&format!("{GOOD}\n{LOGIN}\n{second}"));
    assert!(reason.contains("one provider"), "{reason}");
    let orphan = LOGIN.split("[[slots]]").next().expect("a part");
    let route = LOGIN.split("[[egress]]").nth(1).expect("a route");
    assert!(Manifest::parse(&format!("{GOOD}\n{orphan}")).is_ok());
    let (_, reason) = refusal(&format!("{GOOD}\n[[egress]]{route}"));
    assert!(reason.contains("needs a provider"), "{reason}");
}
