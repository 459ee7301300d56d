//! Keys that programs' requests bear: what becomes of one that was begun and never answered.

use crate::support::{Fixture, each};
use app::api_answers::{self, Answered, Begun, Keyed};
use app::api_tokens::{self, TokenInput};
use domain::ApiScope;

#[tokio::test]
async fn a_request_whose_process_died_can_be_tried_again_after_a_minute() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let input = TokenInput {
            name: "Shop".into(),
            scopes: ApiScope::ALL.iter().map(ToString::to_string).collect(),
            ..TokenInput::default()
        };
        let token = api_tokens::create_token(&f.app, &owner.ctx, input).await.unwrap();
        let keyed = |request: &str| Keyed {
            tenant: owner.ctx.tenant.clone(),
            token: token.id.clone(),
            key: "order-7".into(),
            request_hash: request.into(),
        };
        let begin =
            async |request: &str| api_answers::begin(&f.app, &keyed(request)).await.unwrap();
        assert_eq!(begin("order").await, Begun::New);
        // Its process is gone, and nobody can say so.
        f.clock.advance_millis(59_999);
        assert_eq!(begin("order").await, Begun::Working);
        assert_eq!(begin("another").await, Begun::Other);
        f.clock.advance_millis(1);
        assert_eq!(begin("order").await, Begun::New);
        assert_eq!(begin("order").await, Begun::Working, "and one tries at a time");
        let answer = Answered { status: 201, headers: Vec::new(), body: "{}".into() };
        api_answers::finish(&f.app, &keyed("order"), &answer).await.unwrap();
        f.clock.advance_millis(3_600_000);
        assert_eq!(begin("order").await, Begun::Before(answer), "what was answered stays");
    })
    .await;
}
