//! `log`: the plugin's own log. Lines are bounded in number and size, and no line can look like two.

use std::fmt::Write as _;

use crate::engine::bindings::oxpi::plugin::log;
use crate::engine::state::State;
use crate::plain::is_deceiving;
use crate::services::{LogEntry, LogLevel};

const LINES_MAX: u32 = 200;
const MESSAGE_CHARS_MAX: usize = 2_000;
const FIELDS_MAX: usize = 16;
const NAME_CHARS_MAX: usize = 64;
const VALUE_CHARS_MAX: usize = 500;

/// How many lines a call has logged.
#[derive(Default)]
pub(crate) struct LogBudget {
    lines: u32,
}

impl LogBudget {
    /// Whether this line is kept, and whether it is the last.
    fn take(&mut self) -> (bool, bool) {
        self.lines = self.lines.saturating_add(1);
        (self.lines <= LINES_MAX, self.lines == LINES_MAX)
    }
}

impl log::Host for State {
    async fn write(
        &mut self,
        level: String,
        message: String,
        fields: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        let (is_kept, is_last) = self.log.take();
        if !is_kept {
            self.refuse("limited");
            return Ok(());
        }
        let mut entry = entry(&level, &message, &fields);
        if is_last {
            entry.fields.push(("dropped".to_owned(), "whatever follows".to_owned()));
        }
        if self.has_tenant {
            self.world.services.log(&self.ctx, entry).await;
        } else {
            let plugin = self.ctx.plugin.as_str();
            tracing::info!(plugin, request = self.ctx.request_id, message = entry.message);
        }
        Ok(())
    }
}

fn entry(level: &str, message: &str, fields: &[(String, String)]) -> LogEntry {
    let level = match level {
        "debug" => LogLevel::Debug,
        "warn" => LogLevel::Warn,
        "error" => LogLevel::Error,
        _ => LogLevel::Info,
    };
    let fields = fields.iter().take(FIELDS_MAX);
    LogEntry {
        level,
        message: one_line(message, MESSAGE_CHARS_MAX),
        fields: fields
            .map(|(name, value)| (one_line(name, NAME_CHARS_MAX), one_line(value, VALUE_CHARS_MAX)))
            .collect(),
    }
}

/// The text with everything escaped that could end a line, move a cursor or turn the text's
/// direction round, cut to a length.
pub(crate) fn one_line(text: &str, chars_max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(chars_max));
    for (at, c) in text.chars().enumerate() {
        if at == chars_max {
            out.push('…');
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_deceiving(c) || is_mark(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Marks without a width, which a text for people may have and a line for a terminal need not.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_can_look_like_two() {
        let forged = "ok\n2026-01-01 ERROR \x1b[31mdatabase gone\r\u{2028}\u{202e}x\0";
        let line = one_line(forged, 2_000);
        assert_eq!(
            line,
            "ok\\n2026-01-01 ERROR \\u{1b}[31mdatabase gone\\r\\u{2028}\\u{202e}x\\u{0}"
        );
        assert!(!line.chars().any(|c| c.is_control() || is_deceiving(c)));
    }

    #[test]
    fn long_lines_and_many_fields_are_cut() {
        let fields = vec![("n".repeat(100), "v".repeat(1_000)); 40];
        let entry = entry("shout", &"ש".repeat(5_000), &fields);
        assert_eq!(entry.level, LogLevel::Info);
        assert_eq!(entry.message.chars().count(), MESSAGE_CHARS_MAX + 1);
        assert_eq!(entry.fields.len(), FIELDS_MAX);
        assert_eq!(entry.fields[0].1.chars().count(), VALUE_CHARS_MAX + 1);
    }

    #[test]
    fn a_flood_ends() {
        let mut budget = LogBudget::default();
        let kept = (0..1_000).filter(|_| budget.take().0).count();
        assert_eq!(kept, LINES_MAX as usize);
    }
}
