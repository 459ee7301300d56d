//! Texts of properties (RFC 5545, 3.3.11).

/// As it stands in a property. Line breaks of any kind are one kind, other controls can't be written.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// As people read it.
pub fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(c) => out.push(c),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commas_and_lines_are_kept() {
        assert_eq!(escape("a, b; c\\d\r\ne\u{7}"), "a\\, b\\; c\\\\d\\ne");
        assert_eq!(unescape("a\\, b\\; c\\\\d\\ne\\Nf\\"), "a, b; c\\d\ne\nf\\");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "[\\PC\n\t]{0,80}") {
            prop_assert_eq!(unescape(&escape(&text)), text);
        }
    }
}
