//! People by the stages of a pipeline, to be moved from one to the next.

use actix_web::web::Query;
use app::people::PersonFilter;
use app::people::board::{self, Column as Held};
use domain::Permission;
use serde::Deserialize;

use super::list::{Names, address};
use crate::answer::Answer;
use crate::member::Member;
use crate::pages::id;
use crate::views::people::{Board, BoardTab, Column};

/// What the board is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct BoardQuery {
    pipeline: String,
    q: String,
}

/// The board.
pub async fn show(member: Member, query: Query<BoardQuery>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let pipeline = match query.pipeline.as_str() {
        "" => None,
        text => Some(id(text)?),
    };
    let search = query.q.trim();
    let filter = PersonFilter {
        search: (!search.is_empty()).then(|| search.to_owned()),
        ..PersonFilter::default()
    };
    let found = board::get_board(app, ctx, pipeline, filter).await?;
    let names = Names::load(&member)
        .await?
        .with_tags_of(&member, found.columns.iter().flat_map(|column| &column.people))
        .await?;
    let current = found.current.to_string();
    let tab = |pipeline: &app::pipelines::Pipeline| BoardTab {
        label: pipeline.name.clone(),
        href: board_address(pipeline.id.as_str(), search),
        current: pipeline.id == found.current,
    };
    let page = Board {
        pipelines: found.pipelines.iter().map(tab).collect(),
        columns: found.columns.iter().map(|held| column(&member, &names, held, search)).collect(),
        query: search.to_owned(),
        stages: names.stages_of(&found.current, ""),
        address: board_address(&current, search),
        pipeline: current,
        can_write: ctx.role.may(Permission::WritePeople),
        can_manage: ctx.role.may(Permission::ManageSettings),
    };
    member.page(&page).await
}

fn board_address(pipeline: &str, search: &str) -> String {
    address("/people/board", &[("pipeline", pipeline), ("q", search)])
}

fn column(member: &Member, names: &Names, held: &Held, search: &str) -> Column {
    let shown = i64::try_from(held.people.len()).unwrap_or(i64::MAX);
    let stage = held.stage.id.as_str();
    Column {
        id: stage.to_owned(),
        name: held.stage.name.clone(),
        outcome: held.stage.outcome.to_string(),
        count: held.count,
        values: held.values.iter().map(|(code, sum)| member.money(*sum, code)).collect(),
        people: held.people.iter().map(|person| names.row(member, person)).collect(),
        more: (held.count > shown).then(|| address("/people", &[("stage", stage), ("q", search)])),
    }
}
