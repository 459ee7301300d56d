//! Messages to addresses that are told of what happens: what became of them, and sending one again.

use app::cursors::Cursor;
use app::endpoints::{self, Delivery, DeliveryState, Try, TryEnd, kinds};
use domain::{DeliveryId, EndpointId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, cursor, id, instant, limit, or_null, said, whole, word};
use super::schema::{Named, named};

const STATES: &[&str] = &["waiting", "done", "failed", "stopped"];

/// The schemas of deliveries.
pub fn schemas() -> Vec<Named> {
    let number = || json!({"type": "integer"});
    let ends: Vec<&str> = TryEnd::ALL.iter().map(|end| end.as_str()).collect();
    let row: Fields = vec![
        ("id", id()),
        ("message", about(said(), "The `webhook-id` of the message.")),
        ("kind", about(said(), "What it tells of.")),
        ("state", word(STATES)),
        ("tries", number()),
        ("next_at", or_null(instant())),
        ("created_at", instant()),
        ("ended_at", or_null(instant())),
    ];
    let each = whole(vec![
        ("number", number()),
        ("at", instant()),
        ("ended", word(&ends)),
        ("status", about(or_null(number()), "The status that was answered.")),
        ("ms", about(number(), "How long it took.")),
        ("answer", about(said(), "The beginning of what was answered.")),
    ]);
    let body = json!({"type": ["object", "null"]});
    let mut full = row.clone();
    full.push((
        "body",
        about(body, "What was sent; null where the token doesn’t read what it tells of."),
    ));
    full.push(("log", json!({"type": "array", "items": named("DeliveryTry")})));
    vec![("DeliveryRow", whole(row)), ("Delivery", whole(full)), ("DeliveryTry", each)]
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    vec![("state", word(STATES)), ("limit", limit()), ("after", cursor())]
}

fn shown(it: &Delivery) -> Value {
    json!({
        "id": it.id,
        "message": format!("msg_{}", it.event_id),
        "kind": it.kind,
        "state": it.state.as_str(),
        "tries": it.tries,
        "next_at": it.next_at.map(|at| at.to_rfc3339()),
        "created_at": it.created_at.to_rfc3339(),
        "ended_at": it.ended_at.map(|at| at.to_rfc3339()),
    })
}

fn tried(each: &Try) -> Value {
    json!({
        "number": each.number,
        "at": each.at.to_rfc3339(),
        "ended": each.ended.as_str(),
        "status": each.status,
        "ms": each.ms,
        "answer": each.answer,
    })
}

/// A page of an endpoint's messages, newest first.
pub async fn list(call: Call) -> Answer {
    let (endpoint, after): (EndpointId, Option<Cursor>) = (call.id("endpoint")?, call.after()?);
    let state: Option<DeliveryState> = call.asked_as("state")?;
    let (app, ctx) = (call.app(), call.ctx());
    let page = endpoints::list_deliveries(app, ctx, &endpoint, state, after, call.limit()).await?;
    let items = page.items.iter().map(|line| shown(&line.delivery)).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

async fn one(call: &Call, endpoint: &EndpointId, id: &DeliveryId) -> Result<Value, app::Error> {
    let (_, it, tries) = endpoints::get_delivery(call.app(), call.ctx(), endpoint, id).await?;
    let may_read = kinds::may_hear(call.ctx(), &it.kind);
    let body: Option<Value> = serde_json::from_str(&it.body).ok();
    let mut all = shown(&it);
    all["body"] = json!(body.filter(|body| may_read && body.is_object()));
    all["log"] = tries.iter().map(tried).collect();
    Ok(all)
}

/// One of them with its tries, latest first.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(one(&call, &call.id("endpoint")?, &call.id("delivery")?).await?))
}

/// Sends one again, also one that arrived.
pub async fn send_again(call: Call) -> Answer {
    let (endpoint, id): (EndpointId, DeliveryId) = (call.id("endpoint")?, call.id("delivery")?);
    endpoints::send_again(call.app(), call.ctx(), &endpoint, &id).await?;
    Ok(Reply::one(one(&call, &endpoint, &id).await?))
}

/// Sends a message that tells of nothing.
pub async fn send_test(call: Call) -> Answer {
    let endpoint: EndpointId = call.id("endpoint")?;
    let id = endpoints::send_test(call.app(), call.ctx(), &endpoint, &call.once).await?;
    let location = format!("/api/v1/webhooks/{endpoint}/deliveries/{id}");
    Ok(Reply::made(one(&call, &endpoint, &id).await?, None, location))
}
