//! What a guest's request is, to the last byte, for people to see and for the digest they approve.

use domain::ConnectionId;
use url::Url;

use super::GuestRequest;
use crate::approval::{ExactRequest, ExactSlot};
use crate::manifest::{EgressRoute, Manifest, SlotSource};
use crate::problem::Problem;

impl GuestRequest {
    /// The request as it would be sent now by this route, secrets aside.
    ///
    /// # Errors
    /// `invalid` where it would be sent with the account of whichever connection there is then: who
    /// approves must know whose account acts.
    pub(crate) fn exact(
        &self,
        manifest: &Manifest,
        route: &EgressRoute,
        url: &Url,
        own: Option<&ConnectionId>,
    ) -> Result<ExactRequest, Problem> {
        let connection = self.connection.as_ref().or(own).cloned();
        let slots = self.slots.iter().filter_map(|id| manifest.slot(id));
        let mut of_account = slots.clone().filter(|s| matches!(s.source, SlotSource::Provider(_)));
        if connection.is_none() && of_account.next().is_some() {
            return Err(Problem::invalid(
                "a request that needs approval names its connection: whose account acts is part of it",
            ));
        }
        let slots = slots.map(|slot| ExactSlot { id: slot.id.clone(), ask: slot.ask.clone() });
        let mut headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        // Values of one name keep their order.
        headers.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(ExactRequest {
            route: route.id.clone(),
            route_ask: route.ask.clone(),
            effect: route.effect,
            method: self.method.clone(),
            url: url.as_str().to_owned(),
            headers,
            idempotency_key: self.idempotency_key.clone(),
            slots: slots.collect(),
            connection,
            body: self.body.clone(),
        })
    }

    /// The method, and the address as it was written.
    pub(crate) fn target(&self) -> (&str, &str) {
        (&self.method, &self.url)
    }
}
