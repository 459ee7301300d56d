//! The business, and what a token is good for in it.

use app::settings::{self, LookInput};
use app::tenants::{BusinessInput, Tenant};
use domain::ApiScope;
use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, change, id, required_text, said, text, whole, word};
use super::schema::Named;

/// The longest name of a business, in characters.
const NAME_CHARS_MAX: usize = 120;

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
    vec![("Business", business), ("BusinessChange", change(written())), ("Token", token)]
}

/// What may be written of the business.
fn written() -> Fields {
    vec![
        ("name", required_text(NAME_CHARS_MAX)),
        ("language", about(text(20), "A language's tag.")),
        ("zone", about(text(60), "A time zone's IANA name.")),
        ("currency", about(text(3), "An ISO 4217 code.")),
    ]
}

fn shown(tenant: &Tenant) -> Reply {
    let body = json!({
        "id": tenant.id,
        "name": tenant.name,
        "language": tenant.locale.tag(),
        "zone": tenant.zone.name(),
        "currency": tenant.currency,
    });
    Reply::one_at(body, tenant.rev)
}

/// The business.
pub async fn show(call: Call) -> Answer {
    Ok(shown(&settings::get_tenant(call.app(), call.ctx()).await?))
}

/// Changes some of what it says of itself; how it looks stays.
pub async fn update(call: Call) -> Answer {
    let before = settings::get_settings(call.app(), call.ctx()).await?;
    let input = BusinessInput {
        business: call.text_or("name", &before.name),
        locale: call.text_or("language", before.locale.tag()),
        zone: call.text_or("zone", before.zone.name()),
        currency: call.text_or("currency", &before.currency),
    };
    let look = LookInput { colour: before.colour.to_string(), theme: before.theme.clone() };
    let rev = call.rev.unwrap_or(before.rev);
    Ok(shown(&settings::update_settings(call.app(), call.ctx(), input, look, rev).await?))
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
