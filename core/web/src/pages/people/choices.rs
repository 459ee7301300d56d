//! People to choose from in a form, as far as somebody typed.

use std::collections::HashMap;

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
    let called = found.iter().zip(labels(&found));
    let choice =
        |(person, label): (&people::Person, String)| Choice::new(person.id.as_str(), label, "");
    let part = PeopleChoices { people: called.map(choice).collect() };
    let context = tera::Context::from_serialize(&part)?;
    let theme = &member.frame().await?.tenant.theme;
    let body =
        member.web.themes.draw(theme, member.ctx.locale, PeopleChoices::TEMPLATE, &context)?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body))
}

/// People in a line each, to choose from: who is called as another also with how they are reached.
pub fn labels(people: &[people::Person]) -> Vec<String> {
    let plain: Vec<String> = people.iter().map(label).collect();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for label in &plain {
        *times.entry(label).or_default() += 1;
    }
    let called = |(person, plain): (&people::Person, &String)| {
        let is_one = times.get(plain.as_str()).is_none_or(|times| *times == 1);
        let reached = [&person.phone, &person.email].into_iter().find(|it| !it.is_empty());
        match reached {
            // A number reads from left to right among Hebrew names too.
            Some(reached) if !is_one => format!("{plain} · \u{2066}{reached}\u{2069}"),
            _ => plain.clone(),
        }
    };
    people.iter().zip(&plain).map(called).collect()
}

/// A person in one line.
pub fn label(person: &people::Person) -> String {
    match person.company.as_str() {
        "" => person.name.clone(),
        company => format!("{} · {company}", person.name),
    }
}
