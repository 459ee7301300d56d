//! The exports of a plugin as one list of calls, each with its arguments, and how each is made.

use std::collections::BTreeSet;

use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use super::Export;
use super::bindings::exports::oxpi::plugin as contract;
use super::bindings::oxpi::plugin::types;
use super::hooks::Headers;
use super::state::State;

/// A call with its arguments.
pub(super) enum Hook {
    Validate { settings: String },
    Migrate { from_version: String },
    RunJob { handler: String, payload: String, attempt: u32 },
    OnEvent { topic: String, event_id: String, payload: String },
    Accounts { route: String, headers: Headers, body: Vec<u8> },
    Handle { route: String, delivery_id: String, headers: Headers, body: Vec<u8> },
    Render { view: String, input: String },
    Act { view: String, action: String, input: String },
    CheckAccount { login: String },
    CheckConnection { step: String },
    Calendars,
    PutEvent { appointment: String },
    RemoveEvent { appointment: String },
    Event { appointment: String },
    Changes { calendar: String, since: Option<String> },
    Busy { calendars: String, from_ms: u64, to_ms: u64 },
}

/// What a call answers.
pub(super) enum Output {
    Nothing,
    Json(String),
    MaybeJson(Option<String>),
    Names(Vec<String>),
    Findings(Vec<(String, String)>),
}

impl Hook {
    /// The interface it belongs to.
    pub(super) fn export(&self) -> Export {
        match self {
            Self::Validate { .. } | Self::Migrate { .. } => Export::Lifecycle,
            Self::RunJob { .. } => Export::JobHandler,
            Self::OnEvent { .. } => Export::EventHandler,
            Self::Accounts { .. } | Self::Handle { .. } => Export::WebhookHandler,
            Self::Render { .. } | Self::Act { .. } => Export::ViewProvider,
            Self::CheckAccount { .. } => Export::AccountChecker,
            Self::CheckConnection { .. } => Export::ConnectionChecker,
            Self::Calendars
            | Self::PutEvent { .. }
            | Self::RemoveEvent { .. }
            | Self::Event { .. }
            | Self::Changes { .. }
            | Self::Busy { .. } => Export::CalendarProvider,
        }
    }

    /// Its name in metrics and logs.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Validate { .. } => "lifecycle.validate",
            Self::Migrate { .. } => "lifecycle.migrate",
            Self::RunJob { .. } => "job-handler.run",
            Self::OnEvent { .. } => "event-handler.on-event",
            Self::Accounts { .. } => "webhook-handler.accounts",
            Self::Handle { .. } => "webhook-handler.handle",
            Self::Render { .. } => "view-provider.render",
            Self::Act { .. } => "view-provider.act",
            Self::CheckAccount { .. } => "account-checker.check",
            Self::CheckConnection { .. } => "connection-checker.check",
            Self::Calendars => "calendar-provider.calendars",
            Self::PutEvent { .. } => "calendar-provider.put-event",
            Self::RemoveEvent { .. } => "calendar-provider.remove-event",
            Self::Event { .. } => "calendar-provider.event",
            Self::Changes { .. } => "calendar-provider.changes",
            Self::Busy { .. } => "calendar-provider.busy",
        }
    }
}

/// Where in the component each export is, looked up once.
pub(super) struct Indices {
    lifecycle: Option<contract::lifecycle::GuestIndices>,
    job_handler: Option<contract::job_handler::GuestIndices>,
    webhook_handler: Option<contract::webhook_handler::GuestIndices>,
    event_handler: Option<contract::event_handler::GuestIndices>,
    view_provider: Option<contract::view_provider::GuestIndices>,
    account_checker: Option<contract::account_checker::GuestIndices>,
    connection_checker: Option<contract::connection_checker::GuestIndices>,
    calendar_provider: Option<contract::calendar_provider::GuestIndices>,
}

impl Indices {
    /// Looks the exports up; one whose functions have another shape than the contract's is refused.
    pub(super) fn of(pre: &InstancePre<State>, exports: &BTreeSet<Export>) -> Result<Self, String> {
        fn find<T>(
            exports: &BTreeSet<Export>,
            export: Export,
            look: impl FnOnce() -> wasmtime::Result<T>,
        ) -> Result<Option<T>, String> {
            if !exports.contains(&export) {
                return Ok(None);
            }
            look().map(Some).map_err(|error| {
                format!("{} has another shape than the contract's: {error:#}", export.name())
            })
        }
        use Export as E;
        Ok(Self {
            lifecycle: find(exports, E::Lifecycle, || contract::lifecycle::GuestIndices::new(pre))?,
            job_handler: find(exports, E::JobHandler, || {
                contract::job_handler::GuestIndices::new(pre)
            })?,
            webhook_handler: find(exports, E::WebhookHandler, || {
                contract::webhook_handler::GuestIndices::new(pre)
            })?,
            event_handler: find(exports, E::EventHandler, || {
                contract::event_handler::GuestIndices::new(pre)
            })?,
            view_provider: find(exports, E::ViewProvider, || {
                contract::view_provider::GuestIndices::new(pre)
            })?,
            account_checker: find(exports, E::AccountChecker, || {
                contract::account_checker::GuestIndices::new(pre)
            })?,
            connection_checker: find(exports, E::ConnectionChecker, || {
                contract::connection_checker::GuestIndices::new(pre)
            })?,
            calendar_provider: find(exports, E::CalendarProvider, || {
                contract::calendar_provider::GuestIndices::new(pre)
            })?,
        })
    }
}

/// The guest's answer: its own problem within, the engine's failure without.
pub(super) type Answered = wasmtime::Result<Result<Output, types::Problem>>;

