//! Turns components into native code. A server does it in a child process, since a component may be
//! made to compile for hours or to eat all memory; tests do it in their own.
//!
//! Whoever compiles needs no key: code becomes trusted by the MAC that the cache puts on it.

use std::fmt::Write as _;
use std::time::Duration;

mod child;
mod process;

pub use child::{ChildLimits, compile_stdin};
pub use process::CompilerProcess;

/// Bytes of compiled code; a language runtime of 12 MB compiles to a fifth of it.
pub(crate) const CODE_BYTES_MAX: usize = 256 << 20;

/// Why a component was not compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// It is no component, or one that this host's engine can't run.
    #[error("isn't a component this host can run: {0}")]
    Invalid(String),
    /// It took longer than it may.
    #[error("takes longer than {} s to compile", .0.as_secs())]
    TooSlow(Duration),
    /// Compiling it, or the code, takes more memory than it may.
    #[error("takes more than {} MiB of memory to compile", .0 >> 20)]
    TooLarge(u64),
    /// The compiler could not be run, or ended otherwise.
    #[error("could not be compiled: {0}")]
    Failed(String),
}

/// Turns components into native code of this host's engine.
pub trait Compiler: Send + Sync {
    /// The code of a component. Blocks.
    fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileError>;
}

/// An error of the engine with its causes, on one line of bounded length: whoever wrote the
/// component chose parts of it.
fn told(error: &wasmtime::Error) -> String {
    let mut text = String::new();
    let _ = write!(text, "{error:#}");
    crate::capability::log::one_line(&text, 1_000)
}

/// Compiles with an engine of this process.
pub(crate) fn compile_here(
    engine: &wasmtime::Engine,
    component: &[u8],
) -> Result<Vec<u8>, CompileError> {
    engine.precompile_component(component).map_err(|error| CompileError::Invalid(told(&error)))
}
