//! What is told of acts that end otherwise than they began.

use anyhow::{Context as _, Result};
use app::imports::{self, Column, Doubles, PlanInput};
use app::people::bulk::{BulkInput, change_people};
use app::pipelines::{PipelineInput, StageInput};
use serde_json::{Value, json};

use super::world::{HOOKS, World, each};

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_stopped_is_told_with_what_came_until_then() {
    each(async |w| {
        w.add(HOOKS, &["import.finished", "import.cancelled"]).await?;
        let file = b"Name,Phone\nNoa Levi,050-1234567\n".to_vec();
        let id = app::imports::keep_file(&w.app, &w.owner, "people.csv", file).await?;
        app::imports::start_import(&w.app, &w.owner, &id).await?;
        app::imports::cancel_import(&w.app, &w.owner, &id).await?;
        w.work().await?;
        assert_eq!(w.kinds()?, ["import.cancelled"]);
        let body: Value = serde_json::from_str(&w.receiver.got()[0].body)?;
        let data = &body["data"];
        assert!(data["object"] == "import" && data["id"] == id.as_str(), "{data}");
        assert!(data["made"] == 0 && data["refused"] == 0, "{data}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_fails_is_told_with_what_came_until_then() {
    each(async |w| {
        w.add(HOOKS, &["import.finished", "import.failed"]).await?;
        let file = b"Name,Phone\nNoa Levi,050-1234567\n".to_vec();
        let id = app::imports::keep_file(&w.app, &w.owner, "people.csv", file).await?;
        app::imports::start_import(&w.app, &w.owner, &id).await?;
        // Its file is lost before anybody reads it.
        let file = app::imports::get_import(&w.app, &w.owner, &id).await?.document_id;
        let (tenant, file) = (w.owner.tenant.clone(), file.context("no file")?);
        w.app.db.write(move |c| store::documents::delete(c, &tenant, &file)).await?;
        w.work().await?;
        assert_eq!(w.kinds()?, ["import.failed"]);
        let body: Value = serde_json::from_str(&w.receiver.got()[0].body)?;
        let data = &body["data"];
        assert!(data["object"] == "import" && data["id"] == id.as_str(), "{data}");
        for count in ["made", "changed", "skipped", "refused"] {
            assert_eq!(data[count], 0, "{count}: {data}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_of_a_person_is_called_as_the_api_calls_it() {
    each(async |w| {
        w.add(HOOKS, &["person.changed"]).await?;
        let person = w.person("Noa Levi").await?;
        let input = BulkInput { act: "follow-up".to_owned(), to: "2026-12-24".to_owned() };
        change_people(&w.app, &w.owner, vec![person.id], input).await?;
        w.work().await?;
        let body: Value = serde_json::from_str(&w.receiver.got()[0].body)?;
        let data = &body["data"];
        assert_eq!(data["changed"], json!(["follow_up_on"]), "{data}");
        assert_eq!(data["follow_up_on"], "2026-12-24", "{data}");
        Ok(())
    })
    .await;
}

/// Brings a list that changes whoever is there already.
async fn bring(w: &World, list: &str) -> Result<()> {
    let (app, owner) = (&w.app, &w.owner);
    let id = imports::keep_file(app, owner, "people.csv", list.as_bytes().to_vec()).await?;
    let plan = imports::plan_of(&imports::get_import(app, owner, &id).await?)?;
    let input = PlanInput {
        head: plan.head,
        columns: plan.columns.iter().map(Column::word).collect(),
        dates: plan.dates.as_str().to_owned(),
        doubles: Doubles::Update.as_str().to_owned(),
        ..PlanInput::default()
    };
    imports::plan_import(app, owner, &id, input).await?;
    imports::start_import(app, owner, &id).await?;
    w.work().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn that_somebody_is_a_customer_since_another_day_is_told_as_the_api_says_it() {
    each(async |w| {
        bring(&w, "Name,Status\nNoa Levi,Customer\n").await?;
        w.add(HOOKS, &["person.changed"]).await?;
        bring(&w, "Name,Customer since\nNoa Levi,20.2.2026\n").await?;
        w.work().await?;
        assert_eq!(w.kinds()?, ["person.changed"]);
        let body: Value = serde_json::from_str(&w.receiver.got()[0].body)?;
        let data = &body["data"];
        assert_eq!(data["changed"], json!(["won_at"]), "{data}");
        assert_eq!(data["won_at"], "2026-02-19T22:00:00Z", "{data}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_of_many_that_goes_is_told_with_where_they_go() {
    each(async |w| {
        let mut list = String::from("Name,Phone\n");
        for n in 0..=app::people::bulk::BULK_MAX {
            list.push_str(&format!("Person {n},+97250{n:07}\n"));
        }
        let id = app::imports::keep_file(&w.app, &w.owner, "crowd.csv", list.into_bytes()).await?;
        app::imports::start_import(&w.app, &w.owner, &id).await?;
        w.work().await?;
        w.add(HOOKS, &["pipeline.changed"]).await?;
        let of = app::pipelines::list_pipelines(&w.app, &w.owner).await?.remove(0);
        let stages = of.stages[1..].iter().map(|stage| StageInput {
            id: stage.id.to_string(),
            name: stage.name.clone(),
            outcome: stage.outcome.to_string(),
        });
        let input = PipelineInput { name: of.pipeline.name.clone(), stages: stages.collect() };
        app::pipelines::update_pipeline(&w.app, &w.owner, &of.pipeline.id, input).await?;
        w.work().await?;
        assert_eq!(w.kinds()?, ["pipeline.changed", "pipeline.changed"], "and once it is gone");
        let mut going = Vec::new();
        for message in w.receiver.got() {
            let body: Value = serde_json::from_str(&message.body)?;
            let stages = body["data"]["stages"].as_array().cloned().unwrap_or_default();
            going.extend(stages.into_iter().filter(|stage| !stage["goes_to"].is_null()));
        }
        assert_eq!(going.len(), 1, "{going:?}");
        assert!(going[0]["id"] == of.stages[0].id.as_str(), "{going:?}");
        assert!(going[0]["goes_to"] == of.stages[1].id.as_str(), "{going:?}");
        Ok(())
    })
    .await;
}
