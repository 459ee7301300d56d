//! Writes lists as text (RFC 4180), in UTF-8 with the mark by which Excel knows it. What a spreadsheet
//! would take for a formula is defused: a list holds what strangers wrote.

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
        let guard = if is_formula(text) { "'" } else { "" };
        let is_plain = !text.contains([',', '"', '\n', '\r', ';', '\t']) && guard.is_empty();
        if is_plain {
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        self.out.push(b'"');
        self.out.extend_from_slice(guard.as_bytes());
        self.out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        self.out.push(b'"');
    }

    /// What was written since this was asked last.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}

/// Whether a spreadsheet would calculate it. A phone number with its plus and a negative number are none.
fn is_formula(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let is_number = || {
        let rest = |letter: char| letter.is_ascii_digit() || " -().,".contains(letter);
        text.len() > 1 && text.chars().skip(1).all(rest)
    };
    match first {
        '=' | '@' | '\t' | '\r' | '\n' | '|' => true,
        '+' | '-' => !is_number(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[&str]) -> String {
        let mut csv = Csv::default();
        csv.row(cells);
        String::from_utf8(csv.take()).unwrap().trim_start_matches('\u{feff}').to_owned()
    }

    #[test]
    fn cells_come_back_as_they_were() {
        let cells = ["Dana \"D\" Cohen", "a,b", "one\r\ntwo", "", "דנה", "+972 50-123 4567", "-5"];
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
        ] {
            assert_eq!(written(&[text]), expected);
        }
    }
}
