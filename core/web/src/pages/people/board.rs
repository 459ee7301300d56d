//! People by the stages of a pipeline, to be moved from one to the next.

use actix_web::web::Query;
use app::people::PersonFilter;
use app::people::board::{self, Column as Held};
use app::saved_views::SavedList;
use domain::Permission;

use super::list::{ListQuery, Names, Terms, address, asked, limits};
use crate::answer::Answer;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::id;
use crate::pages::saved_views::saved_rows;
use crate::views::people::{Asked, Board, BoardTab, Column, SavedRow};

/// Where the board is.
const BOARD: &str = "/people/board";

/// The board, narrowed as the list of people is.
pub async fn show(member: Member, query: Query<ListQuery>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let query = query.into_inner().on_board();
    let pipeline = match query.pipeline.as_str() {
        "" => None,
        text => Some(id(text)?),
    };
    let terms = Terms::load(&member).await?;
    // The stages of the board are those of its pipeline.
    let filter = PersonFilter { pipeline: None, ..query.filter(&member, &terms) };
    let found = board::get_board(app, ctx, pipeline, filter).await?;
    let names = Names::load(&member)
        .await?
        .with_tags_of(&member, found.columns.iter().flat_map(|column| &column.people))
        .await?;
    let current = found.current.to_string();
    let here = query.in_pipeline(&current);
    let tab = |pipeline: &app::pipelines::Pipeline| BoardTab {
        label: pipeline.name.clone(),
        href: query.in_pipeline(pipeline.id.as_str()).at(BOARD),
        current: pipeline.id == found.current,
    };
    let page = Board {
        pipelines: found.pipelines.iter().map(tab).collect(),
        columns: found.columns.iter().map(|held| column(&member, &names, held, &here)).collect(),
        query: query.q.clone(),
        stages: names.stages_of(&found.current),
        address: here.at(BOARD),
        list: query.in_pipeline("").at("/people"),
        views: views(&member, &here).await?,
        asked: narrowing(
            &member,
            (&names, &terms),
            &here,
            asked(&member, &names, &here, &terms).await?,
        ),
        kept: here.own_pairs(),
        pipeline: current,
        can_write: ctx.role.may(Permission::WritePeople),
        can_manage: ctx.role.may(Permission::ManageSettings),
    };
    member.page(&page).await
}

/// What the board is asked for: which pipeline is no limit here.
fn narrowing(member: &Member, by: (&Names, &Terms), here: &ListQuery, asked: Asked) -> Asked {
    let mut limits = limits(member, by, here, BOARD);
    limits.retain(|limit| limit.name != "pipeline");
    Asked {
        limits,
        narrowed: asked.narrowed.saturating_sub(1),
        cleared: address(BOARD, &[("pipeline", &here.pipeline), ("q", &here.q)]),
        ..asked
    }
}

/// The views of the list, each with what the board takes over of it.
async fn views(member: &Member, here: &ListQuery) -> Result<Vec<SavedRow>, Failure> {
    let href = |query: &str| {
        let query = Query::<ListQuery>::from_query(query).map(Query::into_inner);
        query.unwrap_or_default().on_board().in_pipeline(&here.pipeline).at(BOARD)
    };
    saved_rows(member, SavedList::People, &here.at(BOARD), href).await
}

fn column(member: &Member, names: &Names, held: &Held, here: &ListQuery) -> Column {
    let shown = i64::try_from(held.people.len()).unwrap_or(i64::MAX);
    let stage = held.stage.id.as_str();
    Column {
        id: stage.to_owned(),
        name: held.stage.name.clone(),
        outcome: held.stage.outcome.to_string(),
        goes: !held.stage.stays(),
        count: held.count,
        values: held.values.iter().map(|(code, sum)| member.money(*sum, code)).collect(),
        people: held.people.iter().map(|person| names.row(member, person)).collect(),
        more: (held.count > shown).then(|| here.in_stage(stage).at("/people")),
    }
}
