//! What would come of a file, before anything does.

use domain::{ImportId, PersonId};
use store::imports::{Import, State};

use super::doubles::{By, Index};
use super::plan::Plan;
use super::rows::{self, Known, Said, Wrong};
use super::sheet::{Row, Sheet};
use super::{files, find, require};
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// How many rows are shown as they will become.
const SHOWN_ROWS: usize = 8;
/// How many rows are read to tell how many have mistakes.
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
    /// Its first rows as they will become.
    pub shown: Vec<Shown>,
    /// The first rows with a mistake.
    pub mistakes: Vec<Shown>,
    /// How many rows were read for that.
    pub checked: usize,
    /// How many of them have a mistake.
    pub wrong: usize,
    /// The currency of amounts.
    pub currency: String,
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
}

/// Looks at an import: what would come of its rows, or what came of them.
pub async fn look_at_import(app: &App, ctx: &Context, id: &ImportId) -> Result<Look> {
    require(ctx)?;
    let import = find(app, ctx, id).await?;
    let plan: Plan = serde_json::from_value(import.plan_json.0.clone())?;
    let sheet = match import.state {
        State::Waiting => files::sheet_of(app, &import, &plan.reading).await?,
        _ => Sheet::default(),
    };
    let ctx = ctx.clone();
    app.db
        .inspect(move |c| -> Result<Look> {
            let known = Known::load(c, &ctx.tenant, &ctx.zone)?;
            let first = plan.first_row();
            let read = |row: Row<'_>| {
                let said = rows::read(row, &plan, &known);
                let cell = said.as_ref().err().map_or("", |wrong| row.cell(wrong.place));
                Shown { number: row.number(), cell: short(cell), said, double: None }
            };
            let mut shown: Vec<Shown> = sheet.rows_from(first).take(SHOWN_ROWS).map(read).collect();
            let said = shown.iter().filter_map(|it| it.said.as_ref().ok());
            let index = Index::load(c, &ctx.tenant, known.home(), said)?;
            let found: Vec<Option<(PersonId, By)>> = shown
                .iter()
                .map(|it| it.said.as_ref().ok().and_then(|said| index.find(said)))
                .collect();
            let ids: Vec<PersonId> = found.iter().flatten().map(|(id, _)| id.clone()).collect();
            let names = store::people::list_names(c, &ctx.tenant, &ids)?;
            for (row, found) in shown.iter_mut().zip(found) {
                row.double = found.map(|(id, by)| {
                    let name = names.iter().find(|(its, _)| *its == id);
                    (id, name.map(|(_, name)| name.clone()).unwrap_or_default(), by)
                });
            }
            let (mut checked, mut wrong, mut mistakes) = (0, 0, Vec::new());
            for row in sheet.rows_from(first).take(CHECKED_ROWS) {
                checked += 1;
                if rows::read(row, &plan, &known).is_err() {
                    wrong += 1;
                    if mistakes.len() < SHOWN_ROWS {
                        mistakes.push(read(row));
                    }
                }
            }
            let currency = known.currency().to_owned();
            let samples = samples(&sheet, &plan);
            Ok(Look { import, plan, samples, shown, mistakes, checked, wrong, currency })
        })
        .await
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
