//! What other programs are told of a proposal, and what they are not.

use app::approvals::{self, Typed};
use app::endpoints::{self, EndpointInput};
use oxpi_tests::House;
use oxpi_tests::proposals::workspace;
use runtime::{Services as _, Words};
use serde_json::{Value, json};

use super::{each, post, proposed, run, sample};

/// What waits to be told of something of this id, by the kind.
async fn told(house: &House, id: &str) -> anyhow::Result<Vec<(String, Value)>> {
    let waiting = house.app.db.write(|c| store::outbox::list_undispatched(c, 100)).await?;
    let about = waiting.into_iter().filter(|effect| effect.subject_id == id);
    let messages = about.filter_map(|effect| {
        let payload = effect.payload_json.0;
        Some((payload["kind"].as_str()?.to_owned(), payload["data"].clone()))
    });
    let mut all: Vec<_> = messages.collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_what_became_of_a_proposal_and_not_what_it_says() {
    each(async |house| {
        let sample = sample(&house).await?;
        let (app, owner) = (&house.app, &house.owner);
        let input = EndpointInput {
            url: "https://hooks.example/in".to_owned(),
            all: true,
            ..EndpointInput::default()
        };
        let proven = app::Context { is_recent: true, ..owner.clone() };
        endpoints::add_endpoint(app, &proven, input, "").await?;

        let sent = proposed(&house, &sample, "bakery").await?;
        approvals::approve(app, &proven, &sent).await?;
        let right = post("bakery", "Fresh bread", Some(sent.as_str()));
        let answer = run(&house, &sample, "post", right).await?;
        let all = told(&house, sent.as_str()).await?;
        let kinds: Vec<&str> = all.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["approval.approved", "approval.proposed", "approval.sent"]);
        assert_eq!(all[2].1["answer_status"], answer["status"]);
        let states: Vec<_> = all.iter().map(|(_, data)| data["state"].as_str()).collect();
        assert_eq!(states, [Some("approved"), Some("waiting"), Some("sent")]);
        for (_, data) in &all {
            let said = data.to_string();
            assert!(!said.contains("bakery") && !said.contains("bread"), "{said}");
        }

        let other = proposed(&house, &sample, "market").await?;
        let text = [("text".to_owned(), vec!["Stale bread".to_owned()])];
        let typed = Typed { values: text.into(), is_whole: false };
        approvals::ask_change(app, &proven, &other, typed).await?;
        let kinds: Vec<String> =
            told(&house, other.as_str()).await?.into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["approval.change_asked", "approval.proposed"]);

        let refused = proposed(&house, &sample, "fair").await?;
        approvals::reject(app, &proven, &refused, "Not of Dana").await?;
        let all = told(&house, refused.as_str()).await?;
        let last = all.last().map(|(kind, data)| (kind.as_str(), data["state"].as_str()));
        assert_eq!(last, Some(("approval.rejected", Some("rejected"))));
        assert!(all.iter().all(|(_, data)| !data.to_string().contains("Dana")), "nor why");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_that_nothing_came_of_a_change_and_why() {
    each(async |house| {
        let sample = sample(&house).await?;
        let (app, owner) = (&house.app, &house.owner);
        let input = EndpointInput {
            url: "https://hooks.example/in".to_owned(),
            all: true,
            ..EndpointInput::default()
        };
        let proven = app::Context { is_recent: true, ..owner.clone() };
        endpoints::add_endpoint(app, &proven, input, "").await?;
        let id = proposed(&house, &sample, "bakery").await?;
        let text = [("text".to_owned(), vec!["Stale bread".to_owned()])];
        let typed = Typed { values: text.into(), is_whole: false };
        approvals::ask_change(app, &proven, &id, typed).await?;
        let word = Words::Text("Fresh alone is sold".to_owned());
        workspace(app).approval_decline_change(&sample.1, id.as_str(), word).await?;
        let all = told(&house, id.as_str()).await?;
        let kinds: Vec<&str> = all.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["approval.came_back", "approval.change_asked", "approval.proposed"]);
        let (_, back) = &all[0];
        assert_eq!((&back["came_back"], &back["state"]), (&json!("declined"), &json!("waiting")));
        for (_, data) in &all {
            let said = data.to_string();
            assert!(!said.contains("bread") && !said.contains("alone"), "{said}");
        }
        Ok(())
    })
    .await;
}
