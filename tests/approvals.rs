//! What a plugin proposes, from the plugin to a person and to the door: the real rooms, the sample
//! plugin, and a server that counts what arrives.

mod changes;
mod places;
mod told;

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::approvals::{self, ApprovalState};
use app::{App, Error, audit, plugins};
use async_trait::async_trait;
use domain::{ApprovalId, PluginId};
use oxpi_tests::House;
use oxpi_tests::house::to;
use oxpi_tests::proposals::{call, propose, workspace};
use runtime::approval::ApprovalUse;
use runtime::egress::Lookup;
use runtime::manifest::Effect;
use runtime::{CallContext, CallError, Egress, EgressConfig, Grant, Plugin, Problem, Services};
use serde_json::{Value, json};

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        test(house).await.unwrap();
    }
}

async fn load_sample(app: &App) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/testkit/sample");
    let package = tokio::task::spawn_blocking(move || oxpi_testkit::package_of(&folder)).await??;
    let dir = package.parent().context("the package's folder has no parent")?;
    plugins::load_packages(app, &[dir]).await;
    Ok(())
}

/// The sample plugin, on.
pub(crate) async fn sample(house: &House) -> Result<(Plugin, CallContext)> {
    load_sample(&house.app).await?;
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

pub(crate) async fn proposed(
    house: &House,
    sample: &(Plugin, CallContext),
    page: &str,
) -> Result<ApprovalId> {
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
        assert!(page.card.state == ApprovalState::Sent && page.used_at.is_some());
        assert_eq!(page.answer_status.map(u64::from), sent["status"].as_u64());
        assert_eq!(page.decided_by.as_deref(), Some("Dana"));
        for (action, times) in [
            ("approval.proposed", 1),
            ("approval.approved", 1),
            ("approval.used", 1),
            ("approval.sent", 1),
            ("approval.unknown", 0),
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

/// A provider that takes every request and says this, or nothing at all.
fn provider(says: Option<&'static str>) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let _head = stream.read(&mut [0; 4_096]);
            if let Some(says) = says {
                let _ = stream.write_all(says.as_bytes());
            } else {
                open.push(stream);
            }
        }
    });
    Ok(address)
}

/// Knows no name.
struct Nowhere;

#[async_trait]
impl Lookup for Nowhere {
    async fn addresses(&self, _host: &str) -> std::io::Result<Vec<IpAddr>> {
        Err(std::io::Error::other("no such host"))
    }
}

/// An approved post, sent by another process whose requests leave this way.
async fn sent_by(house: &House, page: &str, egress: Egress) -> Result<(ApprovalId, Sending)> {
    let here = sample(house).await?;
    let id = proposed(house, &here, page).await?;
    approvals::approve(&house.app, &house.owner, &id).await?;
    house.work().await?;
    // Another process makes other ids: its chance begins anew.
    house.clock.advance_millis(1_000);
    let app = house.another_way_out(egress)?;
    load_sample(&app).await?;
    let plugin = plugins::find_loaded(&app, &here.1.plugin)?;
    let mut ctx = here.1.clone();
    ctx.limits.wall_ms = 3_000;
    let payload = post(page, "Fresh bread", Some(id.as_str()));
    let sending = async move {
        let answer = app.engine.run_job(&plugin, ctx, "post", &payload, 1).await;
        answer.map(Option::unwrap_or_default)
    };
    Ok((id, Box::pin(sending)))
}

type Sending = std::pin::Pin<Box<dyn Future<Output = Result<Value, CallError>> + Send>>;

