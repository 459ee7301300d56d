//! The calls: one method a function of the contract's exports.

use serde_json::Value;

use super::{Engine, Plugin};
use crate::error::CallError;
use crate::services::CallContext;

/// Header names (lower-case) and values of a delivery.
pub type Headers = Vec<(String, String)>;

impl Engine {
    /// Checks settings; answers pairs of setting and translation key, none when all is well.
    pub async fn validate(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _settings: &Value,
    ) -> Result<Vec<(String, String)>, CallError> {
        Err(CallError::NotExported)
    }

    /// Brings the plugin's own data from a former version.
    pub async fn migrate(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _from_version: &str,
    ) -> Result<(), CallError> {
        Err(CallError::NotExported)
    }

    /// Runs a job; `attempt` counts from 1.
    pub async fn run_job(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _handler: &str,
        _payload: &Value,
        _attempt: u32,
    ) -> Result<Option<Value>, CallError> {
        Err(CallError::NotExported)
    }

    /// Tells of an event.
    pub async fn on_event(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _topic: &str,
        _event_id: &str,
        _payload: &Value,
    ) -> Result<(), CallError> {
        Err(CallError::NotExported)
    }

    /// Asks which external accounts a delivery to an instance-wide route concerns. It runs for no
    /// tenant: every capability but `log`, `env` and `i18n` is denied.
    pub async fn webhook_accounts(
        &self,
        _plugin: &Plugin,
        _request_id: &str,
        _route: &str,
        _headers: Headers,
        _body: Vec<u8>,
    ) -> Result<Vec<String>, CallError> {
        Err(CallError::NotExported)
    }

    /// Hands over a delivery.
    pub async fn webhook_handle(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _route: &str,
        _delivery_id: &str,
        _headers: Headers,
        _body: Vec<u8>,
    ) -> Result<(), CallError> {
        Err(CallError::NotExported)
    }

    /// Draws a view.
    pub async fn render(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _view: &str,
        _input: &Value,
    ) -> Result<Value, CallError> {
        Err(CallError::NotExported)
    }

    /// Does what a person chose in a view.
    pub async fn act(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _view: &str,
        _action: &str,
        _input: &Value,
    ) -> Result<Value, CallError> {
        Err(CallError::NotExported)
    }

    /// The calendars the connected account can see.
    pub async fn calendar_calendars(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
    ) -> Result<Value, CallError> {
        Err(CallError::NotExported)
    }

    /// Creates or changes the event of an appointment; answers its link.
    pub async fn calendar_put_event(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _appointment: &Value,
    ) -> Result<Value, CallError> {
        Err(CallError::NotExported)
    }

    /// Removes the event of an appointment.
    pub async fn calendar_remove_event(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _appointment: &Value,
    ) -> Result<(), CallError> {
        Err(CallError::NotExported)
    }

    /// Reads the event of an appointment again; answers its link.
    pub async fn calendar_event(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _appointment: &Value,
    ) -> Result<Value, CallError> {
        Err(CallError::NotExported)
    }

    /// A page of changes since the cursor.
    pub async fn calendar_changes(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _calendar: &str,
        _since: Option<&str>,
    ) -> Result<Value, CallError> {
        Err(CallError::NotExported)
    }

    /// Busy times of calendars (a list of their ids at the provider) between two instants.
    pub async fn calendar_busy(
        &self,
        _plugin: &Plugin,
        _ctx: CallContext,
        _calendars: &Value,
        _from_ms: u64,
        _to_ms: u64,
    ) -> Result<Value, CallError> {
        Err(CallError::NotExported)
    }
}
