//! Text folded for searching, in Rust, so that both databases find the same in every script.

/// Lower case, without Hebrew points (U+0591 to U+05C7, letters apart), runs of space as one.
pub(crate) fn fold(text: &str) -> String {
    let kept = text.chars().filter(|c| {
        !matches!(
            c,
            '\u{0591}'
                ..='\u{05BD}'
                    | '\u{05BF}'
                    | '\u{05C1}'
                    | '\u{05C2}'
                    | '\u{05C4}'
                    | '\u{05C5}'
                    | '\u{05C7}'
        )
    });
    let lower = kept.collect::<String>().to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The digits of a phone number, so that `050-123` finds `0501234567`.
pub(crate) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// A LIKE pattern (escape `\`) that finds folded text containing this one; nothing for blank text.
pub(crate) fn contains(text: &str) -> Option<String> {
    let folded: String = fold(text).chars().take(100).collect();
    if folded.is_empty() {
        return None;
    }
    let mut pattern = String::from("%");
    for c in folded.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_case_are_folded_away() {
        assert_eq!(fold("  שָׁלוֹם   Élan "), "שלום élan");
    }

    #[test]
    fn wildcards_are_text() {
        assert_eq!(contains("50%_\\").as_deref(), Some("%50\\%\\_\\\\%"));
        assert_eq!(contains("  "), None);
    }
}
