//! The team.

use app::members::{self, MemberView};
use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{id, instant, said, whole, word};
use super::schema::Named;

/// Every role there is.
pub(super) const ROLES: [&str; 4] = ["owner", "admin", "member", "accountant"];

/// The schemas of the team.
pub fn schemas() -> Vec<Named> {
    let member = whole(vec![
        ("id", id()),
        ("name", said()),
        ("email", said()),
        ("role", word(&ROLES)),
        ("created_at", instant()),
    ]);
    vec![("Member", member)]
}

/// Everybody in it.
pub async fn list(call: Call) -> Answer {
    let team = members::list_members(call.app(), call.ctx()).await?;
    let row = |each: MemberView| {
        json!({
            "id": each.id,
            "name": each.name,
            "email": each.email,
            "role": each.role.as_str(),
            "created_at": each.created_at.to_rfc3339(),
        })
    };
    Ok(Reply::items(team.into_iter().map(row).collect()))
}
