//! Finding by program, held to what the token reads.

use domain::ApiScope;
use oxpi_tests::site::{MARKER, api_token};
use serde_json::json;

use super::{call, each, json, own, problem};

#[tokio::test(flavor = "multi_thread")]
async fn people_appointments_tasks_and_documents_are_found_as_far_as_the_token_reads() {
    each(async |site| {
        let path = format!("/search?q={MARKER}");
        let all = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(all["people"][0]["id"], site.ids["person"].as_str(), "{all}");
        assert_eq!(all["appointments"][0]["id"], site.ids["appointment"].as_str(), "{all}");
        assert_eq!(all["tasks"][0]["id"], site.ids["task"].as_str(), "{all}");
        assert_eq!(all["documents"][0]["id"], site.ids["document"].as_str(), "{all}");
        // Scopes that let people be looked at for other ends don't let them be found.
        for (scopes, told) in [
            (vec![ApiScope::TasksRead, ApiScope::NotesRead, ApiScope::ImportsRead], "tasks"),
            (vec![ApiScope::AppointmentsRead, ApiScope::PeopleWrite], "appointments"),
            (vec![ApiScope::PeopleRead, ApiScope::TasksWrite], "people"),
            (vec![ApiScope::DocumentsRead, ApiScope::TasksWrite], "documents"),
            (vec![ApiScope::TeamRead], ""),
        ] {
            let (_, token) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
            let found = json(&call(&site, &token, "GET", &path, &[], None).await?);
            for noun in ["people", "appointments", "tasks", "documents"] {
                let is_told = found[noun] != json!([]);
                assert_eq!(is_told, noun == told, "{scopes:?} {noun}: {found}");
            }
        }
        assert_eq!(problem(&own(&site, "GET", "/search", None).await?, 400), "parameter");
        Ok(())
    })
    .await;
}
