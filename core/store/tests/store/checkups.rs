//! Tries of connections: the last one counts, each business has its own.

use serde_json::json;
use store::Db;
use store::checkups::{self, Checkup};

use crate::support::*;

store::both_backends! {
    async fn the_try_that_was_begun_last_counts(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let first = Checkup {
            tenant_id: of.clone(),
            subject: "acme/server".to_owned(),
            plugin_id: plugin(),
            steps_json: json!([]).into(),
            begun_at: START,
            ended_at: None,
        };
        db.write(move |c| {
            checkups::put(c, &first)?;
            let second = Checkup { begun_at: START.plus_secs(1), ..first.clone() };
            checkups::put(c, &second)?;
            let late = Checkup { ended_at: Some(START), ..first };
            assert!(!checkups::update(c, &late)?, "another was begun since");
            let ended = Checkup { ended_at: Some(START), steps_json: json!([1]).into(), ..second };
            assert!(checkups::update(c, &ended)?);
            assert_eq!(checkups::find(c, &of, "acme/server")?, Some(ended));
            assert_eq!(checkups::find(c, &other, "acme/server")?, None);
            checkups::delete(c, &other, "acme/server")?;
            assert!(checkups::find(c, &of, "acme/server")?.is_some());
            assert_eq!(checkups::delete_of_plugin(c, &other, &plugin())?, 0);
            assert_eq!(checkups::delete_of_plugin(c, &of, &plugin())?, 1);
            assert_eq!(checkups::find(c, &of, "acme/server")?, None);
            Ok(())
        }).await.unwrap();
    }
}
