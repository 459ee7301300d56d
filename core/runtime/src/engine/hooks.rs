//! The calls: one method a function of the contract's exports.

use std::sync::Arc;

use domain::{Locale, Zone};
use serde_json::Value;

use super::invoke::{Hook, Output};
use super::run::Job;
use super::{Engine, Plugin};
use crate::capability::log::one_line;
use crate::error::CallError;
use crate::grant::Grant;
use crate::limits::Limits;
use crate::plain;
use crate::services::CallContext;

/// Header names (lower-case) and values of a delivery.
pub type Headers = Vec<(String, String)>;

/// Bytes of a JSON document that a plugin answers.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Elements of a list that a plugin answers.
const ANSWER_LIST_MAX: usize = 1_000;

impl Engine {
    /// Checks settings; answers pairs of setting and translation key, none when all is well.
    pub async fn validate(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        settings: &Value,
    ) -> Result<Vec<(String, String)>, CallError> {
        let hook = Hook::Validate { settings: settings.to_string() };
        match self.made(plugin, ctx, hook).await? {
            Output::Findings(found) => Ok(found
                .into_iter()
                .take(ANSWER_LIST_MAX)
                .map(|(setting, key)| (one_line(&setting, 64), one_line(&key, 100)))
                .collect()),
            _ => Err(nonsense("another kind of answer")),
        }
    }

    /// Brings the plugin's own data from a former version.
    pub async fn migrate(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        from_version: &str,
    ) -> Result<(), CallError> {
        let hook = Hook::Migrate { from_version: from_version.to_owned() };
        self.made(plugin, ctx, hook).await.map(|_| ())
    }

    /// Runs a job; `attempt` counts from 1.
    pub async fn run_job(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        handler: &str,
        payload: &Value,
        attempt: u32,
    ) -> Result<Option<Value>, CallError> {
        let (handler, payload) = (handler.to_owned(), payload.to_string());
        let hook = Hook::RunJob { handler, payload, attempt };
        match self.made(plugin, ctx, hook).await? {
            Output::MaybeJson(answer) => answer.map(|text| parsed(&text)).transpose(),
            _ => Err(nonsense("another kind of answer")),
        }
    }

    /// Tells of an event.
    pub async fn on_event(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        topic: &str,
        event_id: &str,
        payload: &Value,
    ) -> Result<(), CallError> {
        let (topic, event_id) = (topic.to_owned(), event_id.to_owned());
        let hook = Hook::OnEvent { topic, event_id, payload: payload.to_string() };
        self.made(plugin, ctx, hook).await.map(|_| ())
    }

    /// Asks which external accounts a delivery to an instance-wide route concerns. It runs for no
    /// tenant: every capability but `log`, `env` and `i18n` is denied.
    pub async fn webhook_accounts(
        &self,
        plugin: &Plugin,
        request_id: &str,
        route: &str,
        headers: Headers,
        body: Vec<u8>,
    ) -> Result<Vec<String>, CallError> {
        let ctx = self.nobody(plugin, request_id);
        let hook = Hook::Accounts { route: route.to_owned(), headers, body };
        let job = Job { plugin: plugin.clone(), ctx: Arc::new(ctx), hook, has_tenant: false };
        match self.call(job).await? {
            Output::Names(names) if names.len() <= ANSWER_LIST_MAX => {
                let fits = |name: &String| name.len() <= 256 && name.chars().all(plain::is_plain);
                Ok(names.into_iter().filter(fits).collect())
            }
            _ => Err(nonsense("more accounts than a delivery can concern")),
        }
    }

    /// A context that allows nothing. Its tenant is nobody's; it only gives such calls a share of
    /// the queue.
    fn nobody(&self, plugin: &Plugin, request_id: &str) -> CallContext {
        CallContext {
            tenant: self.0.world.nobody.clone(),
            plugin: plugin.id().clone(),
            grant: Arc::new(Grant::nothing()),
            settings: Value::Object(Default::default()),
            locale: Locale::En,
            zone: Zone::utc(),
            connection: None,
            candidate: None,
            version: plugin.manifest().plugin.version,
            generation: 0,
            request_id: request_id.to_owned(),
            limits: Limits::default(),
        }
    }

