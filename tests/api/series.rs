//! Appointments that come again: made, changed and cancelled several at once.

use anyhow::Result;
use oxpi_tests::site::Site;
use serde_json::{Value, json};

use super::{call, each, json, own, problem, text};

async fn on(site: &Site, status: &str) -> Result<Vec<Value>> {
    let span = "from=2026-04-01T00:00:00Z&to=2026-06-01T00:00:00Z";
    let page = own(site, "GET", &format!("/appointments?{span}&status={status}"), None).await?;
    assert_eq!(page.status, 200, "{}", page.body);
    Ok(json(&page)["items"].as_array().unwrap().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_made_changed_and_cancelled() {
    each(async |site| {
        let body = json!({"title": "Lesson", "starts_at": "2026-04-06T08:00:00Z",
            "ends_at": "2026-04-06T09:00:00Z", "person": site.ids["person"],
            "rule": "FREQ=WEEKLY;COUNT=4"});
        let made = own(&site, "POST", "/appointments", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let all = on(&site, "booked").await?;
        assert_eq!(all.len(), 4);
        let at = |n: usize| format!("/appointments/{}", text(&all[n]["id"]));
        assert_eq!(all[0]["id"], json(&made)["id"]);
        let rule = json(&own(&site, "GET", &format!("{}/series", at(0)), None).await?);
        assert!(text(&rule["rule"]).contains("WEEKLY"), "{rule}");

        let change = json!({"title": "Late lesson", "reach": "following"});
        let changed = own(&site, "PATCH", &at(2), Some(change)).await?;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let titles: Vec<Value> =
            on(&site, "booked").await?.into_iter().map(|each| each["title"].clone()).collect();
        assert_eq!(titles, ["Lesson", "Lesson", "Late lesson", "Late lesson"]);
        let alone = own(&site, "PATCH", &at(0), Some(json!({"title": "First"}))).await?;
        assert_eq!(text(&json(&alone)["title"]), "First");
        assert_eq!(on(&site, "booked").await?[1]["title"], "Lesson");

        let cancel = format!("{}/series/cancel", at(2));
        let gone = own(&site, "POST", &cancel, Some(json!({"reach": "following"}))).await?;
        assert_eq!(gone.status, 200, "{}", gone.body);
        assert_eq!((on(&site, "booked").await?.len(), on(&site, "cancelled").await?.len()), (2, 2));
        assert_eq!(on(&site, "any").await?.len(), 4);
        let undo = format!("/undo/{}", text(&json(&gone)["undo"]));
        assert_eq!(own(&site, "POST", &undo, None).await?.status, 200);
        assert_eq!(on(&site, "booked").await?.len(), 4);

        let daily = json!({"rule": "FREQ=DAILY;COUNT=2", "reach": "all"});
        let other = own(&site, "PATCH", &format!("{}/series", at(0)), Some(daily)).await?;
        assert_eq!(other.status, 200, "{}", other.body);
        assert!(text(&json(&other)["rule"]).contains("DAILY"), "{}", other.body);
        let alone = format!("/appointments/{}/series/cancel", site.ids["appointment"]);
        let refused = own(&site, "POST", &alone, Some(json!({"reach": "all"}))).await?;
        assert_eq!(problem(&refused, 422), "invalid");
        let odd = json!({"title": "Odd", "starts_at": "2026-05-06T08:00:00Z",
            "ends_at": "2026-05-06T09:00:00Z", "rule": "every week"});
        let refused = own(&site, "POST", "/appointments", Some(odd)).await?;
        assert_eq!(problem(&refused, 422), "invalid");
        assert_eq!(json(&refused)["errors"][0]["pointer"], "/rule");
        assert!(refused.body.contains("BYMONTHDAY=-1"), "says what is taken: {}", refused.body);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_taken_as_programs_write_them() {
    each(async |site| {
        // The end is a second before the next would begin.
        let body = json!({"title": "Rent", "starts_at": "2026-04-30T08:00:00Z",
            "ends_at": "2026-04-30T09:00:00Z",
            "rule": "RRULE:FREQ=MONTHLY;BYMONTHDAY=30;UNTIL=20260530T075959Z;WKST=SU"});
        let made = own(&site, "POST", "/appointments", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let series = format!("/appointments/{}/series", text(&json(&made)["id"]));
        let rule = json(&own(&site, "GET", &series, None).await?);
        assert_eq!(rule["rule"], "FREQ=MONTHLY;UNTIL=20260529");
        let change = |rule: &str| Some(json!({"rule": rule, "reach": "all"}));
        let other = change("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;COUNT=2");
        let other = own(&site, "PATCH", &series, other).await?;
        assert_eq!(json(&other)["rule"], "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", "{}", other.body);
        assert_eq!(on(&site, "booked").await?.len(), 2);
        let refused = own(&site, "PATCH", &series, change("FREQ=MONTHLY;BYMONTHDAY=15")).await?;
        assert_eq!(problem(&refused, 422), "invalid");
        assert_eq!(json(&refused)["errors"][0]["pointer"], "/rule");

        let task =
            |day: Value, rule: &str| Some(json!({"title": "Sort", "day": day, "rule": rule}));
        let daily = task("2026-04-01".into(), "FREQ=DAILY;BYDAY=MO,TU,WE,TH,SU");
        let made = own(&site, "POST", "/tasks", daily).await?;
        assert_eq!(json(&made)["rule"], "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,SU", "{}", made.body);
        let refused = own(&site, "POST", "/tasks", task(Value::Null, "FREQ=DAILY")).await?;
        assert_eq!(problem(&refused, 422), "invalid");
        assert_eq!(json(&refused)["errors"][0]["pointer"], "/day");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_is_on_a_day_that_the_rule_names() {
    each(async |site| {
        // A Monday, in the business's zone too.
        let lesson = |rule: &str| {
            Some(json!({"title": "Lesson", "starts_at": "2026-04-06T08:00:00Z",
                "ends_at": "2026-04-06T09:00:00Z", "rule": rule}))
        };
        let refused =
            own(&site, "POST", "/appointments", lesson("FREQ=WEEKLY;BYDAY=TU;COUNT=3")).await?;
        assert_eq!(problem(&refused, 422), "invalid");
        let wrong = json(&refused)["errors"][0].clone();
        assert_eq!((text(&wrong["pointer"]), text(&wrong["code"])), ("/rule", "repeat-first"));
        assert!(on(&site, "any").await?.is_empty(), "nothing was booked");
        let named = lesson("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3");
        let made = own(&site, "POST", "/appointments", named).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(text(&json(&made)["starts_at"]), "2026-04-06T08:00:00Z");
        assert_eq!(on(&site, "booked").await?.len(), 3);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_cancelled_only_while_it_comes_as_the_sender_knows() {
    each(async |site| {
        let body = json!({"title": "Lesson", "starts_at": "2026-04-06T08:00:00Z",
            "ends_at": "2026-04-06T09:00:00Z", "rule": "FREQ=WEEKLY;COUNT=4"});
        let made = json(&own(&site, "POST", "/appointments", Some(body)).await?);
        let series = format!("/appointments/{}/series", text(&made["id"]));
        let seen = own(&site, "GET", &series, None).await?;
        let tag = seen.header("etag").unwrap().to_owned();
        let other = json!({"rule": "FREQ=WEEKLY;COUNT=3", "reach": "all"});
        let changed = own(&site, "PATCH", &series, Some(other)).await?;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let cancel = async |tag: &str| {
            let (path, body) = (format!("{series}/cancel"), Some(json!({"reach": "all"})));
            let held = [("If-Match", tag)];
            call(&site, &site.api_token, "POST", &path, &held, body).await
        };
        assert_eq!(problem(&cancel(&tag).await?, 412), "changed");
        assert_eq!(on(&site, "booked").await?.len(), 3);
        let done = cancel(changed.header("etag").unwrap()).await?;
        assert_eq!(done.status, 200, "{}", done.body);
        assert!(on(&site, "booked").await?.is_empty());
        Ok(())
    })
    .await;
}
