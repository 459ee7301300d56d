//! Files that plugins keep about people.

use anyhow::{Context as _, Result};
use app::documents;
use app::people::{self, PersonInput};
use oxpi_tests::proposals::{call, keep, workspace};
use runtime::{Grant, NewDocument, Services};
use serde_json::Value;

use super::{each_house, files_of, somebody};

/// A file of a plugin about somebody.
fn about(person: &str, key: &str) -> NewDocument {
    NewDocument {
        name: "bill.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: b"%PDF-1.7 bill".to_vec(),
        with_connection: false,
        connection: None,
        source: "api.example.com".to_owned(),
        about: Some(person.to_owned()),
        idempotency_key: key.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_keeps_and_deletes_in_a_loop_is_one_entry() {
    each_house(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        let plugin = call(&owner.tenant, &house.plugin, Grant::nothing());
        let (noa, workspace) = (somebody(&house, "Noa").await?, workspace(app));
        let keep = async |key: &str| -> Result<String> {
            let kept = workspace.document_keep(&plugin, about(noa.id.as_str(), key)).await?;
            Ok(kept["id"].as_str().context("no id")?.to_owned())
        };
        let told = async || -> Result<Vec<(String, Value)>> {
            let page = app::timeline::list_entries(app, owner, &noa.id, None, 50).await?;
            let of_files = page.items.into_iter().map(|told| told.entry);
            let of_files = of_files.filter(|entry| entry.kind.starts_with("document-"));
            Ok(of_files.map(|it| (it.kind, it.detail_json.0["count"].clone())).collect())
        };
        let brief = |count: i64| ("document-brief".to_owned(), Value::from(count));
        let plain = |what: &str| (format!("document-{what}"), Value::Null);
        for round in 1..=12 {
            house.clock.advance_millis(60_000);
            let id = keep(&format!("round {round}")).await?;
            assert_eq!(told().await?.first(), Some(&plain("kept")));
            house.clock.advance_millis(60_000);
            workspace.document_delete(&plugin, &id).await?;
            assert_eq!(told().await?, [brief(round)]);
        }
        // What a member deletes, and what was there for longer, is told as ever.
        house.clock.advance_millis(60_000);
        let (one, other) = (keep("one").await?, keep("other").await?);
        documents::delete_document(app, owner, &one.parse()?).await?;
        house.clock.advance_millis(24 * 3_600_000 + 1);
        workspace.document_delete(&plugin, &other).await?;
        let all = told().await?;
        let kept = all.iter().filter(|entry| **entry == plain("kept")).count();
        let deleted = all.iter().filter(|entry| **entry == plain("deleted")).count();
        assert_eq!((kept, deleted, all.len()), (2, 2, 5), "{all:?}");
        // The next loop begins another entry.
        let id = keep("again").await?;
        house.clock.advance_millis(1);
        workspace.document_delete(&plugin, &id).await?;
        assert_eq!(told().await?.first(), Some(&brief(1)));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_says_whom_a_file_is_about() {
    each_house(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        let plugin = call(&owner.tenant, &house.plugin, Grant::nothing());
        let noa = somebody(&house, "Noa").await?;
        let elsewhere = house.another_business().await?;
        let input = PersonInput { name: "Theirs".to_owned(), ..PersonInput::default() };
        let theirs = people::create_person(app, &elsewhere, input, "").await?;
        let workspace = workspace(app);
        let kept = workspace.document_keep(&plugin, about(noa.id.as_str(), "a")).await?;
        assert_eq!(kept["about"], noa.id.as_str());
        assert_eq!(files_of(&house, &noa.id).await?, ["bill.pdf"]);
        let random = "01900000-0000-7000-8000-000000000000";
        for nobody in [theirs.id.as_str(), random, "nobody"] {
            let refused = workspace.document_keep(&plugin, about(nobody, "b")).await.unwrap_err();
            assert_eq!(refused.code, "invalid", "{nobody}");
        }
        keep(app, &plugin, "other.pdf", "application/pdf", None).await?;
        assert_eq!(files_of(&house, &noa.id).await?.len(), 1);
        let told = app::timeline::list_entries(app, owner, &noa.id, None, 9).await?;
        assert!(told.items.iter().any(|told| told.entry.kind == "document-kept"));
        Ok(())
    })
    .await;
}
