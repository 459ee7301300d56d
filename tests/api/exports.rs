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

/// How often the log says that something was taken along.
async fn noted(site: &Site, action: &'static str) -> Result<usize> {
    let tenant = site.house.owner.tenant.clone();
    let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
    let chain = site.house.app.db.read(list).await?;
    Ok(chain.iter().filter(|entry| entry.action == action).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_the_head_of_a_list_takes_nothing_along() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let hook = format!("/settings/webhooks/{}/export", site.ids["endpoint"]);
    let pages = [
        "/people/export?format=vcard",
        "/tasks/export",
        "/appointments/export?format=xlsx",
        "/documents/export",
        "/activity/export",
        "/team/export",
        "/connections/export",
        "/plugins/export",
        "/notifications/export",
        "/approvals/export",
        "/imports/export",
        "/jobs/export",
        "/settings/tokens/export",
        "/settings/webhooks/export",
        "/reports/export",
        hook.as_str(),
    ];
    for path in pages {
        let head = site.send("HEAD", path, Some(&site.house.token), None).await?;
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        assert_eq!(noted(&site, "list.exported").await?, 0, "{path}");
    }
    for (path, so_far) in pages.iter().zip(1..) {
        let file = site.get(path, Some(&site.house.token)).await?;
        assert_eq!((file.status, noted(&site, "list.exported").await?), (200, so_far), "{path}");
    }
    let paths = ["/people/export", "/tasks/export", "/documents/export", "/appointments/export"];
    for path in paths {
        let head = own(&site, "HEAD", path, None).await?;
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        let file = own(&site, "GET", path, None).await?;
        for name in ["content-type", "content-disposition"] {
            assert_eq!(head.header(name), file.header(name), "{path}: {name}");
        }
    }
    assert_eq!(noted(&site, "list.exported").await?, pages.len() + paths.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_taken_along_as_a_card_under_their_name() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let body = json!({"name": "דנה/ \"לוי\"; x", "phone": "050-1234567"});
    let made = own(&site, "POST", "/people", Some(body)).await?;
    let page = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    let path = format!("{page}/card");
    let head = own(&site, "HEAD", &path, None).await?;
    assert_eq!((head.status, noted(&site, "person.exported").await?), (200, 0));
    let card = own(&site, "GET", &path, None).await?;
    assert_eq!((card.status, noted(&site, "person.exported").await?), (200, 1));
    assert_eq!(card.header("content-type"), Some("text/vcard; charset=utf-8"));
    let name = card.header("content-disposition").unwrap();
    assert!(name.starts_with("attachment; filename=\"___ ___ _ x.vcf\""), "{name}");
    assert!(name.to_uppercase().contains("FILENAME*=UTF-8''%D7%93%D7%A0%D7%94"), "{name}");
    assert!(card.body.contains("FN:דנה/ \"לוי\"\\; x\r\n"), "{}", card.body);
    assert!(card.body.contains("TEL;PREF=1:+972501234567\r\n"), "{}", card.body);
    assert_eq!(card.body.matches("BEGIN:VCARD").count(), 1, "{}", card.body);

    let shown = site.get(&page, Some(&site.house.token)).await?;
    assert!(shown.body.contains(&format!("href=\"{path}\" download")), "{}", shown.body);
    let same = site.get(&path, Some(&site.house.token)).await?;
    assert_eq!((same.status, &same.body), (200, &card.body));
    assert_eq!(site.get(&path, Some(&site.stranger)).await?.status, 404);
    assert_eq!(own(&site, "DELETE", &page, None).await?.status, 204);
    assert_eq!(problem(&own(&site, "GET", &path, None).await?, 404), "not-found");
    assert_eq!(site.get(&path, Some(&site.house.token)).await?.status, 404);
    assert_eq!(noted(&site, "person.exported").await?, 2);
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

#[tokio::test(flavor = "multi_thread")]
async fn appointments_are_taken_along_as_they_are_narrowed() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    for (title, day) in [("Soon", "2026-05-04"), ("Later", "2026-05-11")] {
        let times = [format!("{day}T08:00:00Z"), format!("{day}T09:00:00Z")];
        let body = json!({"title": title, "starts_at": times[0], "ends_at": times[1]});
        let made = own(&site, "POST", "/appointments", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let person = format!("person={}", site.ids["person"]);
    for (asked, told, rows) in [
        ("from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z", "Soon", 1),
        ("from=2026-05-05T00:00:00Z&status=booked", "Later", 1),
        (person.as_str(), MARKER, 1),
        ("status=cancelled", "", 0),
        ("", "Soon", 3),
    ] {
        let file = own(&site, "GET", &format!("/appointments/export?{asked}"), None).await?;
        assert_eq!(file.status, 200, "{asked}");
        assert_eq!(file.body.matches("Asia/Jerusalem").count(), rows, "{asked}: {}", file.body);
        assert!(file.body.contains(told), "{asked}: {}", file.body);
    }
    let turned = "/appointments/export?from=2026-05-05T00:00:00Z&to=2026-05-04T00:00:00Z";
    assert_eq!(problem(&own(&site, "GET", turned, None).await?, 400), "parameter");
    let (_, narrow) =
        api_token(&site.house.app, &site.house.owner, &[ApiScope::AppointmentsRead]).await?;
    let path = format!("/appointments/export?{person}");
    let refused = call(&site, &narrow, "GET", &path, &[], None).await?;
    assert_eq!(problem(&refused, 403), "scope");
    // A page asks by days, the last of them too.
    let path = "/appointments/export?from=2026-05-04&to=2026-05-04&status=booked&format=csv";
    let file = site.get(path, Some(&site.house.token)).await?;
    assert_eq!(
        (file.status, file.body.matches("Asia/Jerusalem").count()),
        (200, 1),
        "{}",
        file.body
    );
    assert!(file.body.contains("Soon"), "{}", file.body);
    Ok(())
}
