//! Finding by program, held to what the token reads.

use domain::ApiScope;
use oxpi_tests::site::{MARKER, api_token};
use serde_json::json;

use super::{call, each, json, own, problem};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_found_as_far_as_the_token_reads() {
    each(async |site| {
        let path = format!("/search?q={MARKER}");
        let all = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(all["people"][0]["id"], site.ids["person"].as_str(), "{all}");
        assert_eq!(all["appointments"][0]["id"], site.ids["appointment"].as_str(), "{all}");
        assert_eq!(all["tasks"][0]["id"], site.ids["task"].as_str(), "{all}");
        assert_eq!(all["documents"][0]["id"], site.ids["document"].as_str(), "{all}");
        let (person, name) = (&site.ids["person"], format!("{MARKER} Levi"));
        let note = json!({"person": person, "name": name, "text": format!("{MARKER} note")});
        assert_eq!(all["notes"], json!([note]), "{all}");
        // Scopes that let people be looked at for other ends don't let them be found.
        for (scopes, told) in [
            (vec![ApiScope::TasksRead, ApiScope::NotesRead, ApiScope::ImportsRead], "tasks notes"),
            (vec![ApiScope::AppointmentsRead, ApiScope::PeopleWrite], "appointments"),
            (vec![ApiScope::PeopleRead, ApiScope::TasksWrite, ApiScope::NotesWrite], "people"),
            (vec![ApiScope::DocumentsRead, ApiScope::TasksWrite], "documents"),
            (vec![ApiScope::TeamRead], ""),
        ] {
            let (_, token) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
            let found = json(&call(&site, &token, "GET", &path, &[], None).await?);
            for noun in ["people", "appointments", "tasks", "documents", "notes"] {
                let is_told = found[noun] != json!([]);
                assert_eq!(
                    is_told,
                    told.split(' ').any(|it| it == noun),
                    "{scopes:?} {noun}: {found}"
                );
            }
            // What a person is called is theirs who read people.
            assert!(!found.to_string().contains(&name) || told == "people", "{found}");
        }
        // Nor whom an appointment is with: its title finds it, their name doesn't.
        let booked = json!(site.ids["appointment"]);
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (_, narrow) = api_token(app, owner, &[ApiScope::AppointmentsRead]).await?;
        for (token, word, is_told) in
            [(&site.api_token, "levi", true), (&narrow, "levi", false), (&narrow, "fitting", true)]
        {
            let path = format!("/search?q={word}");
            let found = json(&call(&site, token, "GET", &path, &[], None).await?);
            assert_eq!(found["appointments"][0]["id"] == booked, is_told, "{word}: {found}");
        }
        assert_eq!(problem(&own(&site, "GET", "/search", None).await?, 400), "parameter");
        Ok(())
    })
    .await;
}
