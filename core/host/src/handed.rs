//! A root key in the variable OXPI_ROOT_KEY is taken out of the process before anything else: the
//! program starts itself once more without the variable and hands the text over by a pipe, so that
//! neither this process's environment nor a child's shows it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use domain::Secret;
use rustix::io::{FdFlags, fcntl_setfd};
use zeroize::Zeroizing;

use crate::config::{ROOT_KEY, ROOT_KEY_FD};

/// More is no root key, and fits into a pipe without anybody reading.
const LONGEST: usize = 1024;

/// The text from when it came until it is used.
static HANDED: Mutex<Option<Secret>> = Mutex::new(None);
static WAS_HANDED: AtomicBool = AtomicBool::new(false);

/// Whether the variable was set.
pub fn was_handed() -> bool {
    WAS_HANDED.load(Ordering::Relaxed)
}

/// What the variable held. Whoever asks first has it alone: nothing of it stays here, and what it is
/// in is wiped when they are done.
pub fn take_text() -> Option<Secret> {
    HANDED.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn keep(text: Secret) {
    *HANDED.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    WAS_HANDED.store(true, Ordering::Relaxed);
}

/// To be called first, while there is one thread.
pub fn take_root_key() -> io::Result<()> {
    if let Some(text) = std::env::var_os(ROOT_KEY) {
        return Err(start_again(&Zeroizing::new(text.into_encoded_bytes())));
    }
    let Some(fd) = std::env::var_os(ROOT_KEY_FD) else { return Ok(()) };
    let fd = fd.to_str().and_then(|fd| fd.parse::<u32>().ok());
    let Some(fd) = fd else { return Ok(()) };
    let mut text = Vec::with_capacity(LONGEST);
    File::open(format!("/dev/fd/{fd}"))?.take(LONGEST as u64).read_to_end(&mut text)?;
    // A process that this one starts finds the pipe empty.
    if !text.is_empty() {
        keep(Secret::new(text));
    }
    Ok(())
}

/// Comes back only if it fails.
fn start_again(text: &[u8]) -> io::Error {
    let attempt = || -> io::Result<Command> {
        if text.len() > LONGEST {
            return Err(io::Error::other(format!("{ROOT_KEY} is too long for a root key")));
        }
        let (reader, mut writer) = io::pipe()?;
        writer.write_all(text)?;
        fcntl_setfd(&reader, FdFlags::empty())?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(std::env::args_os().skip(1));
        command.env_remove(ROOT_KEY).env(ROOT_KEY_FD, reader.as_raw_fd().to_string());
        // Stays open for the program that takes this one's place.
        std::mem::forget(reader);
        Ok(command)
    };
    match attempt() {
        Ok(mut command) => command.exec(),
        Err(error) => error,
    }
}

/// Takes this process's place with a fresh one, whose memory has no key.
pub fn start_anew() -> io::Error {
    let exe = match std::env::current_exe() {
        Ok(exe) => exe,
        Err(error) => return error,
    };
    Command::new(exe).args(std::env::args_os().skip(1)).env_remove(ROOT_KEY_FD).exec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_taken_once_and_that_it_was_there_stays_known() {
        assert!(!was_handed() && take_text().is_none());
        keep(Secret::new(b"a key".to_vec()));
        assert!(was_handed());
        assert!(take_text().is_some_and(|text| text.expose() == b"a key"));
        assert!(take_text().is_none() && was_handed());
    }
}
