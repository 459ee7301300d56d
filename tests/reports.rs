//! Reports: each number leads to a list that is as long, and each table is taken along.

use anyhow::{Context as _, Result, ensure};
use app::people::{DetailsInput, PersonInput, create_person};
use oxpi_tests::site::Site;

async fn get(site: &Site, path: &str) -> Result<String> {
    let reply = site.get(path, Some(&site.house.token)).await?;
    ensure!(reply.status == 200, "{path}: {}", reply.status);
    Ok(reply.body)
}

/// The lists that numbers of a report lead to, each with its number; amounts are none.
fn numbers(report: &str) -> Vec<(String, usize)> {
    let cells = report.split("<td class=\"view-numeric\"><a href=\"").skip(1);
    let cell = |cell: &str| {
        let href = cell.split('"').next()?.replace("&amp;", "&");
        let number = cell.split("class=\"number\">").nth(1)?.split('<').next()?;
        Some((href, number.parse().ok()?))
    };
    cells.filter_map(cell).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_number_of_a_report_is_as_long_as_its_list() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let report = get(&site, "/reports?months=12").await?;
        let all = numbers(&report);
        ensure!(!all.is_empty(), "no number leads anywhere: {report}");
        for (href, number) in all {
            let list = get(&site, &href).await?;
            let rows = list.matches("type=\"checkbox\" name=\"person\"").count();
            assert_eq!(rows, number, "{href}");
        }
        for query in ["period=this-month", "period=last-month", "period=this-year", "months=3"] {
            let report = get(&site, &format!("/reports?{query}")).await?;
            for (href, number) in numbers(&report) {
                let list = get(&site, &href).await?;
                let rows = list.matches("type=\"checkbox\" name=\"person\"").count();
                assert_eq!(rows, number, "{query}: {href}");
            }
        }
        let this = get(&site, "/reports?period=this-month").await?;
        ensure!(this.contains("period=this-month&amp;table=compared"), "{this}");
        let turned = get(&site, "/reports?from=2026-05-02&to=2026-05-01").await?;
        ensure!(turned.contains("id=\"days-error\"") && turned.contains("value=\"2026-05-02\""));
        let narrowed = get(&site, "/reports?months=12&owner=nobody").await?;
        for (href, number) in numbers(&narrowed) {
            ensure!(href.contains("owner=nobody"), "{href}");
            let list = get(&site, &href).await?;
            assert_eq!(list.matches("type=\"checkbox\" name=\"person\"").count(), number, "{href}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_stands_beside_that_of_before_and_each_leads_to_its_list() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let list = "Name,Added on\nAnemone,2026-01-03\nBegonia,2026-02-04\nCrocus,2026-02-05\n";
    let list = app::imports::keep_file(app, owner, "people.csv", list.as_bytes().to_vec()).await?;
    app::imports::start_import(app, owner, &list).await?;
    site.house.work().await?;
    let page = get(&site, "/reports?period=last-month").await?;
    let figure = page.split("report-figure\">").nth(1).context("no figure")?;
    let figure = figure.split("</li>").next().unwrap_or_default();
    let link = |link: &str| {
        let number = link.split_once("<bdi")?.1.split_once('>')?.1.split('<').next()?;
        Some((link.split('"').next()?.to_owned(), number.to_owned()))
    };
    let links: Vec<(String, String)> = figure.split("href=\"").skip(1).filter_map(link).collect();
    let wanted = [("2026-02-01..2026-02-28", "2"), ("2026-01-01..2026-01-31", "1")]
        .map(|(days, number)| (format!("/people?added={days}"), number.to_owned()));
    assert_eq!(links, wanted, "{figure}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_table_of_a_report_is_taken_along() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let details = DetailsInput { value: "1500.50".to_owned(), ..DetailsInput::default() };
    let dana =
        PersonInput { name: "Dana".to_owned(), details: Some(details), ..PersonInput::default() };
    let (app, owner) = (&site.house.app, &site.house.owner);
    create_person(app, owner, dana, "").await?;
    let page = get(&site, "/reports?months=12").await?;
    let links = page.split("href=\"/reports/export?format=csv").skip(1);
    let links: Vec<String> = links
        .filter_map(|rest| rest.split('"').next())
        .map(|rest| format!("/reports/export?format=csv{}", rest.replace("&amp;", "&")))
        .collect();
    let tables = page.matches("class=\"chart-data\"").count();
    ensure!(tables > 1 && links.len() == tables, "{links:?}");
    for link in &links {
        ensure!(link.contains("months=12") && link.contains("&table="), "{link}");
        let file = get(&site, link).await?;
        let rows = file.lines().filter(|line| line.contains(',')).count();
        let is_months = link.ends_with("table=months");
        ensure!(if is_months { rows == 13 } else { rows > 1 }, "{link}: {file}");
    }
    // Spreadsheets add up what people read: amounts without signs, whose currency is in the head.
    let file = get(&site, "/reports/export?months=12&table=stages").await?;
    ensure!(file.contains("1500.50") && page.contains("1,500.50"), "{file}");
    ensure!(file.contains("Value · "), "{file}");
    let none = site.get("/reports/export?table=nothing", Some(&site.house.token)).await?;
    assert_eq!(none.status, 404);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_the_same_days_and_those_before() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let bearer = format!("Bearer {}", site.api_token);
    let headers = [("Authorization", bearer.as_str())];
    let ask = async |query: &str| {
        let path = format!("/api/v1/report?{query}");
        oxpi_tests::http::send(site.port, "GET", &path, &headers, None).await
    };
    // It is the first of March.
    let reply = ask("from=2026-02-20&to=2026-03-05").await?;
    ensure!(reply.status == 200, "{}", reply.body);
    let report: serde_json::Value = serde_json::from_str(&reply.body)?;
    assert_eq!(report["first_day"], "2026-02-20");
    let months = report["months"].as_array().context("no months")?;
    let firsts: Vec<_> = months.iter().map(|month| &month["first_day"]).collect();
    assert_eq!(firsts, ["2026-02-20", "2026-03-01"]);
    assert_eq!(months[0]["until"], months[1]["from"]);
    assert_eq!(report["before"]["first_day"], "2026-02-10");
    assert_eq!(report["before"]["until"], report["from"]);
    for (query, status) in [
        ("period=last-month", 200),
        ("months=12", 200),
        ("period=week", 400),
        ("from=2026-03-01", 400),
        ("from=2026-03-02&to=2026-03-01", 400),
        ("from=2020-01-01&to=2026-03-01", 400),
    ] {
        let reply = ask(query).await?;
        assert_eq!(reply.status, status, "{query}: {}", reply.body);
    }
    Ok(())
}
