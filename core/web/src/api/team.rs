//! The team: who is in it, with which role. Of those who could make tokens a token changes nobody, and makes nobody
//! one of them.

use app::members::{self, MemberView};
use domain::MemberId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, instant, object, said, whole, word};
use super::schema::Named;

/// Every role there is.
pub(super) const ROLES: [&str; 4] = ["owner", "admin", "member", "accountant"];

/// The roles that a token gives; who is more could make tokens.
pub(super) const GIVEN: [&str; 2] = ["member", "accountant"];

/// The schemas of the team.
pub fn schemas() -> Vec<Named> {
    let member = whole(vec![
        ("id", id()),
        ("name", said()),
        ("email", said()),
        ("role", word(&ROLES)),
        ("created_at", instant()),
    ]);
    let role = about(word(&GIVEN), "Nobody becomes by a token who could make tokens.");
    vec![("Member", member), ("MemberChange", object(vec![("role", role)], &["role"]))]
}

fn told(each: &MemberView) -> Value {
    json!({
        "id": each.id,
        "name": each.name,
        "email": each.email,
        "role": each.role.as_str(),
        "created_at": each.created_at.to_rfc3339(),
    })
}

/// Everybody in it.
pub async fn list(call: Call) -> Answer {
    let team = members::list_members(call.app(), call.ctx()).await?;
    Ok(Reply::items(team.iter().map(told).collect()))
}

async fn one(call: &Call, which: &MemberId) -> Answer {
    Ok(Reply::one(told(&members::get_member(call.app(), call.ctx(), which).await?)))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    one(&call, &call.id("member")?).await
}

/// Gives somebody another role.
pub async fn update(call: Call) -> Answer {
    let which: MemberId = call.id("member")?;
    members::change_role(call.app(), call.ctx(), &which, &call.text("role")).await?;
    one(&call, &which).await
}

/// Takes somebody out, at once. What of theirs is more than one answer waits for becomes nobody's after it, in lots.
pub async fn remove(call: Call) -> Answer {
    members::remove_member(call.app(), call.ctx(), &call.id("member")?).await?;
    Ok(Reply::done())
}
