//! Addresses that are told of what happens.

use app::endpoints::{self, Endpoint};
use domain::EndpointId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, flag, id, instant, or_null, said, whole};
use super::schema::Named;

/// The schemas of endpoints.
pub fn schemas() -> Vec<Named> {
    let endpoint = whole(vec![
        ("id", id()),
        ("url", said()),
        ("description", said()),
        (
            "kinds",
            about(
                json!({"type": "array", "items": said()}),
                "What it is told of; empty is everything.",
            ),
        ),
        ("on", flag()),
        ("off_reason", about(or_null(said()), "Why it was turned off.")),
        ("created_at", instant()),
        ("updated_at", instant()),
    ]);
    vec![("Endpoint", endpoint)]
}

fn shown(each: &Endpoint) -> Value {
    json!({
        "id": each.id,
        "url": each.url,
        "description": each.description,
        "kinds": each.kinds.0,
        "on": each.enabled,
        "off_reason": each.off_reason.map(|reason| reason.as_str()),
        "created_at": each.created_at.to_rfc3339(),
        "updated_at": each.updated_at.to_rfc3339(),
    })
}

/// All of them.
pub async fn list(call: Call) -> Answer {
    let all = endpoints::list_endpoints(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let id: EndpointId = call.id("endpoint")?;
    Ok(Reply::one(shown(&endpoints::get_endpoint(call.app(), call.ctx(), &id).await?)))
}