async fn told_of_unknown(house: &House) -> Result<usize> {
    let told = app::notifications::list_notifications(&house.app, &house.owner).await?;
    Ok(told.iter().filter(|one| one.kind.as_str() == "approval-unknown").count())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_provider_is_noted_with_its_status() {
    each(async |house| {
        let answers = [
            ("ok", 201, "HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}"),
            ("no", 422, "HTTP/1.1 422 No\r\ncontent-length: 2\r\n\r\n{}"),
            ("broken", 503, "HTTP/1.1 503 Later\r\ncontent-length: 2\r\n\r\n{}"),
        ];
        for (page, status, answer) in answers {
            let way = to(&provider(Some(answer))?)?;
            let (id, sending) = sent_by(&house, page, way).await?;
            assert_eq!(sending.await?["status"], status);
            let page = approvals::get_approval(&house.app, &house.owner, &id).await?;
            assert_eq!((page.card.state, page.answer_status), (ApprovalState::Sent, Some(status)));
        }
        assert_eq!(count(&house, "approval.sent").await?, 3);
        assert_eq!(told_of_unknown(&house).await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_it_is_unknown_and_people_and_plugin_are_told() {
    each(async |house| {
        let nowhere = EgressConfig { lookup: Some(Arc::new(Nowhere)), ..EgressConfig::default() };
        let closed = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let ways = [
            ("silent", "timeout", to(&provider(None)?)?),
            ("broken-off", "unavailable", to(&provider(Some(""))?)?),
            ("closed", "unavailable", to(&format!("http://{closed}"))?),
            ("nameless", "unavailable", Egress::new(nowhere)?),
        ];
        for (at, (page, code, way)) in ways.into_iter().enumerate() {
            let (id, sending) = sent_by(&house, page, way).await?;
            assert_eq!(refusal(sending.await).0, code, "{page}");
            let found = approvals::get_approval(&house.app, &house.owner, &id).await?;
            assert_eq!(found.card.state, ApprovalState::Unknown, "{page}");
            assert_eq!(found.answer_status, None);
            let sample = sample(&house).await?;
            let payload = post(page, "Fresh bread", Some(id.as_str()));
            let again = refusal(run(&house, &sample, "post", payload).await);
            assert_eq!(again.1.as_deref(), Some("used"), "{page}");
            house.work().await?;
            let decided = kept(&house, &sample.1, &format!("decided/{page}")).await?;
            assert_eq!(decided.as_deref(), Some(&b"unknown"[..]), "{page}");
            assert_eq!(told_of_unknown(&house).await?, at + 1);
        }
        assert_eq!(count(&house, "approval.unknown").await?, 4);
        Ok(())
    })
    .await;
}

/// Lets a worker look after what is due by itself, until it is so.
async fn look_after(app: &App, tries: u32, is_so: impl AsyncFn() -> bool) {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(app::jobs::run_worker(app.clone(), 2, stopped));
    for _ in 0..tries {
        if is_so().await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    stop.send(true).unwrap();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_killed_between_letting_out_and_hearing_becomes_unknown() {
    each(async |house| {
        let (id, sending) = sent_by(&house, "killed", to(&provider(None)?)?).await?;
        let sending = tokio::spawn(sending);
        let state = async || {
            let found = approvals::get_approval(&house.app, &house.owner, &id).await.unwrap();
            found.card.state
        };
        while state().await != ApprovalState::Used {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        sending.abort();
        assert!(sending.await.unwrap_err().is_cancelled());
        // Soon after it may still be on its way, in another process.
        house.clock.advance_millis((approvals::UNANSWERED_SECS - 61) * 1_000);
        look_after(&house.app, 40, async || state().await != ApprovalState::Used).await;
        assert_eq!(state().await, ApprovalState::Used);
        house.clock.advance_millis(120_000);
        look_after(&house.app, 400, async || state().await == ApprovalState::Unknown).await;
        assert_eq!(state().await, ApprovalState::Unknown);
        house.work().await?;
        let (_, ctx) = sample(&house).await?;
        let told = kept(&house, &ctx, "decided/killed").await?;
        assert_eq!(told.as_deref(), Some(&b"unknown"[..]));
        assert_eq!(told_of_unknown(&house).await?, 1);
        assert_eq!(count(&house, "approval.unknown").await?, 1);
        assert_eq!(count(&house, "approval.sent").await?, 0);
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
