//! Saved views of the list of people.

use app::saved_views::{self, SavedView, VIEW_NAME_CHARS_MAX};
use domain::SavedViewId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, flag, id, instant, object, required_text, said, text, whole};
use super::problem::Problem;
use super::schema::Named;

/// The longest query of a view, in characters.
const QUERY_CHARS_MAX: usize = 1_000;

/// The schemas of views.
pub fn schemas() -> Vec<Named> {
    let view = whole(vec![
        ("id", id()),
        ("name", said()),
        ("query", about(said(), "What stands after the question mark of the page's address.")),
        ("is_shared", flag()),
        ("created_at", instant()),
    ]);
    vec![("View", view), ("ViewNew", object(written(), &["name", "query"]))]
}

fn written() -> Fields {
    let query = "What stands after the question mark of the page's address, as `standing=lead`.";
    vec![
        ("name", required_text(VIEW_NAME_CHARS_MAX)),
        ("query", about(text(QUERY_CHARS_MAX), query)),
        ("is_shared", about(flag(), "Whether everybody has it, or the token's maker alone.")),
    ]
}

fn shown(view: &SavedView) -> Value {
    json!({
        "id": view.id,
        "name": view.name,
        "query": view.query,
        "is_shared": view.member_id.is_none(),
        "created_at": view.created_at.to_rfc3339(),
    })
}

/// Everybody's, and those of the token's maker.
pub async fn list(call: Call) -> Answer {
    let all = saved_views::list_views(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(shown(&named(&call).await?)))
}

/// The view that is named, if it is one of people: those of other lists aren't what the token is for.
async fn named(call: &Call) -> Result<SavedView, Problem> {
    let id: SavedViewId = call.id("saved_view")?;
    let all = saved_views::list_views(call.app(), call.ctx()).await?;
    all.into_iter().find(|view| view.id == id).ok_or_else(Problem::not_found)
}

/// Saves one; one of the same name is written anew.
pub async fn create(call: Call) -> Answer {
    let (name, query) = (call.text("name"), call.text("query"));
    let is_shared = call.flag_or("is_shared", false);
    let view = saved_views::save_view(call.app(), call.ctx(), &name, &query, is_shared).await?;
    Ok(Reply::made(shown(&view), None, format!("/api/v1/views/{}", view.id)))
}

/// Removes one.
pub async fn remove(call: Call) -> Answer {
    let view = named(&call).await?;
    saved_views::delete_view(call.app(), call.ctx(), &view.id).await?;
    Ok(Reply::done())
}
