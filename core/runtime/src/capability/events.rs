//! `events`: telling others of what happened. The core and other plugins may subscribe.

use super::{json, once_key, short};
use crate::engine::bindings::oxpi::plugin::events;
use crate::engine::state::State;
use crate::problem::Problem;

impl events::Host for State {
    async fn publish(
        &mut self,
        topic: String,
        payload: String,
        dedupe_key: String,
    ) -> Result<(), Problem> {
        short("a topic", &topic, 128)?;
        self.effect(self.ctx.grant.may_publish(&topic), &format!("publishing {topic:?}"))?;
        once_key(&dedupe_key)?;
        let payload = json("the payload", &payload)?;
        self.world.services.events_publish(&self.ctx, &topic, payload, &dedupe_key).await
    }
}
