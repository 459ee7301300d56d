//! Asks for something secret: on the terminal without showing it, else on standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

use anyhow::Context;
use domain::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The longest answer, in bytes.
const LONGEST: u64 = 4096;

/// Asks on the terminal where standard input is one, else reads a line of it: a script gives the
/// answer there.
pub fn ask(question: &str) -> anyhow::Result<Secret> {
    let input = io::stdin();
    if !input.is_terminal() {
        return read_line(input.lock()).context("standard input can't be read");
    }
    let terminal = File::options().read(true).write(true).open("/dev/tty");
    terminal.and_then(|terminal| ask_on(terminal, question)).context("the terminal can't be used")
}

fn ask_on(mut terminal: File, question: &str) -> io::Result<Secret> {
    terminal.write_all(question.as_bytes())?;
    let silence = Silence::begin(&terminal)?;
    let answer = read_line(BufReader::new(&terminal));
    drop(silence);
    terminal.write_all(b"\n")?;
    answer
}

fn read_line(from: impl BufRead) -> io::Result<Secret> {
    let mut line = String::with_capacity(LONGEST as usize);
    from.take(LONGEST).read_line(&mut line)?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok(Secret::from_text(line))
}

/// A terminal that doesn't show what is typed, until this is dropped.
struct Silence<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Silence<'a> {
    fn begin(terminal: &'a File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        let _it_stays_silent = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}
