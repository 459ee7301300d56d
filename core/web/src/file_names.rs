//! How a file's name is drawn. Behind the last word of a script that is read from right to left often stands a
//! date or a number, and the kind of file: together they are read from left to right.

/// The longest end of a name that is held together, in characters: a phone has room for it on one line.
const END_CHARS_MAX: usize = 24;

/// A name's beginning, and the end of it that is read from left to right; that is empty where it makes no
/// difference.
pub fn parted(name: &str) -> (&str, &str) {
    let whole = (name, "");
    let Some(last) = name.rfind(is_right_to_left) else { return whole };
    let rest = name.get(last..).unwrap_or_default().trim_start_matches(is_right_to_left);
    // A closing bracket belongs to what it closes.
    let begins = |c: char| c.is_alphanumeric() || matches!(c, '(' | '[' | '{');
    let Some(skipped) = rest.find(begins) else { return whole };
    let (start, end) = name.split_at(name.len() - rest.len() + skipped);
    let is_one_word = end.chars().all(char::is_alphabetic);
    if is_one_word || end.chars().count() > END_CHARS_MAX { whole } else { (start, end) }
}

/// Hebrew, Arabic and their neighbours, and the other forms of their letters.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_and_the_kind_of_file_behind_hebrew_are_the_end_of_a_name() {
        for (start, end) in [
            ("צילום מסך ", "2026-12-01.png"),
            ("חשבונית מע״מ_", "12.pdf"),
            ("סיכום ", "(2).pdf"),
            ("סיכום (טיוטה) ", "v2.docx"),
            ("Offer הצעה ", "3.pdf"),
            ("عرض ", "2026-12-01.png"),
        ] {
            assert_eq!(parted(&format!("{start}{end}")), (start, end));
        }
    }

    #[test]
    fn a_name_that_reads_one_way_is_whole() {
        let long = format!("הצעה {}.pdf", "1".repeat(END_CHARS_MAX));
        let names =
            ["", "scan 2026-12-01.png", "הצעה.pdf", "סיכום (טיוטה).pdf", "שלום", "שלום.", &long];
        for name in names {
            assert_eq!(parted(name), (name, ""));
        }
    }
}