/// Makes the call.
pub(super) async fn invoke(
    store: &mut Store<State>,
    instance: &Instance,
    indices: &Indices,
    hook: Hook,
) -> Answered {
    match hook.export() {
        Export::Lifecycle => lifecycle(store, instance, indices, hook).await,
        Export::JobHandler | Export::EventHandler => work(store, instance, indices, hook).await,
        Export::WebhookHandler => webhook(store, instance, indices, hook).await,
        Export::ViewProvider => view(store, instance, indices, hook).await,
        Export::AccountChecker => account(store, instance, indices, hook).await,
        Export::ConnectionChecker => connection(store, instance, indices, hook).await,
        Export::CalendarProvider => calendar(store, instance, indices, hook).await,
    }
}

fn missing() -> wasmtime::Error {
    wasmtime::Error::msg("the plugin doesn't export this")
}

async fn lifecycle(
    store: &mut Store<State>,
    instance: &Instance,
    indices: &Indices,
    hook: Hook,
) -> Answered {
    let found = indices.lifecycle.as_ref().ok_or_else(missing)?;
    let guest = found.load(&mut *store, instance)?;
    match hook {
        Hook::Validate { settings } => {
            let outcome = guest.call_validate(store, &settings).await?;
            Ok(Ok(Output::Findings(outcome.err().unwrap_or_default())))
        }
        Hook::Migrate { from_version } => {
            let outcome = guest.call_migrate(store, &from_version).await?;
            Ok(outcome.map(|()| Output::Nothing))
        }
        _ => Err(missing()),
    }
}

async fn work(
    store: &mut Store<State>,
    instance: &Instance,
    indices: &Indices,
    hook: Hook,
) -> Answered {
    match hook {
        Hook::RunJob { handler, payload, attempt } => {
            let found = indices.job_handler.as_ref().ok_or_else(missing)?;
            let guest = found.load(&mut *store, instance)?;
            let outcome = guest.call_run(store, &handler, &payload, attempt).await?;
            Ok(outcome.map(Output::MaybeJson))
        }
        Hook::OnEvent { topic, event_id, payload } => {
            let found = indices.event_handler.as_ref().ok_or_else(missing)?;
            let guest = found.load(&mut *store, instance)?;
            let outcome = guest.call_on_event(store, &topic, &event_id, &payload).await?;
            Ok(outcome.map(|()| Output::Nothing))
        }
        _ => Err(missing()),
    }
}

async fn webhook(
    store: &mut Store<State>,
    instance: &Instance,
    indices: &Indices,
    hook: Hook,
) -> Answered {
    let found = indices.webhook_handler.as_ref().ok_or_else(missing)?;
    let guest = found.load(&mut *store, instance)?;
    match hook {
        Hook::Accounts { route, headers, body } => {
            let outcome = guest.call_accounts(store, &route, &headers, &body).await?;
            Ok(outcome.map(Output::Names))
        }
        Hook::Handle { route, delivery_id, headers, body } => {
            let outcome = guest.call_handle(store, &route, &delivery_id, &headers, &body).await?;
            Ok(outcome.map(|()| Output::Nothing))
        }
        _ => Err(missing()),
    }
}

async fn view(
    store: &mut Store<State>,
    instance: &Instance,
    indices: &Indices,
    hook: Hook,
) -> Answered {
    let found = indices.view_provider.as_ref().ok_or_else(missing)?;
    let guest = found.load(&mut *store, instance)?;
    let outcome = match hook {
        Hook::Render { view, input } => guest.call_render(store, &view, &input).await?,
        Hook::Act { view, action, input } => guest.call_act(store, &view, &action, &input).await?,
        _ => return Err(missing()),
    };
    Ok(outcome.map(Output::Json))
}

async fn account(
    store: &mut Store<State>,
    instance: &Instance,
    indices: &Indices,
    hook: Hook,
) -> Answered {
    let found = indices.account_checker.as_ref().ok_or_else(missing)?;
    let guest = found.load(&mut *store, instance)?;
    let Hook::CheckAccount { login } = hook else { return Err(missing()) };
    Ok(guest.call_check(store, &login).await?.map(Output::Json))
}

async fn connection(
    store: &mut Store<State>,
    instance: &Instance,
    indices: &Indices,
    hook: Hook,
) -> Answered {
    let found = indices.connection_checker.as_ref().ok_or_else(missing)?;
    let guest = found.load(&mut *store, instance)?;
    let Hook::CheckConnection { step } = hook else { return Err(missing()) };
    Ok(guest.call_check(store, &step).await?.map(Output::Json))
}

async fn calendar(
    store: &mut Store<State>,
    instance: &Instance,
    indices: &Indices,
    hook: Hook,
) -> Answered {
    let found = indices.calendar_provider.as_ref().ok_or_else(missing)?;
    let guest = found.load(&mut *store, instance)?;
    let outcome = match hook {
        Hook::Calendars => guest.call_calendars(store).await?,
        Hook::PutEvent { appointment } => guest.call_put_event(store, &appointment).await?,
        Hook::Event { appointment } => guest.call_event(store, &appointment).await?,
        Hook::Changes { calendar, since } => {
            guest.call_changes(store, &calendar, since.as_ref()).await?
        }
        Hook::Busy { calendars, from_ms, to_ms } => {
            guest.call_busy(store, &calendars, from_ms, to_ms).await?
        }
        Hook::RemoveEvent { appointment } => {
            let outcome = guest.call_remove_event(store, &appointment).await?;
            return Ok(outcome.map(|()| Output::Nothing));
        }
        _ => return Err(missing()),
    };
    Ok(outcome.map(Output::Json))
}
