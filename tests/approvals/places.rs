//! Who takes whose place among proposals, and what is told of how the two differ.

use anyhow::Context as _;
use app::approvals::{self, ApprovalState, Part};
use app::plugins::Words;
use domain::{ApprovalId, ConnectionId};
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use oxpi_tests::proposals::{call, proposal, propose, workspace};
use oxpi_tests::site::Site;
use runtime::approval::ExactSlot;
use runtime::{CallContext, Grant, Services};
use store::connections::ConnectionChange;

use super::changes::{ask, differing, is_conflict, page, state, text};
use super::{each, proposed, sample};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_the_place_of_anothers_proposal() {
    each(async |house| {
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let id: ApprovalId = propose(&house.app, &ours, "ours").await?.parse()?;
        let stranger = house.another_business().await?;
        let theirs = call(&stranger.tenant, &house.plugin, Grant::nothing());
        let (_, other) = sample(&house).await?;
        let workspace = workspace(&house.app);
        let replacing = |ctx: &CallContext, key: &str, id: &str| {
            let mut anew = proposal(&house.app, ctx, key);
            anew.replaces = Some(id.to_owned());
            anew
        };
        for ctx in [&theirs, &other] {
            let anew = replacing(ctx, "anew", id.as_str());
            let refused = workspace.approval_propose(ctx, anew).await;
            assert_eq!(refused.unwrap_err().code, "not-found");
            let why = Words::Text("no".to_owned());
            let refused = workspace.approval_decline_change(ctx, id.as_str(), why).await;
            assert_eq!(refused.unwrap_err().code, "not-found");
        }
        let none = workspace.approval_propose(&ours, replacing(&ours, "none", "no id")).await;
        assert_eq!(none.unwrap_err().code, "not-found");
        let itself = workspace.approval_propose(&ours, replacing(&ours, "ours", id.as_str())).await;
        assert_eq!(itself.unwrap_err().code, "conflict", "under its own key it is no other");
        assert_eq!(state(&house, &id).await, ApprovalState::Waiting);

        // Its own may, also where nobody asked; twice with one key is once.
        let anew = replacing(&ours, "anew", id.as_str());
        let first = workspace.approval_propose(&ours, anew.clone()).await?;
        assert_eq!(workspace.approval_propose(&ours, anew).await?, first);
        assert_eq!(state(&house, &id).await, ApprovalState::Replaced);
        let late = approvals::approve(&house.app, &house.owner, &id).await;
        assert!(is_conflict(late, "error-approval-replaced"), "nobody asked for a change");
        let again = workspace.approval_propose(&ours, replacing(&ours, "more", id.as_str())).await;
        assert_eq!(again.unwrap_err().code, "conflict");
        let left = approvals::list_approvals(&house.app, &house.owner, None, 10).await?;
        assert_eq!(left.waiting.len(), 1, "what was refused is not there");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_is_not_lost_behind_a_proposal_that_nobody_saw() {
    each(async |house| {
        let sample = sample(&house).await?;
        let old = proposed(&house, &sample, "bakery").await?;
        ask(&house, &old, "Cheap bread").await?;
        let workspace = workspace(&house.app);
        let mut other = proposal(&house.app, &sample.1, "Dear bread");
        other.change = Some(serde_json::json!({"fields": [
            {"name": "text", "label": "Text", "kind": "long", "value": "Dear bread"},
        ]}));
        let mut last = old.to_string();
        for title in ["Dear bread", "Dear bread!", "Dear bread!!"] {
            let mut anew = other.clone();
            (anew.title, anew.idempotency_key) = (Words::Text(title.to_owned()), title.to_owned());
            anew.replaces = Some(last);
            last = workspace.approval_propose(&sample.1, anew).await?;
        }
        let seen = page(&house, &last.parse()?).await?.replaces.context("it replaces nothing")?;
        assert_eq!(seen.id, old);
        let field = differing(&seen, Part::Field, "Text").context("no difference")?;
        assert_eq!((&field.before, &field.after), (&text("Fresh bread"), &text("Dear bread")));
        assert_eq!(field.asked, Some(text("Cheap bread")));
        assert!(!seen.is_cut);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_without_being_told_is_owned_up_to() {
    each(async |house| {
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let workspace = workspace(&house.app);
        let anew = |key: &str, before: &ApprovalId| {
            let mut anew = proposal(&house.app, &ours, "post");
            anew.idempotency_key = key.to_owned();
            anew.replaces = Some(before.to_string());
            anew
        };
        let first: ApprovalId = propose(&house.app, &ours, "post").await?.parse()?;
        let same: ApprovalId =
            workspace.approval_propose(&ours, anew("same", &first)).await?.parse()?;
        let seen = page(&house, &same).await?.replaces.context("it replaces nothing")?;
        assert!(seen.differences.is_empty() && !seen.is_cut, "it is the same");

        // Its route reaches elsewhere; nothing on the page has that.
        let mut other = anew("route", &same);
        other.request.route_ask.push('/');
        other.digest = other.request.digest(&ours.tenant, &ours.plugin);
        let other: ApprovalId = workspace.approval_propose(&ours, other).await?.parse()?;
        let seen = page(&house, &other).await?.replaces.context("it replaces nothing")?;
        assert!(seen.differences.is_empty() && seen.is_cut, "it isn't the same");

        // A secret goes along that didn't before.
        let mut beside = anew("beside", &other);
        let (id, ask) = ("acme".to_owned(), "slot:secret acme".to_owned());
        beside.request.slots = vec![ExactSlot { id, ask }];
        beside.request.body = b"{\"text\":\"sell\"}".to_vec();
        beside.digest = beside.request.digest(&ours.tenant, &ours.plugin);
        let beside: ApprovalId = workspace.approval_propose(&ours, beside).await?.parse()?;
        let shown = page(&house, &beside).await?;
        assert_eq!(shown.slots, [("acme".to_owned(), "secret acme".to_owned())]);
        let seen = shown.replaces.context("it replaces nothing")?;
        let secret = differing(&seen, Part::Header, "acme").context("the secret is not told")?;
        assert_eq!(secret.after, text("secret acme"));
        assert_eq!((seen.differences.len(), seen.is_cut), (2, false));

        // What counts hides behind what doesn't.
        let mut many = anew("many", &beside);
        let more: String = (0..70).map(|n| format!("&p{n}=1")).collect();
        many.request.url.push_str(&more);
        many.request.body = b"{\"text\":\"buy\"}".to_vec();
        many.digest = many.request.digest(&ours.tenant, &ours.plugin);
        let many: ApprovalId = workspace.approval_propose(&ours, many).await?.parse()?;
        let seen = page(&house, &many).await?.replaces.context("it replaces nothing")?;
        assert_eq!((seen.differences.len(), seen.is_cut), (60, true));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_may_propose_no_more_still_answers_what_is_to_be_changed() {
    each(async |house| {
        let sample = sample(&house).await?;
        let id = proposed(&house, &sample, "bakery").await?;
        approvals::approve(&house.app, &house.owner, &id).await?;
        let workspace = workspace(&house.app);
        let more = async |n: usize| {
            let more = proposal(&house.app, &sample.1, &format!("more {n}"));
            workspace.approval_propose(&sample.1, more).await
        };
        for n in 0..200 {
            more(n).await?;
        }
        assert_eq!(more(200).await.unwrap_err().code, "limited");
        ask(&house, &id, "Stale bread").await?;
        house.work().await?;
        assert_eq!(state(&house, &id).await, ApprovalState::Replaced);
        assert_eq!(more(200).await.unwrap_err().code, "limited");
        Ok(())
    })
    .await;
}

/// Says of an account that it is called otherwise, as its provider may.
async fn rename(house: &House, id: &ConnectionId, email: &str) -> anyhow::Result<()> {
    let (tenant, id) = (house.owner.tenant.clone(), id.clone());
    let (email, now) = (email.to_owned(), house.app.clock.now());
    let rename = move |c: &mut store::Conn| {
        let known = store::connections::get(c, &tenant, &id)?;
        let change = ConnectionChange {
            account_name: known.account_name,
            account_email: email,
            scopes: known.scopes,
            state: known.state,
            problem: known.problem,
            connected_by: known.connected_by,
            server: known.server,
            user_name: known.user_name,
        };
        store::connections::update(c, &tenant, &id, &change, known.rev, now)
    };
    house.app.db.write(rename).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_name_of_the_account_that_acts_goes_unseen() {
    each(async |house| {
        let connection = house.connect(DANA).await?;
        rename(&house, &connection, "da\u{ad}na@example.com").await?;
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let mut post = proposal(&house.app, &ours, "post");
        post.request.connection = Some(connection);
        post.digest = post.request.digest(&ours.tenant, &ours.plugin);
        let id: ApprovalId = workspace(&house.app).approval_propose(&ours, post).await?.parse()?;
        let account = page(&house, &id).await?.account;
        assert_eq!(account.as_deref(), Some("da\\u{ad}na@example.com"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_of_one_name_are_two() {
    each(async |house| {
        let accounts = [house.connect(DANA).await?, house.connect("noa@example.com").await?];
        for account in &accounts {
            rename(&house, account, "shop@example.com").await?;
        }
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let workspace = workspace(&house.app);
        let by = |account: &ConnectionId, key: &str| {
            let mut post = proposal(&house.app, &ours, "post");
            post.idempotency_key = key.to_owned();
            post.request.connection = Some(account.clone());
            post.digest = post.request.digest(&ours.tenant, &ours.plugin);
            post
        };
        let first = workspace.approval_propose(&ours, by(&accounts[0], "first")).await?;
        let mut other = by(&accounts[1], "other");
        other.replaces = Some(first);
        let other: ApprovalId = workspace.approval_propose(&ours, other).await?.parse()?;
        let seen = page(&house, &other).await?.replaces.context("it replaces nothing")?;
        let account = differing(&seen, Part::Account, "").context("another acts, untold")?;
        let shop = text("shop@example.com");
        assert_eq!((&account.before, &account.after), (&shop, &shop));
        assert_eq!((seen.differences.len(), seen.is_cut), (1, false));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_of_a_very_long_line_says_that_more_may_differ() {
    each(async |house| {
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let first: ApprovalId = propose(&house.app, &ours, "post").await?.parse()?;
        let (app, tenant, of) = (house.app.clone(), house.owner.tenant.clone(), first.clone());
        let line = house.app.db.write(move |c| {
            let row = store::approvals::get(c, &tenant, &of)?;
            let mut line = vec![of];
            for _ in 0..51 {
                let id = ApprovalId::new(&*app.clock, &*app.rng);
                let (once_key, replaces) = (id.to_string(), line.last().cloned());
                let next =
                    approvals::Approval { id: id.clone(), once_key, replaces, ..row.clone() };
                store::approvals::insert(c, &next)?;
                line.push(id);
            }
            Ok(line)
        });
        let line = line.await?;
        for (at, basis, is_cut) in [(1, 0, false), (50, 0, false), (51, 1, true)] {
            let seen = page(&house, &line[at]).await?.replaces.context("it replaces nothing")?;
            assert_eq!((&seen.id, seen.is_cut), (&line[basis], is_cut), "{at}");
            assert!(seen.differences.is_empty(), "{at}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_proposal_says_whose_secrets_go_along() -> anyhow::Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let ours = call(&owner.tenant, &site.house.plugin, Grant::nothing());
    let mut post = proposal(app, &ours, "post");
    let (id, ask) = ("acme-key".to_owned(), "slot:secret of acme".to_owned());
    post.request.slots = vec![ExactSlot { id, ask }];
    post.digest = post.request.digest(&ours.tenant, &ours.plugin);
    let id = workspace(app).approval_propose(&ours, post).await?;
    let shown = site.get(&format!("/approvals/{id}"), Some(&site.house.token)).await?;
    assert_eq!(shown.status, 200);
    for said in ["acme-key", "secret of acme"] {
        assert!(shown.body.contains(said), "{said}: {}", shown.body);
    }
    Ok(())
}
