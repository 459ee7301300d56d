//! What the author of an OXPI plugin needs: a trait per hook, one macro, typed wrappers of imports.
//!
//! ```ignore
//! struct Hello;
//!
//! impl oxpi_kit::JobHandler for Hello {
//!     fn run(job: oxpi_kit::Job) -> oxpi_kit::Result<Option<serde_json::Value>> {
//!         oxpi_kit::log::info("hello", &[("handler", &job.handler)]);
//!         Ok(None)
//!     }
//! }
//!
//! oxpi_kit::plugin!(Hello: job_handler);
//! ```
//!
//! Every call runs in a fresh instance, so a hook is a function without `self`: what must outlive
//! the call goes to `kv` or `records`. On targets other than wasm32 everything compiles, so that
//! pure logic has unit tests, but an import panics: run hooks with `oxpi-testkit`.

pub mod approvals;
#[allow(missing_docs, unsafe_code, clippy::all, clippy::unwrap_used, clippy::expect_used)]
#[doc(hidden)]
pub mod bindings;
pub mod calendar;
pub mod crypto;
pub mod documents;
pub mod env;
pub mod events;
#[doc(hidden)]
pub mod exports;
pub mod hooks;
pub mod http;
pub mod i18n;
pub mod jobs;
mod json;
pub mod kv;
pub mod log;
pub mod problem;
pub mod records;
pub mod time;
pub mod url;
pub mod views;

pub use calendar::CalendarProvider;
pub use hooks::{
    Account, AccountChecker, Checked, ConnectionChecker, Delivery, Event, EventHandler, Job,
    JobHandler, Lifecycle, Login, SettingProblem, Tried, ViewProvider, WebhookHandler,
};
pub use problem::{Problem, Result};
pub use serde_json;
pub use time::Timestamp;
pub use views::{ActInput, Acted, View, ViewInput};

/// Exports the named hooks of a type, and no others: the host finds a hook by its export.
///
/// The names are `lifecycle`, `job_handler`, `webhook_handler`, `event_handler`, `view_provider`,
/// `account_checker`, `connection_checker` and `calendar_provider`; the type implements the trait of each.
#[macro_export]
macro_rules! plugin {
    ($plugin:ty: $($hook:ident),+ $(,)?) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
            type Exported = $crate::exports::Adapter<$plugin>;
            $($crate::__export!($hook Exported);)+
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            $($crate::__implements!($hook $plugin);)+
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    (lifecycle $ty:ident) => {
        $crate::bindings::lifecycle::export!($ty with_types_in $crate::bindings::lifecycle);
    };
    (job_handler $ty:ident) => {
        $crate::bindings::job_handler::export!($ty with_types_in $crate::bindings::job_handler);
    };
    (webhook_handler $ty:ident) => {
        $crate::bindings::webhook_handler::export!($ty with_types_in $crate::bindings::webhook_handler);
    };
    (event_handler $ty:ident) => {
        $crate::bindings::event_handler::export!($ty with_types_in $crate::bindings::event_handler);
    };
    (view_provider $ty:ident) => {
        $crate::bindings::view_provider::export!($ty with_types_in $crate::bindings::view_provider);
    };
    (account_checker $ty:ident) => {
        $crate::bindings::account_checker::export!($ty with_types_in $crate::bindings::account_checker);
    };
    (connection_checker $ty:ident) => {
        $crate::bindings::connection_checker::export!($ty with_types_in $crate::bindings::connection_checker);
    };
    (calendar_provider $ty:ident) => {
        $crate::bindings::calendar_provider::export!($ty with_types_in $crate::bindings::calendar_provider);
    };
}

/// On native targets: only that the type has the trait, so that a mistake shows before the wasm build.
#[doc(hidden)]
#[macro_export]
macro_rules! __implements {
    (lifecycle $ty:ty) => { $crate::__implements!(@ $crate::Lifecycle, $ty); };
    (job_handler $ty:ty) => { $crate::__implements!(@ $crate::JobHandler, $ty); };
    (webhook_handler $ty:ty) => { $crate::__implements!(@ $crate::WebhookHandler, $ty); };
    (event_handler $ty:ty) => { $crate::__implements!(@ $crate::EventHandler, $ty); };
    (view_provider $ty:ty) => { $crate::__implements!(@ $crate::ViewProvider, $ty); };
    (account_checker $ty:ty) => { $crate::__implements!(@ $crate::AccountChecker, $ty); };
    (connection_checker $ty:ty) => { $crate::__implements!(@ $crate::ConnectionChecker, $ty); };
    (calendar_provider $ty:ty) => { $crate::__implements!(@ $crate::CalendarProvider, $ty); };
    (@ $wanted:path, $ty:ty) => {
        const _: fn() = || {
            fn has<T: $wanted>() {}
            has::<$ty>();
        };
    };
}
