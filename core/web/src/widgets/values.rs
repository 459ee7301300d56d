//! Values in the reader's words.

use app::currencies;
use app::plugin_views::document::Value;
use domain::Timestamp;
use domain::text::grouped;

use super::{Drawer, tone};
use crate::views::plugin_views::{Cell, Target};

impl Drawer<'_> {
    /// A value by itself.
    pub fn value(&self, value: &Value) -> Cell {
        let plain = |text: String| Cell { kind: "plain", text, ..Cell::default() };
        match value {
            Value::None => Cell { kind: "none", ..Cell::default() },
            Value::Text(words) => {
                Cell { kind: "text", text: self.text_of(Some(words)), ..Cell::default() }
            }
            Value::Number { number, digits } => plain(number_text(*number, *digits)),
            Value::Flag(flag) => plain((self.text)(if *flag { "view-yes" } else { "view-no" }, "")),
            Value::Money(amount) => {
                plain(currencies::shown(amount.minor, &amount.currency, self.locale))
            }
            Value::Date(date) => {
                plain(date.parse().map(|date| self.dates.short(date)).unwrap_or_default())
            }
            Value::DateTime(ms) => plain(self.dates.moment(Timestamp::from_millis(*ms))),
            Value::Duration(seconds) => plain(self.duration(*seconds)),
            Value::Phone(phone) => Cell {
                kind: "phone",
                text: phone.clone(),
                to: Some(Target { href: format!("tel:{}", dialled(phone)), host: None }),
                tone: "",
            },
            Value::Badge(words, colour) => {
                Cell { kind: "badge", text: self.label(words), tone: tone(*colour), to: None }
            }
            Value::Link(to, words) => {
                let to = self.target(to);
                let text = match words {
                    Some(words) => self.label(words),
                    None => to.host.clone().unwrap_or_else(|| (self.text)("view-open", "")),
                };
                Cell { kind: "text", text, to: Some(to), tone: "" }
            }
        }
    }

    /// The two greatest units of a time that passes.
    fn duration(&self, seconds: u64) -> String {
        let units = [("view-days", 86_400), ("view-hours", 3_600), ("view-minutes", 60)];
        let mut left = seconds;
        let mut parts = Vec::new();
        for (key, size) in units {
            let count = left / size;
            left %= size;
            if count > 0 && parts.len() < 2 {
                parts.push((self.text)(key, &count.to_string()));
            }
        }
        if parts.is_empty() {
            parts.push((self.text)("view-seconds", &seconds.to_string()));
        }
        parts.join(" ")
    }
}

fn dialled(phone: &str) -> String {
    phone
        .chars()
        .filter(|c| c.is_ascii_digit() || "+*#".contains(*c))
        .collect::<String>()
        .replace('#', "%23")
}

/// A number as both languages write it.
pub(super) fn number_text(number: f64, digits: Option<u8>) -> String {
    let number = number.clamp(-1e15, 1e15);
    let text = match digits {
        Some(digits) => format!("{number:.*}", usize::from(digits)),
        None => {
            let text = format!("{number:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    grouped(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(number_text(1_234_567.5, None), "1,234,567.5");
        assert_eq!(number_text(-1_000.0, Some(2)), "-1,000.00");
        assert_eq!(number_text(0.0, None), "0");
        assert_eq!(number_text(f64::MAX, None), "1,000,000,000,000,000");
        assert_eq!(dialled("+972 (50) 123-4567"), "+972501234567");
    }
}
