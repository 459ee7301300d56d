//! The team.

use serde::Serialize;

use super::{Avatar, Choice, Errors, pages};

pages! {
    Team => "pages/team.html",
}

/// Who is in the team, and who is invited.
#[derive(Debug, Clone, Serialize)]
pub struct Team {
    /// The members.
    pub members: Vec<MemberRow>,
    /// Invitations that are open.
    pub invitations: Vec<InvitationRow>,
    /// The roles the reader may give.
    pub roles: Vec<Choice>,
    /// The address entered to invite.
    pub email: String,
    /// What is wrong with it.
    pub errors: Errors,
    /// The link of the invitation just made, shown this once.
    pub link: Option<InvitationLink>,
    /// Whether the role may change the team.
    pub can_manage: bool,
}

/// A member.
#[derive(Debug, Clone, Serialize)]
pub struct MemberRow {
    /// The membership's id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their picture.
    pub avatar: Avatar,
    /// Their role.
    pub role: String,
    /// When they joined.
    pub since: String,
    /// Whether it is the reader.
    pub is_you: bool,
    /// Whether they sign in with a second factor.
    pub has_second_factor: bool,
    /// Whether the reader may change them.
    pub can_change: bool,
    /// The roles they may be given.
    pub roles: Vec<Choice>,
}

/// An open invitation.
#[derive(Debug, Clone, Serialize)]
pub struct InvitationRow {
    /// Its id.
    pub id: String,
    /// Who it is for.
    pub email: String,
    /// The role it gives.
    pub role: String,
    /// When it ends.
    pub expires: String,
}

/// The link of a new invitation.
#[derive(Debug, Clone, Serialize)]
pub struct InvitationLink {
    /// Who it is for.
    pub email: String,
    /// The address to send them.
    pub url: String,
    /// Whether it was mailed to them too.
    pub mailed: bool,
}
