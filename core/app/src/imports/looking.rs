//! What would come of a file, before anything does.

use domain::{ImportId, PersonId, TenantId};
use store::Conn;
use store::imports::{Import, State};

use super::doubles::{By, Index};
use super::meanings::{self, Words};
use super::plan::Plan;
use super::planning::plan_of;
use super::rows::{self, Said, Wrong};
use super::running::ROWS_AT_ONCE;
use super::sheet::{Row, Sheet};
use super::taking::Taking;
use super::{files, find, require};
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// How many rows are shown as they will become.
const SHOWN_ROWS: usize = 8;
/// How many rows of those who are here already are shown.
const DOUBLES_SHOWN: usize = 20;
/// How many rows are read to tell how many have mistakes and how many are here already: what looking at
/// the longest file costs, in time and in memory. They are looked up in lots, as they would be taken in.
const CHECKED_ROWS: usize = 20_000;
/// Cells of a column that are shown beside it.
const SAMPLES: usize = 3;

/// An import, and what its file says while it waits.
#[derive(Debug, Clone)]
pub struct Look {
    /// The import.
    pub import: Import,
    /// How it is read.
    pub plan: Plan,
    /// A few cells of each column.
    pub samples: Vec<Vec<String>>,
    /// Of each column the words that the business doesn't know, or of which somebody said something.
    pub unknown: Vec<Words>,
    /// Its first rows as they will become.
    pub shown: Vec<Shown>,
    /// The first rows with a mistake.
    pub mistakes: Vec<Shown>,
    /// How many rows were read for that, and for those who are here already.
    pub checked: usize,
    /// How many of them have a mistake.
    pub wrong: usize,
    /// How many of them are of people who are here already.
    pub doubles: usize,
    /// The first of those.
    pub doubles_shown: Vec<Shown>,
    /// How many of them are of people who aren't here, but come with a row before.
    pub twice: usize,
}

/// A row as it will become.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Where it stands in the file.
    pub number: i64,
    /// What it says, or what is wrong with it.
    pub said: std::result::Result<Said, Wrong>,
    /// The cell that is wrong.
    pub cell: String,
    /// Who it is, where they are there already: their id, name, and by what that is known.
    pub double: Option<(PersonId, String, By)>,
    /// Whether it is of somebody who isn't there, but comes with a row before.
    pub twice: bool,
}

/// Looks at an import: what would come of its rows, or what came of them.
pub async fn look_at_import(app: &App, ctx: &Context, id: &ImportId) -> Result<Look> {
    require(ctx)?;
    let import = find(app, ctx, id).await?;
    let plan = plan_of(&import)?;
    let sheet = match import.state {
        State::Waiting => files::sheet_of(app, &import, &plan.reading).await?,
        _ => files::Held::default(),
    };
    let app2 = app.clone();
    app.db
        .inspect(move |c| -> Result<Look> {
            let taking = Taking::begin(&app2, c, &import, &plan)?;
            let coming = Index::empty(taking.known.home());
            let mut found = Found { coming, ..Found::default() };
            let mut first = plan.first_row();
            let end = sheet.len().min(first + CHECKED_ROWS);
            while first < end {
                let count = ROWS_AT_ONCE.min(end - first);
                found.lot(c, &taking, &plan, sheet.rows_from(first).take(count))?;
                first += count;
            }
            found.name(c, &import.tenant_id)?;
            let samples = samples(&sheet, &plan);
            let unknown = meanings::unknown(&sheet, &plan, &taking.known, CHECKED_ROWS);
            let Found { shown, mistakes, checked, wrong, doubles, doubles_shown, twice, .. } =
                found;
            Ok(Look {
                import,
                plan,
                samples,
                unknown,
                shown,
                mistakes,
                checked,
                wrong,
                doubles,
                doubles_shown,
                twice,
            })
        })
        .await
}

/// What was found of the rows so far.
#[derive(Default)]
struct Found {
    shown: Vec<Shown>,
    mistakes: Vec<Shown>,
    checked: usize,
    wrong: usize,
    doubles: usize,
    doubles_shown: Vec<Shown>,
    twice: usize,
    /// Who would come with the rows so far.
    coming: Index,
}

impl Found {
    /// Looks at some rows, as they would be taken in together.
    fn lot<'r>(
        &mut self,
        c: &mut Conn,
        taking: &Taking<'_>,
        plan: &Plan,
        rows: impl Iterator<Item = Row<'r>>,
    ) -> Result<()> {
        let rows: Vec<_> = rows.map(|row| (row, rows::read(row, plan, &taking.known))).collect();
        let said = rows.iter().filter_map(|(_, read)| read.as_ref().ok());
        let there = Index::load(c, taking.tenant(), taking.known.home(), said)?;
        for (row, read) in rows {
            self.one(taking, &there, row, read);
        }
        Ok(())
    }

    fn one(
        &mut self,
        taking: &Taking<'_>,
        there: &Index,
        row: Row<'_>,
        said: std::result::Result<Said, Wrong>,
    ) {
        let cell = said.as_ref().err().map_or("", |wrong| row.cell(wrong.place));
        let (cell, is_wrong) = (short(cell), said.is_err());
        let mut shown = Shown { number: row.number(), said, cell, double: None, twice: false };
        if let Ok(said) = &shown.said {
            if let Some((id, by)) = there.find(said) {
                shown.double = Some((id, String::new(), by));
            } else if self.coming.find(said).is_some() {
                shown.twice = true;
            } else {
                self.coming.add(&taking.imagined(said), said);
            }
        }
        self.checked += 1;
        self.wrong += usize::from(is_wrong);
        self.doubles += usize::from(shown.double.is_some());
        self.twice += usize::from(shown.twice);
        if is_wrong && self.mistakes.len() < SHOWN_ROWS {
            self.mistakes.push(shown.clone());
        }
        if shown.double.is_some() && self.doubles_shown.len() < DOUBLES_SHOWN {
            self.doubles_shown.push(shown.clone());
        }
        if self.shown.len() < SHOWN_ROWS {
            self.shown.push(shown);
        }
    }

    /// Names those who are there, as far as they are shown.
    fn name(&mut self, c: &mut Conn, tenant: &TenantId) -> Result<()> {
        let rows = self.shown.iter_mut().chain(&mut self.doubles_shown);
        let mut doubles: Vec<_> = rows.filter_map(|row| row.double.as_mut()).collect();
        let ids: Vec<PersonId> = doubles.iter().map(|double| double.0.clone()).collect();
        let names = store::people::list_names(c, tenant, &ids)?;
        for double in &mut doubles {
            if let Some((_, name)) = names.iter().find(|(id, _)| *id == double.0) {
                name.clone_into(&mut double.1);
            }
        }
        Ok(())
    }
}

fn samples(sheet: &Sheet, plan: &Plan) -> Vec<Vec<String>> {
    let of = |place: usize| {
        let cells = sheet.rows_from(plan.first_row()).take(100).map(|row| row.cell(place));
        cells.filter(|cell| !cell.is_empty()).take(SAMPLES).map(short).collect()
    };
    (0..plan.columns.len()).map(of).collect()
}

fn short(cell: &str) -> String {
    let line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 40 {
        return line;
    }
    line.chars().take(39).chain(['…']).collect()
}
