//! People who are there twice: finding them, making one of two.

use actix_web::web::{Form, Path};
use app::people::{apart, merge};
use domain::{Permission, PersonId};
use serde::Deserialize;

use super::list::Names;
use crate::answer::Answer;
use crate::member::Member;
use crate::pages::id;
use crate::views::people::{Doubles, DoublesRow};

/// Everybody who may be there twice.
pub async fn list(member: Member) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let names = Names::load(&member).await?;
    let row = |group: merge::Doubles| DoublesRow {
        people: group.people.iter().map(|person| names.row(&member, person)).collect(),
        by: group.by,
    };
    let groups = merge::list_doubles(app, ctx).await?.into_iter().map(row).collect();
    let can_write = ctx.role.may(Permission::WritePeople);
    member.page(&Doubles { groups, can_write }).await
}

/// Who is to become one with the person of the page, or is somebody else.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct MergeForm {
    other: String,
}

/// Makes one of two.
pub async fn merge(member: Member, path: Path<String>, form: Form<MergeForm>) -> Answer {
    let (keep, other): (PersonId, PersonId) = (id(&path)?, id(&form.other)?);
    let undo = merge::merge_people(&member.web.app, &member.ctx, &keep, &other).await?;
    member.said_undo(
        &format!("/people/{keep}"),
        "said-people-merged",
        &format!("/undo/{undo}/restore"),
    )
}

/// Keeps that two aren't one.
pub async fn keep_apart(member: Member, path: Path<String>, form: Form<MergeForm>) -> Answer {
    let (one, other): (PersonId, PersonId) = (id(&path)?, id(&form.other)?);
    let undo = apart::keep_apart(&member.web.app, &member.ctx, &one, &other).await?;
    // To where it was pressed, which shows them no more.
    let page = member.from.clone().unwrap_or_else(|| "/people/doubles".to_owned());
    member.said_undo(&page, "said-people-apart", &format!("/undo/{undo}/restore"))
}
