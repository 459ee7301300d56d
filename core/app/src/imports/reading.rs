//! From the bytes of a file to its rows, whatever program saved it: text with any separator, in any
//! encoding, a workbook, or cards.

use std::borrow::Cow;

use domain::Locale;

use super::cards;
use super::encodings;
use super::plan::{Format, Reading};
use super::sheet::{CELL_BYTES_MAX, Sheet, TEXT_BYTES_MAX};
use super::workbooks;
use crate::error::{Error, Result};
use crate::exports;

/// The largest file that is read: a list of a hundred thousand people with where they live and a line of notes
/// has half as many bytes.
pub const FILE_BYTES_MAX: usize = 64 << 20;
/// The largest workbook, whose bytes are packed.
pub const WORKBOOK_BYTES_MAX: usize = 20 << 20;
/// What stands between the cells of a row.
pub const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
/// How much of a text is looked at to find what stands between its cells.
const LOOKED_AT_BYTES: usize = 64 << 10;
const LOOKED_AT_ROWS: usize = 50;

/// How a file that somebody brought is to be read, as far as it tells.
///
/// # Errors
/// [`Error::Invalid`] of the field `file` where it is none that is read here.
pub(super) fn sniff(bytes: &[u8], locale: Locale) -> Result<Reading> {
    if bytes.is_empty() {
        return Err(Error::invalid("file", "error-imports-missing"));
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Error::invalid("file", "error-imports-large"));
    }
    if is_packed(bytes) {
        if bytes.len() > WORKBOOK_BYTES_MAX {
            return Err(Error::invalid("file", "error-imports-large"));
        }
        let sheets = workbooks::list_sheets(bytes)?;
        return Ok(Reading { format: Format::Workbook, sheets, ..Reading::default() });
    }
    // The container of Excel's files before 2007, and of those with a password.
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Error::invalid("file", "error-imports-old-excel"));
    }
    let encoding = encodings::sniff(bytes, locale);
    let text = encodings::decode(&bytes[..bytes.len().min(LOOKED_AT_BYTES)], encoding);
    if looks_binary(&text) {
        return Err(Error::invalid("file", "error-imports-kind"));
    }
    let encoding = encoding.name().to_owned();
    if cards::are(&text) {
        let locale = Some(locale);
        return Ok(Reading { format: Format::Cards, encoding, locale, ..Reading::default() });
    }
    Ok(Reading {
        format: Format::Text,
        encoding,
        separator: separator(&text),
        ..Reading::default()
    })
}

/// Whether it is packed, as workbooks are.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Pictures, programs and the like hold what no text does.
fn looks_binary(text: &str) -> bool {
    let odd = |letter: &char| {
        letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{c}' | '\u{1a}')
    };
    text.chars().filter(odd).count() * 50 > text.chars().count()
}

/// A file's rows.
pub(super) fn read(bytes: &[u8], reading: &Reading) -> Result<Sheet> {
    let sheet = match reading.format {
        Format::Workbook => workbooks::read(bytes, reading.sheet)?,
        Format::Text => read_text(&decoded(bytes, reading)?, reading.separator)?,
        Format::Cards => {
            cards::read(&decoded(bytes, reading)?, reading.locale.unwrap_or(Locale::En))?
        }
    };
    if sheet.is_empty() {
        return Err(Error::invalid("file", "error-imports-empty"));
    }
    Ok(sheet)
}

/// The text of a file that is one, in the encoding that was found or chosen.
fn decoded<'b>(bytes: &'b [u8], reading: &Reading) -> Result<Cow<'b, str>> {
    let encoding = encodings::of_name(&reading.encoding)
        .or_else(|| encoding_rs::Encoding::for_label(reading.encoding.as_bytes()))
        .ok_or_else(|| Error::invalid("encoding", "error-imports-encoding"))?;
    let text = encodings::decode_whole(bytes, encoding, TEXT_BYTES_MAX);
    text.ok_or_else(|| Error::invalid("file", "error-imports-large"))
}

fn read_text(text: &str, separator: char) -> Result<Sheet> {
    let text = without_hint(text);
    let (sheet, is_off) = rows_of(text, separator, true)?;
    if !is_off {
        return Ok(sheet);
    }
    // A quotation mark that is never closed would take the rest of the file for one cell: then such marks are
    // letters like others. What was read so far isn't held beside it.
    drop(sheet);
    Ok(rows_of(text, separator, false)?.0)
}

/// Excel notes its separator in a line of its own.
fn without_hint(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if hint(first).is_some() => rest,
        _ => text,
    }
}

fn hint(line: &str) -> Option<char> {
    let line = line.trim_matches(['\u{feff}', '\r', '"']);
    let mut rest = line.strip_prefix("sep=")?.chars();
    rest.next().filter(|found| rest.next().is_none() && SEPARATORS.contains(found))
}

