//! What the stand-in alone has, and that a program that knows nothing of it gets along with it.

use std::path::Path;

use anyhow::{Context as _, Result};
use app::calendars::{self, Access};
use oxpi_tests::caldav::{Kind, Server, USER};
use oxpi_tests::radicale::phone_at;
use serde_json::json;

use super::{PASSWORD, each};

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_is_only_read_is_offered_as_such() {
    each(Kind::StandIn, async |shared| {
        let connection = shared.connect(PASSWORD).await?;
        let offered = calendars::offer_calendars(&shared.app, &shared.owner, &connection).await?;
        let mut all: Vec<(&str, Access)> =
            offered.iter().map(|each| (each.name.as_str(), each.access)).collect();
        all.sort_by_key(|(name, _)| name.to_owned());
        let wanted = [
            ("Noa's rota", Access::Reader),
            ("Personal", Access::Owner),
            ("Work", Access::Owner),
            ("סטודיו", Access::Owner),
        ];
        assert_eq!(all, wanted);
        Ok(())
    })
    .await;
}

#[test]
fn a_phones_own_program_gets_along_with_the_stand_in() -> Result<()> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let server = Server::start(Kind::StandIn, cache, PASSWORD)?;
    let url = format!("http://{}/", server.address());
    let phone = |command: &[&str]| phone_at(cache, &url, PASSWORD, command);
    phone(&["make", "Home", "home"])?;
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\nBEGIN:VEVENT\r\nUID:tea\r\n\
        DTSTAMP:20260301T000000Z\r\nDTSTART:20260310T080000Z\r\nDTEND:20260310T090000Z\r\n\
        SUMMARY:Tea\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    phone(&["add", "home", text])?;
    phone(&["edit", "home", "tea", r#"{"SHIFT": 30, "LOCATION": "Garden; left"}"#])?;
    let seen = phone(&["list", "home"])?;
    let seen = seen.as_array().context("a list")?;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["start"], "2026-03-10T08:30:00Z");
    // Both ways of looking say the same.
    let held = server.phone(PASSWORD, &["list", "home"])?;
    for field in ["uid", "title", "notes", "location", "start", "end", "alarms"] {
        assert_eq!(held[0][field], seen[0][field], "{field}");
    }
    let wrong = phone_at(cache, &url, "wrong", &["list", "home"]);
    assert!(wrong.is_err(), "{USER} with a wrong password");
    phone(&["delete", "home", "tea"])?;
    assert_eq!(phone(&["list", "home"])?, json!([]));
    Ok(())
}
