//! A proposal that people want otherwise: asked for, proposed anew by the sample plugin, compared, and
//! given back where nothing comes of it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use app::approvals::{
    self, ApprovalState, CHANGE_SECS, Changeable, Difference, Part, Replaced, Typed, VIEW_SECS,
};
use app::plugin_views::document::Value as Told;
use app::plugins::{self, Words};
use app::{Context, Error};
use domain::{ApprovalId, PluginId};
use oxpi_tests::House;
use oxpi_tests::proposals::{call, proposal, propose, workspace};
use oxpi_tests::site::Site;
use runtime::{CallContext, Grant, Plugin, Services};

use super::{count, each, kept, look_after, post, proposed, refusal, run, sample};

type Sample = (Plugin, CallContext);

/// Asks for another text.
pub(super) async fn ask(house: &House, id: &ApprovalId, text: &str) -> app::error::Result<()> {
    ask_as(house, &house.owner, id, text).await
}

async fn ask_as(
    house: &House,
    ctx: &Context,
    id: &ApprovalId,
    text: &str,
) -> app::error::Result<()> {
    let values = BTreeMap::from([("text".to_owned(), vec![text.to_owned()])]);
    let typed = Typed { values, is_whole: false };
    approvals::ask_change(&house.app, ctx, id, typed).await.map(|_| ())
}

pub(super) async fn page(house: &House, id: &ApprovalId) -> Result<approvals::ApprovalPage> {
    Ok(approvals::get_approval(&house.app, &house.owner, id).await?)
}

pub(super) async fn state(house: &House, id: &ApprovalId) -> ApprovalState {
    page(house, id).await.unwrap().card.state
}

async fn sent(house: &House, sample: &Sample, text: &str, id: &ApprovalId) -> Option<String> {
    let payload = post("bakery", text, Some(id.as_str()));
    match run(house, sample, "post", payload).await {
        Ok(_) => None,
        refused => refusal(refused).1,
    }
}

pub(super) fn differing<'a>(
    before: &'a Replaced,
    part: Part,
    name: &str,
) -> Option<&'a Difference> {
    before.differences.iter().find(|each| each.part == part && each.name == name)
}

pub(super) fn text(text: &str) -> Told {
    Told::Text(Words::Text(text.to_owned()))
}

