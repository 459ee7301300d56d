//! Pages and hooks over the use cases of app. No diesel, no sodium, no wasmtime.
//!
//! Invariant: a handler decides nothing. It extracts who asks and what, calls use cases of `app`,
//! and gives a typed page to a template.

pub mod answer;
pub mod api;
pub mod assets;
pub mod colours;
mod cookies;
pub mod dates;
pub mod device;
pub mod error;
mod file_names;
pub mod health;
pub mod hooks;
pub mod i18n;
pub mod live;
pub mod mail;
pub mod member;
pub mod metrics;
pub mod middleware;
pub mod nav;
pub mod pages;
mod qr;
pub mod routes;
pub mod sealed;
pub mod server;
pub mod state;
pub mod theme;
pub mod themes;
pub mod upload;
pub mod views;
mod visit;
pub mod week;
pub mod widgets;

#[cfg(test)]
mod gallery;

pub use server::{ServeError, ServeOptions, configure, serve};
pub use state::Web;
