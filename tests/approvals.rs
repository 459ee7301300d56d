//! What a plugin proposes, from the plugin to a person and to the door: the real rooms, the sample
//! plugin, and a server that counts what arrives.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::path::Path;

use anyhow::{Context as _, Result};
use app::approvals::{self, ApprovalState};
use app::{Error, audit, plugins};
use domain::{ApprovalId, PluginId};
use oxpi_tests::House;
use oxpi_tests::proposals::{call, propose, workspace};
use runtime::approval::ApprovalUse;
use runtime::manifest::Effect;
use runtime::{CallContext, CallError, Grant, Plugin, Problem, Services};
use serde_json::{Value, json};

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        test(house).await.unwrap();
    }
}

/// The sample plugin, on.
async fn sample(house: &House) -> Result<(Plugin, CallContext)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/testkit/sample");
    let package = tokio::task::spawn_blocking(move || oxpi_testkit::package_of(&folder)).await??;
    let dir = package.parent().context("the package's folder has no parent")?;
    plugins::load_packages(&house.app, &[dir]).await;
    let id: PluginId = "testkit-sample".parse()?;
    let version = plugins::get_plugin(&house.app, &house.owner, &id).await?.card.version;
    plugins::enable_plugin(&house.app, &house.owner, &id, &version).await?;
    let plugin = plugins::find_loaded(&house.app, &id)?;
    let grant = Grant::everything(plugin.manifest());
    Ok((plugin, call(&house.owner.tenant, &id, grant)))
}

async fn run(
    house: &House,
    (plugin, ctx): &(Plugin, CallContext),
    handler: &str,
    payload: Value,
) -> Result<Value, CallError> {
    let answer = house.app.engine.run_job(plugin, ctx.clone(), handler, &payload, 1).await;
    answer.map(Option::unwrap_or_default)
}

fn refusal(outcome: Result<Value, CallError>) -> (String, Option<String>) {
    match outcome {
        Err(CallError::Problem(problem)) => (problem.code, problem.detail),
        other => panic!("not refused: {other:?}"),
    }
}

fn post(page: &str, text: &str, approval: Option<&str>) -> Value {
    json!({"page": page, "text": text, "approval": approval})
}

async fn proposed(house: &House, sample: &(Plugin, CallContext), page: &str) -> Result<ApprovalId> {
    let said = run(house, sample, "propose", post(page, "Fresh bread", None)).await?;
    Ok(said["id"].as_str().context("no id")?.parse()?)
}

/// How often something was done in the owner's business.
async fn count(house: &House, action: &str) -> Result<usize> {
    let tenant = house.owner.tenant.clone();
    let chain = house.app.db.read(move |c| store::audit::list_chain(c, &tenant, 0, 10_000)).await?;
    let report = audit::verify::verify(&house.app.db, &house.app.vault, Vec::new()).await?;
    assert!(report.is_whole());
    Ok(chain.iter().filter(|entry| entry.action == action).count())
}

