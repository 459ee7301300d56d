//! Writes a workbook (`.xlsx`) as it goes: one sheet of texts, row after row, packed and handed on at once,
//! so that neither memory nor a file beside it holds the list. Texts are no formulas there.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Locale;
use zip::write::{SimpleFileOptions, StreamWriter};

use crate::error::{Error, Result};

/// The longest text of a cell, in characters: programs refuse a workbook with a longer one.
const CELL_CHARS_MAX: usize = 32_767;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="OXPI" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>"#;

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
}

impl Workbook {
    pub(super) fn begin(locale: Locale) -> Result<Self> {
        let tray = Tray::default();
        let mut zip = zip::ZipWriter::new_stream(tray.clone());
        let parts = [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", ROOT),
            ("xl/workbook.xml", BOOK),
            ("xl/_rels/workbook.xml.rels", BOOK_RELS),
            ("xl/styles.xml", STYLES),
        ];
        for (name, text) in parts {
            zip.start_file(name, SimpleFileOptions::default()).map_err(Error::internal)?;
            zip.write_all(text.as_bytes()).map_err(Error::internal)?;
        }
        let options = SimpleFileOptions::default().large_file(true);
        zip.start_file("xl/worksheets/sheet1.xml", options).map_err(Error::internal)?;
        let direction = if locale == Locale::He { " rightToLeft=\"1\"" } else { "" };
        let head = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><worksheet xmlns=\
             \"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews><sheetView \
             workbookViewId=\"0\"{direction}><pane ySplit=\"1\" topLeftCell=\"A2\" \
             activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
             <sheetFormatPr defaultColWidth=\"20\" defaultRowHeight=\"15\"/><sheetData>"
        );
        zip.write_all(head.as_bytes()).map_err(Error::internal)?;
        Ok(Self { tray, zip: Some(zip) })
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<String>, is_head: bool) -> Result<()> {
        let mut text = String::from("<row>");
        let style = if is_head { " s=\"1\"" } else { "" };
        for cell in cells {
            if cell.is_empty() {
                text.push_str("<c/>");
                continue;
            }
            text.push_str("<c t=\"inlineStr\"");
            text.push_str(style);
            text.push_str("><is><t xml:space=\"preserve\">");
            escape(&mut text, &cell);
            text.push_str("</t></is></c>");
        }
        text.push_str("</row>");
        self.write(&text)
    }

    fn write(&mut self, text: &str) -> Result<()> {
        let zip = self.zip.as_mut().ok_or_else(|| Error::internal("the workbook has ended"))?;
        zip.write_all(text.as_bytes()).map_err(Error::internal)
    }

    pub(super) fn end(&mut self) -> Result<()> {
        self.write("</sheetData></worksheet>")?;
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

/// What XML can hold of a text; a cell of more than programs take is cut.
fn escape(out: &mut String, text: &str) {
    for letter in text.chars().take(CELL_CHARS_MAX) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\t' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
}
