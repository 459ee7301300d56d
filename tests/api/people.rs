//! People by program, from adding to removing; and the other nouns once each.

use anyhow::Result;
use oxpi_tests::site::Site;
use serde_json::{Value, json};

use super::{call, each, json, own, problem, text};

/// The person's row in the list, wherever it stands: the clock stands still here, so nobody is
/// newer than another.
async fn listed(site: &Site, id: &Value) -> Result<Value> {
    let list = json(&own(site, "GET", "/people?order=newest", None).await?);
    let row = list["items"].as_array().unwrap().iter().find(|row| row["id"] == *id);
    Ok(row.unwrap().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_added_read_changed_and_removed() {
    each(async |site| {
        let body = json!({"name": " Dana Levi ", "phone": "050-123-4567", "tags": ["garden"],
            "value": "1500.50", "contacts": [{"kind": "email", "value": "d@x.il", "label": "work"}]});
        let made = own(&site, "POST", "/people", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let person = json(&made);
        assert_eq!((text(&person["name"]), text(&person["standing"])), ("Dana Levi", "lead"));
        assert_eq!((text(&person["value"]), &person["tags"]), ("1500.50", &json!(["garden"])));
        assert_eq!(person["contacts"][0]["value"], "d@x.il");
        let location = made.header("location").unwrap().to_owned();
        let path = location.strip_prefix("/api/v1").unwrap();
        let read = own(&site, "GET", path, None).await?;
        assert_eq!((read.status, json(&read)), (200, person.clone()));
        assert_eq!(read.header("etag"), made.header("etag"));

        let merge = [("Content-Type", "application/merge-patch+json")];
        let change = json!({"phone": null, "consent": "given", "owner": site.ids["member"]});
        let changed = call(&site, &site.api_token, "PATCH", path, &merge, Some(change)).await?;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let after = json(&changed);
        assert_eq!((text(&after["phone"]), text(&after["consent"])), ("", "given"));
        assert_eq!(after["owner"], site.ids["member"].as_str());
        // What wasn't named stays.
        for name in ["name", "value", "tags", "contacts", "stage"] {
            assert_eq!(after[name], person[name], "{name}");
        }

        let (at, body) = (format!("{path}/stage"), Some(json!({"stage": "customer"})));
        assert_eq!(json(&own(&site, "POST", &at, body).await?)["standing"], "customer");
        let note = json!({"text": "Called."});
        let note = own(&site, "POST", &format!("{path}/notes"), Some(note)).await?;
        assert_eq!(note.status, 201, "{}", note.body);
        let told = json(&own(&site, "GET", &format!("{path}/timeline"), None).await?);
        let entries = told["items"].as_array().unwrap();
        assert!(entries.iter().any(|each| each["text"] == "Called."), "{told}");
        let part = async |what: &str| -> Result<Vec<String>> {
            let path = format!("{path}/timeline?what={what}");
            let told = json(&own(&site, "GET", &path, None).await?);
            let kinds = told["items"].as_array().unwrap().iter().map(|it| text(&it["kind"]));
            Ok(kinds.map(str::to_owned).collect())
        };
        assert_eq!(part("notes").await?, ["note"]);
        let changes = part("changes").await?;
        assert!(changes.iter().any(|it| it == "stage"), "{changes:?}");
        assert!(changes.iter().all(|it| it != "note"), "{changes:?}");
        assert!(part("documents").await?.is_empty());
        let wrong = own(&site, "GET", &format!("{path}/timeline?what=rest"), None).await?;
        assert_eq!(problem(&wrong, 400), "parameter");

        assert_eq!(own(&site, "DELETE", path, None).await?.status, 204);
        assert_eq!(problem(&own(&site, "GET", path, None).await?, 404), "not-found");
        let back = own(&site, "POST", &format!("{path}/restore"), None).await?;
        assert_eq!((back.status, text(&json(&back)["name"])), (200, "Dana Levi"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_told_as_they_were_typed_and_as_they_are_dialled() {
    each(async |site| {
        let body = json!({"name": "Dana", "phone": "050-123-4567", "contacts": [
            {"kind": "phone", "value": "03-5550101", "label": "shop"},
            {"kind": "phone", "value": "*2700", "label": ""},
            {"kind": "email", "value": "d@x.il", "label": ""},
        ]});
        let made = own(&site, "POST", "/people", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let person = json(&made);
        assert_eq!(text(&person["phone"]), "050-123-4567");
        assert_eq!(text(&person["phone_e164"]), "+972501234567");
        let dialled: Vec<_> =
            person["contacts"].as_array().unwrap().iter().map(|it| &it["e164"]).collect();
        assert_eq!(dialled, [&json!("+97235550101"), &json!(null), &json!(null)]);
        let row = listed(&site, &person["id"]).await?;
        assert_eq!(row["phone_e164"], person["phone_e164"], "{row}");
        // What an answer says of contacts may be sent back as it came.
        let path = format!("/people/{}", text(&person["id"]));
        let change = json!({"phone": null, "contacts": person["contacts"]});
        let changed = own(&site, "PATCH", &path, Some(change)).await?;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let after = json(&changed);
        assert_eq!(after["contacts"], person["contacts"]);
        assert_eq!((text(&after["phone"]), &after["phone_e164"]), ("", &json!(null)));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_and_a_place_is_good_for_its_own_list() {
    each(async |site| {
        for n in 0..5 {
            let body = json!({"name": format!("Page {n}"), "source": "pages"});
            assert_eq!(own(&site, "POST", "/people", Some(body)).await?.status, 201);
        }
        let mut path = "/people?source=pages&order=name&limit=2".to_owned();
        let mut names = Vec::new();
        loop {
            let reply = own(&site, "GET", &path, None).await?;
            let page = json(&reply);
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 2);
            names.extend(items.iter().map(|each| text(&each["name"]).to_owned()));
            let Some(next) = page["next"].as_str() else {
                assert!(reply.header("link").is_none());
                break;
            };
            let link = reply.header("link").unwrap();
            let at = link.strip_prefix("</api/v1").unwrap().split('>').next().unwrap();
            assert!(at.contains(next) && link.ends_with("rel=\"next\""), "{link}");
            let elsewhere = format!("/people?order=name&limit=2&after={next}");
            assert_eq!(problem(&own(&site, "GET", &elsewhere, None).await?, 400), "parameter");
            path = at.to_owned();
        }
        assert_eq!(names, ["Page 0", "Page 1", "Page 2", "Page 3", "Page 4"]);
        for wrong in ["after=AAAA", "limit=0", "limit=x", "order=odd", "nothing=1", "q=a&q=b"] {
            let reply = own(&site, "GET", &format!("/people?{wrong}"), None).await?;
            assert_eq!(problem(&reply, 400), "parameter", "{wrong}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_field_by_field() {
    each(async |site| {
        let post = async |body| own(&site, "POST", "/people", Some(body)).await;
        let wrong =
            json!({"name": " ", "email": "nobody", "height": 3, "follow_up_on": "2026-13-01"});
        let reply = post(wrong).await?;
        assert_eq!(problem(&reply, 422), "invalid");
        let told = json(&reply);
        let mut at: Vec<(&str, &str)> = told["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|each| (text(&each["pointer"]), text(&each["code"])))
            .collect();
        at.sort_unstable();
        assert_eq!(
            at,
            [
                ("/email", "email-invalid"),
                ("/follow_up_on", "date-invalid"),
                ("/height", "unknown-field"),
                ("/name", "required"),
            ]
        );
        // What the schema can't tell, the use case does.
        let reply = post(json!({"name": "A", "phone": "call me"})).await?;
        assert_eq!(problem(&reply, 422), "invalid");
        assert_eq!(json(&reply)["errors"][0]["pointer"], "/phone");
        let hebrew = [("Accept-Language", "he")];
        let body = Some(json!({}));
        let reply = call(&site, &site.api_token, "POST", "/people", &hebrew, body).await?;
        assert_eq!(problem(&reply, 422), "invalid");
        assert!(reply.body.contains("גוף הבקשה"), "{}", reply.body);
        let nul = own(&site, "POST", "/tasks", Some(json!({"title": "a\u{0}b"}))).await?;
        assert_eq!(problem(&nul, 422), "invalid");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_made_linked_done_and_reopened() {
    each(async |site| {
        let body = json!({"title": "Call", "day": "2026-03-05", "time": "09:30", "lead": "1d",
            "people": [site.ids["person"]], "appointments": [site.ids["appointment"]]});
        let made = own(&site, "POST", "/tasks", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let task = json(&made);
        assert_eq!(task["links"].as_array().unwrap().len(), 2);
        let path = format!("/tasks/{}", text(&task["id"]));
        // A token that doesn't see people keeps what it doesn't see.
        let scopes = [domain::ApiScope::TasksRead, domain::ApiScope::TasksWrite];
        let (_, narrow) =
            oxpi_tests::site::api_token(&site.house.app, &site.house.owner, &scopes).await?;
        let change = Some(json!({"title": "Call back", "time": null}));
        let changed = call(&site, &narrow, "PATCH", &path, &[], change).await?;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(json(&changed)["links"], json!([]));
        let whole = json(&own(&site, "GET", &path, None).await?);
        assert_eq!((text(&whole["title"]), &whole["links"]), ("Call back", &task["links"]));
        assert_eq!((text(&whole["day"]), &whole["time"]), ("2026-03-05", &json!(null)));
        let done = json(&own(&site, "POST", &format!("{path}/done"), None).await?);
        assert!(done["done_at"].is_string());
        let listed = json(&own(&site, "GET", "/tasks?done=true", None).await?);
        assert_eq!(listed["items"][0]["id"], task["id"]);
        let open = json(&own(&site, "POST", &format!("{path}/reopen"), None).await?);
        assert!(open["done_at"].is_null());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn appointments_are_booked_moved_cancelled_and_restored() {
    each(async |site| {
        let at = |hour: u32| format!("2026-03-09T{hour:02}:00:00Z");
        let body = |from, to| {
            json!({"title": "Fitting", "starts_at": at(from), "ends_at": at(to),
            "person": site.ids["person"]})
        };
        let made = own(&site, "POST", "/appointments", Some(body(8, 9))).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("/appointments/{}", text(&json(&made)["id"]));
        let taken = own(&site, "POST", "/appointments", Some(body(8, 10))).await?;
        assert_eq!(problem(&taken, 409), "time-taken");
        assert_eq!(json(&taken)["taken"][0]["title"], "Fitting");
        let mut anyway = body(8, 10);
        anyway["overlap"] = "allow".into();
        assert_eq!(own(&site, "POST", "/appointments", Some(anyway)).await?.status, 201);
        let shift = json!({"starts_at": at(12), "ends_at": at(13)});
        let moved = own(&site, "POST", &format!("{path}/move"), Some(shift)).await?;
        assert_eq!((moved.status, text(&json(&moved)["starts_at"])), (200, &*at(12)));
        let span = format!("/appointments?from={}&to={}&limit=1", at(0), at(23));
        let page = json(&own(&site, "GET", &span, None).await?);
        let next = text(&page["next"]).to_owned();
        let second = json(&own(&site, "GET", &format!("{span}&after={next}"), None).await?);
        assert_eq!(
            (&second["next"], text(&second["items"][0]["starts_at"])),
            (&json!(null), &*at(12))
        );
        let gone = json(&own(&site, "POST", &format!("{path}/cancel"), None).await?);
        assert_eq!(gone["status"], "cancelled");
        let back = json(&own(&site, "POST", &format!("{path}/restore"), None).await?);
        assert_eq!(back["status"], "booked");
        let long = "/busy?from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z";
        assert_eq!(problem(&own(&site, "GET", long, None).await?, 400), "parameter");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_of_before_stays_in_its_currency_where_nothing_is_said_of_it() {
    each(async |site| {
        let body = json!({"name": "Dana", "value": "1500"});
        let made = json(&own(&site, "POST", "/people", Some(body)).await?);
        let path = format!("/people/{}", text(&made["id"]));
        let moved = own(&site, "PATCH", "/business", Some(json!({"currency": "EUR"}))).await?;
        assert_eq!(moved.status, 200, "{}", moved.body);
        assert_ne!(made["value_currency"], "EUR");
        let change = json!({"tags": ["garden"]});
        let kept = json(&own(&site, "PATCH", &path, Some(change)).await?);
        assert_eq!((text(&kept["value"]), &kept["tags"]), ("1500", &json!(["garden"])));
        assert_eq!(kept["value_currency"], made["value_currency"]);
        let said = json(&own(&site, "PATCH", &path, Some(json!({"value": "1500"}))).await?);
        assert_eq!((text(&said["value"]), text(&said["value_currency"])), ("1500", "EUR"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_has_its_day_and_where_somebody_came_from_is_said_once() {
    each(async |site| {
        let first = json!({"medium": "cpc", "landing": "https://shop.example/?a=1"});
        let body = json!({"name": "Dana", "source": "google", "attribution": first,
            "consent": "given", "consent_on": "2025-07-01"});
        let made = own(&site, "POST", "/people", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = json(&made);
        let whole = json!({"source": "google", "medium": "cpc", "campaign": "", "term": "",
            "content": "", "landing": "https://shop.example/?a=1", "referrer": ""});
        assert_eq!((&made["attribution"], &made["won_at"]), (&whole, &json!(null)));
        assert_eq!(text(&made["consent_at"]), "2025-06-30T21:00:00Z");
        let path = format!("/people/{}", text(&made["id"]));
        let change = json!({"consent_on": "2025-07-02", "source": "shop"});
        let changed = json(&own(&site, "PATCH", &path, Some(change)).await?);
        assert_eq!(text(&changed["consent_at"]), "2025-07-01T21:00:00Z");
        assert_eq!((text(&changed["source"]), &changed["attribution"]), ("shop", &whole));
        // What says nothing of consent leaves it on its day; another answer is today's.
        let kept = json(&own(&site, "PATCH", &path, Some(json!({"value": "10"}))).await?);
        assert_eq!(kept["consent_at"], changed["consent_at"]);
        let change = json!({"consent": "withdrawn", "stage": "customer"});
        let changed = json(&own(&site, "PATCH", &path, Some(change)).await?);
        assert!(text(&changed["consent_at"]).starts_with("2026-"), "{changed}");
        assert_eq!(changed["won_at"], changed["stage_since"]);
        assert_eq!(listed(&site, &made["id"]).await?["won_at"], changed["won_at"]);
        let bare = json(&own(&site, "POST", "/people", Some(json!({"name": "Noa"}))).await?);
        assert_eq!(bare["attribution"], json!(null));
        for (change, at) in [
            (json!({"consent": "given", "consent_on": "2099-01-01"}), "/consent_on"),
            (json!({"attribution": {"medium": "email"}}), "/attribution/source"),
            (json!({"won_at": "2026-01-01T00:00:00Z"}), "/won_at"),
        ] {
            let refused = own(&site, "PATCH", &path, Some(change)).await?;
            assert_eq!(problem(&refused, 422), "invalid");
            assert_eq!(json(&refused)["errors"][0]["pointer"], at);
        }
        let body = json!({"name": "Noa", "attribution": {"medium": "x".repeat(201)}});
        let refused = own(&site, "POST", "/people", Some(body)).await?;
        assert_eq!(json(&refused)["errors"][0]["pointer"], "/attribution/medium");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelines_and_tags_are_changed_by_who_may() -> Result<()> {
    let site = oxpi_tests::site::Site::start(store::testing::sqlite().await).await?;
    let stages = json!([{"name": "In", "outcome": "open"}, {"name": "Fixed", "outcome": "won"}]);
    let body = json!({"name": "Repairs", "stages": stages});
    let made = own(&site, "POST", "/pipelines", Some(body)).await?;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/pipelines/{}", text(&json(&made)["id"]));
    let renamed = own(&site, "PATCH", &path, Some(json!({"name": "Service"}))).await?;
    let (before, after) = (json(&made), json(&renamed));
    assert_eq!((text(&after["name"]), &after["stages"]), ("Service", &before["stages"]));
    assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
    let tag = format!("/tags/{}", site.ids["tag"]);
    let renamed = own(&site, "PATCH", &tag, Some(json!({"name": "green"}))).await?;
    assert_eq!(json(&renamed)["name"], "green");
    assert_eq!(own(&site, "DELETE", &tag, None).await?.status, 204);
    assert_eq!(own(&site, "GET", &tag, None).await?.status, 404);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn own_fields_are_told_and_written_by_their_ids() {
    each(async |site| {
        use app::own_fields::{FieldInput, create_field};
        let (app, owner) = (&site.house.app, &site.house.owner);
        let mut ids = vec![site.ids["own_field"].clone()];
        for kind in ["number", "yes-no"] {
            let input = FieldInput { name: kind.into(), kind: kind.into(), ..Default::default() };
            ids.push(create_field(app, owner, input, "").await?.id.to_string());
        }
        let [size, number, flag] = [&ids[0], &ids[1], &ids[2]];
        let all = json(&own(&site, "GET", "/person-fields", None).await?);
        assert_eq!(all["items"].as_array().unwrap().len(), 3, "{all}");
        assert_eq!(text(&all["items"][0]["options"][0]["id"]), "1");

        let body = json!({"name": "Dana", "fields": {(number): "1,200.50", (flag): false}});
        let made = own(&site, "POST", "/people", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = json(&made);
        let expected = json!({(size): null, (number): "1200.5", (flag): false});
        assert_eq!(made["fields"], expected);
        let path = format!("/people/{}", text(&made["id"]));
        let body = json!({"fields": {(size): "1", (flag): null}});
        let changed = json(&own(&site, "PATCH", &path, Some(body)).await?);
        let expected = json!({(size): "1", (number): "1200.5", (flag): null});
        assert_eq!(changed["fields"], expected);
        assert_eq!(changed["name"], "Dana");
        assert_eq!(listed(&site, &made["id"]).await?["fields"], expected);
        let asked = |field: &str| format!("/people?field={}", field.replace(':', "%3A"));
        for (field, is_listed) in [
            (format!("{number}:1200.50"), true),
            (format!("{number}:7"), false),
            (format!("{size}:1"), true),
            (format!("{flag}:"), true),
            (format!("{number}:"), false),
        ] {
            let found = json(&own(&site, "GET", &asked(&field), None).await?);
            let all = found["items"].as_array().unwrap();
            let listed = all.iter().any(|person| person["id"] == made["id"]);
            assert_eq!(listed, is_listed, "{field}: {found}");
        }
        for wrong in ["7", "nothing:7", &format!("{number}:many")] {
            let refused = own(&site, "GET", &asked(wrong), None).await?;
            assert_eq!(refused.status, 400, "{wrong}: {}", refused.body);
        }
        for (fields, at) in [
            (json!({(number): "many"}), number),
            (json!({(number): true}), number),
            (json!({(flag): "yes"}), flag),
            (json!({(size): "9"}), size),
            (json!({"nothing": "1"}), &"nothing".to_owned()),
        ] {
            let body = json!({"fields": fields});
            let refused = own(&site, "PATCH", &path, Some(body)).await?;
            assert_eq!(refused.status, 422, "{}", refused.body);
            assert_eq!(json(&refused)["errors"][0]["pointer"], format!("/fields/{at}"));
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_somebody_came_from_first_is_corrected() {
    each(async |site| {
        let body = json!({"name": "Gal", "source": "Gogle", "attribution": {"campaign": "spring"}});
        let made = json(&own(&site, "POST", "/people", Some(body)).await?);
        let path = format!("/people/{}", text(&made["id"]));
        let change = async |body: Value| own(&site, "PATCH", &path, Some(body)).await;
        let kept = json(&change(json!({"source": "Google"})).await?);
        assert_eq!(kept["attribution"]["source"], "Gogle", "nobody said so");
        let body = json!({"attribution": {"source": "Google"}});
        let corrected = json(&change(body).await?);
        let first = &corrected["attribution"];
        assert_eq!((&first["source"], &first["campaign"]), (&json!("Google"), &json!("spring")));
        let forgotten = json(&change(json!({"attribution": {"source": null}})).await?);
        assert_eq!(forgotten["attribution"]["source"], "");
        for wrong in [json!({}), json!({"campaign": "autumn"}), json!({"source": "x".repeat(61)})] {
            let refused = change(json!({"attribution": wrong})).await?;
            assert_eq!(refused.status, 422, "{}", refused.body);
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_renamed_over_everybody_and_taken_back() {
    each(async |site| {
        for (name, source) in [("One", "insta"), ("Two", "Insta"), ("Three", "insta")] {
            let body = json!({"name": name, "source": source});
            own(&site, "POST", "/people", Some(body)).await?;
        }
        let count = async |name: &str| -> Result<i64> {
            let all = json(&own(&site, "GET", "/sources", None).await?);
            let its = all["items"].as_array().unwrap().iter().find(|it| it["name"] == name);
            Ok(its.map_or(0, |it| it["people"].as_i64().unwrap()))
        };
        assert_eq!((count("insta").await?, count("Insta").await?), (2, 1));
        let body = json!({"from": "insta", "to": "Insta"});
        let done = own(&site, "POST", "/sources/rename", Some(body.clone())).await?;
        assert_eq!(done.status, 200, "{}", done.body);
        let done = json(&done);
        assert_eq!(done["count"], 2);
        assert_eq!((count("insta").await?, count("Insta").await?), (0, 3));
        let again = own(&site, "POST", "/sources/rename", Some(body)).await?;
        assert_eq!(problem(&again, 404), "not-found");
        let path = format!("/undo/{}", text(&done["undo"]));
        assert_eq!(own(&site, "POST", &path, None).await?.status, 200);
        assert_eq!((count("insta").await?, count("Insta").await?), (2, 1));
        let wrong = json!({"from": "insta", "to": " "});
        assert_eq!(own(&site, "POST", "/sources/rename", Some(wrong)).await?.status, 422);
        Ok(())
    })
    .await;
}
