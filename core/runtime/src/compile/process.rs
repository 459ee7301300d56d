//! The parent's side: starts the child with nothing but the component, and ends it in time.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::child::{BROKEN, TOO_LARGE};
use super::{CODE_BYTES_MAX, CompileError, Compiler};
use crate::capability::log::one_line;

/// Bytes of the child's complaint that are read.
const COMPLAINT_BYTES_MAX: u64 = 8 << 10;
/// Threads of a compilation: it has a machine's spare time, not all of it.
const THREADS: &str = "2";
/// How often an ending child is looked at.
const POLL: Duration = Duration::from_millis(5);

/// Compiles in a child process: this program, called so that it runs [`super::compile_stdin`].
pub struct CompilerProcess {
    program: PathBuf,
    arguments: Vec<String>,
    wall: Duration,
    memory_bytes: u64,
    /// One at a time, or a few uploads would take a machine's memory together.
    turn: Mutex<()>,
}

impl CompilerProcess {
    /// Starts `program` with these arguments, which must make it call [`super::compile_stdin`] with
    /// the same memory; whatever it does, it is over after `wall`.
    pub fn new(
        program: PathBuf,
        arguments: Vec<String>,
        wall: Duration,
        memory_bytes: u64,
    ) -> Self {
        Self { program, arguments, wall, memory_bytes, turn: Mutex::new(()) }
    }

    fn start(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .env("RAYON_NUM_THREADS", THREADS)
            // Each arena reserves address space, which is what is limited.
            .env("MALLOC_ARENA_MAX", THREADS)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
    }

    fn judge(&self, status: ExitStatus, code: Vec<u8>, complaint: &[u8]) -> Compiled {
        let complaint = one_line(&String::from_utf8_lossy(complaint), 1_000);
        match (status.code(), status.signal()) {
            (Some(0), _) if code.len() > CODE_BYTES_MAX => {
                Err(CompileError::TooLarge(CODE_BYTES_MAX as u64))
            }
            (Some(0), _) => Ok(code),
            (Some(_), _) if is_of_memory(&complaint) => {
                Err(CompileError::TooLarge(self.memory_bytes))
            }
            (Some(code), _) if code == i32::from(BROKEN) => Err(CompileError::Invalid(complaint)),
            (Some(code), _) if code == i32::from(TOO_LARGE) => {
                Err(CompileError::TooLarge(CODE_BYTES_MAX as u64))
            }
            // The time on a CPU is up: first a word, then the end.
            (_, Some(signal))
                if [Signal::XCPU, Signal::KILL].map(Signal::as_raw).contains(&signal) =>
            {
                Err(CompileError::TooSlow(self.wall))
            }
            // A Rust program that gets no memory says so and aborts.
            (_, Some(signal)) if signal == Signal::ABORT.as_raw() && is_of_memory(&complaint) => {
                Err(CompileError::TooLarge(self.memory_bytes))
            }
            (_, Some(signal)) => Err(CompileError::Failed(format!("ended by signal {signal}"))),
            (code, None) => {
                let code = code.unwrap_or_default();
                Err(CompileError::Failed(format!("ended with {code}: {complaint}")))
            }
        }
    }
}

type Compiled = Result<Vec<u8>, CompileError>;

fn is_of_memory(complaint: &str) -> bool {
    ["memory allocation of", "out of memory", "Cannot allocate memory", "OutOfMemory"]
        .iter()
        .any(|word| complaint.contains(word))
}

/// A child that does not outlive this, nor anything it started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait()
            && let Ok(Some(group)) = i32::try_from(self.0.id()).map(Pid::from_raw)
        {
            // Not waited for yet, so the number is still the child's.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

impl Compiler for CompilerProcess {
    fn compile(&self, component: &[u8]) -> Compiled {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |error: std::io::Error| CompileError::Failed(error.to_string());
        let until = Instant::now() + self.wall;
        let mut child = Running(self.start().map_err(failed)?);
        let code = read(child.0.stdout.take(), CODE_BYTES_MAX as u64 + 1).map_err(failed)?;
        let complaint = read(child.0.stderr.take(), COMPLAINT_BYTES_MAX).map_err(failed)?;
        let status = std::thread::scope(|scope| {
            let input = child.0.stdin.take();
            // A child that ends early breaks the pipe; its exit tells why. One that never reads is
            // ended below, which breaks the pipe too.
            scope.spawn(move || input.map(|mut input| input.write_all(component)));
            let status = wait(&mut child.0, until);
            if !matches!(status, Ok(Some(_))) {
                drop(child);
            }
            status
        });
        let Some(status) = status.map_err(failed)? else {
            return Err(CompileError::TooSlow(self.wall));
        };
        let left = || until.saturating_duration_since(Instant::now());
        let code = code.recv_timeout(left()).map_err(|_| CompileError::TooSlow(self.wall))?;
        let complaint = complaint.recv_timeout(left()).unwrap_or_default();
        self.judge(status, code, &complaint)
    }
}

/// Reads a pipe to its end on a thread of its own.
fn read(
    pipe: Option<impl Read + Send + 'static>,
    bytes_max: u64,
) -> std::io::Result<Receiver<Vec<u8>>> {
    let (send, receive) = channel();
    Builder::new().name("oxpi-compile-read".to_owned()).spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before an error is what there is.
            let _ = pipe.take(bytes_max).read_to_end(&mut bytes);
        }
        let _ = send.send(bytes);
    })?;
    Ok(receive)
}

/// The child's end, or none when the time is up first.
#[allow(
    clippy::disallowed_methods,
    reason = "the thread is there to wait: the standard library waits for a child only without a time"
)]
fn wait(child: &mut Child, until: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            return Ok(None);
        }
        std::thread::sleep(POLL);
    }
}
