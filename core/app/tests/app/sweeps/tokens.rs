//! Acts over all that match which a program began: they go on as long as its token is good.

use super::{
    begin, count_of, crowd, done, everybody, go_on, input, owned, partly, sweep, told, undo_of,
};
use crate::support::{Fixture, Signed, each, origin};
use app::api_tokens::{self, TokenInput};
use app::notifications::Kind;
use app::people::PersonFilter;
use app::sweeps::{self, State};
use app::{Context, jobs, members, undos};
use domain::{ApiScope, ApiTokenId, Role, SweepId};

fn proven(who: &Signed) -> Context {
    Context { is_recent: true, ..who.ctx.clone() }
}

/// What a new token of somebody's opens, and which it is.
async fn program(f: &Fixture, who: &Signed, last_day: &str) -> (Context, ApiTokenId) {
    let scopes = [ApiScope::PeopleRead, ApiScope::PeopleWrite];
    let input = TokenInput {
        name: "Shop".into(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        last_day: last_day.into(),
    };
    let made = api_tokens::create_token(&f.app, &proven(who), input).await.unwrap();
    let opened = api_tokens::open_token(&f.app, &made.token, &origin()).await.unwrap();
    (opened.context, made.id)
}

/// Begins to give everybody to a member.
async fn give(f: &Fixture, by: &Context, to: &Signed) -> SweepId {
    let act = input("owner", to.ctx.member.as_str());
    sweeps::begin_sweep(&f.app, by, everybody(), act, "").await.unwrap()
}

/// How it ended, and why.
async fn ended(f: &Fixture, who: &Signed, id: &SweepId) -> (State, String) {
    let it = sweep(f, who, id).await;
    (it.state, it.problem)
}

fn stopped() -> (State, String) {
    (State::Failed, "error-sweeps-token-ended".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_stops_where_the_token_that_began_it_is_revoked() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 1_500).await;
        let (shop, token) = program(&f, &owner, "").await;
        let id = give(&f, &shop, &owner).await;
        partly(&f, &owner, &id).await;
        api_tokens::revoke_token(&f.app, &owner.ctx, &token).await.unwrap();
        go_on(&f).await;
        assert_eq!(ended(&f, &owner, &id).await, stopped());
        let changed = sweep(&f, &owner, &id).await.changed;
        assert!(changed > 0 && changed < 1_500, "{changed}");
        assert_eq!(count_of(&f, &owner, owned(&owner)).await, changed);
        assert_eq!(told(&f, &owner).await, [(Kind::SweepFailed, format!("/sweeps/{id}"))]);
        let chain = f.chain(&owner.ctx.tenant).await;
        let last = chain.last().unwrap();
        assert_eq!(last.action, "sweep.failed");
        assert_eq!(last.detail_json.0["problem"], "error-sweeps-token-ended");
        let mut by_it = chain.iter().filter(|entry| entry.action == "person.changed");
        assert!(by_it.all(|entry| entry.detail_json.0["token"]["name"] == "Shop"), "as one by one");
        // Whoever made the token has what it changed back.
        undos::undo(&f.app, &owner.ctx, &undo_of(&id)).await.unwrap();
        go_on(&f).await;
        assert_eq!(sweep(&f, &owner, &id).await.state, State::Undone);
        assert_eq!(count_of(&f, &owner, owned(&owner)).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_stops_where_its_token_expires_or_its_maker_may_less() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 10).await;
        let noa = f.join(&owner, "noa@example.com", Role::Admin).await;
        let gal = f.join(&owner, "gal@example.com", Role::Admin).await;
        let (hers, _) = program(&f, &noa, "").await;
        let (his, _) = program(&f, &gal, "").await;
        let by_noa = give(&f, &hers, &owner).await;
        let by_gal = give(&f, &his, &owner).await;
        // She may change people still; but what the token may do was ticked by an admin.
        members::change_role(&f.app, &proven(&owner), &noa.ctx.member, "member").await.unwrap();
        members::remove_member(&f.app, &proven(&owner), &gal.ctx.member).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(ended(&f, &owner, &by_noa).await, stopped());
        let left = (State::Failed, "error-sweeps-not-allowed".to_owned());
        assert_eq!(ended(&f, &owner, &by_gal).await, left);
        assert_eq!(count_of(&f, &owner, owned(&owner)).await, 0);

        // 1 March is today.
        let (shop, _) = program(&f, &owner, "2026-03-01").await;
        let in_time = give(&f, &shop, &owner).await;
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(ended(&f, &owner, &in_time).await, (State::Done, String::new()));
        let late = give(&f, &shop, &owner).await;
        let own = begin(&f, &owner, "remove", "").await;
        f.clock.advance_millis(24 * 3_600_000);
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(ended(&f, &owner, &late).await, stopped());
        assert!(sweep(&f, &owner, &late).await.changed == 0);
        assert_eq!(sweep(&f, &owner, &own).await.state, State::Done, "what they began themselves");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_too_stops_with_the_token_that_it_was_asked_with() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 10).await;
        let id = begin(&f, &owner, "remove", "").await;
        jobs::run_due(&f.app).await.unwrap();
        let (shop, token) = program(&f, &owner, "").await;
        undos::undo(&f.app, &shop, &undo_of(&id)).await.unwrap();
        api_tokens::revoke_token(&f.app, &owner.ctx, &token).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(ended(&f, &owner, &id).await, stopped());
        assert_eq!(count_of(&f, &owner, PersonFilter::default()).await, 0);
        assert_eq!(done(&f, &owner).await.len(), 1, "it can be taken back still");
        // By themselves, no token is asked for any more.
        undos::undo(&f.app, &owner.ctx, &undo_of(&id)).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(sweep(&f, &owner, &id).await.state, State::Undone);
        assert_eq!(count_of(&f, &owner, PersonFilter::default()).await, 10);
    })
    .await;
}
