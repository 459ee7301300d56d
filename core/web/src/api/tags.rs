//! Tags, and the saved views of the list of people.

use app::saved_views::{self, SavedView};
use app::tags::{self, TAG_CHARS_MAX, Tag};
use domain::TagId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, flag, id, instant, object, required_text, said, whole};
use super::problem::Problem;
use super::schema::Named;

/// The schemas of tags and views.
pub fn schemas() -> Vec<Named> {
    let view = whole(vec![
        ("id", id()),
        ("name", said()),
        ("query", about(said(), "What stands after the question mark of the page's address.")),
        ("is_shared", flag()),
        ("created_at", instant()),
    ]);
    vec![
        ("Tag", whole(vec![("id", id()), ("name", said())])),
        ("TagChange", object(vec![("name", required_text(TAG_CHARS_MAX))], &["name"])),
        ("View", view),
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

/// Gives a tag another name.
pub async fn rename(call: Call) -> Answer {
    let tag = find(&call).await?;
    tags::rename_tag(call.app(), call.ctx(), &tag.id, &call.text("name")).await?;
    show(call).await
}

/// Removes a tag.
pub async fn remove(call: Call) -> Answer {
    tags::delete_tag(call.app(), call.ctx(), &call.id("tag")?).await?;
    Ok(Reply::done())
}

/// Saved views: everybody's, and those of the token's maker.
pub async fn views(call: Call) -> Answer {
    let all = saved_views::list_views(call.app(), call.ctx()).await?;
    let row = |view: SavedView| {
        json!({
            "id": view.id,
            "name": view.name,
            "query": view.query,
            "is_shared": view.member_id.is_none(),
            "created_at": view.created_at.to_rfc3339(),
        })
    };
    Ok(Reply::items(all.into_iter().map(row).collect()))
}
