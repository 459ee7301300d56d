//! How loading a plugin or calling one fails.

use std::time::Duration;

use crate::compile::CompileError;
use crate::manifest::ManifestError;
use crate::problem::Problem;

/// Why a call of a plugin gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The plugin said so itself.
    #[error("the plugin answered {0}")]
    Problem(Problem),
    /// The plugin crashed or answered nonsense; nothing of it is left.
    #[error("the plugin crashed: {reason}")]
    Trapped {
        /// What the engine says of it, for the log.
        reason: String,
    },
    /// It used up its CPU budget.
    #[error("the plugin used up its CPU budget")]
    OutOfCpu,
    /// It took longer than a call may.
    #[error("the plugin took too long")]
    TimedOut,
    /// It wanted more memory than a call may have.
    #[error("the plugin used up its memory")]
    OutOfMemory,
    /// Too many calls are waiting already.
    #[error("too many plugin calls are waiting")]
    Busy {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// The business turned the plugin off, or is changing it, while the call ran.
    #[error("the plugin was stopped")]
    Stopped,
    /// The plugin doesn't offer this hook.
    #[error("the plugin doesn't offer this")]
    NotExported,
}

impl CallError {
    /// Whether trying the same again later may help: a crash or a spent budget is not final either,
    /// as it may come of one slow answer; the job's own limit of attempts ends it.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.is_retryable(),
            Self::NotExported => false,
            _ => true,
        }
    }

    /// When to come back, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Problem(problem) => problem.retry_after_ms.map(Duration::from_millis),
            Self::Busy { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// One word for metrics and the audit trail.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Problem(_) => "problem",
            Self::Trapped { .. } => "trapped",
            Self::OutOfCpu => "out-of-cpu",
            Self::TimedOut => "timed-out",
            Self::OutOfMemory => "out-of-memory",
            Self::Busy { .. } => "busy",
            Self::Stopped => "stopped",
            Self::NotExported => "not-exported",
        }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine refuses its configuration, as where the system gives too little address space.
    #[error("the plugin engine doesn't start: {0}")]
    Config(String),
    /// Threads, the cache folder or the HTTP client could not be had.
    #[error("the plugin engine doesn't start: {what}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}

/// Why a plugin was not loaded. Each says what its author can do about it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file is missing, unreadable or too large.
    #[error("{file}: {reason}")]
    File {
        /// The file's name in the package.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The manifest is wrong.
    #[error("plugin.toml: {0}")]
    Manifest(#[from] ManifestError),
    /// The component needs what this host doesn't offer, or offers what it can't mean.
    #[error("plugin.wasm: {0}")]
    Gate(String),
    /// The component is broken, or compiling it takes more than it may.
    #[error("plugin.wasm {0}")]
    Component(#[from] CompileError),
}
