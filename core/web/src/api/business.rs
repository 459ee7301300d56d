//! The business, and what a token is good for in it.

use domain::ApiScope;
use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, said, whole, word};
use super::schema::Named;

/// The schemas of both.
pub fn schemas() -> Vec<Named> {
    let business = whole(vec![
        ("id", id()),
        ("name", said()),
        ("language", about(said(), "A language's tag.")),
        ("zone", about(said(), "A time zone's IANA name.")),
        ("currency", about(said(), "An ISO 4217 code.")),
    ]);
    let scopes: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let token = whole(vec![
        ("id", id()),
        ("name", said()),
        ("scopes", json!({"type": "array", "items": word(&scopes)})),
        ("business", id()),
        ("member", about(id(), "As whom it acts.")),
        ("role", word(&["owner", "admin"])),
    ]);
    vec![("Business", business), ("Token", token)]
}

/// The business.
pub async fn show(call: Call) -> Answer {
    let tenant = app::settings::get_tenant(call.app(), call.ctx()).await?;
    Ok(Reply::one(json!({
        "id": tenant.id,
        "name": tenant.name,
        "language": tenant.locale.tag(),
        "zone": tenant.zone.name(),
        "currency": tenant.currency,
    })))
}

/// What the token is good for.
pub async fn token(call: Call) -> Answer {
    let (opened, ctx) = (&call.opened, call.ctx());
    let scopes: Vec<&str> = opened.scopes.iter().map(ApiScope::as_str).collect();
    let name = ctx.origin.token.as_ref().map(|token| token.name.as_str());
    Ok(Reply::one(json!({
        "id": opened.id,
        "name": name.unwrap_or_default(),
        "scopes": scopes,
        "business": ctx.tenant,
        "member": ctx.member,
        "role": ctx.role.as_str(),
    })))
}
