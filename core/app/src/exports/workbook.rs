//! Writes a workbook (`.xlsx`) as it goes: a sheet of cells, row after row, packed and handed on at once, so
//! that neither memory nor a file beside it holds the list. What is more than a sheet takes goes on in
//! another. Texts are no formulas there.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Locale, Zone};
use zip::write::{SimpleFileOptions, StreamWriter};

use super::cells::{Kind, Style};
use crate::error::{Error, Result};

/// The longest text of a cell, in units of UTF-16: programs refuse a workbook with a longer one.
const CELL_UNITS_MAX: usize = 32_767;
/// The most rows of a sheet, its head counted: programs refuse a longer one.
const SHEET_ROWS_MAX: usize = 1_048_576;

/// A part whose name ends like XML is a sheet, of which it isn't known yet how many there are.
const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
/// Its formats stand in the order of [`Style`]. Days are written as in files of text, so that nobody takes a day
/// for a month.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/><numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm"/><numFmt numFmtId="166" formatCode="hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="7"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" numFmtId="3" applyNumberFormat="1"/><xf xfId="0" numFmtId="4" applyNumberFormat="1"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" numFmtId="165" applyNumberFormat="1"/><xf xfId="0" numFmtId="166" applyNumberFormat="1"/></cellXfs></styleSheet>"#;

const SHEET_END: &str = "</sheetData></worksheet>";

/// Bytes that were packed and not handed on yet.
#[derive(Debug, Clone, Default)]
struct Tray(Arc<Mutex<Vec<u8>>>);

impl Write for Tray {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A workbook being written.
pub(super) struct Workbook {
    tray: Tray,
    zip: Option<zip::ZipWriter<StreamWriter<Tray>>>,
    is_rtl: bool,
    /// The most rows of a sheet.
    rows_max: usize,
    /// Those of the sheet that is being written.
    rows: usize,
    /// Sheets that were begun.
    sheets: usize,
    /// What stands above the columns, on every sheet.
    head: Vec<String>,
    /// What the columns hold; those behind them hold texts.
    kinds: Vec<Kind>,
    /// By whose clock moments are told.
    zone: Zone,
}

impl Workbook {
    pub(super) fn begin(locale: Locale, zone: &Zone, kinds: Vec<Kind>) -> Result<Self> {
        Self::of_sheets(locale, zone, kinds, SHEET_ROWS_MAX)
    }

    fn of_sheets(locale: Locale, zone: &Zone, kinds: Vec<Kind>, rows_max: usize) -> Result<Self> {
        let tray = Tray::default();
        let mut book = Self {
            zip: Some(zip::ZipWriter::new_stream(tray.clone())),
            tray,
            is_rtl: locale == Locale::He,
            rows_max,
            rows: 0,
            sheets: 0,
            head: Vec::new(),
            kinds,
            zone: zone.clone(),
        };
        book.part("[Content_Types].xml", TYPES)?;
        book.part("_rels/.rels", ROOT)?;
        book.part("xl/styles.xml", STYLES)?;
        book.begin_sheet()?;
        Ok(book)
    }

    fn part(&mut self, name: &str, text: &str) -> Result<()> {
        self.begin_part(name, SimpleFileOptions::default())?;
        self.write(text)
    }

    fn begin_part(&mut self, name: &str, options: SimpleFileOptions) -> Result<()> {
        self.zip()?.start_file(name, options).map_err(Error::internal)
    }

    fn begin_sheet(&mut self) -> Result<()> {
        (self.sheets, self.rows) = (self.sheets + 1, 0);
        let name = format!("xl/worksheets/sheet{}.xml", self.sheets);
        self.begin_part(&name, SimpleFileOptions::default().large_file(true))?;
        let direction = if self.is_rtl { " rightToLeft=\"1\"" } else { "" };
        let begin = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><worksheet xmlns=\
             \"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews><sheetView \
             workbookViewId=\"0\"{direction}><pane ySplit=\"1\" topLeftCell=\"A2\" \
             activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
             <sheetFormatPr defaultColWidth=\"20\" defaultRowHeight=\"15\"/><sheetData>"
        );
        self.write(&begin)
    }

    /// Adds a row; a head comes again on each sheet.
    pub(super) fn row(&mut self, cells: Vec<String>, is_head: bool) -> Result<()> {
        if self.rows >= self.rows_max {
            self.write(SHEET_END)?;
            self.begin_sheet()?;
            let head = std::mem::take(&mut self.head);
            self.put(&head, true)?;
            self.head = head;
        }
        self.put(&cells, is_head)?;
        if is_head {
            self.head = cells;
        }
        Ok(())
    }

    fn put(&mut self, cells: &[String], is_head: bool) -> Result<()> {
        self.rows += 1;
        let mut text = String::from("<row>");
        for (at, cell) in cells.iter().enumerate() {
            if cell.is_empty() {
                text.push_str("<c/>");
                continue;
            }
            let kind = self.kinds.get(at).copied().filter(|_| !is_head);
            let counted = kind.and_then(|kind| kind.counted(cell, &self.zone));
            if let Some((value, style)) = counted {
                text.push_str(&format!("<c{}><v>{value}</v></c>", of_style(style)));
                continue;
            }
            let style = of_style(if is_head { Style::Head } else { Style::Plain });
            text.push_str(&format!("<c t=\"inlineStr\"{style}><is><t xml:space=\"preserve\">"));
            escape(&mut text, cell);
            text.push_str("</t></is></c>");
        }
        text.push_str("</row>");
        self.write(&text)
    }

