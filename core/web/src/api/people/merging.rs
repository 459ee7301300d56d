//! People who may be one: finding them, making one of them, saying that they aren't.

use app::people::apart::keep_apart as keep_two_apart;
use app::people::doubles::{Doubles, list_doubles};
use app::people::merge::{MERGED_MAX, merge_all};
use domain::PersonId;
use serde_json::{Value, json};

use super::one;
use crate::api::answer::{Answer, Reply};
use crate::api::call::Call;
use crate::api::describe::{
    Fields, about, change, cursor, id, limit, list as list_of, object, said, whole,
};
use crate::api::problem::Problem;
use crate::api::schema::Named;
use crate::api::undos;

/// The schemas of doubles and merges.
pub fn schemas() -> Vec<Named> {
    let others = about(list_of(id(), MERGED_MAX), "Several who are removed, as one act.");
    let by = about(said(), "What they share: `phone`, `email`, `address` or `name`.");
    let people = about(json!({"type": "array", "items": id()}), "Oldest first.");
    vec![
        ("Merge", change(vec![("other", about(id(), "Who is removed.")), ("others", others)])),
        ("Apart", object(vec![("other", about(id(), "Who is somebody else."))], &["other"])),
        ("KeptApart", whole(vec![("undo", undos::undo())])),
        ("Doubles", whole(vec![("by", by), ("people", people)])),
    ]
}

/// The schema of one of whom others became a part.
pub fn merged(mut person: Fields) -> Value {
    person.push(("undo", undos::undo()));
    whole(person)
}

/// The parameters of groups.
pub fn doubles_query() -> Fields {
    vec![("limit", limit()), ("after", cursor())]
}

/// Groups of those who may be one.
pub async fn doubles(call: Call) -> Answer {
    let page = list_doubles(call.app(), call.ctx(), call.after()?, call.limit()).await?;
    let group = |group: Doubles| {
        let ids: Vec<&PersonId> = group.people.iter().map(|person| &person.id).collect();
        json!({"by": group.by, "people": ids})
    };
    let items = page.items.into_iter().map(group).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

/// Makes one of two or several: the one in the path stays.
pub async fn merge(call: Call) -> Answer {
    let keep: PersonId = call.id("person")?;
    let mut others = Vec::new();
    if call.has("other") {
        others.push(person(&call.text("other"), "/other")?);
    }
    for other in call.texts("others") {
        others.push(person(&other, "/others")?);
    }
    let undo = merge_all(call.app(), call.ctx(), &keep, &others).await?;
    Ok(one(&call, &keep).await?.and("undo", json!(undo)))
}

/// Keeps that two aren't one.
pub async fn keep_apart(call: Call) -> Answer {
    let one: PersonId = call.id("person")?;
    let other = person(&call.text("other"), "/other")?;
    let undo = keep_two_apart(call.app(), call.ctx(), &one, &other).await?;
    Ok(Reply::told(json!({"undo": undo})))
}

fn person(text: &str, place: &str) -> Result<PersonId, Problem> {
    text.parse().map_err(|_| Problem::field(place, "error-person-unknown"))
}
