//! Calendar files by program: taken along, and brought, taken in and taken back.

use anyhow::{Context as _, Result};
use domain::ApiScope;
use oxpi_tests::http::{Reply, send_raw};
use oxpi_tests::site::{MARKER, Site, api_token};
use serde_json::{Value, json};

use super::{call, each, json, own, problem, text};

/// Sends a calendar file as it is.
async fn bring(site: &Site, kind: &str, file: &str) -> Result<Reply> {
    let request = format!(
        "POST /api/v1/calendar-imports?name=team.ics HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\
         Connection: close\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n{file}",
        site.port,
        site.api_token,
        file.len()
    );
    send_raw(site.port, request.as_bytes()).await?.context("closed without an answer")
}

fn file(events: &[(&str, &str)]) -> String {
    let event = |(uid, at): &(&str, &str)| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:{at}Z\r\nDURATION:PT1H\r\nSUMMARY:{uid}\r\n\
             END:VEVENT\r\n"
        )
    };
    let all: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{all}END:VCALENDAR\r\n")
}

async fn booked(site: &Site) -> Result<Vec<Value>> {
    let span = "from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z";
    let page = own(site, "GET", &format!("/appointments?{span}"), None).await?;
    Ok(json(&page)["items"].as_array().unwrap().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_file_is_looked_at_taken_in_and_taken_back() {
    each(async |site| {
        let sent = file(&[("Yoga", "20260504T080000"), ("Choir", "20260505T080000")]);
        let made = bring(&site, "text/calendar; charset=utf-8", &sent).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        assert_eq!(text(&json(&made)["state"]), "waiting");
        let events = json(&own(&site, "GET", &format!("{path}/events"), None).await?);
        let told: Vec<_> = events["items"].as_array().unwrap().iter().collect();
        assert_eq!(told.len(), 2, "{events}");
        assert_eq!((text(&told[0]["title"]), text(&told[0]["standing"])), ("Yoga", "new"));
        assert!(booked(&site).await?.is_empty(), "nothing came of it yet");

        let start = format!("{path}/start");
        let nobody = own(&site, "POST", &start, Some(json!({"events": [7]}))).await?;
        assert_eq!(problem(&nobody, 422), "invalid");
        let done = own(&site, "POST", &start, Some(json!({"events": [1]}))).await?;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!((&json(&done)["state"], &json(&done)["made"]), (&json!("done"), &json!(1)));
        assert_eq!(text(&booked(&site).await?[0]["title"]), "Choir");
        let again = own(&site, "POST", &start, Some(json!({}))).await?;
        assert_eq!(json(&again)["made"], 1, "once it is done it stays so");
        let list = json(&own(&site, "GET", "/calendar-imports", None).await?);
        assert_eq!(list["items"][0]["id"], json(&made)["id"]);

        let back = own(&site, "POST", &format!("{path}/undo"), None).await?;
        assert_eq!(text(&json(&back)["state"]), "undone");
        assert!(booked(&site).await?.is_empty());
        let late = own(&site, "POST", &start, Some(json!({}))).await?;
        assert_eq!(problem(&late, 409), "import-undone");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_calendar_file_is_refused_and_who_books_nothing_brings_none() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let wrong = bring(&site, "text/calendar", "Name,Phone\r\n").await?;
    assert_eq!(problem(&wrong, 422), "invalid");
    let wrong = bring(&site, "text/vcard", &file(&[("Yoga", "20260504T080000")])).await?;
    assert_eq!(problem(&wrong, 415), "media");
    // Larger than anything else of a program, and no larger than the page takes.
    let notes = format!("DESCRIPTION:{}\r\nEND:VEVENT", "x".repeat(400_000));
    let large = file(&[("Yoga", "20260504T080000")]).replacen("END:VEVENT", &notes, 1);
    assert_eq!(bring(&site, "text/calendar", &large).await?.status, 201);
    let (_, reads) =
        api_token(&site.house.app, &site.house.owner, &[ApiScope::AppointmentsRead]).await?;
    let path = format!("/calendar-imports/{}", site.ids["import"]);
    for path in ["/calendar-imports".to_owned(), path.clone(), format!("{path}/events")] {
        let refused = call(&site, &reads, "GET", &path, &[], None).await?;
        assert_eq!(problem(&refused, 403), "scope", "{path}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn appointments_are_taken_along_as_calendar_files() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let one = format!("/appointments/{}/file", site.ids["appointment"]);
    let span = "/calendar-file?from=2026-02-01T00:00:00Z&to=2026-04-01T00:00:00Z";
    for path in [one.as_str(), span] {
        let file = own(&site, "GET", path, None).await?;
        assert_eq!(file.header("content-type"), Some("text/calendar; charset=utf-8"), "{path}");
        assert!(file.body.contains(&format!("SUMMARY:{MARKER} fitting")), "{}", file.body);
        assert_eq!(own(&site, "HEAD", path, None).await?.body, "", "{path}");
    }
    let empty = "/calendar-file?from=2027-02-01T00:00:00Z&to=2027-04-01T00:00:00Z";
    assert!(!own(&site, "GET", empty, None).await?.body.contains("VEVENT"));
    let long = "/calendar-file?from=2026-02-01T00:00:00Z&to=2029-04-01T00:00:00Z";
    assert_eq!(problem(&own(&site, "GET", long, None).await?, 400), "parameter");
    Ok(())
}
