//! People by the stages of a pipeline, side by side.

use domain::{Permission, PipelineId};
use store::people::{Person, PersonFilter, StageSum};

use super::searchable;
use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::pipelines::{self, Pipeline, Stage};

/// Most cards of a column; its head tells how many there are.
pub const CARDS_MAX: i64 = 50;

/// A pipeline's stages with who is in them.
#[derive(Debug, Clone)]
pub struct Board {
    /// All pipelines, to choose from.
    pub pipelines: Vec<Pipeline>,
    /// The one that is shown.
    pub current: PipelineId,
    /// Its stages in order.
    pub columns: Vec<Column>,
}

/// A stage with who is in it.
#[derive(Debug, Clone)]
pub struct Column {
    /// The stage.
    pub stage: Stage,
    /// How many are in it.
    pub count: i64,
    /// What they may be worth together, by currency, without those where nobody said.
    pub values: Vec<(String, i64)>,
    /// Those who came last.
    pub people: Vec<Person>,
}

/// The board of a pipeline, or of the first.
pub async fn get_board(
    app: &App,
    ctx: &Context,
    pipeline: Option<PipelineId>,
    filter: PersonFilter,
) -> Result<Board> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let filter = searchable(filter)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<Board> {
            let all = pipelines::list_in(c, &tenant)?;
            let chosen = all.iter().find(|each| Some(&each.pipeline.id) == pipeline.as_ref());
            let chosen = match (chosen, &pipeline) {
                (Some(chosen), _) => chosen,
                (None, Some(_)) => return Err(Error::NotFound),
                (None, None) => all.first().ok_or(Error::NotFound)?,
            };
            let ids = chosen.stages.iter().map(|stage| stage.id.clone()).collect();
            let sums =
                store::people::sums(c, &tenant, &PersonFilter { stages: ids, ..filter.clone() })?;
            let mut columns = Vec::new();
            for stage in &chosen.stages {
                let people =
                    store::people::list_in_stage(c, &tenant, &filter, &stage.id, CARDS_MAX)?;
                columns.push(column(stage, &sums, people));
            }
            let current = chosen.pipeline.id.clone();
            let pipelines = all.into_iter().map(|each| each.pipeline).collect();
            Ok(Board { pipelines, current, columns })
        })
        .await
}

fn column(stage: &Stage, sums: &[StageSum], people: Vec<Person>) -> Column {
    let its = || sums.iter().filter(|sum| sum.stage == stage.id);
    Column {
        stage: stage.clone(),
        count: its().map(|sum| sum.count).sum(),
        values: its()
            .filter(|sum| sum.value != 0)
            .map(|sum| (sum.currency.clone(), sum.value))
            .collect(),
        people,
    }
}
