//! Where people came from first.

use crate::support::people::{add, named};
use crate::support::{Fixture, each, expect_invalid};
use app::attributions::AttributionInput;
use app::people::merge::merge_people;
use app::people::{self, PersonInput};
use app::undos;
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
        assert_eq!((kept.source.as_str(), kept.campaign.as_str()), ("", "spring"));
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
