//! What is told of acts that end otherwise than they began.

use serde_json::Value;

use super::world::{HOOKS, each};

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
