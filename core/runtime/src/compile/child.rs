//! The child's side: limits first, then the component from standard input, the code to standard
//! output. What it is given is hostile; what it could reach is nothing it needs.

use std::io::{Read, Write};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, Signal};

use super::{CODE_BYTES_MAX, CompileError, compile_here};
use crate::engine;

/// What a compilation may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildLimits {
    /// Seconds on a CPU, over all its threads.
    pub cpu_secs: u64,
    /// Bytes of address space.
    pub memory_bytes: u64,
}

/// Exit code: the component is broken; standard error says how.
pub(super) const BROKEN: u8 = 65;
/// Exit code: the code is larger than allowed.
pub(super) const TOO_LARGE: u8 = 66;
/// How much less than everybody else the child gets of a busy machine: pages come first.
const NICENESS: i32 = 10;

/// Compiles what comes on standard input, under these limits. For a process started for this alone:
/// the limits can't be lifted again.
pub fn compile_stdin(limits: ChildLimits) -> ExitCode {
    match confine(limits).map_err(CompileError::Failed).and_then(|()| compile()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The parent adds what kind of failure it was.
            let (code, text) = match error {
                CompileError::Invalid(text) => (BROKEN, text),
                CompileError::TooLarge(_) => (TOO_LARGE, String::new()),
                other => (1, other.to_string()),
            };
            let _ = std::io::stderr().write_all(text.as_bytes());
            ExitCode::from(code)
        }
    }
}

/// No more memory and time than allowed, no files written, no core dump, and an end with the parent.
fn confine(limits: ChildLimits) -> Result<(), String> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |error: rustix::io::Errno| format!("{what} could not be limited: {error}")
    };
    let cap = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    let set = rustix::process::setrlimit;
    set(Resource::Core, cap(0)).map_err(failed("core dumps"))?;
    set(Resource::Fsize, cap(0)).map_err(failed("files"))?;
    set(Resource::Cpu, cap(limits.cpu_secs)).map_err(failed("time"))?;
    set(Resource::As, cap(limits.memory_bytes)).map_err(failed("memory"))?;
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(failed("the child's life"))?;
    // Being nice is a favour, not a condition.
    let _ = rustix::process::nice(NICENESS);
    Ok(())
}

fn compile() -> Result<(), CompileError> {
    let failed = |error: std::io::Error| CompileError::Failed(error.to_string());
    let mut component = Vec::new();
    let most = engine::COMPONENT_BYTES_MAX;
    std::io::stdin().lock().take(most + 1).read_to_end(&mut component).map_err(failed)?;
    if component.len() as u64 > most {
        return Err(CompileError::Invalid(format!("it has more than {most} bytes")));
    }
    let engine = engine::compiling_engine()
        .map_err(|error| CompileError::Failed(format!("the engine doesn't start: {error:#}")))?;
    let code = compile_here(&engine, &component)?;
    if code.len() > CODE_BYTES_MAX {
        return Err(CompileError::TooLarge(CODE_BYTES_MAX as u64));
    }
    let mut out = std::io::stdout().lock();
    out.write_all(&code).and_then(|()| out.flush()).map_err(failed)
}
