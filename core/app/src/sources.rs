//! Sources: the words that a business has for where people came from, as they stand on people. One is renamed, or
//! becomes one with another of them, over everybody who is of it, now or first.

use domain::{Permission, PersonId, SweepId};

use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::SOURCE_CHARS_MAX;
use crate::people::bulk::renaming::{ACT, Renaming};
use crate::people::bulk::{BULK_MAX, BulkDone, BulkInput, change_people};
use crate::sweeps::{BEGIN, SweepInput, Whom, begin_sweep};
use crate::{fields, once};

pub use store::people::SourceCount;

/// Most sources that are listed.
pub const SOURCES_LISTED_MAX: i64 = 500;

/// What came of renaming a source.
#[derive(Debug, Clone)]
pub enum Renamed {
    /// It was done.
    Done(BulkDone),
    /// So many are of it that it is done in lots: where to follow it.
    Begun(SweepId),
}

/// The sources that people have now or had first, by name however it is written, so that spellings of one stand
/// side by side, each with how many people are of it. Of more than are listed, those of most people.
pub async fn list_sources(app: &App, ctx: &Context) -> Result<Vec<SourceCount>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::people::count_sources(c, &tenant, SOURCES_LISTED_MAX)?)).await
}

/// Gives a source another name with everybody who is of it, now or first; whoever was removed has it too, and
/// saved views that it narrows follow. Where that is another source's name, the two are one from then on. It can
/// be taken back as a whole. The same `form_id` begins it once, where it is done in lots.
///
/// # Errors
/// [`Error::NotFound`] where nobody is of it, [`Error::Invalid`] at `to` where the new name is none.
pub async fn rename_source(
    app: &App,
    ctx: &Context,
    from: &str,
    to: &str,
    form_id: &str,
) -> Result<Renamed> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::WritePeople)?;
    ctx.require(Permission::ManageSettings)?;
    let to = fields::required_line("to", to, SOURCE_CHARS_MAX)?;
    if from == to {
        return Ok(Renamed::Done(BulkDone { count: 0, undo: None }));
    }
    if from.is_empty() {
        // Of whom no source is known isn't of one.
        return Err(Error::NotFound);
    }
    let (tenant, source, key) = (ctx.tenant.clone(), from.to_owned(), form_id.to_owned());
    let most = i64::try_from(BULK_MAX).unwrap_or(i64::MAX).saturating_add(1);
    let (begun, ids) = app
        .db
        .inspect(move |c| -> Result<(Option<SweepId>, Vec<PersonId>)> {
            // What was begun leaves few of the source, and then nobody.
            let begun = once::find::<SweepId>(c, &tenant, BEGIN, &key)?;
            let mut ids = store::people::list_of_source(c, &tenant, &source, most)?;
            if !ids.is_empty() {
                ids.extend(store::people::list_removed_of_source(c, &tenant, &source, most)?);
            }
            Ok((begun, ids))
        })
        .await?;
    if let Some(begun) = begun {
        return Ok(Renamed::Begun(begun));
    }
    if ids.is_empty() {
        return Err(Error::NotFound);
    }
    let said = Renaming { from: from.to_owned(), to }.said();
    if ids.len() <= BULK_MAX {
        let input = BulkInput { act: ACT.to_owned(), to: said };
        return Ok(Renamed::Done(change_people(app, ctx, ids, input).await?));
    }
    let input = SweepInput { act: ACT.to_owned(), to: said };
    let whom = Whom::OfSource(from.to_owned());
    begin_sweep(app, ctx, whom, input, form_id).await.map(Renamed::Begun)
}
