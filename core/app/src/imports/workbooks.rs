//! Reads workbooks (`.xlsx`). A workbook is an archive, and a small one may unpack to anything: it is
//! unpacked and counted first, and its cells are then read one after the other into what they are, never
//! into a field as wide and long as the file claims.

use std::io::{Cursor, Read as _};

use calamine::{Data, DataRef, ExcelDateTime, Reader as _, SheetVisible, Xlsx};

use super::sheet::{COLUMNS_MAX, Sheet};
use crate::error::{Error, Result};

/// Most files of a workbook.
const ENTRIES_MAX: usize = 3_000;
/// What a workbook may unpack to; its sheets are read a piece at a time.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;
/// What the texts of its cells may unpack to, which are in memory all at once.
const STRINGS_BYTES_MAX: u64 = 96 << 20;
/// Most sheets that are offered.
const SHEETS_MAX: usize = 50;

fn wrong<E>(_: E) -> Error {
    Error::invalid("file", "error-imports-kind")
}

/// Unpacks all of it once, and keeps nothing: what the archive says of its own sizes is a claim.
fn measure(bytes: &[u8]) -> Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
    if archive.len() > ENTRIES_MAX {
        return Err(Error::invalid("file", "error-imports-large"));
    }
    let mut left = UNPACKED_BYTES_MAX;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(wrong)?;
        let is_strings =
            entry.name().map_err(wrong)?.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let most = if is_strings { left.min(STRINGS_BYTES_MAX) } else { left };
        let read = std::io::copy(&mut entry.take(most + 1), &mut std::io::sink()).map_err(wrong)?;
        if read > most {
            return Err(Error::invalid("file", "error-imports-large"));
        }
        left -= read;
    }
    Ok(())
}

fn open(bytes: &[u8]) -> Result<Xlsx<Cursor<&[u8]>>> {
    measure(bytes)?;
    Xlsx::new(Cursor::new(bytes)).map_err(wrong)
}

fn shown(book: &Xlsx<Cursor<&[u8]>>) -> Vec<String> {
    let seen = book.sheets_metadata().iter().filter(|it| it.visible == SheetVisible::Visible);
    seen.take(SHEETS_MAX).map(|it| it.name.clone()).collect()
}

/// The names of a workbook's sheets, without hidden ones.
pub(super) fn list_sheets(bytes: &[u8]) -> Result<Vec<String>> {
    let sheets = shown(&open(bytes)?);
    if sheets.is_empty() { Err(wrong(())) } else { Ok(sheets) }
}

/// The rows of a sheet, by its place among those that aren't hidden.
pub(super) fn read(bytes: &[u8], sheet: usize) -> Result<Sheet> {
    let mut book = open(bytes)?;
    let names = shown(&book);
    let name = names.get(sheet).ok_or_else(|| Error::invalid("sheet", "error-imports-sheet"))?;
    let mut cells = book.worksheet_cells_reader(name).map_err(wrong)?;
    let (mut found, mut row, mut number) = (Sheet::default(), Vec::<String>::new(), 0_u32);
    while let Some(cell) = cells.next_cell().map_err(wrong)? {
        let (line, column) = cell.get_position();
        if line > number {
            found.push(number as usize + 1, row.iter().map(String::as_str))?;
            row.clear();
            number = line;
        }
        let text = text_of(cell.get_value());
        // A row before this one, as no program writes it, is no row.
        if line < number || text.is_empty() {
            continue;
        }
        let column = column as usize;
        if column >= COLUMNS_MAX {
            return Err(Error::invalid("file", "error-imports-wide"));
        }
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column] = text;
    }
    found.push(number as usize + 1, row.iter().map(String::as_str))?;
    Ok(found)
}

/// What the cell shows, as text that the same fields are read from as those of other files.
fn text_of(value: &DataRef<'_>) -> String {
    match Data::from(value.clone()) {
        Data::Empty | Data::Error(_) => String::new(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_of(number),
        Data::Bool(yes) => if yes { "yes" } else { "no" }.to_owned(),
        Data::DateTime(at) => moment(&at),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text,
    }
}

/// A phone number that a spreadsheet took for a number has no parts.
fn number_of(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

fn moment(at: &ExcelDateTime) -> String {
    if at.is_duration() || !(0.0..2_958_466.0).contains(&at.as_f64()) {
        return number_of(at.as_f64());
    }
    let (year, month, day, hour, minute, ..) = at.to_ymd_hms_milli();
    match (hour, minute) {
        (0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
    }
}

#[cfg(test)]
mod tests;