    /// Hands over a delivery.
    pub async fn webhook_handle(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        route: &str,
        delivery_id: &str,
        headers: Headers,
        body: Vec<u8>,
    ) -> Result<(), CallError> {
        let (route, delivery_id) = (route.to_owned(), delivery_id.to_owned());
        let hook = Hook::Handle { route, delivery_id, headers, body };
        self.made(plugin, ctx, hook).await.map(|_| ())
    }

    /// Draws a view.
    pub async fn render(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        view: &str,
        input: &Value,
    ) -> Result<Value, CallError> {
        let hook = Hook::Render { view: view.to_owned(), input: input.to_string() };
        self.json(plugin, ctx, hook).await
    }

    /// Does what a person chose in a view.
    pub async fn act(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        view: &str,
        action: &str,
        input: &Value,
    ) -> Result<Value, CallError> {
        let (view, action) = (view.to_owned(), action.to_owned());
        self.json(plugin, ctx, Hook::Act { view, action, input: input.to_string() }).await
    }

    /// Asks whether what a person typed connects an account at a provider; the context's candidate
    /// holds it.
    pub async fn check_account(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        login: &Value,
    ) -> Result<Value, CallError> {
        self.json(plugin, ctx, Hook::CheckAccount { login: login.to_string() }).await
    }

    /// Tries one step of the context's connection.
    pub async fn check_connection(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        step: &str,
    ) -> Result<Value, CallError> {
        self.json(plugin, ctx, Hook::CheckConnection { step: step.to_owned() }).await
    }

    /// The calendars the connected account can see.
    pub async fn calendar_calendars(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
    ) -> Result<Value, CallError> {
        self.json(plugin, ctx, Hook::Calendars).await
    }

    /// Creates or changes the event of an appointment; answers its link.
    pub async fn calendar_put_event(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        appointment: &Value,
    ) -> Result<Value, CallError> {
        self.json(plugin, ctx, Hook::PutEvent { appointment: appointment.to_string() }).await
    }

    /// Removes the event of an appointment.
    pub async fn calendar_remove_event(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        appointment: &Value,
    ) -> Result<(), CallError> {
        let hook = Hook::RemoveEvent { appointment: appointment.to_string() };
        self.made(plugin, ctx, hook).await.map(|_| ())
    }

    /// Reads the event of an appointment again; answers its link.
    pub async fn calendar_event(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        appointment: &Value,
    ) -> Result<Value, CallError> {
        self.json(plugin, ctx, Hook::Event { appointment: appointment.to_string() }).await
    }

    /// A page of changes since the cursor.
    pub async fn calendar_changes(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        calendar: &str,
        since: Option<&str>,
    ) -> Result<Value, CallError> {
        let (calendar, since) = (calendar.to_owned(), since.map(str::to_owned));
        self.json(plugin, ctx, Hook::Changes { calendar, since }).await
    }

    /// Busy times of calendars (a list of their ids at the provider) between two instants.
    pub async fn calendar_busy(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        calendars: &Value,
        from_ms: u64,
        to_ms: u64,
    ) -> Result<Value, CallError> {
        let calendars = calendars.to_string();
        self.json(plugin, ctx, Hook::Busy { calendars, from_ms, to_ms }).await
    }

    async fn made(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        hook: Hook,
    ) -> Result<Output, CallError> {
        let job = Job { plugin: plugin.clone(), ctx: Arc::new(ctx), hook, has_tenant: true };
        self.call(job).await
    }

    async fn json(
        &self,
        plugin: &Plugin,
        ctx: CallContext,
        hook: Hook,
    ) -> Result<Value, CallError> {
        match self.made(plugin, ctx, hook).await? {
            Output::Json(text) => parsed(&text),
            _ => Err(nonsense("another kind of answer")),
        }
    }
}

fn parsed(text: &str) -> Result<Value, CallError> {
    if text.len() > ANSWER_BYTES_MAX {
        return Err(nonsense("an answer that is too large"));
    }
    let mut answer =
        serde_json::from_str(text).map_err(|error| nonsense(&format!("no JSON ({error})")))?;
    plain::clean(&mut answer);
    Ok(answer)
}

fn nonsense(what: &str) -> CallError {
    CallError::Trapped { reason: format!("it answered {what}") }
}
