//! Rows and cells of a file, close together in memory: a file of two hundred thousand rows is a few
//! buffers and not millions of strings.

use crate::error::{Error, Result};

/// Most rows of a file, its head among them.
pub const ROWS_MAX: usize = 200_000;
/// Most columns of a file.
pub const COLUMNS_MAX: usize = 200;
/// Most cells of a file.
const CELLS_MAX: usize = 6_000_000;
/// Most of a cell that is kept, in bytes; no field of ours holds as much.
pub(super) const CELL_BYTES_MAX: usize = 40_000;
/// Most of a file's text.
pub(super) const TEXT_BYTES_MAX: usize = 64 << 20;

/// A table of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<u32>,
    rows: Vec<Place>,
    width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    number: u32,
    first: u32,
}

/// One of its rows.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    sheet: &'a Sheet,
    at: usize,
}

impl Sheet {
    /// Adds a row that stands at this number in the file; one of empty cells alone is left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] of the field `file` where it is more than a file may have.
    pub(super) fn push<'a>(
        &mut self,
        number: usize,
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Result<()> {
        let (text, ends) = (self.text.len(), self.ends.len());
        let mut width = 0;
        for (at, cell) in cells.into_iter().enumerate() {
            let cell = cut(cell.trim());
            if cell.is_empty() {
                continue;
            }
            if at >= COLUMNS_MAX {
                return Err(Error::invalid("file", "error-imports-wide"));
            }
            // Empty cells at a row's end take no room.
            while self.ends.len() < ends + at {
                self.ends.push(u32::try_from(self.text.len()).map_err(Error::internal)?);
            }
            self.text.extend(cell.chars().filter(|letter| *letter != '\0'));
            self.ends.push(u32::try_from(self.text.len()).map_err(Error::internal)?);
            width = at + 1;
        }
        if self.text.len() == text {
            self.ends.truncate(ends);
            return Ok(());
        }
        if self.text.len() > TEXT_BYTES_MAX || self.ends.len() > CELLS_MAX {
            return Err(Error::invalid("file", "error-imports-large"));
        }
        if self.rows.len() >= ROWS_MAX {
            return Err(Error::invalid("file", "error-imports-many"));
        }
        let number = u32::try_from(number).map_err(Error::internal)?;
        self.rows.push(Place { number, first: u32::try_from(ends).map_err(Error::internal)? });
        self.width = self.width.max(width);
        Ok(())
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many columns its widest row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The row at this place, counted from the first that isn't empty.
    pub fn row(&self, at: usize) -> Option<Row<'_>> {
        (at < self.rows.len()).then_some(Row { sheet: self, at })
    }

    /// All rows from a place on.
    pub fn rows_from(&self, at: usize) -> impl Iterator<Item = Row<'_>> {
        (at..self.rows.len()).map(|at| Row { sheet: self, at })
    }
}

impl<'a> Row<'a> {
    /// Where it stands in the file, counted as a spreadsheet does.
    pub fn number(self) -> i64 {
        i64::from(self.sheet.rows[self.at].number)
    }

    /// The cell of a column; empty where the row has none.
    pub fn cell(self, column: usize) -> &'a str {
        let first = self.sheet.rows[self.at].first as usize;
        let next = self.sheet.rows.get(self.at + 1);
        let end = next.map_or(self.sheet.ends.len(), |next| next.first as usize);
        let place = first + column;
        if place >= end {
            return "";
        }
        let begin = place.checked_sub(1).map_or(0, |before| self.sheet.ends[before] as usize);
        self.sheet.text.get(begin..self.sheet.ends[place] as usize).unwrap_or_default()
    }

    /// Its cells, as many as the sheet has columns.
    pub fn cells(self) -> impl Iterator<Item = &'a str> {
        (0..self.sheet.width).map(move |column| self.cell(column))
    }
}

fn cut(cell: &str) -> &str {
    if cell.len() <= CELL_BYTES_MAX {
        return cell;
    }
    let end = (0..=CELL_BYTES_MAX).rev().find(|at| cell.is_char_boundary(*at)).unwrap_or(0);
    &cell[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_where_they_stood() {
        let mut sheet = Sheet::default();
        sheet.push(1, ["a", "", " b "]).unwrap();
        sheet.push(2, ["", " ", ""]).unwrap();
        sheet.push(3, ["", "ש\0לום"]).unwrap();
        assert_eq!((sheet.len(), sheet.width()), (2, 3));
        let row = sheet.row(0).unwrap();
        assert_eq!(row.cells().collect::<Vec<_>>(), ["a", "", "b"]);
        let row = sheet.row(1).unwrap();
        assert_eq!((row.number(), row.cell(0), row.cell(1), row.cell(2)), (3, "", "שלום", ""));
        assert_eq!(row.cell(700), "");
        assert!(sheet.row(2).is_none());
    }

    #[test]
    fn more_than_a_file_may_have_is_refused() {
        let mut sheet = Sheet::default();
        let wide: Vec<&str> = vec!["x"; COLUMNS_MAX + 1];
        assert!(sheet.push(1, wide).is_err());
        let long = "ש".repeat(CELL_BYTES_MAX);
        let mut sheet = Sheet::default();
        sheet.push(1, [long.as_str()]).unwrap();
        assert_eq!(sheet.row(0).unwrap().cell(0).len(), CELL_BYTES_MAX);
    }
}
