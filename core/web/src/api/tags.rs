//! Tags: words that the business puts on people.

use app::tags::{self, TAG_CHARS_MAX, Tag};
use domain::TagId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{id, object, required_text, said, whole};
use super::problem::Problem;
use super::schema::Named;
use super::sweeps;

/// The schemas of tags.
pub fn schemas() -> Vec<Named> {
    vec![
        ("Tag", whole(vec![("id", id()), ("name", said())])),
        ("TagChange", object(vec![("name", required_text(TAG_CHARS_MAX))], &["name"])),
    ]
}

fn shown(tag: &Tag) -> Value {
    json!({"id": tag.id, "name": tag.name})
}

/// All tags.
pub async fn list(call: Call) -> Answer {
    let all = tags::list_tags(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

async fn find(call: &Call) -> Result<Tag, Problem> {
    let id: TagId = call.id("tag")?;
    let all = tags::list_tags(call.app(), call.ctx()).await?;
    all.into_iter().find(|tag| tag.id == id).ok_or_else(Problem::not_found)
}

/// A tag.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(shown(&find(&call).await?)))
}

/// Adds one.
pub async fn create(call: Call) -> Answer {
    let tag = tags::create_tag(call.app(), call.ctx(), &call.text("name"), &call.once).await?;
    Ok(Reply::made(shown(&tag), None, format!("/api/v1/tags/{}", tag.id)))
}

/// Gives a tag another name.
pub async fn rename(call: Call) -> Answer {
    let tag = find(&call).await?;
    tags::rename_tag(call.app(), call.ctx(), &tag.id, &call.text("name")).await?;
    show(call).await
}

/// Removes a tag.
pub async fn remove(call: Call) -> Answer {
    match tags::delete_tag(call.app(), call.ctx(), &call.id("tag")?).await? {
        Some(begun) => sweeps::begun(&call, &begun).await,
        None => Ok(Reply::done()),
    }
}
