//! Writes lists as text (RFC 4180), in UTF-8 with the mark by which Excel knows it. What a spreadsheet
//! would take for a formula is defused: a list holds what strangers wrote.

use std::borrow::Cow;

/// A list being written.
#[derive(Debug)]
pub struct Csv {
    out: Vec<u8>,
}

impl Default for Csv {
    fn default() -> Self {
        Self { out: "\u{feff}".as_bytes().to_vec() }
    }
}

impl Csv {
    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            self.cell(cell.as_ref());
        }
        self.out.extend_from_slice(b"\r\n");
    }

    fn cell(&mut self, text: &str) {
        let safe = defused(text);
        let is_plain = !text.contains([',', '"', '\n', '\r', ';', '\t']) && safe == text;
        if is_plain {
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        self.out.push(b'"');
        self.out.extend_from_slice(safe.replace('"', "\"\"").as_bytes());
        self.out.push(b'"');
    }

    /// What was written since this was asked last.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}

/// What ends a piece of a text of which the next may be a cell of its own.
const ENDS: [char; 3] = [';', '\n', '\r'];
/// What stands before a formula so that it is none, and before a text that looks like one with it.
const MARK: char = '\'';

/// A text in which no spreadsheet finds a formula. One that cuts at semicolons, as Excel does in much of
/// Europe, takes no notice of quotes in the midst of what it cuts, and finds cells at each of them and on
/// each line.
fn defused(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    for (at, piece) in text.split_inclusive(ENDS).enumerate() {
        if is_to_be_marked(text, at, piece) {
            safe.push(MARK);
        }
        safe.push_str(piece);
    }
    safe
}

/// The text that was defused so: what comes back in a list that was written here is what it was.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(MARK) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for (at, piece) in text.split_inclusive(ENDS).enumerate() {
        let rest = piece.strip_prefix(MARK).filter(|_| is_to_be_marked(text, at, piece));
        plain.push_str(rest.unwrap_or(piece));
    }
    Cow::Owned(plain)
}

/// Whether a mark belongs before the piece at this place of a text. Marks that stand there already change
/// nothing, so that each can be told from those that were put there.
fn is_to_be_marked(text: &str, at: usize, piece: &str) -> bool {
    if at == 0 {
        return is_formula(text.trim_start_matches(MARK));
    }
    let piece = piece.trim_start_matches(MARK);
    // A dash before a space begins a line of a list, unless it calls something.
    let is_listed = piece.starts_with("- ") || piece.starts_with("+ ");
    let is_line = is_listed && !piece.contains(['|', '(', '!']);
    !is_line && !piece.starts_with(['\n', '\r']) && is_formula(piece)
}

/// Whether a spreadsheet would calculate it. A phone number with its plus, several of them, and a negative
/// number are none.
fn is_formula(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    match first {
        // As wide as a letter of Chinese or Japanese they are signs of a formula too.
        '=' | '@' | '\t' | '\r' | '\n' | '|' | '＝' | '＠' => true,
        '+' | '-' | '＋' | '－' => !text.split(';').all(is_number),
        _ => false,
    }
}

/// Whether it is a number or nothing at all.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-', '＋', '－']).unwrap_or(text);
    let is_sign_alone = digits.is_empty() && !text.is_empty();
    !is_sign_alone && digits.chars().all(|it| it.is_ascii_digit() || " -().,".contains(it))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(cells: &[&str]) -> String {
        let mut csv = Csv::default();
        csv.row(cells);
        String::from_utf8(csv.take()).unwrap().trim_start_matches('\u{feff}').to_owned()
    }

    #[test]
    fn cells_come_back_as_they_were() {
        let cells = [
            "Dana \"D\" Cohen",
            "a,b",
            "one\r\ntwo",
            "",
            "דנה",
            "+972 50-123 4567",
            "-5",
            "+972 50-123 4567; +972 52-123 4567",
            "Wants:\n- a chair; \n- a table",
        ];
        let text = written(&cells);
        let mut reader =
            ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row.iter().collect::<Vec<_>>(), cells);
    }

    #[test]
    fn formulas_are_defused() {
        for (text, expected) in [
            ("=HYPERLINK(\"http://a.example\")", "\"'=HYPERLINK(\"\"http://a.example\"\")\"\r\n"),
            ("@SUM(A1)", "\"'@SUM(A1)\"\r\n"),
            ("+1+cmd|' /C calc'!A0", "\"'+1+cmd|' /C calc'!A0\"\r\n"),
            ("-2+3+cmd", "\"'-2+3+cmd\"\r\n"),
            ("\t=1", "\"'\t=1\"\r\n"),
            ("＝1+1", "\"'＝1+1\"\r\n"),
            ("+1\n+cmd|' /C calc'!A0", "\"'+1\n'+cmd|' /C calc'!A0\"\r\n"),
            // Cut at semicolons, the quotes before and behind it hold nothing together.
            ("Dana;=1+1;-x", "\"Dana;'=1+1;'-x\"\r\n"),
            ("Dana\n- cmd|' /C calc'!A0", "\"Dana\n'- cmd|' /C calc'!A0\"\r\n"),
            ("Dana\r\n@SUM(A1)", "\"Dana\r\n'@SUM(A1)\"\r\n"),
        ] {
            assert_eq!(written(&[text]), expected);
        }
    }

    #[test]
    fn a_line_that_calls_something_is_no_line_of_a_list() {
        for (text, expected) in [
            ("Wants:\n- SUM(A1)", "\"Wants:\n'- SUM(A1)\"\r\n"),
            ("Wants:\n+ Sheet2!A1", "\"Wants:\n'+ Sheet2!A1\"\r\n"),
            ("Wants;- cmd|x", "\"Wants;'- cmd|x\"\r\n"),
        ] {
            assert_eq!(written(&[text]), expected);
        }
    }

    #[test]
    fn what_was_defused_is_what_it_was_again() {
        for text in
            ["@dana", "-50%", "- call back", "'=1", "O'Neill;=1+1", "one\n@two\r\n''-x", "'"]
        {
            assert_eq!(plain(&defused(text)), text);
        }
        // What another program wrote.
        assert_eq!(plain("'@dana"), "@dana");
        for text in ["O'Neill", "'twas", "'050-1234567'", "a;'b"] {
            assert_eq!(plain(text), text);
        }
    }

    proptest! {
        #[test]
        fn whatever_was_defused_is_what_it_was_again(text in "['=@+;\r\n\t |(1a-]{0,12}") {
            let safe = defused(&text);
            prop_assert_eq!(plain(&safe), text);
            for (at, piece) in safe.split(ENDS).enumerate() {
                let is_safe = piece.starts_with(MARK) || !is_to_be_marked(piece, at, piece);
                prop_assert!(is_safe, "{}", safe);
            }
        }
    }
}
