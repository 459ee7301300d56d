//! Lists as files, of what the token reads and nothing else.

use anyhow::Result;
use domain::ApiScope;
use oxpi_tests::site::{MARKER, Site, api_token};
use serde_json::json;

use super::{call, own, problem};

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_taken_along_as_files() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    for name in ["Taken Along", "Left Here"] {
        let source = if name == "Taken Along" { "along" } else { "here" };
        let body = json!({"name": name, "phone": "050-1234567", "source": source});
        assert_eq!(own(&site, "POST", "/people", Some(body)).await?.status, 201);
    }
    for (path, kind, told) in [
        ("/people/export?source=along", "text/csv; charset=utf-8", "Taken Along"),
        ("/people/export?source=along&format=vcard", "text/vcard; charset=utf-8", "BEGIN:VCARD"),
        ("/tasks/export", "text/csv; charset=utf-8", MARKER),
        ("/appointments/export?format=csv", "text/csv; charset=utf-8", MARKER),
    ] {
        let file = own(&site, "GET", path, None).await?;
        assert_eq!((file.status, file.header("content-type")), (200, Some(kind)), "{path}");
        assert!(file.body.contains(told), "{path}: {}", file.body);
        assert!(!file.body.contains("Left Here"), "{path}: {}", file.body);
    }
    let accept = [("Accept", "text/csv")];
    let file = call(&site, &site.api_token, "GET", "/people/export", &accept, None).await?;
    assert_eq!(file.status, 200);
    let wrong = own(&site, "GET", "/tasks/export?format=vcard", None).await?;
    assert_eq!(problem(&wrong, 400), "parameter");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_names_nobody_whom_the_token_does_not_read() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let body = json!({"title": "Call them", "people": [site.ids["person"]]});
    assert_eq!(own(&site, "POST", "/tasks", Some(body)).await?.status, 201);
    let name = format!("{MARKER} Levi");
    let whole = own(&site, "GET", "/tasks/export", None).await?;
    assert!(whole.body.contains(&name), "{}", whole.body);
    // What lets people through for another end doesn't let their names into a file.
    let scopes = [ApiScope::TasksRead, ApiScope::NotesRead];
    let (_, narrow) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
    let file = call(&site, &narrow, "GET", "/tasks/export", &[], None).await?;
    assert!(file.body.contains("Call them") && !file.body.contains(&name), "{}", file.body);
    let whole = own(&site, "GET", "/appointments/export", None).await?;
    assert!(whole.body.contains(&name), "{}", whole.body);
    let (_, narrow) =
        api_token(&site.house.app, &site.house.owner, &[ApiScope::AppointmentsRead]).await?;
    let file = call(&site, &narrow, "GET", "/appointments/export", &[], None).await?;
    let title = format!("{MARKER} fitting");
    assert!(file.body.contains(&title) && !file.body.contains(&name), "{}", file.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_names_nobody_of_the_team_whom_the_token_does_not_read() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let team = app::members::list_members(app, owner).await?;
    let name = team.iter().find(|it| it.id == owner.member).unwrap().name.clone();
    let body = json!({"name": "Looked After", "source": "along", "owner": owner.member});
    assert_eq!(own(&site, "POST", "/people", Some(body)).await?.status, 201);
    let body = json!({"title": "Look after them", "assignee": owner.member});
    assert_eq!(own(&site, "POST", "/tasks", Some(body)).await?.status, 201);
    for (path, scope, told) in [
        ("/people/export?source=along", ApiScope::PeopleRead, "Looked After"),
        ("/tasks/export?q=look", ApiScope::TasksRead, "Look after them"),
    ] {
        let (_, narrow) = api_token(app, owner, &[scope]).await?;
        for (token, names) in [(&narrow, false), (&site.api_token, true)] {
            let file = call(&site, token, "GET", path, &[], None).await?;
            let row = file.body.lines().find(|line| line.contains(told)).unwrap();
            let found = row.split(',').any(|cell| cell.trim_matches('"') == name);
            assert_eq!(found, names, "{path}: {row}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_of_a_report_are_numbers_in_its_file() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let body = json!({"name": "Bought Much", "value": "1234567.50", "stage": "customer"});
    let made = own(&site, "POST", "/people", Some(body)).await?;
    assert_eq!(made.status, 201, "{}", made.body);
    let page = site.get("/reports", Some(&site.house.token)).await?.body;
    assert!(page.contains("1,234,567.50"), "{page}");
    for table in ["won", "stages"] {
        let path = format!("/reports/export?table={table}&format=csv");
        let file = site.get(&path, Some(&site.house.token)).await?;
        assert_eq!(file.status, 200, "{path}");
        assert!(file.body.contains("Value · ILS"), "{path}: {}", file.body);
        assert!(file.body.contains(",1234567.50"), "{path}: {}", file.body);
        assert!(!file.body.contains('₪'), "{path}: {}", file.body);
    }
    Ok(())
}
