//! Lists to take along, as files that other programs read.

use app::exports::{self, Format, Words};
use domain::{PersonId, Timestamp};

use super::answer::{Answer, Reply};
use super::call::{Call, wrong_parameter};
use super::describe::{Fields, about, instant, word};
use super::{appointments, documents, people, tasks};
use crate::pages::exports::send;

/// The parameters of people to take along: those of their list, and as what.
pub fn people_query() -> Fields {
    let mut all = people::chosen_query();
    all.push(("format", word(&["csv", "xlsx", "vcard"])));
    all
}

/// The same of tasks.
pub fn tasks_query() -> Fields {
    let mut all = tasks::narrowing();
    all.push(table());
    all
}

/// The same of documents.
pub fn documents_query() -> Fields {
    let mut all = documents::narrowing();
    all.push(table());
    all
}

/// The parameters of appointments to take along.
pub fn appointments_query() -> Fields {
    let mut all = vec![
        ("from", about(instant(), "From this instant on.")),
        ("to", about(instant(), "Up to this one, which isn’t in it.")),
    ];
    all.extend(appointments::narrowing("All, unless something else is asked for."));
    all.push(table());
    all
}

fn table() -> (&'static str, serde_json::Value) {
    ("format", word(&["csv", "xlsx"]))
}

fn format(call: &Call) -> Format {
    Format::of(call.asked("format").unwrap_or_default())
}

fn words(call: &Call) -> Words {
    let (web, locale) = (call.web.clone().into_inner(), call.ctx().locale);
    Box::new(move |key| web.theme.texts.plain(locale, key))
}

/// The people who match, in their order.
pub async fn people(call: Call) -> Answer {
    let (filter, order) = people::chosen(&call).await?;
    let (ctx, words) = (call.reading(), words(&call));
    let file = exports::export_people(call.app(), &ctx, filter, order, format(&call), words);
    Ok(Reply::file(send(file.await?, call.is_head).await?))
}

/// The card of one person, for an address book.
pub async fn person(call: Call) -> Answer {
    let which: PersonId = call.id("person")?;
    let file = exports::export_person(call.app(), &call.reading(), &which).await?;
    Ok(Reply::file(send(file, call.is_head).await?))
}

/// The tasks that match, in their order.
pub async fn tasks(call: Call) -> Answer {
    let filter = tasks::filter(&call)?;
    let (ctx, words) = (call.reading(), words(&call));
    let file = exports::export_tasks(call.app(), &ctx, filter, format(&call), words);
    Ok(Reply::file(send(file.await?, call.is_head).await?))
}

/// What is known of the documents that match, newest first.
pub async fn documents(call: Call) -> Answer {
    let filter = documents::filter(&call)?;
    let (ctx, words) = (call.reading(), words(&call));
    let file = exports::export_documents(call.app(), &ctx, filter, format(&call), words);
    Ok(Reply::file(send(file.await?, call.is_head).await?))
}

/// The appointments that match, by when they begin.
pub async fn appointments(call: Call) -> Answer {
    let at = |name: &str| call.asked(name).and_then(Timestamp::parse_rfc3339);
    let span = (at("from"), at("to"));
    if span.0.zip(span.1).is_some_and(|(from, to)| from >= to) {
        return Err(wrong_parameter("to"));
    }
    let filter = appointments::filter(&call, "any")?;
    let (ctx, words) = (call.reading(), words(&call));
    let file = exports::export_appointments(call.app(), &ctx, span, filter, format(&call), words);
    Ok(Reply::file(send(file.await?, call.is_head).await?))
}
