//! People and tasks that were removed on their own, and can be brought back for a while.

use app::cursors::Cursor;
use app::undos::{Page, Removed};
use app::{people, tasks};
use domain::ApiScope;
use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, cursor, id, instant, limit, said, whole};
use super::schema::Named;
use super::undos::require;

/// The schema of what was removed.
pub fn schemas() -> Vec<Named> {
    let removed = whole(vec![
        ("id", id()),
        ("name", about(said(), "A person’s name, a task’s title.")),
        ("by", about(said(), "Who removed it; empty unless the token reads the team.")),
        ("removed_at", instant()),
    ]);
    vec![("Removed", removed)]
}

/// The parameters of the lists.
pub fn list_query() -> Fields {
    vec![("limit", limit()), ("after", cursor())]
}

fn told(call: &Call, page: Page<Removed>) -> Reply {
    let names_members = call.opened.scopes.has(ApiScope::TeamRead);
    let row = |it: Removed| {
        json!({
            "id": it.id,
            "name": it.name,
            "by": if names_members { it.by.as_str() } else { "" },
            "removed_at": it.at.to_rfc3339(),
        })
    };
    let items = page.items.into_iter().map(row).collect();
    Reply::page(call, items, page.next.map(|next| next.to_string()))
}

/// People, latest first.
pub async fn people(call: Call) -> Answer {
    require(&call, ApiScope::PeopleWrite)?;
    let after: Option<Cursor> = call.after()?;
    let page = people::list_removed(call.app(), call.ctx(), after, call.limit()).await?;
    Ok(told(&call, page))
}

/// Tasks, latest first.
pub async fn tasks(call: Call) -> Answer {
    require(&call, ApiScope::TasksWrite)?;
    let after: Option<Cursor> = call.after()?;
    let page = tasks::list_removed(call.app(), call.ctx(), after, call.limit()).await?;
    Ok(told(&call, page))
}
