//! The hooks, with types in place of JSON.

use domain::Secret;
use oxpi_kit::calendar::{Appointment, Busy, BusyList, Calendar, CalendarList, Changes, Link};
use oxpi_kit::{Checked, Login, Tried};
use runtime::{CallContext, CallError, Candidate};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Host;

type Called<T> = Result<T, CallError>;

impl Host {
    /// `lifecycle.validate`: pairs of setting and text key.
    pub async fn validate(&self, settings: &Value) -> Called<Vec<(String, String)>> {
        self.engine.validate(&self.plugin, self.context(), settings).await
    }

    /// `lifecycle.migrate`.
    pub async fn migrate(&self, from_version: &str) -> Called<()> {
        self.engine.migrate(&self.plugin, self.context(), from_version).await
    }

    /// `job-handler.run`, without a queue.
    pub async fn run_job(
        &self,
        handler: &str,
        payload: &Value,
        attempt: u32,
    ) -> Called<Option<Value>> {
        self.engine.run_job(&self.plugin, self.context(), handler, payload, attempt).await
    }

    /// `event-handler.on-event`.
    pub async fn on_event(&self, topic: &str, event_id: &str, payload: &Value) -> Called<()> {
        self.engine.on_event(&self.plugin, self.context(), topic, event_id, payload).await
    }

    /// `webhook-handler.accounts`.
    pub async fn webhook_accounts(
        &self,
        route: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Called<Vec<String>> {
        let call = self.engine.webhook_accounts(
            &self.plugin,
            "test",
            route,
            owned(headers),
            body.to_vec(),
        );
        call.await
    }

    /// `webhook-handler.handle`.
    pub async fn webhook_handle(
        &self,
        route: &str,
        delivery_id: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Called<()> {
        let (headers, body) = (owned(headers), body.to_vec());
        self.engine
            .webhook_handle(&self.plugin, self.context(), route, delivery_id, headers, body)
            .await
    }

    /// `view-provider.render`.
    pub async fn render(&self, view: &str, input: &Value) -> Called<Value> {
        self.engine.render(&self.plugin, self.context(), view, input).await
    }

    /// `view-provider.act`.
    pub async fn act(&self, view: &str, action: &str, input: &Value) -> Called<Value> {
        self.engine.act(&self.plugin, self.context(), view, action, input).await
    }

    /// `account-checker.check`, as when a person typed this server, the user `dana` and a password.
    pub async fn check_account(&self, server: &str) -> Called<Checked> {
        let providers = &self.plugin().manifest().providers;
        let provider = providers.iter().find(|provider| provider.login.is_some());
        let provider = provider.map(|provider| provider.id.clone()).unwrap_or_default();
        let login = Login {
            provider: provider.clone(),
            server: server.to_owned(),
            user: "dana".to_owned(),
        };
        let candidate = Candidate {
            provider,
            server: Some(server.to_owned()),
            secret: Secret::from_text(self.watched("dana:test-password")),
        };
        let context =
            CallContext { connection: None, candidate: Some(candidate), ..self.context() };
        Ok(typed(self.engine.check_account(&self.plugin, context, &json!(login)).await?))
    }

    /// `connection-checker.check`.
    pub async fn check_connection(&self, step: &str) -> Called<Tried> {
        Ok(typed(self.engine.check_connection(&self.plugin, self.context(), step).await?))
    }

    /// `calendar-provider.calendars`.
    pub async fn calendars(&self) -> Called<Vec<Calendar>> {
        let answer = self.engine.calendar_calendars(&self.plugin, self.context()).await?;
        Ok(typed::<CalendarList>(answer).calendars)
    }

    /// `calendar-provider.put-event`.
    pub async fn put_event(&self, appointment: &Appointment) -> Called<Link> {
        let appointment = json!(appointment);
        let call = self.engine.calendar_put_event(&self.plugin, self.context(), &appointment);
        Ok(typed(call.await?))
    }

    /// `calendar-provider.remove-event`.
    pub async fn remove_event(&self, appointment: &Appointment) -> Called<()> {
        let appointment = json!(appointment);
        self.engine.calendar_remove_event(&self.plugin, self.context(), &appointment).await
    }

    /// `calendar-provider.event`.
    pub async fn event(&self, appointment: &Appointment) -> Called<Link> {
        let appointment = json!(appointment);
        let call = self.engine.calendar_event(&self.plugin, self.context(), &appointment);
        Ok(typed(call.await?))
    }

    /// `calendar-provider.changes`.
    pub async fn changes(&self, calendar: &str, since: Option<&str>) -> Called<Changes> {
        let call = self.engine.calendar_changes(&self.plugin, self.context(), calendar, since);
        Ok(typed(call.await?))
    }

    /// `calendar-provider.busy`.
    pub async fn busy(&self, calendars: &[&str], from_ms: u64, to_ms: u64) -> Called<Vec<Busy>> {
        let calendars = json!(calendars);
        let context = self.context();
        let call = self.engine.calendar_busy(&self.plugin, context, &calendars, from_ms, to_ms);
        Ok(typed::<BusyList>(call.await?).busy)
    }
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// An answer of another shape than the contract's is what a test is there to find.
fn typed<T: DeserializeOwned>(answer: Value) -> T {
    match T::deserialize(&answer) {
        Ok(typed) => typed,
        Err(error) => panic!("the answer is not as agreed ({error}): {answer}"),
    }
}
