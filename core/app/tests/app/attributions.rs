//! Where people came from first.

use crate::support::people::{add, named};
use crate::support::{Fixture, each, expect_invalid};
use app::attributions::AttributionInput;
use app::people::merge::merge_people;
use app::people::{self, PersonFilter, PersonInput};
use app::{reports, timeline, undos};
use domain::PersonId;

#[tokio::test]
async fn where_somebody_came_from_first_is_said_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let first = AttributionInput {
            campaign: " spring ".into(),
            referrer: "https://search.example/".into(),
            ..AttributionInput::default()
        };
        let input = PersonInput { attribution: first.clone(), ..named("Noa") };
        let noa = add(&f, &owner, input).await;
        let again = AttributionInput { campaign: "autumn".into(), ..first.clone() };
        let input = PersonInput { attribution: again, source: "ads".into(), ..named("Noa") };
        people::update_person(&f.app, &owner.ctx, &noa.id, input, noa.rev).await.unwrap();
        let whole = people::get_whole_person(&f.app, &owner.ctx, &noa.id).await.unwrap();
        let kept = whole.attribution.unwrap();
        // The first word on the source is the first source, as if she had been added with it.
        assert_eq!((kept.source.as_str(), kept.campaign.as_str()), ("ads", "spring"));
        assert_eq!((kept.referrer, kept.at), (first.referrer.clone(), noa.created_at));
        let long = AttributionInput { medium: "x".repeat(201), ..first };
        let input = PersonInput { attribution: long, ..named("Dana") };
        let refused = people::create_person(&f.app, &owner.ctx, input, "").await;
        expect_invalid(refused, "attribution-medium");
    })
    .await;
}

#[tokio::test]
async fn of_two_who_become_one_the_earlier_first_touch_stays_and_both_come_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let from = |campaign: &str| PersonInput {
            attribution: AttributionInput {
                campaign: campaign.into(),
                ..AttributionInput::default()
            },
            ..named("Noa")
        };
        let first = add(&f, &owner, from("spring")).await;
        f.clock.advance_millis(1_000);
        let second = add(&f, &owner, from("autumn")).await;
        let touch = async |id: &PersonId| {
            let whole = people::get_whole_person(app, ctx, id).await.unwrap();
            whole.attribution.map(|it| (it.campaign, it.at))
        };
        let spring = Some(("spring".to_owned(), first.created_at));
        let autumn = Some(("autumn".to_owned(), second.created_at));
        for (kept, gone) in [(&first, &second), (&second, &first)] {
            let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
            assert_eq!(touch(&kept.id).await, spring, "whoever stays, they were first seen then");
            undos::undo(app, ctx, &undo).await.unwrap();
            assert_eq!(
                (touch(&first.id).await, touch(&second.id).await),
                (spring.clone(), autumn.clone())
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_first_source_that_was_entered_wrong_is_corrected_and_told() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let noa = add(&f, &owner, PersonInput { source: "Gogle".into(), ..named("Noa") }).await;
        let change = async |source: &str, first: Option<&str>| {
            let rev = people::get_person(app, ctx, &noa.id).await.unwrap().rev;
            let first_source = first.map(str::to_owned);
            let input = PersonInput { source: source.into(), first_source, ..named("Noa") };
            people::update_person(app, ctx, &noa.id, input, rev).await.unwrap();
            let whole = people::get_whole_person(app, ctx, &noa.id).await.unwrap();
            whole.attribution.map(|first| first.source)
        };
        assert_eq!(change("Google", None).await.as_deref(), Some("Gogle"), "nobody said so");
        f.clock.advance_millis(1_000);
        assert_eq!(change("Google", Some(" Google ")).await.as_deref(), Some("Google"));
        let told = timeline::list_entries(app, ctx, &noa.id, None, 1).await.unwrap().items;
        let detail = &told[0].entry.detail_json.0;
        assert_eq!(detail["fields"], serde_json::json!(["first-source"]));
        let was = serde_json::json!({"from": "Gogle", "to": "Google"});
        assert_eq!(detail["changes"], serde_json::json!({"first-source": was}));
        assert_eq!(change("ads", None).await.as_deref(), Some("Google"));
        assert_eq!(change("ads", Some("")).await, None, "then it is what is said of her");
        let rev = people::get_person(app, ctx, &noa.id).await.unwrap().rev;
        let first_source = Some("x".repeat(61));
        let long = PersonInput { first_source, ..named("Noa") };
        let refused = people::update_person(app, ctx, &noa.id, long, rev).await;
        expect_invalid(refused, "attribution-source");
    })
    .await;
}

