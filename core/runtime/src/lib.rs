//! Runs plugins: the contract, capabilities, egress and limits. No diesel, no actix.
//!
//! A plugin is a WebAssembly component with a manifest. [`Engine::load`] reads and checks both;
//! each call is one of the methods in [`engine::hooks`]: a fresh instance on the engine's own
//! threads, judged by the [`CallContext`] it is given, and thrown away after. What a plugin reaches
//! of the workspace goes through [`Services`], what it reaches of the world through [`Egress`].
//!
//! Invariants: nothing a plugin does panics or blocks the host; nothing it sends leaves but by a
//! route of its manifest that the tenant allowed; no secret's byte enters an instance's memory.

pub mod approval;
mod capability;
pub mod compile;
pub mod egress;
pub mod engine;
pub mod error;
pub mod figures;
pub mod grant;
pub mod limits;
pub mod mail;
pub mod manifest;
pub mod package;
mod plain;
pub mod plugin_view;
pub mod problem;
pub mod services;

pub use approval::{Amount, ApprovalUse, ExactRequest, Proposal, Words};
pub use capability::file_kind;
pub use compile::{CompileError, Compiler, CompilerProcess};
pub use egress::{Asked, Egress, EgressConfig, EgressError, Redirect};
pub use engine::{Engine, EngineConfig, Export, MemoryWatch, Plugin, PluginFiles};
pub use error::{CallError, EngineError, LoadError};
pub use figures::Figures;
pub use grant::{Ask, AskKind, Grant};
pub use limits::Limits;
pub use manifest::Manifest;
pub use package::{Package, PackageError, PublisherKey, PublisherSecret};
pub use plain::clean as clean_texts;
pub use problem::Problem;
pub use services::{
    CallContext, CallReport, Candidate, ConnectionInfo, EgressEntry, LogEntry, LogLevel,
    NewDocument, Page, Services,
};
