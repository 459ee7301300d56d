//! What a task can be about, to choose from in its form, as far as somebody typed.

use actix_web::HttpResponse;
use actix_web::web::Query;
use app::search;
use domain::Permission;
use serde::Deserialize;

use crate::answer::Answer;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::people::choices::labels;
use crate::pages::{appointments, tasks};
use crate::views::people::PeopleChoices;
use crate::views::{Choice, Page as _};

/// What was typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ChoicesQuery {
    q: String,
}

/// The choices alone: a script puts them in the place of those that the form came with.
pub async fn show(member: Member, query: Query<ChoicesQuery>) -> Answer {
    member.ctx.require_to_see(Permission::ReadTasks)?;
    member.ctx.require(Permission::WriteTasks)?;
    let found = search::search(&member.web.app, &member.ctx, &query.q).await?;
    let called = found.people.iter().zip(labels(&found.people));
    let mut all: Vec<Choice> = called
        .map(|(person, label)| Choice::new(format!("person:{}", person.id), label, ""))
        .collect();
    let ids: Vec<String> = found.appointments.iter().map(|it| it.id.to_string()).collect();
    let rows = appointments::rows(&member, found.appointments).await?;
    all.extend(ids.iter().zip(rows).map(|(id, row)| {
        let parts = [row.title, row.day, row.time];
        let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        Choice::new(format!("appointment:{id}"), text.join(" · "), "")
    }));
    all.extend(tasks::rows(&member, &found.tasks).await?.into_iter().map(|row| {
        let text = member.text_with("task-about-task", &[("title", &row.title)]);
        Choice::new(format!("task:{}", row.id), text, "")
    }));
    let part = PeopleChoices { people: all };
    let context = tera::Context::from_serialize(&part)?;
    let theme = &member.frame().await?.tenant.theme;
    let body =
        member.web.themes.draw(theme, member.ctx.locale, PeopleChoices::TEMPLATE, &context)?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body))
}

/// What the form comes with, for who has no script: people.
pub async fn offered(member: &Member) -> Result<Vec<Choice>, Failure> {
    let people = appointments::people_choices(member, "").await?;
    let choice = |it: Choice| Choice { value: format!("person:{}", it.value), ..it };
    Ok(people.into_iter().map(choice).collect())
}