async fn kept(house: &House, ctx: &CallContext, key: &str) -> Result<Option<Vec<u8>>> {
    Ok(workspace(&house.app).kv_get(ctx, key).await?.map(|(value, _)| value))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_seen_approved_told_and_sent_once() {
    each(async |house| {
        let sample = sample(&house).await?;
        let id = proposed(&house, &sample, "bakery").await?;
        let page = approvals::get_approval(&house.app, &house.owner, &id).await?;
        assert_eq!(page.card.title, "Post on bakery");
        assert_eq!(
            (page.card.effect.as_str(), page.card.host.as_str()),
            ("publish", "api.example.com")
        );
        assert_eq!(page.url, "https://api.example.com/v1/posts/bakery");
        assert_eq!(
            page.body,
            approvals::Shown::Json("{\n  \"text\": \"Fresh bread\"\n}".to_owned())
        );
        let none = refusal(run(&house, &sample, "post", post("bakery", "Fresh bread", None)).await);
        assert_eq!(none, ("not-approved".to_owned(), Some("none".to_owned())));

        approvals::approve(&house.app, &house.owner, &id).await?;
        approvals::approve(&house.app, &house.owner, &id).await?;
        house.work().await?;
        assert_eq!(kept(&house, &sample.1, "decided/bakery").await?.as_deref(), Some(&b"yes"[..]));

        let changed = post("bakery", "Stale bread", Some(id.as_str()));
        let changed = refusal(run(&house, &sample, "post", changed).await);
        assert_eq!(changed.1.as_deref(), Some("changed"));
        let right = post("bakery", "Fresh bread", Some(id.as_str()));
        let sent = run(&house, &sample, "post", right.clone()).await?;
        assert!(sent["status"].is_u64(), "the provider answered: {sent}");
        let again = refusal(run(&house, &sample, "post", right).await);
        assert_eq!(again.1.as_deref(), Some("used"));

        let page = approvals::get_approval(&house.app, &house.owner, &id).await?;
        assert!(page.card.state == ApprovalState::Used && page.used_at.is_some());
        assert_eq!(page.decided_by.as_deref(), Some("Dana"));
        for (action, times) in [
            ("approval.proposed", 1),
            ("approval.approved", 1),
            ("approval.used", 1),
            ("approval.refused", 3),
        ] {
            assert_eq!(count(&house, action).await?, times, "{action}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_that_try_at_once_one_is_sent() {
    each(async |house| {
        let sample = sample(&house).await?;
        let id = proposed(&house, &sample, "race").await?;
        approvals::approve(&house.app, &house.owner, &id).await?;
        let tries = (0..50).map(|_| {
            let payload = post("race", "Fresh bread", Some(id.as_str()));
            run(&house, &sample, "post", payload)
        });
        let done = futures_util::future::join_all(tries).await;
        let sent = done.iter().filter(|outcome| outcome.is_ok()).count();
        let refused = done.iter().filter(|outcome| {
            matches!(outcome, Err(CallError::Problem(Problem { detail: Some(d), .. })) if d == "used")
        });
        assert_eq!(sent, 1, "{done:?}");
        assert!(refused.count() > 10, "most of the fifty came as far as the door: {done:?}");
        assert_eq!(count(&house, "approval.used").await?, 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rejected_or_too_late_is_not_sent_and_the_plugin_hears_of_it() {
    each(async |house| {
        let sample = sample(&house).await?;
        let no = proposed(&house, &sample, "no").await?;
        approvals::reject(&house.app, &house.owner, &no, " not today ").await?;
        let late = proposed(&house, &sample, "late").await?;
        let unseen = proposed(&house, &sample, "unseen").await?;
        approvals::approve(&house.app, &house.owner, &late).await?;
        house.work().await?;
        assert_eq!(kept(&house, &sample.1, "decided/no").await?.as_deref(), Some(&b"no"[..]));
        let sent = async |page: &str, id: &ApprovalId| {
            let payload = post(page, "Fresh bread", Some(id.as_str()));
            refusal(run(&house, &sample, "post", payload).await).1
        };
        assert_eq!(sent("no", &no).await.as_deref(), Some("rejected"));
        house.clock.advance_millis(3_600_000);
        assert_eq!(sent("late", &late).await.as_deref(), Some("expired"));
        let over = approvals::approve(&house.app, &house.owner, &unseen).await;
        assert!(matches!(over, Err(Error::Conflict { key: "error-approval-over" })));
        app::retention::sweep(&house.app).await;
        house.work().await?;
        assert_eq!(kept(&house, &sample.1, "decided/unseen").await?.as_deref(), Some(&b"no"[..]));
        assert_eq!(count(&house, "approval.expired").await?, 2);
        assert_eq!(count(&house, "approval.rejected").await?, 1);
        Ok(())
    })
    .await;
}

/// What the door says to this call about this approval, whose request is otherwise the right one.
async fn at_the_door(
    house: &House,
    ctx: &CallContext,
    row: &approvals::Approval,
    id: &str,
) -> Option<String> {
    let wanted = ApprovalUse {
        id: Some(id),
        effect: Effect::Publish,
        route: &row.route,
        host: "api.example.com",
        digest: row.digest.clone().try_into().unwrap(),
    };
    let outcome = workspace(&house.app).approval_use(ctx, wanted).await;
    outcome.err().and_then(|problem| problem.detail)
}

async fn row(house: &House, id: &str) -> Result<approvals::Approval> {
    let (tenant, id) = (house.owner.tenant.clone(), id.parse()?);
    Ok(house.app.db.read(move |c| store::approvals::get(c, &tenant, &id)).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn handles_of_another_business_or_plugin_are_as_good_as_none() {
    each(async |house| {
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let id = propose(&house.app, &ours, "ours").await?;
        let stranger = house.another_business().await?;
        approvals::approve(&house.app, &house.owner, &id.parse()?).await?;
        let row = row(&house, &id).await?;
        let theirs = call(&stranger.tenant, &house.plugin, Grant::nothing());
        let (_, other) = sample(&house).await?;
        let workspace = workspace(&house.app);
        let nobodys = "01900000-0000-7000-8000-000000000000";
        for ctx in [&theirs, &other] {
            assert_eq!(at_the_door(&house, ctx, &row, &id).await.as_deref(), Some("unknown"));
            let (guessed, random) = (
                workspace.approval_state(ctx, &id).await,
                workspace.approval_state(ctx, nobodys).await,
            );
            assert_eq!(guessed, random);
            assert_eq!(guessed.unwrap_err().code, "not-found");
            let back = workspace.approval_withdraw(ctx, &id).await;
            assert_eq!(back.unwrap_err().code, "not-found");
        }
        let seen = approvals::get_approval(&house.app, &stranger, &id.parse()?).await;
        assert!(matches!(seen, Err(Error::NotFound)));
        let decided = approvals::reject(&house.app, &stranger, &id.parse()?, "").await;
        assert!(matches!(decided, Err(Error::NotFound)));
        assert_eq!(at_the_door(&house, &ours, &row, "no id").await.as_deref(), Some("unknown"));
        assert_eq!(
            at_the_door(&house, &ours, &row, &id).await,
            None,
            "it is still good for its own"
        );
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_of_another_business_can_not_be_proposed_with() {
    each(async |house| {
        let connection = house.connect(oxpi_tests::house::DANA).await?;
        let stranger = house.another_business().await?;
        let ctx = call(&stranger.tenant, &house.plugin, Grant::nothing());
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let workspace = workspace(&house.app);
        let known = |list: Vec<runtime::ConnectionInfo>| list.iter().any(|c| c.id == connection);
        assert!(known(workspace.connections(&ours).await?));
        assert!(!known(workspace.connections(&ctx).await?));
        let plugin = plugins::find_loaded(&house.app, &house.plugin)?;
        let slot = plugin.manifest().slots.first().context("no slot")?;
        let token = workspace.credential(&ctx, slot, Some(&connection)).await;
        assert_eq!(token.err().map(|problem| problem.code).as_deref(), Some("not-found"));
        Ok(())
    })
    .await;
}
