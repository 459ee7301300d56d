//! A mail server that takes mail and keeps it: just enough of SMTP (RFC 5321) for a client that
//! sends, with faults on demand. It speaks no TLS; it listens on loopback only.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

/// What the server does with the next mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// Takes them.
    #[default]
    Well,
    /// Says 451: try later.
    Busy,
    /// Says 550: no such mailbox.
    Refusing,
    /// Says 535 to whoever signs in, and 530 to everybody else.
    Locked,
    /// Takes a mail and hangs up before it says so.
    HangingUp,
}

/// A mail that was taken.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Whom it is for.
    pub to: String,
    /// Head and body, as they came.
    pub raw: String,
}

impl Mail {
    /// The text of all parts, quoted-printable undone (RFC 2045, section 6.7).
    pub fn text(&self) -> String {
        let joined = self.raw.replace("=\r\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.bytes();
        while let Some(byte) = rest.next() {
            let code = (byte == b'=').then(|| [rest.clone().next(), rest.clone().nth(1)]);
            let hex = code.and_then(|[high, low]| {
                let digit = |b: Option<u8>| char::from(b?).to_digit(16);
                u8::try_from(digit(high)? * 16 + digit(low)?).ok()
            });
            match hex {
                Some(decoded) => {
                    bytes.push(decoded);
                    rest.nth(1);
                }
                None => bytes.push(byte),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The first address in it that begins so.
    pub fn link(&self, begins: &str) -> Option<String> {
        let text = self.text();
        let rest = &text[text.find(begins)?..];
        Some(rest.split(|c: char| c.is_whitespace() || c == '"').next()?.to_owned())
    }

    /// A header's value, as it came.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.raw.split("\r\n\r\n").next()?;
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.map(str::to_owned)
    }
}

#[derive(Default)]
struct Kept {
    mails: Vec<Mail>,
    mood: Mood,
    talks: usize,
}

/// The server. It ends with the process.
#[derive(Clone)]
pub struct Smtp {
    /// Where it listens.
    pub port: u16,
    kept: Arc<Mutex<Kept>>,
}

impl Smtp {
    /// Starts it on a free port.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&shared);
                std::thread::spawn(move || talk(&stream, &kept));
            }
        });
        Ok(Self { port, kept })
    }

    /// The mails so far.
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.kept).mails.clone()
    }

    /// How often somebody connected.
    pub fn talks(&self) -> usize {
        lock(&self.kept).talks
    }

    /// Changes what it does from now on.
    pub fn be(&self, mood: Mood) {
        lock(&self.kept).mood = mood;
    }
}

fn lock(kept: &Mutex<Kept>) -> std::sync::MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One conversation; an end that nobody expected just ends it.
fn talk(stream: &TcpStream, kept: &Mutex<Kept>) {
    lock(kept).talks += 1;
    let _ = converse(stream, kept);
}

fn converse(stream: &TcpStream, kept: &Mutex<Kept>) -> Result<()> {
    let mut out = stream;
    let mut lines = BufReader::new(stream).lines();
    writeln_crlf(&mut out, "220 simulator ready")?;
    let mut to = String::new();
    while let Some(line) = lines.next() {
        let (line, mood) = (line?, lock(kept).mood);
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer = match (verb.as_str(), mood) {
            ("EHLO", _) => "250-simulator\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            ("AUTH", Mood::Locked) => "535 5.7.8 not you",
            ("AUTH", _) => "235 come in",
            ("MAIL", Mood::Locked) => "530 5.7.0 sign in first",
            ("RCPT", Mood::Busy) => "451 4.3.0 later",
            ("RCPT", Mood::Refusing) => "550 5.1.1 nobody here",
            ("RCPT", _) => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 fine"
            }
            ("DATA", _) => {
                writeln_crlf(&mut out, "354 go on")?;
                let mut raw = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    raw.push_str("\r\n");
                }
                lock(kept).mails.push(Mail { to: to.clone(), raw });
                if mood == Mood::HangingUp {
                    return Ok(());
                }
                "250 taken"
            }
            ("QUIT", _) => {
                writeln_crlf(&mut out, "221 bye")?;
                return Ok(());
            }
            _ => "250 fine",
        };
        writeln_crlf(&mut out, answer)?;
    }
    Ok(())
}

fn writeln_crlf(out: &mut &TcpStream, line: &str) -> Result<()> {
    Ok(out.write_all(format!("{line}\r\n").as_bytes())?)
}