#[tokio::test]
async fn without_a_first_source_what_is_said_of_somebody_counts() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let spring = AttributionInput { campaign: "spring".into(), ..AttributionInput::default() };
        let mut ids = Vec::new();
        // Of one the campaign stays known.
        for (name, attribution) in [("Noa", AttributionInput::default()), ("Dana", spring)] {
            let input = PersonInput { source: "Gogle".into(), attribution, ..named(name) };
            ids.push(add(&f, &owner, input).await.id);
        }
        let say = async |source: &str, first: Option<&str>| {
            for id in &ids {
                let before = people::get_person(app, ctx, id).await.unwrap();
                let (source, first_source) = (source.to_owned(), first.map(str::to_owned));
                let input = PersonInput { source, first_source, ..named(&before.name) };
                people::update_person(app, ctx, id, input, before.rev).await.unwrap();
            }
        };
        // As a report tells it, and the lists that it leads to.
        let told = async || {
            let mut all = Vec::new();
            for each in reports::get_report(app, ctx, 3).await.unwrap().sources {
                let first_source = Some(each.source.clone());
                let came = PersonFilter { first_source, ..PersonFilter::default() };
                let count = people::count_people(app, ctx, came).await.unwrap();
                assert_eq!(count, each.added.people, "{}", each.source);
                all.push((each.source, count));
            }
            all
        };
        say("ads", None).await;
        assert_eq!(told().await, [("Gogle".to_owned(), 2)]);
        say("ads", Some("")).await;
        assert_eq!(told().await, [("ads".to_owned(), 2)], "their pages name no other");
        say("", None).await;
        assert_eq!(told().await, [(String::new(), 2)], "of whom neither is known");
    })
    .await;
}

#[tokio::test]
async fn who_gets_a_source_later_counts_as_if_added_with_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let noa = add(&f, &owner, named("Noa")).await;
        f.clock.advance_millis(60_000);
        let mut firsts = Vec::new();
        for source in ["fair", "ads"] {
            let rev = people::get_person(app, ctx, &noa.id).await.unwrap().rev;
            let input = PersonInput { source: source.into(), ..named("Noa") };
            people::update_person(app, ctx, &noa.id, input, rev).await.unwrap();
            let whole = people::get_whole_person(app, ctx, &noa.id).await.unwrap();
            firsts.extend(whole.attribution.map(|first| (first.source, first.at)));
        }
        let first = ("fair".to_owned(), noa.created_at);
        assert_eq!(firsts, [first.clone(), first]);
    })
    .await;
}

#[tokio::test]
async fn a_merge_that_brings_a_source_takes_it_back_with_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let first = AttributionInput { campaign: "spring".into(), ..AttributionInput::default() };
        let kept = add(&f, &owner, PersonInput { attribution: first, ..named("Kept") }).await;
        f.clock.advance_millis(1_000);
        let gone = add(&f, &owner, PersonInput { source: "fair".into(), ..named("Gone") }).await;
        let touch = async || {
            let whole = people::get_whole_person(app, ctx, &kept.id).await.unwrap();
            whole.attribution.map(|it| (it.source, it.campaign)).unwrap()
        };
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        assert_eq!(touch().await, ("fair".to_owned(), "spring".to_owned()));
        undos::undo(app, ctx, &undo).await.unwrap();
        assert_eq!(touch().await, (String::new(), "spring".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_first_source_that_was_corrected_since_a_merge_stays_when_it_is_taken_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let gone = add(&f, &owner, PersonInput { source: "Gogle".into(), ..named("Gone") }).await;
        f.clock.advance_millis(1_000);
        let kept = add(&f, &owner, PersonInput { source: "fair".into(), ..named("Kept") }).await;
        let first = async || {
            let whole = people::get_whole_person(app, ctx, &kept.id).await.unwrap();
            whole.attribution.unwrap().source
        };
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        assert_eq!(first().await, "Gogle");
        let rev = people::get_person(app, ctx, &kept.id).await.unwrap().rev;
        let first_source = Some("Google".to_owned());
        let input = PersonInput { source: "fair".into(), first_source, ..named("Kept") };
        people::update_person(app, ctx, &kept.id, input, rev).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        assert_eq!(first().await, "Google");
    })
    .await;
}
