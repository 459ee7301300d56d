//! The team: members, roles, invitations.

use actix_web::web::{Form, Path};
use app::{invitations, members};
use domain::{InvitationId, MemberId, Permission, Role};
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::id;
use crate::views::team::{InvitationLink, InvitationRow, MemberRow, Team};
use crate::views::{Avatar, Choice, Errors};

/// The team.
pub async fn show(member: Member) -> Answer {
    page(&member, String::new(), Errors::new(), None).await
}

async fn page(
    member: &Member,
    email: String,
    errors: Errors,
    link: Option<InvitationLink>,
) -> Answer {
    let can_manage = member.ctx.role.may(Permission::ManageTeam);
    let page = Team {
        members: rows(member, can_manage).await?,
        invitations: if can_manage { open(member).await? } else { Vec::new() },
        roles: roles(member, Role::Member),
        email,
        errors,
        link,
        can_manage,
    };
    member.form_page(&page, &page.errors).await
}

async fn rows(member: &Member, can_manage: bool) -> Result<Vec<MemberRow>, Failure> {
    let dates = member.dates();
    let owners_too = member.ctx.role.may(Permission::ManageOwners);
    let team = members::list_members(&member.web.app, &member.ctx).await?;
    let rows = team.into_iter().map(|each| MemberRow {
        id: each.id.to_string(),
        avatar: Avatar::of(&each.name),
        name: each.name,
        email: each.email,
        role: each.role.as_str().to_owned(),
        since: dates.short(dates.local(each.created_at).date()),
        is_you: each.is_you,
        has_second_factor: each.has_second_factor,
        can_change: can_manage && !each.is_you && (owners_too || each.role != Role::Owner),
        roles: roles(member, each.role),
    });
    Ok(rows.collect())
}

async fn open(member: &Member) -> Result<Vec<InvitationRow>, Failure> {
    let dates = member.dates();
    let all = invitations::list_invitations(&member.web.app, &member.ctx).await?;
    let rows = all.into_iter().map(|each| InvitationRow {
        id: each.id.to_string(),
        email: each.email,
        role: each.role.as_str().to_owned(),
        expires: dates.moment(each.expires_at),
    });
    Ok(rows.collect())
}

/// The roles the reader may give.
fn roles(member: &Member, current: Role) -> Vec<Choice> {
    let owners_too = member.ctx.role.may(Permission::ManageOwners);
    Role::ALL
        .into_iter()
        .filter(|role| owners_too || *role != Role::Owner)
        .map(|role| {
            let label = member.text(&format!("role-{}", role.as_str()));
            Choice::new(role.as_str(), label, current.as_str())
        })
        .collect()
}

/// What the invitation's form sends.
#[derive(Deserialize)]
pub struct InviteForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

/// Makes an invitation; its link is on the answered page and nowhere else.
pub async fn invite(member: Member, form: Form<InviteForm>) -> Answer {
    let InviteForm { email, role } = form.into_inner();
    let (app, ctx) = (&member.web.app, &member.ctx);
    match invitations::create_invitation(app, ctx, &email, &role).await {
        Ok(made) => {
            let link = InvitationLink {
                email: email.trim().to_lowercase(),
                url: made.link,
                mailed: app.post.is_on(),
            };
            page(&member, String::new(), Errors::new(), Some(link)).await
        }
        Err(error) => page(&member, email, form_errors(error)?, None).await,
    }
}

/// Withdraws an open invitation.
pub async fn withdraw(member: Member, path: Path<String>) -> Answer {
    let which: InvitationId = id(&path)?;
    invitations::revoke_invitation(&member.web.app, &member.ctx, &which).await?;
    member.said("/team", "said-invitation-withdrawn")
}

/// Which role.
#[derive(Deserialize)]
pub struct RoleForm {
    #[serde(default)]
    role: String,
}

/// Gives a member another role.
pub async fn change_role(member: Member, path: Path<String>, form: Form<RoleForm>) -> Answer {
    let which: MemberId = id(&path)?;
    members::change_role(&member.web.app, &member.ctx, &which, &form.role).await?;
    member.said("/team", "said-role-changed")
}

/// Takes a member out of the team.
pub async fn remove(member: Member, path: Path<String>) -> Answer {
    let which: MemberId = id(&path)?;
    let later = members::remove_member(&member.web.app, &member.ctx, &which).await?;
    match later.first().filter(|_| which != member.ctx.member) {
        Some(begun) => member.said(&format!("/sweeps/{begun}"), "said-member-removed"),
        None => member.said("/team", "said-member-removed"),
    }
}
