//! People to choose from in a form, as far as somebody typed.

use actix_web::HttpResponse;
use actix_web::web::Query;
use app::people;
use serde::Deserialize;

use crate::answer::Answer;
use crate::member::Member;
use crate::views::people::PeopleChoices;
use crate::views::{Choice, Page as _};

/// How many are offered.
const OFFERED_MAX: usize = 20;

/// What was typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ChoicesQuery {
    q: String,
}

/// The choices alone: a script puts them in the place of those that the form came with.
pub async fn show(member: Member, query: Query<ChoicesQuery>) -> Answer {
    let found = people::search_people(&member.web.app, &member.ctx, &query.q, OFFERED_MAX).await?;
    let choice = |person: &people::Person| Choice::new(person.id.to_string(), label(person), "");
    let part = PeopleChoices { people: found.iter().map(choice).collect() };
    let context = tera::Context::from_serialize(&part)?;
    let theme = &member.frame().await?.tenant.theme;
    let body =
        member.web.themes.draw(theme, member.ctx.locale, PeopleChoices::TEMPLATE, &context)?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body))
}

/// A person in one line.
pub fn label(person: &people::Person) -> String {
    match person.company.as_str() {
        "" => person.name.clone(),
        company => format!("{} · {company}", person.name),
    }
}