    fn zip(&mut self) -> Result<&mut zip::ZipWriter<StreamWriter<Tray>>> {
        self.zip.as_mut().ok_or_else(|| Error::internal("the workbook has ended"))
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.zip()?.write_all(text.as_bytes()).map_err(Error::internal)
    }

    /// Ends it with what says which sheets there are.
    pub(super) fn end(&mut self) -> Result<()> {
        self.write(SHEET_END)?;
        let (book, names) = book_of(self.sheets);
        self.part("xl/workbook.xml", &book)?;
        self.part("xl/_rels/workbook.xml.rels", &names)?;
        if let Some(zip) = self.zip.take() {
            zip.finish().map_err(Error::internal)?;
        }
        Ok(())
    }

    /// What was packed since this was asked last.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.tray.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The part that names so many sheets, and the one that says where they are.
fn book_of(sheets: usize) -> (String, String) {
    let mut book = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>"#,
    );
    let mut places = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    );
    for number in 1..=sheets {
        let name = if number == 1 { "OXPI".to_owned() } else { format!("OXPI {number}") };
        book.push_str(&format!(r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#));
        places.push_str(&format!(
            r#"<Relationship Id="rId{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        ));
    }
    let styles = sheets + 1;
    places.push_str(&format!(
        r#"<Relationship Id="rId{styles}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#
    ));
    book.push_str("</sheets></workbook>");
    (book, places)
}

/// What a cell says of how it is shown.
fn of_style(style: Style) -> String {
    match style {
        Style::Plain => String::new(),
        other => format!(" s=\"{}\"", other as usize),
    }
}

/// What XML can hold of a text; a cell of more than programs take is cut. What they would read as the
/// number of a letter (`_x0041_`) stays what it is.
fn escape(out: &mut String, text: &str) {
    let mut units = 0;
    for (at, letter) in text.char_indices() {
        units += letter.len_utf16();
        if units > CELL_UNITS_MAX {
            break;
        }
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if is_number_of_letter(&text[at..]) => out.push_str("_x005F_"),
            '\n' | '\t' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
}

fn is_number_of_letter(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7
        && bytes.starts_with(b"_x")
        && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
        && bytes[6] == b'_'
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{Cursor, Read as _};

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;

    /// The sheets of a workbook that was written with these rows, by their names.
    fn written(rows_max: usize, rows: &[&str]) -> Vec<(String, Vec<String>)> {
        let (zone, kinds) = (Zone::utc(), Vec::new());
        let mut book = Workbook::of_sheets(Locale::En, &zone, kinds, rows_max).unwrap();
        book.row(vec!["Head".to_owned()], true).unwrap();
        for row in rows {
            book.row(vec![(*row).to_owned()], false).unwrap();
        }
        book.end().unwrap();
        let mut read = Xlsx::new(Cursor::new(book.take())).unwrap();
        let mut sheets = Vec::new();
        for name in read.sheet_names() {
            let cells = read.worksheet_range(&name).unwrap();
            sheets.push((name, cells.rows().map(|row| row[0].to_string()).collect()));
        }
        sheets
    }

    #[test]
    fn what_is_more_than_a_sheet_takes_goes_on_in_another() {
        let sheet = |name: &str, rows: &[&str]| {
            (name.to_owned(), rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(written(3, &["1", "2"]), [sheet("OXPI", &["Head", "1", "2"])]);
        assert_eq!(
            written(3, &["1", "2", "3", "4", "5"]),
            [
                sheet("OXPI", &["Head", "1", "2"]),
                sheet("OXPI 2", &["Head", "3", "4"]),
                sheet("OXPI 3", &["Head", "5"]),
            ]
        );
    }

    #[test]
    fn cells_come_back_as_they_were_and_no_longer_than_programs_take() {
        let cells = ["=1+1", "a & <b>", "_x0041_ is no A", "שלום", "one\ntwo"];
        let mut expected = vec!["Head"];
        expected.extend(cells);
        assert_eq!(written(100, &cells)[0].1, expected);
        let long = "🎈".repeat(CELL_UNITS_MAX);
        assert_eq!(written(100, &[&long])[0].1[1].encode_utf16().count(), CELL_UNITS_MAX - 1);
    }

    #[test]
    fn amounts_of_a_table_can_be_summed() {
        let kinds = vec![Kind::Text, Kind::Number, Kind::Number, Kind::Number];
        let mut book = Workbook::begin(Locale::En, &Zone::utc(), kinds).unwrap();
        let rows =
            [["Month", "1", "b", "c"], ["2026", "1234567.50", "-3", "45%"], ["a", "", "007", "=1"]];
        for (at, row) in rows.iter().enumerate() {
            book.row(row.map(str::to_owned).to_vec(), at == 0).unwrap();
        }
        book.end().unwrap();
        let mut read = Xlsx::new(Cursor::new(book.take())).unwrap();
        let cells = read.worksheet_range("OXPI").unwrap();
        let text = |text: &str| Data::String(text.to_owned());
        let found: Vec<Vec<Data>> = cells.rows().map(<[Data]>::to_vec).collect();
        assert_eq!(found[0], ["Month", "1", "b", "c"].map(text));
        let amounts = [text("2026"), Data::Float(1_234_567.5), Data::Float(-3.0), text("45%")];
        assert_eq!(found[1], amounts);
        assert_eq!(found[2], [text("a"), Data::Empty, text("007"), text("=1")]);
    }

    #[test]
    fn days_and_times_are_such_and_no_cell_of_a_head_is() {
        let kinds = vec![Kind::Day, Kind::Moment, Kind::Time, Kind::Amount];
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let mut book = Workbook::begin(Locale::En, &zone, kinds).unwrap();
        let head = ["2026-12-01", "When", "At", "7"];
        let row = ["2026-12-01", "2026-07-01T06:30:00Z", "17:45", "1234.50"];
        book.row(head.map(str::to_owned).to_vec(), true).unwrap();
        book.row(row.map(str::to_owned).to_vec(), false).unwrap();
        book.row(vec!["soon".to_owned()], false).unwrap();
        book.end().unwrap();
        let mut read = Xlsx::new(Cursor::new(book.take())).unwrap();
        let cells = read.worksheet_range("OXPI").unwrap();
        let found: Vec<Vec<Data>> = cells.rows().map(<[Data]>::to_vec).collect();
        assert_eq!(found[0], head.map(|cell| Data::String(cell.to_owned())));
        let at = |cell: &Data| match cell {
            Data::DateTime(at) => at.to_ymd_hms_milli(),
            other => panic!("{other:?} is no day"),
        };
        assert_eq!(at(&found[1][0]), (2026, 12, 1, 0, 0, 0, 0));
        assert_eq!(at(&found[1][1]), (2026, 7, 1, 9, 30, 0, 0));
        assert!(
            matches!(&found[1][2], Data::DateTime(at) if (at.as_f64() * 24.0 - 17.75).abs() < 1e-9)
        );
        assert_eq!(found[1][3], Data::Float(1234.5));
        assert_eq!(found[2][0], Data::String("soon".to_owned()));
    }

    /// The values of an attribute, one after the other.
    fn all_of<'a>(part: &'a str, attribute: &str) -> Vec<&'a str> {
        let begin = format!(" {attribute}=\"");
        part.split(&begin).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    /// As ECMA-376 has it, part 2: each part of a package has one type, its own or that of its extension, and
    /// what a relationship leads to is a part.
    #[test]
    fn each_part_has_its_type_and_each_relationship_leads_to_a_part() {
        let mut book = Workbook::of_sheets(Locale::He, &Zone::utc(), Vec::new(), 2).unwrap();
        for row in 0..4 {
            book.row(vec![row.to_string()], row == 0).unwrap();
        }
        book.end().unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(book.take())).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let mut parts = BTreeMap::new();
        for name in &names {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            parts.insert(format!("/{name}"), text);
        }
        assert_eq!((names[0].as_str(), names.len()), ("[Content_Types].xml", parts.len()));
        let types = parts.remove("/[Content_Types].xml").unwrap();
        let of = [all_of(&types, "Extension"), all_of(&types, "PartName")].concat();
        let types: BTreeMap<&str, &str> =
            of.into_iter().zip(all_of(&types, "ContentType")).collect();
        let type_of = |part: &str| {
            let extension = part.rsplit('.').next().unwrap();
            types.get(part).or_else(|| types.get(extension)).copied().unwrap()
        };
        let mut led_to = vec!["/_rels/.rels".to_owned(), "/xl/_rels/workbook.xml.rels".to_owned()];
        for (rels, base) in [("/_rels/.rels", "/"), ("/xl/_rels/workbook.xml.rels", "/xl/")] {
            assert!(type_of(rels).ends_with(".relationships+xml"));
            let kinds = all_of(&parts[rels], "Type");
            for (target, kind) in all_of(&parts[rels], "Target").into_iter().zip(kinds) {
                let part = format!("{base}{target}");
                let kind = match kind.rsplit('/').next().unwrap() {
                    "officeDocument" => ".sheet.main+xml",
                    "worksheet" => ".worksheet+xml",
                    "styles" => ".styles+xml",
                    other => panic!("{other}"),
                };
                assert!(type_of(&part).ends_with(kind) && parts.contains_key(&part), "{part}");
                led_to.push(part);
            }
        }
        assert!(parts.keys().all(|part| led_to.contains(part)) && led_to.len() == parts.len());
        let ids = all_of(&parts["/xl/_rels/workbook.xml.rels"], "Id");
        let sheets = all_of(&parts["/xl/workbook.xml"], "r:id");
        assert_eq!((&ids[..3], ids.len()), (&sheets[..], 4));
    }
}
