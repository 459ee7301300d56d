//! The list of people, narrowed and ordered by program as by its page.

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
        for wrong in ["stage=lead", "tag=,", "added_from=today", "stage=&stage="] {
            let reply = own(&site, "GET", &format!("/people?{wrong}"), None).await?;
            assert_eq!(problem(&reply, 400), "parameter", "{wrong}");
        }
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
        let other = &site.ids["person"];
        for wrong in [
            format!("field={number}:many..5"),
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
