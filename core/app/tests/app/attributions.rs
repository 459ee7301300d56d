//! Where people came from first.

use crate::support::people::{add, named};
use crate::support::{Fixture, each, expect_invalid};
use app::attributions::AttributionInput;
use app::people::{self, PersonInput};

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