pub(super) fn is_conflict(outcome: app::error::Result<()>, wanted: &str) -> bool {
    matches!(outcome, Err(Error::Conflict { key }) if key == wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_takes_the_approval_back_and_only_what_is_proposed_anew_is_sent() {
    each(async |house| {
        let sample = sample(&house).await?;
        let old = proposed(&house, &sample, "bakery").await?;
        let Some(Changeable::Here(fields)) = page(&house, &old).await?.change else {
            panic!("nothing can be changed");
        };
        assert_eq!(fields.len(), 2);
        assert_eq!(
            (&fields[1].label, fields[1].value.as_str()),
            (&Words::Text("Text".to_owned()), "Fresh bread",)
        );
        approvals::approve(&house.app, &house.owner, &old).await?;
        house.work().await?;
        ask(&house, &old, "Stale bread").await?;
        // At once, and before the plugin hears of it.
        assert_eq!(sent(&house, &sample, "Fresh bread", &old).await.as_deref(), Some("changing"));
        assert!(is_conflict(
            approvals::approve(&house.app, &house.owner, &old).await,
            "error-approval-changing",
        ));
        // The same again by the same person is asking once.
        ask(&house, &old, "Stale bread").await?;
        assert!(is_conflict(ask(&house, &old, "Other bread").await, "error-approval-changing"));
        house.work().await?;

        let before = page(&house, &old).await?;
        assert_eq!(before.card.state, ApprovalState::Replaced);
        let new = before.replaced_by.context("nothing took its place")?;
        assert_eq!(sent(&house, &sample, "Fresh bread", &old).await.as_deref(), Some("replaced"));
        assert_eq!(sent(&house, &sample, "Stale bread", &new).await.as_deref(), Some("waiting"));

        let after = page(&house, &new).await?;
        let replaces = after.replaces.context("it replaces nothing")?;
        assert_eq!((&replaces.id, replaces.title.as_str()), (&old, "Post on bakery"));
        let field = differing(&replaces, Part::Field, "Text").context("no difference")?;
        assert_eq!((&field.before, &field.after), (&text("Fresh bread"), &text("Stale bread")));
        assert_eq!(field.asked, None, "it is what was asked for");
        let content = differing(&replaces, Part::Content, "text").context("no difference")?;
        assert_eq!((&content.before, &content.after), (&text("Fresh bread"), &text("Stale bread")));
        assert!(differing(&replaces, Part::Field, "Page").is_none());
        assert!(differing(&replaces, Part::To, "").is_none());

        approvals::approve(&house.app, &house.owner, &new).await?;
        assert_eq!(sent(&house, &sample, "Fresh bread", &new).await.as_deref(), Some("changed"));
        assert_eq!(sent(&house, &sample, "Stale bread", &new).await, None);
        for (action, times) in [
            ("approval.proposed", 2),
            ("approval.approved", 2),
            ("approval.change-asked", 1),
            ("approval.replaced", 1),
            ("approval.change-failed", 0),
            ("approval.used", 1),
        ] {
            assert_eq!(count(&house, action).await?, times, "{action}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_plugin_proposes_something_else_than_was_asked_that_is_told() {
    each(async |house| {
        let sample = sample(&house).await?;
        let old = proposed(&house, &sample, "bakery").await?;
        ask(&house, &old, "What people want").await?;
        let mut other = proposal(&house.app, &sample.1, "What the plugin wants");
        other.replaces = Some(old.to_string());
        other.change = Some(serde_json::json!({"fields": [
            {"name": "text", "label": "Text", "kind": "long", "value": "What the plugin wants"},
        ]}));
        let new = workspace(&house.app).approval_propose(&sample.1, other).await?.parse()?;
        let replaces = page(&house, &new).await?.replaces.context("it replaces nothing")?;
        let field = differing(&replaces, Part::Field, "Text").context("no difference")?;
        assert_eq!(field.after, text("What the plugin wants"));
        assert_eq!(field.asked, Some(text("What people want")));
        let gone = differing(&replaces, Part::Field, "Page").context("a field that went")?;
        assert_eq!((&gone.before, &gone.after), (&text("bakery"), &Told::None));
        assert!(differing(&replaces, Part::To, "").is_some(), "it goes elsewhere");
        // The plugin hears of the ask too late: its answer comes to nothing.
        house.work().await?;
        assert_eq!(count(&house, "approval.replaced").await?, 1);
        assert_eq!(state(&house, &new).await, ApprovalState::Waiting);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_comes_of_it_the_old_one_waits_again_and_says_why() {
    each(async |house| {
        let sample = sample(&house).await?;
        let old = proposed(&house, &sample, "bakery").await?;
        approvals::approve(&house.app, &house.owner, &old).await?;
        let back = async |why: &str, word: Option<&str>| {
            let page = page(&house, &old).await.unwrap();
            assert_eq!(page.card.state, ApprovalState::Waiting, "{why}");
            let asked = page.asked.unwrap();
            assert_eq!((asked.came_back.as_deref(), asked.word.as_deref()), (Some(why), word));
            assert_eq!(asked.by, "Dana");
            let refused = sent(&house, &sample, "Fresh bread", &old).await;
            assert_eq!(refused.as_deref(), Some("waiting"), "it has to be approved again");
        };
        ask(&house, &old, "never").await?;
        house.work().await?;
        back("declined", Some("bakery takes no changes.")).await;
        ask(&house, &old, "nonsense").await?;
        house.work().await?;
        back("failed", None).await;

        ask(&house, &old, "silence").await?;
        house.work().await?;
        assert_eq!(state(&house, &old).await, ApprovalState::Changing);
        house.clock.advance_millis((CHANGE_SECS - 61) * 1_000);
        look_after(&house.app, 40, async || state(&house, &old).await != ApprovalState::Changing)
            .await;
        assert_eq!(state(&house, &old).await, ApprovalState::Changing);
        house.clock.advance_millis(122_000);
        look_after(&house.app, 400, async || state(&house, &old).await == ApprovalState::Waiting)
            .await;
        back("silent", None).await;

        let told = app::notifications::list_notifications(&house.app, &house.owner).await?;
        let waiting = |kind: &str, unread| kind == "approval-waiting" && unread;
        assert!(told.iter().any(|one| waiting(one.kind.as_str(), one.read_at.is_none())));
        assert_eq!(count(&house, "approval.change-declined").await?, 1);
        assert_eq!(count(&house, "approval.change-failed").await?, 2);
        ask(&house, &old, "Good bread").await?;
        house.work().await?;
        assert_eq!(state(&house, &old).await, ApprovalState::Replaced);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_act_at_the_same_moment_one_does_and_the_other_is_told() {
    each(async |house| {
        let sample = sample(&house).await?;
        for n in 0..4 {
            let id = proposed(&house, &sample, &format!("race-{n}")).await?;
            let (asked, rejected) = tokio::join!(
                ask(&house, &id, "Other bread"),
                approvals::reject(&house.app, &house.owner, &id, "no"),
            );
            rejected?;
            assert_eq!(state(&house, &id).await, ApprovalState::Rejected);
            assert!(asked.is_ok() || is_conflict(asked, "error-approval-over"));
        }
        let id = proposed(&house, &sample, "two").await?;
        let (one, two) = tokio::join!(ask(&house, &id, "One"), ask(&house, &id, "Two"));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert!(is_conflict(one.and(two), "error-approval-changing"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_changed_can_be_rejected_and_nothing_takes_its_place() {
    each(async |house| {
        let sample = sample(&house).await?;
        let id = proposed(&house, &sample, "bakery").await?;
        ask(&house, &id, "Stale bread").await?;
        approvals::reject(&house.app, &house.owner, &id, "Not at all").await?;
        let late = ask(&house, &id, "Stale bread").await;
        assert!(is_conflict(late, "error-approval-over"));
        house.work().await?;
        assert_eq!(kept(&house, &sample.1, "decided/bakery").await?.as_deref(), Some(&b"no"[..]));
        let mut anew = proposal(&house.app, &sample.1, "anew");
        anew.replaces = Some(id.to_string());
        let late = workspace(&house.app).approval_propose(&sample.1, anew).await;
        assert_eq!(late.unwrap_err().code, "conflict");
        assert_eq!(state(&house, &id).await, ApprovalState::Rejected);
        assert_eq!(count(&house, "approval.replaced").await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_changed_is_said_and_stays() {
    each(async |house| {
        let sample = sample(&house).await?;
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let plain: ApprovalId = propose(&house.app, &ours, "plain").await?.parse()?;
        assert!(page(&house, &plain).await?.change.is_none());
        assert!(is_conflict(ask(&house, &plain, "x").await, "error-approval-fixed"));

        let id = proposed(&house, &sample, "bakery").await?;
        let wrong = |outcome: app::error::Result<()>| match outcome {
            Err(Error::Invalid { field, key }) => format!("{field} {key}"),
            other => panic!("{other:?}"),
        };
        assert_eq!(wrong(ask(&house, &id, "").await), "fields/text error-required");
        assert_eq!(wrong(ask(&house, &id, "Fresh bread").await), "form error-approval-unchanged");
        let stranger = house.another_business().await?;
        assert!(matches!(ask_as(&house, &stranger, &id, "x").await, Err(Error::NotFound)));

        let plugin: PluginId = sample.1.plugin.clone();
        plugins::disable_plugin(&house.app, &house.owner, &plugin).await?;
        assert!(page(&house, &id).await?.change.is_none());
        assert!(is_conflict(ask(&house, &id, "x").await, "error-plugin-off"));
        let version = plugins::get_plugin(&house.app, &house.owner, &plugin).await?.card.version;
        plugins::enable_plugin(&house.app, &house.owner, &plugin, &version).await?;
        house.clock.advance_millis(3_600_000);
        assert!(page(&house, &id).await?.change.is_none());
        assert!(is_conflict(ask(&house, &id, "x").await, "error-approval-over"));
        assert_eq!(count(&house, "approval.change-asked").await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_was_off_is_not_asked_for_what_was_given_back() {
    each(async |house| {
        let sample = sample(&house).await?;
        let id = proposed(&house, &sample, "bakery").await?;
        ask(&house, &id, "Late bread").await?;
        let plugin: PluginId = sample.1.plugin.clone();
        plugins::disable_plugin(&house.app, &house.owner, &plugin).await?;
        house.work().await?;
        assert_eq!(state(&house, &id).await, ApprovalState::Changing);
        house.clock.advance_millis((CHANGE_SECS + 61) * 1_000);
        look_after(&house.app, 400, async || state(&house, &id).await == ApprovalState::Waiting)
            .await;
        assert_eq!(state(&house, &id).await, ApprovalState::Waiting);
        let version = plugins::get_plugin(&house.app, &house.owner, &plugin).await?.card.version;
        plugins::enable_plugin(&house.app, &house.owner, &plugin, &version).await?;
        house.clock.advance_millis(120_000);
        house.work().await?;
        assert_eq!(state(&house, &id).await, ApprovalState::Waiting);
        assert_eq!(count(&house, "approval.replaced").await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_late_while_it_is_changed_takes_no_other() {
    each(async |house| {
        let sample = sample(&house).await?;
        let id = proposed(&house, &sample, "bakery").await?;
        ask(&house, &id, "silence").await?;
        house.work().await?;
        house.clock.advance_millis(3_600_000);
        assert_eq!(state(&house, &id).await, ApprovalState::Expired);
        let mut anew = proposal(&house.app, &sample.1, "anew");
        anew.replaces = Some(id.to_string());
        let late = workspace(&house.app).approval_propose(&sample.1, anew).await;
        assert_eq!(late.unwrap_err().code, "conflict");
        app::retention::sweep(&house.app).await;
        assert_eq!(count(&house, "approval.expired").await?, 1);
        assert_eq!(count(&house, "approval.change-failed").await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_on_the_plugins_page_has_an_hour_and_is_told_which_it_is() {
    each(async |house| {
        let sample = sample(&house).await?;
        let mut there = proposal(&house.app, &sample.1, "there");
        there.change = Some(serde_json::json!({"to": {"view": "home", "params": {"post": "7"}}}));
        let workspace = workspace(&house.app);
        let id: ApprovalId = workspace.approval_propose(&sample.1, there).await?.parse()?;
        assert_eq!(page(&house, &id).await?.change, Some(Changeable::There));
        assert!(is_conflict(ask(&house, &id, "x").await, "error-approval-elsewhere"));
        let nothing = Typed { values: BTreeMap::new(), is_whole: true };
        let to = approvals::ask_change(&house.app, &house.owner, &id, nothing).await?;
        let to = to.context("it leads nowhere")?;
        assert_eq!((&to.plugin, to.view.as_str()), (&sample.1.plugin, "home"));
        assert_eq!(to.params.get("post").map(String::as_str), Some("7"));
        assert_eq!(to.params.get("approval").map(String::as_str), Some(id.as_str()));
        // Whoever left that page finds the way back; asking again is asking once.
        assert_eq!(page(&house, &id).await?.change, Some(Changeable::There));
        let nothing = Typed { values: BTreeMap::new(), is_whole: true };
        let again = approvals::ask_change(&house.app, &house.owner, &id, nothing).await?;
        assert_eq!(again.as_ref(), Some(&to));
        assert_eq!(count(&house, "approval.change-asked").await?, 1);
        house.clock.advance_millis((CHANGE_SECS + 61) * 1_000);
        let is_changing = async || state(&house, &id).await == ApprovalState::Changing;
        look_after(&house.app, 20, async || !is_changing().await).await;
        assert!(is_changing().await, "people take their time");
        house.clock.advance_millis(VIEW_SECS * 1_000);
        look_after(&house.app, 400, async || !is_changing().await).await;
        assert_eq!(state(&house, &id).await, ApprovalState::Waiting);
        // Who was slower still is heard all the same.
        let mut anew = proposal(&house.app, &sample.1, "anew");
        anew.replaces = Some(id.to_string());
        workspace.approval_propose(&sample.1, anew).await?;
        assert_eq!(state(&house, &id).await, ApprovalState::Replaced);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_take_their_time_on_a_page_keep_no_other_waiting() {
    each(async |house| {
        let sample = sample(&house).await?;
        let mut there = proposal(&house.app, &sample.1, "there");
        there.change = Some(serde_json::json!({"to": {"view": "home"}}));
        let there = workspace(&house.app).approval_propose(&sample.1, there).await?.parse()?;
        let nothing = Typed { values: BTreeMap::new(), is_whole: true };
        approvals::ask_change(&house.app, &house.owner, &there, nothing).await?;
        let (app, tenant) = (house.app.clone(), house.owner.tenant.clone());
        let many = house.app.db.write(move |c| {
            let row = store::approvals::get(c, &tenant, &there)?;
            for _ in 0..500 {
                let id = ApprovalId::new(&*app.clock, &*app.rng);
                let once_key = id.to_string();
                store::approvals::insert(c, &approvals::Approval { id, once_key, ..row.clone() })?;
            }
            Ok(())
        });
        many.await?;
        house.clock.advance_millis(1_000);
        let id = proposed(&house, &sample, "bakery").await?;
        ask(&house, &id, "silence").await?;
        house.work().await?;
        house.clock.advance_millis((CHANGE_SECS + 61) * 1_000);
        look_after(&house.app, 400, async || state(&house, &id).await == ApprovalState::Waiting)
            .await;
        assert_eq!(state(&house, &id).await, ApprovalState::Waiting);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_the_fields_and_gives_back_what_does_not_fit() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let sample = sample(&site.house).await?;
    let id = proposed(&site.house, &sample, "bakery").await?;
    let (path, session) = (format!("/approvals/{id}"), site.house.token.clone());
    let shown = site.get(&path, Some(&session)).await?;
    assert!(shown.body.contains("name=\"f.text\""), "{}", shown.body);
    let change = format!("{path}/change");
    let send = async |form: &str| site.send("POST", &change, Some(&session), Some(form)).await;
    let wrong = send("f.page=mill&f.text=").await?;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("value=\"mill\""), "what was typed stays");
    assert_eq!(send("f.page=bakery&f.text=Fresh+bread").await?.status, 422);
    let done = send("f.page=mill&f.text=Fresh+flour").await?;
    assert_eq!((done.status, done.header("location")), (303, Some(path.as_str())));
    let shown = site.get(&path, Some(&session)).await?;
    assert!(shown.body.contains("data-live=\"approvals\"") && !shown.body.contains("f.text"));
    assert!(
        shown.body.contains("/reject") && !shown.body.contains("/approve\""),
        "no is always safe"
    );
    site.house.work().await?;
    let shown = site.get(&path, Some(&session)).await?;
    let new = page(&site.house, &id).await?.replaced_by.context("nothing took its place")?;
    assert!(shown.body.contains(&format!("href=\"/approvals/{new}\"")));
    let shown = site.get(&format!("/approvals/{new}"), Some(&session)).await?;
    for told in [path.as_str(), "Fresh bread", "Fresh flour"] {
        assert!(shown.body.contains(told), "{told}");
    }
    Ok(())
}
