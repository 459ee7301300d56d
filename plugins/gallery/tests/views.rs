//! Every view can be shown in both languages, forms are checked, and a crash loses nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use oxpi_testkit::{Host, Locale, ViewShown};
use serde_json::json;

const PAGES: [&str; 4] = ["", "forms", "boards", "charts"];

#[tokio::test]
async fn every_view_is_whole_in_both_languages() {
    for locale in [Locale::En, Locale::He] {
        let host = Host::builder().locale(locale).start().await;
        let mut kinds = Vec::new();
        for page in PAGES {
            let shown = host.view("overview", &json!({"params": {"page": page}})).await.unwrap();
            shown.assert_whole();
            kinds.extend(shown.kinds());
        }
        for view in ["today", "person", "appointment"] {
            let shown = host.view(view, &json!({"may_act": true})).await.unwrap();
            shown.assert_whole();
        }
        for kind in ViewShown::KINDS {
            assert!(kinds.contains(&kind), "{kind} is not shown");
        }
        host.finish();
    }
}

#[tokio::test]
async fn an_order_is_checked_and_then_kept() {
    let host = Host::start().await;
    let order =
        |name: &str, count: &str| json!({"fields": {"name": name, "count": count}, "key": "k"});
    let acted = host.act("overview", "order", &order("", "0")).await.unwrap();
    assert!(acted["errors"]["name"].is_object() && acted["errors"]["count"].is_object(), "{acted}");
    let acted = host.act("overview", "order", &order("Dana", "3")).await.unwrap();
    assert!(acted["view"].is_object() && acted.get("errors").is_none(), "{acted}");
    let shown = host.view("overview", &json!({"params": {"page": "forms"}})).await.unwrap();
    assert!(shown.says("Dana"), "the last order is not shown");
    host.finish();
}

#[tokio::test]
async fn a_task_that_is_finished_twice_is_finished_once() {
    let host = Host::start().await;
    let input = json!({"fields": {"task": "Water the squill"}, "key": "k"});
    host.act("today", "add-task", &input).await.unwrap();
    assert!(host.view("today", &json!({})).await.unwrap().says("Water the squill"));
    host.act("today", "finish-task", &input).await.unwrap();
    assert!(host.act("today", "finish-task", &input).await.is_err());
    assert!(!host.view("today", &json!({})).await.unwrap().says("Water the squill"));
    host.finish();
}

#[tokio::test]
async fn an_action_that_fails_changes_nothing() {
    let host = Host::start().await;
    let before = host.view("today", &json!({})).await.unwrap();
    assert!(host.act("overview", "fail", &json!({})).await.is_err());
    assert!(host.act("overview", "unheard-of", &json!({})).await.is_err());
    let after = host.view("today", &json!({})).await.unwrap();
    assert_eq!(before.kinds(), after.kinds());
    host.finish();
}
