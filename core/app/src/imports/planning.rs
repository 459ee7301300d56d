//! What somebody says of how a waiting file is read and what its columns are; before they do, it is guessed.

use domain::{ImportId, Locale};
use store::imports::Import;

use super::known::Known;
use super::meanings::{self, Meaning};
use super::plan::{DateOrder, Decimals, Doubles, Format, Plan, Reading};
use super::reading::SEPARATORS;
use super::sheet::Sheet;
use super::targets::{self, Target};
use super::{dates, decimals, encodings, files, find, require};
use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;
use crate::own_fields::OwnField;
use crate::people::SOURCE_CHARS_MAX;
use crate::tags::TAG_CHARS_MAX;

/// How an import's file is read.
pub fn plan_of(import: &Import) -> Result<Plan> {
    Ok(serde_json::from_value(import.plan_json.0.clone())?)
}

/// How a file is read and what its columns are, as far as that can be told from what is in it, and how many rows
/// it has.
pub(super) fn guess(
    reading: Reading,
    sheet: &Sheet,
    locale: Locale,
    zone: &str,
    own: &[OwnField],
    known: &Known,
) -> (Plan, i64) {
    let head = reading.format == Format::Cards || targets::has_head(sheet);
    let mut columns = targets::guess(sheet, head);
    targets::guess_own(&mut columns, own);
    targets::doubt(&mut columns, sheet, usize::from(head), known);
    let plan = Plan {
        dates: dates::date_order(sheet, &columns, locale, zone),
        decimals: decimals::guess(sheet, &columns, &reading, own, known),
        reading,
        head,
        columns,
        doubles: Doubles::Skip,
        tag: String::new(),
        source: String::new(),
    };
    let rows = sheet.len() - plan.first_row().min(sheet.len());
    (plan, i64::try_from(rows).unwrap_or(i64::MAX))
}

/// What somebody says about a waiting file, as a form has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanInput {
    /// The encoding of a text; empty leaves it as it is.
    pub encoding: String,
    /// What stands between its cells; empty leaves it.
    pub separator: String,
    /// The place of a workbook's sheet; empty leaves it.
    pub sheet: String,
    /// Whether its first row says what the columns are.
    pub head: bool,
    /// What the columns are, by their places.
    pub columns: Vec<String>,
    /// How dates are written.
    pub dates: String,
    /// How numbers are; empty leaves it.
    pub decimals: String,
    /// What becomes of doubles.
    pub doubles: String,
    /// A tag for everybody.
    pub tag: String,
    /// Where they came from.
    pub source: String,
    /// What words of columns mean that the business doesn't know; those that aren't named stay as they are.
    pub meanings: Vec<Meaning>,
}

impl PlanInput {
    fn reading(&self, before: &Reading) -> Result<Reading> {
        let mut reading = before.clone();
        if !self.encoding.is_empty() {
            let known = encodings::of_name(&self.encoding).is_some();
            if !known && self.encoding != before.encoding {
                return Err(Error::invalid("encoding", "error-imports-encoding"));
            }
            reading.encoding.clone_from(&self.encoding);
        }
        let mut separator = self.separator.chars();
        if let Some(found) = separator.next() {
            if !SEPARATORS.contains(&found) {
                return Err(Error::invalid("separator", "error-invalid"));
            }
            reading.separator = found;
        }
        if !self.sheet.is_empty() {
            let sheet = self.sheet.parse().ok().filter(|at| *at < reading.sheets.len());
            reading.sheet = sheet.ok_or_else(|| Error::invalid("sheet", "error-imports-sheet"))?;
        }
        Ok(reading)
    }

    fn apply(&self, plan: &mut Plan) -> Result<()> {
        let invalid = |field: &str| Error::invalid(field, "error-invalid");
        plan.dates = DateOrder::of(&self.dates).ok_or_else(|| invalid("dates"))?;
        if !self.decimals.is_empty() {
            let decimals = Decimals::of(&self.decimals);
            plan.decimals = decimals.ok_or_else(|| invalid("decimals"))?;
        }
        plan.doubles = Doubles::of(&self.doubles).ok_or_else(|| invalid("doubles"))?;
        plan.tag = fields::line("tag", &self.tag, TAG_CHARS_MAX)?;
        plan.source = fields::line("source", &self.source, SOURCE_CHARS_MAX)?;
        for (at, (column, to)) in plan.columns.iter_mut().zip(&self.columns).enumerate() {
            if !column.put(to) {
                return Err(invalid(&format!("column-{at}")));
            }
        }
        let own: Vec<_> = plan.columns.iter().map(|column| &column.own).collect();
        for (at, field) in own.iter().enumerate() {
            if field.is_some() && own[..at].contains(field) {
                return Err(Error::invalid(format!("column-{at}"), "error-imports-twice"));
            }
        }
        for target in Target::ALL.iter().filter(|target| !target.is_many()) {
            if let Some(second) = plan.places(*target).nth(1) {
                return Err(Error::invalid(format!("column-{second}"), "error-imports-twice"));
            }
        }
        Ok(())
    }
}

/// Sets how a waiting file is read. Read otherwise, with another encoding, separator or sheet, its columns
/// are guessed anew: then it is to be looked at again, which the answer says.
pub async fn plan_import(
    app: &App,
    ctx: &Context,
    id: &ImportId,
    input: PlanInput,
) -> Result<bool> {
    require(ctx)?;
    let import = find(app, ctx, id).await?;
    let before = plan_of(&import)?;
    let reading = input.reading(&before.reading)?;
    let sheet = files::sheet_of(app, &import, &reading).await?;
    let is_same = reading == before.reading;
    let (mut plan, rows_all);
    if is_same {
        plan = before;
        // Above cards stand heads of ours.
        let head = input.head || plan.reading.format == Format::Cards;
        if head != plan.head {
            plan.head = head;
            name_columns(&mut plan, &sheet);
        }
        input.apply(&mut plan)?;
        if !input.meanings.is_empty() {
            meanings::put(&mut plan, &input.meanings, &Known::of(app, ctx).await?)?;
        }
        let rows = sheet.len() - plan.first_row().min(sheet.len());
        rows_all = i64::try_from(rows).map_err(Error::internal)?;
    } else {
        let own = crate::own_fields::list_fields(app, ctx).await?;
        let known = Known::of(app, ctx).await?;
        let zone = ctx.zone.name();
        (plan, rows_all) = guess(reading, &sheet, ctx.locale, zone, &own, &known);
        (plan.doubles, plan.tag, plan.source) = (before.doubles, before.tag, before.source);
    }
    let plan = serde_json::to_value(plan)?.into();
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db
        .transact(move |c| {
            Ok::<_, Error>(store::imports::set_plan(c, &tenant, &id, &plan, rows_all)?)
        })
        .await?;
    Ok(!is_same)
}

/// What the columns are called where the first row is a head, or isn't any more; what they are stays.
fn name_columns(plan: &mut Plan, sheet: &Sheet) {
    let named = targets::guess(sheet, plan.head);
    for (column, named) in plan.columns.iter_mut().zip(named) {
        column.name = named.name;
    }
}
