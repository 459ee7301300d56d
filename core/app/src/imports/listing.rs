//! Imports page by page, and who the rows of one are about.

use domain::{ImportId, PersonId};
use store::Page;
use store::imports::{Import, Outcome, RowResult};

use super::require;
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// Which rows of an import somebody asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Those of people who were here already, of whom nothing was to be changed.
    Skipped,
    /// Those of people who stayed when it was undone, because something happened with them since.
    Kept,
}

/// A row, and who it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPerson {
    /// Where the row stands in the file.
    pub number: i64,
    /// Who: their id and name; none where they aren't here any more.
    pub person: Option<(PersonId, String)>,
}

/// The imports that came before one, latest first; without one, from the latest.
pub async fn list_imports_after(
    app: &App,
    ctx: &Context,
    after: Option<ImportId>,
    limit: i64,
) -> Result<Page<Import, ImportId>> {
    require(ctx)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| Ok(store::imports::list_after(c, &tenant, after.as_ref(), limit)?))
        .await
}

/// Who rows after a number are about, in the order of the file.
pub async fn list_row_people(
    app: &App,
    ctx: &Context,
    id: &ImportId,
    whom: Whom,
    after: i64,
    limit: usize,
) -> Result<Page<RowPerson, i64>> {
    require(ctx)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Page<RowPerson, i64>> {
            store::imports::get(c, &tenant, &id)?;
            // One more, to see whether there is a next page.
            let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let mut rows: Vec<RowResult> = match whom {
                Whom::Skipped => {
                    let outcomes = [Outcome::Skipped];
                    store::imports::list_results(c, &tenant, &id, &outcomes, after, most)?
                }
                Whom::Kept => store::imports::list_kept(c, &tenant, &id, after, most)?,
            };
            let goes_on = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| goes_on).map(|row| row.row_number);
            let ids: Vec<PersonId> = rows.iter().filter_map(|row| row.person_id.clone()).collect();
            let names = store::people::list_names(c, &tenant, &ids)?;
            let about = |row: RowResult| RowPerson {
                number: row.row_number,
                person: row
                    .person_id
                    .and_then(|id| names.iter().find(|(its, _)| *its == id).cloned()),
            };
            Ok(Page { items: rows.into_iter().map(about).collect(), next })
        })
        .await
}
