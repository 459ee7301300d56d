//! Pages and hooks over the use cases of app. No diesel, no sodium, no wasmtime.
//!
//! Invariant: a handler decides nothing. It extracts who asks and what, calls one use case of `app`,
//! and gives a typed page to a template.

pub mod assets;
pub mod dates;
pub mod i18n;
pub mod nav;
pub mod theme;
pub mod views;

#[cfg(test)]
mod gallery;
