//! What plugins propose, by program: it is seen, asked for otherwise, and never approved.

use domain::ApiScope;
use oxpi_tests::site::api_token;
use serde_json::json;

use super::{call, each, json, own, problem, text};
use crate::approvals::{proposed, sample};

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_for_another_proposal_and_sees_what_became_of_it() {
    each(async |site| {
        let sample = sample(&site.house).await?;
        let old = proposed(&site.house, &sample, "bakery").await?;
        let path = format!("/approvals/{old}");
        let shown = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(shown["change"]["elsewhere"], false);
        let field = &shown["change"]["fields"][1];
        assert_eq!((text(&field["name"]), text(&field["value"])), ("text", "Fresh bread"));

        let change = format!("{path}/change");
        let ask = |text: &str| Some(json!({"fields": {"text": text}}));
        let wrong = own(&site, "POST", &change, ask("")).await?;
        assert_eq!(problem(&wrong, 422), "invalid");
        assert_eq!(json(&wrong)["errors"][0]["pointer"], "/fields/text");
        let unknown = Some(json!({"fields": {"colour": "red"}}));
        let wrong = own(&site, "POST", &change, unknown).await?;
        assert_eq!(json(&wrong)["errors"][0]["pointer"], "/fields/colour");
        assert_eq!(
            problem(&own(&site, "POST", &change, ask("Fresh bread")).await?, 422),
            "invalid"
        );

        let asked = own(&site, "POST", &change, ask("Stale bread")).await?;
        assert_eq!(asked.status, 200, "{}", asked.body);
        assert_eq!(json(&asked)["state"], "changing");
        let late = own(&site, "POST", &change, ask("Other bread")).await?;
        assert_eq!(problem(&late, 409), "approval-changing");
        site.house.work().await?;

        let before = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(before["state"], "replaced");
        let new = format!("/approvals/{}", text(&before["replaced_by"]));
        let after = json(&own(&site, "GET", &new, None).await?);
        assert_eq!(
            (text(&after["state"]), text(&after["replaces"]["id"])),
            ("waiting", old.as_str())
        );
        let first = &after["replaces"]["differences"][0];
        assert_eq!(
            first,
            &json!({"part": "field", "name": "Text", "before": "Fresh bread",
                "after": "Stale bread", "asked": null})
        );
        let document = web::api::document::document();
        let schema = &document["paths"]["/api/v1/approvals/{approval}"]["get"]["responses"]["200"]
            ["content"]["application/json"]["schema"];
        for one in [&shown, &before, &after] {
            let wrong = web::api::schema::check(schema, one);
            assert!(wrong.is_empty(), "{wrong:?} in {one}");
        }
        let plain = format!("/approvals/{}/change", site.ids["approval"]);
        assert_eq!(problem(&own(&site, "POST", &plain, ask("x")).await?, 409), "approval-fixed");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_asks_for_nothing() {
    each(async |site| {
        let sample = sample(&site.house).await?;
        let id = proposed(&site.house, &sample, "bakery").await?;
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (_, token) = api_token(app, owner, &[ApiScope::ApprovalsRead]).await?;
        let body = Some(json!({"fields": {"text": "Stale bread"}}));
        let path = format!("/approvals/{id}/change");
        let refused = call(&site, &token, "POST", &path, &[], body).await?;
        assert_eq!(problem(&refused, 403), "scope");
        let (_, token) = api_token(app, owner, &[ApiScope::ApprovalsWrite]).await?;
        for verb in ["approve", "reject"] {
            let path = format!("/approvals/{id}/{verb}");
            let none = call(&site, &token, "POST", &path, &[], Some(json!({}))).await?;
            assert_eq!(problem(&none, 404), "not-found", "{verb}");
        }
        Ok(())
    })
    .await;
}
