//! Inviting colleagues, by mail alone: whoever holds the token isn't told the link.

use actix_web::http::StatusCode;
use app::invitations;
use domain::InvitationId;
use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, instant, object, whole, word};
use super::problem::Problem;
use super::schema::Named;

/// Whom a token may invite as; who is more could make tokens.
const ROLES: &[&str] = &["member", "accountant"];

/// The schemas of invitations.
pub fn schemas() -> Vec<Named> {
    let email = json!({"type": "string", "format": "email", "maxLength": 254});
    let role = about(word(ROLES), "Nobody who could make tokens is invited by one.");
    let made = whole(vec![
        ("id", id()),
        ("expires_at", about(instant(), "Until when the link in the mail works.")),
    ]);
    vec![
        ("InvitationNew", object(vec![("email", email), ("role", role)], &["email", "role"])),
        ("Invitation", made),
    ]
}

/// Invites somebody by mail.
pub async fn create(call: Call) -> Answer {
    if !call.app().post.is_on() {
        return Err(Problem::new(StatusCode::CONFLICT, "error-mail-off"));
    }
    let (email, role) = (call.text("email"), call.text("role"));
    let made = invitations::create_invitation(call.app(), call.ctx(), &email, &role).await?;
    Ok(Reply::told(json!({"id": made.id, "expires_at": made.expires_at.to_rfc3339()})))
}

/// Withdraws an invitation.
pub async fn revoke(call: Call) -> Answer {
    let id: InvitationId = call.id("invitation")?;
    invitations::revoke_invitation(call.app(), call.ctx(), &id).await?;
    Ok(Reply::done())
}
