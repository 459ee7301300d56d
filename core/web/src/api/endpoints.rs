//! Addresses that are told of what happens.

use app::endpoints::kinds::KINDS;
use app::endpoints::{self, Endpoint, EndpointInput, WithSecret};
use domain::EndpointId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, change, flag, id, instant, object, or_null, said, text, whole,
};
use super::schema::Named;

/// The longest address, in bytes.
const URL_BYTES_MAX: usize = 2_000;
/// The longest description, in characters.
const DESCRIPTION_CHARS_MAX: usize = 120;

/// The schemas of endpoints.
pub fn schemas() -> Vec<Named> {
    let fields = vec![
        ("id", id()),
        ("url", said()),
        ("description", said()),
        (
            "kinds",
            about(
                json!({"type": "array", "items": said()}),
                "What it is told of; empty is everything, also what comes to be told later.",
            ),
        ),
        ("on", flag()),
        ("off_reason", about(or_null(said()), "Why it was turned off.")),
        (
            "failing_since",
            about(or_null(instant()), "Since when nothing arrives there; null where all is well."),
        ),
        ("created_at", instant()),
        ("updated_at", instant()),
    ];
    let mut made = fields.clone();
    made.push(("secret", secret()));
    let renewed = vec![
        ("secret", secret()),
        ("old_until", about(or_null(instant()), "Until when the one before signs beside it.")),
    ];
    let again = about(instant(), "What was made before stays.");
    vec![
        ("Endpoint", whole(fields)),
        ("EndpointMade", whole(made)),
        ("EndpointSecret", whole(renewed)),
        ("EndpointNew", object(written(), &["url"])),
        ("EndpointChange", change(written())),
        ("SendAgain", object(vec![("since", again)], &["since"])),
        (
            "SentAgain",
            whole(vec![("count", about(json!({"type": "integer"}), "How many are sent again."))]),
        ),
    ]
}

fn secret() -> Value {
    let sentence = "What messages are signed with; told this once, and again for ten minutes under \
        the same Idempotency-Key; null after that.";
    about(or_null(said()), sentence)
}

/// What may be written of one.
fn written() -> Fields {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let kinds = json!({
        "type": "array",
        "items": {"type": "string", "enum": names},
        "maxItems": KINDS.len(),
        "uniqueItems": true,
    });
    let url = json!({"type": "string", "format": "uri", "maxLength": URL_BYTES_MAX});
    vec![
        ("url", about(url, "A public address with https.")),
        ("description", or_null(text(DESCRIPTION_CHARS_MAX))),
        (
            "kinds",
            about(
                kinds,
                "What it is told of, which the token must read itself; empty is all there is now.",
            ),
        ),
    ]
}

fn shown(each: &Endpoint) -> Value {
    json!({
        "id": each.id,
        "url": each.url,
        "description": each.description,
        "kinds": each.kinds.0,
        "on": each.enabled,
        "off_reason": each.off_reason.map(|reason| reason.as_str()),
        "failing_since": each.failing_since.map(|at| at.to_rfc3339()),
        "created_at": each.created_at.to_rfc3339(),
        "updated_at": each.updated_at.to_rfc3339(),
    })
}

/// All of them.
pub async fn list(call: Call) -> Answer {
    let all = endpoints::list_endpoints(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

async fn one(call: &Call, id: &EndpointId) -> Answer {
    let endpoint = endpoints::get_endpoint(call.app(), call.ctx(), id).await?;
    Ok(Reply::one_at(shown(&endpoint), endpoint.rev))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    one(&call, &call.id("endpoint")?).await
}

/// Adds one; its secret is told this once.
pub async fn create(call: Call) -> Answer {
    let kinds = call.texts("kinds");
    let input = EndpointInput {
        url: call.text("url"),
        description: call.text("description"),
        all: kinds.is_empty(),
        kinds,
    };
    let made = endpoints::add_endpoint(call.app(), call.ctx(), input, &call.once).await?;
    let location = format!("/api/v1/webhooks/{}", made.endpoint.id);
    let reply = Reply::made(shown(&made.endpoint), Some(made.endpoint.rev), location);
    Ok(reply.and("secret", secret_of(&made)).secret())
}

fn secret_of(made: &WithSecret) -> Value {
    json!(made.secret.as_ref().and_then(|secret| secret.expose_text()))
}

/// Changes some of one's fields.
pub async fn update(call: Call) -> Answer {
    let id: EndpointId = call.id("endpoint")?;
    let before = endpoints::get_endpoint(call.app(), call.ctx(), &id).await?;
    let kinds = if call.has("kinds") { call.texts("kinds") } else { before.kinds.0.clone() };
    let input = EndpointInput {
        url: call.text_or("url", &before.url),
        description: call.text_or("description", &before.description),
        all: kinds.is_empty(),
        kinds,
    };
    let rev = call.rev.unwrap_or(before.rev);
    endpoints::change_endpoint(call.app(), call.ctx(), &id, input, rev).await?;
    one(&call, &id).await
}

/// Turns one on.
pub async fn turn_on(call: Call) -> Answer {
    let id: EndpointId = call.id("endpoint")?;
    endpoints::turn_on(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// Turns one off.
pub async fn turn_off(call: Call) -> Answer {
    let id: EndpointId = call.id("endpoint")?;
    endpoints::turn_off(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// Gives one a new secret, which is told this once.
pub async fn renew_secret(call: Call) -> Answer {
    let id: EndpointId = call.id("endpoint")?;
    let made = endpoints::rotate_secret(call.app(), call.ctx(), &id, &call.once).await?;
    let old_until = made.endpoint.old_secret_until.map(|at| at.to_rfc3339());
    let body = json!({"secret": secret_of(&made), "old_until": old_until});
    Ok(Reply::told(body).secret())
}

/// Removes one with all that is on its way.
pub async fn remove(call: Call) -> Answer {
    endpoints::remove_endpoint(call.app(), call.ctx(), &call.id("endpoint")?).await?;
    Ok(Reply::done())
}

/// Sends again what didn't arrive.
pub async fn send_again(call: Call) -> Answer {
    let id: EndpointId = call.id("endpoint")?;
    let since = call.instant_or("since", call.app().clock.now());
    let count = endpoints::send_failed_again(call.app(), call.ctx(), &id, since).await?;
    Ok(Reply::told(json!({"count": count})))
}
