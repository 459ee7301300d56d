//! Inviting colleagues, by mail alone: whoever holds the token isn't told the link, neither of an invitation
//! that it made nor of one that is there.

use actix_web::http::StatusCode;
use app::invitations::{self, InvitationView};
use domain::InvitationId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, instant, object, said, whole, word};
use super::problem::Problem;
use super::schema::Named;
use super::team;

/// The schemas of invitations.
pub fn schemas() -> Vec<Named> {
    let email = json!({"type": "string", "format": "email", "maxLength": 254});
    let role = about(word(&team::GIVEN), "Nobody who could make tokens is invited by one.");
    let open = whole(vec![
        ("id", id()),
        ("email", said()),
        ("role", word(&team::ROLES)),
        ("created_at", instant()),
        ("expires_at", about(instant(), "Until when the link in the mail works.")),
    ]);
    vec![
        ("OpenInvitation", open),
        ("InvitationNew", object(vec![("email", email), ("role", role)], &["email", "role"])),
    ]
}

fn shown(it: &InvitationView) -> Value {
    json!({
        "id": it.id,
        "email": it.email,
        "role": it.role.as_str(),
        "created_at": it.created_at.to_rfc3339(),
        "expires_at": it.expires_at.to_rfc3339(),
    })
}

/// The open ones, newest first.
pub async fn list(call: Call) -> Answer {
    let open = invitations::list_invitations(call.app(), call.ctx()).await?;
    Ok(Reply::items(open.iter().map(shown).collect()))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let id: InvitationId = call.id("invitation")?;
    Ok(Reply::one(shown(&invitations::get_invitation(call.app(), call.ctx(), &id).await?)))
}

/// Invites somebody by mail.
pub async fn create(call: Call) -> Answer {
    if !call.app().post.is_on() {
        return Err(Problem::new(StatusCode::CONFLICT, "error-mail-off"));
    }
    let (email, role) = (call.text("email"), call.text("role"));
    let made = invitations::create_invitation(call.app(), call.ctx(), &email, &role).await?;
    Ok(Reply::made(shown(&made.view), None, format!("/api/v1/invitations/{}", made.id)))
}

/// Withdraws an invitation.
pub async fn revoke(call: Call) -> Answer {
    let id: InvitationId = call.id("invitation")?;
    invitations::revoke_invitation(call.app(), call.ctx(), &id).await?;
    Ok(Reply::done())
}