fn reader(text: &str, separator: char, quoting: bool) -> csv::Reader<&[u8]> {
    let separator = u8::try_from(separator).unwrap_or(b',');
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .quoting(quoting)
        .from_reader(text.as_bytes())
}

/// The rows, and whether a cell of them can't be meant as one.
fn rows_of(text: &str, separator: char, quoting: bool) -> Result<(Sheet, bool)> {
    let (mut sheet, mut record) = (Sheet::default(), csv::StringRecord::new());
    let mut rows = reader(text, separator, quoting);
    let mut number = 0;
    let wrong = |_| Error::invalid("file", "error-imports-kind");
    loop {
        let at = usize::try_from(rows.position().byte()).map_err(Error::internal)?;
        if !rows.read_record(&mut record).map_err(wrong)? {
            return Ok((sheet, false));
        }
        number += 1 + empty_lines(text, at);
        if quoting && record.iter().any(|cell| cell.len() > CELL_BYTES_MAX) {
            return Ok((sheet, true));
        }
        // What was written here comes back as it was before a spreadsheet was kept from calculating it.
        let cells: Vec<_> = record.iter().map(exports::plain).collect();
        sheet.push(number, cells.iter().map(|cell| &**cell))?;
    }
}

/// How many lines without anything stand at this place, where a row ended. The reader passes them by; a
/// spreadsheet counts them.
fn empty_lines(text: &str, at: usize) -> usize {
    let (before, mut rest) = text.as_bytes().split_at(at.min(text.len()));
    if before.ends_with(b"\r") {
        // The reader may stop within a line end of two letters.
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut count = 0;
    while let [b'\r', b'\n', after @ ..] | [b'\r' | b'\n', after @ ..] = rest {
        (rest, count) = (after, count + 1);
    }
    count
}

/// What stands between the cells: that which makes most rows of the same number of cells, of more than
/// one.
fn separator(text: &str) -> char {
    if let Some(said) = text.lines().next().and_then(hint) {
        return said;
    }
    let score = |separator: char| {
        let mut counts = [0_usize; 64];
        let (mut rows, mut record) = (reader(text, separator, true), csv::StringRecord::new());
        let mut read = 0;
        while read < LOOKED_AT_ROWS && rows.read_record(&mut record).unwrap_or(false) {
            counts[record.len().min(63)] += 1;
            read += 1;
        }
        let (cells, times) =
            counts.iter().enumerate().skip(2).max_by_key(|(_, times)| **times).unwrap_or((0, &0));
        // Two rows alike say more than one row of many cells.
        (*times * 100).checked_div(read).unwrap_or(0) * 10 + cells.min(9) * usize::from(*times > 0)
    };
    let scored = SEPARATORS.map(|separator| (score(separator), separator));
    // The first of the best: the comma where nothing tells.
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    scored.into_iter().find(|(score, _)| *score == best).map_or(',', |(_, separator)| separator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let reading = sniff(text.as_bytes(), Locale::En).unwrap();
        let sheet = read(text.as_bytes(), &reading).unwrap();
        sheet.rows_from(0).map(|row| row.cells().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn whatever_stands_between_cells_is_found() {
        for separator in SEPARATORS {
            let s = separator.to_string();
            let text = ["Name", "Notes", "Phone\nDana", "\"a, b; c | d\"", "1\nNoa", "", "2\n"];
            let text = text.join(&s);
            let found = rows(&text);
            assert_eq!(found[1], ["Dana", "a, b; c | d", "1"], "{separator:?}");
            assert_eq!(found.len(), 3);
        }
        assert_eq!(rows("Name\nDana, the first\nNoa\n")[1].len(), 2);
        assert_eq!(rows("sep=|\na,b|c\n"), [["a,b", "c"]]);
    }

    #[test]
    fn cells_in_quotation_marks_hold_lines_and_marks() {
        let found =
            rows("name,notes\r\n\"Dana \"\"D\"\" Cohen\",\"one\r\ntwo\"\r\n\r\nNoa,5\" nails\r\n");
        assert_eq!(found[1], ["Dana \"D\" Cohen", "one\r\ntwo"]);
        assert_eq!(found[2], ["Noa", "5\" nails"]);
    }

    #[test]
    fn what_was_written_here_comes_back_as_it_was() {
        let cells = ["@dana", "=1+1", "Wants:\n@noon; -x", "'=1", "O'Neill"];
        let mut file = exports::Csv::default();
        file.row(cells);
        assert_eq!(rows(&String::from_utf8(file.take()).unwrap()), [cells]);
    }

    /// A table as a program would save it.
    fn written(
        table: &[Vec<String>],
        separator: char,
        quotes: csv::QuoteStyle,
        end: csv::Terminator,
    ) -> String {
        let mut out = csv::WriterBuilder::new()
            .delimiter(u8::try_from(separator).unwrap())
            .flexible(true)
            .quote_style(quotes)
            .terminator(end)
            .from_writer(Vec::new());
        for row in table {
            out.write_record(row).unwrap();
        }
        String::from_utf8(out.into_inner().unwrap()).unwrap()
    }

    /// A text as UTF-8, with its mark or without, or as UTF-16 in either order with its mark.
    fn encoded(text: &str, saved: usize) -> Vec<u8> {
        let marked = format!("\u{feff}{text}");
        match saved {
            0 => text.as_bytes().to_vec(),
            1 => marked.into_bytes(),
            2 => marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    #[test]
    fn cards_are_known_however_they_were_saved() {
        let text = "BEGIN:VCARD\r\nFN:דנה כהן\r\nTEL:050-1234567\r\nEND:VCARD\r\n";
        for saved in 0..4 {
            let bytes = encoded(text, saved);
            let reading = sniff(&bytes, Locale::He).unwrap();
            assert_eq!(reading.format, Format::Cards, "{saved}");
            let sheet = read(&bytes, &reading).unwrap();
            let cells: Vec<&str> = sheet.row(1).unwrap().cells().collect();
            assert_eq!(cells, ["דנה כהן", "050-1234567"], "{saved}");
        }
    }

    #[test]
    fn a_separator_that_the_first_line_names_is_taken() {
        for separator in SEPARATORS {
            for hint in [format!("sep={separator}"), format!("\"sep={separator}\"")] {
                // The other separators stand in every row as often.
                let text = format!(
                    "{hint}\r\na,b;c|d\te{separator}Notes\r\n1,2;3|4\t5{separator}\"6{separator}7\"\r\n"
                );
                let last = format!("6{separator}7");
                for saved in 0..4 {
                    let bytes = encoded(&text, saved);
                    let reading = sniff(&bytes, Locale::En).unwrap();
                    assert_eq!(reading.separator, separator, "{saved}");
                    let sheet = read(&bytes, &reading).unwrap();
                    let cells: Vec<&str> = sheet.row(1).unwrap().cells().collect();
                    assert_eq!((sheet.len(), cells.last()), (2, Some(&last.as_str())), "{text}");
                    assert_eq!(sheet.row(0).unwrap().number(), 1);
                }
            }
        }
        // What names none is a row like others.
        assert_eq!(rows("sep=ab,x\nDana,1\n").len(), 2);
    }

    #[test]
    fn hebrew_with_marks_and_lines_in_its_cells_is_read_however_it_was_saved() {
        for separator in SEPARATORS {
            let s = separator;
            let text = format!(
                "שם{s}טלפון{s}הערות\r\n\"דנה \"\"ד\"\" כהן\"{s}050-1234567{s}\"לקוחה{s}ותיקה\r\nמאוד\"\r\n\
                 נועה לוי{s}052-7654321\r\n"
            );
            let note = format!("לקוחה{s}ותיקה\r\nמאוד");
            let expected = [
                ["שם", "טלפון", "הערות"],
                ["דנה \"ד\" כהן", "050-1234567", note.as_str()],
                ["נועה לוי", "052-7654321", ""],
            ];
            let (old, _, lost) = encoding_rs::WINDOWS_1255.encode(&text);
            assert!(!lost);
            for bytes in (0..4).map(|saved| encoded(&text, saved)).chain([old.into_owned()]) {
                let reading = sniff(&bytes, Locale::He).unwrap();
                let sheet = read(&bytes, &reading).unwrap();
                let found: Vec<Vec<&str>> =
                    sheet.rows_from(0).map(|row| row.cells().collect()).collect();
                assert_eq!(found, expected, "{} {separator:?}", reading.encoding);
            }
        }
    }

    #[test]
    fn rows_may_differ_in_length_and_are_counted_as_a_spreadsheet_does() {
        let text = "\r\nName,Phone\r\n\r\nDana\r\n\n\n\"Noa\nLevi\",1,2,3\r\n , \r\nOmer,4\n\n";
        let reading = sniff(text.as_bytes(), Locale::En).unwrap();
        let sheet = read(text.as_bytes(), &reading).unwrap();
        let found: Vec<(i64, Vec<&str>)> =
            sheet.rows_from(0).map(|row| (row.number(), row.cells().collect())).collect();
        let expected = [
            (2, vec!["Name", "Phone", "", ""]),
            (4, vec!["Dana", "", "", ""]),
            (7, vec!["Noa\nLevi", "1", "2", "3"]),
            (9, vec!["Omer", "4", "", ""]),
        ];
        assert_eq!(found, expected);
        let old = "Name,Phone\rDana,1\r\rNoa,2\r";
        let sheet = read_text(old, ',').unwrap();
        let numbers: Vec<i64> = sheet.rows_from(0).map(|row| row.number()).collect();
        assert_eq!(numbers, [1, 2, 4]);
    }

    #[test]
    fn a_mark_that_is_never_closed_takes_no_rows_with_it() {
        let mut text = String::from("name,size\nDana,\"5 nails\n");
        for n in 0..9_000 {
            text.push_str(&format!("Noa {n},1\n"));
        }
        assert_eq!(rows(&text).len(), 9_002);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let key = |bytes: &[u8]| match sniff(bytes, Locale::En).and_then(|it| read(bytes, &it)) {
            Err(Error::Invalid { field, key }) if field == "file" => key,
            other => panic!("{other:?}"),
        };
        assert_eq!(key(b""), "error-imports-missing");
        assert_eq!(key(b" \n , ,\n"), "error-imports-empty");
        assert_eq!(key(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), "error-imports-old-excel");
        assert_eq!(key(&[&b"PK\x03\x04"[..], &[7; 200]].concat()), "error-imports-kind");
        assert_eq!(key(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x01\x02\x03\x04\x05"), "error-imports-kind");
        assert_eq!(key(&vec![b'a'; FILE_BYTES_MAX + 1]), "error-imports-large");
        let book = [&b"PK\x03\x04"[..], vec![7_u8; WORKBOOK_BYTES_MAX].as_slice()].concat();
        assert_eq!(key(&book), "error-imports-large");
        // Letters of one byte that become two are too many where the bytes aren't.
        let (old, _, _) = encoding_rs::WINDOWS_1255.encode("שם,הערות\nדנה כהן,לקוחה ותיקה מהעיר\n");
        let old = old.repeat(FILE_BYTES_MAX / old.len());
        assert_eq!(key(&old), "error-imports-large");
        let many = "a\n".repeat(super::super::sheet::ROWS_MAX + 1);
        assert_eq!(key(many.as_bytes()), "error-imports-many");
    }

    #[test]
    fn a_hundred_thousand_people_with_where_they_live_and_what_was_said_fit() {
        let mut text = String::from("שם,טלפון,אימייל,כתובת,תגיות,הערות\r\n");
        for n in 0..100_000 {
            text.push_str(&format!(
                "דנה כהן־לוי {n:06},050-{n:07},dana{n}@example.com,\"רחוב הרצל {n}, דירה 4, תל אביב\",\
                 \"לקוחה; חתונה\",\"התקשרה לשאול על סידור פרחים לחתונה בקיץ, ביקשה שנחזור אליה אחרי החג \
                 עם הצעת מחיר ותמונות\"\r\n"
            ));
        }
        // In the encoding that takes most room.
        let bytes = encoded(&text, 2);
        assert!(bytes.len() > 30 << 20, "{}", bytes.len());
        let reading = sniff(&bytes, Locale::He).unwrap();
        let sheet = read(&bytes, &reading).unwrap();
        assert_eq!((sheet.len(), sheet.width()), (100_001, 6), "{}", reading.encoding);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn whatever_bytes_come_nothing_breaks(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            if let Ok(reading) = sniff(&bytes, Locale::He) {
                let _ = read(&bytes, &reading);
            }
        }

        #[test]
        fn whatever_table_was_written_is_read_as_it_was(
            table in prop::collection::vec(
                prop::collection::vec("[a-zA-Z א-ת0-9.:/'\"\\n\\r\\t,;|-]{0,12}", 1..5), 1..8),
            (at, saved) in (0..SEPARATORS.len(), 0..4_usize),
            (always, crlf) in any::<(bool, bool)>(),
        ) {
            let quotes =
                if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let end = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let bytes = encoded(&written(&table, SEPARATORS[at], quotes, end), saved);
            let found = sniff(&bytes, Locale::En).unwrap();
            let sheet = read(&bytes, &Reading { separator: SEPARATORS[at], ..found });
            let table: Vec<Vec<_>> =
                table.iter().map(|row| row.iter().map(|it| exports::plain(it)).collect()).collect();
            let rows = table.iter().map(|row| row.iter().map(|it| it.trim()).collect::<Vec<_>>());
            let numbered = (1_i64..).zip(rows);
            let kept: Vec<(i64, Vec<&str>)> =
                numbered.filter(|(_, row)| row.iter().any(|cell| !cell.is_empty())).collect();
            if kept.is_empty() {
                prop_assert!(sheet.is_err());
                return Ok(());
            }
            let sheet = sheet.unwrap();
            prop_assert_eq!(sheet.len(), kept.len());
            for (read, (number, row)) in sheet.rows_from(0).zip(kept) {
                prop_assert_eq!(read.number(), number);
                let cells = sheet.width().max(row.len());
                for column in 0..cells {
                    let wanted = row.get(column).copied().unwrap_or_default();
                    prop_assert_eq!(read.cell(column), wanted);
                }
            }
        }
    }
}
