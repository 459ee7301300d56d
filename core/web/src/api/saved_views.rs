//! Saved views of the lists of people, tasks and documents. A token that is good for a list is good for the
//! views of it, and of no others.

use app::saved_views::{self, SavedList, SavedView, VIEW_NAME_CHARS_MAX, VIEW_QUERY_BYTES_MAX};
use domain::{ApiScope, SavedViewId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, change, flag, id, instant, object, required_text, said, text, whole, word,
};
use super::problem::Problem;
use super::schema::Named;

fn lists() -> Value {
    word(&SavedList::ALL.iter().map(|list| list.as_str()).collect::<Vec<_>>())
}

/// The parameter of their list.
pub fn query() -> Fields {
    vec![("list", about(lists(), "Of which list; of `people` where nobody says."))]
}

/// The schemas of views.
pub fn schemas() -> Vec<Named> {
    let view = whole(vec![
        ("id", id()),
        ("list", about(lists(), "The list that it is of.")),
        ("name", said()),
        ("query", about(said(), "What stands after the question mark of the page's address.")),
        ("is_shared", flag()),
        ("created_at", instant()),
    ]);
    let changed = change(vec![("name", required_text(VIEW_NAME_CHARS_MAX))]);
    let new = object(written(), &["name", "query"]);
    vec![("View", view), ("ViewNew", new), ("ViewChange", changed)]
}

fn written() -> Fields {
    let query = "What stands after the question mark of the page's address, as `standing=lead`.";
    vec![
        ("list", about(lists(), "The list that it is of; `people` where nobody says.")),
        ("name", required_text(VIEW_NAME_CHARS_MAX)),
        ("query", about(text(VIEW_QUERY_BYTES_MAX), query)),
        ("is_shared", about(flag(), "Whether everybody has it, or the token's maker alone.")),
    ]
}

fn shown(view: &SavedView) -> Value {
    json!({
        "id": view.id,
        "list": view.list.as_str(),
        "name": view.name,
        "query": view.query,
        "is_shared": view.member_id.is_none(),
        "created_at": view.created_at.to_rfc3339(),
    })
}

/// Refuses a token that isn't good for views of this list: whoever looks at them reads the list, and whoever
/// saves, renames or removes one changes it.
fn require(call: &Call, list: SavedList) -> Result<(), Problem> {
    let scope = match (list, call.operation.method) {
        (SavedList::People, "GET") => ApiScope::PipelinesRead,
        (SavedList::People, _) => ApiScope::PeopleWrite,
        (SavedList::Tasks, "GET") => ApiScope::TasksRead,
        (SavedList::Tasks, _) => ApiScope::TasksWrite,
        (SavedList::Documents, "GET") => ApiScope::DocumentsRead,
        (SavedList::Documents, _) => ApiScope::DocumentsWrite,
    };
    if call.opened.scopes.has(scope) { Ok(()) } else { Err(Problem::no_scope(scope)) }
}

/// Everybody's, and those of the token's maker.
pub async fn list(call: Call) -> Answer {
    let list = call.asked_as("list")?.unwrap_or(SavedList::People);
    require(&call, list)?;
    let all = saved_views::list_views_of(call.app(), call.ctx(), list).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(shown(&named(&call).await?)))
}

/// The view that is named, for a token that is good for its list.
async fn named(call: &Call) -> Result<SavedView, Problem> {
    let id: SavedViewId = call.id("saved_view")?;
    let all = saved_views::list_all_views(call.app(), call.ctx()).await?;
    let view = all.into_iter().find(|view| view.id == id).ok_or_else(Problem::not_found)?;
    require(call, view.list)?;
    Ok(view)
}

/// Saves one; one of the same name is written anew.
pub async fn create(call: Call) -> Answer {
    let list = call.read_or("list", None)?.unwrap_or(SavedList::People);
    require(&call, list)?;
    let (name, query) = (call.text("name"), call.text("query"));
    let is_shared = call.flag_or("is_shared", false);
    let what = (name.as_str(), query.as_str());
    let view = saved_views::save_view_of(call.app(), call.ctx(), list, what, is_shared).await?;
    Ok(Reply::made(shown(&view), None, format!("/api/v1/views/{}", view.id)))
}

/// Gives one another name.
pub async fn rename(call: Call) -> Answer {
    let view = named(&call).await?;
    let name = call.text_or("name", &view.name);
    saved_views::rename_view(call.app(), call.ctx(), &view.id, &name).await?;
    show(call).await
}

/// Removes one.
pub async fn remove(call: Call) -> Answer {
    let view = named(&call).await?;
    saved_views::delete_view(call.app(), call.ctx(), &view.id).await?;
    Ok(Reply::done())
}
