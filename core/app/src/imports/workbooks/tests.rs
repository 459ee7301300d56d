//! Workbooks as programs write them, and as nobody should.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::*;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Notes" sheetId="1" state="hidden" r:id="rId1"/><sheet name="לקוחות" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
const STRINGS: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>שם</t></si><si><r><t xml:space="preserve">דנה </t></r><r><t>כהן</t></r></si></sst>"#;

fn sheet_of(rows: &str) -> String {
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

fn book(sheet: &str) -> Vec<u8> {
    packed(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/sharedStrings.xml", STRINGS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet_of("").as_bytes()),
        ("xl/worksheets/sheet2.xml", sheet_of(sheet).as_bytes()),
    ])
}

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in files {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(body).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn key_of<T: std::fmt::Debug>(read: Result<T>) -> String {
    match read {
        Err(Error::Invalid { key, .. }) => key,
        other => panic!("{other:?}"),
    }
}

const ROWS: &str = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Phone</t></is></c></row><row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>46387</v></c><c r="C3"><v>501234567</v></c><c r="D3" t="b"><v>1</v></c><c r="E3"><v>1.5</v></c><c r="F3" t="e"><v>#N/A</v></c><c r="G3" t="str"><f>1+1</f><v>two</v></c></row>"#;

#[test]
fn cells_are_read_as_what_they_show_from_the_sheets_that_are_seen() {
    let bytes = book(ROWS);
    assert_eq!(list_sheets(&bytes).unwrap(), ["לקוחות"]);
    let sheet = read(&bytes, 0).unwrap();
    let rows: Vec<(i64, Vec<&str>)> =
        sheet.rows_from(0).map(|row| (row.number(), row.cells().collect())).collect();
    assert_eq!(rows[0].1[..3], ["שם", "", "Phone"]);
    assert_eq!(rows[1].0, 3);
    assert_eq!(rows[1].1, ["דנה כהן", "2026-12-31", "501234567", "yes", "1.5", "", "two"]);
    assert_eq!(key_of(read(&bytes, 1)), "error-imports-sheet");
}

#[test]
fn a_cell_at_the_far_end_of_a_sheet_takes_no_room() {
    let far = r#"<row r="1048576"><c r="A1048576"><v>7</v></c></row>"#;
    let sheet = read(&book(far), 0).unwrap();
    assert_eq!((sheet.len(), sheet.row(0).unwrap().number()), (1, 1_048_576));
    let wide = r#"<row r="1"><c r="XFD1"><v>7</v></c></row>"#;
    assert_eq!(key_of(read(&book(wide), 0)), "error-imports-wide");
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() {
    let zeros = vec![b' '; 64 << 20];
    let files: Vec<(String, &[u8])> =
        (0..5).map(|n| (format!("xl/media/{n}.bin"), zeros.as_slice())).collect();
    let mut all: Vec<(&str, &[u8])> =
        files.iter().map(|(name, body)| (name.as_str(), *body)).collect();
    all.push(("xl/workbook.xml", BOOK.as_bytes()));
    let bomb = packed(&all);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    assert_eq!(key_of(list_sheets(&bomb)), "error-imports-large");
    let many: Vec<String> = (0..ENTRIES_MAX + 1).map(|n| format!("{n}.xml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(key_of(list_sheets(&packed(&many))), "error-imports-large");
}

#[test]
fn entities_and_broken_parts_are_no_workbook() {
    let bombs = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>"#;
    let strings = format!("{bombs}<sst><si><t>&b;&b;&b;</t></si></sst>");
    let mut bytes = book(ROWS);
    assert!(read(&bytes, 0).is_ok());
    bytes.truncate(bytes.len() / 2);
    assert_eq!(key_of(list_sheets(&bytes)), "error-imports-kind");
    let with = |name: &'static str, body: &str| {
        packed(&[
            ("xl/workbook.xml", BOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", BOOK_RELS.as_bytes()),
            (name, body.as_bytes()),
        ])
    };
    // Never expanded, whatever else becomes of it.
    if let Ok(sheet) = read(&with("xl/sharedStrings.xml", &strings), 0) {
        assert!(sheet.is_empty());
    }
    assert_eq!(key_of(list_sheets(&with("xl/other.xml", "x").split_off(10))), "error-imports-kind");
    assert_eq!(key_of(list_sheets(&packed(&[("a.txt", b"hello")]))), "error-imports-kind");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn whatever_a_sheet_holds_is_read_or_refused(
        rows in "(<row r=\"[0-9]{0,8}\">|<c r=\"[A-Z]{0,4}[0-9]{0,8}\" t=\"(s|b|e|n|str|d|x)\">|<v>[0-9.eE+-]{0,9}</v>|</c>|</row>|[a-z&;<>]{0,3}){0,20}"
    ) {
        let bytes = book(&rows);
        let done = std::panic::catch_unwind(|| read(&bytes, 0).map(|sheet| sheet.len()));
        // A library that breaks is caught by whoever calls this, and the file refused.
        if let Ok(Ok(rows)) = done {
            prop_assert!(rows <= 20);
        }
    }

    #[test]
    fn bytes_turned_in_a_workbook_do_no_harm(at in 0_usize..2_000, to in any::<u8>()) {
        let mut bytes = book(ROWS);
        let place = at % bytes.len();
        bytes[place] = to;
        let _ = std::panic::catch_unwind(|| read(&bytes, 0).map(|sheet| sheet.len()));
    }
}
