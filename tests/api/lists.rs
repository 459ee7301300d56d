//! The list of people, narrowed and ordered by program as by its page.

use std::collections::BTreeSet;

use anyhow::Result;
use app::own_fields::{FieldInput, create_field};
use oxpi_tests::site::Site;
use serde_json::{Value, json};

use super::{each, json, own, problem, text};

async fn names(site: &Site, query: &str) -> Result<Vec<String>> {
    let path = format!("/people?source=listed&{query}");
    let reply = own(site, "GET", &path, None).await?;
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    let page = json(&reply);
    let items = page["items"].as_array().unwrap();
    Ok(items.iter().map(|each| text(&each["name"]).to_owned()).collect())
}

async fn add(site: &Site, name: &str, mut body: Value) -> Result<Value> {
    (body["name"], body["source"]) = (name.into(), "listed".into());
    let made = own(site, "POST", "/people", Some(body)).await?;
    assert_eq!(made.status, 201, "{}", made.body);
    Ok(json(&made))
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_narrowed_by_several_stages_tags_and_spans() {
    each(async |site| {
        let first = add(&site, "First", json!({"tags": ["red", "old"]})).await?;
        site.house.clock.advance_millis(86_400_000);
        let second = add(&site, "Second", json!({"tags": ["red"], "stage": "customer"})).await?;
        let (lead, customer) = (text(&first["stage"]), text(&second["stage"]));
        let order = "order=name";
        let both = names(&site, &format!("{order}&stage={lead},{customer}")).await?;
        assert_eq!(both, ["First", "Second"]);
        assert_eq!(names(&site, &format!("{order}&stage={customer}")).await?, ["Second"]);
        let tags = json(&own(&site, "GET", "/tags", None).await?);
        let tag = |name: &str| {
            let all = tags["items"].as_array().unwrap();
            text(&all.iter().find(|tag| tag["name"] == name).unwrap()["id"]).to_owned()
        };
        let (red, old) = (tag("red"), tag("old"));
        assert_eq!(names(&site, &format!("{order}&tag={red}")).await?, ["First", "Second"]);
        assert_eq!(names(&site, &format!("{order}&tag={red},{old}")).await?, ["First"]);
        let at = text(&second["created_at"]);
        assert_eq!(names(&site, &format!("{order}&added_from={at}")).await?, ["Second"]);
        assert_eq!(names(&site, &format!("{order}&added_until={at}")).await?, ["First"]);
        assert_eq!(names(&site, &format!("{order}&won_from={at}")).await?, ["Second"]);
        assert_eq!(names(&site, &format!("{order}&won_until={at}")).await?, [""; 0]);
        assert_eq!(names(&site, &format!("{order}&waiting=true")).await?, ["First", "Second"]);
        // The next page keeps all of it.
        let path = format!("/people?source=listed&stage={lead},{customer}&limit=1");
        let page = own(&site, "GET", &path, None).await?;
        let link = page.header("link").unwrap().to_owned();
        let next = link.strip_prefix("</api/v1").unwrap().split('>').next().unwrap();
        let next = json(&own(&site, "GET", next, None).await?);
        assert_eq!(next["items"].as_array().unwrap().len(), 1, "{next}");
        // One more than narrow a list.
        let many = format!("tag={}", [red.as_str(); 11].join(","));
        for wrong in ["stage=lead", "tag=,", &many, "added_from=today", "stage=&stage="] {
            let reply = own(&site, "GET", &format!("/people?{wrong}"), None).await?;
            assert_eq!(problem(&reply, 400), "parameter", "{wrong}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_narrowed_by_what_they_may_be_worth() {
    each(async |site| {
        for (name, value) in [("Small", "99.5"), ("Middle", "100"), ("Large", "2500")] {
            add(&site, name, json!({"value": value})).await?;
        }
        add(&site, "Nothing", json!({})).await?;
        for (query, expected) in [
            ("value_from=100", vec!["Large", "Middle"]),
            ("value_to=100", vec!["Middle", "Small"]),
            ("value_from=99.51&value_to=2499.99", vec!["Middle"]),
            ("value_from=0", vec!["Large", "Middle", "Small"]),
            ("value_from=2500.01", vec![]),
        ] {
            let names = names(&site, &format!("order=name&{query}")).await?;
            assert_eq!(names, expected, "{query}");
        }
        for wrong in ["value_from=much", "value_from=1,000", "value_to=1.234", "value_to=-1"] {
            let reply = own(&site, "GET", &format!("/people?{wrong}"), None).await?;
            assert_eq!(problem(&reply, 400), "parameter", "{wrong}");
        }
        for (query, parameter, code) in [
            ("value_from=5&value_to=4.99", "value_from", "range-turned"),
            ("value_from=5&value_to=1.234", "value_to", "amount-invalid"),
        ] {
            let reply = own(&site, "GET", &format!("/people?{query}"), None).await?;
            assert_eq!(problem(&reply, 400), "parameter", "{query}");
            let told = json(&reply);
            let error = &told["errors"][0];
            assert_eq!((&error["pointer"], &error["code"]), (&json!(parameter), &json!(code)));
        }
        // An act over all that match means the same ones.
        let (act, body) = ("/people/change/all", json!({"act": "tag", "to": "big"}));
        let path = format!("{act}?source=listed&value_from=100");
        let begun = own(&site, "POST", &path, Some(body)).await?;
        assert_eq!((begun.status, &json(&begun)["matching"]), (202, &json!(2)), "{}", begun.body);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_narrowed_and_ordered_by_own_fields() {
    each(async |site| {
        let mut ids = Vec::new();
        for kind in ["number", "day", "text"] {
            let input = FieldInput { name: kind.into(), kind: kind.into(), ..Default::default() };
            ids.push(create_field(&site.house.app, &site.house.owner, input, "").await?.id);
        }
        let [number, day, word] = [0, 1, 2].map(|at: usize| ids[at].to_string());
        for (name, n, d, w) in
            [("A", "5", "2026-01-05", "x..y"), ("B", "10", "2026-02-05", "a"), ("C", "20", "", "a")]
        {
            let day_of = if d.is_empty() { Value::Null } else { d.into() };
            let fields = json!({(&number): n, (&day): day_of, (&word): w});
            add(&site, name, json!({"fields": fields})).await?;
        }
        add(&site, "D", json!({})).await?;
        for (query, expected) in [
            (format!("field={number}:5..10"), "A B"),
            (format!("field={number}:10.."), "B C"),
            (format!("field={number}:..9"), "A"),
            (format!("field={number}:10"), "B"),
            (format!("field={number}:"), "D"),
            (format!("field={day}:2026-02-01..2026-03-01"), "B"),
            (format!("field={word}:x..y"), "A"),
            (format!("field={number}:5..&field={word}:a"), "B C"),
            (format!("field={number}:5..&field={word}:a&field={day}:"), "C"),
        ] {
            let found = names(&site, &format!("order=name&{query}")).await?;
            assert_eq!(found.join(" "), expected, "{query}");
        }
        for (order, expected) in [
            (format!("own-{number}"), "A B C"),
            (format!("own-{number}-down"), "C B A"),
            (format!("own-{day}-down"), "B A"),
        ] {
            let found = names(&site, &format!("order={order}")).await?;
            assert_eq!(found.join(" "), expected, "{order}");
        }
        for (range, code) in [
            (format!("{number}:many..5"), "number-invalid"),
            (format!("{number}:5..1e5"), "number-invalid"),
            (format!("{number}:10..5"), "numbers-turned"),
            (format!("{day}:2026-02-30.."), "date-invalid"),
            (format!("{day}:2026-03-02..2026-03-01"), "days-turned"),
        ] {
            let reply = own(&site, "GET", &format!("/people?field={range}"), None).await?;
            assert_eq!(problem(&reply, 400), "parameter", "{range}");
            let told = json(&reply);
            let error = &told["errors"][0];
            assert_eq!((&error["pointer"], &error["code"]), (&json!("field"), &json!(code)));
        }
        let other = &site.ids["person"];
        for wrong in [
            format!("field={number}"),
            format!("field={other}:5"),
            format!("order=own-{other}"),
            "order=own-5".to_owned(),
        ] {
            let reply = own(&site, "GET", &format!("/people?{wrong}"), None).await?;
            assert_eq!(problem(&reply, 400), "parameter", "{wrong}");
        }
        Ok(())
    })
    .await;
}

/// Whom the page lists.
async fn on_page(site: &Site, query: &str) -> Result<BTreeSet<String>> {
    let page = site.get(&format!("/people?{query}"), Some(&site.house.token)).await?;
    assert_eq!(page.status, 200, "{query}");
    let rows = page.body.split("name=\"person\" value=\"").skip(1);
    Ok(rows.filter_map(|row| row.split('"').next()).map(str::to_owned).collect())
}

/// Whom the API lists.
async fn by_program(site: &Site, query: &str) -> Result<BTreeSet<String>> {
    let reply = own(site, "GET", &format!("/people?limit=200&{query}"), None).await?;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    let page = json(&reply);
    let items = page["items"].as_array().unwrap();
    Ok(items.iter().map(|each| text(&each["id"]).to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_narrows_people_by_what_their_page_narrows_them_by() {
    each(async |site| {
        let stages =
            json!([{"name": "In", "outcome": "open"}, {"name": "Mended", "outcome": "won"}]);
        let new = json!({"name": "Repairs", "stages": stages});
        let made = own(&site, "POST", "/pipelines", Some(new)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let pipeline = json(&made);
        let of = |source: &str| json!({"source": source});
        let first = json!({"consent": "given", "value": "100", "attribution": of("fair")});
        let first = add(&site, "First", first).await?;
        let second = json!({"consent": "withdrawn", "attribution": of("site"),
            "stage": pipeline["stages"][0]["id"]});
        let second = add(&site, "Second", second).await?;
        add(&site, "Third", json!({})).await?;
        let step = async |to: &Value| {
            let path = format!("/people/{}/notes", text(&to["id"]));
            own(&site, "POST", &path, Some(json!({"text": "Called."}))).await
        };
        assert_eq!(step(&first).await?.status, 201);
        site.house.clock.advance_millis(2 * 86_400_000);
        assert_eq!(step(&second).await?.status, 201);
        let everybody = by_program(&site, "").await?;
        let repairs = format!("pipeline={}", text(&pipeline["id"]));
        let repairs_refused = format!("{repairs}&consent=withdrawn");
        for (page, api) in [
            ("consent=given", "consent=given"),
            ("consent=withdrawn", "consent=withdrawn"),
            ("consent=unknown", "consent=unknown"),
            (repairs.as_str(), repairs.as_str()),
            (repairs_refused.as_str(), repairs_refused.as_str()),
            ("currency=ILS", "currency=ILS"),
            ("currency=%20", "currency="),
            ("step=hour", "step=hour"),
            ("step=three-days", "step=three-days"),
            ("first=fair", "first_source=fair"),
            ("other_sources=fair", "other_source=fair"),
            ("other_sources=fair%0Asite", "other_source=fair&other_source=site"),
            ("other_sources=%20", "other_source="),
            ("standing=lead&source=listed", "standing=lead&source=listed"),
        ] {
            let expected = on_page(&site, page).await?;
            assert!(!expected.is_empty() && expected.len() < everybody.len(), "{page}");
            assert_eq!(by_program(&site, api).await?, expected, "{api}");
        }
        for wrong in ["consent=perhaps", "step=never", "pipeline=main", "currency=EURO"] {
            let reply = own(&site, "GET", &format!("/people?{wrong}"), None).await?;
            assert_eq!(problem(&reply, 400), "parameter", "{wrong}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_as_many_as_the_list_of_its_month_has() {
    each(async |site| {
        let member = site.house.owner.member.as_str();
        add(&site, "Dana", json!({"owner": member})).await?;
        add(&site, "Noa", json!({"stage": "customer"})).await?;
        for narrow in ["", "&owner=me", "&owner=nobody"] {
            let path = format!("/report?months=3{narrow}");
            let report = own(&site, "GET", &path, None).await?;
            assert_eq!(report.status, 200, "{path}: {}", report.body);
            let report = json(&report);
            let months = report["months"].as_array().unwrap();
            assert_eq!(months.len(), 3);
            let counts = |month: &Value| month["people"].as_i64().unwrap();
            assert!(months.iter().map(counts).sum::<i64>() > 0, "{path}");
            for month in months {
                let (from, until) = (text(&month["from"]), text(&month["until"]));
                let path =
                    format!("/people?limit=100&added_from={from}&added_until={until}{narrow}");
                let list = json(&own(&site, "GET", &path, None).await?);
                let found = list["items"].as_array().map(Vec::len);
                assert_eq!(found, usize::try_from(counts(month)).ok(), "{path}");
            }
        }
        Ok(())
    })
    .await;
}
